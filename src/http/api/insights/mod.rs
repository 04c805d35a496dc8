//! `/api/projects/{project_id}/insights`

mod view;

use actix_web::http::{Method, StatusCode};

use super::users::UserViews;
use crate::{
    domain::{Context, Error, boolean, insights},
    http::{Request, Response, State, error::Result},
    model::*,
    store::{Read, StoreError, Write},
};
pub use view::{BasicInsightView, InsightView};

/// The users that views of `insights` name.
pub fn users_of<'i>(
    db: &Read,
    insights: impl IntoIterator<Item = &'i Insight>,
) -> Result<UserViews, StoreError> {
    let ids = |insight: &Insight| [insight.created_by, insight.last_modified_by];
    UserViews::find(db, insights.into_iter().flat_map(ids))
}

/// An insight with the users it names, as one look at the database found them.
type Found = (Insight, UserViews);

fn with_users(db: &Read, insight: Insight) -> Result<Found, Error> {
    let users = users_of(db, [&insight])?;
    Ok((insight, users))
}

/// 200 with a page of the insights that the query string leaves, short ones with `basic`.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (page, query) = (request.page(), request.query());
    let asked = insights::list_of(context, &query)?;
    let (listing, users) = state.store.read(|db| {
        let listing = insights::list(db, context, &asked, page)?;
        let users = users_of(db, &listing.items)?;
        Ok::<_, Error>((listing, users))
    })?;
    let items = listing.items.iter();
    if query.raw("basic").and_then(boolean) == Some(true) {
        let views: Vec<_> = items
            .map(|insight| BasicInsightView::new(insight, &users))
            .collect();
        return Ok(Response::page(request, page, listing.count, &views));
    }
    let views: Vec<_> = items
        .map(|insight| InsightView::new(context.project, insight, &users))
        .collect();
    Ok(Response::page(request, page, listing.count, &views))
}

/// 201 with the insight.
pub fn create(state: &State, context: Context, request: &Request) -> Result<Response> {
    let form = request.form()?;
    let make = move |db: &Write| with_users(db, insights::create(db, context, &form)?);
    let (insight, users) = state.store.write(make)?;
    Ok(Response::created(
        &InsightView::new(context.project, &insight, &users).alone(),
    ))
}

/// 200 with the insight, found by its number or its `short_id`. Counts as a view.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let name = request.segment("id");
    let (insight, users) = state
        .store
        .read(|db| with_users(db, insights::find(db, context, name)?))?;
    insights::note_view(&state.store, context.project, insight.id, context.now);
    Ok(Response::ok(
        &InsightView::new(context.project, &insight, &users).alone(),
    ))
}

/// PATCH and PUT alike, but that only PATCH restores: 200 with the insight as it is now.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (name, form) = (request.segment("id").to_owned(), request.form());
    let restores = request.method == Method::PATCH;
    let (insight, users) = state.store.write(move |db| {
        let insight = match restores {
            true => insights::find_to_change(db, context, &name, &form)?,
            false => insights::find(db, context, &name)?,
        };
        with_users(db, insights::update(db, context, insight, &form?)?)
    })?;
    Ok(Response::ok(
        &InsightView::new(context.project, &insight, &users).alone(),
    ))
}

/// 405 with nothing in it: insights are deleted by a PATCH.
pub fn destroy(_: &State, _: Context, _: &Request) -> Result<Response> {
    Ok(Response::empty(StatusCode::METHOD_NOT_ALLOWED))
}
