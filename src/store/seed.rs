//! What only seed files put into the database: definitions of events, group types, and marks on keys that are too short.

use rusqlite::named_params;

use super::{Read, Result, Write, columns};
use crate::model::*;

const EVENT_DEFINITION: &str = "
    INSERT INTO event_definition (id, project_id, name, description, tags, created_at, last_seen_at, verified, verified_at,
                                  verified_by, hidden, updated_at)
    VALUES (:id, :project, :name, :description, :tags, :created_at, :last_seen_at, :verified, :verified_at,
            :verified_by, :hidden, :updated_at)";
const GROUP_TYPE: &str = "
    INSERT INTO group_type (project_id, group_type, group_type_index) VALUES (:project, :group_type, :index)";
const WEAK_PERSONAL_KEY: &str = "UPDATE personal_api_key SET is_weak = 1 WHERE secret_hash = :hash";
const WEAK_PROJECT_KEY: &str =
    "UPDATE project_secret_api_key SET is_weak = 1 WHERE secret_hash = :hash";
const WEAK_KEYS: &str = "
    SELECT (SELECT count(*) FROM personal_api_key WHERE is_weak)
         + (SELECT count(*) FROM project_secret_api_key WHERE is_weak)";

/// An event definition to be.
#[derive(Debug)]
pub struct NewEventDefinition<'a> {
    /// The event's name.
    pub name: &'a str,
    /// When it is made.
    pub created_at: Timestamp,
    /// When the event last came in.
    pub last_seen_at: Option<Timestamp>,
    /// In normal form.
    pub tags: Vec<String>,
    /// What people say of it; `None` while nobody has touched it.
    pub notes: Option<PropertyNotes>,
}

/// Adds an event definition. `Taken` when the project has it.
pub fn insert_event_definition(
    db: &Write,
    project: ProjectId,
    new: &NewEventDefinition,
) -> Result<()> {
    let notes = new.notes.as_ref();
    let params = named_params! {
        ":id": ordered_uuid().to_string(), ":project": project, ":name": new.name,
        ":description": notes.map(|notes| &notes.description), ":tags": columns::to_json(&new.tags),
        ":created_at": new.created_at, ":last_seen_at": new.last_seen_at,
        ":verified": notes.map(|notes| notes.verified), ":verified_at": notes.map(|notes| notes.verified_at),
        ":verified_by": notes.map(|notes| notes.verified_by), ":hidden": notes.map(|notes| notes.hidden),
        ":updated_at": notes.map(|notes| notes.updated_at),
    };
    db.run(EVENT_DEFINITION, params)?;
    Ok(())
}

/// Adds a group type. `Taken` when the project has the type or the index.
pub fn insert_group_type(
    db: &Write,
    project: ProjectId,
    group_type: &str,
    index: i64,
) -> Result<()> {
    let params = named_params! { ":project": project, ":group_type": group_type, ":index": index };
    db.run(GROUP_TYPE, params)?;
    Ok(())
}

/// Notes that the key with this hash, a user's or a project's, is too short to be safe.
pub fn mark_weak(db: &Write, hash: SecretHash) -> Result<()> {
    db.run(WEAK_PERSONAL_KEY, named_params! { ":hash": hash })?;
    db.run(WEAK_PROJECT_KEY, named_params! { ":hash": hash })?;
    Ok(())
}

/// How many keys are too short to be safe.
pub fn count_weak(db: &Read) -> Result<i64> {
    db.count(WEAK_KEYS, [])
}
