//! What project secret API keys give access to (`keys-and-auth.md` 3).

use super::{
    KeyPlace, Named, check_granted, is_use_old, personal_keys, unknown_token, wrong_project,
};
use crate::{
    domain::{Error, Result},
    model::{ProjectId, ProjectSecretApiKeyId, Scope, Secret, Timestamp},
    store::{Store, Usage, project_secret_api_keys, projects},
};

/// Which of the service's programs a path belongs to: they refuse keys in different words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Service {
    Api,
    /// The one that evaluates feature flags.
    Flags,
}

/// Admits a request with the project secret key `secret` to its own project, which is what `@current` means. Returns the project
/// and the key.
///
/// Errors: `WrongCredential` if there is no such key or no project with the token named; `NotFound` if there is no project with
/// the number named; `Denied` if the project is another one, or the key lacks `scope`.
pub fn admit_project_key(
    store: &Store,
    secret: &Secret,
    scope: Scope,
    named: Named,
    service: Service,
    now: Timestamp,
) -> Result<(ProjectId, ProjectSecretApiKeyId)> {
    let (project, key) = store.read(|db| {
        let found = project_secret_api_keys::find_by_hash(db, secret.hash())?;
        let (project, key) = found.ok_or_else(|| unknown(service))?;
        let asked = match named {
            Named::Segment("@current") => project,
            Named::Token(token) => {
                let asked = projects::find_by_token(db, token)?;
                let unknown = || match service {
                    Service::Flags => unknown(service),
                    Service::Api => unknown_token(),
                };
                asked.ok_or_else(unknown)?.id
            }
            Named::Segment(number) => {
                let asked = number.parse().map(|id| projects::find(db, id));
                let asked = asked.unwrap_or(Ok(None))?;
                asked.ok_or(Error::NotFound("Project not found."))?.id
            }
        };
        match service {
            _ if asked == project => {}
            Service::Flags => return Err(unknown(service)),
            Service::Api => return Err(wrong_project(asked)),
        }
        check_granted(&key.scopes, scope)?;
        Ok((project, key))
    })?;
    if is_use_old(key.last_used_at, now) {
        store.note(Usage::ProjectSecretApiKey(project, key.id.clone()), now);
    }
    Ok((project, key.id))
}

/// Refuses a method that a path for project secret keys lacks; the program for flags looks at the method only.
///
/// Errors: `WrongCredential` if there is no key with this secret; `Denied` if the API is asked.
pub fn refuse_action(store: &Store, secret: &Secret, service: Service) -> Result<()> {
    let found = store.read(|db| project_secret_api_keys::find_by_hash(db, secret.hash()))?;
    match service {
        _ if found.is_none() => Err(unknown(service)),
        Service::Api => {
            let detail = "This action does not support project secret API key access";
            Err(Error::Denied(detail.into()))
        }
        Service::Flags => Ok(()),
    }
}

fn unknown(service: Service) -> Error {
    match service {
        Service::Flags => Error::WrongCredential("Secret API token is invalid.".into()),
        Service::Api => personal_keys::unknown(KeyPlace::Header),
    }
}
