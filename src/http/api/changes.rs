//! `/api/projects/{project_id}/changes`: that something has changed, as a stream, so that pages which show it ask for it again.

use std::time::Duration;

use actix_web::http::header::ACCEPT;
use serde_json::json;

use crate::{
    domain::{Context, changes::Topic},
    http::{
        Request, Response, State,
        error::{Refusal, Result},
        live::add_event,
    },
};

/// The least time between two messages.
const PAUSE: Duration = Duration::from_millis(200);

/// 200 with a stream of server-sent events, each with the topics that have changed since the one before. 406 for a client that
/// does not ask for one by name: it would wait for an end.
pub fn stream(state: &State, context: Context, request: &Request) -> Result<Response> {
    let accepted = request.header(&ACCEPT).unwrap_or_default();
    if !accepted.contains("text/event-stream") {
        return Err(Refusal::NotAcceptable);
    }
    let news = state.capture.changes.watch(context.project);
    let (mut counts, mut seen) = (news.clone(), *news.borrow());
    state.live.stream(news, PAUSE, move || {
        let now = *counts.borrow_and_update();
        let topics = Topic::ALL.into_iter().zip(now.iter().zip(seen));
        let changed: Vec<_> = topics
            .filter(|(_, (now, before))| *now != before)
            .map(|(topic, _)| name(topic))
            .collect();
        seen = now;
        (!changed.is_empty()).then(|| {
            let mut piece = Vec::new();
            add_event(&mut piece, None, None, &json!({"changed": changed}));
            piece
        })
    })
}

fn name(topic: Topic) -> &'static str {
    match topic {
        Topic::Shares => "shares",
        Topic::Definitions => "definitions",
        Topic::Events => "events",
        Topic::RefusedEvents => "refused_events",
    }
}
