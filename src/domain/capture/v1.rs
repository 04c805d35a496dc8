//! Protocol v1: a batch whose events are accepted or dropped one by one (`ingestion.md` 2).

use std::{borrow::Cow, collections::HashSet};

use serde::Deserialize;
use serde_json::value::RawValue;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use uuid::Uuid;

use super::{
    Accepted, Capture, Clock, Datum, Event, Lane, Properties, Rejection, Sink,
    datum::{CowStr, Nested, Objects},
    payload,
};
use crate::{
    model::{CaptureTarget, Timestamp},
    store::{self, Store},
};

/// The most characters of a name and of a distinct id.
const LONGEST: usize = 200;

/// Distinct ids, in lower case, that are not accepted: placeholders that SDKs send by mistake and many persons would share.
const PLACEHOLDER_IDS: [&str; 19] = [
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

/// The length of the shortest event, which has a uuid, with a comma, in bytes.
const SHORTEST: usize = 44;

/// The most memory kept per event, its part of the response included, in bytes.
const EVENT_MEMORY: usize = 320;

/// The most bytes of memory that reading the batch `text` takes, the text itself not counted.
pub fn weight(text: &[u8]) -> usize {
    payload::weight(text, SHORTEST, EVENT_MEMORY)
}

/// Why a batch is rejected as a whole. `Display` is the description in the response.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BatchRejection {
    /// Not the JSON of a batch.
    #[error("Failed to parse request body.")]
    Unreadable,
    /// A batch without events.
    #[error("request batch is empty")]
    Empty,
    /// `created_at` is not a timestamp.
    #[error("invalid batch: created_at is not valid RFC 3339: {0}")]
    BadCreatedAt(String),
    /// An event without a uuid.
    #[error("event submitted without a uuid")]
    NoUuid,
    /// An event whose uuid cannot be parsed.
    #[error("invalid event uuid: {0}")]
    BadUuid(String),
    /// Two events with the same uuid.
    #[error("duplicate event uuid: {0}")]
    SameUuid(Uuid),
    /// The batch defines too much.
    #[error("payload too large: {0}")]
    TooLarge(Rejection),
}

/// The uuid of an event, and why it was dropped; `None` if it was accepted.
pub type Verdict = (Uuid, Option<&'static str>);

#[derive(Deserialize)]
struct SentBatch<'t> {
    created_at: Option<String>,
    #[serde(borrow)]
    batch: Option<Objects<'t>>,
}

/// An event whose fields are unparsed, so that each that is wrong has an error of its own.
#[derive(Deserialize)]
struct SentEvent<'t> {
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
    /// Captures the events of the batch `text` for the project that `token` names. Events for an unknown token are checked,
    /// and otherwise ignored. `sdk` is the name and version of the sender, such as `posthog-python/7.91.1`. `clock` has what
    /// the headers say of when the request was sent.
    ///
    /// Returns what became of each event, in the order sent.
    pub fn batch(
        &self,
        store: &Store,
        lane: Lane,
        text: &str,
        sdk: &str,
        token: Option<&str>,
        clock: Clock,
    ) -> store::Result<Result<Vec<Verdict>, BatchRejection>> {
        let target = self.find_target(store, token, clock.now)?;
        let (accepted, verdicts) = match self.accept_batch(lane, text, sdk, target, clock.now) {
            Ok(accepted) => accepted,
            Err(rejection) => {
                let (project, reason) = (target.map(|of| of.project), rejection.to_string());
                self.refuse(project, clock.now, &reason, None);
                return Ok(Err(rejection));
            }
        };
        let Some(target) = target else {
            self.refuse_token(token, clock.now);
            return Ok(Ok(verdicts));
        };
        if verdicts.iter().any(|(_, reason)| reason.is_some()) {
            for (sent, (_, reason)) in texts(text).into_iter().zip(&verdicts) {
                if let Some(reason) = reason {
                    self.refuse(Some(target.project), clock.now, reason, Some(sent));
                }
            }
        }
        let (sink, read) = (Sink::Store(store), |sent| event(sent, sdk));
        // A request of this protocol always says when it was sent; what cannot be parsed corrects nothing.
        let clock = Clock {
            sent_at: clock.sent_at.or(Some(clock.now)),
            ..clock
        };
        let ingested = self.ingest(sink, target, clock, accepted, read)?;
        Ok(ingested
            .map(|()| verdicts)
            .map_err(BatchRejection::TooLarge))
    }

    /// Checks the events of the batch `text` as [`accept`](Self::accept) does for protocol v0.
    ///
    /// Errors: those of the batch first, then those of the first bad event.
    pub fn accept_batch<'t>(
        &self,
        lane: Lane,
        text: &'t str,
        sdk: &str,
        target: Option<CaptureTarget>,
        now: Timestamp,
    ) -> Result<(Accepted<'t>, Vec<Verdict>), BatchRejection> {
        let batch: SentBatch =
            serde_json::from_str(text).map_err(|_| BatchRejection::Unreadable)?;
        let events = batch.batch.and_then(|events| events.0);
        let events = events.ok_or(BatchRejection::Unreadable)?;
        let created_at = batch.created_at.ok_or(BatchRejection::Unreadable)?;
        if OffsetDateTime::parse(&created_at, &Rfc3339).is_err() {
            return Err(BatchRejection::BadCreatedAt(created_at));
        }
        if events.is_empty() {
            return Err(BatchRejection::Empty);
        }
        let guard = target.map(|target| self.known.guard(target, now));
        let (mut accepted, mut verdicts) = (Accepted::default(), Vec::new());
        let mut uuids = HashSet::new();
        for text in events {
            let sent: SentEvent =
                serde_json::from_str(text).map_err(|_| BatchRejection::Unreadable)?;
            let uuid = sent.uuid()?;
            if !uuids.insert(uuid) {
                return Err(BatchRejection::SameUuid(uuid));
            }
            let event = match lane.refuses(sent.properties.map_or(0, |sent| sent.get().len())) {
                true => Err("ai_event_too_big"),
                false => sent.event(sdk),
            };
            verdicts.push((uuid, event.as_ref().err().copied()));
            if let (Ok(event), Some(guard)) = (&event, &guard) {
                self.add(&mut accepted, event, text, true, guard);
            }
        }
        Ok((accepted, verdicts))
    }
}

/// The JSON of the events of the batch `text`.
fn texts(text: &str) -> Vec<&str> {
    let batch = serde_json::from_str::<SentBatch>(text).ok();
    batch.and_then(|batch| batch.batch?.0).unwrap_or_default()
}

/// The events of the batch `text` that are accepted.
pub fn events<'t>(text: &'t str, sdk: &'t str) -> Vec<Event<'t>> {
    texts(text)
        .into_iter()
        .filter_map(|text| event(text, sdk))
        .collect()
}

/// Parses an event; `None` if it is not accepted.
pub fn event<'t>(text: &'t str, sdk: &'t str) -> Option<Event<'t>> {
    serde_json::from_str::<SentEvent>(text)
        .ok()?
        .event(sdk)
        .ok()
}

impl<'t> SentEvent<'t> {
    fn uuid(&self) -> Result<Uuid, BatchRejection> {
        let sent = text(self.uuid).map_err(|()| BatchRejection::NoUuid)?;
        match sent.as_deref() {
            None | Some("") => Err(BatchRejection::NoUuid),
            Some(sent) => {
                Uuid::parse_str(sent).map_err(|_| BatchRejection::BadUuid(sent.to_owned()))
            }
        }
    }

    /// The event as protocol v0 would have sent it. Errors: why it is dropped.
    fn event(&self, sdk: &'t str) -> Result<Event<'t>, &'static str> {
        let name = text(self.event).unwrap_or_default().unwrap_or_default();
        if name.is_empty() {
            return Err("missing_event_name");
        } else if name.chars().count() > LONGEST {
            return Err("event_name_too_long");
        }
        let distinct_id = text(self.distinct_id).map_err(|()| "malformed_distinct_id")?;
        check_distinct_id(distinct_id.as_deref().unwrap_or_default())?;
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

    /// Moves what v1 sends beside the properties back to them.
    fn restore(&self, properties: &mut Properties<'t>, sdk: &'t str) -> Result<(), &'static str> {
        let mut add = |key: &'static str, value| properties.members.push((key.into(), value));
        if let Some((library, version)) = sdk.split_once('/') {
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

fn check_distinct_id(distinct_id: &str) -> Result<(), &'static str> {
    let folded = distinct_id.trim().to_lowercase();
    if folded.is_empty() {
        Err("missing_distinct_id")
    } else if distinct_id.chars().count() > LONGEST {
        Err("distinct_id_too_large")
    } else if PLACEHOLDER_IDS.contains(&&*folded) || folded == Uuid::nil().to_string() {
        Err("malformed_distinct_id")
    } else {
        Ok(())
    }
}

/// The string that was sent; `None` if it is missing or null. Errors: it is another value.
fn text(sent: Option<&RawValue>) -> Result<Option<Cow<'_, str>>, ()> {
    let text = sent.map_or(Ok(None), |sent| {
        serde_json::from_str::<Option<CowStr>>(sent.get())
    });
    text.map(|text| text.map(|CowStr(text)| text)).map_err(drop)
}
