//! Marks on keys that are too short, which only seed files can create.

use rusqlite::named_params;

use super::{Read, Result, Write};
use crate::model::SecretHash;

const WEAK_PERSONAL_KEY: &str = "UPDATE personal_api_key SET is_weak = 1 WHERE secret_hash = :hash";
const WEAK_PROJECT_KEY: &str =
    "UPDATE project_secret_api_key SET is_weak = 1 WHERE secret_hash = :hash";
const WEAK_KEYS: &str = "
    SELECT (SELECT count(*) FROM personal_api_key WHERE is_weak)
         + (SELECT count(*) FROM project_secret_api_key WHERE is_weak)";

/// Marks the key with this hash, personal or of a project, as too short to be safe.
pub fn mark_weak(db: &Write, hash: SecretHash) -> Result<()> {
    db.run(WEAK_PERSONAL_KEY, named_params! { ":hash": hash })?;
    db.run(WEAK_PROJECT_KEY, named_params! { ":hash": hash })?;
    Ok(())
}

/// The number of keys that are too short to be safe.
pub fn count_weak(db: &Read) -> Result<i64> {
    db.count(WEAK_KEYS, [])
}
