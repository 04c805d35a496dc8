//! `/admin/`: the admin page, logging in and out.

use actix_web::http::{
    Method, StatusCode,
    header::{CACHE_CONTROL, LOCATION},
};

use super::assets;
use crate::{
    domain::{
        Error,
        auth::{self, Credential},
        limiter::seconds,
        sessions,
    },
    http::{
        Request, Response, State,
        error::{Refusal, Result, Throttling},
        session,
    },
    model::{Secret, clock},
};

/// The page itself. It contains no data: a script in it requests them from the API.
pub fn page(_: &State, request: &Request) -> Result<Response> {
    Ok(assets::file(assets::ADMIN_PAGE, &request.headers))
}

/// GET `/admin/login?token=…`: the link printed at the start. 303 to the page, with a session if the link is valid.
pub fn enter(state: &State, request: &Request) -> Result<Response> {
    let token = request.parameter("token");
    let Some(token) = token.filter(|_| request.method == Method::GET) else {
        return Ok(go_to("/admin/"));
    };
    let token = Secret::new(token);
    let cookie = sessions::log_in_with_link(&state.store, &state.entrance, &token, request.now)?;
    Ok(match cookie {
        Some(cookie) => session::begin(go_to("/admin/"), state, request, &cookie),
        None => go_to("/admin/#/link-used"),
    })
}

/// POST `/admin/login` of `{"secret": …}`: a personal key that may do everything, or the admin password. 204 with a session.
///
/// Errors: 401, 403 for a limited key or a page of another site, 429 after too many wrong attempts of this client.
pub fn login(state: &State, request: &Request) -> Result<Response> {
    session::check_origin(state, request)?;
    request.check_json()?;
    request.body()?;
    let secret = request.form()?.field("secret").text(1000)?;
    let secret = Secret::new(secret.required("secret")?);
    let client = request.client.network();
    if let Some(wait) = state.entrance.must_wait(client, clock::elapsed()) {
        return Err(Refusal::Throttled(Throttling {
            seconds: seconds(wait),
            reason: "logins",
        }));
    }
    let cookie = sessions::log_in(&state.store, &state.entrance, client, &secret, request.now)?;
    Ok(session::begin(
        Response::no_content(),
        state,
        request,
        &cookie,
    ))
}

/// POST `/admin/logout`: 204, and the session ends.
pub fn logout(state: &State, request: &Request) -> Result<Response> {
    let cookie = session::cookie(request).ok_or(Error::NotAuthenticated)?;
    let credential = Credential::Session(cookie);
    auth::authenticate(&state.store, &credential, request.arrival())?;
    session::check_unsafe(state, request)?;
    if let Credential::Session(cookie) = credential {
        sessions::log_out(&state.store, &cookie)?;
    }
    Ok(session::end(Response::no_content(), state, request))
}

fn go_to(path: &str) -> Response {
    Response::empty(StatusCode::SEE_OTHER)
        .header(LOCATION, path.to_owned())
        .header(CACHE_CONTROL, "no-store")
}
