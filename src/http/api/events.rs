//! `/api/projects/{project_id}/events`: the latest events, for people who want to see that their events arrive.

use crate::{
    domain::{Context, events, lab::patience::Enough},
    http::{Request, Response, State, error::Result, event_view::EventView, request::Wait},
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
