//! Shares as strangers come to them: by token, whatever the project. Tables `sharing_configuration`, `share_password`
//! and `setting`.

use rusqlite::{Row, named_params};

use super::{Read, Result, StoreError, Write};
use crate::model::*;

const BY_TOKEN: &str = "
    SELECT number, project_id, parent, parent_id, access_token, created_at, settings, password_required
      FROM sharing_configuration
     WHERE access_token = :token AND enabled = 1 AND (expires_at IS NULL OR expires_at > :now)";
const LOCKS: &str = "
    SELECT id, password_hash, note FROM share_password
     WHERE configuration = :configuration AND is_active = 1 ORDER BY created_at DESC, id DESC";
const NOTE_VIEWS: &str = "
    UPDATE sharing_configuration SET last_viewed_at = :now, views = views + :times WHERE number = :number";
const SIGNING_KEY: &str = "SELECT value FROM setting WHERE name = 'signing_key'";

/// A share as its row has it; the project's organization says the rest.
pub struct StoredShare {
    /// Its place in the database.
    pub number: SharingConfigurationNumber,
    /// The project of the shared thing.
    pub project: ProjectId,
    /// The kind of the shared thing.
    pub kind: ParentKind,
    /// Its id.
    pub parent: String,
    /// The token.
    pub access_token: AccessToken,
    /// When it was first stored, or its token last replaced.
    pub created_at: Timestamp,
    /// How the page looks, if that was ever said.
    pub settings: Option<SharingSettings>,
    /// Whether a password is asked for.
    pub password_required: bool,
}

/// The share that `token` opens at `now`: one that is on and has not expired.
pub fn find(db: &Read, token: &AccessToken, now: Timestamp) -> Result<Option<StoredShare>> {
    db.one(
        BY_TOKEN,
        named_params! { ":token": token, ":now": now },
        from_row,
    )
}

/// The active passwords of a share, newest first.
pub fn locks(db: &Read, share: SharingConfigurationNumber) -> Result<Vec<ShareLock>> {
    db.all(LOCKS, named_params! { ":configuration": share }, |row| {
        Ok(ShareLock {
            id: row.get("id")?,
            hash: row.get("password_hash")?,
            note: row.get("note")?,
        })
    })
}

/// Counts views of a share, the last of them at `now`.
pub fn note_views(
    db: &Write,
    share: SharingConfigurationNumber,
    times: i64,
    now: Timestamp,
) -> Result<()> {
    let params = named_params! { ":number": share, ":times": times, ":now": now };
    db.run(NOTE_VIEWS, params)?;
    Ok(())
}

/// The key that sessions are signed with; made with the database. `Unusable` when somebody has taken it out.
pub fn signing_key(db: &Read) -> Result<Secret> {
    let key: Option<String> = db.one(SIGNING_KEY, [], |row| row.get("value"))?;
    let missing = || StoreError::Unusable("the database has lost its signing key".into());
    key.map(Secret::new).ok_or_else(missing)
}

fn from_row(row: &Row) -> rusqlite::Result<StoredShare> {
    Ok(StoredShare {
        number: row.get("number")?,
        project: row.get("project_id")?,
        kind: row.get("parent")?,
        parent: row.get("parent_id")?,
        access_token: row.get("access_token")?,
        created_at: row.get("created_at")?,
        settings: row.get("settings")?,
        password_required: row.get("password_required")?,
    })
}
