//! Which property was seen on which event: table `event_property`. Rows are never deleted.

use rusqlite::named_params;

use super::{Read, Result, Write, columns};
use crate::model::ProjectId;

const SEEN: &str = "
    SELECT event FROM event_property
     WHERE project_id = :project AND property = :property AND event IN (SELECT value FROM json_each(:events))";
const INSERT: &str = "
    INSERT INTO event_property (project_id, event, property) VALUES (:project, :event, :property) ON CONFLICT DO NOTHING";

/// The `events` on which `property` was seen, without duplicates, in no particular order.
pub fn seen_on(
    db: &Read,
    project: ProjectId,
    property: &str,
    events: &[String],
) -> Result<Vec<String>> {
    let params = named_params! { ":project": project, ":property": property, ":events": columns::to_json(&events) };
    db.all(SEEN, params, |row| row.get(0))
}

/// Inserts that `property` was seen on `event`; returns whether that is new.
pub fn insert(db: &Write, project: ProjectId, event: &str, property: &str) -> Result<bool> {
    let params = named_params! { ":project": project, ":event": event, ":property": property };
    Ok(db.run(INSERT, params)? > 0)
}
