//! `/api/projects/{project_id}/events`: the latest events, for people who want to see that their events arrive.

use crate::{
    domain::{Context, events},
    http::{Request, Response, State, error::Result, event_view::EventView},
};

/// 200 with a page of the project's latest events, latest first.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let listing = events::list(&state.capture, context, &request.query(), page)?;
    let views: Vec<_> = listing.items.iter().map(EventView::new).collect();
    Ok(Response::page(request, page, listing.count, &views))
}
