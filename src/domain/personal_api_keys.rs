//! Personal API keys. A key can only read itself (`keys-and-auth.md` 4.4); sessions of the admin page and the command line
//! also create, list and revoke keys.

mod own;

pub use own::{create_own, list_own, revoke_own, roll_own, update_own};

use std::borrow::Cow;

use super::{Caller, Error, Result, Users, auth};
use crate::{
    model::{
        PersonalApiKey, PersonalApiKeyNumber, ProjectId, Secret, Timestamp, User, UserId, is_scope,
        random_id,
    },
    store::{Read, Store, Write, personal_api_keys as table, projects, users},
};

/// The most characters in a label.
pub const LABEL_LENGTH: usize = 40;

/// What [`issue`] needs to know of a new key.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub label: String,
    pub scopes: Vec<String>,
    /// The projects it is limited to; empty: no limit.
    pub projects: Vec<ProjectId>,
    /// The e-mail address of the user it acts as; default: the first user.
    pub user: Option<String>,
}

pub struct Issued {
    pub key: PersonalApiKey,
    /// The user it acts as.
    pub user: User,
    /// Its secret, of which only the hash is stored.
    pub secret: Secret,
}

/// Creates a key.
///
/// Errors: `Invalid` if the label is blank or too long, a scope is unknown, or the user does not exist or is not a member of
/// a project; `NotFound` if there are no users.
pub fn issue(store: &Store, new: NewKey, now: Timestamp) -> Result<Issued> {
    store.write(move |db| insert_new(db, new, now))
}

fn insert_new(db: &Write, new: NewKey, now: Timestamp) -> Result<Issued> {
    let label = new.label.trim();
    if label.is_empty() {
        return Err(invalid("label", "This field may not be blank."));
    }
    if label.chars().count() > LABEL_LENGTH {
        let detail = format!("Ensure this field has no more than {LABEL_LENGTH} characters.");
        return Err(invalid("label", detail));
    }
    check_scopes(&new.scopes)?;
    let user = owner(db, new.user.as_deref())?;
    let reachable = projects::of_user(db, user.id)?;
    for id in &new.projects {
        if !reachable.iter().any(|project| project.id == *id) {
            let detail = format!("{} is no member of a project {id}.", user.email);
            return Err(invalid("scoped_teams", detail));
        }
    }
    let key = PersonalApiKey {
        label: label.into(),
        scopes: new.scopes,
        scoped_teams: new.projects,
        ..blank(user.id, now)
    };
    let secret = Secret::generate("phx_");
    let key = insert(db, key, &secret)?;
    Ok(Issued { key, user, secret })
}

/// A new key of `user` without scopes, not stored yet.
pub(super) fn blank(user: UserId, now: Timestamp) -> PersonalApiKey {
    PersonalApiKey {
        number: PersonalApiKeyNumber(0),
        id: random_id(),
        user,
        label: String::new(),
        mask: String::new(),
        scopes: Vec::new(),
        scoped_teams: Vec::new(),
        scoped_organizations: Vec::new(),
        created_at: now,
        last_used_at: None,
        last_rolled_at: None,
    }
}

/// Stores `key` with the hash of `secret`. Returns it with its mask and its number.
pub(super) fn insert(
    db: &Write,
    mut key: PersonalApiKey,
    secret: &Secret,
) -> Result<PersonalApiKey> {
    key.mask = secret.mask();
    key.number = table::insert(db, &key, secret.hash())?;
    Ok(key)
}

/// The key that the caller sent; `None` for a session.
pub(super) fn in_use(db: &Read, caller: Caller) -> Result<Option<PersonalApiKey>> {
    let found = caller.key.map(|number| table::find(db, number));
    Ok(found.transpose()?.flatten())
}

/// Returns the key that the caller sent. Errors: `NotFound` for a session.
pub fn current(store: &Store, caller: Caller) -> Result<PersonalApiKey> {
    store.read(|db| in_use(db, caller)?.ok_or(Error::NOT_FOUND))
}

/// Returns the key `id`. A key sees only itself, a session all keys of its user.
///
/// Errors: `Denied` if a key asks for another key of its user; `NotFound` for keys of other users and unknown ids.
pub fn show(store: &Store, caller: Caller, id: &str) -> Result<PersonalApiKey> {
    store.read(|db| find(db, caller, id))
}

fn find(db: &Read, caller: Caller, id: &str) -> Result<PersonalApiKey> {
    match table::find_by_id(db, id)? {
        Some(key) if Some(key.number) == caller.key => Ok(key),
        Some(key) if key.user == caller.user && caller.key.is_none() => Ok(key),
        Some(key) if key.user == caller.user => Err(auth::closed()),
        _ => Err(Error::NOT_FOUND),
    }
}

/// Returns every key of the installation with the e-mail address of its user, oldest first.
pub fn list(store: &Store) -> Result<Vec<(PersonalApiKey, String)>> {
    store.read(|db| {
        let keys = table::all(db)?;
        let users = Users::load(db, keys.iter().map(|key| key.user).collect())?;
        let with_address = |key: PersonalApiKey| {
            let user = users.get(Some(key.user));
            let address = user.map(|user| user.email.clone()).unwrap_or_default();
            (key, address)
        };
        Ok(keys.into_iter().map(with_address).collect())
    })
}

/// Revokes the key `id` of any user. Returns false if there is no such key.
pub fn revoke(store: &Store, id: String) -> Result<bool> {
    store.write(move |db| Ok(table::delete(db, &id)?))
}

fn check_scopes(scopes: &[String]) -> Result<()> {
    if scopes.is_empty() {
        return Err(invalid("scopes", "This list may not be empty."));
    }
    scopes.iter().try_for_each(|scope| check_scope(scope))
}

/// Checks that a personal key can have `scope`. Errors: `Invalid`.
pub(super) fn check_scope(scope: &str) -> Result<()> {
    match scope {
        "*" => Ok(()),
        scope => check_known_scope(scope),
    }
}

/// Checks that `scope` is an object and an action, such as `insight:read`; `*` is not. Errors: `Invalid`.
pub(super) fn check_known_scope(scope: &str) -> Result<()> {
    if is_scope(scope) {
        return Ok(());
    }
    Err(invalid("scopes", format!("Invalid scope: {scope}")))
}

fn owner(db: &Read, email: Option<&str>) -> Result<User> {
    match email {
        Some(email) => users::find_by_email(db, email)?
            .ok_or_else(|| invalid("user", format!("No user has the address {email}."))),
        None => users::first(db)?.ok_or(Error::NotFound("There are no users yet.")),
    }
}

fn invalid(field: &'static str, detail: impl Into<Cow<'static, str>>) -> Error {
    Error::field(field, "invalid_input", detail)
}
