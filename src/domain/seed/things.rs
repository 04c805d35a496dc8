//! The lists `dashboards`, `insights`, `notebooks` and `session_recordings`.

use serde_json::json;

use super::{
    file::Item,
    read::{count, id, instant, invalid, text, uuid},
    work::{Shareable, Thing, Work},
};
use crate::{
    domain::{Form, Origin, Result, dashboards, insights, notebooks, sharing},
    model::{
        DashboardId, InsightId, InsightShortId, ParentKind, RecordingCounts, SessionRecording,
        SessionRecordingId, uuid_v7,
    },
    store::{
        dashboard_tiles, dashboards as dashboard_table, insights as insight_table,
        notebooks as notebook_table, session_recordings,
    },
};

/// Adds a dashboard without tiles; insights name the dashboards that show them.
pub fn add_dashboard(work: &mut Work, item: &Item) -> Result<()> {
    let (form, origin) = (&item.form, work.origin(&item.form)?);
    let mut dashboard = dashboards::blank(origin);
    dashboard.id = DashboardId(id(form)?);
    dashboards::read(&mut dashboard, form)?;
    let id = dashboard_table::insert(work.db, origin.project, &dashboard)?;
    work.created(
        form,
        shareable(ParentKind::Dashboard, origin, &id),
        json!({"id": id}),
    )
}

pub fn add_insight(work: &mut Work, item: &Item) -> Result<()> {
    let (form, origin) = (&item.form, work.origin(&item.form)?);
    let mut insight = insights::blank(origin);
    insight.id = InsightId(id(form)?);
    if let Some(short_id) = notebooks::short_id(form)? {
        insight.short_id = InsightShortId(short_id);
    }
    let dashboards = insights::read(&mut insight, form, |form| on_dashboards(work, origin, form))?;
    let id = insight_table::insert(work.db, origin.project, &insight)?;
    for dashboard in dashboards {
        dashboard_tiles::place(work.db, id, dashboard)?;
        // A deleted dashboard keeps its tiles, for when it is restored.
        if dashboard_table::find_deleted(work.db, origin.project, dashboard)?.is_some() {
            dashboard_tiles::clear(work.db, dashboard)?;
        }
    }
    if insight.deleted {
        dashboard_tiles::keep_on(work.db, id, &[])?;
    }
    let report = json!({"id": id, "short_id": insight.short_id});
    work.created(form, shareable(ParentKind::Insight, origin, &id), report)
}

/// The dashboards of the project that the refs in `form` stand for, deleted ones included.
fn on_dashboards(work: &Work, origin: Origin, form: &Form) -> Result<Vec<DashboardId>> {
    let names = form
        .field("dashboards")
        .texts(None)?
        .not_null("dashboards")?;
    let names = names.unwrap_or_default().into_iter().enumerate();
    let find = |(index, name): (usize, String)| {
        let field = format!("dashboards__{index}");
        let found = work.shareable(ParentKind::Dashboard, &name, field, Some(origin.project))?;
        Ok(found.id.parse().expect("the id of a dashboard is a number"))
    };
    names.map(find).collect()
}

pub fn add_notebook(work: &mut Work, item: &Item) -> Result<()> {
    let (form, origin) = (&item.form, work.origin(&item.form)?);
    let mut notebook = notebooks::blank(origin);
    notebooks::read(&mut notebook, form)?;
    if let Some(id) = uuid(form, "id")? {
        notebook.head.id = id;
    }
    notebook_table::insert(work.db, origin.project, &notebook)?;
    let short_id = notebook.head.short_id;
    let thing = shareable(ParentKind::Notebook, origin, &short_id);
    work.created(form, thing, json!({"short_id": short_id}))
}

pub fn add_recording(work: &mut Work, item: &Item) -> Result<()> {
    let (form, origin) = (&item.form, work.origin(&item.form)?);
    let id = form
        .field("id")
        .nullable()
        .text(sharing::RECORDING_ID_LENGTH)?;
    // Without times it would count as a recording without snapshots.
    let start = instant(form, "start_time")?.unwrap_or(work.now);
    let recording = SessionRecording {
        id: SessionRecordingId(id.value().unwrap_or_else(|| uuid_v7().to_string())),
        distinct_id: text(form, "distinct_id")?,
        times: Some((start, instant(form, "end_time")?.unwrap_or(start))),
        start_url: text(form, "start_url")?,
        snapshot_source: text(form, "snapshot_source")?,
        snapshot_library: text(form, "snapshot_library")?,
        counts: RecordingCounts {
            click: count(form, "click_count")?,
            keypress: count(form, "keypress_count")?,
            mouse_activity: count(form, "mouse_activity_count")?,
            console_log: count(form, "console_log_count")?,
            console_warn: count(form, "console_warn_count")?,
            console_error: count(form, "console_error_count")?,
        },
        deleted: form.field("deleted").boolean_or(false)?,
    };
    session_recordings::insert(work.db, origin.project, &recording)?;
    if form.field("viewed").boolean_or(false)? {
        let viewer = origin.by;
        let viewer = viewer.ok_or_else(|| invalid("viewed", "needs created_by, who viewed it"))?;
        session_recordings::view(work.db, origin.project, &recording.id, viewer)?;
    }
    let thing = shareable(ParentKind::SessionRecording, origin, &recording.id);
    work.created(form, thing, json!({"id": recording.id}))
}

fn shareable(kind: ParentKind, origin: Origin, id: &impl ToString) -> Thing {
    let id = id.to_string();
    Thing::Shareable(Shareable { kind, origin, id })
}
