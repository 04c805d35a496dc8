//! `/api/projects/{project_id}/events`: the latest events, for people who want to see that their events arrive; and
//! `/refused_events`: why others did not.

use serde::Serialize;

use crate::{
    domain::{Context, capture::RefusedEvent, events, lab::patience::Enough},
    http::{Request, Response, State, error::Result, event_view::EventView, request::Wait},
    model::{ProjectId, Timestamp},
};

/// 200 with a page of the project's latest events, latest first. In lab mode `wait` and `count` make it wait for that many.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let most = state.capture.recent.capacity();
    let wanted = match &state.lab {
        Some(_) => Enough::read(&request.query(), most)?,
        None => None,
    };
    answer(state, context, request, wanted)
}

/// A refused or dropped event as people see it.
#[derive(Serialize)]
struct RefusedView<'e> {
    number: u64,
    /// Null if it is not known.
    project: Option<ProjectId>,
    reason: &'e str,
    /// How many with this reason and name came one after the other.
    times: u64,
    timestamp: Timestamp,
    event: Option<&'e str>,
    distinct_id: Option<&'e str>,
    /// The beginning of the JSON that was sent.
    sent: Option<&'e str>,
}

impl<'e> RefusedView<'e> {
    fn new(event: &'e RefusedEvent) -> Self {
        RefusedView {
            number: event.number,
            project: event.project,
            reason: &event.reason,
            times: event.times,
            timestamp: event.at,
            event: event.event.as_deref(),
            distinct_id: event.distinct_id.as_deref(),
            sent: event.sent.as_deref(),
        }
    }
}

/// 200 with a page of the latest events that were refused or dropped, latest first.
pub fn refused(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let listing = events::refused(&state.capture, context, page);
    let views: Vec<_> = listing.items.iter().map(RefusedView::new).collect();
    Ok(Response::page(request, page, listing.count, &views))
}

fn answer(
    state: &State,
    context: Context,
    request: &Request,
    wanted: Option<Enough>,
) -> Result<Response> {
    let news = wanted.map(|wanted| (wanted, state.capture.recent.news(Some(context.project))));
    let page = request.page();
    let listing = events::list(&state.capture, context, &request.query(), page)?;
    if let Some((Enough { count, deadline }, news)) = news
        && listing.count < count
    {
        request.answer_again(Wait {
            news,
            deadline,
            again: Box::new(move |state, request| answer(state, context, request, wanted)),
        });
    }
    let views: Vec<_> = listing.items.iter().map(EventView::new).collect();
    Ok(Response::page(request, page, listing.count, &views))
}
