//! `/api/projects/{project_id}/events`: the latest events, which are kept in memory for people who want to see that theirs
//! arrive.

use serde::Serialize;
use uuid::Uuid;

use crate::{
    domain::{
        Context,
        events::{self, SeenEvent},
    },
    http::{Request, Response, State, error::Result},
    model::*,
};

/// An event as clients see it.
#[derive(Serialize)]
struct EventView<'e> {
    id: Uuid,
    distinct_id: &'e str,
    properties: &'e JsonText,
    event: &'e str,
    timestamp: Timestamp,
}

impl<'e> EventView<'e> {
    fn new(event: &'e SeenEvent) -> Self {
        EventView {
            id: event.id,
            distinct_id: &event.distinct_id,
            properties: &event.properties,
            event: &event.event,
            timestamp: event.timestamp,
        }
    }
}

/// 200 with a page of the project's latest events, what came in last first.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let filter = events::filter(&request.query())?;
    let listing = events::list(&state.capture.recent, context, &filter, page);
    let views: Vec<_> = listing.items.iter().map(EventView::new).collect();
    Ok(Response::page(request, page, listing.count, &views))
}
