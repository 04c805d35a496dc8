//! Session recordings: tables `session_recording` and `session_recording_view`.

use rusqlite::{Row, named_params};

use super::{Read, Result, Write, columns};
use crate::model::{
    ProjectId, RecordingCounts, SeenRecording, SessionRecording, SessionRecordingId, Timestamp,
    UserId,
};

/// Recordings as the user `:viewer` sees them.
macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, distinct_id, start_time, end_time, start_url, snapshot_source, snapshot_library, click_count,
                    keypress_count, mouse_activity_count, console_log_count, console_warn_count, console_error_count,
                    deleted,
                    EXISTS (SELECT 1 FROM session_recording_view
                                      WHERE recording = number AND user_id = :viewer) AS viewed,
                    (SELECT json_group_array(email ORDER BY email) FROM session_recording_view
                     JOIN user ON user.id = user_id WHERE recording = number AND user_id <> :viewer) AS viewers
             FROM session_recording ",
            $tail
        )
    };
}

const ONE: &str = select!("WHERE project_id = :project AND id = :id");
const PAGE: &str = select!(
    "WHERE project_id = :project AND deleted = 0 AND start_time IS NOT NULL
       AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))
       AND (:after IS NULL OR start_time >= :after) AND (:before IS NULL OR start_time <= :before)
     ORDER BY start_time DESC, number LIMIT :limit OFFSET :offset"
);

/// Adds a recording, whose values [`put`] binds.
macro_rules! insert {
    ($tail:literal) => {
        concat!(
            "INSERT INTO session_recording (project_id, id, distinct_id, start_time, end_time, start_url, snapshot_source,
                                            snapshot_library, click_count, keypress_count, mouse_activity_count,
                                            console_log_count, console_warn_count, console_error_count, deleted)
             VALUES (:project, :id, :distinct_id, :start_time, :end_time, :start_url, :snapshot_source,
                     :snapshot_library, :click_count, :keypress_count, :mouse_activity_count,
                     :console_log_count, :console_warn_count, :console_error_count, :deleted) ",
            $tail
        )
    };
}

const INSERT: &str = insert!("");
const MERGE: &str = insert!(
    "ON CONFLICT (project_id, id) DO UPDATE SET
        distinct_id = coalesce(distinct_id, :distinct_id),
        start_url = CASE WHEN start_time <= :start_time THEN coalesce(start_url, :start_url)
                                                        ELSE coalesce(:start_url, start_url) END,
        snapshot_source = coalesce(snapshot_source, :snapshot_source),
        snapshot_library = coalesce(snapshot_library, :snapshot_library),
        start_time = coalesce(min(start_time, :start_time), start_time, :start_time),
        end_time = coalesce(max(end_time, :end_time), end_time, :end_time),
        click_count = click_count + :click_count,
        keypress_count = keypress_count + :keypress_count,
        mouse_activity_count = mouse_activity_count + :mouse_activity_count,
        console_log_count = console_log_count + :console_log_count,
        console_warn_count = console_warn_count + :console_warn_count,
        console_error_count = console_error_count + :console_error_count"
);
const DATE: &str = "
    UPDATE session_recording SET start_time = :at, end_time = :at
     WHERE project_id = :project AND id = :id AND start_time IS NULL";
const VIEW: &str = "
    INSERT INTO session_recording_view (recording, user_id)
    SELECT number, :viewer FROM session_recording WHERE project_id = :project AND id = :id
    ON CONFLICT DO NOTHING";
const DELETE: &str =
    "UPDATE session_recording SET deleted = 1 WHERE project_id = :project AND id = :id";

/// Which recordings to list; `None` does not filter. Deleted recordings and those without snapshots are never listed.
#[derive(Clone, Debug, Default)]
pub struct RecordingFilter {
    /// The ids to choose from.
    pub ids: Option<Vec<String>>,
    /// The earliest start, inclusive.
    pub after: Option<Timestamp>,
    /// The latest start, inclusive.
    pub before: Option<Timestamp>,
}

/// Finds the recording `id` of `project` as `viewer` sees it, deleted or not, with or without snapshots.
pub fn find(
    db: &Read,
    project: ProjectId,
    id: &SessionRecordingId,
    viewer: UserId,
) -> Result<Option<SeenRecording>> {
    db.one(
        ONE,
        named_params! { ":project": project, ":id": id, ":viewer": viewer },
        from_row,
    )
}

/// Returns at most `limit` recordings of `project` after the first `offset`, newest first, as `viewer` sees them.
pub fn page(
    db: &Read,
    project: ProjectId,
    filter: &RecordingFilter,
    viewer: UserId,
    limit: i64,
    offset: i64,
) -> Result<Vec<SeenRecording>> {
    let params = named_params! {
        ":project": project, ":ids": filter.ids.as_ref().map(columns::to_json), ":after": filter.after,
        ":before": filter.before, ":viewer": viewer, ":limit": limit, ":offset": offset,
    };
    db.all(PAGE, params, from_row)
}

/// Inserts `recording`. Errors: `Taken` if the project has a recording with its id, deleted or not.
pub fn insert(db: &Write, project: ProjectId, recording: &SessionRecording) -> Result<()> {
    put(db, INSERT, project, recording)
}

/// Inserts `recording`, or extends the stored one: earliest start, latest end, fields that were missing, and the sums of the
/// counts. A deleted recording stays deleted.
pub fn merge(db: &Write, project: ProjectId, recording: &SessionRecording) -> Result<()> {
    put(db, MERGE, project, recording)
}

/// Dates the recording, if it has no time yet.
pub fn date(db: &Write, project: ProjectId, id: &SessionRecordingId, at: Timestamp) -> Result<()> {
    db.run(
        DATE,
        named_params! { ":project": project, ":id": id, ":at": at },
    )?;
    Ok(())
}

fn put(
    db: &Write,
    sql: &'static str,
    project: ProjectId,
    recording: &SessionRecording,
) -> Result<()> {
    let counts = recording.counts;
    let params = named_params! {
        ":project": project, ":id": recording.id, ":distinct_id": recording.distinct_id,
        ":start_time": recording.times.map(|(start, _)| start), ":end_time": recording.times.map(|(_, end)| end),
        ":start_url": recording.start_url, ":snapshot_source": recording.snapshot_source,
        ":snapshot_library": recording.snapshot_library, ":click_count": counts.click,
        ":keypress_count": counts.keypress, ":mouse_activity_count": counts.mouse_activity,
        ":console_log_count": counts.console_log, ":console_warn_count": counts.console_warn,
        ":console_error_count": counts.console_error, ":deleted": recording.deleted,
    };
    db.run(sql, params)?;
    Ok(())
}

/// Stores that `viewer` viewed the recording.
pub fn view(db: &Write, project: ProjectId, id: &SessionRecordingId, viewer: UserId) -> Result<()> {
    db.run(
        VIEW,
        named_params! { ":project": project, ":id": id, ":viewer": viewer },
    )?;
    Ok(())
}

/// Marks the recording as deleted.
pub fn delete(db: &Write, project: ProjectId, id: &SessionRecordingId) -> Result<()> {
    db.run(DELETE, named_params! { ":project": project, ":id": id })?;
    Ok(())
}

fn from_row(row: &Row) -> rusqlite::Result<SeenRecording> {
    let start: Option<Timestamp> = row.get("start_time")?;
    let end: Option<Timestamp> = row.get("end_time")?;
    let recording = SessionRecording {
        id: row.get("id")?,
        distinct_id: row.get("distinct_id")?,
        times: start.map(|start| (start, end.unwrap_or(start))),
        start_url: row.get("start_url")?,
        snapshot_source: row.get("snapshot_source")?,
        snapshot_library: row.get("snapshot_library")?,
        counts: RecordingCounts {
            click: row.get("click_count")?,
            keypress: row.get("keypress_count")?,
            mouse_activity: row.get("mouse_activity_count")?,
            console_log: row.get("console_log_count")?,
            console_warn: row.get("console_warn_count")?,
            console_error: row.get("console_error_count")?,
        },
        deleted: row.get("deleted")?,
    };
    Ok(SeenRecording {
        recording,
        viewed: row.get("viewed")?,
        viewers: columns::json(row, "viewers")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::assert_walks;

    #[test]
    fn the_list_is_read_in_order_from_an_index() {
        assert_walks(PAGE, "session_recording_by_start");
    }
}
