//! Capture endpoints of protocol v0, whose errors are plain text (`ingestion.md` 1).

mod decode;
pub mod discarded;
pub mod flags;
mod lz_string;
pub mod scripts;
pub mod sdk;
mod unpack;
pub mod v1;

use std::{borrow::Cow, ops::Range};

use actix_web::http::{StatusCode, header::RETRY_AFTER};
use serde_json::json;

use super::{
    Request, Response, State, body::BODY_LIMIT, error::Result, observation::Observation,
    reading::refusal,
};
use crate::domain::{
    Error, Outage,
    capture::{Clock, Lane, Payload, Rejection},
    projects,
};
use crate::model::{Charset, Timestamp};
use decode::{Data, DecodeError};

/// From the start of 2021 to the end of 9999, in milliseconds. Another `_` is not the time at which a request was sent.
const SENT_AT: Range<i64> = 1_609_459_200_000..253_402_300_800_000;

/// Captures events. 200, or 204 for a beacon, once what they define is on disk.
pub fn events(state: &State, request: &Request) -> Result<Response> {
    answer(request, capture_events(state, request, Lane::Analytics))
}

/// Captures events about AI. 200 likewise.
pub fn ai_events(state: &State, request: &Request) -> Result<Response> {
    answer(request, capture_events(state, request, Lane::Ai))
}

/// Captures snapshots of a recording. 200, or 204 for a beacon.
pub fn snapshots(state: &State, request: &Request) -> Result<Response> {
    answer(request, capture_snapshots(state, request))
}

/// Keeps for lab mode the text that an SDK sent, decoded, and the project of its token.
pub fn observe(state: &State, request: &Request, observation: &Observation) {
    let data = decode::data(request).ok();
    let text = data.as_ref().and_then(|data| data.text().ok());
    if let Some(text) = text {
        observation.keep_body(text.as_bytes(), Charset::Utf8);
    }
    let token = token(request, text.unwrap_or_default());
    let found = token.map(|token| projects::with_token(&state.store, &token));
    if let Some(Ok(Some(project))) = found {
        observation.find(|findings| findings.project = Some(project));
    }
}

/// The token that a request of an SDK shows, in its URL, its body or its header.
pub fn token_of(request: &Request) -> Option<String> {
    let data = decode::data(request).ok();
    let text = data.as_ref().and_then(|data| data.text().ok());
    token(request, text.unwrap_or_default())
}

/// The token that a request of an SDK shows, in its URL, in `text`, what it carries, or in its header.
fn token(request: &Request, text: &str) -> Option<String> {
    let shown = [request.parameter("token"), Some(request.segment("token"))];
    let mut shown = shown
        .into_iter()
        .flatten()
        .filter(|token| !token.is_empty());
    let sent = || {
        decode::charge(request, Payload::weight(text)).ok()?;
        let payload = Payload::read(text, true).ok()?;
        payload.token().map(|token| token.into_owned())
    };
    let shown = shown.next().map(str::to_owned).or_else(sent);
    shown.or_else(|| request.bearer().map(str::to_owned))
}

/// There is no memory for a body at the moment.
const BUSY: Outage = Outage::busy("body_memory");

/// Why a request does not return 200.
enum Failure {
    /// 400, 401 or 413.
    Rejected(Rejection),
    /// 400 in strict mode, with the reason.
    Refused(String),
    /// 503: there is no memory for the request at the moment.
    Busy,
    /// The database failed.
    Failed(Error),
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Failure {
        match error {
            DecodeError::Rejected(rejection) => Failure::Rejected(rejection),
            DecodeError::Busy => Failure::Busy,
        }
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Failure {
        Failure::Rejected(rejection)
    }
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Failed(error.into())
    }
}

fn capture_events(state: &State, request: &Request, lane: Lane) -> Result<(), Failure> {
    let is_engage = request.path.starts_with("/engage");
    capture_payload(state, request, is_engage, |payload| {
        capture_on(state, request, lane, payload)
    })
}

fn capture_on(
    state: &State,
    request: &Request,
    lane: Lane,
    payload: &Payload,
) -> Result<(), Failure> {
    payload.check_sizes(lane)?;
    if request.strict().is_some() {
        check(request, state.capture.ignored(&state.store, payload)?)?;
    }
    let clock = Clock {
        now: request.now,
        sent_at: request.parameter("_").and_then(sent_at),
    };
    Ok((state.capture).events(&state.store, payload, clock)??)
}

/// Warns of what is ignored in strict mode, or refuses it.
fn check(request: &Request, ignored: Vec<String>) -> Result<(), Failure> {
    request.warn(&ignored);
    match strict_refusal(request, &ignored) {
        Some(reason) => Err(Failure::Refused(reason)),
        None => Ok(()),
    }
}

/// Why strict mode refuses the request, if it does.
fn strict_refusal(request: &Request, ignored: &[String]) -> Option<String> {
    let refuses = request.strict().is_some_and(|strict| strict.refuses);
    (refuses && !ignored.is_empty()).then(|| refusal(ignored))
}

fn capture_snapshots(state: &State, request: &Request) -> Result<(), Failure> {
    capture_payload(state, request, false, |payload| {
        Ok((state.capture).snapshots(&state.store, payload, request.now)??)
    })
}

/// Reads the payload of a request and captures it with `capture`. If it is refused, the admin page shows why.
fn capture_payload(
    state: &State,
    request: &Request,
    is_engage: bool,
    capture: impl FnOnce(&Payload) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let note = |payload: Option<&Payload>, failure: &Failure| {
        let reason = match failure {
            Failure::Rejected(rejection) => rejection.to_string(),
            Failure::Refused(reason) => reason.clone(),
            Failure::Busy | Failure::Failed(_) => return,
        };
        (state.capture).note_refusal(&state.store, payload, &reason, request.now);
    };
    let data = decode::data(request).map_err(Failure::from);
    let data = data.inspect_err(|failure| note(None, failure))?;
    let payload = payload(request, &data, is_engage);
    let payload = payload.inspect_err(|failure| note(None, failure))?;
    capture(&payload).inspect_err(|failure| note(Some(&payload), failure))
}

fn payload<'d>(request: &Request, data: &'d Data, is_engage: bool) -> Result<Payload<'d>, Failure> {
    let text = data.text()?;
    decode::charge(request, Payload::weight(text))?;
    Ok(Payload::read(text, is_engage)?)
}

/// Creates the project of the token that `token` returns, where lab mode takes any token and no project has this one.
fn welcome<'t>(
    state: &State,
    request: &Request,
    token: impl FnOnce() -> Cow<'t, str>,
) -> Result<(), Error> {
    match state.capture.takes_any_token() {
        true => Ok((state.capture).welcome(&state.store, &token(), request.now)?),
        false => Ok(()),
    }
}

/// The time at which a request was sent, of `_` in its query string.
fn sent_at(milliseconds: &str) -> Option<Timestamp> {
    let milliseconds: i64 = milliseconds.parse().ok()?;
    (SENT_AT.contains(&milliseconds)).then(|| Timestamp(milliseconds * 1_000))
}

fn answer(request: &Request, outcome: Result<(), Failure>) -> Result<Response> {
    match outcome {
        Ok(()) if request.parameter("beacon") == Some("1") => Ok(Response::no_content()),
        Ok(()) => Ok(Response::ok(&json!({"status": "Ok"}))),
        Err(failure) => refuse(failure),
    }
}

fn refuse(failure: Failure) -> Result<Response> {
    match failure {
        Failure::Rejected(rejection) => Ok(rejected(&rejection)),
        Failure::Refused(reason) => Ok(Response::text(StatusCode::BAD_REQUEST, reason)),
        Failure::Busy => Ok(busy()),
        Failure::Failed(error) => Err(error.into()),
    }
}

/// A failure with `status`, as SDKs of protocol v0 get it: a plain text.
pub fn failed(code: u16, seconds: u64) -> Response {
    let text = match code {
        400 => Rejection::Shapeless.to_string(),
        401 => Rejection::NoToken.to_string(),
        429 => "rate limited".into(),
        503 => BUSY.detail.into(),
        _ => status(code).canonical_reason().unwrap_or_default().into(),
    };
    let response = Response::text(status(code), text);
    match code {
        429 | 503 => response.header(RETRY_AFTER, seconds.to_string()),
        _ => response,
    }
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// 503, upon which SDKs retry.
fn busy() -> Response {
    Response::text(StatusCode::SERVICE_UNAVAILABLE, BUSY.detail)
        .header(RETRY_AFTER, BUSY.retry_after.to_string())
        .lacking(BUSY.reason)
}

fn rejected(rejection: &Rejection) -> Response {
    let status = match rejection {
        Rejection::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Rejection::NoToken | Rejection::MixedTokens | Rejection::BadToken(_) => {
            StatusCode::UNAUTHORIZED
        }
        _ => StatusCode::BAD_REQUEST,
    };
    Response::text(status, rejection.to_string())
}
