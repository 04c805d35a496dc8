//! The door: HTTP in, HTTP out. The only floor that knows of actix.

mod admission;
pub mod api;
mod body;
mod capture;
mod client;
mod connections;
mod descriptors;
mod error;
mod framing;
mod headers;
mod host;
mod outgoing;
pub mod pages;
mod panics;
mod request;
mod response;
mod route;
mod router;
pub mod routes;
mod secret_admission;
mod server;
mod session;
mod stream;
mod throttle;

pub use descriptors::connections as connection_limit;
pub use pages::viewer::Guesses;
pub use request::Request;
pub use response::Response;
pub use server::{run, start};
pub use throttle::Throttle;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header::IF_NONE_MATCH},
    rt::time::timeout,
    web,
};

use crate::{
    config::Network,
    domain::{Error, capture::Capture, sessions::Entrance},
    model::{Contract, Features},
    store::Store,
};
use body::RawBody;
use connections::Answering;
use error::Refusal;
use outgoing::Outgoing;
use pages::assets;
use router::Match;
use routes::{Endpoint, Family, Route};

/// What every handler may use.
pub struct State {
    /// The database.
    pub store: Store,
    /// The server's own URL as clients should know it, without a slash at the end.
    pub site_url: String,
    /// What to be where the reference and the service differ.
    pub contract: Contract,
    /// Features that no organization has here.
    pub features_off: Features,
    /// What ingestion keeps in memory.
    pub capture: Capture,
    /// How long a client may take to send the head of a request, and again its body.
    pub request_timeout: Duration,
    /// Counts each key's requests, if they are limited.
    pub throttle: Option<Throttle>,
    /// Whom the admin page lets in without a key.
    pub entrance: Entrance,
    /// Counts the guesses at each share's passwords.
    pub guesses: Guesses,
    /// The peers whose word on who sent a request counts.
    pub trusted_proxies: Vec<Network>,
}

/// Carries one request from the socket to its handler and back.
///
/// All that comes after the body is in runs on the blocking pool, in one hop: the credential, the database, the JSON.
async fn serve(
    state: web::Data<State>,
    request: HttpRequest,
    mut payload: web::Payload,
) -> HttpResponse<Outgoing> {
    let started = Instant::now();
    let answering = Answering::begin(&request);
    let number = next_number();
    let target = router::find(request.path());
    let outcome = match host::check(request.headers(), &state.site_url) {
        Ok(()) => {
            let receiving = receive(&state, &request, &target, &mut payload, number);
            let outcome = panics::caught_in(receiving).await;
            outcome.unwrap_or_else(|said| panicked(number, request.method(), target.route(), &said))
        }
        Err(response) => response,
    };
    let (mut head, mut body) = outcome.into_parts();
    if !answering.send(body.as_ref()) {
        (head, body) = error::overloaded().into_parts();
    }
    headers::add(&mut head, &request, &target);
    let (method, status) = (request.method(), head.status().as_u16());
    let path = &*headers::loggable(&target.path);
    tracing::debug!(%method, path, status, number, micros = started.elapsed().as_micros() as u64, "request");
    head.map_body(|_, _| Outgoing::new(body, answering, payload))
}

/// Numbers requests, so that lines of the log can be told apart.
fn next_number() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed) + 1
}

/// 500 for a bug, which the log describes.
fn panicked(number: u64, method: &Method, route: Option<&Route>, said: &str) -> Response {
    // The route's own path: that of the request may hold a secret.
    let path = route.map_or("", |route| route.path);
    tracing::error!(number, %method, path, "a request {said}");
    error::internal()
}

async fn receive(
    state: &web::Data<State>,
    request: &HttpRequest,
    target: &router::Target,
    payload: &mut web::Payload,
    number: u64,
) -> Response {
    if headers::is_preflight(request) {
        return Response::typed(StatusCode::OK, "text/html; charset=utf-8", "");
    }
    let (route, params) = match &target.found {
        Match::Route(route, params) => (*route, params.clone()),
        Match::Suffixed => return Refusal::from(Error::NOT_FOUND).response(state),
        Match::Unknown => return unknown(state, request, &target.path),
    };
    if let Some(Endpoint::Probe(handler)) = route.endpoint(request.method()) {
        return handler(state, request);
    }
    let is_for_sdks = route.family == Family::Sdk;
    if is_for_sdks && request.method() == Method::OPTIONS {
        return Response::empty(StatusCode::OK);
    }
    let receiving = RawBody::receive(request.headers(), payload);
    let raw = match timeout(state.request_timeout, receiving).await {
        Ok(Ok(raw)) => raw,
        Ok(Err(refusal)) => return refusal.response(state),
        Err(_) => return Refusal::TooSlow.response(state),
    };
    if raw.too_long.is_some() && !is_for_sdks {
        return Refusal::TooLarge.response(state); // SDKs are told in the words of their protocols
    }
    Answering::work(request);
    let request = Request::new(request, target.path.clone(), params, raw, state);
    let shared = state.clone();
    let answer = move || {
        let outcome = panics::caught(|| {
            let outcome = admission::answer(&shared, route, &request);
            outcome.unwrap_or_else(|refusal| refusal.response(&shared))
        });
        outcome.unwrap_or_else(|said| panicked(number, &request.method, Some(route), &said))
    };
    web::block(answer)
        .await
        .unwrap_or_else(|_| error::internal())
}

/// What stands where nothing is (`http-conventions.md` 2.3).
fn unknown(state: &State, request: &HttpRequest, path: &str) -> Response {
    let method = request.method();
    match path {
        "/api/" => Refusal::from(Error::NotAuthenticated).response(state),
        path if headers::is_api(path) => match *method {
            Method::OPTIONS => admission::metadata("Not Found"),
            _ => Refusal::from(Error::NotFound("Endpoint not found.")).response(state),
        },
        path if matches!(*method, Method::GET | Method::HEAD) && assets::is_file(path) => {
            let known = request.headers().get(IF_NONE_MATCH);
            assets::file(path, known.and_then(|tag| tag.to_str().ok()))
        }
        _ => Response::typed(
            StatusCode::NOT_FOUND,
            "text/plain; charset=utf-8",
            "Not found\n",
        ),
    }
}
