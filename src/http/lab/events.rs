//! `/_lab/events`: the events of all projects as they come in.

use std::time::Duration;

use actix_web::http::header::HeaderName;
use serde::Serialize;
use serde_json::json;

use crate::{
    domain::{
        Error,
        lab::{
            self,
            feed::{Batch, FedEvent, Feed, FeedFilter},
        },
    },
    http::{Lab, Request, Response, State, error::Result, event_view::EventView, live::add_event},
    model::ProjectId,
};

/// An event with its place and its project.
#[derive(Serialize)]
pub struct FedEventView<'e> {
    number: u64,
    project: ProjectId,
    #[serde(flatten)]
    event: EventView<'e>,
}

impl<'e> FedEventView<'e> {
    pub fn new(event: &'e FedEvent) -> FedEventView<'e> {
        FedEventView {
            number: event.number,
            project: event.project,
            event: EventView::new(&event.event),
        }
    }
}

/// 200 with a stream of server-sent events: those captured from now on, or since the one with the id in `Last-Event-ID` or
/// `since`.
pub fn stream(state: &State, lab: &Lab, request: &Request) -> Result<Response> {
    let project = request.parameter("project");
    let wanted = FeedFilter {
        project: project
            .map(|named| lab::find_project(&state.store, &state.capture, named, request.now))
            .transpose()?,
        event: request.parameter("event").map(str::to_owned),
    };
    let since = since(request)?;
    let recent = &state.capture.recent;
    let news = recent.news(wanted.project);
    let mut feed = Feed::new(recent.clone(), wanted, since);
    lab.live
        .stream(news, Duration::ZERO, move || feed.next().map(piece))
}

/// After which event the stream begins. A browser that connects again repeats the URL, and adds the header.
pub fn since(request: &Request) -> Result<Option<u64>, Error> {
    let header = request.header(&HeaderName::from_static("last-event-id"));
    let number = header.or_else(|| request.parameter("since"));
    let detail = "A valid integer is required.";
    number
        .map(|number| number.parse())
        .transpose()
        .map_err(|_| Error::field("since", "invalid_input", detail))
}

/// `batch` as server-sent events.
fn piece(batch: Batch) -> Vec<u8> {
    let mut piece = Vec::new();
    if let Some(lost) = batch.lost {
        let detail = format!(
            "Some events up to id {lost} are missing: hoglet dropped them from memory before they were read."
        );
        add_event(&mut piece, Some("lost"), None, &json!({"detail": detail}));
    }
    for event in &batch.events {
        let view = FedEventView::new(event);
        add_event(&mut piece, None, Some(event.number), &view);
    }
    piece
}
