//! `/admin/`: the page for people, and how they come in.

use std::time::Instant;

use actix_web::http::{
    Method, StatusCode,
    header::{CACHE_CONTROL, IF_NONE_MATCH, LOCATION},
};

use super::assets;
use crate::{
    domain::{
        Error,
        auth::{self, Credential},
        limiter::seconds,
        sessions,
    },
    http::{Request, Response, State, error::Refusal, error::Result, session},
    model::{PersonalApiKeyNumber, Secret, UserId},
};

/// The page itself. It holds nothing that is anybody's: what it shows it asks the API for.
pub fn page(_: &State, request: &Request) -> Result<Response> {
    let known = request.header(&IF_NONE_MATCH);
    Ok(assets::file("admin/index.html", known))
}

/// GET `/admin/login?token=…`: the link told at the start. 303 to the page, inside if the link is the one.
pub fn enter(state: &State, request: &Request) -> Result<Response> {
    let token = request.parameter("token");
    let Some(token) = token.filter(|_| request.method == Method::GET) else {
        return Ok(go_to("/admin/"));
    };
    if !state.entrance.take_link(&Secret::new(token), request.now) {
        return Ok(go_to("/admin/#/link-used"));
    }
    let user = state.store.read(sessions::first_user)?;
    open(state, request, go_to("/admin/"), user, None)
}

/// POST `/admin/login` of `{"secret": …}`: a personal key that may do everything, or the admin password. 204 with a session.
///
/// Errors: 401, 403 for a limited key or another site's page, 429 after too many wrong attempts of this client.
pub fn login(state: &State, request: &Request) -> Result<Response> {
    session::check_origin(state, request)?;
    request.check_json()?;
    request.body()?;
    let secret = request.form()?.field("secret").text(1000)?;
    let secret = Secret::new(secret.required("secret")?);
    let client = request.client.network();
    if let Some(wait) = state.entrance.must_wait(client, Instant::now()) {
        return Err(Refusal::Throttled(seconds(wait)));
    }
    let recognised = state
        .store
        .read(|db| sessions::recognise(db, &state.entrance, &secret));
    if let Err(Error::WrongCredential(_)) = &recognised {
        state.entrance.note_failure(client, Instant::now());
    }
    let (user, key) = recognised?;
    open(state, request, Response::no_content(), user, key)
}

/// POST `/admin/logout`: 204, and the session is over.
pub fn logout(state: &State, request: &Request) -> Result<Response> {
    let cookie = session::cookie(request).ok_or(Error::NotAuthenticated)?;
    let credential = Credential::Session(cookie);
    auth::authenticate(&state.store, &credential, request.now)?;
    session::check_unsafe(state, request)?;
    if let Credential::Session(cookie) = credential {
        state.store.write(move |db| sessions::close(db, &cookie))?;
    }
    Ok(session::end(Response::no_content(), state))
}

fn open(
    state: &State,
    request: &Request,
    response: Response,
    user: UserId,
    key: Option<PersonalApiKeyNumber>,
) -> Result<Response> {
    let now = request.now;
    let cookie = state
        .store
        .write(move |db| sessions::open(db, user, key, now))?;
    Ok(session::begin(response, state, &cookie))
}

fn go_to(path: &str) -> Response {
    Response::empty(StatusCode::SEE_OTHER)
        .header(LOCATION, path)
        .header(CACHE_CONTROL, "no-store")
}
