//! The lists `personal_api_keys` and `project_secret_api_keys`.

use serde_json::json;

use super::{
    file::Item,
    read::token,
    work::{Thing, Work},
};
use crate::{
    domain::{Error, Form, Result, access, personal_api_keys, project_secret_api_keys},
    model::{PersonalApiKey, Secret},
    store::seed,
};

/// A key with fewer characters can be guessed (`seed-file.md`).
const SAFE_LENGTH: usize = 40;

pub fn add_personal_key(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let secret = secret(form, "phx_")?;
    let key = PersonalApiKey {
        label: label(form)?,
        scopes: scopes(form, personal_api_keys::check_scope)?,
        scoped_teams: work.find_all(form, "scoped_teams")?,
        scoped_organizations: work.find_all(form, "scoped_organizations")?,
        ..personal_api_keys::blank(work.find(form, "user")?, work.now)
    };
    let key = personal_api_keys::insert(work.db, key, &secret)?;
    work.access
        .personal_key
        .get_or_insert_with(|| secret.clone());
    report(work, form, &key.id, &secret)
}

pub fn add_project_key(work: &mut Work, item: &Item) -> Result<()> {
    let form = &item.form;
    let secret = secret(form, "phs_")?;
    // Any scope: a file is not bound to those that the API offers.
    let scopes = scopes(form, personal_api_keys::check_known_scope)?;
    let (origin, label) = (work.origin(form)?, label(form)?);
    let first = work.access.project.as_ref().map(|project| project.id);
    if first == Some(origin.project) && scopes.iter().any(|scope| scope == access::FLAGS) {
        work.access.secret_key.get_or_insert_with(|| secret.clone());
    }
    let key = project_secret_api_keys::insert(work.db, origin, label, scopes, &secret)?;
    report(work, form, &key.id.0, &secret)
}

/// The value in the file, or a new one.
fn secret(form: &Form, prefix: &'static str) -> Result<Secret> {
    let value = token(form, "value", prefix, "")?;
    Ok(value.map_or_else(|| Secret::generate(prefix), Secret::new))
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
fn report(work: &mut Work, form: &Form, id: &str, secret: &Secret) -> Result<()> {
    if secret.expose().len() < SAFE_LENGTH {
        seed::mark_weak(work.db, secret.hash())?;
    }
    let report = json!({"id": id, "value": secret.expose()});
    work.created(form, Thing::Leaf, report)
}
