//! Who did what: table `activity`.

use rusqlite::named_params;

use super::{Result, Write};
use crate::model::*;

const INSERT: &str = "
    INSERT INTO activity (id, project_id, user_id, is_system, scope, item_id, activity, detail, created_at)
    VALUES (:id, :project, :user, :is_system, :scope, :item, :activity, :detail, :now)";

/// One line of the log, to be written.
pub struct NewActivity<'a> {
    /// Who did it; `None`: the server itself.
    pub user: Option<UserId>,
    /// Whether it counts as the server's own doing.
    pub is_system: bool,
    /// The kind of thing: `Insight`, `PropertyDefinition`, …
    pub scope: &'a str,
    /// The thing's id, as text.
    pub item: &'a str,
    /// What was done: `created`, `updated`, …
    pub activity: &'a str,
    /// A JSON object, as text.
    pub detail: String,
}

/// Adds a line to the log of `project`.
pub fn insert(db: &Write, project: ProjectId, now: Timestamp, line: &NewActivity) -> Result<()> {
    let params = named_params! {
        ":id": ordered_uuid().to_string(), ":project": project, ":user": line.user, ":is_system": line.is_system,
        ":scope": line.scope, ":item": line.item, ":activity": line.activity, ":detail": line.detail, ":now": now,
    };
    db.run(INSERT, params)?;
    Ok(())
}
