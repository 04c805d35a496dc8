//! `/api/projects/{project_id}/project_secret_api_keys`

use serde::Serialize;

use super::users::{UserView, UserViews};
use crate::{
    domain::{Context, Error, project_secret_api_keys},
    http::{Request, Response, State, error::Result},
    model::*,
    store::Read,
};

/// A key as clients see it.
#[derive(Serialize)]
struct KeyView<'k> {
    id: &'k ProjectSecretApiKeyId,
    label: &'k str,
    /// The secret, in the one response that makes it; null ever after.
    value: Option<&'k str>,
    mask_value: &'k str,
    created_at: Timestamp,
    created_by: Option<&'k UserView>,
    last_used_at: Option<Timestamp>,
    last_rolled_at: Option<Timestamp>,
    scopes: &'k [String],
}

impl<'k> KeyView<'k> {
    fn new(key: &'k ProjectSecretApiKey, users: &'k UserViews, secret: Option<&'k Secret>) -> Self {
        KeyView {
            id: &key.id,
            label: &key.label,
            value: secret.map(Secret::expose),
            mask_value: &key.mask,
            created_at: key.created_at,
            created_by: users.get(key.created_by),
            last_used_at: key.last_used_at,
            last_rolled_at: key.last_rolled_at,
            scopes: &key.scopes,
        }
    }
}

/// A key with the user it names, as one look at the database found them.
type Found = (ProjectSecretApiKey, UserViews);

fn with_user(db: &Read, key: ProjectSecretApiKey) -> Result<Found, Error> {
    let users = UserViews::find(db, [key.created_by])?;
    Ok((key, users))
}

/// 200 with a page of the project's keys, newest first.
pub fn list(state: &State, context: Context, request: &Request) -> Result<Response> {
    let page = request.page();
    let (listing, users) = state.store.read(|db| {
        let listing = project_secret_api_keys::list(db, context, page)?;
        let users = UserViews::find(db, listing.items.iter().map(|key| key.created_by))?;
        Ok::<_, Error>((listing, users))
    })?;
    let views: Vec<_> = listing
        .items
        .iter()
        .map(|key| KeyView::new(key, &users, None))
        .collect();
    Ok(Response::page(request, page, listing.count, &views))
}

/// 201 with the key and, this once, its `value`.
pub fn create(state: &State, context: Context, request: &Request) -> Result<Response> {
    let form = request.form()?;
    let ((key, users), secret) = state.store.write(move |db| {
        let (key, secret) = project_secret_api_keys::create(db, context, &form)?;
        Ok::<_, Error>((with_user(db, key)?, secret))
    })?;
    Ok(Response::created(&KeyView::new(
        &key,
        &users,
        Some(&secret),
    )))
}

/// 200 with the key, `value` null.
pub fn show(state: &State, context: Context, request: &Request) -> Result<Response> {
    let id = request.path("id")?;
    let look = |db: &Read| with_user(db, project_secret_api_keys::find(db, context, &id)?);
    let (key, users) = state.store.read(look)?;
    Ok(Response::ok(&KeyView::new(&key, &users, None)))
}

/// PATCH: 200 with the key as it is now, `value` null.
pub fn update(state: &State, context: Context, request: &Request) -> Result<Response> {
    change(state, context, request, false)
}

/// PUT: the same, with nothing left out.
pub fn replace(state: &State, context: Context, request: &Request) -> Result<Response> {
    change(state, context, request, true)
}

fn change(state: &State, context: Context, request: &Request, whole: bool) -> Result<Response> {
    let (id, form) = (request.path("id")?, request.form());
    let (key, users) = state.store.write(move |db| {
        let key = project_secret_api_keys::find(db, context, &id)?; // 404 comes before 400
        with_user(
            db,
            project_secret_api_keys::update(db, context, key, &form?, whole)?,
        )
    })?;
    Ok(Response::ok(&KeyView::new(&key, &users, None)))
}

/// 204; the key opens nothing from now on.
pub fn destroy(state: &State, context: Context, request: &Request) -> Result<Response> {
    let id = request.path("id")?;
    state
        .store
        .write(move |db| project_secret_api_keys::delete(db, context, &id))?;
    Ok(Response::no_content())
}

/// 200 with the key and, this once, its new `value`.
pub fn roll(state: &State, context: Context, request: &Request) -> Result<Response> {
    let id = request.path("id")?;
    let ((key, users), secret) = state.store.write(move |db| {
        let (key, secret) = project_secret_api_keys::roll(db, context, &id)?;
        Ok::<_, Error>((with_user(db, key)?, secret))
    })?;
    Ok(Response::ok(&KeyView::new(&key, &users, Some(&secret))))
}
