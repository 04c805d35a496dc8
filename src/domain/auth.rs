//! Who asks, and what they may do (`keys-and-auth.md` 4 and 5, `http-conventions.md` 1.3).
//!
//! The checks are functions of their own because the order in which a request meets them is the reference's, and other
//! checks, of the body for one, come in between.

pub mod project_keys;

use super::{Caller, Context, Error, Result};
use crate::{
    model::*,
    store::{Read, Store, Usage, organizations, personal_api_keys, projects, users},
};

/// How stale `last_used_at` may be: one hour.
const USE_IS_FRESH: i64 = 3600;

/// Where a key was shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown {
    /// In the `Authorization` header.
    Header,
    /// In the body.
    Body,
    /// In the query string.
    Query,
}

/// The key that `secret` is, of a user who is active.
///
/// Errors: `WrongCredential` when it is no personal key; other kinds of key are none either.
pub fn authenticate(db: &Read, secret: &Secret, shown: Shown) -> Result<PersonalApiKey> {
    if shown == Shown::Header && secret.expose().starts_with("pha_") {
        return Err(Error::WrongCredential("Invalid access token.".into()));
    }
    let key =
        personal_api_keys::find_by_hash(db, secret.hash())?.ok_or_else(|| wrong_key(shown))?;
    let user = users::find(db, key.user)?;
    if user.is_some_and(|user| user.is_active) {
        Ok(key)
    } else {
        Err(wrong_key(shown))
    }
}

/// The refusal of a key that is none.
pub fn wrong_key(shown: Shown) -> Error {
    let place = match shown {
        Shown::Header => "Authorization header",
        Shown::Body => "body",
        Shown::Query => "query string",
    };
    Error::WrongCredential(format!("Personal API key found in request {place} is invalid.").into())
}

/// Whether the key's use is to be written down: it was not in the last hour.
pub fn is_use_news(key: &PersonalApiKey, now: Timestamp) -> bool {
    key.last_used_at
        .is_none_or(|last| last.plus_seconds(USE_IS_FRESH) < now)
}

/// Notes that the key was used.
pub fn note_use(store: &Store, key: PersonalApiKeyNumber, now: Timestamp) {
    store.note(Usage::PersonalApiKey(key), now);
}

/// What the key's user means by `@current`: the project chosen, else the first that can be seen.
pub fn current_project(db: &Read, user: UserId) -> Result<Option<Project>> {
    let chosen = users::find(db, user)?.and_then(|user| user.current_project);
    match chosen {
        Some(id) => Ok(projects::find(db, id)?),
        None => Ok(projects::of_user(db, user)?.into_iter().next()),
    }
}

/// The project whose public token this is. `None` when there is none such.
pub fn find_project_of_token(db: &Read, token: &str) -> Result<Option<Project>> {
    Ok(projects::find_by_token(db, token)?)
}

/// The project that a path segment names. `None` when there is none such.
pub fn find_project(db: &Read, user: UserId, segment: &str) -> Result<Option<Project>> {
    if segment == "@current" {
        return current_project(db, user);
    }
    match segment.parse() {
        Ok(id) => Ok(projects::find(db, id)?),
        Err(_) => Ok(None),
    }
}

/// `Denied` when the key is limited to other projects or organizations than `project`'s.
pub fn check_limits(key: &PersonalApiKey, project: &Project) -> Result<()> {
    if !key.scoped_teams.is_empty() && !key.scoped_teams.contains(&project.id) {
        let detail = format!(
            "API key does not have access to the requested project: ID {}.",
            project.id
        );
        return Err(Error::Denied(detail.into()));
    }
    check_organization_limit(key, project.organization)
}

/// `Denied` when the key is limited to projects, or to other organizations than `organization`, on a route of no project.
pub fn check_account_limits(
    key: &PersonalApiKey,
    organization: Option<OrganizationId>,
) -> Result<()> {
    if !key.scoped_teams.is_empty() {
        let detail = "API keys with scoped projects are only supported on project-based endpoints.";
        return Err(Error::Denied(detail.into()));
    }
    organization.map_or(Ok(()), |organization| {
        check_organization_limit(key, organization)
    })
}

/// Whether no key, or one not limited to other organizations than `organization`, is in use.
pub fn reaches(key: Option<&PersonalApiKey>, organization: OrganizationId) -> bool {
    key.is_none_or(|key| {
        key.scoped_organizations.is_empty() || key.scoped_organizations.contains(&organization)
    })
}

fn check_organization_limit(key: &PersonalApiKey, organization: OrganizationId) -> Result<()> {
    if reaches(Some(key), organization) {
        return Ok(());
    }
    let detail =
        format!("API key does not have access to the requested organization: ID {organization}.");
    Err(Error::Denied(detail.into()))
}

/// The refusal of a deed that no key may do.
pub fn closed() -> Error {
    Error::Denied("This action does not support personal API key access".into())
}

/// `Denied` when the key lacks `scope`.
pub fn check_scope(key: &PersonalApiKey, scope: Scope) -> Result<()> {
    if scope.is_allowed_by(&key.scopes) {
        return Ok(());
    }
    Err(Error::Denied(
        format!("API key missing required scope '{scope}'").into(),
    ))
}

/// The context of a request for `project`; `off` are features that nobody has on this server.
///
/// Errors: `Denied` when the key's user is no member of the organization, or an admin is asked for and the user is none.
/// With the access control feature a plain member counts as one (`keys-and-auth.md` 2.3).
pub fn enter(
    db: &Read,
    caller: Caller,
    project: &Project,
    needed: Level,
    off: Features,
) -> Result<Context> {
    let level = users::level(db, project.organization, caller.user)?;
    let level = level.ok_or(Error::Denied(
        "You don't have access to the project.".into(),
    ))?;
    let organization = organizations::find(db, project.organization)?.ok_or(Error::NOT_FOUND)?;
    let features = organization.features.less(off);
    if level < needed && !features.has(Feature::AccessControl) {
        return Err(Error::Denied(
            "You don't have sufficient permissions in the project.".into(),
        ));
    }
    Ok(Context {
        user: caller.user,
        project: project.id,
        organization: project.organization,
        features,
        now: caller.now,
    })
}
