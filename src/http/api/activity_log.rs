//! `/api/projects/{project_id}/activity_log`

use serde::Serialize;
use uuid::Uuid;

use super::users::UserView;
use crate::{
    domain::{Context, Users, WithUsers, activity},
    http::{Request, Response, State, error::Result},
    model::{Activity, JsonText, Timestamp},
};

#[derive(Serialize)]
struct ActivityView<'a> {
    id: Uuid,
    user: Option<UserView<'a>>,
    unread: bool,
    is_system: bool,
    was_impersonated: bool,
    activity: &'a str,
    item_id: Option<&'a str>,
    scope: &'a str,
    detail: &'a JsonText,
    created_at: Timestamp,
}

impl<'a> ActivityView<'a> {
    fn new(activity: &'a Activity, users: &'a Users) -> Self {
        ActivityView {
            id: activity.id,
            user: UserView::find(users, activity.user),
            unread: false,
            is_system: activity.is_system,
            was_impersonated: false,
            activity: &activity.activity,
            item_id: activity.item.as_deref(),
            scope: &activity.scope,
            detail: &activity.detail,
            created_at: activity.created_at,
        }
    }
}

/// 200 with a page of the project's activity log, newest first.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request
        .page()
        .or_numbered(request.parameter("offset"), request.parameter("page"));
    let WithUsers {
        item: listing,
        users,
    } = activity::list(&state.store, context, &request.query(), page)?;
    let view = |activity| ActivityView::new(activity, &users);
    let views: Vec<_> = listing.items.iter().map(view).collect();
    Ok(Response::page(request, page, listing.count, &views))
}
