//! Rows that a seed file makes for rooms that have no insert of their own.

use rusqlite::named_params;

use super::{Read, Result, Write, columns};
use crate::model::*;

const DASHBOARD: &str = "
    INSERT INTO dashboard (id, project_id, name, description, pinned, deleted, filters, variables, restriction_level, tags,
                           created_at, created_by)
    VALUES (:id, :project, :name, :description, :pinned, :deleted, :filters, :variables, :restriction_level, :tags,
            :now, :created_by)";
const INSIGHT: &str = "
    INSERT INTO insight (id, project_id, short_id, name, derived_name, description, query, filters, result, sort_order,
                         deleted, favorited, saved, tags, created_at, created_by, updated_at, last_modified_at,
                         last_modified_by)
    VALUES (:id, :project, :short_id, :name, :derived_name, :description, :query, :filters, :result, :sort_order,
            :deleted, :favorited, :saved, :tags, :now, :created_by, :now, :now, :created_by)";
const TILE: &str =
    "INSERT INTO dashboard_tile (dashboard_id, insight_id) VALUES (:dashboard, :insight)";
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

/// What a row has to say about where, when and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The project it belongs to.
    pub project: ProjectId,
    /// Who made it.
    pub by: Option<UserId>,
    /// When.
    pub now: Timestamp,
}

/// A dashboard to be; `id` `None` takes the next free one.
#[derive(Debug)]
#[allow(missing_docs)] // the columns, by their names
pub struct NewDashboard<'a> {
    pub id: Option<i64>,
    pub name: Option<&'a str>,
    pub description: &'a str,
    pub pinned: bool,
    pub deleted: bool,
    pub filters: String,
    pub variables: String,
    pub restriction_level: i64,
    pub tags: &'a [String],
}

/// Adds a dashboard; returns its id.
pub fn insert_dashboard(db: &Write, origin: Origin, new: &NewDashboard) -> Result<i64> {
    let params = named_params! {
        ":id": new.id, ":project": origin.project, ":name": new.name, ":description": new.description,
        ":pinned": new.pinned, ":deleted": new.deleted, ":filters": new.filters, ":variables": new.variables,
        ":restriction_level": new.restriction_level, ":tags": columns::to_json(&new.tags), ":now": origin.now,
        ":created_by": origin.by,
    };
    db.insert(DASHBOARD, params)
}

/// An insight to be; `id` `None` takes the next free one.
#[derive(Debug)]
#[allow(missing_docs)] // the columns, by their names
pub struct NewInsight<'a> {
    pub id: Option<i64>,
    pub short_id: &'a str,
    pub name: Option<&'a str>,
    pub derived_name: Option<&'a str>,
    pub description: Option<&'a str>,
    pub query: Option<String>,
    pub filters: String,
    pub result: Option<String>,
    pub order: Option<i64>,
    pub deleted: bool,
    pub favorited: bool,
    pub saved: bool,
    pub tags: &'a [String],
}

/// Adds an insight; returns its id.
pub fn insert_insight(db: &Write, origin: Origin, new: &NewInsight) -> Result<i64> {
    let params = named_params! {
        ":id": new.id, ":project": origin.project, ":short_id": new.short_id, ":name": new.name,
        ":derived_name": new.derived_name, ":description": new.description, ":query": new.query,
        ":filters": new.filters, ":result": new.result, ":sort_order": new.order, ":deleted": new.deleted,
        ":favorited": new.favorited, ":saved": new.saved, ":tags": columns::to_json(&new.tags), ":now": origin.now,
        ":created_by": origin.by,
    };
    db.insert(INSIGHT, params)
}

/// Puts an insight on a dashboard.
pub fn insert_tile(db: &Write, dashboard: i64, insight: i64) -> Result<()> {
    db.run(
        TILE,
        named_params! { ":dashboard": dashboard, ":insight": insight },
    )?;
    Ok(())
}

/// What people say about an event or a property; all `None` when nobody ever touched it.
#[derive(Debug, Default)]
#[allow(missing_docs)] // the columns, by their names
pub struct Remarks {
    pub description: Option<String>,
    pub tags: Vec<String>,
    pub verified: Option<bool>,
    pub verified_at: Option<Timestamp>,
    pub verified_by: Option<UserId>,
    pub hidden: Option<bool>,
    pub updated_at: Option<Timestamp>,
}

/// Adds an event definition. `Taken` when the project has it.
pub fn insert_event_definition(
    db: &Write,
    origin: Origin,
    name: &str,
    last_seen_at: Option<Timestamp>,
    remarks: &Remarks,
) -> Result<()> {
    let params = named_params! {
        ":id": ordered_uuid().to_string(), ":project": origin.project, ":name": name,
        ":description": remarks.description, ":tags": columns::to_json(&remarks.tags), ":created_at": origin.now,
        ":last_seen_at": last_seen_at, ":verified": remarks.verified, ":verified_at": remarks.verified_at,
        ":verified_by": remarks.verified_by, ":hidden": remarks.hidden, ":updated_at": remarks.updated_at,
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
    db.run(
        GROUP_TYPE,
        named_params! { ":project": project, ":group_type": group_type, ":index": index },
    )?;
    Ok(())
}
