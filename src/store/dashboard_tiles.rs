//! Tiles: table `dashboard_tile`. A removed tile is kept with its layout, so that it can be restored.
//!
//! These functions do not check the project: the caller has found the dashboard or the insight in its project.

use rusqlite::{Row, named_params};

use super::{Read, Result, Write, columns};
use crate::model::{DashboardId, InsightId, JsonText, Placement, Tile, TileId};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, insight_id, text, other, layouts, color, show_description, transparent_background, deleted
               FROM dashboard_tile ",
            $tail
        )
    };
}

const PLACEMENTS: &str = "
    SELECT insight_id, id, dashboard_id, was_deleted FROM dashboard_tile
     WHERE insight_id IN (SELECT value FROM json_each(:insights)) AND deleted = 0 ORDER BY id";
const ONE: &str = select!("WHERE dashboard_id = :dashboard AND id = :id");
const OF_DASHBOARD: &str = select!("WHERE dashboard_id = :dashboard AND deleted = 0 ORDER BY id");
const PLACE: &str = "
    INSERT INTO dashboard_tile (dashboard_id, insight_id) VALUES (:dashboard, :insight)
    ON CONFLICT (dashboard_id, insight_id) DO UPDATE SET deleted = 0";
const KEEP_ON: &str = "
    UPDATE dashboard_tile SET deleted = 1, was_deleted = 1
     WHERE insight_id = :insight AND deleted = 0 AND dashboard_id NOT IN (SELECT value FROM json_each(:dashboards))";
const COUNT_OWN: &str =
    "SELECT count(*) FROM dashboard_tile WHERE dashboard_id = :dashboard AND insight_id IS NULL";
const INSERT: &str = "INSERT INTO dashboard_tile (dashboard_id) VALUES (:dashboard)";
const ADD: &str = "
    INSERT INTO dashboard_tile (id, dashboard_id, insight_id, was_deleted) VALUES (:id, :dashboard, :insight, :was_deleted)";
const UPDATE: &str = "
    UPDATE dashboard_tile
       SET text = :text, other = :other, layouts = :layouts, color = :color, show_description = :show_description,
           transparent_background = :transparent_background, deleted = :deleted,
           was_deleted = max(was_deleted, :deleted)
     WHERE dashboard_id = :dashboard AND id = :id";
const CLEAR: &str =
    "UPDATE dashboard_tile SET deleted = 1, was_deleted = 1 WHERE dashboard_id = :dashboard";
const ARRANGE: &str =
    "UPDATE dashboard_tile SET layouts = :layouts WHERE dashboard_id = :dashboard AND id = :id";
const RESTORE: &str = "UPDATE dashboard_tile SET deleted = 0 WHERE dashboard_id = :dashboard";
const RESTORE_INSIGHTS: &str = "
    UPDATE insight SET deleted = 0
     WHERE deleted = 1 AND id IN (SELECT insight_id FROM dashboard_tile WHERE dashboard_id = :dashboard)";
const COPY: &str = "
    INSERT INTO dashboard_tile
           (dashboard_id, insight_id, text, other, layouts, color, show_description, transparent_background)
    SELECT :to, insight_id, text, other, layouts, color, show_description, transparent_background
      FROM dashboard_tile WHERE dashboard_id = :from AND deleted = 0 ORDER BY id";

/// Returns the tiles of `insights` that are not deleted, oldest first.
pub fn placements(db: &Read, insights: &[InsightId]) -> Result<Vec<(InsightId, Placement)>> {
    let params = named_params! { ":insights": columns::to_json(&insights) };
    db.all(PLACEMENTS, params, |row| {
        let placement = Placement {
            tile: row.get("id")?,
            dashboard: row.get("dashboard_id")?,
            has_returned: row.get("was_deleted")?,
        };
        Ok((row.get("insight_id")?, placement))
    })
}

/// Finds the tile `id` of `dashboard`, deleted or not.
pub fn find(db: &Read, dashboard: DashboardId, id: TileId) -> Result<Option<Tile>> {
    db.one(
        ONE,
        named_params! { ":dashboard": dashboard, ":id": id },
        from_row,
    )
}

/// Returns the tiles of `dashboard` that are not deleted, oldest first.
pub fn of_dashboard(db: &Read, dashboard: DashboardId) -> Result<Vec<Tile>> {
    db.all(
        OF_DASHBOARD,
        named_params! { ":dashboard": dashboard },
        from_row,
    )
}

/// Puts `insight` on `dashboard`, restoring its tile there if it has one.
pub fn place(db: &Write, insight: InsightId, dashboard: DashboardId) -> Result<()> {
    db.run(
        PLACE,
        named_params! { ":insight": insight, ":dashboard": dashboard },
    )?;
    Ok(())
}

/// Removes `insight` from all dashboards except `dashboards`.
pub fn keep_on(db: &Write, insight: InsightId, dashboards: &[DashboardId]) -> Result<()> {
    let params =
        named_params! { ":insight": insight, ":dashboards": columns::to_json(&dashboards) };
    db.run(KEEP_ON, params)?;
    Ok(())
}

/// Counts the tiles of `dashboard` that show no insight, deleted ones included.
pub fn count_own(db: &Read, dashboard: DashboardId) -> Result<i64> {
    db.count(COUNT_OWN, named_params! { ":dashboard": dashboard })
}

/// Adds an empty tile to `dashboard`.
pub fn insert(db: &Write, dashboard: DashboardId) -> Result<TileId> {
    db.insert(INSERT, named_params! { ":dashboard": dashboard })
        .map(TileId)
}

/// Adds a tile of `insight`, or of none, that is otherwise empty. Id 0 means the next free one.
///
/// Errors: `Taken` if another tile has the id, or the dashboard one of the insight.
pub fn add(
    db: &Write,
    dashboard: DashboardId,
    id: TileId,
    insight: Option<InsightId>,
    was_deleted: bool,
) -> Result<TileId> {
    let params = named_params! {
        ":id": (id.0 != 0).then_some(id), ":dashboard": dashboard, ":insight": insight, ":was_deleted": was_deleted,
    };
    db.insert(ADD, params).map(TileId)
}

/// Stores the fields of `tile` that can change.
pub fn update(db: &Write, dashboard: DashboardId, tile: &Tile) -> Result<()> {
    let params = named_params! {
        ":dashboard": dashboard, ":id": tile.id, ":text": tile.text, ":other": tile.other, ":layouts": tile.layouts, ":color": tile.color,
        ":show_description": tile.show_description, ":transparent_background": tile.transparent_background,
        ":deleted": tile.deleted,
    };
    db.run(UPDATE, params)?;
    Ok(())
}

/// Stores the place of the tile `id` on `dashboard`.
pub fn arrange(db: &Write, dashboard: DashboardId, id: TileId, layouts: &JsonText) -> Result<()> {
    let params = named_params! { ":dashboard": dashboard, ":id": id, ":layouts": layouts };
    db.run(ARRANGE, params)?;
    Ok(())
}

/// Removes all tiles from `dashboard`.
pub fn clear(db: &Write, dashboard: DashboardId) -> Result<()> {
    db.run(CLEAR, named_params! { ":dashboard": dashboard })?;
    Ok(())
}

/// Restores all tiles that `dashboard` ever had, and the insights on them.
pub fn restore(db: &Write, dashboard: DashboardId) -> Result<()> {
    db.run(RESTORE, named_params! { ":dashboard": dashboard })?;
    db.run(RESTORE_INSIGHTS, named_params! { ":dashboard": dashboard })?;
    Ok(())
}

/// Copies the tiles of `from` to `to`, which has no tiles.
pub fn copy(db: &Write, from: DashboardId, to: DashboardId) -> Result<()> {
    db.run(COPY, named_params! { ":from": from, ":to": to })?;
    Ok(())
}

fn from_row(row: &Row) -> rusqlite::Result<Tile> {
    Ok(Tile {
        id: row.get("id")?,
        insight: row.get("insight_id")?,
        text: row.get("text")?,
        other: row.get("other")?,
        layouts: row.get("layouts")?,
        color: row.get("color")?,
        show_description: row.get("show_description")?,
        transparent_background: row.get("transparent_background")?,
        deleted: row.get("deleted")?,
    })
}
