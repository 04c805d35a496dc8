//! `/api/projects/{project_id}/events`: the latest events, for people who want to see that their events arrive.

use serde::Serialize;
use uuid::Uuid;

use crate::{
    domain::{
        Context,
        events::{self, SeenEvent},
    },
    http::{Request, Response, State, error::Result},
    model::{JsonText, Timestamp},
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

/// 200 with a page of the project's latest events, latest first.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let listing = events::list(&state.capture, context, &request.query(), page)?;
    let views: Vec<_> = listing.items.iter().map(EventView::new).collect();
    Ok(Response::page(request, page, listing.count, &views))
}
