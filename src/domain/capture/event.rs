//! One event as it was sent (`ingestion.md` 1.3).

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::datum::*;

/// The most characters of a distinct id; the rest is cut off.
const DISTINCT_ID_LENGTH: usize = 200;

/// An event, borrowed from the payload as far as it can be.
#[derive(Debug, Default)]
pub struct Event<'t> {
    /// What happened; `None` when it has no name that is a text.
    pub name: Option<Cow<'t, str>>,
    /// The project's token, if this event carries one of its own.
    pub token: Option<Cow<'t, str>>,
    /// Whom it happened to: a text, or another value's JSON.
    pub distinct_id: Option<Cow<'t, str>>,
    /// When, as the sender writes it.
    pub timestamp: Option<Cow<'t, str>>,
    /// What is known of it.
    pub properties: Properties<'t>,
    /// Properties of the person, sent beside the event's own and stronger than those among them.
    pub set: Option<Members<'t>>,
    /// The same for properties that never change again.
    pub set_once: Option<Members<'t>>,
}

/// The properties of an event.
#[derive(Debug, Default)]
pub struct Properties<'t> {
    /// All but those that follow, which become no definitions of their own.
    pub members: Members<'t>,
    /// `$set`, if it is an object.
    pub set: Option<Members<'t>>,
    /// `$set_once`, if it is an object.
    pub set_once: Option<Members<'t>>,
    /// `$groups`, if it is an object.
    pub groups: Option<Members<'t>>,
    /// `$group_set`, which is among the members too; without members of its own when it is no object.
    pub group_set: Option<Members<'t>>,
    /// Whether `$process_person_profile` is exactly false: the event has no person.
    pub is_personless: bool,
    /// Whether `$is_server` is exactly true; it is among the members too.
    pub is_server: bool,
    /// `$group_type`, if it is a text; it is among the members too.
    pub group_type: Option<Cow<'t, str>>,
    /// `token`, if it is a text; it is among the members too.
    pub token: Option<Cow<'t, str>>,
    /// `distinct_id` as a text; it is among the members too.
    pub distinct_id: Option<Cow<'t, str>>,
    /// Whether `$cookieless_mode` is something else than yes or no.
    pub is_cookieless_unclear: bool,
}

impl<'t> Event<'t> {
    /// The event that was sent as `text`; without a name it tells who somebody is. `None` when it is no event.
    pub fn read(text: &'t str) -> Option<Event<'t>> {
        let mut event: Event = serde_json::from_str(text).ok()?;
        event.name.get_or_insert("$identify".into());
        Some(event)
    }

    /// The token that the event was sent with.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref().or(self.properties.token.as_deref())
    }

    /// Whom it happened to: not blank, at most 200 characters, without NUL.
    pub fn distinct_id(&self) -> Option<String> {
        let sent = self
            .distinct_id
            .as_ref()
            .or(self.properties.distinct_id.as_ref())?;
        if sent.trim().is_empty() {
            return None;
        }
        let cut = sent.chars().take(DISTINCT_ID_LENGTH);
        Some(
            cut.map(|letter| if letter == '\0' { '\u{fffd}' } else { letter })
                .collect(),
        )
    }

    /// Whether [`distinct_id`](Self::distinct_id) finds one.
    pub fn has_distinct_id(&self) -> bool {
        let sent = self
            .distinct_id
            .as_ref()
            .or(self.properties.distinct_id.as_ref());
        sent.is_some_and(|sent| !sent.trim().is_empty())
    }
}

impl<'de: 't, 't> Deserialize<'de> for Event<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ReadingEvent)
    }
}

impl<'de: 't, 't> Deserialize<'de> for Properties<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ReadingProperties)
    }
}

struct ReadingEvent;
struct ReadingProperties;

impl<'de> Visitor<'de> for ReadingEvent {
    type Value = Event<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Event<'de>, A::Error> {
        let mut event = Event::default();
        let text = |text: Option<Text<'de>>| text.map(|Text(text)| text);
        while let Some(Text(key)) = fields.next_key()? {
            match &*key {
                "event" => event.name = fields.next_value::<Datum>()?.text().cloned(),
                "token" | "$token" | "api_key" => event.token = text(fields.next_value()?),
                "distinct_id" | "$distinct_id" => event.distinct_id = as_text(&mut fields)?.0,
                "timestamp" => event.timestamp = text(fields.next_value()?),
                "properties" => event.properties = fields.next_value()?,
                "$set" => event.set = object_or_null(&mut fields)?,
                "$set_once" => event.set_once = object_or_null(&mut fields)?,
                "offset" => drop(fields.next_value::<Option<i64>>()?),
                _ => {
                    fields.next_value::<Checked>()?;
                }
            }
        }
        Ok(event)
    }
}

impl<'de> Visitor<'de> for ReadingProperties {
    type Value = Properties<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of properties")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Properties<'de>, A::Error> {
        let mut found = Properties::default();
        found.members.reserve(32);
        while let Some(Text(key)) = fields.next_key()? {
            let value = match &*key {
                "$set" => {
                    found.set = fields.next_value::<Nested>()?.0;
                    continue;
                }
                "$set_once" => {
                    found.set_once = fields.next_value::<Nested>()?.0;
                    continue;
                }
                "$groups" => {
                    found.groups = fields.next_value::<Nested>()?.0;
                    continue;
                }
                "$group_set" => {
                    let raw: &'de RawValue = fields.next_value()?;
                    let wrong = A::Error::custom::<serde_json::Error>;
                    let set: Nested = serde_json::from_str(raw.get()).map_err(wrong)?;
                    found.group_set = Some(set.0.unwrap_or_default());
                    serde_json::from_str(raw.get()).map_err(wrong)?
                }
                "$process_person_profile" => {
                    found.is_personless = fields.next_value::<Datum>()? == Datum::Boolean(false);
                    continue;
                }
                "distinct_id" => {
                    let (text, value) = as_text(&mut fields)?;
                    found.distinct_id = text;
                    value
                }
                _ => fields.next_value()?,
            };
            match &*key {
                "token" => found.token = value.text().cloned(),
                "$is_server" => found.is_server = value == Datum::Boolean(true),
                "$group_type" => found.group_type = value.text().cloned(),
                "$cookieless_mode" => {
                    found.is_cookieless_unclear = !matches!(value, Datum::Boolean(_))
                }
                _ => {}
            }
            keep(&mut found.members, key, value);
        }
        Ok(found)
    }
}

fn object_or_null<'de, A: MapAccess<'de>>(
    fields: &mut A,
) -> Result<Option<Members<'de>>, A::Error> {
    let nested = fields.next_value::<Option<Nested>>()?;
    match nested {
        None => Ok(None),
        Some(Nested(Some(members))) => Ok(Some(members)),
        Some(Nested(None)) => Err(A::Error::custom("expected an object")),
    }
}

/// The next value as a text: itself if it is one, its JSON as it stands if it is another, `None` if it is null.
fn as_text<'de, A: MapAccess<'de>>(
    fields: &mut A,
) -> Result<(Option<Cow<'de, str>>, Datum<'de>), A::Error> {
    let raw: &'de RawValue = fields.next_value()?;
    let value: Datum = serde_json::from_str(raw.get()).map_err(A::Error::custom)?;
    let text = match &value {
        Datum::Null => None,
        Datum::Text(text) => Some(text.clone()),
        _ => Some(raw.get().into()),
    };
    Ok((text, value))
}
