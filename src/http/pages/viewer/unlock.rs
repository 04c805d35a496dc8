//! Sessions at protected shares: opened with a password, then shown as a cookie or a bearer token (`sharing.md` 6.4).

use actix_web::http::{StatusCode, header::SET_COOKIE};
use serde_json::json;
use time::{OffsetDateTime, macros::format_description};

use super::link::Link;
use crate::{
    domain::viewer::{self, Guess, LIFETIME, Unlock},
    http::{
        Request, Response, State,
        body::ParsedBody,
        error::{Refusal, Result, Throttling},
    },
    model::{Json, OpenShare, Secret, Timestamp},
};

const COOKIE: &str = "posthog_sharing_token";

/// The answer to a client that guesses too often.
const PAUSE: Throttling = Throttling {
    seconds: 60,
    reason: "share_passwords",
};

/// The token of a session, and how the request showed it.
pub enum Session {
    Bearer(String),
    /// As a cookie. Only then the page's data contain it, so that its script can show it elsewhere.
    Cookie(String),
}

impl Session {
    /// The session of `request`, valid or not. A bearer token of any kind hides the cookie.
    pub fn of(request: &Request) -> Option<Session> {
        let bearer = request.bearer().map(str::to_owned);
        let cookie = || request.cookie(COOKIE).map(str::to_owned);
        bearer
            .map(Session::Bearer)
            .or_else(|| cookie().map(Session::Cookie))
    }

    pub fn token(&self) -> &str {
        match self {
            Session::Bearer(token) | Session::Cookie(token) => token,
        }
    }
}

/// 200 with the token of a session, which is set as a cookie too; 401 for a wrong password.
///
/// 429 after too many guesses; if only wrong ones were too many, a right one still gets in. 503 while too many others are
/// being compared.
pub fn guess(state: &State, request: &Request, link: &Link, share: OpenShare) -> Result<Response> {
    let client = request.client.network();
    if !state.guesses.submit(share.number, client) {
        return Err(Refusal::Throttled(PAUSE));
    }
    let guess = Guess {
        password: password(request.body()?),
        source: request.source(),
        client,
        now: request.now,
    };
    match viewer::unlock(&state.store, &state.guesses, share, guess)? {
        Unlock::Opened(token) => {
            let view = json!({"shareToken": token.expose()});
            let cookie = cookie(request, link, &token);
            Ok(Response::ok(&view).shared().header(SET_COOKIE, cookie))
        }
        Unlock::Wrong => {
            let view = json!({"error": "Incorrect password"});
            Ok(Response::json(StatusCode::UNAUTHORIZED, &view).shared())
        }
        Unlock::TooManyWrong => Err(Refusal::Throttled(PAUSE)),
    }
}

/// The password in a body, if it is text.
fn password(body: &ParsedBody) -> Option<Secret> {
    match body {
        ParsedBody::Form(form) => match form.raw("password") {
            Some(Json::Text(text)) => Some(Secret::new(&text.value)),
            _ => None,
        },
        _ => None,
    }
}

/// The cookie of a session at `link`. Browsers send it back from a frame on another site only with `SameSite=None`, and accept
/// that only over TLS.
fn cookie(request: &Request, link: &Link, token: &Secret) -> String {
    let expires = expiry(request.now.plus_seconds(LIFETIME));
    let (token, path) = (token.expose(), &link.path);
    let (partition, rest) = match (request.is_https(), link.is_frame) {
        (true, true) => ("Partitioned; ", "SameSite=None; Secure"),
        (true, false) => ("", "SameSite=Lax; Secure"),
        (false, _) => ("", "SameSite=Lax"),
    };
    format!(
        "{COOKIE}={token}; expires={expires}; HttpOnly; Max-Age={LIFETIME}; {partition}Path={path}; {rest}"
    )
}

/// Formats `at` as HTTP does.
fn expiry(at: Timestamp) -> String {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let instant = OffsetDateTime::from_unix_timestamp(at.0 / 1_000_000).ok();
    instant
        .and_then(|instant| instant.format(format).ok())
        .unwrap_or_default()
}
