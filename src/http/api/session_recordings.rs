//! `/api/projects/{project_id}/session_recordings`

use serde::Serialize;
use serde_json::json;

use crate::{
    domain::{Context, session_recordings},
    http::{Request, Response, State, error::Result},
    model::{SeenRecording, SessionRecordingId, Timestamp},
};

/// How many days a recording is kept.
const RETENTION_DAYS: i64 = 30;

/// How long after its last snapshot a recording counts as ongoing, in seconds.
const PAUSE: i64 = 5 * 60;

const SECOND: i64 = 1_000_000; // in microseconds
const DAY: i64 = 24 * 60 * 60 * SECOND;

#[derive(Serialize)]
struct RecordingView<'r> {
    id: &'r SessionRecordingId,
    distinct_id: Option<&'r str>,
    viewed: bool,
    viewers: &'r [String],
    /// In seconds, like the next two. Pauses between snapshots are not measured, so the whole duration counts as active.
    recording_duration: Option<i64>,
    active_seconds: Option<i64>,
    inactive_seconds: Option<i64>,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    click_count: i64,
    keypress_count: i64,
    mouse_activity_count: i64,
    console_log_count: i64,
    console_warn_count: i64,
    console_error_count: i64,
    start_url: Option<&'r str>,
    person: Option<()>,
    retention_period_days: i64,
    expiry_time: Option<Timestamp>,
    /// The number of days until it expires.
    recording_ttl: Option<i64>,
    snapshot_source: &'r str,
    snapshot_library: Option<&'r str>,
    ongoing: bool,
    activity_score: Option<()>,
    external_references: [(); 0],
}

impl<'r> RecordingView<'r> {
    fn new(seen: &'r SeenRecording, now: Timestamp) -> Self {
        let SeenRecording {
            recording,
            viewed,
            viewers,
        } = seen;
        let (start, end) = recording.times.unzip();
        let duration = recording
            .times
            .map(|(start, end)| (end.0 - start.0).max(0) / SECOND);
        let expiry = start.map(|start| start.plus_seconds(RETENTION_DAYS * DAY / SECOND));
        let day = |at: Timestamp| at.0.div_euclid(DAY);
        RecordingView {
            id: &recording.id,
            distinct_id: recording.distinct_id.as_deref(),
            viewed: *viewed,
            viewers,
            recording_duration: duration,
            active_seconds: duration,
            inactive_seconds: duration.map(|_| 0),
            start_time: start,
            end_time: end,
            click_count: recording.counts.click,
            keypress_count: recording.counts.keypress,
            mouse_activity_count: recording.counts.mouse_activity,
            console_log_count: recording.counts.console_log,
            console_warn_count: recording.counts.console_warn,
            console_error_count: recording.counts.console_error,
            start_url: recording.start_url.as_deref(),
            person: None,
            retention_period_days: RETENTION_DAYS,
            expiry_time: expiry,
            recording_ttl: expiry.map(|expiry| (day(expiry) - day(now)).max(0)),
            snapshot_source: recording.snapshot_source.as_deref().unwrap_or("web"),
            snapshot_library: recording.snapshot_library.as_deref(),
            ongoing: end.is_some_and(|end| end.plus_seconds(PAUSE) > now),
            activity_score: None,
            external_references: [],
        }
    }
}

/// 200 with a page of the project's recordings, newest first, without a count.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (query, page) = (request.query(), request.page());
    let (items, has_next) = session_recordings::list(&state.store, context, &query, page)?;
    let results: Vec<_> = items
        .iter()
        .map(|seen| RecordingView::new(seen, context.now))
        .collect();
    Ok(Response::ok(
        &json!({"results": results, "has_next": has_next, "version": 4}),
    ))
}

pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let id = request.path("id")?;
    let seen = session_recordings::show(&state.store, context, &id)?;
    Ok(Response::ok(&RecordingView::new(&seen, context.now)))
}

/// PATCH and PUT: 200; stores that the caller viewed the recording if the body says so.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (id, form) = (request.path("id")?, request.form());
    session_recordings::update(&state.store, context, id, form)?;
    Ok(Response::ok(&json!({"success": true})))
}

/// 204; the recording cannot be restored.
pub fn destroy(state: &State, context: Context, request: &Request) -> Result<Response> {
    session_recordings::delete(&state.store, context, request.path("id")?)?;
    Ok(Response::no_content())
}
