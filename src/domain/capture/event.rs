//! One event as it was sent (`ingestion.md` 1.3).

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::datum::{Checked, CowStr, Datum, Members, Nested, keep};
use crate::model::DISTINCT_ID_LENGTH;

/// An event, borrowed from the payload where possible.
#[derive(Debug, Default)]
pub struct Event<'t> {
    /// `event`; `None` if it is not a string.
    pub name: Option<Cow<'t, str>>,
    /// The project's token, if the event has one of its own.
    pub token: Option<Cow<'t, str>>,
    /// A string, or the JSON of any other value.
    pub distinct_id: Option<Cow<'t, str>>,
    /// As sent; not parsed.
    pub timestamp: Option<Cow<'t, str>>,
    /// `offset`: how many milliseconds before it was received the event happened.
    pub offset: Option<i64>,
    /// `uuid`; an empty text counts as missing.
    pub uuid: Option<Uuid>,
    /// Whether `uuid` was sent and is not a UUID.
    pub has_bad_uuid: bool,
    pub properties: Properties<'t>,
    /// `$set` beside the properties, which takes precedence over `$set` among them.
    pub set: Option<Members<'t>>,
    /// `$set_once`, likewise.
    pub set_once: Option<Members<'t>>,
}

/// The properties of an event.
#[derive(Debug, Default)]
pub struct Properties<'t> {
    /// All except those below that do not define anything themselves.
    pub members: Members<'t>,
    /// `$set`, if it is an object; not in `members`.
    pub set: Option<Members<'t>>,
    /// `$set_once`, if it is an object; not in `members`.
    pub set_once: Option<Members<'t>>,
    /// `$groups`, if it is an object; not in `members`.
    pub groups: Option<Members<'t>>,
    /// `$group_set`, empty if it is not an object; also in `members`.
    pub group_set: Option<Members<'t>>,
    /// Whether `$process_person_profile` is `false`: the event has no person. Not in `members`.
    pub is_personless: bool,
    /// Whether `$is_server` is `true`; also in `members`.
    pub is_server: bool,
    /// `$group_type`, if it is a string; also in `members`.
    pub group_type: Option<Cow<'t, str>>,
    /// `token`, if it is a string; also in `members`.
    pub token: Option<Cow<'t, str>>,
    /// `distinct_id`, as in [`Event`]; also in `members`.
    pub distinct_id: Option<Cow<'t, str>>,
    /// Whether `$cookieless_mode` was sent and is not a boolean.
    pub has_bad_cookieless_mode: bool,
}

impl<'t> Event<'t> {
    /// Parses an event. Without a name it is an `$identify`. `None` if `text` is not an event.
    pub fn read(text: &'t str) -> Option<Event<'t>> {
        let mut event: Event = serde_json::from_str(text).ok()?;
        event.name.get_or_insert("$identify".into());
        Some(event)
    }

    /// The token of the event or, failing that, of its properties.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref().or(self.properties.token.as_deref())
    }

    /// The distinct id, truncated to 200 characters and with NUL replaced; `None` if it is missing or blank.
    pub fn distinct_id(&self) -> Option<String> {
        let sent = self.sent_distinct_id()?.chars().take(DISTINCT_ID_LENGTH);
        let replace = |letter| if letter == '\0' { '\u{fffd}' } else { letter };
        Some(sent.map(replace).collect())
    }

    fn set_uuid(&mut self, sent: &Datum) {
        self.uuid = sent.text().and_then(|text| Uuid::parse_str(text).ok());
        let is_missing = match sent {
            Datum::Text(text) => text.is_empty(),
            other => *other == Datum::Null,
        };
        self.has_bad_uuid = self.uuid.is_none() && !is_missing;
    }

    /// Whether [`distinct_id`](Self::distinct_id) returns one, without building it.
    pub fn has_distinct_id(&self) -> bool {
        self.sent_distinct_id().is_some()
    }

    fn sent_distinct_id(&self) -> Option<&str> {
        let own = self.distinct_id.as_deref();
        let sent = own.or(self.properties.distinct_id.as_deref())?;
        (!sent.trim().is_empty()).then_some(sent)
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
        let text = |text: Option<CowStr<'de>>| text.map(|CowStr(text)| text);
        while let Some(CowStr(key)) = fields.next_key()? {
            match &*key {
                "event" => event.name = fields.next_value::<Datum>()?.text().cloned(),
                "token" | "$token" | "api_key" => event.token = text(fields.next_value()?),
                "distinct_id" | "$distinct_id" => event.distinct_id = as_text(&mut fields)?.0,
                "timestamp" => event.timestamp = text(fields.next_value()?),
                "properties" => event.properties = fields.next_value()?,
                "$set" => event.set = object_or_null(&mut fields)?,
                "$set_once" => event.set_once = object_or_null(&mut fields)?,
                "offset" => event.offset = fields.next_value()?,
                "uuid" => event.set_uuid(&fields.next_value()?),
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
        while let Some(CowStr(key)) = fields.next_key()? {
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
                    found.has_bad_cookieless_mode = !matches!(value, Datum::Boolean(_))
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

/// The next value as a string: a string itself, the JSON of any other value, `None` for null.
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
