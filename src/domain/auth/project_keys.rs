//! What project secret API keys give access to (`keys-and-auth.md` 3).

use super::{KeyPlace, check_granted, is_use_old, personal_keys, wrong_project};
use crate::{
    domain::{Error, Result},
    model::{ProjectId, Scope, Secret, Timestamp},
    store::{Store, Usage, project_secret_api_keys, projects},
};

/// Which of the service's programs a path belongs to: they refuse keys in different words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Service {
    Api,
    /// The one that evaluates feature flags.
    Flags,
}

/// Admits a request with the project secret key `secret` to its own project; `token` is the public token of the project
/// that the request names, if it names one.
///
/// Errors: `WrongCredential` if there is no such key or no such project; `Denied` if the project is another one, or the key
/// lacks `scope`.
pub fn admit_project_key(
    store: &Store,
    secret: &Secret,
    scope: Scope,
    token: Option<&str>,
    service: Service,
    now: Timestamp,
) -> Result<ProjectId> {
    let unknown = || match service {
        Service::Flags => Error::WrongCredential("Secret API token is invalid.".into()),
        Service::Api => personal_keys::unknown(KeyPlace::Header),
    };
    let (project, key) = store.read(|db| {
        let found = project_secret_api_keys::find_by_hash(db, secret.hash())?;
        let (project, key) = found.ok_or_else(unknown)?;
        if let Some(token) = token {
            let named = projects::find_by_token(db, token)?.ok_or_else(unknown)?;
            match service {
                _ if named.id == project => {}
                Service::Flags => return Err(unknown()),
                Service::Api => return Err(wrong_project(named.id)),
            }
        }
        check_granted(&key.scopes, scope)?;
        Ok((project, key))
    })?;
    if is_use_old(key.last_used_at, now) {
        store.note(Usage::ProjectSecretApiKey(project, key.id), now);
    }
    Ok(project)
}
