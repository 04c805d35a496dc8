//! The view of a shared recording (`sharing.md` 6.5).

use serde_json::{Value, json};
use uuid::Uuid;

use crate::model::SessionRecording;

/// The view of `recording`, with null for what is not known.
pub fn view(recording: &SessionRecording) -> Value {
    let (start, end) = recording.times.unzip();
    let duration = recording
        .times
        .map(|(start, end)| (end.0 - start.0).max(0) / 1_000_000);
    let counts = &recording.counts;
    let count = |count: i64| recording.times.map(|_| count);
    let distinct_id = recording.distinct_id.as_deref().unwrap_or_default();
    let person = json!({
        "id": null, "name": null, "distinct_ids": [distinct_id], "properties": {}, "created_at": null,
        "uuid": Uuid::nil(), "last_seen_at": null,
    });
    json!({
        "id": recording.id,
        "distinct_id": recording.distinct_id,
        "viewed": false,
        "viewers": null,
        "recording_duration": duration,
        "active_seconds": duration,
        "inactive_seconds": duration.map(|_| 0),
        "start_time": start,
        "end_time": end,
        "click_count": count(counts.click),
        "keypress_count": count(counts.keypress),
        "mouse_activity_count": count(counts.mouse_activity),
        "console_log_count": count(counts.console_log),
        "console_warn_count": count(counts.console_warn),
        "console_error_count": count(counts.console_error),
        "start_url": recording.start_url,
        "person": person,
        "retention_period_days": null,
        "expiry_time": null,
        "recording_ttl": null,
        "snapshot_source": recording.snapshot_source.as_deref().unwrap_or("web"),
        "snapshot_library": recording.snapshot_library,
        "ongoing": null,
        "activity_score": null,
        "has_summary": false,
        "summary_outcome": null,
        "external_references": [],
        "matches_filters": true,
    })
}
