//! Who may come in, checked in the reference's order (`http-conventions.md` 1.3).

use actix_web::http::{Method, StatusCode, header::ACCEPT};
use serde_json::json;

use super::{
    Request, Response, State,
    error::{Refusal, Result},
    pages::viewer::strangers,
    routes::{Base, Door, Needs, Route},
    secret_admission, session,
};
use crate::{
    domain::{Caller, Context, Error, accounts, auth},
    model::{Contract, OpenShare, PersonalApiKey},
};

/// The answer to a request for a path of the plan; `rows` are that path's.
pub fn answer(state: &State, rows: &'static [Route], request: &Request) -> Result<Response> {
    if request.path.starts_with("/api/") {
        check_format(rows, request)?;
        check_accept(rows, request)?;
    }
    if let Some(share) = strangers::admit(state, rows, request)? {
        return show_stranger(state, rows, &share, request);
    }
    let is_probe = rows[0].path.starts_with("/_"); // whatever the method
    let method = match request.method {
        Method::HEAD => &Method::GET,
        _ if is_probe => &Method::GET,
        _ => &request.method,
    };
    match rows
        .iter()
        .find(|row| row.method == *method)
        .map(|row| &row.door)
    {
        Some(Door::Open(handler) | Door::Sdk(handler)) => handler(state, request),
        Some(Door::Secret(scope, handler)) => {
            let project = secret_admission::admit(state, scope, request)?;
            handler(state, project, request)
        }
        Some(Door::Account(needs, handler)) => {
            let caller = admit_account(state, *needs, needs.scope, request)?;
            handler(state, caller, request)
        }
        Some(Door::Project(needs, handler)) => {
            let context = admit_project(state, *needs, needs.scope, request)?;
            handler(state, context, request)
        }
        Some(Door::Session(handler)) => {
            let (key, caller) = authenticate(state, request)?;
            if key.is_some() {
                return Err(auth::closed().into());
            }
            session::check_recent(state, request)?;
            request.body()?;
            handler(state, caller, request)
        }
        None => unrouted(state, rows, request),
    }
}

/// What `share` shows at a path that takes its token.
fn show_stranger(
    state: &State,
    rows: &'static [Route],
    share: &OpenShare,
    request: &Request,
) -> Result<Response> {
    let handler = rows.iter().find_map(|row| row.strangers);
    handler.map_or(Err(Error::NotAuthenticated.into()), |handler| {
        handler(state, share, request)
    })
}

/// A method that the path lacks. To most keys it is closed; where a scope is known for it, and to sessions, it is told to
/// be missing.
fn unrouted(state: &State, rows: &'static [Route], request: &Request) -> Result<Response> {
    if is_for_sdks(rows) {
        return Ok(Response::empty(StatusCode::METHOD_NOT_ALLOWED));
    }
    let Some(needs) = rows.iter().find_map(Route::needs) else {
        return match rows.iter().all(|row| matches!(row.door, Door::Open(_))) {
            true if request.method == Method::OPTIONS => Ok(metadata(&name(&rows[0]))),
            true => Err(Refusal::MethodNotAllowed(request.method.to_string())),
            false => match authenticate(state, request)? {
                (Some(_), _) => Err(auth::closed().into()),
                _ if request.method == Method::OPTIONS => Ok(metadata(&name(&rows[0]))),
                _ => Err(Refusal::MethodNotAllowed(request.method.to_string())),
            },
        };
    };
    let (key, _) = authenticate(state, request)?;
    let object = needs.scope.and_then(|scope| scope.split(':').next());
    let derived = |action: &str| object.map(|object| format!("{object}:{action}"));
    let scope = match request.method {
        _ if key.is_none() => None,
        _ if needs.every_method => needs.scope.map(str::to_owned),
        Method::OPTIONS => derived("read"),
        Method::PATCH if !is_detail(&rows[0]) && object.is_some() => derived("write"),
        _ => return Err(auth::closed().into()),
    };
    // Whoever may not change things here is told that, rather than that this is not how.
    let admin = request.method != Method::OPTIONS
        && rows
            .iter()
            .filter_map(Route::needs)
            .any(|needs| needs.admin);
    match rows[0].base {
        Base::Project => drop(admit_project(
            state,
            Needs {
                admin,
                not_live: false,
                ..needs
            },
            scope.as_deref(),
            request,
        )?),
        Base::Root => drop(admit_account(state, needs, scope.as_deref(), request)?),
    }
    match request.method {
        Method::OPTIONS => Ok(metadata(&name(&rows[0]))),
        _ => Err(Refusal::MethodNotAllowed(request.method.to_string())),
    }
}

fn admit_account(
    state: &State,
    needs: Needs,
    scope: Option<&str>,
    request: &Request,
) -> Result<Caller> {
    let (key, caller) = authenticate(state, request)?;
    request.body()?;
    let Some(key) = key else { return Ok(caller) };
    state.store.read(|db| {
        if !needs.unlimited {
            let organization = match request.segment("organization_id") {
                "" => accounts::current_organization(db, caller.user)?,
                segment => accounts::named_organization(db, caller.user, segment)?,
            };
            auth::check_account_limits(&key, organization)?;
        }
        scope.map_or(Ok(()), |scope| auth::check_scope(&key, scope))
    })?;
    throttle(state, &key)?;
    Ok(caller)
}

fn admit_project(
    state: &State,
    needs: Needs,
    scope: Option<&str>,
    request: &Request,
) -> Result<Context> {
    let (key, caller) = authenticate(state, request)?;
    if key.is_some() && needs.not_live && state.contract == Contract::Live {
        return Err(auth::closed().into());
    }
    request.body()?;
    if needs.json_only {
        request.check_json()?;
    }
    let context = state.store.read(|db| {
        let project = auth::find_project(db, caller.user, request.segment("project_id"))?;
        let project = project.ok_or(Error::NotFound("Project not found."))?;
        if let Some(key) = &key {
            auth::check_limits(key, &project)?;
            scope.map_or(Ok(()), |scope| auth::check_scope(key, scope))?;
        }
        auth::enter(db, caller, &project, needs.admin, state.features_off)
    })?;
    key.map_or(Ok(()), |key| throttle(state, &key))?;
    Ok(context)
}

/// The key shown, or none for a session, and whom it acts as. A key's use is written down, at most once an hour.
pub fn authenticate(state: &State, request: &Request) -> Result<(Option<PersonalApiKey>, Caller)> {
    let Some((secret, shown)) = request.credential()? else {
        return Ok((None, session::authenticate(state, request)?));
    };
    let key = state
        .store
        .read(|db| auth::authenticate(db, &secret, shown))?;
    let (number, now) = (key.number, request.now);
    if auth::is_use_news(&key, now) {
        state
            .store
            .write(move |db| auth::note_use(db, number, now))?;
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

/// `?format=` may ask for JSON only; the schema has YAML as well and looks for itself.
fn check_format(rows: &[Route], request: &Request) -> Result<()> {
    match request.parameter("format") {
        None | Some("" | "json") => Ok(()),
        Some(_) if rows[0].path == "/api/schema" => Ok(()),
        Some(_) => Err(Error::NOT_FOUND.into()),
    }
}

fn check_accept(rows: &[Route], request: &Request) -> Result<()> {
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
        Some(accept) if rows[0].path != "/api/schema" && !accept.split(',').any(takes_json) => {
            Err(Refusal::NotAcceptable)
        }
        _ => Ok(()),
    }
}

/// Whether a path is what SDKs call, whose ways are not the API's.
pub fn is_for_sdks(rows: &[Route]) -> bool {
    matches!(rows[0].door, Door::Sdk(_))
}

/// Whether a path is about one thing of a collection.
fn is_detail(row: &Route) -> bool {
    let details = ["{id}", "{password_id}", "@me"];
    details.iter().any(|detail| row.path.contains(detail)) || row.path.ends_with('}')
}

/// What OPTIONS tells of a path.
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

/// The name that OPTIONS gives a path: `Property Definition List`, `… Instance`, or the action's own.
fn name(row: &Route) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let segments: Vec<_> = row.segments().collect();
    let last = segments.last().copied().unwrap_or_default();
    let of = |segment: &str| {
        let words: Vec<_> = segment
            .trim_end_matches('s')
            .split('_')
            .map(capital)
            .collect();
        words.join(" ")
    };
    match last {
        "sharing" => "Sharing Configuration List".into(),
        last if last.starts_with('{') => format!("{} Instance", of(segments[segments.len() - 2])),
        last if last.ends_with('s') && !last.contains("tags") => format!("{} List", of(last)),
        action => capital(&action.replace('_', " ")),
    }
}
