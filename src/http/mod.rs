//! The door: HTTP in, HTTP out. The only floor that knows of actix.

mod admission;
pub mod api;
mod body;
mod capture;
mod error;
mod headers;
mod host;
pub mod pages;
mod request;
mod response;
mod route;
mod router;
pub mod routes;
mod secret_admission;
mod session;
mod throttle;
mod unread;

pub use pages::viewer::Guesses;
pub use request::Request;
pub use response::Response;
pub use throttle::Throttle;

use std::{io, net::TcpListener, sync::Arc, time::Duration, time::Instant};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::Server,
    http::{Method, StatusCode},
    rt::{
        signal::unix::{SignalKind, signal},
        time::timeout,
    },
    web,
};

use crate::{
    domain::{Error, capture::Capture, sessions::Entrance},
    model::{Contract, Features},
    store::Store,
};
use body::RawBody;
use error::Refusal;
use router::Match;
use routes::Family;
use unread::Holding;

/// Threads that may wait for the database, of each worker: more than the readers and a full batch of writers need.
const BLOCKING_THREADS: usize = 128;

/// How long requests under way may take once the server is told to stop, in seconds.
const FAREWELL: u64 = 10;

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
}

/// Starts answering on `listener`, until the process is asked to end; requests under way are answered first.
pub fn start(state: Arc<State>, listener: TcpListener, workers: usize) -> io::Result<Server> {
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let told_to_stop = async move {
        actix_web::rt::spawn(async move {
            let stop = futures_util::future::select(
                Box::pin(terminate.recv()),
                Box::pin(interrupt.recv()),
            );
            stop.await;
        })
        .await
        .unwrap_or_default()
    };
    let request_timeout = state.request_timeout;
    let state = web::Data::from(state);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .default_service(web::to(serve))
    })
    .workers(workers)
    .worker_max_blocking_threads(BLOCKING_THREADS)
    .client_request_timeout(request_timeout)
    .shutdown_timeout(FAREWELL)
    .shutdown_signal(told_to_stop)
    .listen(listener)?;
    Ok(server.run())
}

/// Runs `serving` on this thread until it ends.
pub fn run(serving: impl Future<Output = io::Result<()>>) -> io::Result<()> {
    actix_web::rt::System::new().block_on(serving)
}

/// Carries one request from the socket to its handler and back.
///
/// All that comes after the body is in runs on the blocking pool, in one hop: the credential, the database, the JSON.
async fn serve(
    state: web::Data<State>,
    request: HttpRequest,
    mut payload: web::Payload,
) -> HttpResponse<Holding> {
    let started = Instant::now();
    let target = router::find(request.path());
    let outcome = match host::check(request.headers(), &state.site_url) {
        Ok(()) => receive(&state, &request, &target, &mut payload).await,
        Err(response) => response,
    };
    let mut response = HttpResponse::from(outcome);
    headers::add(&mut response, &request, &target);
    let (method, path, status) = (request.method(), &target.path, response.status().as_u16());
    tracing::debug!(%method, path, status, micros = started.elapsed().as_micros() as u64, "request");
    response.map_body(|_, body| Holding::new(body, payload))
}

async fn receive(
    state: &web::Data<State>,
    request: &HttpRequest,
    target: &router::Target,
    payload: &mut web::Payload,
) -> Response {
    if headers::is_preflight(request) {
        return Response::typed(StatusCode::OK, "text/html; charset=utf-8", "");
    }
    let (route, params) = match &target.found {
        Match::Route(route, params) => (*route, params.clone()),
        Match::Suffixed => return Refusal::from(Error::NOT_FOUND).response(state),
        Match::Unknown => return unknown(state, request.method(), &target.path),
    };
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
    let request = Request::new(request, target.path.clone(), params, raw, state);
    let shared = state.clone();
    let answer = move || {
        let outcome = admission::answer(&shared, route, &request);
        outcome.unwrap_or_else(|refusal| refusal.response(&shared))
    };
    web::block(answer)
        .await
        .unwrap_or_else(|_| error::internal())
}

/// What stands where nothing is (`http-conventions.md` 2.3).
fn unknown(state: &State, method: &Method, path: &str) -> Response {
    match path {
        "/api/" => Refusal::from(Error::NotAuthenticated).response(state),
        path if headers::is_api(path) => match *method {
            Method::OPTIONS => admission::metadata("Not Found"),
            _ => Refusal::from(Error::NotFound("Endpoint not found.")).response(state),
        },
        path if matches!(*method, Method::GET | Method::HEAD) && pages::is_file(path) => {
            pages::file(path)
        }
        _ => Response::typed(
            StatusCode::NOT_FOUND,
            "text/plain; charset=utf-8",
            "Not found\n",
        ),
    }
}
