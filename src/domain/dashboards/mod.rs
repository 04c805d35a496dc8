//! Dashboards: making, changing, arranging, deleting and restoring them (`resources.md` 2).

mod fields;
mod log;
mod tiles;

use super::{Context, Error, Form, Listing, Origin, Page, Result, insights};
use crate::{
    model::*,
    store::{Read, Store, Usage, Write, dashboard_tiles, dashboards as table},
};

pub use fields::{filter_of, read};
pub use table::Filter;
pub use tiles::{Board, board};

/// The dashboard `id` of the context's project. `NotFound` when that project has none such, or a deleted one.
pub fn find(db: &Read, context: Context, id: DashboardId) -> Result<Dashboard> {
    table::find(db, context.project, id)?.ok_or(Error::NOT_FOUND)
}

/// A page of the project's dashboards, pinned ones first.
pub fn list(
    db: &Read,
    context: Context,
    filter: &Filter,
    page: Page,
) -> Result<Listing<Dashboard>> {
    let items = table::page(db, context.project, filter, page.limit, page.offset)?;
    Ok(Listing {
        items,
        count: table::count(db, context.project, filter)?,
    })
}

/// The dashboard `id` as it is once the access that this is counts. Errors: `NotFound`.
pub fn open(db: &Read, context: Context, id: DashboardId) -> Result<Board> {
    let dashboard = Dashboard {
        last_accessed_at: Some(context.now),
        ..find(db, context, id)?
    };
    tiles::board(db, context, dashboard)
}

/// Notes an access to the dashboard `id`.
pub fn note_access(store: &Store, context: Context, id: DashboardId) {
    store.note(Usage::Dashboard(context.project, id), context.now);
}

/// Makes a dashboard as `form` says, with the tiles of another one if it says so. Nothing is required.
///
/// Errors: `Invalid`.
pub fn create(db: &Write, context: Context, form: &Form) -> Result<Board> {
    let mut dashboard = blank(context.into());
    fields::read(&mut dashboard, form)?;
    let model = fields::model(db, context, form)?;
    dashboard.id = table::insert(db, context.project, &dashboard)?;
    if let Some(model) = model {
        dashboard_tiles::copy(db, model, dashboard.id)?;
    }
    log::record(db, context, None, &dashboard)?;
    tiles::board(db, context, dashboard)
}

/// Changes the dashboard `id` as `form` says; what it leaves out stays.
///
/// A deleted dashboard takes its tiles along, and with `delete_insights` the insights that are on no other.
/// Errors: `NotFound` before anything else, `Invalid`.
pub fn update(db: &Write, context: Context, id: DashboardId, form: Result<Form>) -> Result<Board> {
    let Some(before) = table::find(db, context.project, id)? else {
        return restore(db, context, id, &form?);
    };
    let form = form?;
    let mut dashboard = before.clone();
    fields::read(&mut dashboard, &form)?;
    let deletes_insights = form.field("delete_insights").optional().boolean()?;
    tiles::arrange(db, id, &form)?;
    table::update(db, context.project, &dashboard)?;
    if dashboard.deleted {
        let board = tiles::board(db, context, dashboard.clone())?;
        dashboard_tiles::clear(db, id)?;
        if deletes_insights.value() == Some(true) {
            board
                .lonely_insights()
                .try_for_each(|insight| insights::delete(db, context, insight.clone()).map(drop))?;
        }
    }
    log::record(db, context, Some(&before), &dashboard)?;
    tiles::board(db, context, dashboard)
}

/// Brings a deleted dashboard back with all tiles that it ever had and their insights, if that is the one thing that
/// `form` asks for. `NotFound` when it is not, or there is none such.
fn restore(db: &Write, context: Context, id: DashboardId, form: &Form) -> Result<Board> {
    let is_asked = form.names().all(|name| name == "deleted")
        && form.raw("deleted").is_some_and(|value| !value.is_truthy());
    let before = table::find_deleted(db, context.project, id)?.filter(|_| is_asked);
    let before = before.ok_or(Error::NOT_FOUND)?;
    let mut dashboard = before.clone();
    fields::read(&mut dashboard, form)?;
    table::update(db, context.project, &dashboard)?;
    dashboard_tiles::restore(db, id)?;
    log::record(db, context, Some(&before), &dashboard)?;
    tiles::board(db, context, dashboard)
}

/// A new dashboard, before its fields are read.
pub fn blank(origin: Origin) -> Dashboard {
    Dashboard {
        id: DashboardId(0),
        name: None,
        description: String::new(),
        pinned: false,
        deleted: false,
        filters: JsonText::stored("{}"),
        variables: JsonText::stored("{}"),
        restriction_level: 21,
        tags: Vec::new(),
        created_at: origin.now,
        created_by: origin.by,
        last_accessed_at: None,
        is_shared: false,
    }
}
