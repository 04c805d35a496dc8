//! Recordings of sessions: what is kept of their snapshots (`ingestion.md` 1.7, `resources.md` 4).

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    Datum, Event, Payload, Rejection,
    datum::{Objects, Text},
    names::whole,
};
use crate::{
    model::*,
    store::{StoreError, Write, session_recordings},
};

/// The most bytes of a session's id.
const ID_LENGTH: usize = 100;

/// The type of the snapshot that tells the page's address.
const META: u64 = 4;

/// The properties that say something about the recording.
const WANTED: [&str; 4] = ["$session_id", "$snapshot_source", "$lib", "$snapshot_data"];

/// The last millisecond of the year 9999: a clock cannot be later.
const LAST_MILLISECOND: f64 = 253_402_300_799_999.0;

/// What a request tells of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Glimpse {
    /// The session.
    pub id: SessionRecordingId,
    /// Whose it is.
    pub distinct_id: String,
    /// `web` or `mobile`.
    pub source: String,
    /// The SDK that recorded it.
    pub library: Option<String>,
    /// The first page, if this is where it is told.
    pub url: Option<String>,
    /// The instants of the first and the last snapshot.
    pub times: Option<(Timestamp, Timestamp)>,
}

/// What `payload` tells; `None` when it holds nothing.
///
/// Errors: the first in the order of `ingestion.md` 1.4 and 1.7.
pub fn read(payload: &Payload) -> Result<Option<Glimpse>, Rejection> {
    let glimpse = payload.each(|glimpse: &mut Option<Glimpse>, event, sent| {
        let sent: Sent = serde_json::from_str(sent).unwrap_or_default();
        let glimpse = match glimpse {
            Some(glimpse) => glimpse,
            None => glimpse.insert(begin(event, &sent.properties)?),
        };
        let data = sent.properties.0.get("$snapshot_data");
        add(glimpse, data.ok_or(Rejection::NoSnapshotData)?)
    })?;
    Ok(glimpse.flatten())
}

/// Writes down what was seen of a recording at `now`.
pub fn record(
    db: &Write,
    project: ProjectId,
    glimpse: &Glimpse,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (start, end) = glimpse.times.unwrap_or((now, now));
    let recording = SessionRecording {
        id: glimpse.id.clone(),
        distinct_id: Some(glimpse.distinct_id.clone()),
        times: Some((start, end)),
        start_url: glimpse.url.clone(),
        snapshot_source: Some(glimpse.source.clone()),
        snapshot_library: glimpse.library.clone(),
        counts: RecordingCounts::default(),
        deleted: false,
    };
    session_recordings::see(db, project, &recording)
}

/// An event of a recording.
#[derive(Default, Deserialize)]
struct Sent<'t> {
    #[serde(borrow, default)]
    properties: Properties<'t>,
}

/// Those of [`WANTED`] that were sent, unread; of one that comes twice the last.
#[derive(Default)]
struct Properties<'t>(BTreeMap<&'static str, &'t RawValue>);

impl<'de: 't, 't> Deserialize<'de> for Properties<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ReadingProperties)
    }
}

struct ReadingProperties;

impl<'de> Visitor<'de> for ReadingProperties {
    type Value = Properties<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of properties")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = Properties::default();
        while let Some(Text(key)) = members.next_key()? {
            let value = members.next_value()?;
            if let Some(wanted) = WANTED.into_iter().find(|wanted| *wanted == key) {
                found.0.insert(wanted, value);
            }
        }
        Ok(found)
    }
}

/// What the first event tells of them all.
fn begin(event: &Event, Properties(properties): &Properties) -> Result<Glimpse, Rejection> {
    let text = |key: &str| {
        let text = serde_json::from_str::<Text>(properties.get(key)?.get());
        text.ok().map(|Text(text)| text.into_owned())
    };
    if !properties.contains_key("$session_id") {
        return Err(Rejection::NoSessionId);
    }
    let id = text("$session_id").filter(|id| id.len() <= ID_LENGTH && !id.is_empty());
    let id = id.ok_or(Rejection::BadSessionId)?;
    Ok(Glimpse {
        id: SessionRecordingId(whole(&id).into_owned()),
        distinct_id: event.distinct_id().ok_or(Rejection::NoDistinctId)?,
        source: text("$snapshot_source").unwrap_or_else(|| "web".into()),
        library: text("$lib"),
        url: None,
        times: None,
    })
}

/// Adds snapshots: a list of them, or a single one.
fn add(glimpse: &mut Glimpse, data: &RawValue) -> Result<(), Rejection> {
    match serde_json::from_str::<Datum>(data.get()) {
        Ok(Datum::Object) => look_at(glimpse, data.get()),
        Ok(Datum::List) => {
            let snapshots = serde_json::from_str::<Objects>(data.get());
            let snapshots = snapshots.ok().and_then(|objects| objects.0);
            for snapshot in snapshots.unwrap_or_default() {
                look_at(glimpse, snapshot);
            }
        }
        _ => return Err(Rejection::NoSnapshotData),
    }
    Ok(())
}

/// A snapshot that cannot be read tells nothing.
fn look_at(glimpse: &mut Glimpse, snapshot: &str) {
    #[derive(Deserialize)]
    struct Snapshot<'t> {
        r#type: Option<u64>,
        timestamp: Option<f64>,
        #[serde(borrow)]
        data: Option<&'t RawValue>,
    }
    #[derive(Deserialize)]
    struct Meta {
        href: String,
    }
    let Ok(snapshot) = serde_json::from_str::<Snapshot>(snapshot) else {
        return;
    };
    let is_clock = |milliseconds: &f64| (0.0..=LAST_MILLISECOND).contains(milliseconds);
    if let Some(milliseconds) = snapshot.timestamp.filter(is_clock) {
        let at = Timestamp((milliseconds * 1000.0) as i64);
        let (first, last) = glimpse.times.unwrap_or((at, at));
        glimpse.times = Some((first.min(at), last.max(at)));
    }
    if snapshot.r#type == Some(META) && glimpse.url.is_none() {
        let meta = snapshot
            .data
            .map(|data| serde_json::from_str::<Meta>(data.get()));
        glimpse.url = meta.and_then(Result::ok).map(|meta| meta.href);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glimpse(events: &str) -> Result<Option<Glimpse>, Rejection> {
        let text = format!(r#"{{"token": "t", "batch": [{events}]}}"#);
        read(&Payload::read(&text, false).unwrap())
    }

    #[test]
    fn snapshots_tell_when_and_where() {
        let found = glimpse(
            r#"{"event": "$snapshot", "distinct_id": "d", "properties": {"$session_id": "s", "$lib": "web", "$snapshot_data": [
                 {"type": 2, "timestamp": 2000.5, "data": "compressed"}, {"type": 4, "timestamp": 1000, "data": {"href": "http://a/"}},
                 {"type": 4, "timestamp": 3000, "data": {"href": "http://b/"}}, {"timestamp": -5}, {"timestamp": 1e300}]}},
               {"event": "$snapshot", "properties": {"$snapshot_data": {"timestamp": 4000}}}"#,
        );
        let expected = Glimpse {
            id: SessionRecordingId("s".into()),
            distinct_id: "d".into(),
            source: "web".into(),
            library: Some("web".into()),
            url: Some("http://a/".into()),
            times: Some((Timestamp(1_000_000), Timestamp(4_000_000))),
        };
        assert_eq!(found, Ok(Some(expected)));
    }

    #[test]
    fn what_is_missing_is_told_in_order() {
        let long = "x".repeat(101);
        for (properties, expected) in [
            (r#""$snapshot_data": []"#, Rejection::NoSessionId),
            (r#""$session_id": 5"#, Rejection::BadSessionId),
            (r#""$session_id": """#, Rejection::BadSessionId),
            (
                &format!(r#""$session_id": "{long}""#),
                Rejection::BadSessionId,
            ),
            (r#""$session_id": "s""#, Rejection::NoDistinctId),
            (
                r#""$session_id": "s", "distinct_id": "d""#,
                Rejection::NoSnapshotData,
            ),
            (
                r#""$session_id": "s", "distinct_id": "d", "$snapshot_data": 5"#,
                Rejection::NoSnapshotData,
            ),
        ] {
            let event = format!(r#"{{"event": "$snapshot", "properties": {{{properties}}}}}"#);
            assert_eq!(glimpse(&event), Err(expected), "{properties}");
        }
    }
}
