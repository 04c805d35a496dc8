//! `?sharing_access_token=` at endpoints of the API: what a share shows to programs without a key (`sharing.md` 6.6).

use actix_web::http::Method;
use serde_json::json;

use super::unlock::Session;
use crate::{
    domain::{
        Error, WithUsers, boolean,
        viewer::{self, VisitorCredential},
    },
    http::{
        Request, Response, State,
        api::insights::{BasicInsightView, InsightView},
        error::Result,
        route::Route,
    },
    model::OpenShare,
};

/// The share that `request` may see, by a session at a protected one or by its token. The session counts first: a client that
/// has one may name the share in the query string as well.
///
/// Returns `None` if the path accepts no such token or `request` has none: it is then admitted like any other.
/// Errors: `WrongShare` for a token that opens no share, and for methods other than GET and HEAD; `Denied` if the path names
/// another project than the share's.
pub fn admit(state: &State, route: &Route, request: &Request) -> Result<Option<OpenShare>, Error> {
    if route.shared.is_none() {
        return Ok(None);
    }
    let is_read = [Method::GET, Method::HEAD].contains(&request.method);
    let token = request.parameter("sharing_access_token");
    let token = token.filter(|token| !token.trim().is_empty());
    if token.is_some() && !is_read {
        let detail = "Sharing access token can only be used for GET requests.";
        return Err(Error::WrongShare(detail));
    }
    let is_signed = |session: &Session| is_read && session.token().starts_with("eyJ");
    let session = Session::of(request).filter(is_signed);
    let credentials = [
        session
            .as_ref()
            .map(|session| VisitorCredential::Session(session.token())),
        token.map(VisitorCredential::AccessToken),
    ];
    for credential in credentials.into_iter().flatten() {
        let share = viewer::admit(&state.store, credential, state.features_off, request.now)?;
        let Some(share) = share else {
            continue;
        };
        let project = request.segment("project_id");
        if project != "@current" && project != share.project.to_string() {
            return Err(Error::FORBIDDEN);
        }
        return Ok(Some(share));
    }
    Ok(None)
}

/// 200 with a page of the insights that `share` shows; `short_id` selects one.
pub fn insights(state: &State, share: &OpenShare, request: &Request) -> Result<Response> {
    let (page, short_id) = (request.page(), request.parameter("short_id"));
    let WithUsers { item: found, users } =
        viewer::insights(&state.store, share, short_id, page, request.now)?;
    let insights = found.items.iter();
    let hides = hides_details(share);
    if !hides && request.query().raw("basic").and_then(boolean) == Some(true) {
        let view = |insight| BasicInsightView::new(insight, &users);
        let views: Vec<_> = insights.map(view).collect();
        return Ok(Response::page(request, page, found.count, &views));
    }
    let view = |insight| InsightView::new(share.project, insight, &users).for_visitors(hides);
    let views: Vec<_> = insights.map(view).collect();
    Ok(Response::page(request, page, found.count, &views))
}

/// 200 with an insight that `share` shows, found by its number or its `short_id`. Counts as a view.
pub fn insight(state: &State, share: &OpenShare, request: &Request) -> Result<Response> {
    let found = viewer::insight(&state.store, share, request.segment("id"), request.now)?;
    let view = InsightView::new(share.project, &found.item, &found.users);
    Ok(Response::ok(&view.for_visitors(hides_details(share))))
}

/// 403: no share shows a list of recordings.
pub fn recordings(_: &State, _: &OpenShare, _: &Request) -> Result<Response> {
    Err(Error::FORBIDDEN.into())
}

/// 200 with what anonymous visitors may know of the recording that `share` shows.
pub fn recording(state: &State, share: &OpenShare, request: &Request) -> Result<Response> {
    let recording = viewer::recording(&state.store, share, request.segment("id"), request.now)?;
    let times = recording.times;
    let (start, end) = times.ok_or(Error::NotFound("Recording not found"))?;
    let seconds = (end.0 - start.0).max(0) / 1_000_000;
    Ok(Response::ok(&json!({
        "id": recording.id, "recording_duration": seconds, "start_time": start, "end_time": end,
    })))
}

fn hides_details(share: &OpenShare) -> bool {
    share.settings.hide_extra_details == Some(true)
}
