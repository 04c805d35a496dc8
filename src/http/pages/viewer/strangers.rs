//! `?sharing_access_token=` on endpoints of the API: what a share shows, for programs without a key (`sharing.md` 6.6).

use actix_web::http::Method;
use serde_json::json;

use crate::{
    domain::{
        Error, WithUsers, boolean, insights as insight_use_cases,
        viewer::{self, Session, Shown},
    },
    http::{
        Request, Response, State,
        api::insights::{BasicInsightView, InsightView},
        error::Result,
        routes::Route,
    },
    model::*,
};

/// Answers anonymous visitors on a path that takes the token of a share.
pub type Handler = fn(&State, &OpenShare, &Request) -> Result<Response>;

/// The share that `request` shows on a path that takes one, by its token or by a session at a protected one.
///
/// `None`: it shows none, and goes on as any other. Errors: `WrongShare` for a token that opens nothing or for a change;
/// `Denied` for another project than the share's.
pub fn admit(state: &State, route: &Route, request: &Request) -> Result<Option<OpenShare>, Error> {
    if route.shared.is_none() {
        return Ok(None);
    }
    let share = match request.parameter("sharing_access_token") {
        Some(token) => by_token(state, request, token)?,
        None => by_session(state, request)?,
    };
    let Some(share) = share else {
        return Ok(None);
    };
    let project = request.segment("project_id");
    if project != "@current" && project != share.project.to_string() {
        let detail = "You do not have permission to perform this action.";
        return Err(Error::Denied(detail.into()));
    }
    Ok(Some(share))
}

fn by_token(state: &State, request: &Request, token: &str) -> Result<Option<OpenShare>, Error> {
    if ![Method::GET, Method::HEAD].contains(&request.method) {
        let detail = "Sharing access token can only be used for GET requests.";
        return Err(Error::WrongShare(detail));
    }
    let (off, now) = (state.features_off, request.now);
    let share = state.store.read(|db| viewer::open(db, token, off, now))?;
    let share = share.ok_or(Error::WrongShare("Sharing access token is invalid."))?;
    Ok((!share.password_required).then_some(share))
}

/// A bearer token that is a session at a protected share.
fn by_session(state: &State, request: &Request) -> Result<Option<OpenShare>, Error> {
    let token = request.bearer().filter(|token| token.starts_with("eyJ"));
    let Some(token) = token.filter(|_| [Method::GET, Method::HEAD].contains(&request.method))
    else {
        return Ok(None);
    };
    state.store.read(|db| {
        let Some(session) = Session::read(db, token, request.now)? else {
            return Ok(None);
        };
        let share = viewer::open(db, session.access_token(), state.features_off, request.now)?;
        let share = share.ok_or(Error::WrongShare("Sharing access token is invalid."))?;
        Ok(session.opens(db, &share)?.then_some(share))
    })
}

/// 200 with a page of the insights that `share` shows; `short_id` picks one.
pub fn insights(state: &State, share: &OpenShare, request: &Request) -> Result<Response> {
    let (page, hides) = (request.page(), hides(share));
    let WithUsers { item: found, users } = state.store.read(|db| {
        let found = viewer::connected_insights(db, share, request.now)?;
        WithUsers::read(db, found)
    })?;
    let users = users.without_addresses();
    let wanted = request.parameter("short_id");
    let is_wanted = |insight: &&Insight| wanted.is_none_or(|id| insight.short_id.0 == id);
    let found: Vec<_> = found.iter().filter(is_wanted).collect();
    let start = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let most = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let shown = found.iter().skip(start).take(most);
    let count = found.len() as i64;
    if !hides && request.query().raw("basic").and_then(boolean) == Some(true) {
        let views: Vec<_> = shown
            .map(|insight| BasicInsightView::new(insight, &users))
            .collect();
        return Ok(Response::page(request, page, count, &views));
    }
    let views: Vec<_> = shown
        .map(|insight| InsightView::new(share.project, insight, &users).for_strangers(hides))
        .collect();
    Ok(Response::page(request, page, count, &views))
}

/// 200 with an insight that `share` shows, found by its number or its `short_id`. Counts as a view.
pub fn insight(state: &State, share: &OpenShare, request: &Request) -> Result<Response> {
    let (name, now) = (request.segment("id"), request.now);
    let WithUsers {
        item: insight,
        users,
    } = state.store.read(|db| {
        let insight = viewer::connected_insight(db, share, name, now)?;
        WithUsers::read(db, insight)
    })?;
    let users = users.without_addresses();
    insight_use_cases::note_view(&state.store, share.project, insight.id, now);
    let view = InsightView::new(share.project, &insight, &users);
    Ok(Response::ok(&view.for_strangers(hides(share))))
}

/// 200 with what strangers may know of the recording that `share` shows.
pub fn recording(state: &State, share: &OpenShare, request: &Request) -> Result<Response> {
    let shown = state
        .store
        .read(|db| viewer::look(db, share, request.now))?;
    let Some(Shown::Recording(recording)) = shown else {
        return Err(Error::NOT_FOUND.into());
    };
    if recording.id.0 != request.segment("id") {
        return Err(Error::NOT_FOUND.into());
    }
    let Some((start, end)) = recording.times else {
        return Err(Error::NotFound("Recording not found").into());
    };
    let seconds = (end.0 - start.0).max(0) / 1_000_000;
    Ok(Response::ok(&json!({
        "id": recording.id, "recording_duration": seconds, "start_time": start, "end_time": end,
    })))
}

fn hides(share: &OpenShare) -> bool {
    share.settings.hide_extra_details == Some(true)
}
