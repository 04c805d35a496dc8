//! `/api/projects/{project_id}/insights`

mod view;

use actix_web::http::{Method, StatusCode};

use crate::{
    domain::{Context, WithUsers, boolean, insights},
    http::{Request, Response, State, error::Result},
    model::Insight,
};
pub use view::{BasicInsightView, InsightView};

/// 200 with a page of the insights that match the query string; with `basic`, without results.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (page, query) = (request.page(), request.query());
    let WithUsers { item: found, users } = insights::list(&state.store, context, &query, page)?;
    let items = found.items.iter();
    if query.raw("basic").and_then(boolean) == Some(true) {
        let view = |insight| BasicInsightView::new(insight, &users);
        let views: Vec<_> = items.map(view).collect();
        return Ok(Response::page(request, page, found.count, &views));
    }
    let view = |insight| InsightView::new(context.project, insight, &users);
    let views: Vec<_> = items.map(view).collect();
    Ok(Response::page(request, page, found.count, &views))
}

pub fn create(state: &State, context: Context, request: &Request) -> Result<Response> {
    let insight = insights::create(&state.store, context, request.form()?)?;
    Ok(Response::created(&view(context, &insight)))
}

/// 200 with the insight with this number or `short_id`. Records a view.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let insight = insights::show(&state.store, context, request.segment("id"))?;
    Ok(Response::ok(&view(context, &insight)))
}

/// PATCH and PUT: 200 with the updated insight. Only PATCH restores a deleted one.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (name, form) = (request.segment("id").to_owned(), request.form());
    let restores = request.method == Method::PATCH;
    let insight = insights::update(&state.store, context, name, form, restores)?;
    Ok(Response::ok(&view(context, &insight)))
}

fn view(context: Context, found: &WithUsers<Insight>) -> InsightView<'_> {
    InsightView::new(context.project, &found.item, &found.users).alone()
}

/// 405 without a body: insights are deleted by `PATCH {"deleted": true}`.
pub fn destroy(_: &State, _: Context, _: &Request) -> Result<Response> {
    Ok(Response::empty(StatusCode::METHOD_NOT_ALLOWED))
}
