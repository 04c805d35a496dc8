//! Sessions at protected shares: made with a password, shown as a cookie or a bearer token (`sharing.md` 6.4).

use actix_web::http::{StatusCode, header::SET_COOKIE};
use serde_json::json;
use time::{OffsetDateTime, macros::format_description};

use super::link::Link;
use crate::{
    domain::{
        Error,
        viewer::{self, Guess, LIFETIME, Session},
    },
    http::{
        Request, Response, State,
        body::Body,
        error::{Refusal, Result},
    },
    model::*,
};

const COOKIE: &str = "posthog_sharing_token";

/// How long one who guesses too often is told to wait, in seconds.
const PAUSE: u64 = 60;

/// How a session was shown.
pub enum Shown {
    /// As a bearer token.
    Bearer,
    /// As the cookie with this value, which the page may then show elsewhere.
    Cookie(String),
}

/// The session that `request` shows, if it opens `share`. A bearer token, whatever it is, hides the cookie.
pub fn session(state: &State, request: &Request, share: &OpenShare) -> Result<Option<Shown>> {
    let (token, shown) = match (request.bearer(), request.cookie(COOKIE)) {
        (Some(bearer), _) => (bearer, Shown::Bearer),
        (None, Some(cookie)) => (cookie, Shown::Cookie(cookie.to_owned())),
        (None, None) => return Ok(None),
    };
    let opens = state
        .store
        .read(|db| match Session::read(db, token, request.now)? {
            Some(session) => session.opens(db, share),
            None => Ok::<_, Error>(false),
        })?;
    Ok(opens.then_some(shown))
}

/// 200 with the token of a session, which is set as a cookie too; 401 for a wrong password.
///
/// 429 when too many guesses came, and then a right one is still taken if only wrong ones were too many. 503 when too many
/// others are being compared.
pub fn guess(state: &State, request: &Request, link: &Link, share: &OpenShare) -> Result<Response> {
    let network = request.client.network();
    if !state.guesses.submit(share.number, network) {
        return Err(Refusal::Throttled(PAUSE));
    }
    let guess = match password(request.body()?) {
        Some(password) => {
            let locks = state.store.read(|db| viewer::locks(db, share))?;
            let rank = state.guesses.charge(share.number, network, locks.len());
            viewer::guess(locks, &password, rank).map_err(Error::from)?
        }
        None => Guess::Wrong,
    };
    if matches!(guess, Guess::Wrong) && !state.guesses.miss(share.number, network) {
        return Err(Refusal::Throttled(PAUSE));
    }
    let (noted, client, now) = (share.clone(), request.client.address, request.now);
    let token = state
        .store
        .write(move |db| viewer::note_guess(db, &noted, &guess, client, now))?;
    let Some(token) = token else {
        let view = json!({"error": "Incorrect password"});
        return Ok(Response::json(StatusCode::UNAUTHORIZED, &view).shared());
    };
    let view = json!({"shareToken": token.expose()});
    let cookie = cookie(request, link, &token);
    Ok(Response::ok(&view).shared().header(SET_COOKIE, cookie))
}

/// The password that a body gives, if it is a text.
fn password(body: &Body) -> Option<Secret> {
    match body {
        Body::Form(form) => match form.raw("password") {
            Some(Json::Text(text)) => Some(Secret::new(&text.value)),
            _ => None,
        },
        _ => None,
    }
}

/// The cookie of a session at `link`. In a frame on another site only one that says so is sent back, and only over TLS.
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

/// `at` as HTTP writes dates.
fn expiry(at: Timestamp) -> String {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let instant = OffsetDateTime::from_unix_timestamp(at.0 / 1_000_000).ok();
    instant
        .and_then(|instant| instant.format(format).ok())
        .unwrap_or_default()
}
