//! `/api/projects/{project_id}/project_secret_api_keys`

use serde::Serialize;

use super::users::UserView;
use crate::{
    domain::{Context, Users, WithUsers, project_secret_api_keys},
    http::{Request, Response, State, error::Result},
    model::{ProjectSecretApiKey, ProjectSecretApiKeyId, Secret, Timestamp},
};

#[derive(Serialize)]
struct KeyView<'k> {
    id: &'k ProjectSecretApiKeyId,
    label: &'k str,
    /// The secret, in the response that creates or rolls the key; null in every other.
    value: Option<&'k str>,
    mask_value: &'k str,
    created_at: Timestamp,
    created_by: Option<UserView<'k>>,
    last_used_at: Option<Timestamp>,
    last_rolled_at: Option<Timestamp>,
    scopes: &'k [String],
}

impl<'k> KeyView<'k> {
    fn new(key: &'k ProjectSecretApiKey, users: &'k Users, secret: Option<&'k Secret>) -> Self {
        KeyView {
            id: &key.id,
            label: &key.label,
            value: secret.map(Secret::expose),
            mask_value: &key.mask,
            created_at: key.created_at,
            created_by: UserView::find(users, key.created_by),
            last_used_at: key.last_used_at,
            last_rolled_at: key.last_rolled_at,
            scopes: &key.scopes,
        }
    }
}

/// 200 with a page of the project's keys, newest first.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let WithUsers { item: keys, users } =
        project_secret_api_keys::list(&state.store, context, page)?;
    let view = |key| KeyView::new(key, &users, None);
    let views: Vec<_> = keys.items.iter().map(view).collect();
    Ok(Response::page(request, page, keys.count, &views))
}

/// 201 with the key; `value` is returned only in this response.
pub fn create(state: &State, context: Context, request: &Request) -> Result<Response> {
    let form = request.form()?;
    let change = project_secret_api_keys::create(context, form);
    Response::to_change(state, request, change, |(key, secret)| {
        Response::created(&KeyView::new(&key.item, &key.users, Some(&secret)))
    })
}

/// 200 with the key, `value` null.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let id = request.path("id")?;
    let key = project_secret_api_keys::show(&state.store, context, &id)?;
    Ok(Response::ok(&KeyView::new(&key.item, &key.users, None)))
}

/// 200 with the updated key, `value` null. PUT requires all fields.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    let (id, form) = (request.path("id")?, request.form());
    let change = project_secret_api_keys::update(context, id, form, request.is_put());
    Response::to_change(state, request, change, |key| {
        Response::ok(&KeyView::new(&key.item, &key.users, None))
    })
}

/// 204; the key is invalid at once.
pub fn destroy(state: &State, context: Context, request: &Request) -> Result<Response> {
    let change = project_secret_api_keys::delete(context, request.path("id")?);
    Response::to_change(state, request, change, |()| Response::no_content())
}

/// 200 with the key; its new `value` is returned only in this response.
pub fn roll(state: &State, context: Context, request: &Request) -> Result<Response> {
    let id = request.path("id")?;
    let (key, secret) = project_secret_api_keys::roll(&state.store, context, id)?;
    Ok(Response::ok(&KeyView::new(
        &key.item,
        &key.users,
        Some(&secret),
    )))
}
