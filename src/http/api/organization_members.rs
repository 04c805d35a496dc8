//! `/api/organizations/{organization_id}/members`

use serde::Serialize;
use uuid::Uuid;

use super::users::UserView;
use crate::{
    domain::{Caller, Users, WithUsers, accounts},
    http::{Request, Response, State, error::Result},
    model::{Member, Timestamp},
};

/// A member of an organization. No account here has a second factor or another way to sign in, and the last time is not kept.
#[derive(Serialize)]
struct MemberView<'m> {
    id: Uuid,
    user: Option<UserView<'m>>,
    level: i64,
    joined_at: Timestamp,
    updated_at: Timestamp,
    is_2fa_enabled: bool,
    has_social_auth: bool,
    last_login: Option<Timestamp>,
}

impl<'m> MemberView<'m> {
    fn new(member: &'m Member, users: &'m Users) -> MemberView<'m> {
        MemberView {
            id: member.id,
            user: UserView::find(users, Some(member.user)),
            level: member.level as i64,
            joined_at: member.joined_at,
            updated_at: member.joined_at,
            is_2fa_enabled: false,
            has_social_auth: false,
            last_login: None,
        }
    }
}

/// 200 with a page of the members of one of the caller's organizations.
pub fn list(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let (segment, page) = (request.segment("organization_id"), request.page());
    let WithUsers { item, users } = accounts::members(&state.store, caller, segment, page)?;
    let members = item.items.iter();
    let views: Vec<_> = members
        .map(|member| MemberView::new(member, &users))
        .collect();
    Ok(Response::page(request, page, item.count, &views))
}
