//! Session recordings: what is stored of their snapshots (`ingestion.md` 1.7, `resources.md` 4).

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    Capture, Datum, Event, Payload, Rejection,
    datum::{CowStr, Objects},
    names::stored_text,
};
use crate::{
    model::{ProjectId, RecordingCounts, SessionRecording, SessionRecordingId, Timestamp},
    store::{self, Store, Write, session_recordings},
};

/// The most bytes of a session id.
const ID_LENGTH: usize = 100;

/// The type of the snapshot that has the page's address.
const META: u64 = 4;

/// The properties that are read.
const WANTED: [&str; 4] = ["$session_id", "$snapshot_source", "$lib", "$snapshot_data"];

/// The last millisecond of the year 9999; a later clock is ignored.
const LAST_MILLISECOND: f64 = 253_402_300_799_999.0;

/// What a request says about a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotSummary {
    /// The `$session_id`.
    pub id: SessionRecordingId,
    /// The `distinct_id` of the person recorded.
    pub distinct_id: String,
    /// `web` or `mobile`.
    pub source: String,
    /// The SDK that recorded it.
    pub library: Option<String>,
    /// The address of the first page, if the request has it.
    pub url: Option<String>,
    /// When the first and the last snapshot were taken.
    pub times: Option<(Timestamp, Timestamp)>,
}

impl Capture {
    /// Captures the snapshots of a recording for the project that the token of `payload` names. Snapshots for an unknown token
    /// are checked, and otherwise ignored.
    ///
    /// Errors: the first in the order of `ingestion.md` 1.4 and 1.7.
    pub fn snapshots(
        &self,
        store: &Store,
        payload: &Payload,
        now: Timestamp,
    ) -> store::Result<Result<(), Rejection>> {
        let summary = match read(payload) {
            Ok(summary) => summary,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let target = self.find_target(store, payload.token().as_deref())?;
        if let (Some(target), Some(summary)) = (target, summary) {
            store.write(move |db| record(db, target.project, summary, now))?;
        }
        Ok(Ok(()))
    }
}

/// Reads the snapshots of `payload`; `None` if it has none.
///
/// Errors: the first in the order of `ingestion.md` 1.4 and 1.7.
pub fn read(payload: &Payload) -> Result<Option<SnapshotSummary>, Rejection> {
    let summary = payload.each(|summary: &mut Option<SnapshotSummary>, event, sent| {
        let sent: Sent = serde_json::from_str(sent).unwrap_or_default();
        let summary = match summary {
            Some(summary) => summary,
            None => summary.insert(begin(event, &sent.properties)?),
        };
        let data = sent.properties.0.get("$snapshot_data");
        add(summary, data.ok_or(Rejection::NoSnapshotData)?)
    })?;
    Ok(summary.flatten())
}

/// Creates or extends the recording. Snapshots without a time count as taken now.
fn record(
    db: &Write,
    project: ProjectId,
    summary: SnapshotSummary,
    now: Timestamp,
) -> store::Result<()> {
    let (start, end) = summary.times.unwrap_or((now, now));
    let recording = SessionRecording {
        id: summary.id,
        distinct_id: Some(summary.distinct_id),
        times: Some((start, end)),
        start_url: summary.url,
        snapshot_source: Some(summary.source),
        snapshot_library: summary.library,
        counts: RecordingCounts::default(),
        deleted: false,
    };
    session_recordings::merge(db, project, &recording)
}

/// An event of a recording.
#[derive(Default, Deserialize)]
struct Sent<'t> {
    #[serde(borrow, default)]
    properties: WantedProperties<'t>,
}

/// The properties of [`WANTED`], unparsed; the last of duplicates.
#[derive(Default)]
struct WantedProperties<'t>(BTreeMap<&'static str, &'t RawValue>);

impl<'de: 't, 't> Deserialize<'de> for WantedProperties<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ReadingProperties)
    }
}

struct ReadingProperties;

impl<'de> Visitor<'de> for ReadingProperties {
    type Value = WantedProperties<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of properties")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = WantedProperties::default();
        while let Some(CowStr(key)) = members.next_key()? {
            let value = members.next_value()?;
            if let Some(wanted) = WANTED.into_iter().find(|wanted| *wanted == key) {
                found.0.insert(wanted, value);
            }
        }
        Ok(found)
    }
}

/// What the first event says about the whole recording.
fn begin(
    event: &Event,
    WantedProperties(properties): &WantedProperties,
) -> Result<SnapshotSummary, Rejection> {
    let text = |key: &str| {
        let text = serde_json::from_str::<CowStr>(properties.get(key)?.get());
        text.ok().map(|CowStr(text)| text.into_owned())
    };
    if !properties.contains_key("$session_id") {
        return Err(Rejection::NoSessionId);
    }
    let id = text("$session_id").filter(|id| id.len() <= ID_LENGTH && !id.is_empty());
    let id = id.ok_or(Rejection::BadSessionId)?;
    Ok(SnapshotSummary {
        id: SessionRecordingId(stored_text(&id).into_owned()),
        distinct_id: event.distinct_id().ok_or(Rejection::NoDistinctId)?,
        source: text("$snapshot_source").unwrap_or_else(|| "web".into()),
        library: text("$lib"),
        url: None,
        times: None,
    })
}

/// Adds a list of snapshots, or a single one.
fn add(summary: &mut SnapshotSummary, data: &RawValue) -> Result<(), Rejection> {
    match serde_json::from_str::<Datum>(data.get()) {
        Ok(Datum::Object) => add_snapshot(summary, data.get()),
        Ok(Datum::List) => {
            let snapshots = serde_json::from_str::<Objects>(data.get());
            let snapshots = snapshots.ok().and_then(|objects| objects.0);
            for snapshot in snapshots.unwrap_or_default() {
                add_snapshot(summary, snapshot);
            }
        }
        _ => return Err(Rejection::NoSnapshotData),
    }
    Ok(())
}

/// Ignores a snapshot that cannot be parsed: SDKs compress some.
fn add_snapshot(summary: &mut SnapshotSummary, snapshot: &str) {
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
        let (first, last) = summary.times.unwrap_or((at, at));
        summary.times = Some((first.min(at), last.max(at)));
    }
    if snapshot.r#type == Some(META) && summary.url.is_none() {
        let meta = snapshot
            .data
            .map(|data| serde_json::from_str::<Meta>(data.get()));
        summary.url = meta.and_then(Result::ok).map(|meta| meta.href);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(events: &str) -> Result<Option<SnapshotSummary>, Rejection> {
        let text = format!(r#"{{"token": "t", "batch": [{events}]}}"#);
        read(&Payload::read(&text, false).unwrap())
    }

    #[test]
    fn snapshots_give_times_and_the_first_url() {
        let found = summary(
            r#"{"event": "$snapshot", "distinct_id": "d", "properties": {"$session_id": "s", "$lib": "web", "$snapshot_data": [
                 {"type": 2, "timestamp": 2000.5, "data": "compressed"}, {"type": 4, "timestamp": 1000, "data": {"href": "http://a/"}},
                 {"type": 4, "timestamp": 3000, "data": {"href": "http://b/"}}, {"timestamp": -5}, {"timestamp": 1e300}]}},
               {"event": "$snapshot", "properties": {"$snapshot_data": {"timestamp": 4000}}}"#,
        );
        let expected = SnapshotSummary {
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
    fn missing_parts_are_reported_in_order() {
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
            assert_eq!(summary(&event), Err(expected), "{properties}");
        }
    }
}
