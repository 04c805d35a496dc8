//! The lists `notebooks` and `session_recordings`.

use serde_json::json;
use uuid::Uuid;

use super::{
    file,
    problem::*,
    shape::Count,
    work::{Origin, Thing, Work},
};
use crate::{
    model::*,
    store::{notebooks, session_recordings},
};

/// Makes the notebooks.
pub fn make_notebooks(work: &mut Work, list: &[file::Notebook]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("notebooks", index);
        let origin = Origin::of(work, &item.project, item.created_by.as_deref(), &place)?;
        let given = item.short_id.as_ref().map(|id| id.to_string());
        let short_id = given.unwrap_or_else(random_short_id);
        let notebook = Notebook {
            head: NotebookHead {
                id: item.id.unwrap_or_else(ordered_uuid),
                short_id: NotebookShortId(short_id.clone()),
                title: item.title.as_ref().map(|title| title.to_string()),
                deleted: item.deleted,
                created_at: origin.now,
                created_by: origin.by,
                last_modified_at: origin.now,
                last_modified_by: origin.by,
            },
            content: item.content.as_ref().map(|content| content.0.clone()),
            text_content: item.text_content.clone(),
            version: item.version,
        };
        notebooks::insert(work.db, origin.project, &notebook).map_err(place.blame())?;
        let thing = Thing::Shareable(
            ParentKind::Notebook,
            origin.project,
            short_id.clone(),
            origin.by,
        );
        work.made(
            item.r#ref.as_deref(),
            &place,
            thing,
            json!({"short_id": short_id}),
        )?;
    }
    Ok(())
}

/// Makes the recordings.
pub fn make_recordings(work: &mut Work, list: &[file::SessionRecording]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("session_recordings", index);
        let origin = Origin::of(work, &item.project, item.created_by.as_deref(), &place)?;
        let given = item.id.as_ref().map(|id| id.to_string());
        let id = given.unwrap_or_else(|| Uuid::now_v7().to_string());
        let recording = recording(work.now, SessionRecordingId(id.clone()), item);
        session_recordings::insert(work.db, origin.project, &recording).map_err(place.blame())?;
        if item.viewed {
            let nobody = || {
                place
                    .key("viewed")
                    .problem("needs created_by, who viewed it")
            };
            let viewer = origin.by.ok_or_else(nobody)?;
            session_recordings::view(work.db, origin.project, &recording.id, viewer)?;
        }
        let thing = Thing::Shareable(
            ParentKind::SessionRecording,
            origin.project,
            id.clone(),
            origin.by,
        );
        work.made(item.r#ref.as_deref(), &place, thing, json!({"id": id}))?;
    }
    Ok(())
}

/// Without a time a recording counts as one that was never made: one that the file does not date is made now.
fn recording(
    now: Timestamp,
    id: SessionRecordingId,
    item: &file::SessionRecording,
) -> SessionRecording {
    let start = item.start_time.map_or(now, |at| at.0);
    let count = |count: Option<Count>| count.map_or(0, |count| count.0);
    SessionRecording {
        id,
        distinct_id: item.distinct_id.clone(),
        times: Some((start, item.end_time.map_or(start, |at| at.0))),
        start_url: item.start_url.clone(),
        snapshot_source: item.snapshot_source.clone(),
        snapshot_library: item.snapshot_library.clone(),
        counts: RecordingCounts {
            click: count(item.click_count),
            keypress: count(item.keypress_count),
            mouse_activity: count(item.mouse_activity_count),
            console_log: count(item.console_log_count),
            console_warn: count(item.console_warn_count),
            console_error: count(item.console_error_count),
        },
        deleted: item.deleted,
    }
}
