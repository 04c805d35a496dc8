//! Projects: tables `project` and `group_type`.

use rusqlite::{Row, ToSql, named_params};

use super::{
    Read, Result, Write,
    columns::{self, Columns},
    instant::RowKey,
    organizations::features_from_json,
};
use crate::model::{CaptureTarget, OrganizationId, Project, ProjectAccess, ProjectId, UserId};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, uuid, organization_id, api_token, name, timezone, ingested_event, created_at, updated_at, settings
             FROM project ",
            $tail
        )
    };
}

const ONE: &str = select!("WHERE id = :id");
const BY_TOKEN: &str = select!("WHERE api_token = :token");
const ALL: &str = select!("ORDER BY id");
const OF_ORGANIZATION: &str = select!("WHERE organization_id = :organization ORDER BY id");
const COUNT: &str = "SELECT count(*) FROM project WHERE organization_id = :organization";
const OF_USER: &str = select!(
    "WHERE organization_id IN (SELECT organization_id FROM membership WHERE user_id = :user) ORDER BY id"
);
const INSERT: &str = "
    INSERT INTO project (id, uuid, organization_id, api_token, name, timezone, ingested_event, created_at, updated_at, settings,
                         forgotten)
    VALUES (:id, :uuid, :organization, :token, :name, :timezone, :ingested_event, :created_at, :updated_at, :settings,
            coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'generation'), 0) << 32)";
const UPDATE: &str = "
    UPDATE project SET name = :name, timezone = :timezone, settings = :settings, updated_at = :updated_at WHERE id = :id";
macro_rules! access {
    ($tail:literal) => {
        concat!(
            "SELECT project.id, organization.id, features, level
               FROM project JOIN organization ON organization.id = project.organization_id
               LEFT JOIN membership ON membership.organization_id = organization.id AND user_id = :user ",
            $tail
        )
    };
}

const ACCESS: &str = access!("WHERE project.id = :id");
const ACCESS_BY_TOKEN: &str = access!("WHERE api_token = :token");
const REPLACE: &str = "
    UPDATE project SET uuid = :uuid, organization_id = :organization, api_token = :token, name = :name, timezone = :timezone,
                       ingested_event = :ingested_event, created_at = :created_at, updated_at = :updated_at, settings = :settings
     WHERE id = :id";
const TARGET: &str = "SELECT id, forgotten FROM project WHERE api_token = :token";
const CACHE_EPOCH: &str = "SELECT forgotten FROM project WHERE id = :id";
const SET_INGESTED: &str =
    "UPDATE project SET ingested_event = 1 WHERE id = :id AND ingested_event = 0";
const GROUP_TYPES: &str = "
    SELECT group_type, group_type_index FROM group_type WHERE project_id = :project ORDER BY group_type_index";
const INSERT_GROUP_TYPE: &str = "
    INSERT INTO group_type (project_id, group_type, group_type_index) VALUES (:project, :group_type, :index)";

/// The project `id`. Does not check whether the caller may see it: `domain::auth` does.
pub fn find(db: &Read, id: ProjectId) -> Result<Option<Project>> {
    db.one(ONE, named_params! { ":id": id }, from_row)
}

/// The project with this public token.
pub fn find_by_token(db: &Read, token: &str) -> Result<Option<Project>> {
    db.one(BY_TOKEN, named_params! { ":token": token }, from_row)
}

impl RowKey for (ProjectId, UserId) {
    type Row = ProjectAccess;
}

/// What decides whether `user` may enter the project `id`.
pub fn access(db: &Read, id: ProjectId, user: UserId) -> Result<Option<ProjectAccess>> {
    db.remembered((id, user), || {
        let params = named_params! { ":id": id, ":user": user };
        db.one(ACCESS, params, access_from_row)
    })
}

/// The same for the project with this public token.
pub fn access_by_token(db: &Read, token: &str, user: UserId) -> Result<Option<ProjectAccess>> {
    let params = named_params! { ":token": token, ":user": user };
    db.one(ACCESS_BY_TOKEN, params, access_from_row)
}

/// Every project of the installation, oldest first.
pub fn all(db: &Read) -> Result<Vec<Project>> {
    db.all(ALL, [], from_row)
}

/// The projects of `organization`, oldest first.
pub fn of_organization(db: &Read, organization: OrganizationId) -> Result<Vec<Project>> {
    db.all(
        OF_ORGANIZATION,
        named_params! { ":organization": organization },
        from_row,
    )
}

/// How many projects `organization` has.
pub fn count(db: &Read, organization: OrganizationId) -> Result<i64> {
    db.count(COUNT, named_params! { ":organization": organization })
}

/// The projects of all organizations that `user` is a member of, oldest first.
pub fn of_user(db: &Read, user: UserId) -> Result<Vec<Project>> {
    db.all(OF_USER, named_params! { ":user": user }, from_row)
}

/// Inserts a project and returns its id: `project.id`, or the next free one if that is zero.
///
/// Errors: `Taken` if another project has the id, the uuid or the token.
pub fn insert(db: &Write, project: &Project) -> Result<ProjectId> {
    let id = (project.id.0 != 0).then_some(project.id);
    with_columns(project, id, |params| db.insert(INSERT, params)).map(ProjectId)
}

/// Stores all of `project`, which exists. Errors: `Taken` if another project has the uuid or the token.
pub fn replace(db: &Write, project: &Project) -> Result<()> {
    with_columns(project, Some(project.id), |params| db.run(REPLACE, params))?;
    Ok(())
}

fn with_columns<T>(
    project: &Project,
    id: Option<ProjectId>,
    run: impl FnOnce(&[(&str, &dyn ToSql)]) -> T,
) -> T {
    run(named_params! {
        ":id": id, ":uuid": project.uuid.to_string(), ":organization": project.organization,
        ":token": project.api_token, ":name": project.name, ":timezone": project.timezone,
        ":created_at": project.created_at, ":updated_at": project.updated_at,
        ":settings": columns::to_json(&project.settings), ":ingested_event": project.ingested_event,
    })
}

/// Stores the name, the time zone and the settings of `project`, and when they were changed.
pub fn update(db: &Write, project: &Project) -> Result<()> {
    let params = named_params! {
        ":id": project.id, ":name": project.name, ":timezone": project.timezone,
        ":settings": columns::to_json(&project.settings), ":updated_at": project.updated_at,
    };
    db.run(UPDATE, params)?;
    Ok(())
}

/// The project with this public token, as the target of captured events.
pub fn find_target(db: &Read, token: &str) -> Result<Option<CaptureTarget>> {
    db.one(TARGET, named_params! { ":token": token }, |row| {
        Ok(CaptureTarget {
            project: row.get("id")?,
            cache_epoch: row.get("forgotten")?,
        })
    })
}

/// The cache epoch of project `id`: triggers raise it when a definition is deleted or loses its type.
pub fn cache_epoch(db: &Read, id: ProjectId) -> Result<i64> {
    db.count(CACHE_EPOCH, named_params! { ":id": id })
}

/// Marks project `id` as one that has received events.
pub fn set_ingested(db: &Write, id: ProjectId) -> Result<()> {
    db.run(SET_INGESTED, named_params! { ":id": id })?;
    Ok(())
}

/// The group types of `project` with their indexes, 0 to 4, ordered by index.
pub fn group_types(db: &Read, project: ProjectId) -> Result<Vec<(String, u8)>> {
    db.all(GROUP_TYPES, named_params! { ":project": project }, |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Inserts a group type. Errors: `Taken` if the project has the type or the index.
pub fn insert_group_type(
    db: &Write,
    project: ProjectId,
    group_type: &str,
    index: u8,
) -> Result<()> {
    let params = named_params! { ":project": project, ":group_type": group_type, ":index": index };
    db.run(INSERT_GROUP_TYPE, params)?;
    Ok(())
}

fn access_from_row(row: &Row) -> rusqlite::Result<ProjectAccess> {
    let mut columns = Columns::of(row);
    Ok(ProjectAccess {
        project: columns.next()?,
        organization: columns.next()?,
        features: features_from_json(&columns.json()?),
        level: columns.next()?,
    })
}

fn from_row(row: &Row) -> rusqlite::Result<Project> {
    let mut columns = Columns::of(row);
    Ok(Project {
        id: columns.next()?,
        uuid: columns.uuid()?,
        organization: columns.next()?,
        api_token: columns.next()?,
        name: columns.next()?,
        timezone: columns.next()?,
        ingested_event: columns.next()?,
        created_at: columns.next()?,
        updated_at: columns.next()?,
        settings: columns.json()?,
    })
}
