//! Dashboards: listing, creating, updating, deleting and restoring them (`resources.md` 2).

mod fields;
mod log;
mod reorder;
mod tiles;

use super::{Context, Error, Form, Listing, Mentions, Origin, Page, Result, WithUsers, insights};
use crate::{
    model::{Dashboard, DashboardId, JsonText, UserId},
    store::{Read, Store, Usage, Write, dashboard_tiles, dashboards as table},
};

pub(super) use fields::read;
pub use tiles::Board;
pub(super) use tiles::{arrange_one, board};

/// Returns a page of the project's dashboards that match `query`, pinned ones first, without their tiles. Errors: `Invalid`.
pub fn list(
    store: &Store,
    context: Context,
    query: &Form,
    page: Page,
) -> Result<WithUsers<Listing<Dashboard>>> {
    let (project, filter) = (context.project, fields::filter(query)?);
    store.read(|db| {
        let items = table::page(db, project, &filter, page.limit, page.offset)?;
        let count = table::count(db, project, &filter)?;
        WithUsers::load(db, Listing { items, count })
    })
}

/// Creates a dashboard, with copies of another one's tiles if `form` names it. No field is required. Errors: `Invalid`.
pub fn create(store: &Store, context: Context, form: Form) -> Result<WithUsers<Board>> {
    store.write(move |db| WithUsers::load(db, insert(db, context, &form)?))
}

/// Returns the dashboard `id` and records this access, which `last_accessed_at` includes. Errors: `NotFound` if the project
/// has no such dashboard, or it is deleted.
pub fn show(store: &Store, context: Context, id: DashboardId) -> Result<WithUsers<Board>> {
    let found = store.read(|db| {
        let dashboard = Dashboard {
            last_accessed_at: Some(context.now),
            ..find(db, context, id)?
        };
        WithUsers::load(db, tiles::board(db, context, dashboard)?)
    })?;
    store.note(Usage::Dashboard(context.project, id), context.now);
    Ok(found)
}

/// Updates the dashboard `id` with the fields of `form`. With `restores`, a deleted dashboard can be restored.
///
/// Deleting a dashboard deletes its tiles, and with `delete_insights` also the insights that are on no other dashboard.
/// Errors: `NotFound`, then the error of `form`, then `Invalid`.
pub fn update(
    store: &Store,
    context: Context,
    id: DashboardId,
    form: Result<Form>,
    restores: bool,
) -> Result<WithUsers<Board>> {
    store.write(move |db| {
        let board = match table::find(db, context.project, id)? {
            Some(before) => change(db, context, before, &form?)?,
            None if restores => restore(db, context, id, &form?)?,
            None => return Err(Error::NOT_FOUND),
        };
        WithUsers::load(db, board)
    })
}

/// Returns the dashboard `id` with its tiles, whose insights have the results that were stored with them. Errors: `NotFound`.
pub fn run_insights(store: &Store, context: Context, id: DashboardId) -> Result<Board> {
    store.read(|db| tiles::board(db, context, find(db, context, id)?))
}

/// Puts tiles of the dashboard `id` in the order that `form` names.
///
/// Errors: `NotFound`, then the error of `form`, then `Invalid`; `Detail` if a tile is named twice, or does not exist.
pub fn reorder_tiles(
    store: &Store,
    context: Context,
    id: DashboardId,
    form: Result<Form>,
) -> Result<WithUsers<Board>> {
    store.write(move |db| {
        let dashboard = find(db, context, id)?;
        reorder::reorder(db, id, &form?)?;
        WithUsers::load(db, tiles::board(db, context, dashboard)?)
    })
}

impl Mentions for Dashboard {
    fn mention(&self, users: &mut Vec<UserId>) {
        users.extend(self.created_by);
    }
}

impl Mentions for Board {
    fn mention(&self, users: &mut Vec<UserId>) {
        self.dashboard.mention(users);
        self.insights().for_each(|insight| insight.mention(users));
    }
}

/// Finds the dashboard `id`. Errors: `NotFound` if the project has no such dashboard, or it is deleted.
pub(super) fn find(db: &Read, context: Context, id: DashboardId) -> Result<Dashboard> {
    table::find(db, context.project, id)?.ok_or(Error::NOT_FOUND)
}

fn insert(db: &Write, context: Context, form: &Form) -> Result<Board> {
    let mut dashboard = blank(context.into());
    fields::read(&mut dashboard, form)?;
    let original = fields::copied(db, context, form)?;
    dashboard.id = table::insert(db, context.project, &dashboard)?;
    if let Some(original) = original {
        dashboard_tiles::copy(db, original, dashboard.id)?;
    }
    log::record(db, context, None, &dashboard)?;
    tiles::board(db, context, dashboard)
}

fn change(db: &Write, context: Context, before: Dashboard, form: &Form) -> Result<Board> {
    let mut dashboard = before.clone();
    fields::read(&mut dashboard, form)?;
    let deletes_insights = form.field("delete_insights").optional().boolean()?;
    tiles::arrange(db, before.id, form)?;
    table::update(db, context.project, &dashboard)?;
    if dashboard.deleted {
        let board = tiles::board(db, context, dashboard.clone())?;
        dashboard_tiles::clear(db, before.id)?;
        if deletes_insights.value() == Some(true) {
            board
                .insights_only_here()
                .try_for_each(|insight| insights::delete(db, context, insight.clone()).map(drop))?;
        }
    }
    log::record(db, context, Some(&before), &dashboard)?;
    tiles::board(db, context, dashboard)
}

/// Restores a deleted dashboard with all tiles that it ever had and their insights.
///
/// Errors: `NotFound` if there is no such dashboard, or `form` has anything but a false `deleted`.
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

/// A new dashboard with default values.
pub(super) fn blank(origin: Origin) -> Dashboard {
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
        shared_until: None,
    }
}
