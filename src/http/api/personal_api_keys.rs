//! `/api/personal_api_keys`: what a key may learn of keys, which is little but itself (`keys-and-auth.md` 4.4).

use serde::Serialize;

use crate::{
    domain::{Caller, personal_api_keys},
    http::{Request, Response, State, error::Result},
    model::*,
};

/// A personal key as clients see it.
#[derive(Serialize)]
struct PersonalApiKeyView<'k> {
    id: &'k str,
    label: &'k str,
    /// The secret is told when the key is made; here it is null.
    value: Option<&'k str>,
    is_legacy_hashing: bool,
    mask_value: &'k str,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
    user_id: UserId,
    scopes: &'k [String],
    scoped_teams: &'k [ProjectId],
    scoped_organizations: &'k [OrganizationId],
    last_rolled_at: Option<Timestamp>,
}

impl<'k> PersonalApiKeyView<'k> {
    fn new(key: &'k PersonalApiKey) -> Self {
        PersonalApiKeyView {
            id: &key.id,
            label: &key.label,
            value: None,
            is_legacy_hashing: false,
            mask_value: &key.mask,
            created_at: key.created_at,
            last_used_at: key.last_used_at,
            user_id: key.user,
            scopes: &key.scopes,
            scoped_teams: &key.scoped_teams,
            scoped_organizations: &key.scoped_organizations,
            last_rolled_at: key.last_rolled_at,
        }
    }
}

/// 200 with the key in use.
pub fn current(state: &State, caller: Caller, _: &Request) -> Result<Response> {
    let key = state
        .store
        .read(|db| personal_api_keys::current(db, caller))?;
    Ok(Response::ok(&PersonalApiKeyView::new(&key)))
}

/// 200 with the key in use; 403 for another key of the same user, 404 for anyone else's.
pub fn show(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let id = request.segment("id");
    let key = state
        .store
        .read(|db| personal_api_keys::find(db, caller, id))?;
    Ok(Response::ok(&PersonalApiKeyView::new(&key)))
}
