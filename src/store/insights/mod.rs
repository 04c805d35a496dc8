//! Insights: table `insight`, and their tiles from `dashboard_tile`.

mod list;

use std::collections::HashMap;

use rusqlite::{Row, named_params};

use super::{Read, Result, Write, columns, dashboard_tiles};
use crate::model::{Insight, InsightId, InsightShortId, ProjectId, Timestamp};

pub use list::{InsightFilter, InsightOrder, InsightType, Moment, count, page};

/// One column list for every query; `from_row` reads it by name.
macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, short_id, name, derived_name, description, query, filters, result, sort_order, deleted,
                    favorited, saved, is_sample, tags, created_at, created_by, updated_at, last_modified_at,
                    last_modified_by, last_viewed_at
               FROM insight ",
            $tail
        )
    };
}
use select;

const ONE: &str = select!("WHERE project_id = :project AND deleted = :deleted AND id = :id");
const ONE_BY_SHORT_ID: &str =
    select!("WHERE project_id = :project AND deleted = :deleted AND short_id = :short_id");
const MANY: &str = select!(
    "WHERE project_id = :project AND deleted = 0 AND id IN (SELECT value FROM json_each(:ids))"
);
const INSERT: &str = "
    INSERT INTO insight (id, project_id, short_id, name, derived_name, description, query, filters, result, sort_order,
                         deleted, favorited, saved, is_sample, tags, created_at, created_by, updated_at,
                         last_modified_at, last_modified_by, last_viewed_at)
    VALUES (:id, :project, :short_id, :name, :derived_name, :description, :query, :filters, :result, :order,
            :deleted, :favorited, :saved, :is_sample, :tags, :created_at, :created_by, :updated_at,
            :last_modified_at, :last_modified_by, :last_viewed_at)";
const UPDATE: &str = "
    UPDATE insight
       SET name = :name, derived_name = :derived_name, description = :description, query = :query, filters = :filters,
           result = :result, sort_order = :order, deleted = :deleted, favorited = :favorited, saved = :saved,
           is_sample = :is_sample, tags = :tags, updated_at = :updated_at, last_modified_at = :last_modified_at,
           last_modified_by = :last_modified_by
     WHERE project_id = :project AND id = :id";
const VIEW: &str =
    "UPDATE insight SET last_viewed_at = :now WHERE project_id = :project AND id = :id";

/// Which insights a lookup considers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Among {
    /// Those that are not deleted.
    Present,
    /// Those that are deleted and can be restored.
    Deleted,
}

/// Finds the insight `id` of `project` if it is not deleted.
pub fn find(db: &Read, project: ProjectId, id: InsightId) -> Result<Option<Insight>> {
    find_among(db, project, id, Among::Present)
}

/// Finds the insight `id` of `project`.
pub fn find_among(
    db: &Read,
    project: ProjectId,
    id: InsightId,
    among: Among,
) -> Result<Option<Insight>> {
    let params =
        named_params! { ":project": project, ":deleted": among == Among::Deleted, ":id": id };
    with_tiles(db, db.one(ONE, params, from_row)?)
}

/// Finds the insight `short_id` of `project`.
pub fn find_by_short_id(
    db: &Read,
    project: ProjectId,
    short_id: &InsightShortId,
    among: Among,
) -> Result<Option<Insight>> {
    let params = named_params! {
        ":project": project, ":deleted": among == Among::Deleted, ":short_id": short_id,
    };
    with_tiles(db, db.one(ONE_BY_SHORT_ID, params, from_row)?)
}

/// Returns the insights `ids` of `project` that exist and are not deleted, in no particular order.
pub fn many(db: &Read, project: ProjectId, ids: &[InsightId]) -> Result<Vec<Insight>> {
    let params = named_params! { ":project": project, ":ids": columns::to_json(&ids) };
    let mut found = db.all(MANY, params, from_row)?;
    add_tiles(db, &mut found)?;
    Ok(found)
}

/// Inserts an insight without its tiles. Id 0 means the next free one. Returns the id.
///
/// Errors: `Taken` if the installation has an insight with the id, or the project one with the `short_id`.
pub fn insert(db: &Write, project: ProjectId, insight: &Insight) -> Result<InsightId> {
    let id = (insight.id.0 != 0).then_some(insight.id);
    let params = named_params! {
        ":id": id, ":project": project, ":short_id": insight.short_id, ":name": insight.name,
        ":derived_name": insight.derived_name, ":description": insight.description, ":query": insight.query,
        ":filters": insight.filters, ":result": insight.result, ":order": insight.order, ":deleted": insight.deleted,
        ":favorited": insight.favorited, ":saved": insight.saved, ":is_sample": insight.is_sample,
        ":tags": columns::to_json(&insight.tags), ":created_at": insight.created_at,
        ":created_by": insight.created_by, ":updated_at": insight.updated_at,
        ":last_modified_at": insight.last_modified_at, ":last_modified_by": insight.last_modified_by,
        ":last_viewed_at": insight.last_viewed_at,
    };
    db.insert(INSERT, params).map(InsightId)
}

/// Stores the fields of `insight` that can change, except its tiles and its last view.
pub fn update(db: &Write, project: ProjectId, insight: &Insight) -> Result<()> {
    let params = named_params! {
        ":project": project, ":id": insight.id, ":name": insight.name, ":derived_name": insight.derived_name,
        ":description": insight.description, ":query": insight.query, ":filters": insight.filters,
        ":result": insight.result, ":order": insight.order, ":deleted": insight.deleted,
        ":favorited": insight.favorited, ":saved": insight.saved, ":is_sample": insight.is_sample,
        ":tags": columns::to_json(&insight.tags), ":updated_at": insight.updated_at,
        ":last_modified_at": insight.last_modified_at, ":last_modified_by": insight.last_modified_by,
    };
    db.run(UPDATE, params)?;
    Ok(())
}

/// Stores `now` as the last view of the insight `id`.
pub fn note_view(db: &Write, project: ProjectId, id: InsightId, now: Timestamp) -> Result<()> {
    db.run(
        VIEW,
        named_params! { ":project": project, ":id": id, ":now": now },
    )?;
    Ok(())
}

fn with_tiles(db: &Read, found: Option<Insight>) -> Result<Option<Insight>> {
    let mut found: Vec<_> = found.into_iter().collect();
    add_tiles(db, &mut found)?;
    Ok(found.pop())
}

/// Reads the tiles of all `insights` with one query.
fn add_tiles(db: &Read, insights: &mut [Insight]) -> Result<()> {
    let ids: Vec<_> = insights.iter().map(|insight| insight.id).collect();
    let mut placements: HashMap<_, Vec<_>> = HashMap::new();
    for (insight, placement) in dashboard_tiles::placements(db, &ids)? {
        placements.entry(insight).or_default().push(placement);
    }
    for insight in insights {
        insight.tiles = placements.remove(&insight.id).unwrap_or_default();
    }
    Ok(())
}

fn from_row(row: &Row) -> rusqlite::Result<Insight> {
    Ok(Insight {
        id: row.get("id")?,
        short_id: row.get("short_id")?,
        name: row.get("name")?,
        derived_name: row.get("derived_name")?,
        description: row.get("description")?,
        query: row.get("query")?,
        filters: row.get("filters")?,
        result: row.get("result")?,
        order: row.get("sort_order")?,
        deleted: row.get("deleted")?,
        favorited: row.get("favorited")?,
        saved: row.get("saved")?,
        is_sample: row.get("is_sample")?,
        tags: columns::json(row, "tags")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        updated_at: row.get("updated_at")?,
        last_modified_at: row.get("last_modified_at")?,
        last_modified_by: row.get("last_modified_by")?,
        last_viewed_at: row.get("last_viewed_at")?,
        tiles: Vec::new(),
    })
}
