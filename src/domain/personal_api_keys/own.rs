//! Managing the caller's own personal keys in a session of the admin page.

use uuid::Uuid;

use super::{LABEL_LENGTH, blank, check_scopes, find, insert};
use crate::{
    domain::{Caller, Error, Field, Form, Result},
    model::{Json, OrganizationId, PersonalApiKey, ProjectId, Secret, UserId},
    store::{Read, Store, Write, organizations, personal_api_keys as table, projects, sessions},
};

/// The most keys of one user.
const MOST_KEYS: usize = 10;

/// Returns the caller's keys, newest first.
pub fn list_own(store: &Store, caller: Caller) -> Result<Vec<PersonalApiKey>> {
    Ok(store.read(|db| table::of_user(db, caller.user))?)
}

/// Creates a key of the caller. Returns it and its secret, of which only the hash is stored.
///
/// Errors: `Invalid` for the fields first, then if the caller has ten keys already.
pub fn create_own(store: &Store, caller: Caller, form: Form) -> Result<(PersonalApiKey, Secret)> {
    store.write(move |db| insert_own(db, caller, &form))
}

fn insert_own(db: &Write, caller: Caller, form: &Form) -> Result<(PersonalApiKey, Secret)> {
    let mut key = blank(caller.user, caller.now);
    fill(db, &mut key, form, true)?;
    if table::of_user(db, caller.user)?.len() >= MOST_KEYS {
        return Err(Error::request(format!(
            "You can only have {MOST_KEYS} personal API keys. Remove an existing key before creating a new one."
        )));
    }
    let secret = Secret::generate("phx_");
    Ok((insert(db, key, &secret)?, secret))
}

/// Updates the key `id` with the fields of `form`. With `whole` all fields are required.
///
/// Errors: those of [`show`](super::show), then the error of `form`, then `Invalid`.
pub fn update_own(
    store: &Store,
    caller: Caller,
    id: String,
    form: Result<Form>,
    whole: bool,
) -> Result<PersonalApiKey> {
    store.write(move |db| {
        let mut key = find(db, caller, &id)?;
        fill(db, &mut key, &form?, whole)?;
        table::update(db, &key)?;
        Ok(key)
    })
}

/// Replaces the secret of the key `id` and ends the sessions that the key opened. Returns the key and its new secret, of
/// which only the hash is stored.
///
/// Errors: those of [`show`](super::show).
pub fn roll_own(store: &Store, caller: Caller, id: String) -> Result<(PersonalApiKey, Secret)> {
    store.write(move |db| {
        let mut key = find(db, caller, &id)?;
        let secret = Secret::generate("phx_");
        key.mask = secret.mask();
        key.last_rolled_at = Some(caller.now);
        table::update_secret(db, &key, secret.hash())?;
        sessions::delete_opened_by(db, key.number)?;
        Ok((key, secret))
    })
}

/// Revokes the key `id` and ends the sessions that it opened. Errors: those of [`show`](super::show).
pub fn revoke_own(store: &Store, caller: Caller, id: String) -> Result<()> {
    store.write(move |db| {
        let key = find(db, caller, &id)?;
        table::delete(db, &key.id)?; // its sessions are deleted with it
        Ok(())
    })
}

fn fill(db: &Read, key: &mut PersonalApiKey, form: &Form, whole: bool) -> Result<()> {
    let label = form.field("label").text(LABEL_LENGTH)?;
    let scopes = form.field("scopes").texts(None)?;
    if let Field::Value(scopes) = &scopes {
        check_scopes(scopes)?;
    }
    let teams = teams(db, key.user, form)?;
    let organizations = organizations(db, key.user, form)?;
    if whole {
        key.label = label.required("label")?;
        key.scopes = scopes.required("scopes")?;
        key.scoped_teams = limits(teams).required("scoped_teams")?;
        key.scoped_organizations = limits(organizations).required("scoped_organizations")?;
    } else {
        key.label = label.not_null("label")?.unwrap_or(key.label.clone());
        key.scopes = scopes.not_null("scopes")?.unwrap_or(key.scopes.clone());
        if let Some(teams) = limits(teams).value() {
            key.scoped_teams = teams;
        }
        if let Some(organizations) = limits(organizations).value() {
            key.scoped_organizations = organizations;
        }
    }
    Ok(())
}

/// Null means no limit, which is stored as an empty list.
fn limits<T>(sent: Field<Vec<T>>) -> Field<Vec<T>> {
    match sent {
        Field::Null => Field::Value(Vec::new()),
        sent => sent,
    }
}

fn teams(db: &Read, user: UserId, form: &Form) -> Result<Field<Vec<ProjectId>>> {
    const NAME: &str = "scoped_teams";
    let sent = form.field(NAME).nullable().list()?;
    let Field::Value(items) = sent else {
        return Ok(sent.map(|_| Vec::new()));
    };
    let mine = projects::of_user(db, user)?;
    let read = |(index, item): (usize, &Json)| {
        item.python_text().parse().map(ProjectId).map_err(|_| {
            Error::field(
                format!("{NAME}__{index}"),
                "invalid_input",
                "A valid integer is required.",
            )
        })
    };
    let ids = items
        .iter()
        .enumerate()
        .map(read)
        .collect::<Result<Vec<_>>>()?;
    if ids
        .iter()
        .all(|id| mine.iter().any(|project| project.id == *id))
    {
        return Ok(Field::Value(ids));
    }
    let detail = "You must be a member of all teams that you are scoping the key to.";
    Err(Error::field(NAME, "invalid_input", detail))
}

fn organizations(db: &Read, user: UserId, form: &Form) -> Result<Field<Vec<OrganizationId>>> {
    const NAME: &str = "scoped_organizations";
    let sent = form.field(NAME).nullable().texts(None)?;
    let Field::Value(items) = sent else {
        return Ok(sent.map(|_| Vec::new()));
    };
    let mine = organizations::of_user(db, user)?;
    let read = |text: &String| {
        let id = text.parse::<Uuid>().map(OrganizationId);
        id.map_err(|_| Error::field(NAME, "invalid_input", "Invalid organization UUID"))
    };
    let ids = items.iter().map(read).collect::<Result<Vec<_>>>()?;
    if ids
        .iter()
        .all(|id| mine.iter().any(|organization| organization.id == *id))
    {
        return Ok(Field::Value(ids));
    }
    let detail = "You must be a member of all organizations that you are scoping the key to.";
    Err(Error::field(NAME, "invalid_input", detail))
}
