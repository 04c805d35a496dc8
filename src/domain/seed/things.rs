//! The lists `dashboards`, `insights`, `notebooks` and `session_recordings`.

use serde_json::json;

use super::{
    file::Item,
    read::{captured, count, exact_items, id, instant, instant_or, invalid, text, uuid},
    work::{Shareable, Thing, Work},
};
use crate::{
    domain::{Form, Origin, Result, dashboards, insights, notebooks, sharing},
    model::{
        DashboardId, InsightId, InsightShortId, Json, ParentKind, RecordingCounts,
        SessionRecording, SessionRecordingId, TileId, uuid_v7,
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
    dashboard.created_at = instant(form, "created_at")?.unwrap_or(dashboard.created_at);
    dashboard.last_accessed_at = instant(form, "last_accessed_at")?;
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
    let now = instant(form, "created_at")?.unwrap_or(origin.now);
    insight.created_at = now;
    insight.updated_at = instant(form, "updated_at")?.unwrap_or(now);
    insight.last_modified_at = instant(form, "last_modified_at")?.unwrap_or(now);
    if form.raw("last_modified_by").is_some() {
        insight.last_modified_by = work.find_any(form, "last_modified_by")?;
    }
    insight.last_viewed_at = instant(form, "last_viewed_at")?;
    insight.is_sample = form.field("is_sample").boolean_or(false)?;
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
    let sent = form.field("dashboards").texts(None)?;
    sent.not_null("dashboards")?;
    let names = exact_items(form, "dashboards").into_iter().enumerate();
    let find = |(index, name): (usize, String)| {
        let field = format!("dashboards__{index}");
        let found = work.shareable(ParentKind::Dashboard, &name, field, Some(origin.project))?;
        Ok(found.id.parse().expect("the id of a dashboard is a number"))
    };
    names.map(find).collect()
}

/// Adds a tile of an insight, a text or anything else to a dashboard.
pub fn add_tile(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let project = work.find_any(form, "project")?;
    let place = |field: &'static str, kind| {
        let name = captured(form, field, None)?;
        let found = name.map(|name| work.shareable(kind, &name, field.into(), project));
        found.transpose()
    };
    let dashboard = place("dashboard", ParentKind::Dashboard)?;
    let dashboard = dashboard.ok_or_else(|| invalid("dashboard", "This field is required."))?;
    let insight = place("insight", ParentKind::Insight)?;
    if insight
        .as_ref()
        .is_some_and(|insight| insight.origin.project != dashboard.origin.project)
    {
        return Err(invalid("insight", "belongs to another project"));
    }
    let number = |thing: &Shareable| {
        thing
            .id
            .parse()
            .expect("the id of a dashboard or an insight is a number")
    };
    let (dashboard, insight) = (
        DashboardId(number(&dashboard)),
        insight.as_ref().map(number).map(InsightId),
    );
    let (new, was_deleted) = (
        TileId(id(form)?),
        form.field("was_deleted").boolean_or(false)?,
    );
    let tile = dashboard_tiles::add(work.db, dashboard, new, insight, was_deleted)?;
    let mut fields = vec![("id".to_owned(), Json::Int(tile.to_string()))];
    if let Some(text) = text(form, "text")? {
        let text = vec![("body".to_owned(), Json::from(text))];
        fields.push(("text".to_owned(), Json::Object(text)));
    }
    for name in [
        "layouts",
        "color",
        "show_description",
        "transparent_background",
        "deleted",
    ] {
        fields.extend(form.raw(name).map(|value| (name.to_owned(), value.clone())));
    }
    match form.raw("content") {
        None | Some(Json::Null) => {}
        Some(Json::Object(content)) => fields.extend(content.iter().cloned()),
        Some(_) => return Err(invalid("content", "must be an object")),
    }
    dashboards::arrange_one(work.db, dashboard, Json::Object(fields))
}

pub fn add_notebook(work: &mut Work, item: &Item) -> Result<()> {
    let (form, origin) = (&item.form, work.origin(&item.form)?);
    let mut notebook = notebooks::blank(origin);
    notebooks::read(&mut notebook, form)?;
    if let Some(id) = uuid(form, "id")? {
        notebook.head.id = id;
    }
    let head = &mut notebook.head;
    head.created_at = instant(form, "created_at")?.unwrap_or(origin.now);
    head.last_modified_at = instant(form, "last_modified_at")?.unwrap_or(head.created_at);
    if form.raw("last_modified_by").is_some() {
        head.last_modified_by = work.find_any(form, "last_modified_by")?;
    }
    notebook_table::insert(work.db, origin.project, &notebook)?;
    let short_id = notebook.head.short_id;
    let thing = shareable(ParentKind::Notebook, origin, &short_id);
    work.created(form, thing, json!({"short_id": short_id}))
}

pub fn add_recording(work: &mut Work, item: &Item) -> Result<()> {
    let (form, origin) = (&item.form, work.origin(&item.form)?);
    let id = captured(form, "id", sharing::RECORDING_ID_LENGTH)?.filter(|id| !id.is_empty());
    // Without times it counts as a recording without snapshots.
    let start = instant_or(form, "start_time", Some(work.now))?;
    let end = instant(form, "end_time")?;
    let recording = SessionRecording {
        id: SessionRecordingId(id.unwrap_or_else(|| uuid_v7().to_string())),
        distinct_id: captured(form, "distinct_id", None)?,
        times: start.map(|start| (start, end.unwrap_or(start))),
        start_url: captured(form, "start_url", None)?,
        snapshot_source: captured(form, "snapshot_source", None)?,
        snapshot_library: captured(form, "snapshot_library", None)?,
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
    for viewer in work.find_all(form, "viewed_by")? {
        session_recordings::view(work.db, origin.project, &recording.id, viewer)?;
    }
    let thing = shareable(ParentKind::SessionRecording, origin, &recording.id);
    work.created(form, thing, json!({"id": recording.id}))
}

fn shareable(kind: ParentKind, origin: Origin, id: &impl ToString) -> Thing {
    let id = id.to_string();
    Thing::Shareable(Shareable { kind, origin, id })
}
