//! Ingestion: what SDKs send, by the older protocol, which answers errors in plain text (`ingestion.md` 1).

mod decode;
pub mod sdk;
pub mod v1;

use actix_web::http::{StatusCode, header::RETRY_AFTER};
use serde_json::json;

use super::{Request, Response, State, body::BODY_LIMIT, error::Result};
use crate::{
    domain::{
        Error, Outage,
        capture::{self, Event, Payload, Rejection, Sink, replay},
    },
    model::Target,
};
use decode::Fault;

/// Milliseconds at the begin of 2021: what is earlier says nothing of when a request was sent.
const EARLIEST_SENT_AT: i64 = 1_609_459_200_000;

/// Takes in events; what they define is listed once this answers 200, or 204 to a beacon.
pub fn events(state: &State, request: &Request) -> Result<Response> {
    answer(request, take_in_events(state, request))
}

/// Takes in snapshots of a recording.
pub fn snapshots(state: &State, request: &Request) -> Result<Response> {
    answer(request, take_in_snapshots(state, request))
}

/// What keeps a request from being answered 200.
enum Stop {
    /// The client's fault.
    Rejected(Rejection),
    /// There is no memory for it at the moment.
    Busy,
    /// Ours.
    Failed(Error),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        match fault {
            Fault::Rejected(rejection) => Stop::Rejected(rejection),
            Fault::Busy => Stop::Busy,
        }
    }
}

impl From<Rejection> for Stop {
    fn from(rejection: Rejection) -> Stop {
        Stop::Rejected(rejection)
    }
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Failed(error.into())
    }
}

fn take_in_events(state: &State, request: &Request) -> Result<(), Stop> {
    let data = decode::data(request)?;
    let text = data.text()?;
    decode::charge(request, Payload::weight(text))?;
    let payload = Payload::read(text, request.path.starts_with("/engage"))?;
    let has_sent_at = payload.has_sent_at || is_sent_at(request.parameter("_"));
    let target = find_target(state, payload.token().as_deref())?;
    let sifted = state
        .capture
        .sift(&payload, target, has_sent_at, request.now)?;
    if let Some(target) = target {
        let sent = (has_sent_at, request.now);
        let (capture, sink) = (&state.capture, Sink::Store(&state.store));
        capture.ingest(sink, target, sent, sifted, Event::read)??;
    }
    Ok(())
}

fn take_in_snapshots(state: &State, request: &Request) -> Result<(), Stop> {
    let data = decode::data(request)?;
    let text = data.text()?;
    decode::charge(request, Payload::weight(text))?;
    let payload = Payload::read(text, false)?;
    let glimpse = replay::read(&payload)?;
    let target = find_target(state, payload.token().as_deref())?;
    if let (Some(target), Some(glimpse)) = (target, glimpse) {
        let now = request.now;
        state
            .store
            .write(move |db| replay::record(db, target.project, &glimpse, now))?;
    }
    Ok(())
}

/// The project that takes the events; the log is told of each token that none has, once. What can be no project's token is
/// not looked up and not logged: it may be a secret, sent by mistake.
fn find_target(state: &State, token: Option<&str>) -> Result<Option<Target>, Error> {
    let token = token
        .map(str::trim)
        .filter(|token| capture::is_token(token));
    let Some(token) = token else { return Ok(None) };
    let target = state.store.read(|db| capture::find_target(db, token))?;
    if target.is_none() && state.capture.is_new_stranger(token) {
        let most = if token.starts_with("phc_") { 12 } else { 4 };
        let shown: String = token.chars().take(most).collect();
        tracing::warn!(
            "no project has the token {shown:?}…: its events are answered and forgotten"
        );
    }
    Ok(target)
}

/// Whether a `_` in the query string tells when the request was sent.
fn is_sent_at(sent: Option<&str>) -> bool {
    let milliseconds = sent.and_then(|sent| sent.parse::<i64>().ok());
    milliseconds.is_some_and(|milliseconds| milliseconds >= EARLIEST_SENT_AT)
}

fn answer(request: &Request, outcome: Result<(), Stop>) -> Result<Response> {
    match outcome {
        Ok(()) if request.parameter("beacon") == Some("1") => Ok(Response::no_content()),
        Ok(()) => Ok(Response::ok(&json!({"status": "Ok"}))),
        Err(Stop::Rejected(rejection)) => Ok(rejected(&rejection)),
        Err(Stop::Busy) => Ok(busy()),
        Err(Stop::Failed(error)) => Err(error.into()),
    }
}

/// 503, which makes SDKs send again.
fn busy() -> Response {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Response::typed(status, "text/plain; charset=utf-8", Outage::BUSY.detail)
        .header(RETRY_AFTER, "1")
}

fn rejected(rejection: &Rejection) -> Response {
    let status = match rejection {
        Rejection::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Rejection::NoToken | Rejection::MixedTokens | Rejection::BadToken(_) => {
            StatusCode::UNAUTHORIZED
        }
        _ => StatusCode::BAD_REQUEST,
    };
    Response::typed(status, "text/plain; charset=utf-8", rejection.to_string())
}
