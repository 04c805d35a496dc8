//! The newer protocol: a batch whose events are judged one by one (`ingestion.md` 2).

use std::{borrow::Cow, collections::HashSet};

use serde::Deserialize;
use serde_json::value::RawValue;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{
    Capture, Datum, Event, Properties, Sifted,
    datum::{Nested, Objects, Text},
    derive, payload,
};
use crate::model::*;

/// The most characters of a name and of a distinct id.
const LONGEST: usize = 200;

/// What no person is called, in small letters: an id that stands for many, sent by mistake.
const NOBODY: [&str; 19] = [
    "0",
    "[object object]",
    "anonymous",
    "anonymous-user",
    "backend",
    "distinct_id",
    "distinctid",
    "email",
    "false",
    "guest",
    "id",
    "nan",
    "none",
    "not_authenticated",
    "null",
    "system",
    "true",
    "undefined",
    "user",
];

/// The shortest event, which has a uuid, and what separates it from the next, in bytes.
const SHORTEST: usize = 44;

/// The memory that is kept of each event at most, its part of the answer included.
const EVENT_MEMORY: usize = 320;

/// The most bytes of memory that judging `text` takes, the text itself not counted.
pub fn weight(text: &[u8]) -> usize {
    payload::weight(text, SHORTEST, EVENT_MEMORY)
}

/// Why a batch is turned away as a whole. It prints as SDKs are told.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BatchRejection {
    /// No JSON of a batch.
    #[error("Failed to parse request body.")]
    Unreadable,
    /// No events.
    #[error("request batch is empty")]
    Empty,
    /// The batch does not tell when it was made.
    #[error("invalid batch: created_at is not valid RFC 3339: {0}")]
    BadCreatedAt(String),
    /// An event without a name of its own to be judged by.
    #[error("event submitted without a uuid")]
    NoUuid,
    /// An event whose uuid is none.
    #[error("invalid event uuid: {0}")]
    BadUuid(String),
    /// Two events of one uuid.
    #[error("duplicate event uuid: {0}")]
    SameUuid(Uuid),
}

/// A batch, and what becomes of each event: `None` when it is accepted, else why it is dropped.
#[derive(Debug, Default)]
pub struct Judged<'t> {
    /// The events to take in.
    pub sifted: Sifted<'t>,
    /// All events in the order sent.
    pub verdicts: Vec<(Uuid, Option<&'static str>)>,
}

/// The library that sent a batch, which its events do not tell themselves.
#[derive(Clone, Debug)]
pub struct Sdk {
    /// `posthog-python/7.91.1`: its name and its version.
    pub info: String,
}

#[derive(Deserialize)]
struct Batch<'t> {
    created_at: Option<String>,
    #[serde(borrow)]
    batch: Option<Objects<'t>>,
}

/// An event whose fields are unread, so that one that is wrong can be told as such.
#[derive(Deserialize)]
struct Sent<'t> {
    #[serde(borrow)]
    event: Option<&'t RawValue>,
    uuid: Option<&'t RawValue>,
    distinct_id: Option<&'t RawValue>,
    timestamp: Option<&'t RawValue>,
    session_id: Option<&'t RawValue>,
    window_id: Option<&'t RawValue>,
    options: Option<&'t RawValue>,
    properties: Option<&'t RawValue>,
}

impl Capture {
    /// Goes through the batch `text` for `target`; of an unknown project's, nothing is left to take in.
    ///
    /// Errors: `BatchRejection`, the batch being looked at before its events, and these in their order.
    pub fn judge<'t>(
        &self,
        text: &'t str,
        sdk: &Sdk,
        target: Option<Target>,
        now: Timestamp,
    ) -> Result<Judged<'t>, BatchRejection> {
        let batch: Batch = serde_json::from_str(text).map_err(|_| BatchRejection::Unreadable)?;
        let events = batch.batch.and_then(|events| events.0);
        let events = events.ok_or(BatchRejection::Unreadable)?;
        let created_at = batch.created_at.ok_or(BatchRejection::Unreadable)?;
        if OffsetDateTime::parse(&created_at, &Rfc3339).is_err() {
            return Err(BatchRejection::BadCreatedAt(created_at));
        }
        if events.is_empty() {
            return Err(BatchRejection::Empty);
        }
        let look = target.map(|target| self.known.look(target, now));
        let (mut judged, mut uuids) = (Judged::default(), HashSet::new());
        for text in events {
            let sent: Sent = serde_json::from_str(text).map_err(|_| BatchRejection::Unreadable)?;
            let uuid = sent.uuid()?;
            if !uuids.insert(uuid) {
                return Err(BatchRejection::SameUuid(uuid));
            }
            let event = sent.event(sdk);
            judged.verdicts.push((uuid, event.as_ref().err().copied()));
            if let (Ok(event), Some(look)) = (&event, &look) {
                let mut is_news = false;
                derive(event, true, look, &mut |_| is_news = true);
                judged.sifted.add(text, is_news, self.recent.most());
            }
        }
        Ok(judged)
    }
}

/// The event that was sent as `text`, if it is one that is taken in.
pub fn event<'t>(text: &'t str, sdk: &'t Sdk) -> Option<Event<'t>> {
    serde_json::from_str::<Sent>(text).ok()?.event(sdk).ok()
}

impl<'t> Sent<'t> {
    fn uuid(&self) -> Result<Uuid, BatchRejection> {
        let sent = text(self.uuid).map_err(|()| BatchRejection::NoUuid)?;
        match sent.as_deref() {
            None | Some("") => Err(BatchRejection::NoUuid),
            Some(sent) => {
                Uuid::parse_str(sent).map_err(|_| BatchRejection::BadUuid(sent.to_owned()))
            }
        }
    }

    /// The event as the older protocol would have sent it. Errors: why it is dropped.
    fn event(&self, sdk: &'t Sdk) -> Result<Event<'t>, &'static str> {
        let name = text(self.event).unwrap_or_default().unwrap_or_default();
        if name.is_empty() {
            return Err("missing_event_name");
        } else if name.chars().count() > LONGEST {
            return Err("event_name_too_long");
        }
        let distinct_id = text(self.distinct_id).map_err(|()| "malformed_distinct_id")?;
        check_person(distinct_id.as_deref().unwrap_or_default())?;
        let timestamp = text(self.timestamp).map_err(|()| "invalid_event_timestamp")?;
        let timestamp = timestamp.ok_or("invalid_event_timestamp")?;
        if OffsetDateTime::parse(&timestamp, &Rfc3339).is_err() {
            return Err("invalid_event_timestamp");
        }
        let properties = self.properties.map_or("{}", RawValue::get);
        let properties = serde_json::from_str::<Properties>(properties);
        let mut properties = properties.map_err(|_| "malformed_event_properties")?;
        self.restore(&mut properties, sdk)?;
        Ok(Event {
            name: Some(name),
            distinct_id,
            timestamp: Some(timestamp),
            properties,
            ..Event::default()
        })
    }

    /// Puts back what travels beside the properties.
    fn restore(&self, properties: &mut Properties<'t>, sdk: &'t Sdk) -> Result<(), &'static str> {
        let mut add = |key: &'static str, value| properties.members.push((key.into(), value));
        if let Some((library, version)) = sdk.info.split_once('/') {
            add("$lib", Datum::Text(library.into()));
            add("$lib_version", Datum::Text(version.into()));
        }
        for (key, sent) in [
            ("$session_id", self.session_id),
            ("$window_id", self.window_id),
        ] {
            if let Ok(Some(id)) = text(sent) {
                add(key, Datum::Text(id));
            }
        }
        let options = self.options.map_or("{}", RawValue::get);
        let options = serde_json::from_str::<Option<Nested>>(options);
        let options = match options {
            Ok(Some(Nested(Some(options)))) => options,
            Ok(None) => return Ok(()),
            _ => return Err("invalid_options"),
        };
        for (key, value) in options {
            match (&*key, &value) {
                (_, Datum::Null) => {}
                ("process_person_profile", Datum::Boolean(value)) => {
                    properties.is_personless = !value;
                }
                ("cookieless_mode", Datum::Boolean(_)) => {
                    properties.members.push(("$cookieless_mode".into(), value));
                }
                ("disable_skew_correction", Datum::Boolean(_)) => {
                    properties.members.push(("$ignore_sent_at".into(), value));
                }
                ("product_tour_id", Datum::Text(_)) => {
                    properties.members.push(("$product_tour_id".into(), value));
                }
                ("process_person_profile" | "cookieless_mode" | "disable_skew_correction", _)
                | ("product_tour_id", _) => return Err("invalid_options"),
                _ => {}
            }
        }
        Ok(())
    }
}

fn check_person(distinct_id: &str) -> Result<(), &'static str> {
    let folded = distinct_id.trim().to_lowercase();
    if folded.is_empty() {
        Err("missing_distinct_id")
    } else if distinct_id.chars().count() > LONGEST {
        Err("distinct_id_too_large")
    } else if NOBODY.contains(&&*folded) || folded == Uuid::nil().to_string() {
        Err("malformed_distinct_id")
    } else {
        Ok(())
    }
}

/// The text that was sent; `None` for nothing and null. Errors: it is no text.
fn text(sent: Option<&RawValue>) -> Result<Option<Cow<'_, str>>, ()> {
    let text = sent.map_or(Ok(None), |sent| {
        serde_json::from_str::<Option<Text>>(sent.get())
    });
    text.map(|text| text.map(|Text(text)| text)).map_err(drop)
}
