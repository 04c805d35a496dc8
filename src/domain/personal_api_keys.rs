//! Personal API keys: making, listing and revoking them. Over HTTP a key can do none of this (`keys-and-auth.md` 4.4),
//! so these are for whoever has the database file.

use super::{Error, Result, accounts};
use crate::{
    model::*,
    store::{Read, Write, personal_api_keys as table, projects, users},
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
pub fn issue(db: &Write, order: Order, now: Timestamp) -> Result<Issued> {
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
    let (key, secret) =
        accounts::create_personal_api_key(db, user.id, label, order.scopes, order.projects, now)?;
    Ok(Issued { key, user, secret })
}

/// Every key of the installation with the address of its user, oldest first.
pub fn list(db: &Read) -> Result<Vec<(PersonalApiKey, String)>> {
    let keys = table::all(db)?;
    let ids: Vec<_> = keys.iter().map(|key| key.user).collect();
    let owners = users::many(db, &ids)?;
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
pub fn revoke(db: &Write, id: &str) -> Result<bool> {
    Ok(table::delete(db, id)?)
}

fn check_scopes(scopes: &[String]) -> Result<()> {
    if scopes.is_empty() {
        return Err(invalid("scopes", "This list may not be empty."));
    }
    match scopes
        .iter()
        .find(|scope| *scope != "*" && !is_scope(scope))
    {
        Some(scope) => Err(invalid("scopes", format!("Invalid scope: {scope}"))),
        None => Ok(()),
    }
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
