//! `/shared/{token}`, `/embedded/{token}`: what a share shows to anyone who has its link (`sharing.md` 6).

mod data;
mod link;
mod page;
mod recording;
pub mod strangers;
mod unlock;

use actix_web::http::{Method, header::ACCEPT};

use crate::{
    domain::{
        Error,
        viewer::{OpenPage, SharedPage, Visit, open_page},
    },
    http::{
        Request, Response, State,
        error::{Refusal, Result},
        pages::is_browser,
    },
};
pub use page::whole;

use data::PageData;
use link::{Format, Link};
use unlock::Session;

/// 200 with the page, or its data for `.json`; the unlock page if the share asks for a password and there is no session.
///
/// 404 with a page that is the same for every reason if the token opens no share.
pub fn show(state: &State, request: &Request) -> Result<Response> {
    let (link, session) = (Link::of(request), Session::of(request));
    let page = open(state, request, &link, session.as_ref())?;
    respond(request, &link, page, session)
}

/// Compares a password if the share asks for one; otherwise the same as [`show`].
pub fn post(state: &State, request: &Request) -> Result<Response> {
    let link = Link::of(request);
    match open(state, request, &link, None)? {
        SharedPage::Locked(share) => unlock::guess(state, request, &link, share),
        page => respond(request, &link, page, None),
    }
}

/// Opens the page. Counts as a view, except for HEAD, for a picture, which is 404, and for the preview of the admin page.
fn open(
    state: &State,
    request: &Request,
    link: &Link,
    session: Option<&Session>,
) -> Result<SharedPage, Error> {
    let visit = Visit {
        token: &link.token,
        query: &request.query(),
        session: session.map(Session::token),
        features_off: state.features_off,
        is_view: request.method != Method::HEAD
            && link.format != Format::Picture
            && !link.is_preview,
        now: request.now,
    };
    open_page(&state.store, visit)
}

/// Presents `page` in the format that `link` asks for.
fn respond(
    request: &Request,
    link: &Link,
    page: SharedPage,
    session: Option<Session>,
) -> Result<Response> {
    match page {
        SharedPage::Unknown => Ok(page::not_found()),
        SharedPage::Locked(share) => Ok(page::unlock(link, &share)),
        SharedPage::Deleted => deleted(request),
        SharedPage::Open(page) => respond_open(request, link, &page, session),
    }
}

fn respond_open(
    request: &Request,
    link: &Link,
    page: &OpenPage,
    session: Option<Session>,
) -> Result<Response> {
    let session = session.filter(|_| page.share.password_required);
    let data = PageData::new(link, page, session.as_ref(), request.now);
    let accepts_json = request.header(&ACCEPT) == Some("application/json");
    match link.format {
        Format::Picture => Err(Error::NOT_FOUND.into()), // this server draws none
        Format::Data => Ok(Response::ok(&data).shared()),
        Format::Page if session.is_some() && accepts_json => {
            Ok(Response::ok(&data.for_page(page)).shared())
        }
        Format::Page => Ok(page::show(request, page, data)),
    }
}

/// 404 for a deleted object: a page for browsers, JSON for others.
fn deleted(request: &Request) -> Result<Response> {
    match is_browser(request.header(&ACCEPT)) {
        true => Ok(page::not_found()),
        false => Err(Refusal::from(Error::NotFound("No resource found"))),
    }
}
