//! `/api/projects/{project_id}/sharing_configurations`: every share of a project in one list. The service has no such
//! endpoint, although its users ask for one (`sharing.md` 8, row 7).

use serde::Serialize;

use crate::{
    domain::{Context, sharing},
    http::{Request, Response, State, error::Result},
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
}

impl<'s> ShareView<'s> {
    fn new(share: &'s Share) -> Self {
        ShareView {
            parent: match share.parent.kind {
                ParentKind::Insight => "insight",
                ParentKind::Dashboard => "dashboard",
                ParentKind::Notebook => "notebook",
                ParentKind::SessionRecording => "session_recording",
            },
            parent_id: &share.parent.id,
            name: share.parent.name.as_deref(),
            parent_deleted: share.parent_deleted,
            enabled: share.enabled,
            password_required: share.password_required,
            access_token: &share.access_token,
            created_at: share.created_at,
            last_viewed_at: share.last_viewed_at,
            views: share.views,
        }
    }
}

/// 200 with a page of the project's shares, the newest first.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let listing = sharing::list(&state.store, context, page)?;
    let views: Vec<_> = listing.items.iter().map(ShareView::new).collect();
    Ok(Response::page(request, page, listing.count, &views))
}
