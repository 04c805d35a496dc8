//! `/api/projects/{project_id}/sharing_configurations`: every share of a project in one list, with when it ends and how often it
//! was opened. The service has no such endpoints, although its users ask for the list (`sharing.md` 8, row 7).

use actix_web::http::{
    StatusCode,
    header::{CACHE_CONTROL, CONTENT_DISPOSITION},
};
use serde::Serialize;

use crate::{
    domain::{Context, Error, sharing, viewer::owned_page},
    http::{Request, Response, State, error::Result, whole_page},
    model::{AccessToken, ParentKind, Share, Timestamp},
};

#[derive(Serialize)]
struct ShareView<'s> {
    /// `insight`, `dashboard`, `notebook` or `session_recording`.
    parent: &'static str,
    /// The id in the path of the parent's own `sharing` endpoints.
    parent_id: &'s str,
    /// Null for recordings and for parents without a name.
    name: Option<&'s str>,
    parent_deleted: bool,
    enabled: bool,
    password_required: bool,
    access_token: &'s AccessToken,
    created_at: Timestamp,
    /// Null if the link was never opened.
    last_viewed_at: Option<Timestamp>,
    views: i64,
    /// The views of the last 30 days in UTC, today last.
    daily_views: &'s [i64],
    /// From when on the share opens nothing; null for never.
    expires_at: Option<Timestamp>,
    expired: bool,
}

impl<'s> ShareView<'s> {
    fn new(share: &'s Share, now: Timestamp) -> Self {
        ShareView {
            parent: share.parent.kind.name(),
            parent_id: &share.parent.id,
            name: share.parent.name.as_deref(),
            parent_deleted: share.parent_deleted,
            enabled: share.enabled,
            password_required: share.password_required,
            access_token: &share.access_token,
            created_at: share.created_at,
            last_viewed_at: share.last_viewed_at,
            views: share.views,
            daily_views: &share.daily_views,
            expires_at: share.ends_at,
            expired: share.ends_at.is_some_and(|end| end <= now),
        }
    }
}

/// 200 with a page of the project's shares, the newest first.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let listing = sharing::list(&state.store, context, page)?;
    let views = listing.items.iter();
    let views: Vec<_> = views
        .map(|share| ShareView::new(share, context.now))
        .collect();
    Ok(Response::page(request, page, listing.count, &views))
}

/// 200 with the share of one object.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (kind, id) = parent(request)?;
    let share = sharing::find(&state.store, context, kind, id)?;
    Ok(Response::ok(&ShareView::new(&share, context.now)))
}

/// 200 with the share, which ends when `expires_at` says. Stores one that is off if there is none.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (kind, id) = parent(request)?;
    let share = sharing::set_end(&state.store, context, kind, id.into(), request.form())?;
    Ok(Response::ok(&ShareView::new(&share, context.now)))
}

/// 200 with the page of the share as a file that needs no server, and no password: so a key must be able to remove the password.
///
/// 404 if the share is not open to visitors.
pub fn page(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (kind, id) = parent(request)?;
    let share = sharing::find(&state.store, context, kind, id)?;
    let token = &share.access_token.0;
    let page = owned_page(&state.store, token, state.features_off, context.now)?;
    let file = format!(
        "attachment; filename=\"{}-{}.html\"",
        kind.name(),
        file_name(id)
    );
    let response = Response::typed(
        StatusCode::OK,
        "text/html; charset=utf-8",
        whole_page(&page, context.now),
    );
    Ok(response
        .header(CONTENT_DISPOSITION, file)
        .header(CACHE_CONTROL, "no-store"))
}

/// `text` with hyphens in place of what a quoted file name cannot have.
fn file_name(text: &str) -> String {
    let letter = |letter: char| match letter.is_ascii_alphanumeric() {
        true => letter,
        false => '-',
    };
    text.chars().map(letter).collect()
}

/// The kind and the id of the shared object that the path names.
fn parent(request: &Request) -> Result<(ParentKind, &str), Error> {
    let kind = ParentKind::named(request.segment("parent")).ok_or(Error::NOT_FOUND)?;
    Ok((kind, request.segment("parent_id")))
}
