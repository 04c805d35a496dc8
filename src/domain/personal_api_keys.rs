//! Personal API keys. A key may look at itself and no more (`keys-and-auth.md` 4.4); making, listing and revoking them is for
//! whoever is at the admin page, or has the database file.

mod own;

pub use own::{create_own, list_own, revoke_own, roll_own, update_own};

use super::{Caller, Error, Result, auth};
use crate::{
    model::*,
    store::{Read, Store, Write, personal_api_keys as table, projects, users},
};

/// The most characters in a label.
pub const LABEL_LENGTH: usize = 40;

/// A key to be made.
#[derive(Clone, Debug)]
pub struct Order {
    /// What to call it.
    pub label: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// The projects it is limited to; empty: no limit.
    pub projects: Vec<ProjectId>,
    /// The address of whom it acts as; the first user when there is none.
    pub user: Option<String>,
}

/// A key just made.
pub struct Issued {
    /// The key.
    pub key: PersonalApiKey,
    /// Whom it acts as.
    pub user: User,
    /// Its secret, told this once.
    pub secret: Secret,
}

/// Makes a key.
///
/// Errors: `Invalid` when the label is blank or too long, a scope is none, the user does not exist, or is no member of a
/// project; `NotFound` when there are no users at all.
pub fn issue(store: &Store, order: Order, now: Timestamp) -> Result<Issued> {
    store.write(move |db| insert_ordered(db, order, now))
}

fn insert_ordered(db: &Write, order: Order, now: Timestamp) -> Result<Issued> {
    let label = order.label.trim();
    if label.is_empty() {
        return Err(invalid("label", "This field may not be blank."));
    }
    if label.chars().count() > LABEL_LENGTH {
        let detail = format!("Ensure this field has no more than {LABEL_LENGTH} characters.");
        return Err(invalid("label", detail));
    }
    check_scopes(&order.scopes)?;
    let user = owner(db, order.user.as_deref())?;
    let reachable = projects::of_user(db, user.id)?;
    for id in &order.projects {
        if !reachable.iter().any(|project| project.id == *id) {
            let detail = format!("{} is no member of a project {id}.", user.email);
            return Err(invalid("scoped_teams", detail));
        }
    }
    let (key, secret) = create(db, user.id, label, order.scopes, order.projects, now)?;
    Ok(Issued { key, user, secret })
}

/// Makes a key of `user`'s. Returns it and its secret, which is told this once.
pub fn create(
    db: &Write,
    user: UserId,
    label: &str,
    scopes: Vec<String>,
    scoped_teams: Vec<ProjectId>,
    now: Timestamp,
) -> Result<(PersonalApiKey, Secret)> {
    let secret = Secret::generate("phx_");
    let key = PersonalApiKey {
        label: label.into(),
        scopes,
        scoped_teams,
        ..blank(user, now)
    };
    Ok((insert(db, key, &secret)?, secret))
}

/// A new key of `user`'s that allows nothing.
pub fn blank(user: UserId, now: Timestamp) -> PersonalApiKey {
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

/// Stores `key`, which `secret` opens, with its mask and its number.
pub fn insert(db: &Write, mut key: PersonalApiKey, secret: &Secret) -> Result<PersonalApiKey> {
    key.mask = secret.mask();
    key.number = table::insert(db, &key, secret.hash())?;
    Ok(key)
}

/// The key that the caller shows; `None` for a session.
pub fn in_use(db: &Read, caller: Caller) -> Result<Option<PersonalApiKey>> {
    let found = caller.key.map(|number| table::find(db, number));
    Ok(found.transpose()?.flatten())
}

/// The key that the caller shows. `NotFound` for a session.
pub fn current(store: &Store, caller: Caller) -> Result<PersonalApiKey> {
    store.read(|db| in_use(db, caller)?.ok_or(Error::NOT_FOUND))
}

/// The key that clients know as `id`: a key sees only itself, a session all keys of its user.
///
/// Errors: `Denied` for another key of the same user, `NotFound` for every other.
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

/// Every key of the installation with the address of its user, oldest first.
pub fn list(store: &Store) -> Result<Vec<(PersonalApiKey, String)>> {
    let (keys, owners) = store.read(|db| -> Result<_> {
        let keys = table::all(db)?;
        let ids: Vec<_> = keys.iter().map(|key| key.user).collect();
        let owners = users::many(db, &ids)?;
        Ok((keys, owners))
    })?;
    let address = |id| {
        let owner = owners.iter().find(|user| user.id == id);
        owner.map(|user| user.email.clone()).unwrap_or_default()
    };
    let with_address = |key: PersonalApiKey| {
        let address = address(key.user);
        (key, address)
    };
    Ok(keys.into_iter().map(with_address).collect())
}

/// Makes the key `id` open nothing from now on. False when there is none such.
pub fn revoke(store: &Store, id: String) -> Result<bool> {
    Ok(store.write(move |db| table::delete(db, &id))?)
}

fn check_scopes(scopes: &[String]) -> Result<()> {
    if scopes.is_empty() {
        return Err(invalid("scopes", "This list may not be empty."));
    }
    scopes.iter().try_for_each(|scope| check_scope(scope))
}

/// Errors: `Invalid` for a scope that no personal key can have.
pub fn check_scope(scope: &str) -> Result<()> {
    match scope {
        "*" => Ok(()),
        scope => check_known_scope(scope),
    }
}

/// Errors: `Invalid` for a scope that no key can have; `*` is for personal keys only.
pub fn check_known_scope(scope: &str) -> Result<()> {
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

fn invalid(field: &'static str, detail: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::field(field, "invalid_input", detail)
}
