//! Makes requests fail as a rule of lab mode says ([`crate::domain::lab::faults`]).
//!
//! A delay is waited out on the worker, where it holds no thread. What happens to the connection and to the body of the response
//! happens where these are sent.

use actix_web::{
    http::{Method, StatusCode},
    rt::time::sleep,
    web,
};

use super::{
    Request, Response, State, budget, capture,
    error::{self, Refusal, Result, Throttling},
    headers,
    observation::Observation,
    route::{Family, Route},
    router::ResolvedPath,
};
use crate::{
    domain::{
        Error, Outage,
        lab::faults::{DropAt, ShownKeys, Strike, project_of},
    },
    model::Secret,
};

/// What a gateway responds with whose server does not.
const BAD_GATEWAY: &str = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n";

/// What metrics call the reason of a 429 or a 503 here.
const FAULT: &str = "fault";

/// Decides whether `request`, which was received, fails; once for each request. Waits if it is delayed. Returns the request if it
/// is to be answered as usual.
///
/// Errors: the response if it is not.
pub async fn before(
    state: &web::Data<State>,
    observation: &Observation,
    route: &Route,
    request: Box<Request>,
) -> Result<Box<Request>, Response> {
    let Some(lab) = state.lab.as_ref().filter(|_| may_fail(route)) else {
        return Ok(request);
    };
    if observation.is_decided() {
        return Ok(request);
    }
    let (method, path) = (request.method.clone(), request.path.clone());
    let (request, shown) = match lab.faults.ask_for_keys(method.as_str(), &path) {
        false => (request, None),
        true => {
            let (state, is_for_sdks) = (state.clone(), route.is_for_sdks());
            let looking = web::block(move || {
                let shown = shown(&state, &request, is_for_sdks);
                budget::leave_place();
                (request, shown)
            });
            let (request, shown) = looking.await.map_err(|_| error::overloaded("stopping"))?;
            (request, Some(shown))
        }
    };
    let struck = lab.faults.strike(method.as_str(), &path, shown.as_ref());
    let kind = Kind::of(Some(route), &path);
    let has_key = request.bearer().is_some();
    match carry_out(state, observation, struck, kind, has_key).await {
        Some(response) => Err(response),
        None => Ok(request),
    }
}

/// The same for a request to a path that hoglet lacks. Returns the response if it fails.
pub async fn before_unknown(
    state: &State,
    observation: &Observation,
    method: &Method,
    resolved: &ResolvedPath,
) -> Option<Response> {
    let lab = state.lab.as_ref()?;
    let struck = lab.faults.strike(method.as_str(), &resolved.path, None);
    let kind = match resolved.is_for_sdks() && !headers::is_api(&resolved.path) {
        true => Kind::Sdk,
        false => Kind::Api,
    };
    carry_out(state, observation, struck, kind, false).await
}

/// Notes what happens, waits, and returns the response of a request that is not answered as usual.
async fn carry_out(
    state: &State,
    observation: &Observation,
    struck: Option<Strike>,
    kind: Kind,
    has_key: bool,
) -> Option<Response> {
    let strike = observation.decide(struck)?;
    tracing::debug!(
        rule = strike.rule,
        "a rule of lab mode applies to a request"
    );
    if !strike.delay.is_zero() {
        sleep(strike.delay).await;
    }
    match (strike.action.drop, strike.action.status) {
        (Some(DropAt::Before), _) => Some(Response::empty(StatusCode::OK)), // never sent
        (_, Some(status)) => Some(kind.response(state, status, strike.action.retry_after, has_key)),
        _ => None,
    }
}

/// Whether rules apply to a route: health checks, the pages of hoglet itself and lab mode always work.
fn may_fail(route: &Route) -> bool {
    match route.family {
        Family::Api | Family::Sdk | Family::Share => true,
        Family::Page => route.is_for_sdks(),
        Family::Lab | Family::Probe => false,
    }
}

/// The keys and tokens that `request` shows, and the project that it is for.
fn shown(state: &State, request: &Request, is_for_sdks: bool) -> ShownKeys {
    let key = request.credential().ok().flatten().map(|(key, _)| key);
    let token = match is_for_sdks {
        true => capture::token_of(request),
        false => None,
    };
    let keys: Vec<_> = token.map(Secret::new).into_iter().chain(key).collect();
    let project = project_of(&state.store, request.segment("project_id"), &keys);
    let project = project.unwrap_or_else(|error| {
        tracing::warn!("the project of a request cannot be looked up: {error}");
        None
    });
    ShownKeys { keys, project }
}

/// Whose form an error has.
#[derive(Clone, Copy)]
enum Kind {
    Api,
    /// Protocol v0 and what goes with it: plain text.
    Sdk,
    Batches,
}

impl Kind {
    fn of(route: Option<&Route>, path: &str) -> Kind {
        match route {
            Some(route) if route.family != Family::Sdk => Kind::Api,
            _ if capture::v1::speaks(path) => Kind::Batches,
            _ => Kind::Sdk,
        }
    }

    /// The service's own response with `status`.
    fn response(
        self,
        state: &State,
        status: u16,
        retry_after: Option<u64>,
        has_key: bool,
    ) -> Response {
        let seconds = retry_after.unwrap_or(1);
        if status == 502 {
            let code = StatusCode::BAD_GATEWAY;
            return Response::typed(code, "text/html; charset=utf-8", BAD_GATEWAY);
        }
        let response = match self {
            Kind::Api => refusal(status, seconds, has_key).response(state),
            Kind::Sdk => capture::failed(status, seconds),
            Kind::Batches => capture::v1::failed(status, seconds),
        };
        response.lacking(FAULT)
    }
}

/// The API's refusal with `status`.
fn refusal(status: u16, seconds: u64, has_key: bool) -> Refusal {
    match status {
        400 => {
            let detail = "JSON parse error - Expecting value: line 1 column 1 (char 0)";
            Refusal::Parse(detail.into())
        }
        401 if has_key => {
            let detail = "Personal API key found in request Authorization header is invalid.";
            Error::WrongCredential(detail.into()).into()
        }
        401 => Error::NotAuthenticated.into(),
        403 => Error::FORBIDDEN.into(),
        404 => Error::NOT_FOUND.into(),
        409 => Error::Conflict("Someone else edited the Notebook").into(),
        429 => Refusal::Throttled(Throttling {
            seconds,
            reason: FAULT,
        }),
        503 => Refusal::Outage(Outage {
            retry_after: seconds,
            ..Outage::DATABASE
        }),
        _ => Refusal::Failed,
    }
}
