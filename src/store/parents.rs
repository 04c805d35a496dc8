//! What can be shared, by the ids that shares use: tables `insight`, `dashboard`, `notebook`, `session_recording`.

use rusqlite::{Row, named_params};

use super::{Read, Result, Write, instant::RowKey};
use crate::model::{Parent, ParentKind, ProjectId};

/// The name of an insight is its own, or the one derived from its query if it has none.
macro_rules! insight {
    ($by:literal) => {
        concat!(
            "SELECT CAST(id AS TEXT) AS id, coalesce(nullif(name, ''), derived_name) AS name, short_id
               FROM insight WHERE project_id = :project AND deleted = 0 AND ",
            $by
        )
    };
}

const INSIGHT: &str = insight!("id = :id");
const INSIGHT_BY_SHORT_ID: &str = insight!("short_id = :id");
const DASHBOARD: &str = "
    SELECT CAST(id AS TEXT) AS id, name, NULL AS short_id
      FROM dashboard WHERE project_id = :project AND deleted = 0 AND id = :id";
const NOTEBOOK: &str = "
    SELECT short_id AS id, title AS name, short_id FROM notebook WHERE project_id = :project AND short_id = :id";
const INSERT_RECORDING: &str = "
    INSERT INTO session_recording (project_id, id) VALUES (:project, :id) ON CONFLICT (project_id, id) DO NOTHING";

/// The most bytes of an id by which an insight is remembered.
const LONGEST_ID: usize = 40;

impl RowKey for (ProjectId, String) {
    type Row = Parent;

    /// A number can have any number of zeros in front.
    fn is_small(&self, _: &Parent) -> bool {
        self.1.len() <= LONGEST_ID
    }
}

/// The insight of `project` with this number or `short_id`; `None` if there is no such insight, or it is deleted.
pub fn insight(db: &Read, project: ProjectId, id: &str) -> Result<Option<Parent>> {
    db.remembered((project, id.to_owned()), || find_insight(db, project, id))
}

fn find_insight(db: &Read, project: ProjectId, id: &str) -> Result<Option<Parent>> {
    if let Ok(number) = id.parse::<i64>() {
        let params = named_params! { ":project": project, ":id": number };
        if let Some(found) = db.one(INSIGHT, params, |row| from_row(row, ParentKind::Insight))? {
            return Ok(Some(found));
        }
    }
    let params = named_params! { ":project": project, ":id": id };
    db.one(INSIGHT_BY_SHORT_ID, params, |row| {
        from_row(row, ParentKind::Insight)
    })
}

/// The dashboard `id` of `project`; `None` if there is no such dashboard, or it is deleted.
pub fn dashboard(db: &Read, project: ProjectId, id: &str) -> Result<Option<Parent>> {
    let Ok(number) = id.parse::<i64>() else {
        return Ok(None);
    };
    let params = named_params! { ":project": project, ":id": number };
    db.one(DASHBOARD, params, |row| {
        from_row(row, ParentKind::Dashboard)
    })
}

/// The notebook of `project` with this `short_id`, deleted or not.
pub fn notebook(db: &Read, project: ProjectId, short_id: &str) -> Result<Option<Parent>> {
    let params = named_params! { ":project": project, ":id": short_id };
    db.one(NOTEBOOK, params, |row| from_row(row, ParentKind::Notebook))
}

/// Adds a row for the recording `id` if `project` has none; nothing else is known of it.
pub fn insert_recording(db: &Write, project: ProjectId, id: &str) -> Result<()> {
    db.run(
        INSERT_RECORDING,
        named_params! { ":project": project, ":id": id },
    )?;
    Ok(())
}

fn from_row(row: &Row, kind: ParentKind) -> rusqlite::Result<Parent> {
    Ok(Parent {
        kind,
        id: row.get("id")?,
        name: row.get("name")?,
        short_id: row.get("short_id")?,
    })
}
