//! What project secret keys open (`keys-and-auth.md` 3).

use super::USE_IS_FRESH;
use crate::{
    domain::{Error, Result},
    model::*,
    store::{Read, Store, Usage, project_secret_api_keys as table},
};

/// The key that `secret` is, with its project; `None` when it is no project's.
pub fn find(db: &Read, secret: &Secret) -> Result<Option<(ProjectId, ProjectSecretApiKey)>> {
    Ok(table::find_by_hash(db, secret.hash())?)
}

/// `Denied` when the key's project is not the one `asked` about.
pub fn check_project(own: ProjectId, asked: ProjectId) -> Result<()> {
    if own == asked {
        return Ok(());
    }
    Err(Error::Denied(
        format!("API key does not have access to the requested project: ID {asked}.").into(),
    ))
}

/// `Denied` when the key lacks `scope`.
pub fn check_scope(key: &ProjectSecretApiKey, scope: Scope) -> Result<()> {
    if scope.is_allowed_by(&key.scopes) {
        return Ok(());
    }
    Err(Error::Denied(
        format!("API key missing required scope '{scope}'").into(),
    ))
}

/// Whether the key's use is to be written down: it was not in the last hour.
pub fn is_use_news(key: &ProjectSecretApiKey, now: Timestamp) -> bool {
    let last = key.last_used_at;
    last.is_none_or(|last| last.plus_seconds(USE_IS_FRESH) < now)
}

/// Notes that the key was used.
pub fn note_use(store: &Store, project: ProjectId, key: &ProjectSecretApiKeyId, now: Timestamp) {
    store.note(Usage::ProjectSecretApiKey(project, key.clone()), now);
}
