//! Who may make a request, checked in the reference's order (`http-conventions.md` 1.3).

use actix_web::http::{
    Method, StatusCode,
    header::{ACCEPT, USER_AGENT},
};
use serde_json::json;

use super::{
    Request, Response, State,
    error::{Refusal, Result, Throttling},
    pages::viewer::strangers,
    route::ANY_KEY,
    routes::{Bodies, Endpoint, Extent, Family, Formats, Need, Route},
    session,
    throttle::Counted,
};
use crate::{
    domain::{
        Caller, Context, Error,
        auth::{self, Admission, Credential, Named, Place, Service},
        changes::Topic,
        key_uses::Holder,
    },
    model::{Level, OpenShare, ProjectId, Scope, Secret},
};

/// The answer to a request for a path of the route table.
pub fn answer(state: &State, route: &'static Route, request: &Request) -> Result<Response> {
    if request.path.starts_with("/api/") {
        check_format(route, request)?;
        check_accept(route, request)?;
    }
    if let Some(share) = strangers::admit(state, route, request)? {
        return show_stranger(state, route, &share, request);
    }
    match route.endpoint(&request.method) {
        Some(Endpoint::Public(handler)) => handler(state, request),
        Some(Endpoint::Lab(handler)) => {
            session::check_origin(state, request)?;
            let lab = state.lab.as_ref().ok_or(Error::NOT_FOUND)?;
            handler(state, lab, request)
        }
        Some(Endpoint::ProjectKey(scope, handler)) => {
            let project = admit_to_flags(state, route, *scope, request)?;
            request.find(|findings| findings.project = Some(project));
            handler(state, project, request)
        }
        Some(Endpoint::Account(need, handler)) => {
            let caller = admit_to_account(state, route, *need, request)?;
            handler(state, caller, request)
        }
        Some(Endpoint::Project(need, handler)) => {
            let context = admit_to_project(state, route, *need, request)?;
            request.find(|findings| findings.project = Some(context.project));
            let changed = need.scope.filter(|scope| scope.is_write());
            if let Some(topic) = changed.and_then(Topic::of) {
                request.changes(context.project, topic);
            }
            let response = handler(state, context, request)?;
            if response.status.is_success()
                && let Some((project, topic)) = request.take_change()
            {
                state.capture.changes.note(project, topic);
            }
            Ok(response)
        }
        Some(Endpoint::Session(handler)) => {
            let caller = admit_session(state, request)?;
            session::check_recent(state, request)?;
            request.body()?;
            handler(state, caller, request)
        }
        Some(Endpoint::Probe(_)) | None => refuse_method(state, route, request),
    }
}

/// What `share` shows at a path that takes its token.
fn show_stranger(
    state: &State,
    route: &Route,
    share: &OpenShare,
    request: &Request,
) -> Result<Response> {
    route
        .shared
        .map_or(Err(Error::NotAuthenticated.into()), |handler| {
            handler(state, share, request)
        })
}

/// Handles a method that this path does not support, and OPTIONS.
///
/// The service checks the scope of a key before it looks at the method, and finds none for a method that the path lacks:
/// such a key gets 403, whatever it may do. Three cases pass the scope check, and get 405 (`http-conventions.md` 2.4): any
/// method where the path declares its scope itself, PATCH on a collection, and sessions, which have no scopes. OPTIONS needs
/// the `:read` scope.
fn refuse_method(state: &State, route: &'static Route, request: &Request) -> Result<Response> {
    if route.family == Family::Sdk {
        return Ok(not_allowed(state, &request.method, Some(route)));
    }
    let mut endpoints = route.endpoints().map(|(_, endpoint)| endpoint);
    let guarded = endpoints.clone().find(|endpoint| endpoint.need().is_some());
    match guarded {
        Some(endpoint) => check_access(state, route, endpoint, request)?,
        None if route.family == Family::Lab => session::check_origin(state, request)?,
        None if endpoints.all(|endpoint| matches!(endpoint, Endpoint::Public(_))) => {}
        None => drop(admit_session(state, request)?),
    }
    match request.method {
        Method::OPTIONS => Ok(metadata(route.name)),
        _ => Err(Refusal::MethodNotAllowed(request.method.to_string())),
    }
}

/// 405, in the form that clients of the path expect.
pub fn not_allowed(state: &State, method: &Method, route: Option<&Route>) -> Response {
    match route {
        Some(route) if route.family == Family::Sdk => {
            Response::empty(StatusCode::METHOD_NOT_ALLOWED)
        }
        _ => Refusal::MethodNotAllowed(method.to_string()).response(state),
    }
}

/// Checks a request whose method the path lacks as `endpoint`, one of the path's, would be checked.
fn check_access(
    state: &State,
    route: &'static Route,
    endpoint: &Endpoint,
    request: &Request,
) -> Result<()> {
    if let Endpoint::ProjectKey(..) = endpoint
        && let Some((secret, service)) = project_secret(route, request)
    {
        return Ok(auth::refuse_action(&state.store, &secret, service)?);
    }
    let need = endpoint.need().unwrap_or(ANY_KEY);
    let object = need.scope.map(|scope| scope.object);
    let is_collection = route.extent == Extent::Collection;
    let scope = match (&request.method, object) {
        _ if route.declares_scope => need.scope,
        (&Method::OPTIONS, object) => object.map(Scope::read),
        (&Method::PATCH, Some(object)) if is_collection => Some(Scope::write(object)),
        _ => {
            admit_session(state, request)?;
            None
        }
    };
    // Members who may not change anything here get the 403 for that before the 405.
    let needs = route
        .endpoints()
        .filter_map(|(_, endpoint)| endpoint.need());
    let highest = needs.map(|need| need.level).max();
    let level = match request.method {
        Method::OPTIONS => Level::Member,
        _ => highest.unwrap_or(Level::Member),
    };
    let need = Need {
        scope,
        level,
        contract: None,
        ..need
    };
    match endpoint {
        Endpoint::Project(..) => drop(admit_to_project(state, route, need, request)?),
        _ => drop(admit_to_account(state, route, need, request)?),
    }
    Ok(())
}

fn admit_to_account(state: &State, route: &Route, need: Need, request: &Request) -> Result<Caller> {
    let (store, credential) = (&state.store, credential(request)?);
    let named = |name| Some(request.segment(name)).filter(|segment| !segment.is_empty());
    let place = Place {
        organization: named("organization_id"),
        project: named("project_id"),
    };
    let admission = auth::admit_to_account(store, &credential, need, place, request.arrival())?;
    let caller = admission.caller;
    finish(state, route, need, request, admission)?;
    Ok(caller)
}

fn admit_to_project(
    state: &State,
    route: &Route,
    need: Need,
    request: &Request,
) -> Result<Context> {
    let (store, credential) = (&state.store, credential(request)?);
    let named = match request.segment("project_id") {
        "" => named(request),
        segment => Named::Segment(segment),
    };
    let (off, arrival) = (state.features_off, request.arrival());
    let admission = auth::admit_to_project(store, &credential, need, named, off, arrival)?;
    finish(state, route, need, request, admission)
}

/// Admits holders of project secret keys, which give access to nothing else here, and of personal keys.
fn admit_to_flags(
    state: &State,
    route: &Route,
    scope: Scope,
    request: &Request,
) -> Result<ProjectId> {
    let (store, named, now) = (&state.store, named(request), request.now);
    if let Some((secret, service)) = project_secret(route, request) {
        let (project, key) = auth::admit_project_key(store, &secret, scope, named, service, now)?;
        let id = key.to_string();
        let counted = [Counted::ProjectSecret(key), Counted::Project(project)];
        request.find(|findings| findings.key = Some(id.clone()));
        check_rate(state, &counted)?;
        note_use(state, request, &id, Holder::Project(project));
        return Ok(project);
    }
    let need = Need {
        scope: Some(scope),
        ..ANY_KEY
    };
    let (credential, off) = (credential(request)?, state.features_off);
    let arrival = request.arrival();
    let admission = auth::admit_to_project(store, &credential, need, named, off, arrival)?;
    Ok(finish(state, route, need, request, admission)?.project)
}

/// The project that a request of an SDK names: by its token in the query string, else in its path; else the caller's own.
fn named(request: &Request) -> Named<'_> {
    let token = request.parameter("token").filter(|token| !token.is_empty());
    match (token, request.segment("project_id")) {
        (Some(token), _) => Named::Token(token),
        (None, "") => Named::Segment("@current"),
        (None, segment) => Named::Segment(segment),
    }
}

/// The project secret key in the header, and the program of the service that looks at it.
fn project_secret(route: &Route, request: &Request) -> Option<(Secret, Service)> {
    let bearer = request
        .bearer()
        .filter(|bearer| bearer.starts_with("phs_"))?;
    let service = match route.family {
        Family::Api => Service::Api,
        _ => Service::Flags,
    };
    Some((Secret::new(bearer), service))
}

/// Admits a session. Keys get 403.
fn admit_session(state: &State, request: &Request) -> Result<Caller> {
    let admission = auth::authenticate(&state.store, &credential(request)?, request.arrival())?;
    if admission.key.is_some() {
        return Err(auth::closed().into());
    }
    session::check_unsafe(state, request)?;
    Ok(admission.caller)
}

/// The checks that follow authentication: of the request's own form, then the outcome of its admission, then how often its
/// key is used.
fn finish<T>(
    state: &State,
    route: &Route,
    need: Need,
    request: &Request,
    admission: Admission<T>,
) -> Result<T> {
    if let Some(key) = &admission.key {
        request.find(|findings| findings.key = Some(key.id.clone()));
    }
    match &admission.key {
        None => session::check_unsafe(state, request)?,
        Some(_) if need.contract.is_some_and(|only| only != state.contract) => {
            return Err(auth::closed().into());
        }
        Some(_) => {}
    }
    request.body()?;
    let reads_body = [Method::POST, Method::PUT, Method::PATCH].contains(&request.method);
    if route.bodies == Bodies::Json && reads_body {
        request.check_json()?;
    }
    let value = admission.outcome?;
    if let Some(key) = admission.key {
        check_rate(state, &[Counted::Personal(key.number)])?;
        note_use(state, request, &key.id, Holder::User(admission.caller.user));
    }
    Ok(value)
}

fn note_use(state: &State, request: &Request, id: &str, holder: Holder) {
    let (address, client) = (request.client.address, request.header(&USER_AGENT));
    let client = client.unwrap_or_default();
    (state.key_uses).note(id, holder, address, client, request.now);
}

/// Counts a request for each of `counted`. Errors: `Throttled`.
fn check_rate(state: &State, counted: &[Counted]) -> Result<()> {
    let throttle = state.throttle.as_ref();
    match throttle.and_then(|throttle| throttle.try_count(counted)) {
        Some(seconds) => Err(Refusal::Throttled(Throttling {
            seconds,
            reason: "rate_limit",
        })),
        None => Ok(()),
    }
}

/// What the request shows of who makes it: a key, else the cookie of a session. Errors: `NotAuthenticated`, and those of
/// reading the body, which is searched for a key only if no header has one.
fn credential(request: &Request) -> Result<Credential> {
    if let Some((secret, place)) = request.credential()? {
        return Ok(Credential::Key(secret, place));
    }
    let cookie = session::cookie(request).ok_or(Error::NotAuthenticated)?;
    Ok(Credential::Session(cookie))
}

/// `?format=` may ask for JSON only; the schema comes as YAML as well and checks for itself.
fn check_format(route: &Route, request: &Request) -> Result<()> {
    match request.parameter("format") {
        None | Some("" | "json") => Ok(()),
        Some(_) if route.formats == Formats::Own => Ok(()),
        Some(_) => Err(Error::NOT_FOUND.into()),
    }
}

fn check_accept(route: &Route, request: &Request) -> Result<()> {
    let takes_json = |range: &str| {
        let range = range
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        ["*/*", "*/json", "application/*", "application/json"].contains(&&*range)
    };
    match request.header(&ACCEPT) {
        Some(accept) if route.formats != Formats::Own && !accept.split(',').any(takes_json) => {
            Err(Refusal::NotAcceptable)
        }
        _ => Ok(()),
    }
}

/// The answer to OPTIONS at a path called `name` (`http-conventions.md` 2.5).
pub fn metadata(name: &str) -> Response {
    let parses = [
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ];
    let view =
        json!({"name": name, "description": "", "renders": ["application/json"], "parses": parses});
    Response::json(StatusCode::OK, &view)
}
