//! Group types: table `group_type`.

use rusqlite::named_params;

use super::{Read, Result, Write};
use crate::model::ProjectId;

const ALL: &str = "
    SELECT group_type, group_type_index FROM group_type WHERE project_id = :project ORDER BY group_type_index";
const INSERT: &str = "
    INSERT INTO group_type (project_id, group_type, group_type_index) VALUES (:project, :group_type, :index)";

/// The group types of `project` with their indexes, 0 to 4, ordered by index.
pub fn find(db: &Read, project: ProjectId) -> Result<Vec<(String, u8)>> {
    db.all(ALL, named_params! { ":project": project }, |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Inserts a group type. Errors: `Taken` if the project has the type or the index.
pub fn insert(db: &Write, project: ProjectId, group_type: &str, index: u8) -> Result<()> {
    let params = named_params! { ":project": project, ":group_type": group_type, ":index": index };
    db.run(INSERT, params)?;
    Ok(())
}
