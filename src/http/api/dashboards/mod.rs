//! `/api/projects/{project_id}/dashboards`

mod view;

use actix_web::http::StatusCode;

use crate::{
    domain::{
        Context, WithUsers,
        dashboards::{self, Board},
    },
    http::{Request, Response, State, error::Result},
};
pub use view::DashboardView;
use view::{BasicDashboardView, ResultsView};

/// 200 with a page of the dashboards that match the query string, without their tiles.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let WithUsers { item: found, users } =
        dashboards::list(&state.store, context, &request.query(), page)?;
    let view = |dashboard| BasicDashboardView::new(context.project, dashboard, &users, context.now);
    let views: Vec<_> = found.items.iter().map(view).collect();
    Ok(Response::page(request, page, found.count, &views))
}

pub fn create(state: &State, context: Context, request: &Request) -> Result<Response> {
    let board = dashboards::create(&state.store, context, request.form()?)?;
    Ok(Response::created(&view(context, &board)))
}

/// 200 with the dashboard and its tiles. Records an access.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let board = dashboards::show(&state.store, context, request.path("id")?)?;
    Ok(Response::ok(&view(context, &board)))
}

/// 200 with the updated dashboard. PATCH, but not PUT, can restore a deleted one.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (id, form) = (request.path("id")?, request.form());
    let board = dashboards::update(&state.store, context, id, form, !request.is_put())?;
    Ok(Response::ok(&view(context, &board)))
}

/// 200 with the stored results of the insights on the dashboard that have a query.
pub fn run_insights(state: &State, context: Context, request: &Request) -> Result<Response> {
    let board = dashboards::run_insights(&state.store, context, request.path("id")?)?;
    Ok(Response::ok(&ResultsView::new(&board)))
}

/// 200 with the dashboard, whose tiles have the order that the body names.
pub fn reorder_tiles(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (id, form) = (request.path("id")?, request.form());
    let board = dashboards::reorder_tiles(&state.store, context, id, form)?;
    Ok(Response::ok(&view(context, &board)))
}

fn view(context: Context, found: &WithUsers<Board>) -> DashboardView<'_> {
    DashboardView::new(context.project, &found.item, &found.users, context.now)
}

/// 405 without a body: dashboards are deleted by `PATCH {"deleted": true}`.
pub fn destroy(_: &State, _: Context, _: &Request) -> Result<Response> {
    Ok(Response::empty(StatusCode::METHOD_NOT_ALLOWED))
}
