//! Sessions of the admin page: table `session`.

use rusqlite::named_params;

use super::{Read, Result, Write};
use crate::model::{PersonalApiKeyNumber, SecretHash, Timestamp, UserId};

const FIND: &str = "
    SELECT session.user_id, session.key FROM session JOIN user ON user.id = session.user_id
     WHERE hash = :hash AND expires_at > :now AND user.is_active = 1";
const OPENED_AT: &str = "SELECT created_at FROM session WHERE hash = :hash";
const INSERT: &str = "
    INSERT INTO session (hash, user_id, key, created_at, expires_at) VALUES (:hash, :user, :key, :now, :expires_at)";
const DELETE: &str = "DELETE FROM session WHERE hash = :hash";
const DELETE_OPENED_BY: &str = "DELETE FROM session WHERE key = :key";
const DELETE_EXPIRED: &str = "DELETE FROM session WHERE expires_at <= :now";

/// The user of the session with this hash, and the key that opened it; `None` if it has expired or the user is not active.
pub fn find(
    db: &Read,
    hash: SecretHash,
    now: Timestamp,
) -> Result<Option<(UserId, Option<PersonalApiKeyNumber>)>> {
    db.one(FIND, named_params! { ":hash": hash, ":now": now }, |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// When the session with this hash was opened.
pub fn opened_at(db: &Read, hash: SecretHash) -> Result<Option<Timestamp>> {
    db.one(OPENED_AT, named_params! { ":hash": hash }, |row| row.get(0))
}

/// Adds a session of `user`, opened by `key` if there is one.
pub fn insert(
    db: &Write,
    hash: SecretHash,
    user: UserId,
    key: Option<PersonalApiKeyNumber>,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let params = named_params! {
        ":hash": hash, ":user": user, ":key": key, ":now": now, ":expires_at": expires_at,
    };
    db.run(INSERT, params)?;
    Ok(())
}

/// Deletes the session with this hash.
pub fn delete(db: &Write, hash: SecretHash) -> Result<()> {
    db.run(DELETE, named_params! { ":hash": hash })?;
    Ok(())
}

/// Deletes the sessions that `key` opened.
pub fn delete_opened_by(db: &Write, key: PersonalApiKeyNumber) -> Result<()> {
    db.run(DELETE_OPENED_BY, named_params! { ":key": key })?;
    Ok(())
}

/// Deletes the sessions that have expired at `now`.
pub fn delete_expired(db: &Write, now: Timestamp) -> Result<()> {
    db.run(DELETE_EXPIRED, named_params! { ":now": now })?;
    Ok(())
}
