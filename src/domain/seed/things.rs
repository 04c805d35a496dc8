//! The lists `dashboards`, `insights`, `notebooks` and `session_recordings`: what can be shared.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{file, problem::*, taxonomy::normal_tags, work::*};
use crate::{
    model::*,
    store::seed::{self as table, NewDashboard, NewInsight, NewNotebook, NewRecording, Origin},
};

/// Makes the dashboards, without tiles.
pub fn make_dashboards(work: &mut Work, list: &[file::Dashboard]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("dashboards", index);
        let origin = origin(work, &item.project, item.created_by.as_deref(), &place)?;
        let new = NewDashboard {
            id: item.id.map(|id| id.0),
            name: item.name.as_deref(),
            description: &item.description,
            pinned: item.pinned,
            deleted: item.deleted,
            filters: json!(item.filters).to_string(),
            variables: json!(item.variables).to_string(),
            restriction_level: item.restriction_level.0,
            tags: &normal_tags(&item.tags),
        };
        let id = table::insert_dashboard(work.db, origin, &new).map_err(place.blame())?;
        let thing = Thing::Shareable("dashboard", origin.project, id.to_string(), origin.by);
        work.made(item.r#ref.as_deref(), &place, thing, json!({"id": id}))?;
    }
    Ok(())
}

/// Makes the insights, and a tile for each on the dashboards that it names.
pub fn make_insights(work: &mut Work, list: &[file::Insight]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("insights", index);
        let origin = origin(work, &item.project, item.created_by.as_deref(), &place)?;
        let short_id = item
            .short_id
            .as_ref()
            .map_or_else(random_short_id, |id| id.to_string());
        let new = NewInsight {
            id: item.id.map(|id| id.0),
            short_id: &short_id,
            name: item.name.as_deref(),
            derived_name: item.derived_name.as_deref(),
            description: item.description.as_deref(),
            query: item.query.as_ref().map(|query| json!(query).to_string()),
            filters: json!(item.filters).to_string(),
            result: item.result.as_ref().map(Value::to_string),
            order: item.order,
            deleted: item.deleted,
            favorited: item.favorited,
            saved: item.saved.0,
            tags: &normal_tags(&item.tags),
        };
        let id = table::insert_insight(work.db, origin, &new).map_err(place.blame())?;
        for (number, name) in item.dashboards.iter().enumerate() {
            let place = place.key("dashboards").nth(number);
            put_on_dashboard(work, origin.project, id, name, &place)?;
        }
        let thing = Thing::Shareable("insight", origin.project, id.to_string(), origin.by);
        work.made(
            item.r#ref.as_deref(),
            &place,
            thing,
            json!({"id": id, "short_id": short_id}),
        )?;
    }
    Ok(())
}

fn put_on_dashboard(
    work: &Work,
    project: ProjectId,
    insight: i64,
    name: &str,
    place: &Place,
) -> Result<()> {
    let (of, dashboard, _) = work.shareable("dashboard", name, place)?;
    if of != project {
        return Err(place.problem(format!("{name:?} is a dashboard of another project")));
    }
    let dashboard = dashboard
        .parse()
        .expect("made from the number a moment ago");
    table::insert_tile(work.db, dashboard, insight)
        .map_err(|_| place.problem(format!("{name:?} is in the list already")))
}

/// Makes the notebooks.
pub fn make_notebooks(work: &mut Work, list: &[file::Notebook]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("notebooks", index);
        let origin = origin(work, &item.project, item.created_by.as_deref(), &place)?;
        let short_id = item
            .short_id
            .as_ref()
            .map_or_else(random_short_id, |id| id.to_string());
        let new = NewNotebook {
            id: item.id.unwrap_or_else(ordered_uuid).to_string(),
            short_id: &short_id,
            title: item.title.as_deref(),
            content: item.content.as_ref().map(Value::to_string),
            text_content: item.text_content.as_deref(),
            version: item.version,
            deleted: item.deleted,
        };
        table::insert_notebook(work.db, origin, &new).map_err(place.blame())?;
        let thing = Thing::Shareable("notebook", origin.project, short_id.clone(), origin.by);
        work.made(
            item.r#ref.as_deref(),
            &place,
            thing,
            json!({"short_id": short_id}),
        )?;
    }
    Ok(())
}

/// Makes the recordings.
pub fn make_recordings(work: &mut Work, list: &[file::SessionRecording]) -> Result<()> {
    for (index, item) in list.iter().enumerate() {
        let place = Place::item("session_recordings", index);
        let origin = origin(work, &item.project, item.created_by.as_deref(), &place)?;
        let id = item
            .id
            .as_ref()
            .map_or_else(|| Uuid::now_v7().to_string(), |id| id.to_string());
        let new = NewRecording {
            id: &id,
            distinct_id: item.distinct_id.as_deref(),
            // Without a time a recording counts as one that was never made.
            start_time: Some(item.start_time.map_or(work.now, |at| at.0)),
            end_time: Some(
                item.end_time
                    .or(item.start_time)
                    .map_or(work.now, |at| at.0),
            ),
            start_url: item.start_url.as_deref(),
            snapshot_source: item.snapshot_source.as_deref(),
            snapshot_library: item.snapshot_library.as_deref(),
            viewed: item.viewed,
            deleted: item.deleted,
        };
        table::insert_recording(work.db, origin.project, &new).map_err(place.blame())?;
        let thing = Thing::Shareable("session_recording", origin.project, id.clone(), origin.by);
        work.made(item.r#ref.as_deref(), &place, thing, json!({"id": id}))?;
    }
    Ok(())
}

fn origin(work: &Work, project: &str, by: Option<&str>, place: &Place) -> Result<Origin> {
    Ok(Origin {
        project: work.project(project, &place.key("project"))?,
        by: work.some_user(by, &place.key("created_by"))?,
        now: work.now,
    })
}

/// Eight letters and digits.
fn random_short_id() -> String {
    random_id()[..8].to_owned()
}
