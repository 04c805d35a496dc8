//! Project secret API keys: table `project_secret_api_key`.

use rusqlite::{Row, named_params};

use super::{Read, Result, Write, columns, instant::RowKey};
use crate::model::{ProjectId, ProjectSecretApiKey, ProjectSecretApiKeyId, SecretHash, Timestamp};

/// One column list for every query of this file; `from_row` reads it by name.
macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT id, project_id, label, mask, scopes, created_by, created_at, last_used_at, last_rolled_at
             FROM project_secret_api_key ",
            $tail
        )
    };
}

const ONE: &str = select!("WHERE project_id = :project AND id = :id");
const BY_HASH: &str = select!("WHERE secret_hash = :hash");
const PAGE: &str =
    select!("WHERE project_id = :project ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset");
const COUNT: &str = "SELECT count(*) FROM project_secret_api_key WHERE project_id = :project";
const INSERT: &str = "
    INSERT INTO project_secret_api_key (id, project_id, label, secret_hash, mask, scopes, created_by, created_at, last_used_at,
                                        last_rolled_at)
    VALUES (:id, :project, :label, :hash, :mask, :scopes, :created_by, :created_at, :used_at, :rolled_at)";
const UPDATE: &str = "
    UPDATE project_secret_api_key SET label = :label, scopes = :scopes WHERE project_id = :project AND id = :id";
const UPDATE_SECRET: &str = "
    UPDATE project_secret_api_key SET secret_hash = :hash, mask = :mask, last_rolled_at = :rolled, is_weak = 0
     WHERE project_id = :project AND id = :id";
const TOUCH: &str = "UPDATE project_secret_api_key SET last_used_at = :now WHERE project_id = :project AND id = :id";
const DELETE: &str = "DELETE FROM project_secret_api_key WHERE project_id = :project AND id = :id";

/// The most scopes of a key that is remembered: there are fewer, but a key may have one several times.
const MOST_SCOPES: usize = 200;

impl RowKey for (ProjectId, ProjectSecretApiKeyId) {
    type Row = ProjectSecretApiKey;

    fn is_small(&self, key: &ProjectSecretApiKey) -> bool {
        key.scopes.len() <= MOST_SCOPES
    }
}

/// Finds the key `id` of `project`.
pub fn find(
    db: &Read,
    project: ProjectId,
    id: &ProjectSecretApiKeyId,
) -> Result<Option<ProjectSecretApiKey>> {
    db.remembered((project, id.clone()), || {
        let params = named_params! { ":project": project, ":id": id };
        db.one(ONE, params, from_row)
    })
}

/// Finds the key whose secret has this hash, with its project.
pub fn find_by_hash(
    db: &Read,
    hash: SecretHash,
) -> Result<Option<(ProjectId, ProjectSecretApiKey)>> {
    db.one(BY_HASH, named_params! { ":hash": hash }, |row| {
        Ok((row.get("project_id")?, from_row(row)?))
    })
}

/// Stores `now` as the last use of the key `id` of `project`.
pub fn touch(
    db: &Write,
    project: ProjectId,
    id: &ProjectSecretApiKeyId,
    now: Timestamp,
) -> Result<()> {
    let params = named_params! { ":project": project, ":id": id, ":now": now };
    db.run(TOUCH, params)?;
    Ok(())
}

/// Returns at most `limit` keys of `project` after the first `offset`, newest first.
pub fn page(
    db: &Read,
    project: ProjectId,
    limit: i64,
    offset: i64,
) -> Result<Vec<ProjectSecretApiKey>> {
    db.all(
        PAGE,
        named_params! { ":project": project, ":limit": limit, ":offset": offset },
        from_row,
    )
}

/// Counts the keys of `project`.
pub fn count(db: &Read, project: ProjectId) -> Result<i64> {
    db.count(COUNT, named_params! { ":project": project })
}

/// Inserts `key`. Errors: `Taken` if another key of the project has its label, or any other key its secret.
pub fn insert(
    db: &Write,
    project: ProjectId,
    key: &ProjectSecretApiKey,
    hash: SecretHash,
) -> Result<()> {
    let params = named_params! {
        ":id": key.id, ":project": project, ":label": key.label, ":hash": hash, ":mask": key.mask,
        ":scopes": columns::to_json(&key.scopes), ":created_by": key.created_by, ":created_at": key.created_at,
        ":used_at": key.last_used_at, ":rolled_at": key.last_rolled_at,
    };
    db.run(INSERT, params)?;
    Ok(())
}

/// Stores the label and the scopes of `key`. Errors: `Taken` if another key of the project has the label.
pub fn update(db: &Write, project: ProjectId, key: &ProjectSecretApiKey) -> Result<()> {
    let params = named_params! {
        ":project": project, ":id": key.id, ":label": key.label, ":scopes": columns::to_json(&key.scopes),
    };
    db.run(UPDATE, params)?;
    Ok(())
}

/// Stores the hash of a new secret of `key`, its mask and when it was rolled.
pub fn update_secret(
    db: &Write,
    project: ProjectId,
    key: &ProjectSecretApiKey,
    hash: SecretHash,
) -> Result<()> {
    let params = named_params! {
        ":project": project, ":id": key.id, ":hash": hash, ":mask": key.mask, ":rolled": key.last_rolled_at,
    };
    db.run(UPDATE_SECRET, params)?;
    Ok(())
}

/// Deletes the key `id` of `project`.
pub fn delete(db: &Write, project: ProjectId, id: &ProjectSecretApiKeyId) -> Result<()> {
    db.run(DELETE, named_params! { ":project": project, ":id": id })?;
    Ok(())
}

fn from_row(row: &Row) -> rusqlite::Result<ProjectSecretApiKey> {
    Ok(ProjectSecretApiKey {
        id: row.get("id")?,
        label: row.get("label")?,
        mask: row.get("mask")?,
        scopes: columns::json(row, "scopes")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
        last_rolled_at: row.get("last_rolled_at")?,
    })
}
