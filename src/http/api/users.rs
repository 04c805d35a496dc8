//! `/api/users`, and the user object in many other responses.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    organizations::{BasicOrganizationView, OrganizationView},
    projects::BasicProjectView,
};
use crate::{
    domain::{
        Caller, Error, Users,
        accounts::{self, Account},
    },
    http::{Request, Response, State, error::Result},
    model::{Features, User, UserId},
};

/// A user that another object mentions: `created_by`, `verified_by`, … (`keys-and-auth.md` 2.2).
pub struct UserView<'u>(&'u User);

#[derive(Serialize)]
struct UserFields<'u> {
    id: UserId,
    uuid: Uuid,
    distinct_id: &'u str,
    first_name: &'u str,
    last_name: &'u str,
    email: &'u str,
    is_email_verified: Option<bool>,
    hedgehog_config: Option<()>,
    role_at_organization: Option<&'u str>,
}

impl<'u> UserView<'u> {
    /// The view of the user `id`; `None` if there is no such user.
    pub fn find(users: &'u Users, id: Option<UserId>) -> Option<UserView<'u>> {
        users.get(id).map(UserView)
    }
}

impl Serialize for UserView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let UserView(user) = self;
        let fields = UserFields {
            id: user.id,
            uuid: user.uuid,
            distinct_id: &user.distinct_id,
            first_name: &user.first_name,
            last_name: &user.last_name,
            email: &user.email,
            is_email_verified: user.is_email_verified,
            hedgehog_config: None,
            role_at_organization: user.role_at_organization.as_deref(),
        };
        fields.serialize(serializer)
    }
}

/// 200 with the caller, the caller's organizations and current project.
pub fn me(state: &State, caller: Caller, _: &Request) -> Result<Response> {
    let account = accounts::account(&state.store, caller)?;
    Ok(Response::ok(&full_view(&account, state.features_off)))
}

/// 200 with the caller under a new name.
pub fn update(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let account = accounts::update_names(&state.store, caller, request.form())?;
    Ok(Response::ok(&full_view(&account, state.features_off)))
}

/// 200 with a page that contains only the caller.
pub fn list(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let account = accounts::account(&state.store, caller)?;
    let page = request.page();
    let all = [full_view(&account, state.features_off)];
    let shown: Vec<_> = page.of(&all).collect();
    Ok(Response::page(request, page, 1, &shown))
}

/// 403. `@me` is a route of its own.
pub fn show(_: &State, _: Caller, _: &Request) -> Result<Response> {
    let detail = "As a non-staff user you're only allowed to access the `@me` user instance.";
    Err(Error::Denied(detail.into()).into())
}

fn full_view(account: &Account, off: Features) -> Value {
    let (user, memberships) = (&account.user, &account.memberships);
    let organization = memberships
        .iter()
        .find(|membership| Some(membership.organization.id) == account.organization);
    json!({
        "date_joined": user.date_joined, "uuid": user.uuid, "distinct_id": user.distinct_id,
        "first_name": user.first_name, "last_name": user.last_name, "email": user.email, "pending_email": null,
        "is_email_verified": user.is_email_verified, "toolbar_mode": "toolbar", "has_password": user.has_password,
        "id": user.id, "is_staff": false, "is_impersonated": false,
        "team": account.project.as_ref().map(BasicProjectView::new),
        "organization": organization.map(|membership| OrganizationView::new(membership, off)),
        "organizations": memberships.iter().map(BasicOrganizationView::new).collect::<Vec<_>>(),
        "is_2fa_enabled": false, "has_social_auth": false, "theme_mode": null, "hedgehog_config": null,
        "role_at_organization": user.role_at_organization,
    })
}
