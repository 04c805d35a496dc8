//! HTTP: parses requests, calls the domain, presents the result. The only layer that knows actix.

mod access_log;
mod admission;
mod admitting;
mod api;
mod body;
mod budget;
mod buffer;
mod capture;
mod client;
mod coding;
mod connections;
mod descriptors;
mod error;
mod event_view;
mod framing;
mod headers;
mod host;
mod idle;
mod lab;
mod later;
mod live;
mod long_lists;
mod metrics;
mod nearest;
mod observation;
mod outgoing;
mod page;
mod pages;
mod panics;
mod quick_reads;
mod reading;
mod reception;
mod request;
mod request_id;
mod response;
mod route;
mod router;
pub mod routes;
mod server;
mod session;
mod stream;
mod strict;
mod strike;
mod target;
mod throttle;
mod tls;
mod unserved;
mod waiting;

pub(crate) use access_log::TARGET as ACCESS_LOG;
pub(crate) use budget::{Budget, leave_place};
pub(crate) use capture::scripts::Scripts;
pub(crate) use descriptors::connections as connection_limit;
pub(crate) use host::Site;
pub(crate) use idle::IdleTimer;
pub(crate) use lab::Lab;
pub(crate) use live::Live;
pub(crate) use long_lists::LongLists;
pub(crate) use metrics::Metrics;
pub(crate) use pages::viewer::whole as whole_page;
pub(crate) use quick_reads::{QuickReads, threads as quick_read_threads};
pub(crate) use request::Request;
pub(crate) use request_id::RequestIds;
pub(crate) use response::Response;
pub(crate) use server::{run, start, told_to_stop};
pub(crate) use throttle::Throttle;
pub(crate) use tls::Tls;
pub(crate) use unserved::Unserved;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        ConnectionType, Method, StatusCode, Version,
        header::{ACCEPT, HeaderName, HeaderValue},
    },
    web,
};

use crate::{
    config::Network,
    domain::{
        Error, Store, backups::Backups, capture::Capture, key_uses::KeyUses, sessions::Entrance,
        viewer::Guesses,
    },
    model::{Contract, Features, Timestamp},
};
use access_log::AccessLine;
use admitting::Admitting;
use connections::Answering;
use error::Refusal;
use memchr::memchr_iter;
use metrics::Answered;
use nearest::nearest;
use observation::Observation;
use outgoing::Outgoing;
use pages::assets;
use reception::Reception;
use request_id::REQUEST_ID;
use response::Body;
use router::{Match, ResolvedPath};
use routes::{Endpoint, Family};

/// With more fields than this the memory of a query string is charged to the budget of bodies.
const MANY_FIELDS: usize = 1000;

/// The memory of one field of a query string, in bytes.
const FIELD_MEMORY: usize = 128;

/// The state that handlers share.
pub struct State {
    /// The open database file.
    pub store: Store,
    /// The server's own URLs.
    pub site: Site,
    /// How to answer where the documentation and the service differ.
    pub contract: Contract,
    /// Features that are off for all organizations.
    pub features_off: Features,
    /// Known names and recent events of ingestion.
    pub capture: Capture,
    /// How long a client may take to send the head of a request, and again its body.
    pub request_timeout: Duration,
    /// Counts each key's requests, if they are limited.
    pub throttle: Option<Throttle>,
    /// From where each key was used last.
    pub key_uses: KeyUses,
    /// The ways into the admin page without a key.
    pub entrance: Entrance,
    /// Counts the guesses at each share's passwords.
    pub guesses: Guesses,
    /// Whether clients speak TLS with this server itself.
    pub has_tls: bool,
    /// The paths that clients asked for and hoglet lacks.
    pub unserved: Unserved,
    /// The proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<Network>,
    /// The memory that the bodies of all requests share.
    pub bodies: Arc<Budget>,
    /// The threads for quick reads.
    pub quick_reads: QuickReads,
    /// The turns of long lists.
    pub long_lists: LongLists,
    /// The backups that the admin page offers.
    pub backups: Backups,
    /// The scripts that browsers may load.
    pub scripts: Scripts,
    /// Ends the server when there are no requests, if that was asked for.
    pub idle: Option<Arc<IdleTimer>>,
    /// The streams of changes that are open.
    pub live: Live,
    /// Makes the ids of requests that have none.
    pub request_ids: RequestIds,
    /// Whether each request gets a line in the log.
    pub access_log: bool,
    /// What lab mode keeps; `None` without it.
    pub lab: Option<Lab>,
    /// What is counted for `--metrics`.
    pub metrics: Option<Metrics>,
}

/// Carries one request from the socket to its handler and back.
///
/// Everything after the body has been received runs on a thread that may wait, in one hop: admission, the use case, the JSON.
async fn serve(
    state: web::Data<State>,
    request: HttpRequest,
    mut payload: web::Payload,
) -> HttpResponse<Outgoing> {
    let started = Instant::now();
    let answering = Answering::begin(&request);
    let mut resolved = router::find(request.path());
    if state.lab.is_none() {
        resolved.hide(Family::Lab);
    }
    let id = request_id::given(request.headers()).or_else(|| new_id(&state, &resolved));
    let observation = observe(&state, &resolved);
    // In the log the pattern stands for the path, which may hold a secret.
    let route = resolved.route().map(|route| route.path);
    let mut line = state.access_log.then(|| AccessLine {
        started,
        id: id.clone(),
        method: request.method().clone(),
        route,
        status: None,
        observation: observation.clone(),
        bytes: 0,
    });
    let under_way = match resolved.is_of(Family::Probe) {
        true => None, // a health check keeps no server running
        false => state.idle.as_ref().map(IdleTimer::begin),
    };
    let admitted = match resolved.is_for_sdks() {
        true => Ok(()),
        false => state.site.check(request.headers()),
    };
    let mut outcome = match admitted {
        Ok(()) => {
            let receiving = receive(&state, &request, &resolved, &mut payload, &observation);
            let outcome = panics::caught_in(receiving).await;
            outcome.unwrap_or_else(|said| error::internal(format!("a request {said}")))
        }
        Err(response) => response,
    };
    let shown_id = || id.as_ref().map(request_id::text);
    if let Some(cause) = outcome.cause() {
        log_failure(outcome.status, shown_id(), request.method(), route, cause);
    }
    let mut reason = outcome.reason();
    let plain = outcome.take_plain();
    let (mut head, mut body) = outcome.into_parts();
    if !answering.send(body.as_ref()) {
        let overloaded = error::overloaded("response_memory");
        reason = overloaded.reason();
        (head, body) = overloaded.into_parts();
    }
    if matches!(body, Some(Body::Streamed(_))) && request.version() < Version::HTTP_11 {
        outgoing::end_by_closing(head.head_mut());
    }
    if request.head().upgrade() {
        // actix-http closes the connection of a client that offers another protocol, without saying so in the response.
        head.head_mut().set_connection_type(ConnectionType::Close);
    }
    headers::add(&mut head, &request, &resolved);
    if let Some(id) = &id {
        head.headers_mut().insert(REQUEST_ID, id.clone());
    }
    if state.lab.is_some() {
        lab::mark(&mut head);
    }
    let warnings = observation.as_deref().map(Observation::warnings);
    if let Some(warnings) = warnings.filter(|warnings| !warnings.is_empty()) {
        let (name, value) = strict::header(&warnings);
        let warnings = warnings.join("; ");
        tracing::warn!(id = shown_id(), method = %request.method(), route, "ignored: {warnings}");
        head.headers_mut().insert(name, value);
    }
    let journaled = observation.as_ref().filter(|_| !is_aside(&resolved));
    if let (Some(lab), Some(observation)) = (&state.lab, journaled) {
        let meant = match resolved.found {
            Match::Unknown => nearest(&resolved.path),
            _ => None,
        };
        let said = plain.as_ref().or(body.as_ref());
        let entry = observation.entry(&request, route, meant, &head, said);
        lab.journal.record(entry);
    }
    let (method, status) = (request.method(), head.status().as_u16());
    let path = || headers::loggable(&resolved.path);
    tracing::debug!(%method, path = &*path(), status, id = shown_id(), micros = started.elapsed().as_micros() as u64, "request");
    let flaws = observation.as_deref().and_then(Observation::strike);
    let flaws = flaws.map(|strike| strike.action.clone());
    if flaws.as_ref().is_some_and(|flaws| flaws.drop.is_some()) {
        answering.close();
    }
    let sent = state.metrics.as_ref().and_then(|metrics| {
        metrics.count(&Answered {
            method: request.method(),
            route,
            status: head.status(),
            reason,
            time: started.elapsed(),
        })
    });
    if let Some(line) = &mut line {
        line.status = Some(head.status());
    }
    head.map_body(|_, _| {
        let mut outgoing = Outgoing::new(body, request.method(), answering, under_way, payload);
        outgoing.line = line;
        outgoing.sent = sent;
        match flaws {
            Some(flaws) => outgoing.flawed(flaws.truncate_after, flaws.slow_body),
            None => outgoing,
        }
    })
}

/// Starts to keep what happens to a request, for lab mode and the access log.
fn observe(state: &State, resolved: &ResolvedPath) -> Option<Arc<Observation>> {
    let lab = state.lab.as_ref();
    let is_kept = state.access_log || lab.is_some() && !is_aside(resolved);
    is_kept.then(|| Arc::new(Observation::begin(lab.and_then(|lab| lab.strictness))))
}

/// Whether a path is a health check, one of lab mode's own or a file of a page: how often a client asks for these has no influence
/// on the journal and on the ids of other requests.
fn is_aside(resolved: &ResolvedPath) -> bool {
    let path = &resolved.path;
    match resolved.nearest().map(|route| route.family) {
        Some(Family::Lab | Family::Probe) => true,
        Some(Family::Api) => false, // a file would be looked for in vain
        _ => lab::is_below(path) || assets::is_file(path),
    }
}

/// A new id for a request to this path, unless it needs none.
fn new_id(state: &State, resolved: &ResolvedPath) -> Option<HeaderValue> {
    (!is_aside(resolved)).then(|| state.request_ids.make())
}

/// Logs why the server could not do what it was asked for. Only a bug is an error: the store logs once what is wrong for longer,
/// and a line for each refusal would fill the log under load.
fn log_failure(
    status: StatusCode,
    id: Option<&str>,
    method: &Method,
    route: Option<&str>,
    cause: &str,
) {
    match status {
        StatusCode::SERVICE_UNAVAILABLE => tracing::debug!(id, %method, route, "{cause}"),
        _ => tracing::error!(id, %method, route, "{cause}"),
    }
}

async fn receive(
    state: &web::Data<State>,
    request: &HttpRequest,
    resolved: &ResolvedPath,
    payload: &mut web::Payload,
    observation: &Option<Arc<Observation>>,
) -> Response {
    if headers::is_preflight(request) {
        return Response::typed(StatusCode::OK, "text/html; charset=utf-8", "");
    }
    if request.method() == Method::TRACE {
        return admission::not_allowed(state, request.method(), resolved.route());
    }
    let (route, params) = match &resolved.found {
        Match::Route(route, params) => (*route, params.clone()),
        Match::Suffixed(route) if route.family == Family::Page && is_browser(request) => {
            return pages::not_found(request.headers());
        }
        Match::Suffixed(_) => return Refusal::from(Error::NOT_FOUND).response(state),
        Match::Root => return Refusal::from(Error::NotAuthenticated).response(state),
        Match::Unknown => {
            if let Some(observation) = observation
                && let Some(failure) =
                    strike::before_unknown(state, observation, request.method(), resolved).await
            {
                return failure;
            }
            return unknown(state, request, resolved);
        }
    };
    if let Some(Endpoint::Probe(handler)) = route.endpoint(request.method()) {
        return handler(state, request);
    }
    let is_for_sdks = route.family == Family::Sdk;
    if is_for_sdks && request.method() == Method::OPTIONS {
        return Response::empty(StatusCode::OK);
    }
    let admitting = Admitting {
        state,
        route,
        request,
        path: &resolved.path,
        params,
        observation,
    };
    let reservation = state.bodies.reserve();
    let fields = memchr_iter(b'&', request.query_string().as_bytes()).count();
    if fields > MANY_FIELDS
        && let Err(full) = reservation.grow(fields * FIELD_MEMORY).await
    {
        return Refusal::from(full).response(state);
    }
    let reception = Reception::new(request, payload, reservation, state.request_timeout);
    let outcome = match is_for_sdks {
        true => admitting.of_sdk(reception).await,
        false => admitting.of_client(reception).await,
    };
    outcome.unwrap_or_else(|refusal| refusal.response(state))
}

fn header(request: &HttpRequest, name: HeaderName) -> Option<&str> {
    request.headers().get(name)?.to_str().ok()
}

fn is_browser(request: &HttpRequest) -> bool {
    pages::is_browser(header(request, ACCEPT))
}

/// Answers a path without a route (`http-conventions.md` 2.3).
fn unknown(state: &State, request: &HttpRequest, resolved: &ResolvedPath) -> Response {
    let (method, path) = (request.method(), &*resolved.path);
    if *method == Method::OPTIONS && resolved.is_for_sdks() {
        return Response::empty(StatusCode::OK); // a browser asks before it sends the request that gets the 404
    }
    if *method == Method::OPTIONS && headers::is_api(path) {
        return admission::metadata("Not Found");
    }
    if matches!(*method, Method::GET | Method::HEAD) && assets::is_file(path) {
        return assets::file(path, request.headers());
    }
    state.unserved.note(method, path, Timestamp::now());
    if headers::is_api(path) {
        return Refusal::from(Error::NotFound("Endpoint not found.")).response(state);
    }
    match is_browser(request) && !resolved.is_for_sdks() {
        true => pages::not_found(request.headers()),
        false => Response::not_found(),
    }
}
