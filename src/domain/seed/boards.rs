//! The lists `dashboards` and `insights`, and the tiles between them.

use std::collections::HashSet;

use serde_json::json;

use super::{
    file,
    problem::*,
    taxonomy::normal_tags,
    work::{Origin, Thing, Work},
};
use crate::{
    model::*,
    store::{dashboard_tiles, dashboards, insights},
};

/// Makes the dashboards, without tiles.
pub fn make_dashboards(work: &mut Work, list: &[file::Dashboard]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("dashboards", index);
        let origin = Origin::of(work, &item.project, item.created_by.as_deref(), &place)?;
        let dashboard = dashboard(item, origin);
        let id = dashboards::insert(work.db, origin.project, &dashboard).map_err(place.blame())?;
        let kind = ParentKind::Dashboard;
        let thing = Thing::Shareable(kind, origin.project, id.to_string(), origin.by);
        work.made(item.r#ref.as_deref(), &place, thing, json!({"id": id}))?;
    }
    Ok(())
}

fn dashboard(item: &file::Dashboard, origin: Origin) -> Dashboard {
    Dashboard {
        id: DashboardId(item.id.map_or(0, |id| id.0)),
        name: item.name.as_ref().map(|name| name.to_string()),
        description: item.description.clone(),
        pinned: item.pinned,
        deleted: item.deleted,
        filters: item.filters.0.clone(),
        variables: item.variables.0.clone(),
        restriction_level: item.restriction_level.0,
        tags: normal_tags(&item.tags),
        created_at: origin.now,
        created_by: origin.by,
        last_accessed_at: None,
        is_shared: false,
    }
}

/// Makes the insights, and a tile for each on the dashboards that it names.
pub fn make_insights(work: &mut Work, list: &[file::Insight]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("insights", index);
        let origin = Origin::of(work, &item.project, item.created_by.as_deref(), &place)?;
        let insight = insight(item, origin);
        let id = insights::insert(work.db, origin.project, &insight).map_err(place.blame())?;
        put_on_dashboards(work, origin.project, id, item, &place.key("dashboards"))?;
        let kind = ParentKind::Insight;
        let thing = Thing::Shareable(kind, origin.project, id.to_string(), origin.by);
        let told = json!({"id": id, "short_id": insight.short_id});
        work.made(item.r#ref.as_deref(), &place, thing, told)?;
    }
    Ok(())
}

fn insight(item: &file::Insight, origin: Origin) -> Insight {
    let short_id = item.short_id.as_ref().map(|id| id.to_string());
    Insight {
        id: InsightId(item.id.map_or(0, |id| id.0)),
        short_id: InsightShortId(short_id.unwrap_or_else(random_short_id)),
        name: item.name.as_ref().map(|name| name.to_string()),
        derived_name: item.derived_name.as_ref().map(|name| name.to_string()),
        description: item.description.as_ref().map(|text| text.to_string()),
        query: item.query.as_ref().map(|query| query.0.clone()),
        filters: item.filters.0.clone(),
        result: item.result.as_ref().map(|result| result.0.clone()),
        order: item.order,
        deleted: item.deleted,
        favorited: item.favorited,
        saved: item.saved.0,
        is_sample: false,
        tags: normal_tags(&item.tags),
        created_at: origin.now,
        created_by: origin.by,
        updated_at: origin.now,
        last_modified_at: origin.now,
        last_modified_by: origin.by,
        last_viewed_at: None,
        tiles: Vec::new(),
    }
}

/// Gives the insight `id` its tiles. A deleted one has deleted tiles.
fn put_on_dashboards(
    work: &Work,
    project: ProjectId,
    id: InsightId,
    item: &file::Insight,
    place: &Place,
) -> Result<()> {
    let mut seen = HashSet::new();
    for (number, name) in item.dashboards.iter().enumerate() {
        let place = place.nth(number);
        let (of, dashboard, _) = work.shareable(ParentKind::Dashboard, name, &place)?;
        if of != project {
            return Err(place.problem(format!("{name:?} is a dashboard of another project")));
        }
        if !seen.insert(name) {
            return Err(place.problem(format!("{name:?} is in the list already")));
        }
        let dashboard = dashboard
            .parse()
            .expect("a dashboard is known by its number");
        dashboard_tiles::place(work.db, id, dashboard)?;
    }
    if item.deleted {
        dashboard_tiles::keep_on(work.db, id, &[])?;
    }
    Ok(())
}

/// Takes the insights off the dashboards that are deleted, as deleting one does.
pub fn clear_deleted(work: &Work, list: &[file::Dashboard]) -> Result<()> {
    let deleted = list.iter().filter(|item| item.deleted);
    for name in deleted.filter_map(|item| item.r#ref.as_deref()) {
        let place = Place::item("dashboards", 0); // a ref of this very list is never wrong
        let (_, id, _) = work.shareable(ParentKind::Dashboard, name, &place)?;
        let id = id.parse().expect("a dashboard is known by its number");
        dashboard_tiles::clear(work.db, id)?;
    }
    Ok(())
}
