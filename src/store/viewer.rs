//! Shares as anonymous visitors open them: by token, in any project. Tables `sharing_configuration`, `share_password` and
//! `setting`.

use rusqlite::{Row, named_params};

use super::{Read, Result, StoreError, Write};
use crate::model::{
    AccessToken, ParentKind, ProjectId, Secret, ShareLock, SharingConfigurationNumber,
    SharingSettings, Timestamp, VIEW_DAYS,
};

const BY_TOKEN: &str = "
    SELECT number, project_id, parent, parent_id, access_token, created_at, settings, password_required
      FROM sharing_configuration
     WHERE access_token = :token AND enabled = 1 AND (expires_at IS NULL OR expires_at > :now)
       AND (ends_at IS NULL OR ends_at > :now)";
const LOCKS: &str = "
    SELECT id, password_hash, note FROM share_password
     WHERE configuration = :configuration AND is_active = 1 ORDER BY created_at DESC, id DESC";
const NOTE_VIEWS: &str = "
    UPDATE sharing_configuration SET last_viewed_at = :now, views = views + :times WHERE number = :number";
const NOTE_DAY: &str = "
    INSERT INTO share_view (configuration, day, views)
    SELECT number, :day, :times FROM sharing_configuration WHERE number = :number AND expires_at IS NULL
    ON CONFLICT DO UPDATE SET views = views + excluded.views";
/// A day ahead is kept: of two views around midnight the later may be noted first.
const DROP_DAYS: &str = "
    DELETE FROM share_view WHERE configuration = :number AND NOT day BETWEEN :first AND :day + 1";
const SIGNING_KEY: &str = "SELECT value FROM setting WHERE name = 'signing_key'";

/// A share as it is stored; the organization of its project determines whether it is public.
pub struct StoredShare {
    pub number: SharingConfigurationNumber,
    /// The project of the shared object.
    pub project: ProjectId,
    /// The kind of the shared object.
    pub kind: ParentKind,
    /// The id of the shared object.
    pub parent: String,
    pub access_token: AccessToken,
    /// When it was first stored, or its token last refreshed.
    pub created_at: Timestamp,
    /// The settings of the page, if they were ever set.
    pub settings: Option<SharingSettings>,
    /// Whether the page asks for one of the passwords.
    pub password_required: bool,
}

/// The share with this token, if it is enabled and has neither expired nor ended at `now`.
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

/// Counts views of a share, the last of them at `now`, in all and, while its token is current, by day.
pub fn note_views(
    db: &Write,
    share: SharingConfigurationNumber,
    times: i64,
    now: Timestamp,
) -> Result<()> {
    let params = named_params! { ":number": share, ":times": times, ":now": now };
    db.run(NOTE_VIEWS, params)?;
    let day = now.day();
    let params = named_params! { ":number": share, ":times": times, ":day": day };
    db.run(NOTE_DAY, params)?;
    let first = day - (VIEW_DAYS - 1);
    let params = named_params! { ":number": share, ":first": first, ":day": day };
    db.run(DROP_DAYS, params)?;
    Ok(())
}

/// The key that signs sessions, which is created with the database. Errors: `Unusable` if it is missing.
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
