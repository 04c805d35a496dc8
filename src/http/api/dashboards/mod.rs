//! `/api/projects/{project_id}/dashboards`

mod view;

use actix_web::http::StatusCode;

use super::{insights::users_of, users::UserViews};
use crate::{
    domain::{
        Context, Error,
        dashboards::{self, Board},
    },
    http::{Request, Response, State, error::Result},
    model::*,
    store::{Read, StoreError, Write},
};
use view::BasicDashboardView;
pub use view::DashboardView;

/// A dashboard, what is on it and the users it names, as one look at the database found them.
pub type Found = (Board, UserViews);

/// `board` with the users that it and its insights name.
pub fn with_users(db: &Read, board: Board) -> Result<Found, Error> {
    let creator = UserViews::find(db, [board.dashboard.created_by])?;
    let users = users_of(db, board.insights())?.and(creator);
    Ok((board, users))
}

fn creators(db: &Read, dashboards: &[Dashboard]) -> Result<UserViews, StoreError> {
    UserViews::find(db, dashboards.iter().map(|dashboard| dashboard.created_by))
}

/// 200 with a page of the dashboards that the query string leaves, without their tiles.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let filter = dashboards::filter_of(&request.query())?;
    let (listing, users) = state.store.read(|db| {
        let listing = dashboards::list(db, context, &filter, page)?;
        let users = creators(db, &listing.items)?;
        Ok::<_, Error>((listing, users))
    })?;
    let view = |dashboard| BasicDashboardView::new(context.project, dashboard, &users);
    let views: Vec<_> = listing.items.iter().map(view).collect();
    Ok(Response::page(request, page, listing.count, &views))
}

/// 201 with the dashboard.
pub fn create(state: &State, context: Context, request: &Request) -> Result<Response> {
    let form = request.form()?;
    let make = move |db: &Write| with_users(db, dashboards::create(db, context, &form)?);
    let (board, users) = state.store.write(make)?;
    Ok(Response::created(&DashboardView::new(
        context.project,
        &board,
        &users,
    )))
}

/// 200 with the dashboard and its tiles. Counts as an access.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let id = request.path("id")?;
    let (board, users) = state
        .store
        .read(|db| with_users(db, dashboards::open(db, context, id)?))?;
    dashboards::note_access(&state.store, context, id);
    Ok(Response::ok(&DashboardView::new(
        context.project,
        &board,
        &users,
    )))
}

/// PATCH: 200 with the dashboard as it is now; a deleted one can be restored.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (id, form) = (request.path("id")?, request.form());
    let change = move |db: &Write| with_users(db, dashboards::update(db, context, id, form)?);
    let (board, users) = state.store.write(change)?;
    Ok(Response::ok(&DashboardView::new(
        context.project,
        &board,
        &users,
    )))
}

/// PUT: the same, of a dashboard that is not deleted.
pub fn replace(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (id, form) = (request.path("id")?, request.form());
    let (board, users) = state.store.write(move |db| {
        dashboards::find(db, context, id)?;
        with_users(db, dashboards::update(db, context, id, form)?)
    })?;
    Ok(Response::ok(&DashboardView::new(
        context.project,
        &board,
        &users,
    )))
}

/// 405 with nothing in it: dashboards are deleted by a PATCH.
pub fn destroy(_: &State, _: Context, _: &Request) -> Result<Response> {
    Ok(Response::empty(StatusCode::METHOD_NOT_ALLOWED))
}
