//! `/api/users`, and the user object that stands in many other answers.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    organizations::{BasicOrganizationView, OrganizationView},
    projects::BasicProjectView,
};
use crate::{
    domain::{Caller, Error, accounts, auth},
    http::{Request, Response, State, error::Result},
    model::*,
    store::{Read, StoreError},
};

/// A user wherever one is named: `created_by`, `verified_by`, … (`keys-and-auth.md` 2.2).
#[derive(Clone, Serialize)]
pub struct UserView {
    id: UserId,
    uuid: Uuid,
    distinct_id: String,
    first_name: String,
    last_name: String,
    email: String,
    is_email_verified: Option<bool>,
    hedgehog_config: Option<Value>,
    role_at_organization: Option<String>,
}

impl From<User> for UserView {
    fn from(user: User) -> UserView {
        UserView {
            id: user.id,
            uuid: user.uuid,
            distinct_id: user.distinct_id,
            first_name: user.first_name,
            last_name: user.last_name,
            email: user.email,
            is_email_verified: None,
            hedgehog_config: None,
            role_at_organization: user.role_at_organization,
        }
    }
}

/// The users that an answer names, looked up once.
pub struct UserViews(HashMap<UserId, UserView>);

impl UserViews {
    /// Looks up `ids`.
    pub fn find(
        db: &Read,
        ids: impl IntoIterator<Item = Option<UserId>>,
    ) -> Result<UserViews, StoreError> {
        let mut ids: Vec<_> = ids.into_iter().flatten().collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(UserViews(HashMap::new()));
        }
        let found = accounts::users(db, &ids)?;
        Ok(UserViews(
            found
                .into_iter()
                .map(|user| (user.id, user.into()))
                .collect(),
        ))
    }

    /// These users and `others`.
    pub fn and(mut self, others: UserViews) -> UserViews {
        self.0.extend(others.0);
        self
    }

    /// These users as strangers see them: without their addresses (`sharing.md` 6.5).
    pub fn for_strangers(mut self) -> UserViews {
        self.0
            .values_mut()
            .for_each(|user| user.email = String::new());
        self
    }

    /// The view of `id`; `None` when there is no such user.
    pub fn get(&self, id: Option<UserId>) -> Option<&UserView> {
        self.0.get(&id?)
    }
}

/// 200 with the caller and all that the caller belongs to.
pub fn me(state: &State, caller: Caller, _: &Request) -> Result<Response> {
    let view = state
        .store
        .read(|db| full_view(db, caller, state.features_off))?;
    Ok(Response::ok(&view))
}

/// 200 with a page of one: nobody sees other users here.
pub fn list(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let view = state
        .store
        .read(|db| full_view(db, caller, state.features_off))?;
    let page = request.page();
    let shown = if page.offset == 0 {
        vec![view]
    } else {
        Vec::new()
    };
    Ok(Response::page(request, page, 1, &shown))
}

/// 403 for anything but the caller's own `@me`, which is a path of its own.
pub fn show(_: &State, _: Caller, _: &Request) -> Result<Response> {
    let detail = "As a non-staff user you're only allowed to access the `@me` user instance.";
    Err(Error::Denied(detail.into()).into())
}

fn full_view(db: &Read, caller: Caller, off: Features) -> Result<Value, Error> {
    let user = accounts::find_user(db, caller.user)?;
    let memberships = accounts::memberships(db, caller.user)?;
    let team = auth::current_project(db, caller.user)?;
    let current = accounts::current_organization(db, caller.user)?;
    let organization = memberships
        .iter()
        .find(|membership| Some(membership.organization.id) == current);
    Ok(json!({
        "date_joined": user.date_joined, "uuid": user.uuid, "distinct_id": user.distinct_id,
        "first_name": user.first_name, "last_name": user.last_name, "email": user.email,
        "pending_email": null, "is_email_verified": null, "id": user.id, "is_staff": false, "is_impersonated": false,
        "has_password": user.has_password, "is_2fa_enabled": false, "has_social_auth": false,
        "theme_mode": null, "toolbar_mode": "toolbar", "hedgehog_config": null,
        "role_at_organization": user.role_at_organization,
        "team": team.as_ref().map(BasicProjectView::new),
        "organization": organization.map(|membership| OrganizationView::new(membership, off)),
        "organizations": memberships.iter().map(BasicOrganizationView::new).collect::<Vec<_>>(),
    }))
}
