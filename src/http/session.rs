//! Sessions of the admin page over HTTP: their two cookies, and the checks of unsafe requests (`http-conventions.md` 1.3).

use actix_web::http::{
    Method,
    header::{HOST, HeaderName, ORIGIN, SET_COOKIE},
};

use super::{Request, Response, State, error::Result};
use crate::{
    domain::{Error, sessions},
    model::Secret,
};

/// The cookie of the session; scripts cannot read it.
const SESSION: &str = "sessionid";

/// The cookie that scripts of the page repeat in `X-CSRFToken`.
const CSRF: &str = "posthog_csrftoken";

/// Refuses an unsafe request that another site may have sent with the cookie. Errors: `Denied`.
pub fn check_unsafe(state: &State, request: &Request) -> Result<()> {
    if !is_unsafe(request) {
        return Ok(());
    }
    let session = cookie(request).ok_or(Error::NotAuthenticated)?;
    check_origin(state, request)?;
    check_token(request, &session)
}

/// Returns `NotRecent` for an unsafe request whose session is not recent.
pub fn check_recent(state: &State, request: &Request) -> Result<()> {
    if !is_unsafe(request) {
        return Ok(());
    }
    let cookie = cookie(request).ok_or(Error::NotAuthenticated)?;
    sessions::check_recent(&state.store, &cookie, request.now)?;
    Ok(())
}

fn is_unsafe(request: &Request) -> bool {
    !matches!(
        request.method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    )
}

/// The cookie of a session, valid or not.
pub fn cookie(request: &Request) -> Option<Secret> {
    value(request, SESSION)
}

/// Adds the cookies of a new session to `response`.
pub fn begin(response: Response, state: &State, request: &Request, cookie: &Secret) -> Response {
    let csrf = sessions::csrf_token(cookie);
    response
        .header(
            SET_COOKIE,
            set(state, request, SESSION, cookie.expose(), sessions::LIFETIME) + "; HttpOnly",
        )
        .header(
            SET_COOKIE,
            set(state, request, CSRF, csrf.expose(), sessions::LIFETIME),
        )
}

/// Makes `response` delete the cookies of the session.
pub fn end(response: Response, state: &State, request: &Request) -> Response {
    response
        .header(
            SET_COOKIE,
            set(state, request, SESSION, "", 0) + "; HttpOnly",
        )
        .header(SET_COOKIE, set(state, request, CSRF, "", 0))
}

/// Returns `Denied` if the browser says that a page of another origin sent the request.
pub fn check_origin(state: &State, request: &Request) -> Result<()> {
    let site = request.header(&HeaderName::from_static("sec-fetch-site"));
    let is_same = matches!(site, None | Some("same-origin" | "none"));
    let Some(origin) = request.header(&ORIGIN) else {
        return if is_same {
            Ok(())
        } else {
            Err(foreign("null"))
        };
    };
    let own = request.header(&HOST).unwrap_or_default();
    let host = origin.split_once("://").map_or("", |(_, host)| host);
    if is_same && (host.eq_ignore_ascii_case(own) || state.site.has_origin(origin)) {
        return Ok(());
    }
    Err(foreign(origin))
}

fn foreign(origin: &str) -> super::error::Refusal {
    let detail = format!(
        "CSRF Failed: Origin checking failed - {origin} does not match any trusted origins."
    );
    Error::Denied(detail.into()).into()
}

fn check_token(request: &Request, session: &Secret) -> Result<()> {
    let failed = |why: &'static str| Err(Error::Denied(why.into()).into());
    if value(request, CSRF).is_none() {
        return failed("CSRF Failed: CSRF cookie not set.");
    }
    let Some(sent) = request.header(&HeaderName::from_static("x-csrftoken")) else {
        return failed("CSRF Failed: CSRF token missing.");
    };
    if Secret::new(sent).hash() != sessions::csrf_token(session).hash() {
        return failed("CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header incorrect.");
    }
    Ok(())
}

fn value(request: &Request, name: &str) -> Option<Secret> {
    let value = request.cookie(name).filter(|value| !value.is_empty());
    value.map(Secret::new)
}

/// A cookie, which browsers send over TLS only if the site has that: the server's own, or by the URL with the name that the
/// browser used, else by the first.
fn set(state: &State, request: &Request, name: &str, value: &str, seconds: i64) -> String {
    let host = request.header(&HOST).unwrap_or_default();
    let url = state.site.url_at(host).unwrap_or(state.site.url());
    let secure = if state.has_tls || url.starts_with("https://") {
        "; Secure"
    } else {
        ""
    };
    format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Strict{secure}")
}
