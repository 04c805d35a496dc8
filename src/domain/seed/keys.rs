//! The lists `personal_api_keys` and `project_secret_api_keys`.

use serde_json::json;

use super::{
    file::Item,
    read::{instant, invalid, secret_hash, text, token, word},
    work::{Thing, Work},
};
use crate::{
    domain::{Error, Form, Result, access, personal_api_keys, project_secret_api_keys},
    model::{Json, PersonalApiKey, ProjectSecretApiKey, ProjectSecretApiKeyId, Secret, SecretHash},
    store::{personal_api_keys as personal_key_table, seed},
};

/// A key with fewer characters can be guessed (`seed-file.md`).
const SAFE_LENGTH: usize = 40;

pub fn add_personal_key(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let secret = KeySecret::read(form, "phx_")?;
    let new = personal_api_keys::blank(work.find(form, "user")?, work.now);
    let key = PersonalApiKey {
        id: word(form, "id")?.unwrap_or(new.id),
        mask: secret.mask.clone(),
        created_at: instant(form, "created_at")?.unwrap_or(new.created_at),
        last_used_at: instant(form, "last_used_at")?,
        last_rolled_at: instant(form, "last_rolled_at")?,
        label: label(form)?,
        scopes: scopes(form, personal_api_keys::check_scope)?,
        scoped_teams: work.find_all(form, "scoped_teams")?,
        scoped_organizations: work.find_all(form, "scoped_organizations")?,
        ..new
    };
    if work.is_replacing {
        personal_key_table::replace(work.db, &key, secret.hash)?;
    } else {
        personal_key_table::insert(work.db, &key, secret.hash)?;
    }
    let first = &mut work.access.personal_key;
    *first = first.take().or(secret.value.clone());
    report(work, form, &key.id, &secret)
}

pub fn add_project_key(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let secret = KeySecret::read(form, "phs_")?;
    // Any scope: a file is not bound to those that the API offers.
    let scopes = scopes(form, personal_api_keys::check_known_scope)?;
    let (origin, label) = (work.origin(form)?, label(form)?);
    let first = work.access.project.as_ref().map(|project| project.id);
    if first == Some(origin.project) && scopes.iter().any(|scope| scope == access::FLAGS) {
        let first = &mut work.access.secret_key;
        *first = first.take().or(secret.value.clone());
    }
    let new = project_secret_api_keys::blank(origin, label, scopes);
    let key = ProjectSecretApiKey {
        id: word(form, "id")?.map_or(new.id, ProjectSecretApiKeyId),
        mask: secret.mask.clone(),
        created_at: instant(form, "created_at")?.unwrap_or(new.created_at),
        last_used_at: instant(form, "last_used_at")?,
        last_rolled_at: instant(form, "last_rolled_at")?,
        ..new
    };
    project_secret_api_keys::insert_key(work.db, origin.project, &key, secret.hash)?;
    report(work, form, &key.id.0, &secret)
}

/// What is known of the secret of a key.
struct KeySecret {
    hash: SecretHash,
    mask: String,
    /// Whether it can be guessed.
    is_weak: bool,
    /// The secret itself, unless the file has only its hash.
    value: Option<Secret>,
}

impl KeySecret {
    /// The value in the file, or its hash, or else a new one.
    fn read(form: &Form, prefix: &'static str) -> Result<KeySecret> {
        let value = token(form, "value", prefix, "")?;
        let mask = text(form, "mask")?;
        let is_weak = form.field("is_weak").boolean_or(false)?;
        if let Some(hash) = secret_hash(form, "hash")? {
            if value.is_some() {
                return Err(invalid("hash", "is instead of a value"));
            }
            return Ok(KeySecret {
                hash,
                mask: mask.unwrap_or_else(|| Secret::new("").mask()),
                is_weak,
                value: None,
            });
        }
        let value = value.map_or_else(|| Secret::generate(prefix), Secret::new);
        Ok(KeySecret {
            hash: value.hash(),
            mask: value.mask(),
            is_weak: value.expose().len() < SAFE_LENGTH,
            value: Some(value),
        })
    }
}

/// What stands in a file for `secret` if it has only its hash.
pub fn hashed(secret: &Secret) -> [(String, Json); 3] {
    let is_weak = secret.expose().len() < SAFE_LENGTH;
    let hash: String = secret
        .hash()
        .0
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    [
        ("hash".into(), hash.into()),
        ("mask".into(), secret.mask().into()),
        ("is_weak".into(), Json::Bool(is_weak)),
    ]
}

/// The label in the file, or else the ref.
fn label(form: &Form) -> Result<String> {
    let length = personal_api_keys::LABEL_LENGTH;
    if let Some(label) = form.field("label").nullable().text(length)?.value() {
        return Ok(label);
    }
    let name = form.field("ref").nullable().text(None)?.value();
    let name = name.ok_or_else(|| Error::request("needs a label or a ref"))?;
    Ok(name.chars().take(length).collect())
}

/// The scopes; the list may be empty.
fn scopes(form: &Form, check: fn(&str) -> Result<()>) -> Result<Vec<String>> {
    let scopes = form.field("scopes").texts(None)?.required("scopes")?;
    for (index, scope) in scopes.iter().enumerate() {
        check(scope).map_err(|error| error.at(format!("scopes__{index}")))?;
    }
    Ok(scopes)
}

/// Marks a key that can be guessed, so that the server can warn when other machines can reach it.
fn report(work: &mut Work, form: &Form, id: &str, secret: &KeySecret) -> Result<()> {
    if secret.is_weak {
        seed::mark_weak(work.db, secret.hash)?;
    }
    let mut report = json!({"id": id});
    if let Some(value) = &secret.value {
        report["value"] = value.expose().into();
    }
    work.created(form, Thing::Leaf, report)
}
