//! The latest events of a project, which are kept in memory only.

mod properties;

use std::{borrow::Cow, cmp::Reverse, collections::HashSet, fmt};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{
    Context, Error, Form, Listing, Page, Result,
    capture::{Capture, Datum, Event, Members, Nested, RecentEvent, RefusedEvent, event_time},
    date_filter,
};
use crate::model::{Json, JsonText, Timestamp};
use properties::PropertyCondition;

/// Which events are listed. An absent filter matches all.
struct Filter {
    event: Option<String>,
    distinct_id: Option<String>,
    /// Only those that happened later, and earlier.
    after: Option<Timestamp>,
    before: Option<Timestamp>,
    properties: Option<PropertyCondition>,
    /// Part of the name, ignoring case; in lower case here.
    search: Option<String>,
}

/// An event that came in.
#[derive(Debug)]
pub struct SeenEvent {
    /// The `uuid` that was sent, or one that the event keeps while it is in memory.
    pub id: Uuid,
    pub distinct_id: String,
    /// The object that was sent, unchanged.
    pub properties: JsonText,
    pub event: String,
    pub timestamp: Timestamp,
}

impl SeenEvent {
    /// The event as it is shown; `None` for one that cannot be read.
    pub fn new(kept: &RecentEvent) -> Option<SeenEvent> {
        ParsedEvent::new(kept).map(|event| event.seen())
    }
}

/// A page of the project's latest events, latest first; those of the same instant by their arrival. An event that was sent
/// again is listed once, as it came last. `query` may have the filters `event`, `distinct_id`, `after`, `before`, `properties`
/// and `search`, of which an empty one is ignored, and `orderBy`.
///
/// Errors: `Invalid` for a malformed filter.
pub fn list(
    capture: &Capture,
    context: Context,
    query: &Form,
    page: Page,
) -> Result<Listing<SeenEvent>> {
    let (filter, is_ascending) = (Filter::read(query, context.now)?, is_ascending(query)?);
    let latest = capture.recent.latest(context.project);
    let parsed: Vec<_> = latest.iter().filter_map(ParsedEvent::new).collect();
    let mut ids = HashSet::new();
    let found = parsed
        .iter()
        .filter(|&event| event.sent_id().is_none_or(|id| ids.insert(id)));
    let mut found: Vec<_> = found.filter(|event| filter.matches(event)).collect();
    found.sort_by_key(|event| Reverse(event.timestamp)); // a stable sort: they are in the order of arrival
    if is_ascending {
        found.reverse();
    }
    Ok(Listing {
        count: found.len() as i64,
        items: page.of(&found).map(|event| event.seen()).collect(),
    })
}

/// A page of the latest refused events: those of the project, and those whose project is not known. Latest first.
pub fn refused(capture: &Capture, context: Context, page: Page) -> Listing<RefusedEvent> {
    let latest = capture.refused.latest(context.project);
    Listing {
        count: latest.len() as i64,
        items: page.of(&latest).cloned().collect(),
    }
}

/// `orderBy` is a JSON list of one name. The service lists the earliest first for anything but `-timestamp`.
fn is_ascending(query: &Form) -> Result<bool> {
    const NAME: &str = "orderBy";
    if query.field(NAME).nullable().text(None)?.value().is_none() {
        return Ok(false);
    }
    match query.field(NAME).json()?.value() {
        Some(Json::List(names)) => Ok(names[..] != [Json::from("-timestamp")]),
        _ => Err(Error::field(
            NAME,
            "not_a_list",
            "Expected a list of items.",
        )),
    }
}

impl Filter {
    fn read(query: &Form, now: Timestamp) -> Result<Filter> {
        let text = |name| -> Result<Option<String>> {
            let text = query.field(name).nullable().text(None)?.value();
            Ok(text.filter(|text| !text.is_empty()))
        };
        Ok(Filter {
            event: text("event")?,
            distinct_id: text("distinct_id")?,
            after: date_filter::read(query, "after", now)?,
            before: date_filter::read(query, "before", now)?,
            properties: match text("properties")? {
                Some(json) => PropertyCondition::read(&json, now)?,
                None => None,
            },
            search: text("search")?.map(|text| text.to_lowercase()),
        })
    }

    fn matches(&self, event: &ParsedEvent) -> bool {
        let equals = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == found)
        };
        let search = self.search.as_deref();
        equals(&self.event, &event.name)
            && equals(&self.distinct_id, &event.distinct_id)
            && self.after.is_none_or(|after| event.timestamp > after)
            && self.before.is_none_or(|before| event.timestamp < before)
            && search.is_none_or(|search| event.name.to_lowercase().contains(search))
            && (self.properties.as_ref()).is_none_or(|wanted| wanted.matches(event.properties()))
    }
}

struct ParsedEvent<'e> {
    kept: &'e RecentEvent,
    uuid: Option<Uuid>,
    name: Cow<'e, str>,
    distinct_id: String,
    timestamp: Timestamp,
    rest: Rest<'e>,
}

impl<'e> ParsedEvent<'e> {
    fn new(kept: &'e RecentEvent) -> Option<ParsedEvent<'e>> {
        let event = Event::read(&kept.sent)?;
        let rest: Rest = serde_json::from_str(&kept.sent).unwrap_or_default();
        let ignores_sent_at = is_true(&rest.options, "disable_skew_correction")
            || is_true(&event.properties.members, "$ignore_sent_at");
        Some(ParsedEvent {
            kept,
            uuid: event.uuid,
            distinct_id: event.distinct_id().unwrap_or_default(),
            timestamp: event_time::of(&event, ignores_sent_at, kept.clock),
            name: event.name.unwrap_or_default(),
            rest,
        })
    }

    /// What an event that is sent again has in common with the first. The uuid alone is not enough: the service lists both of
    /// two different events that a client sent with one uuid.
    fn sent_id(&self) -> Option<(Uuid, &str, &str)> {
        Some((self.uuid?, &self.name, &self.distinct_id))
    }

    fn properties(&self) -> &'e str {
        self.rest.properties.unwrap_or("{}")
    }

    fn seen(&self) -> SeenEvent {
        SeenEvent {
            id: self.uuid.unwrap_or(self.kept.id),
            distinct_id: self.distinct_id.clone(),
            properties: JsonText::stored(self.properties()),
            event: self.name.clone().into_owned(),
            timestamp: self.timestamp,
        }
    }
}

/// The fields that [`Event`] does not keep.
#[derive(Default)]
struct Rest<'e> {
    properties: Option<&'e str>,
    /// Those of protocol v1.
    options: Members<'e>,
}

fn is_true(members: &Members, key: &str) -> bool {
    let mut values = members.iter().filter(|(name, _)| name == key);
    values.any(|(_, value)| *value == Datum::Boolean(true))
}

impl<'de: 'e, 'e> Deserialize<'de> for Rest<'e> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ReadingRest)
    }
}

struct ReadingRest;

impl<'de> Visitor<'de> for ReadingRest {
    type Value = Rest<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Rest<'de>, A::Error> {
        let mut rest = Rest::default();
        while let Some(key) = fields.next_key::<Datum>()? {
            match key.text().map_or("", |key| key) {
                "options" => rest.options = fields.next_value::<Nested>()?.0.unwrap_or_default(),
                "properties" => rest.properties = Some(fields.next_value::<&RawValue>()?.get()),
                _ => drop(fields.next_value::<IgnoredAny>()?),
            }
        }
        Ok(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::capture::{Clock, Recent},
        model::{CaptureTarget, ProjectId},
    };

    fn seen(sent: &str) -> SeenEvent {
        let recent = Recent::new(2);
        let clock = Clock {
            now: Timestamp(1_767_323_045_000_000),
            sent_at: None,
        };
        let target = CaptureTarget {
            project: ProjectId(1),
            cache_epoch: 0,
        };
        recent.add(target, clock, 0, [sent]);
        let kept = recent.latest(ProjectId(1)).remove(0);
        SeenEvent::new(&kept).unwrap()
    }

    #[test]
    fn values_are_returned_as_they_were_sent() {
        let event = seen(
            r#"{"uuid": "0195F3A0-0000-4000-8000-0000000000AA", "event": "a", "distinct_id": 5,
                "timestamp": "2026-01-02T05:04:05+02:00", "properties": {"b": 1.50, "a": "\u00e4", "a": null}}"#,
        );
        assert_eq!(event.id.to_string(), "0195f3a0-0000-4000-8000-0000000000aa");
        assert_eq!((&*event.event, &*event.distinct_id), ("a", "5"));
        let properties = r#"{"b": 1.50, "a": "\u00e4", "a": null}"#;
        assert_eq!(event.properties.as_str(), properties);
        assert_eq!(event.timestamp.to_string(), "2026-01-02T03:04:05Z");
    }

    #[test]
    fn missing_values_have_defaults() {
        let event =
            seen(r#"{"event": "a", "$distinct_id": "d", "timestamp": "yesterday", "uuid": 7}"#);
        assert_eq!(event.id.to_string(), "019b7ca9-8c88-0000-8000-000000000000");
        assert_eq!(event.properties.as_str(), "{}");
        assert_eq!(event.timestamp.to_string(), "2026-01-02T03:04:05Z");
        assert_eq!(
            seen(r#"{"properties": {"distinct_id": "d"}}"#).event,
            "$identify"
        );
    }
}
