//! The latest events of a project, which are kept in memory only.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{
    Context, Form, Listing, Page, Result,
    capture::{Capture, Datum, Event, RecentEvent},
};
use crate::model::{JsonText, Timestamp};

/// Which events are listed. An absent filter matches all.
struct Filter {
    event: Option<String>,
    distinct_id: Option<String>,
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
    /// The timestamp that was sent if it can be parsed, else when the event came in.
    pub timestamp: Timestamp,
}

/// A page of the project's latest events, latest arrival first. `query` may have the filters `event`, `distinct_id` and
/// `search`; an empty one is ignored.
pub fn list(
    capture: &Capture,
    context: Context,
    query: &Form,
    page: Page,
) -> Result<Listing<SeenEvent>> {
    let filter = Filter::read(query)?;
    let latest = capture.recent.latest(context.project);
    let parsed = latest.iter().filter_map(ParsedEvent::new);
    let found: Vec<_> = parsed.filter(|event| filter.matches(event)).collect();
    Ok(Listing {
        count: found.len() as i64,
        items: page.of(&found).map(ParsedEvent::seen).collect(),
    })
}

impl Filter {
    fn read(query: &Form) -> Result<Filter> {
        let text = |name| -> Result<Option<String>> {
            let text = query.field(name).nullable().text(None)?.value();
            Ok(text.filter(|text| !text.is_empty()))
        };
        Ok(Filter {
            event: text("event")?,
            distinct_id: text("distinct_id")?,
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
            && search.is_none_or(|search| event.name.to_lowercase().contains(search))
    }
}

struct ParsedEvent<'e> {
    kept: &'e RecentEvent,
    name: Cow<'e, str>,
    distinct_id: String,
    timestamp: Option<Cow<'e, str>>,
}

impl<'e> ParsedEvent<'e> {
    fn new(kept: &'e RecentEvent) -> Option<ParsedEvent<'e>> {
        let event = Event::read(&kept.sent)?;
        Some(ParsedEvent {
            kept,
            distinct_id: event.distinct_id().unwrap_or_default(),
            name: event.name.unwrap_or_default(),
            timestamp: event.timestamp,
        })
    }

    fn seen(&self) -> SeenEvent {
        let rest: Rest = serde_json::from_str(&self.kept.sent).unwrap_or_default();
        let sent_at = self.timestamp.as_deref();
        let sent_at = sent_at.and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
        let micros = |instant: OffsetDateTime| instant.unix_timestamp_nanos() / 1_000;
        SeenEvent {
            id: rest.uuid.unwrap_or(self.kept.id),
            distinct_id: self.distinct_id.clone(),
            properties: JsonText::stored(rest.properties.unwrap_or("{}")),
            event: self.name.clone().into_owned(),
            timestamp: sent_at.map_or(self.kept.received, |at| Timestamp(micros(at) as i64)),
        }
    }
}

/// The fields that [`Event`] does not keep.
#[derive(Default)]
struct Rest<'e> {
    uuid: Option<Uuid>,
    properties: Option<&'e str>,
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
                "uuid" => {
                    let sent = fields.next_value::<Datum>()?;
                    rest.uuid = sent.text().and_then(|text| Uuid::parse_str(text).ok());
                }
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
    use crate::{domain::capture::Recent, model::ProjectId};

    fn seen(sent: &str) -> SeenEvent {
        let recent = Recent::new(2);
        recent.add(ProjectId(1), Timestamp(1_767_323_045_000_000), [sent]);
        let kept = recent.latest(ProjectId(1)).remove(0);
        ParsedEvent::new(&kept).unwrap().seen()
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
