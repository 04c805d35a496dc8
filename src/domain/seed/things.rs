//! The lists `dashboards`, `insights`, `notebooks` and `session_recordings`: what can be shared.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{file, problem::*, shape::Count, taxonomy::normal_tags, work::*};
use crate::{
    model::*,
    store::{
        notebooks,
        seed::{self as table, NewDashboard, NewInsight, Origin},
        session_recordings,
    },
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
        let thing = Thing::Shareable(
            ParentKind::Dashboard,
            origin.project,
            id.to_string(),
            origin.by,
        );
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
        let thing = Thing::Shareable(
            ParentKind::Insight,
            origin.project,
            id.to_string(),
            origin.by,
        );
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
    let (of, dashboard, _) = work.shareable(ParentKind::Dashboard, name, place)?;
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
        let given = item.short_id.as_ref().map(|id| id.to_string());
        let short_id = given.unwrap_or_else(random_short_id);
        let notebook = Notebook {
            head: NotebookHead {
                id: item.id.unwrap_or_else(ordered_uuid),
                short_id: NotebookShortId(short_id.clone()),
                title: item.title.as_ref().map(|title| title.to_string()),
                deleted: item.deleted,
                created_at: origin.now,
                created_by: origin.by,
                last_modified_at: origin.now,
                last_modified_by: origin.by,
            },
            content: item.content.as_ref().map(JsonText::new),
            text_content: item.text_content.clone(),
            version: item.version,
        };
        notebooks::insert(work.db, origin.project, &notebook).map_err(place.blame())?;
        let thing = Thing::Shareable(
            ParentKind::Notebook,
            origin.project,
            short_id.clone(),
            origin.by,
        );
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
        let given = item.id.as_ref().map(|id| id.to_string());
        let id = given.unwrap_or_else(|| Uuid::now_v7().to_string());
        let recording = recording(work.now, SessionRecordingId(id.clone()), item);
        session_recordings::insert(work.db, origin.project, &recording).map_err(place.blame())?;
        if item.viewed {
            let nobody = || {
                place
                    .key("viewed")
                    .problem("needs created_by, who viewed it")
            };
            let viewer = origin.by.ok_or_else(nobody)?;
            session_recordings::view(work.db, origin.project, &recording.id, viewer)?;
        }
        let thing = Thing::Shareable(
            ParentKind::SessionRecording,
            origin.project,
            id.clone(),
            origin.by,
        );
        work.made(item.r#ref.as_deref(), &place, thing, json!({"id": id}))?;
    }
    Ok(())
}

/// Without a time a recording counts as one that was never made: one that the file does not date is made now.
fn recording(
    now: Timestamp,
    id: SessionRecordingId,
    item: &file::SessionRecording,
) -> SessionRecording {
    let start = item.start_time.map_or(now, |at| at.0);
    let count = |count: Option<Count>| count.map_or(0, |count| count.0);
    SessionRecording {
        id,
        distinct_id: item.distinct_id.clone(),
        times: Some((start, item.end_time.map_or(start, |at| at.0))),
        start_url: item.start_url.clone(),
        snapshot_source: item.snapshot_source.clone(),
        snapshot_library: item.snapshot_library.clone(),
        counts: RecordingCounts {
            click: count(item.click_count),
            keypress: count(item.keypress_count),
            mouse_activity: count(item.mouse_activity_count),
            console_log: count(item.console_log_count),
            console_warn: count(item.console_warn_count),
            console_error: count(item.console_error_count),
        },
        deleted: item.deleted,
    }
}

fn origin(work: &Work, project: &str, by: Option<&str>, place: &Place) -> Result<Origin> {
    Ok(Origin {
        project: work.project(project, &place.key("project"))?,
        by: work.some_user(by, &place.key("created_by"))?,
        now: work.now,
    })
}
