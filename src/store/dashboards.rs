//! Dashboards: table `dashboard`. `shared_until` comes from `sharing_configuration`.

use rusqlite::{Row, named_params};

use super::{Query, Read, Result, Write, columns, search};
use crate::model::{Dashboard, DashboardId, ProjectId, Timestamp};

/// One column list for every query of this file; `from_row` reads it by name.
macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, name, description, pinned, deleted, filters, variables, restriction_level, tags, created_at,
                    created_by, last_accessed_at,
                    (SELECT coalesce(ends_at, 9223372036854775807) FROM sharing_configuration
                      WHERE project_id = dashboard.project_id AND parent = 'dashboard'
                        AND parent_id = CAST(dashboard.id AS TEXT) AND expires_at IS NULL AND enabled = 1) AS shared_until
               FROM dashboard ",
            $tail
        )
    };
}

const ONE: &str = select!("WHERE project_id = :project AND id = :id AND deleted = :deleted");
const INSERT: &str = "
    INSERT INTO dashboard (id, project_id, name, description, pinned, deleted, filters, variables, restriction_level, tags,
                           created_at, created_by, last_accessed_at)
    VALUES (:id, :project, :name, :description, :pinned, :deleted, :filters, :variables, :restriction_level, :tags,
            :created_at, :created_by, :last_accessed_at)";
const UPDATE: &str = "
    UPDATE dashboard
       SET name = :name, description = :description, pinned = :pinned, deleted = :deleted, filters = :filters,
           variables = :variables, restriction_level = :restriction_level, tags = :tags
     WHERE project_id = :project AND id = :id";
const ACCESS: &str =
    "UPDATE dashboard SET last_accessed_at = :now WHERE project_id = :project AND id = :id";

/// Which dashboards to list; the default is all that are not deleted.
#[derive(Clone, Debug, Default)]
pub struct DashboardFilter {
    /// A part of the name, ignoring case.
    pub search: Option<String>,
    pub pinned: Option<bool>,
    /// With at least one of these tags; empty does not filter.
    pub tags: Vec<String>,
}

/// Finds the dashboard `id` of `project` if it is not deleted.
pub fn find(db: &Read, project: ProjectId, id: DashboardId) -> Result<Option<Dashboard>> {
    let params = named_params! { ":project": project, ":id": id, ":deleted": false };
    db.one(ONE, params, from_row)
}

/// Finds the dashboard `id` of `project` if it is deleted.
pub fn find_deleted(db: &Read, project: ProjectId, id: DashboardId) -> Result<Option<Dashboard>> {
    let params = named_params! { ":project": project, ":id": id, ":deleted": true };
    db.one(ONE, params, from_row)
}

/// Returns at most `limit` of the dashboards of `project` that match `filter`, after the first `offset`: pinned ones first,
/// then by name.
pub fn page(
    db: &Read,
    project: ProjectId,
    filter: &DashboardFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<Dashboard>> {
    list(project, filter, limit, offset).all(db, from_row)
}

/// Counts the dashboards of `project` that match `filter`.
pub fn count(db: &Read, project: ProjectId, filter: &DashboardFilter) -> Result<i64> {
    let counting = "SELECT count(*) FROM dashboard WHERE project_id = ? AND deleted = 0";
    narrowed(Query::new(counting).bind(project), filter).count(db)
}

fn list(project: ProjectId, filter: &DashboardFilter, limit: i64, offset: i64) -> Query {
    let all = Query::new(select!("WHERE project_id = ? AND deleted = 0")).bind(project);
    narrowed(all, filter)
        .sql("ORDER BY pinned DESC, name, id LIMIT ? OFFSET ?")
        .bind(limit)
        .bind(offset)
}

fn narrowed(mut query: Query, filter: &DashboardFilter) -> Query {
    if let Some(text) = &filter.search {
        query = match search::containing(text) {
            Some(pattern) => query.sql("AND name GLOB ?").bind(pattern),
            None => query.sql("AND 0"),
        };
    }
    if let Some(pinned) = filter.pinned {
        query = query.sql("AND pinned = ?").bind(pinned);
    }
    if !filter.tags.is_empty() {
        query = query
            .sql("AND EXISTS (SELECT 1 FROM json_each(dashboard.tags) AS tag")
            .sql("WHERE tag.value IN (SELECT value FROM json_each(?)))")
            .bind(columns::to_json(&filter.tags));
    }
    query
}

/// Inserts a dashboard without its tiles. Id 0 means the next free one. Returns the id.
///
/// Errors: `Taken` if the installation has a dashboard with the id.
pub fn insert(db: &Write, project: ProjectId, dashboard: &Dashboard) -> Result<DashboardId> {
    let id = (dashboard.id.0 != 0).then_some(dashboard.id);
    let params = named_params! {
        ":id": id, ":project": project, ":name": dashboard.name, ":description": dashboard.description,
        ":pinned": dashboard.pinned, ":deleted": dashboard.deleted, ":filters": dashboard.filters,
        ":variables": dashboard.variables, ":restriction_level": dashboard.restriction_level,
        ":tags": columns::to_json(&dashboard.tags), ":created_at": dashboard.created_at,
        ":created_by": dashboard.created_by, ":last_accessed_at": dashboard.last_accessed_at,
    };
    db.insert(INSERT, params).map(DashboardId)
}

/// Stores the fields of `dashboard` that can change, except its tiles and its last access.
pub fn update(db: &Write, project: ProjectId, dashboard: &Dashboard) -> Result<()> {
    let params = named_params! {
        ":project": project, ":id": dashboard.id, ":name": dashboard.name, ":description": dashboard.description,
        ":pinned": dashboard.pinned, ":deleted": dashboard.deleted, ":filters": dashboard.filters,
        ":variables": dashboard.variables, ":restriction_level": dashboard.restriction_level,
        ":tags": columns::to_json(&dashboard.tags),
    };
    db.run(UPDATE, params)?;
    Ok(())
}

/// Stores `now` as the last access to the dashboard `id`.
pub fn note_access(db: &Write, project: ProjectId, id: DashboardId, now: Timestamp) -> Result<()> {
    db.run(
        ACCESS,
        named_params! { ":project": project, ":id": id, ":now": now },
    )?;
    Ok(())
}

fn from_row(row: &Row) -> rusqlite::Result<Dashboard> {
    Ok(Dashboard {
        id: row.get("id")?,
        name: row.get("name")?,
        description: row.get("description")?,
        pinned: row.get("pinned")?,
        deleted: row.get("deleted")?,
        filters: row.get("filters")?,
        variables: row.get("variables")?,
        restriction_level: row.get("restriction_level")?,
        tags: columns::json(row, "tags")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        last_accessed_at: row.get("last_accessed_at")?,
        shared_until: row.get("shared_until")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Durability;
    use crate::store::{Store, StoreError};

    #[test]
    fn lists_are_read_in_order_from_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db"), 1, Durability::Relaxed).unwrap();
        let query = list(ProjectId(1), &DashboardFilter::default(), 100, 0);
        let plan = store
            .read::<_, StoreError>(|db| Ok(query.plan(db).join("; ")))
            .unwrap();
        assert!(
            plan.starts_with("SEARCH dashboard USING INDEX dashboard_by_project"),
            "{plan}"
        );
        assert!(
            !plan.contains("TEMP B-TREE") && !plan.contains("SCAN"),
            "{plan}"
        );
    }
}
