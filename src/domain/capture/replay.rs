//! Session recordings: what is stored of their snapshots (`ingestion.md` 1.7, `resources.md` 4).

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Capture, Datum, Event, Payload, Rejection, datum::CowStr, names::stored_text};
use crate::{
    model::{ProjectId, RecordingCounts, SessionRecording, SessionRecordingId, Timestamp},
    store::{self, Store, Write, session_recordings},
};

/// The most bytes of a session id.
const ID_LENGTH: usize = 100;

/// The most characters of an address.
const URL_LENGTH: usize = 4 << 10;

/// The most characters of a source and of a library.
const SOURCE_LENGTH: usize = 1_000;

// Types of snapshots, as the recorder in the browser numbers them.
const INCREMENTAL: Datum = Datum::Whole(3);
const PLUGIN: Datum = Datum::Whole(6);

// Sources of incremental snapshots.
const MOUSE_MOVE: Datum = Datum::Whole(1);
const MOUSE_INTERACTION: Datum = Datum::Whole(2);
const INPUT: Datum = Datum::Whole(5);
const TOUCH_MOVE: Datum = Datum::Whole(6);

/// Interactions that are clicks: click, context menu, double click, the end of a touch.
const CLICKS: [Datum; 4] = [
    Datum::Whole(2),
    Datum::Whole(3),
    Datum::Whole(4),
    Datum::Whole(9),
];

/// The plugin that records messages of the console.
const CONSOLE: &str = "rrweb/console@1";

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
    /// What people did, and the messages of the console.
    pub counts: RecordingCounts,
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
        let target = self.find_target(store, payload.token().as_deref(), now)?;
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
        let sent: SentSnapshots = serde_json::from_str(sent).unwrap_or_default();
        let summary = match summary {
            Some(summary) => summary,
            None => summary.insert(begin(event, &sent.properties)?),
        };
        let data = sent.properties.0.get("$snapshot_data");
        add(summary, data.ok_or(Rejection::NoSnapshotData)?)
    })?;
    Ok(summary.flatten())
}

/// Creates or extends the recording. One of which no snapshot has a time is of now.
fn record(
    db: &Write,
    project: ProjectId,
    summary: SnapshotSummary,
    now: Timestamp,
) -> store::Result<()> {
    let recording = SessionRecording {
        id: summary.id,
        distinct_id: Some(summary.distinct_id),
        times: summary.times,
        start_url: summary.url,
        snapshot_source: Some(summary.source),
        snapshot_library: summary.library,
        counts: summary.counts,
        deleted: false,
    };
    session_recordings::merge(db, project, &recording)?;
    match recording.times {
        Some(_) => Ok(()),
        None => session_recordings::date(db, project, &recording.id, now),
    }
}

/// An event of a recording.
#[derive(Default, Deserialize)]
struct SentSnapshots<'t> {
    #[serde(borrow, default)]
    properties: WantedProperties<'t>,
}

/// The properties of [`WANTED`], unparsed; the last of duplicates.
#[derive(Default)]
struct WantedProperties<'t>(BTreeMap<&'static str, &'t RawValue>);

impl<'de: 't, 't> Deserialize<'de> for WantedProperties<'t> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ReadingWanted)
    }
}

struct ReadingWanted;

impl<'de> Visitor<'de> for ReadingWanted {
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
        source: text("$snapshot_source").map_or("web".into(), |text| cut(&text, SOURCE_LENGTH)),
        library: text("$lib").map(|text| cut(&text, SOURCE_LENGTH)),
        url: None,
        counts: RecordingCounts::default(),
        times: None,
    })
}

/// Adds a list of snapshots, or a single one.
fn add(summary: &mut SnapshotSummary, data: &RawValue) -> Result<(), Rejection> {
    match serde_json::from_str::<Datum>(data.get()) {
        Ok(Datum::Object) => add_snapshot(summary, data.get()),
        Ok(Datum::List) => {
            let mut list = serde_json::Deserializer::from_str(data.get());
            let all = list.deserialize_seq(EachSnapshot(summary));
            all.map_err(|_| Rejection::NoSnapshotData)?;
        }
        _ => return Err(Rejection::NoSnapshotData),
    }
    Ok(())
}

/// Adds the items of a list one by one: in a list of their own they could take more memory than the request.
struct EachSnapshot<'s>(&'s mut SnapshotSummary);

impl<'de> Visitor<'de> for EachSnapshot<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of snapshots")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(snapshot) = items.next_element::<&RawValue>()? {
            add_snapshot(self.0, snapshot.get());
        }
        Ok(())
    }
}

/// A snapshot. The values are not typed: one that is wrong must not hide the others.
#[derive(Deserialize)]
struct Snapshot<'t> {
    #[serde(borrow)]
    r#type: Option<Datum<'t>>,
    timestamp: Option<f64>,
    data: Option<&'t RawValue>,
}

/// The data of a snapshot, unless SDKs have compressed it.
#[derive(Default, Deserialize)]
struct SnapshotData<'t> {
    #[serde(borrow)]
    source: Option<Datum<'t>>,
    r#type: Option<Datum<'t>>,
    href: Option<Datum<'t>>,
    plugin: Option<Datum<'t>>,
    payload: Option<&'t RawValue>,
}

/// What plugins and custom snapshots say.
#[derive(Default, Deserialize)]
struct Said<'t> {
    #[serde(borrow)]
    href: Option<Datum<'t>>,
    level: Option<Datum<'t>>,
}

/// Ignores a snapshot that cannot be parsed or has no time, as the service does.
fn add_snapshot(summary: &mut SnapshotSummary, snapshot: &str) {
    let Ok(snapshot) = serde_json::from_str::<Snapshot>(snapshot) else {
        return;
    };
    let is_clock = |milliseconds: &f64| *milliseconds > 0.0 && *milliseconds <= LAST_MILLISECOND;
    let Some(milliseconds) = snapshot.timestamp.filter(is_clock) else {
        return;
    };
    let at = Timestamp((milliseconds * 1000.0) as i64);
    let (first, last) = summary.times.unwrap_or((at, at));
    summary.times = Some((first.min(at), last.max(at)));
    let data = snapshot.data.map_or("{}", RawValue::get);
    let data: SnapshotData = serde_json::from_str(data).unwrap_or_default();
    let said = data.payload.map_or("{}", RawValue::get);
    let said: Said = serde_json::from_str(said).unwrap_or_default();
    if summary.url.is_none() {
        let mut urls = [&data.href, &said.href].into_iter().flatten();
        summary.url = urls.find_map(|url| {
            let url = url.text()?.trim();
            (!url.is_empty()).then(|| cut(url, URL_LENGTH))
        });
    }
    count(&mut summary.counts, snapshot.r#type, &data, &said);
}

fn count(counts: &mut RecordingCounts, kind: Option<Datum>, data: &SnapshotData, said: &Said) {
    if kind == Some(INCREMENTAL) {
        let Some(source) = &data.source else { return };
        let is_click = |action: &Datum| *source == MOUSE_INTERACTION && CLICKS.contains(action);
        let is_mouse = [MOUSE_MOVE, MOUSE_INTERACTION, TOUCH_MOVE].contains(source);
        counts.click += i64::from(data.r#type.as_ref().is_some_and(is_click));
        counts.keypress += i64::from(*source == INPUT);
        counts.mouse_activity += i64::from(is_mouse);
    }
    let plugin = data.plugin.as_ref().and_then(Datum::text);
    if kind == Some(PLUGIN) && plugin.is_some_and(|plugin| plugin == CONSOLE) {
        let level = said.level.as_ref().and_then(Datum::text);
        let messages = match level.map_or("", |level| level) {
            "warn" | "countReset" => &mut counts.console_warn,
            "error" | "assert" => &mut counts.console_error,
            _ => &mut counts.console_log,
        };
        *messages += 1;
    }
}

/// The first `length` characters of a text, as it is stored.
fn cut(text: &str, length: usize) -> String {
    stored_text(text).chars().take(length).collect()
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
                 {"type": 4, "timestamp": 3000, "data": {"href": "http://b/"}}, {"timestamp": -5}, {"timestamp": 1e300}, {"timestamp": 0}]}},
               {"event": "$snapshot", "properties": {"$snapshot_data": {"timestamp": 4000}}}"#,
        );
        let expected = SnapshotSummary {
            id: SessionRecordingId("s".into()),
            distinct_id: "d".into(),
            source: "web".into(),
            library: Some("web".into()),
            url: Some("http://a/".into()),
            counts: RecordingCounts::default(),
            times: Some((Timestamp(1_000_000), Timestamp(4_000_000))),
        };
        assert_eq!(found, Ok(Some(expected)));
    }

    #[test]
    fn actions_and_messages_are_counted() {
        let incremental = |data: &str| format!(r#"{{"type": 3, "timestamp": 1, "data": {data}}}"#);
        let console = |level: &str| {
            format!(
                r#"{{"type": 6, "timestamp": 1, "data": {{"plugin": "rrweb/console@1", "payload": {{"level": {level}}}}}}}"#
            )
        };
        let interactions =
            (0..11).map(|kind| incremental(&format!(r#"{{"source": 2, "type": {kind}}}"#)));
        let sources =
            (0..16).map(|source| incremental(&format!(r#"{{"source": {source}, "id": 5}}"#)));
        let levels = [
            r#""log""#,
            r#""info""#,
            r#""debug""#,
            r#""trace""#,
            r#""unheard of""#,
            "5",
            "null",
            r#""warn""#,
            r#""countReset""#,
            r#""error""#,
            r#""assert""#,
            r#""error""#,
        ];
        let others = [
            r#"{"type": 3, "data": {"source": 2, "type": 2}}"#,
            r#"{"type": 3, "timestamp": 0, "data": {"source": 2, "type": 2}}"#,
            r#"{"type": 2, "timestamp": 1, "data": {"source": 2, "type": 2}}"#,
            r#"{"type": 3, "timestamp": 1, "data": "packed"}"#,
            r#"{"type": 3, "timestamp": 1, "data": {"source": "2", "type": 2}}"#,
            r#"{"type": 6, "timestamp": 1, "data": {"plugin": "rrweb/network@1", "payload": {"level": "error"}}}"#,
            r#"{"type": 5, "timestamp": 1, "data": {"plugin": "rrweb/console@1", "payload": {"level": "error"}}}"#,
            r#"{"type": 6, "timestamp": 1, "data": {"plugin": "rrweb/console@1", "payload": []}}"#,
        ];
        let snapshots: Vec<_> = interactions
            .chain(sources)
            .chain(levels.map(console))
            .chain(others.map(str::to_owned))
            .collect();
        let event = format!(
            r#"{{"event": "$snapshot", "distinct_id": "d", "properties": {{"$session_id": "s", "$snapshot_data": [{}]}}}}"#,
            snapshots.join(",")
        );
        let expected = RecordingCounts {
            click: 4,
            keypress: 1,
            mouse_activity: 11 + 3,
            console_log: 7 + 1,
            console_warn: 2,
            console_error: 3,
        };
        assert_eq!(summary(&event).unwrap().unwrap().counts, expected);
    }

    #[test]
    fn the_url_is_the_first_that_a_snapshot_says() {
        let url = |snapshots: &str| {
            let event = format!(
                r#"{{"event": "$snapshot", "distinct_id": "d", "properties": {{"$session_id": "s", "$snapshot_data": [{snapshots}]}}}}"#
            );
            summary(&event).unwrap().unwrap().url
        };
        let custom = r#"{"type": 5, "timestamp": 2, "data": {"tag": "$pageview", "payload": {"href": " http://b/ "}}}"#;
        let blank = r#"{"type": 4, "timestamp": 1, "data": {"href": " "}}, {"type": 4, "timestamp": 1, "data": {"href": 5}}"#;
        assert_eq!(
            url(&format!("{blank}, {custom}")).as_deref(),
            Some("http://b/")
        );
        assert_eq!(url(blank), None);
        assert_eq!(url(r#"{"type": 4, "data": {"href": "http://a/"}}"#), None);
        let long = format!(
            r#"{{"type": 4, "timestamp": 1, "data": {{"href": "{}"}}}}"#,
            "ä".repeat(5_000)
        );
        assert_eq!(url(&long), Some("ä".repeat(4_096)));
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
