//! `--strict`: what a request sends without effect.
//!
//! Endpoints of SDKs warn of what becomes of the events instead: SDKs send many parameters that the service knows and hoglet
//! ignores.
//!
//! Nothing here lists fields. A request notes what is asked of it while it is answered: fields and parameters by their name, the
//! body as a whole. What was sent and never asked for has no effect. It is looked for when the response is there, since only then
//! everything was read; a request that fails anyway says itself what is wrong with it.
//!
//! To refuse a request before it has changed anything, its changes are run, since they may read fields too, and undone on the
//! writer's thread if something was not read by then ([`with_veto`]).

use std::sync::Arc;

use actix_web::http::header::{HeaderName, HeaderValue};

use super::{
    Request, Response, State, admission,
    error::Result,
    reading::refusal,
    route::{Family, Route},
};
use crate::domain::{Error, lab::with_veto};

/// The longest `Hoglet-Warning`, in bytes.
const LONGEST: usize = 1000;

/// Answers a request and finds what of it was ignored.
///
/// Errors: `Invalid` if something was and `--strict=refuse` is set. Nothing has changed then.
pub fn answer(state: &State, route: &'static Route, request: &Request) -> Result<Response> {
    let strict = request.strict();
    let strict = strict.filter(|_| route.family == Family::Api && !route.is_for_sdks());
    let Some(strict) = strict else {
        return admission::answer(state, route, request);
    };
    let reading = strict.reading.clone();
    let answering = || admission::answer(state, route, request);
    let outcome = match strict.refuses {
        true => with_veto(Arc::new(move || reading.vetoes()), answering),
        false => answering(),
    };
    let reading = &strict.reading;
    let ignored = match (reading.vetoed.get(), &outcome) {
        (Some(ignored), _) => ignored.clone(),
        (None, Ok(response)) if !response.status.is_client_error() => reading.ignored(),
        _ => Vec::new(),
    };
    if ignored.is_empty() {
        return outcome;
    }
    let shown = outcome.as_ref().map(Response::fields);
    let shown = shown.unwrap_or_default();
    let texts: Vec<_> = ignored.iter().map(|ignored| ignored.text(&shown)).collect();
    request.warn(&texts);
    match strict.refuses {
        true => Err(Error::request(refusal(&texts)).into()),
        false => outcome,
    }
}

/// The value of `Hoglet-Warning`: as much of the warnings as fits, in ASCII.
pub fn header(warnings: &[String]) -> (HeaderName, HeaderValue) {
    let plain = |letter: char| match letter {
        ' '..='~' => letter,
        _ => '?',
    };
    let text: String = warnings
        .join("; ")
        .chars()
        .map(plain)
        .take(LONGEST)
        .collect();
    let value = HeaderValue::from_str(&text);
    let value = value.unwrap_or(HeaderValue::from_static("unreadable"));
    (HeaderName::from_static("hoglet-warning"), value)
}
