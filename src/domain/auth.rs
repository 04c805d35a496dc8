//! Admission: who makes a request, and whether they may make it (`keys-and-auth.md` 4 and 5, `http-conventions.md` 1.3).
//!
//! Each `admit_…` function is one use case and one read transaction. In the reference's order a request's body is parsed
//! between two checks: a wrong key is 401 before the body is looked at, but a malformed body is 400 before an unknown
//! project is 404. So an admission has two outcomes: the function itself fails where a request is refused before its body
//! is parsed, and [`Admission::outcome`] holds what is reported after that.

mod personal_keys;
mod project_keys;

pub use personal_keys::closed;
pub use project_keys::{Service, admit_project_key, refuse_action};

pub(super) use personal_keys::{authenticate_key, check_limits, reaches};

use std::sync::Arc;

use uuid::Uuid;

use super::{Arrival, Caller, Context, Error, Result};
use crate::{
    model::{
        Contract, Feature, Features, Level, OrganizationId, PersonalApiKey, Project, ProjectAccess,
        ProjectId, Scope, Secret, Timestamp, UserId,
    },
    store::{Read, Store, Usage, organizations, personal_api_keys, projects, sessions, users},
};

/// How old `last_used_at` of a key may get before another use is noted, in seconds: one hour.
const USE_IS_FRESH: i64 = 3600;

/// What a request shows of who makes it.
pub enum Credential {
    /// A personal API key, and where in the request it was found.
    Key(Secret, KeyPlace),
    /// The cookie of a session of the admin page.
    Session(Secret),
}

/// Where in a request a key was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KeyPlace {
    Header,
    Body,
    Query,
}

/// How a request names a project.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Named<'r> {
    /// By its public token.
    Token(&'r str),
    /// As a segment of a path does: by its number, or as `@current`.
    Segment(&'r str),
}

/// What an endpoint needs of its callers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Need {
    /// The scope that a key needs; `None`: any key will do.
    pub scope: Option<Scope>,
    /// What the user must be in the organization. Counts for sessions too.
    pub level: Level,
    /// How limits of keys count outside projects.
    pub limits: Limits,
    /// The only contract under which keys are accepted; `None`: both.
    pub contract: Option<Contract>,
}

/// How the limits of a key count on a path outside projects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limits {
    /// A key limited to other organizations gets 403, and so does one limited to projects unless the path names one of them.
    Checked,
    /// Every key is accepted.
    Ignored,
}

impl Need {
    /// The user must be an admin.
    pub const fn admin(self) -> Need {
        Need {
            level: Level::Admin,
            ..self
        }
    }

    /// Limits of keys do not count.
    pub const fn ignoring_limits(self) -> Need {
        Need {
            limits: Limits::Ignored,
            ..self
        }
    }

    /// Keys are accepted under the documented contract only.
    pub const fn documented_only(self) -> Need {
        Need {
            contract: Some(Contract::Documented),
            ..self
        }
    }
}

/// What a path outside projects names, as it stands in the path.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    pub organization: Option<&'p str>,
    pub project: Option<&'p str>,
}

pub struct Admission<T> {
    pub caller: Caller,
    /// The key shown; `None`: a session, which may do all that its user may.
    pub key: Option<Arc<PersonalApiKey>>,
    /// What the request is admitted to. An error is reported once the body has been parsed.
    pub outcome: Result<T>,
}

/// Authenticates a request and asks for nothing more. Errors: `NotAuthenticated`, `WrongCredential`.
pub fn authenticate(
    store: &Store,
    credential: &Credential,
    arrival: Arrival,
) -> Result<Admission<()>> {
    admit(store, credential, arrival, |_, _, _| Ok(()))
}

/// Admits a request to a path outside projects.
///
/// Errors: as for [`authenticate`]. The outcome is `Denied` if the key is limited to projects or to other organizations, or
/// lacks the scope.
pub fn admit_to_account(
    store: &Store,
    credential: &Credential,
    need: Need,
    place: Place,
    arrival: Arrival,
) -> Result<Admission<()>> {
    admit(store, credential, arrival, |db, _, key| {
        let Some(key) = key else { return Ok(()) };
        if need.limits == Limits::Checked {
            check_limits_at(db, key, place)?;
        }
        personal_keys::check_scope(key, need.scope)
    })
}

/// `Denied` if the key is limited to other things than those at `place`. What the key's user cannot see is not checked:
/// the texts of these errors would reveal it, and the use case reports that it does not exist.
fn check_limits_at(db: &Read, key: &PersonalApiKey, place: Place) -> Result<()> {
    if let Some(segment) = place.project {
        let project = visible_project(db, key.user, place.organization, segment)?;
        return project.map_or(Ok(()), |(project, _)| {
            check_limits(key, project.id, project.organization)
        });
    }
    let organization = match place.organization {
        None => current_organization(db, key.user)?,
        Some(segment) => named_organization(db, key.user, segment)?,
    };
    personal_keys::check_account_limits(key, organization)
}

/// Admits a request to the project that it names; `off` are features that are off on this server.
///
/// Errors: as for [`authenticate`]. The outcome is, in this order, `NotFound` for an unknown project, or `WrongCredential` for an
/// unknown token; `Denied` for a key limited to others, for a missing scope, for a user who is not a member of the organization
/// or not at the needed level.
pub fn admit_to_project(
    store: &Store,
    credential: &Credential,
    need: Need,
    named: Named,
    off: Features,
    arrival: Arrival,
) -> Result<Admission<Context>> {
    admit(store, credential, arrival, |db, caller, key| {
        let access = match named {
            Named::Token(token) => {
                let access = projects::access_by_token(db, token, caller.user)?;
                Some(access.ok_or_else(unknown_token)?)
            }
            Named::Segment(segment) => match named_project(db, caller.user, segment)? {
                Some(project) => projects::access(db, project, caller.user)?,
                None => None,
            },
        };
        enter(caller, key, access, need, off)
    })
}

/// Authenticates a request, then runs `check` in the same transaction. Notes the use of a key, at most once an hour.
fn admit<T>(
    store: &Store,
    credential: &Credential,
    arrival: Arrival,
    check: impl FnOnce(&Read, Caller, Option<&PersonalApiKey>) -> Result<T>,
) -> Result<Admission<T>> {
    let Arrival { now, source } = arrival;
    let admission = store.read(|db| {
        let (user, key) = match credential {
            Credential::Key(secret, place) => {
                let key = authenticate_key(db, secret, *place)?;
                (key.user, Some(key))
            }
            Credential::Session(cookie) => (session_user(db, cookie, now)?, None),
        };
        let caller = Caller {
            user,
            key: key.as_ref().map(|key| key.number),
            now,
            source,
        };
        Ok::<_, Error>(Admission {
            caller,
            outcome: check(db, caller, key.as_deref()),
            key,
        })
    })?;
    if let Some(key) = &admission.key
        && is_use_old(key.last_used_at, now)
    {
        store.note(Usage::PersonalApiKey(key.number), now);
    }
    Ok(admission)
}

/// The user of the session with this cookie.
///
/// A session that a key opened is valid as long as that key could open one: it ends when the key is revoked, or changed so
/// that it may no longer do everything.
fn session_user(db: &Read, cookie: &Secret, now: Timestamp) -> Result<UserId> {
    let (user, key) = sessions::find(db, cookie.hash(), now)?.ok_or(Error::NotAuthenticated)?;
    if let Some(number) = key {
        let key = personal_api_keys::find(db, number)?;
        let is_valid = key.is_some_and(|key| may_do_everything(&key));
        return is_valid.then_some(user).ok_or(Error::NotAuthenticated);
    }
    Ok(user)
}

/// Whether `key` may do all that its user may, as a session may.
pub(super) fn may_do_everything(key: &PersonalApiKey) -> bool {
    let is_limited = !key.scoped_teams.is_empty() || !key.scoped_organizations.is_empty();
    !is_limited && key.scopes.iter().any(|scope| scope == "*")
}

/// Whether a use at `now` is worth noting.
fn is_use_old(last: Option<Timestamp>, now: Timestamp) -> bool {
    last.is_none_or(|last| last.plus_seconds(USE_IS_FRESH) < now)
}

/// The context of a request to the project of `access`. With the access control feature every member counts as an admin
/// (`keys-and-auth.md` 2.3).
fn enter(
    caller: Caller,
    key: Option<&PersonalApiKey>,
    access: Option<ProjectAccess>,
    need: Need,
    off: Features,
) -> Result<Context> {
    let access = access.ok_or(Error::NotFound("Project not found."))?;
    if let Some(key) = key {
        check_limits(key, access.project, access.organization)?;
        personal_keys::check_scope(key, need.scope)?;
    }
    let level = access.level.ok_or(Error::Denied(
        "You don't have access to the project.".into(),
    ))?;
    let features = access.features.less(off);
    if level < need.level && !features.has(Feature::AccessControl) {
        return Err(Error::Denied(
            "You don't have sufficient permissions in the project.".into(),
        ));
    }
    Ok(Context {
        user: caller.user,
        key: caller.key,
        project: access.project,
        organization: access.organization,
        features,
        now: caller.now,
        source: caller.source,
    })
}

/// The error for a public token that no project has.
fn unknown_token() -> Error {
    Error::WrongCredential("Incorrect authentication credentials.".into())
}

/// The project that `@current` means for `user`: the one chosen, else the first that the user can see.
pub(super) fn current_project(db: &Read, user: UserId) -> Result<Option<Project>> {
    find_project(db, user, "@current")
}

/// The id of the organization that a path segment names, whether or not it exists; `None` for what is not a UUID.
pub(super) fn named_organization(
    db: &Read,
    user: UserId,
    segment: &str,
) -> Result<Option<OrganizationId>> {
    match segment {
        "@current" => current_organization(db, user),
        uuid => Ok(uuid.parse::<Uuid>().ok().map(OrganizationId)),
    }
}

/// The organization of the user's current project, else the first that the user belongs to.
pub(super) fn current_organization(db: &Read, user: UserId) -> Result<Option<OrganizationId>> {
    match current_project(db, user)? {
        Some(project) => Ok(Some(project.organization)),
        None => Ok(organizations::of_user(db, user)?
            .first()
            .map(|organization| organization.id)),
    }
}

/// The project that a path segment names, if there is one.
fn find_project(db: &Read, user: UserId, segment: &str) -> Result<Option<Project>> {
    match named_project(db, user, segment)? {
        Some(project) => Ok(projects::find(db, project)?),
        None => Ok(None),
    }
}

/// The id of the project that a path segment names, whether or not it exists; `None` for what is no number.
fn named_project(db: &Read, user: UserId, segment: &str) -> Result<Option<ProjectId>> {
    if segment != "@current" {
        return Ok(segment.parse().ok());
    }
    match users::find(db, user)?.and_then(|user| user.current_project) {
        Some(chosen) => Ok(Some(chosen)),
        None => Ok(projects::of_user(db, user)?
            .first()
            .map(|project| project.id)),
    }
}

/// The project that `segment` of a path names, and how much `user` may do there; with `organization`, another segment, one of
/// that organization. `None` if there is no such project or the user cannot see it.
pub(super) fn visible_project(
    db: &Read,
    user: UserId,
    organization: Option<&str>,
    segment: &str,
) -> Result<Option<(Project, Level)>> {
    let Some(project) = find_project(db, user, segment)? else {
        return Ok(None);
    };
    if let Some(segment) = organization
        && named_organization(db, user, segment)? != Some(project.organization)
    {
        return Ok(None);
    }
    let level = users::level(db, project.organization, user)?;
    Ok(level.map(|level| (project, level)))
}

/// `Denied`: a project's key, or a key limited to projects, was used for another project.
fn wrong_project(asked: impl std::fmt::Display) -> Error {
    Error::Denied(
        format!("API key does not have access to the requested project: ID {asked}.").into(),
    )
}

/// `Denied` if `granted` does not allow `scope`.
fn check_granted(granted: &[String], scope: Scope) -> Result<()> {
    if scope.is_allowed_by(granted) {
        return Ok(());
    }
    Err(Error::Denied(
        format!("API key missing required scope '{scope}'").into(),
    ))
}
