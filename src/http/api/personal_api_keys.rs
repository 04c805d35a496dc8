//! `/api/personal_api_keys`: a session manages all keys of its user, a key only sees itself (`keys-and-auth.md` 4.4).

use serde::Serialize;

use crate::{
    domain::{Caller, personal_api_keys},
    http::{Request, Response, State, error::Result},
    model::{OrganizationId, PersonalApiKey, ProjectId, Secret, Timestamp, UserId},
};

#[derive(Serialize)]
struct PersonalApiKeyView<'k> {
    id: &'k str,
    label: &'k str,
    /// The secret, in the response that creates or rolls the key; null in every other.
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
    fn new(key: &'k PersonalApiKey, secret: Option<&'k Secret>) -> Self {
        PersonalApiKeyView {
            id: &key.id,
            label: &key.label,
            value: secret.map(Secret::expose),
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
    let key = personal_api_keys::current(&state.store, caller)?;
    Ok(Response::ok(&PersonalApiKeyView::new(&key, None)))
}

/// 200 with the key; 403 if a key asks for another key of its user, 404 for keys of other users.
pub fn show(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let key = personal_api_keys::show(&state.store, caller, request.segment("id"))?;
    Ok(Response::ok(&PersonalApiKeyView::new(&key, None)))
}

/// 200 with an array of the keys of the session's user, newest first.
pub fn list(state: &State, caller: Caller, _: &Request) -> Result<Response> {
    let keys = personal_api_keys::list_own(&state.store, caller)?;
    let views: Vec<_> = keys
        .iter()
        .map(|key| PersonalApiKeyView::new(key, None))
        .collect();
    Ok(Response::ok(&views))
}

/// 201 with the key; `value` is returned only in this response.
pub fn create(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let (key, secret) = personal_api_keys::create_own(&state.store, caller, request.form()?)?;
    Ok(Response::created(&PersonalApiKeyView::new(
        &key,
        Some(&secret),
    )))
}

/// 200 with the updated key, `value` null. PUT requires all fields.
pub fn update(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let (id, form) = (request.segment("id").to_owned(), request.form());
    let key = personal_api_keys::update_own(&state.store, caller, id, form, request.is_put())?;
    Ok(Response::ok(&PersonalApiKeyView::new(&key, None)))
}

/// 204; the key, and the sessions that it opened, are invalid at once.
pub fn destroy(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let id = request.segment("id").to_owned();
    personal_api_keys::revoke_own(&state.store, caller, id)?;
    Ok(Response::no_content())
}

/// 200 with the key; its new `value` is returned only in this response.
pub fn roll(state: &State, caller: Caller, request: &Request) -> Result<Response> {
    let id = request.segment("id").to_owned();
    let (key, secret) = personal_api_keys::roll_own(&state.store, caller, id)?;
    Ok(Response::ok(&PersonalApiKeyView::new(&key, Some(&secret))))
}
