//! Personal API keys: table `personal_api_key`.

use std::sync::Arc;

use rusqlite::{Row, ToSql, named_params};

use super::{
    Read, Result, Write,
    columns::{self, Columns},
    instant::RowKey,
};
use crate::model::{
    OrganizationId, PersonalApiKey, PersonalApiKeyNumber, ProjectId, SecretHash, Timestamp, UserId,
};

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT number, id, user_id, label, mask, scopes, scoped_teams, scoped_organizations, created_at, last_used_at,
                    last_rolled_at FROM personal_api_key ",
            $tail
        )
    };
}

const BY_HASH: &str = select!(
    "WHERE secret_hash = :hash AND EXISTS (SELECT 1 FROM user WHERE id = user_id AND is_active = 1)"
);
const BY_NUMBER: &str = select!("WHERE number = :number");
const BY_ID: &str = select!("WHERE id = :id");
const ALL: &str = select!("ORDER BY number");
const OF_USER: &str = select!("WHERE user_id = :user ORDER BY number DESC");
const INSERT: &str = "
    INSERT INTO personal_api_key (id, user_id, label, secret_hash, mask, scopes, scoped_teams, scoped_organizations,
                                  created_at, last_used_at, last_rolled_at)
    VALUES (:id, :user, :label, :hash, :mask, :scopes, :teams, :organizations, :created_at, :used_at, :rolled_at)";
const REPLACE: &str = "
    UPDATE personal_api_key
       SET user_id = :user, label = :label, secret_hash = :hash, mask = :mask, scopes = :scopes, scoped_teams = :teams,
           scoped_organizations = :organizations, created_at = :created_at, last_used_at = :used_at,
           last_rolled_at = :rolled_at, is_weak = 0
     WHERE id = :id";
const TOUCH: &str = "UPDATE personal_api_key SET last_used_at = :now WHERE number = :number";
const UPDATE: &str = "
    UPDATE personal_api_key SET label = :label, scopes = :scopes, scoped_teams = :teams,
           scoped_organizations = :organizations
     WHERE number = :number";
const UPDATE_SECRET: &str = "
    UPDATE personal_api_key SET secret_hash = :hash, mask = :mask, last_rolled_at = :rolled_at, is_weak = 0
     WHERE number = :number";
const DELETE: &str = "DELETE FROM personal_api_key WHERE id = :id";

/// The most scopes and limits of a key that is remembered.
const MOST_LISTED: usize = 500;

impl RowKey for SecretHash {
    type Row = Arc<PersonalApiKey>;

    fn is_small(&self, key: &Arc<PersonalApiKey>) -> bool {
        let limits = key.scoped_teams.len() + key.scoped_organizations.len();
        key.scopes.len() + limits <= MOST_LISTED
    }
}

/// Finds the key whose secret has this hash, if its user is active.
pub fn find_by_hash(db: &Read, hash: SecretHash) -> Result<Option<Arc<PersonalApiKey>>> {
    db.remembered(hash, || {
        let found = db.one(BY_HASH, named_params! { ":hash": hash }, from_row)?;
        Ok(found.map(Arc::new))
    })
}

pub fn find(db: &Read, number: PersonalApiKeyNumber) -> Result<Option<PersonalApiKey>> {
    db.one(BY_NUMBER, named_params! { ":number": number }, from_row)
}

/// Finds the key that clients know as `id`.
pub fn find_by_id(db: &Read, id: &str) -> Result<Option<PersonalApiKey>> {
    db.one(BY_ID, named_params! { ":id": id }, from_row)
}

/// Returns every key of the installation, oldest first.
pub fn all(db: &Read) -> Result<Vec<PersonalApiKey>> {
    db.all(ALL, [], from_row)
}

/// Returns the keys of `user`, newest first.
pub fn of_user(db: &Read, user: UserId) -> Result<Vec<PersonalApiKey>> {
    db.all(OF_USER, named_params! { ":user": user }, from_row)
}

/// Inserts `key` and returns the number that SQLite assigns. Errors: `Taken` if another key has its id or secret.
pub fn insert(db: &Write, key: &PersonalApiKey, hash: SecretHash) -> Result<PersonalApiKeyNumber> {
    with_columns(key, hash, |params| db.insert(INSERT, params)).map(PersonalApiKeyNumber)
}

/// Stores all of `key`, which exists by its id. Errors: `Taken` if another key has the secret.
pub fn replace(db: &Write, key: &PersonalApiKey, hash: SecretHash) -> Result<()> {
    with_columns(key, hash, |params| db.run(REPLACE, params))?;
    Ok(())
}

fn with_columns<T>(
    key: &PersonalApiKey,
    hash: SecretHash,
    run: impl FnOnce(&[(&str, &dyn ToSql)]) -> T,
) -> T {
    run(named_params! {
        ":id": key.id, ":user": key.user, ":label": key.label, ":hash": hash, ":mask": key.mask,
        ":scopes": columns::to_json(&key.scopes), ":teams": columns::to_json(&key.scoped_teams),
        ":organizations": columns::to_json(&key.scoped_organizations), ":created_at": key.created_at,
        ":used_at": key.last_used_at, ":rolled_at": key.last_rolled_at,
    })
}

/// Stores `now` as the last use of the key.
pub fn touch(db: &Write, number: PersonalApiKeyNumber, now: Timestamp) -> Result<()> {
    db.run(TOUCH, named_params! { ":number": number, ":now": now })?;
    Ok(())
}

/// Stores the label, scopes and limits of `key`.
pub fn update(db: &Write, key: &PersonalApiKey) -> Result<()> {
    let params = named_params! {
        ":number": key.number, ":label": key.label, ":scopes": columns::to_json(&key.scopes),
        ":teams": columns::to_json(&key.scoped_teams),
        ":organizations": columns::to_json(&key.scoped_organizations),
    };
    db.run(UPDATE, params)?;
    Ok(())
}

/// Stores the hash of a new secret of `key`, its mask and when it was rolled. Errors: `Taken` if another key has the secret.
pub fn update_secret(db: &Write, key: &PersonalApiKey, hash: SecretHash) -> Result<()> {
    let params = named_params! {
        ":number": key.number, ":hash": hash, ":mask": key.mask, ":rolled_at": key.last_rolled_at,
    };
    db.run(UPDATE_SECRET, params)?;
    Ok(())
}

/// Deletes the key that clients know as `id`. Returns false if there is no such key.
pub fn delete(db: &Write, id: &str) -> Result<bool> {
    Ok(db.run(DELETE, named_params! { ":id": id })? > 0)
}

fn from_row(row: &Row) -> rusqlite::Result<PersonalApiKey> {
    let mut columns = Columns::of(row);
    let ids = |ids: Vec<i64>| ids.into_iter().map(ProjectId).collect();
    let uuids = |uuids: Vec<uuid::Uuid>| uuids.into_iter().map(OrganizationId).collect();
    Ok(PersonalApiKey {
        number: columns.next()?,
        id: columns.next()?,
        user: columns.next()?,
        label: columns.next()?,
        mask: columns.next()?,
        scopes: columns.json()?,
        scoped_teams: ids(columns.json()?),
        scoped_organizations: uuids(columns.json()?),
        created_at: columns.next()?,
        last_used_at: columns.next()?,
        last_rolled_at: columns.next()?,
    })
}
