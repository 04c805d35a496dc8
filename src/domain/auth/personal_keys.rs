//! What personal API keys give access to (`keys-and-auth.md` 4 and 5).

use std::sync::Arc;

use super::{KeyPlace, check_granted, wrong_project};
use crate::{
    domain::{Error, Result},
    model::{OrganizationId, PersonalApiKey, ProjectId, Scope, Secret},
    store::{Read, personal_api_keys},
};

/// The key with this secret, of an active user.
///
/// Errors: `WrongCredential` if there is no such key; other kinds of keys are not personal keys either.
pub fn authenticate_key(
    db: &Read,
    secret: &Secret,
    place: KeyPlace,
) -> Result<Arc<PersonalApiKey>> {
    if place == KeyPlace::Header && secret.expose().starts_with("pha_") {
        return Err(Error::WrongCredential("Invalid access token.".into()));
    }
    personal_api_keys::find_by_hash(db, secret.hash())?.ok_or_else(|| unknown(place))
}

/// The refusal of a key that does not exist.
pub fn unknown(place: KeyPlace) -> Error {
    let place = match place {
        KeyPlace::Header => "Authorization header",
        KeyPlace::Body => "body",
        KeyPlace::Query => "query string",
    };
    Error::WrongCredential(format!("Personal API key found in request {place} is invalid.").into())
}

/// The refusal of an action that no key may do.
pub fn closed() -> Error {
    Error::Denied("This action does not support personal API key access".into())
}

/// `Denied` if the key lacks `scope`.
pub fn check_scope(key: &PersonalApiKey, scope: Option<Scope>) -> Result<()> {
    scope.map_or(Ok(()), |scope| check_granted(&key.scopes, scope))
}

/// `Denied` if the key is limited to other projects than `project`, or to other organizations than that of it.
pub fn check_limits(
    key: &PersonalApiKey,
    project: ProjectId,
    organization: OrganizationId,
) -> Result<()> {
    if !key.scoped_teams.is_empty() && !key.scoped_teams.contains(&project) {
        return Err(wrong_project(project));
    }
    check_organization_limit(key, organization)
}

/// `Denied` on a path outside projects if the key is limited to projects, or to other organizations than `organization`.
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

/// Whether the caller uses no key, or one that is not limited to other organizations than `organization`.
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
