//! Who is at the admin page: table `session`.

use rusqlite::named_params;

use super::{Read, Result, Write};
use crate::model::*;

const FIND: &str = "
    SELECT session.user_id, session.key FROM session JOIN user ON user.id = session.user_id
     WHERE hash = :hash AND expires_at > :now AND user.is_active = 1";
const BEGUN: &str = "SELECT created_at FROM session WHERE hash = :hash";
const INSERT: &str = "
    INSERT INTO session (hash, user_id, key, created_at, expires_at) VALUES (:hash, :user, :key, :now, :expires_at)";
const DELETE: &str = "DELETE FROM session WHERE hash = :hash";
const DELETE_OPENED_BY: &str = "DELETE FROM session WHERE key = :key";
const DELETE_EXPIRED: &str = "DELETE FROM session WHERE expires_at <= :now";

/// The active user whose session's cookie has this hash, and the key that opened it; `None` when it is over at `now`.
pub fn find(
    db: &Read,
    hash: SecretHash,
    now: Timestamp,
) -> Result<Option<(UserId, Option<PersonalApiKeyNumber>)>> {
    db.one(FIND, named_params! { ":hash": hash, ":now": now }, |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// When the session whose cookie has this hash was opened.
pub fn begun(db: &Read, hash: SecretHash) -> Result<Option<Timestamp>> {
    db.one(BEGUN, named_params! { ":hash": hash }, |row| row.get(0))
}

/// Adds a session of `user`'s, opened by `key` if one did.
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

/// Removes the session whose cookie has this hash.
pub fn delete(db: &Write, hash: SecretHash) -> Result<()> {
    db.run(DELETE, named_params! { ":hash": hash })?;
    Ok(())
}

/// Removes the sessions that `key` opened.
pub fn delete_opened_by(db: &Write, key: PersonalApiKeyNumber) -> Result<()> {
    db.run(DELETE_OPENED_BY, named_params! { ":key": key })?;
    Ok(())
}

/// Removes the sessions that are over at `now`.
pub fn delete_expired(db: &Write, now: Timestamp) -> Result<()> {
    db.run(DELETE_EXPIRED, named_params! { ":now": now })?;
    Ok(())
}
