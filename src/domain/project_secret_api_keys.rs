//! Project secret API keys: listing, creating, updating, rolling and revoking them (`keys-and-auth.md` 2).

use serde_json::{Value, json};

use super::{
    Change, Context, Error, Field, Form, Listing, Origin, Page, Result, WithUsers, activity,
    personal_api_keys,
};
use crate::{
    model::{
        PROJECT_SECRET_KEY_SCOPES, ProjectId, ProjectSecretApiKey, ProjectSecretApiKeyId, Secret,
        SecretHash, User, random_id,
    },
    store::{
        Read, Store, StoreError, Write, organizations, project_secret_api_keys as table, projects,
        users,
    },
};

/// The maximum number of characters in a label.
const LABEL_LENGTH: usize = 40;

/// The maximum number of keys of one project.
const MOST_KEYS: i64 = 50;

/// Returns a page of the project's keys, newest first.
pub fn list(
    store: &Store,
    context: Context,
    page: Page,
) -> Result<WithUsers<Listing<ProjectSecretApiKey>>> {
    store.read(|db| {
        let items = table::page(db, context.project, page.limit, page.offset)?;
        let count = table::count(db, context.project)?;
        WithUsers::load(db, Listing { items, count })
    })
}

/// Returns the key `id`. Errors: `NotFound` if the project has no such key.
pub fn show(
    store: &Store,
    context: Context,
    id: &ProjectSecretApiKeyId,
) -> Result<WithUsers<ProjectSecretApiKey>> {
    store.read(|db| WithUsers::load(db, find(db, context, id)?))
}

fn find(db: &Read, context: Context, id: &ProjectSecretApiKeyId) -> Result<ProjectSecretApiKey> {
    table::find(db, context.project, id)?.ok_or(Error::NOT_FOUND)
}

/// Creates a key. Returns it and its secret, of which only the hash is stored.
///
/// Errors: `Invalid` for the fields first, then if the project has fifty keys already, then for a label that another key has.
pub fn create(context: Context, form: Form) -> Change<(WithUsers<ProjectSecretApiKey>, Secret)> {
    Change::new(move |db| {
        let (key, secret) = insert_new(db, context, &form)?;
        Ok((WithUsers::load(db, key)?, secret))
    })
}

fn insert_new(db: &Write, context: Context, form: &Form) -> Result<(ProjectSecretApiKey, Secret)> {
    let label = form.field("label").text(LABEL_LENGTH)?.required("label")?;
    let scopes = scopes(form)?.required("scopes")?;
    if table::count(db, context.project)? >= MOST_KEYS {
        return Err(Error::request(format!(
            "You can only have {MOST_KEYS} project secret API keys. Remove an existing key before creating a new one."
        )));
    }
    let secret = Secret::generate("phs_");
    let key = insert(db, context.into(), label, scopes, &secret)?;
    record(db, context, &key, "created", json!([]))?;
    Ok((key, secret))
}

/// Stores a new key with the hash of `secret`. Errors: as for [`insert_key`].
pub(super) fn insert(
    db: &Write,
    origin: Origin,
    label: String,
    scopes: Vec<String>,
    secret: &Secret,
) -> Result<ProjectSecretApiKey> {
    let key = ProjectSecretApiKey {
        mask: secret.mask(),
        ..blank(origin, label, scopes)
    };
    insert_key(db, origin.project, &key, secret.hash())?;
    Ok(key)
}

/// A new key without a secret, not stored yet.
pub(super) fn blank(origin: Origin, label: String, scopes: Vec<String>) -> ProjectSecretApiKey {
    ProjectSecretApiKey {
        id: ProjectSecretApiKeyId(random_id()),
        label,
        mask: String::new(),
        scopes,
        created_by: origin.by,
        created_at: origin.now,
        last_used_at: None,
        last_rolled_at: None,
    }
}

/// Stores a new key with the hash of its secret. Errors: `Invalid` for a label that another key of the project has.
pub(super) fn insert_key(
    db: &Write,
    project: ProjectId,
    key: &ProjectSecretApiKey,
    hash: SecretHash,
) -> Result<()> {
    table::insert(db, project, key, hash).map_err(|error| taken(error, &key.label))
}

/// Updates the label and the scopes of the key `id`. With `whole` both are required.
///
/// Errors: `NotFound`, then the error of `form`, then `Invalid` for the fields or for a label that another key has.
pub fn update(
    context: Context,
    id: ProjectSecretApiKeyId,
    form: Result<Form>,
    whole: bool,
) -> Change<WithUsers<ProjectSecretApiKey>> {
    Change::new(move |db| {
        let key = find(db, context, &id)?;
        WithUsers::load(db, change_key(db, context, key, &form?, whole)?)
    })
}

fn change_key(
    db: &Write,
    context: Context,
    mut key: ProjectSecretApiKey,
    form: &Form,
    whole: bool,
) -> Result<ProjectSecretApiKey> {
    let before = key.clone();
    let label = form.field("label").text(LABEL_LENGTH)?;
    key.label = if whole {
        label.required("label")?
    } else {
        label.not_null("label")?.unwrap_or(key.label)
    };
    let scopes = scopes(form)?;
    key.scopes = if whole {
        scopes.required("scopes")?
    } else {
        scopes.not_null("scopes")?.unwrap_or(key.scopes)
    };
    table::update(db, context.project, &key).map_err(|error| taken(error, &key.label))?;
    let mut changes = Vec::new();
    if before.label != key.label {
        changes.push(change(
            "label",
            before.label.into(),
            key.label.clone().into(),
        ));
    }
    if before.scopes != key.scopes {
        changes.push(change(
            "scopes",
            before.scopes.into(),
            key.scopes.clone().into(),
        ));
    }
    if !changes.is_empty() {
        record(db, context, &key, "updated", changes.into())?;
    }
    Ok(key)
}

/// Replaces the secret of the key `id`; the old one is invalid at once.
///
/// Returns the key and its new secret, of which only the hash is stored. Errors: `NotFound`.
pub fn roll(
    store: &Store,
    context: Context,
    id: ProjectSecretApiKeyId,
) -> Result<(WithUsers<ProjectSecretApiKey>, Secret)> {
    store.write(move |db| {
        let (key, secret) = renew(db, context, find(db, context, &id)?)?;
        Ok((WithUsers::load(db, key)?, secret))
    })
}

fn renew(
    db: &Write,
    context: Context,
    mut key: ProjectSecretApiKey,
) -> Result<(ProjectSecretApiKey, Secret)> {
    let before = key.clone();
    let secret = Secret::generate("phs_");
    key.mask = secret.mask();
    key.last_rolled_at = Some(context.now);
    table::update_secret(db, context.project, &key, secret.hash())?;
    let changes = json!([
        change("mask_value", before.mask.into(), key.mask.clone().into()),
        change(
            "last_rolled_at",
            activity::instant(before.last_rolled_at),
            activity::instant(key.last_rolled_at)
        ),
    ]);
    record(db, context, &key, "updated", changes)?;
    Ok((key, secret))
}

/// Revokes the key `id`. Errors: `NotFound`.
pub fn delete(context: Context, id: ProjectSecretApiKeyId) -> Change<()> {
    Change::new(move |db| {
        let key = find(db, context, &id)?;
        table::delete(db, context.project, &id)?;
        record(db, context, &key, "deleted", Value::Null)
    })
}

/// Reads `scopes`. Errors: `Invalid` for the first scope that a project secret key cannot have.
fn scopes(form: &Form) -> Result<Field<Vec<String>>> {
    let sent = form.field("scopes").list()?;
    if matches!(&sent, Field::Value(items) if items.is_empty()) {
        return Err(Error::field(
            "scopes",
            "empty",
            "This list may not be empty.",
        ));
    }
    let scopes = form.field("scopes").texts(None)?;
    if let Field::Value(scopes) = &scopes {
        scopes.iter().try_for_each(|scope| check_scope(scope))?;
    }
    Ok(scopes)
}

fn check_scope(scope: &str) -> Result<()> {
    if scope != "*" {
        personal_api_keys::check_known_scope(scope)?;
    }
    let detail = if scope == "*" {
        "Wildcard scope '*' is not allowed for project API keys. Please specify explicit scopes."
            .to_owned()
    } else if scope == "llm_gateway:read" {
        "LLM gateway scope is not available for this project. Contact support to enable this feature.".to_owned()
    } else if !PROJECT_SECRET_KEY_SCOPES.contains(&scope) {
        let allowed = PROJECT_SECRET_KEY_SCOPES.join(", ");
        format!(
            "Scope '{scope}' can not be assigned to a project secret API key. Allowed scopes: {allowed}"
        )
    } else {
        return Ok(());
    };
    Err(Error::field("scopes", "invalid_input", detail))
}

fn taken(error: StoreError, label: &str) -> Error {
    match error {
        StoreError::Taken(columns) if columns.ends_with(".label") => Error::request(format!(
            "Project secret API key with label '{label}' already exists."
        )),
        other => other.into(),
    }
}

fn change(field: &str, before: Value, after: Value) -> Value {
    activity::change("ProjectSecretAPIKey", field, before, after)
}

/// Records a change of `key` with its creator in `context`, and with `user` null if a personal key made it
/// (`keys-and-auth.md` 2.8).
fn record(
    db: &Write,
    context: Context,
    key: &ProjectSecretApiKey,
    activity: &'static str,
    changes: Value,
) -> Result<()> {
    let creator = key
        .created_by
        .map(|id| users::find(db, id))
        .transpose()?
        .flatten();
    let circumstances = json!({
        "organization_name": organizations::find(db, context.organization)?.map(|organization| organization.name),
        "project_name": projects::find(db, context.project)?.map(|project| project.name),
        "scopes": key.scopes,
        "created_by_email": creator.as_ref().map(|user| &user.email),
        "created_by_name": creator.as_ref().map(User::full_name),
    });
    let entry = activity::Entry {
        scope: "ProjectSecretAPIKey",
        item: &key.id.0,
        activity,
        detail: activity::Detail {
            name: Some(&key.label),
            changes,
            context: circumstances,
            ..activity::Detail::default()
        },
        organization: Some(context.organization),
        is_system: context.key.is_some(),
    };
    activity::record(db, context, entry)
}
