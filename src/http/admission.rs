//! Who may make a request, checked in the reference's order (`http-conventions.md` 1.3).

use actix_web::http::{Method, StatusCode, header::ACCEPT};
use serde_json::json;

use super::{
    Request, Response, State,
    error::{Refusal, Result},
    pages::viewer::strangers,
    route::ANY_KEY,
    routes::{Bodies, Endpoint, Extent, Family, Formats, Limits, Need, Route},
    secret_admission, session,
};
use crate::{
    domain::{Caller, Context, Error, accounts, auth},
    model::{Level, OpenShare, PersonalApiKey, Scope},
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
        Some(Endpoint::ProjectKey(scope, handler)) => {
            let project = secret_admission::admit(state, *scope, request)?;
            handler(state, project, request)
        }
        Some(Endpoint::Account(need, handler)) => {
            let caller = admit_account(state, *need, request)?;
            handler(state, caller, request)
        }
        Some(Endpoint::Project(need, handler)) => {
            let context = admit_project(state, route, *need, request)?;
            handler(state, context, request)
        }
        Some(Endpoint::Session(handler)) => {
            let (key, caller) = authenticate(state, request)?;
            if key.is_some() {
                return Err(auth::closed().into());
            }
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
        return Ok(Response::empty(StatusCode::METHOD_NOT_ALLOWED));
    }
    let mut endpoints = route.endpoints().map(|(_, endpoint)| endpoint);
    let guarded = endpoints.clone().find(|endpoint| endpoint.need().is_some());
    match guarded {
        Some(endpoint) => check_access(state, route, endpoint, request)?,
        None if endpoints.all(|endpoint| matches!(endpoint, Endpoint::Public(_))) => {}
        None if authenticate(state, request)?.0.is_some() => return Err(auth::closed().into()),
        None => {}
    }
    match request.method {
        Method::OPTIONS => Ok(metadata(route.name)),
        _ => Err(Refusal::MethodNotAllowed(request.method.to_string())),
    }
}

/// Checks a request whose method the path lacks as `endpoint`, one of the path's, would be checked.
fn check_access(
    state: &State,
    route: &'static Route,
    endpoint: &Endpoint,
    request: &Request,
) -> Result<()> {
    let (key, _) = authenticate(state, request)?;
    let need = endpoint.need().unwrap_or(ANY_KEY);
    let object = need.scope.map(|scope| scope.object);
    let is_collection = route.extent == Extent::Collection;
    let scope = match (&request.method, object) {
        _ if key.is_none() => None,
        _ if route.declares_scope => need.scope,
        (&Method::OPTIONS, object) => object.map(Scope::read),
        (&Method::PATCH, Some(object)) if is_collection => Some(Scope::write(object)),
        _ => return Err(auth::closed().into()),
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
        Endpoint::Project(..) => drop(admit_project(state, route, need, request)?),
        _ => drop(admit_account(state, need, request)?),
    }
    Ok(())
}

fn admit_account(state: &State, need: Need, request: &Request) -> Result<Caller> {
    let (key, caller) = authenticate(state, request)?;
    request.body()?;
    let Some(key) = key else { return Ok(caller) };
    state.store.read(|db| {
        if need.limits == Limits::Checked {
            let organization = match request.segment("organization_id") {
                "" => accounts::current_organization(db, caller.user)?,
                segment => accounts::named_organization(db, caller.user, segment)?,
            };
            auth::check_account_limits(&key, organization)?;
        }
        need.scope
            .map_or(Ok(()), |scope| auth::check_scope(&key, scope))
    })?;
    throttle(state, &key)?;
    Ok(caller)
}

fn admit_project(state: &State, route: &Route, need: Need, request: &Request) -> Result<Context> {
    let (key, caller) = authenticate(state, request)?;
    let is_closed = need.contract.is_some_and(|only| only != state.contract);
    if key.is_some() && is_closed {
        return Err(auth::closed().into());
    }
    request.body()?;
    if route.bodies == Bodies::Json && changes(&request.method) {
        request.check_json()?;
    }
    let context = state.store.read(|db| {
        let project = auth::find_project(db, caller.user, request.segment("project_id"))?;
        let project = project.ok_or(Error::NotFound("Project not found."))?;
        if let Some(key) = &key {
            auth::check_limits(key, &project)?;
            need.scope
                .map_or(Ok(()), |scope| auth::check_scope(key, scope))?;
        }
        auth::enter(db, caller, &project, need.level, state.features_off)
    })?;
    key.map_or(Ok(()), |key| throttle(state, &key))?;
    Ok(context)
}

/// Whether a request by this method has a body that its handler reads.
fn changes(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH].contains(method)
}

/// The key shown, or none for a session, and whom it acts as. A key's use is noted, at most once an hour.
pub fn authenticate(state: &State, request: &Request) -> Result<(Option<PersonalApiKey>, Caller)> {
    let Some((secret, shown)) = request.credential()? else {
        return Ok((None, session::authenticate(state, request)?));
    };
    let key = state
        .store
        .read(|db| auth::authenticate(db, &secret, shown))?;
    let (number, now) = (key.number, request.now);
    if auth::is_use_news(&key, now) {
        auth::note_use(&state.store, number, now);
    }
    let caller = Caller {
        user: key.user,
        key: Some(number),
        now,
    };
    Ok((Some(key), caller))
}

/// Refuses a key that asks too often.
pub fn throttle(state: &State, key: &PersonalApiKey) -> Result<()> {
    let wait = state
        .throttle
        .as_ref()
        .and_then(|throttle| throttle.admit(key.number));
    wait.map_or(Ok(()), |seconds| Err(Refusal::Throttled(seconds)))
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
        ["*/*", "application/*", "application/json"].contains(&&*range)
    };
    match request.header(&ACCEPT) {
        Some(accept) if route.formats == Formats::Json && !accept.split(',').any(takes_json) => {
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
