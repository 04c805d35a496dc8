//! `/_lab/expect`: whether the events that a test expects have come.

use std::{sync::Arc, time::Instant};

use actix_web::http::StatusCode;
use serde::Serialize;

use super::events::FedEventView;
use crate::{
    domain::lab::expect::{ExpectOutcome, Expectation, MissingEvent},
    http::{
        Lab, Request, Response, State,
        error::{Refusal, Result},
        request::Wait,
    },
};

/// The longest body, in bytes: requests that wait keep it.
const MOST_BYTES: usize = 256 << 10;

#[derive(Serialize)]
struct ExpectOutcomeView<'o> {
    fits: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    text: &'o str,
    missing: &'o [MissingEvent],
    others: &'o [u64],
    matched: Vec<Option<FedEventView<'o>>>,
    last: u64,
}

/// 200 with the events that the body expects, 409 with the difference.
pub fn create(state: &State, _: &Lab, request: &Request) -> Result<Response> {
    if request.bytes().len() > MOST_BYTES {
        return Err(Refusal::TooLarge);
    }
    request.check_json()?;
    request.body()?;
    let form = request.form()?;
    let expectation = Expectation::read(&state.store, &state.capture, &form, request.now)?;
    let deadline = expectation.wait.map(|wait| Instant::now() + wait);
    answer(state, request, Arc::new(expectation), deadline)
}

fn answer(
    state: &State,
    request: &Request,
    expectation: Arc<Expectation>,
    deadline: Option<Instant>,
) -> Result<Response> {
    let recent = &state.capture.recent;
    let news = recent.news(expectation.project);
    let outcome = expectation.look(recent)?;
    if let Some(deadline) = deadline
        && !outcome.is_final
    {
        let again = move |state: &State, request: &Request| {
            answer(state, request, expectation, Some(deadline))
        };
        request.answer_again(Wait {
            news,
            deadline,
            again: Box::new(again),
        });
    }
    Ok(present(&outcome))
}

fn present(outcome: &ExpectOutcome) -> Response {
    let status = match outcome.fits {
        true => StatusCode::OK,
        false => StatusCode::CONFLICT,
    };
    let matched = outcome.matched.iter();
    let view = ExpectOutcomeView {
        fits: outcome.fits,
        text: &outcome.difference.text,
        missing: &outcome.difference.missing,
        others: &outcome.difference.others,
        matched: matched
            .map(|event| event.as_ref().map(FedEventView::new))
            .collect(),
        last: outcome.last,
    };
    Response::json(status, &view)
}
