//! `/shared/{token}`, `/embedded/{token}`: what a share shows to whoever has the link (`sharing.md` 6).

mod guesses;
mod link;
mod page;
mod payload;
mod recording;
pub mod strangers;
mod unlock;

pub use guesses::Guesses;

use actix_web::http::{Method, header::ACCEPT};

use crate::http::{
    Request, Response, State,
    error::{Refusal, Result},
};
use crate::{
    domain::{Error, viewer},
    model::*,
};
use link::{Form, Link};
use payload::Payload;

/// 200 with the page, or its data for `.json`; the unlock page without a session where a password is asked for.
///
/// 404 with a page that is the same whatever the reason, once the token opens nothing.
pub fn show(state: &State, request: &Request) -> Result<Response> {
    let link = Link::of(request);
    let Some(share) = open(state, request, &link)? else {
        return Ok(page::not_found());
    };
    let mut session = None;
    if share.password_required {
        session = unlock::session(state, request, &share)?;
        if session.is_none() {
            return Ok(page::unlock(&link, &share));
        }
    }
    answer(state, request, &link, &share, session.as_ref())
}

/// Compares a password, where one is asked for; elsewhere the same as [`show`].
pub fn post(state: &State, request: &Request) -> Result<Response> {
    let link = Link::of(request);
    let Some(share) = open(state, request, &link)? else {
        return Ok(page::not_found());
    };
    match share.password_required {
        true => unlock::guess(state, request, &link, &share),
        false => answer(state, request, &link, &share, None),
    }
}

fn open(state: &State, request: &Request, link: &Link) -> Result<Option<OpenShare>, Error> {
    let (off, now) = (state.features_off, request.now);
    let share = state
        .store
        .read(|db| viewer::open(db, &link.token, off, now))?;
    Ok(share.map(|share| OpenShare {
        settings: viewer::settings_at(&share, &request.query()),
        ..share
    }))
}

/// What `share` shows, in the form that `link` asks for. Counts as a look, unless only the headers are asked for or the admin
/// page shows it.
fn answer(
    state: &State,
    request: &Request,
    link: &Link,
    share: &OpenShare,
    session: Option<&unlock::Shown>,
) -> Result<Response> {
    let now = request.now;
    let payload = state
        .store
        .read(|db| Payload::read(db, link, share, session, now))?;
    let Some(payload) = payload else {
        return gone(request);
    };
    if link.form == Form::Picture {
        return Err(Error::NOT_FOUND.into()); // none was ever drawn
    }
    if request.method != Method::HEAD && !link.is_preview {
        viewer::note_view(&state.store, share, now);
    }
    let takes_json = session.is_some() && request.header(&ACCEPT) == Some("application/json");
    Ok(match link.form {
        Form::Data => Response::ok(&payload).shared(),
        _ if takes_json => Response::ok(&payload.with_class()).shared(),
        _ => page::show(request, share, payload),
    })
}

/// The shared thing was deleted: a page for browsers, JSON for others.
fn gone(request: &Request) -> Result<Response> {
    let is_browser = request
        .header(&ACCEPT)
        .is_some_and(|accept| accept.contains("text/html"));
    match is_browser {
        true => Ok(page::not_found()),
        false => Err(Refusal::from(Error::NotFound("No resource found"))),
    }
}
