//! Sharing configurations: tables `sharing_configuration` and `share_password`. The current configuration of a parent is the
//! one without `expires_at`.

use rusqlite::{Row, named_params};

use super::{Read, Result, Write, instant::RowKey};
use crate::model::{
    AccessToken, Parent, ParentKind, PasswordHash, ProjectId, SharePassword, SharePasswordId,
    SharingConfiguration, SharingConfigurationNumber, StoredSharing, Timestamp, UserId,
};

const CURRENT: &str = "
    SELECT number, created_at, enabled, access_token, settings, password_required, ends_at FROM sharing_configuration
     WHERE project_id = :project AND parent = :parent AND parent_id = :id AND expires_at IS NULL";
const INSERT: &str = "
    INSERT INTO sharing_configuration
           (project_id, parent, parent_id, access_token, enabled, settings, password_required, created_at, ends_at)
    VALUES (:project, :parent, :id, :token, :enabled, :settings, :password_required, :now, :ends_at)";
const UPDATE: &str = "
    UPDATE sharing_configuration SET enabled = :enabled, settings = :settings, password_required = :password_required
     WHERE project_id = :project AND number = :number";
const RETIRE: &str = "
    UPDATE sharing_configuration SET expires_at = :until WHERE project_id = :project AND number = :number";
const FORGET_DAYS: &str = "DELETE FROM share_view WHERE configuration = :number";
const SUCCEED: &str = "
    INSERT INTO sharing_configuration
           (project_id, parent, parent_id, access_token, enabled, settings, password_required, created_at, ends_at)
    SELECT project_id, parent, parent_id, :token, enabled, settings, password_required, :now, ends_at
      FROM sharing_configuration WHERE project_id = :project AND number = :number";
const END: &str = "
    UPDATE sharing_configuration SET ends_at = :at
     WHERE project_id = :project AND parent = :parent AND parent_id = :id";
const END_GRACE: &str = "
    UPDATE sharing_configuration SET expires_at = :now
     WHERE project_id = :project AND parent = :parent AND parent_id = :id AND expires_at > :now";
const SET_DAY: &str = "
    INSERT INTO share_view (configuration, day, views)
    SELECT number, unixepoch(:date) / 86400, :views FROM sharing_configuration
     WHERE project_id = :project AND number = :number AND unixepoch(:date) IS NOT NULL";
const SET_VIEWS: &str = "
    UPDATE sharing_configuration SET last_viewed_at = :last, views = :views WHERE project_id = :project AND number = :number";

const PASSWORDS: &str = "
    SELECT share_password.id, share_password.created_at, note, user.email FROM share_password
      LEFT JOIN user ON user.id = share_password.created_by
     WHERE configuration = :configuration AND share_password.is_active = 1
     ORDER BY share_password.created_at DESC, share_password.id DESC";
const INSERT_PASSWORD: &str = "
    INSERT INTO share_password (id, configuration, password_hash, note, created_at, created_by)
    VALUES (:id, :configuration, :hash, :note, :now, :user)";
const COPY_PASSWORDS: &str = "
    INSERT INTO share_password (configuration, password_hash, note, created_at, created_by)
    SELECT :to, password_hash, note, :now, created_by FROM share_password
     WHERE configuration = :from AND is_active = 1 ORDER BY created_at, id";
const DEACTIVATE_PASSWORD: &str = "
    UPDATE share_password SET is_active = 0 WHERE configuration = :configuration AND id = :id AND is_active = 1
    RETURNING password_hash";
const DEACTIVATE_COPIES: &str = "
    UPDATE share_password SET is_active = 0
     WHERE is_active = 1 AND password_hash = :hash
       AND configuration IN (SELECT number FROM sharing_configuration
                              WHERE project_id = :project AND parent = :parent AND parent_id = :id)";

impl RowKey for (ProjectId, ParentKind, String) {
    type Row = SharingConfiguration;
}

/// The current configuration of `parent`; `None` if none was ever stored.
pub fn find(
    db: &Read,
    project: ProjectId,
    parent: &Parent,
) -> Result<Option<SharingConfiguration>> {
    db.remembered((project, parent.kind, parent.id.clone()), || {
        let params =
            named_params! { ":project": project, ":parent": parent.kind, ":id": parent.id };
        let Some((stored, found)) = db.one(CURRENT, params, from_row)? else {
            return Ok(None);
        };
        let params = named_params! { ":configuration": stored.number };
        Ok(Some(SharingConfiguration {
            share_passwords: db.all(PASSWORDS, params, password_from_row)?,
            ..found
        }))
    })
}

/// Stores `configuration`, without its passwords, as the first of `parent`. Returns its number.
///
/// Errors: `Taken` if the parent has one or the token is in use.
pub fn insert(
    db: &Write,
    project: ProjectId,
    parent: &Parent,
    configuration: &SharingConfiguration,
    now: Timestamp,
) -> Result<SharingConfigurationNumber> {
    let params = named_params! {
        ":project": project, ":parent": parent.kind, ":id": parent.id, ":token": configuration.access_token,
        ":enabled": configuration.enabled, ":settings": configuration.settings,
        ":password_required": configuration.password_required, ":now": now,
        ":ends_at": configuration.ends_at,
    };
    db.insert(INSERT, params).map(SharingConfigurationNumber)
}

/// Stores the fields of configuration `number` that clients may change.
pub fn update(
    db: &Write,
    project: ProjectId,
    number: SharingConfigurationNumber,
    configuration: &SharingConfiguration,
) -> Result<()> {
    let params = named_params! {
        ":project": project, ":number": number, ":enabled": configuration.enabled,
        ":settings": configuration.settings, ":password_required": configuration.password_required,
    };
    db.run(UPDATE, params)?;
    Ok(())
}

/// Makes configuration `number` expire at `until`. How often it was opened on single days is no longer kept.
pub fn retire(
    db: &Write,
    project: ProjectId,
    number: SharingConfigurationNumber,
    until: Timestamp,
) -> Result<()> {
    db.run(
        RETIRE,
        named_params! { ":project": project, ":number": number, ":until": until },
    )?;
    db.run(FORGET_DAYS, named_params! { ":number": number })?;
    Ok(())
}

/// Adds a current copy, with this token, of the retired configuration `number`. Returns the number of the copy.
pub fn succeed(
    db: &Write,
    project: ProjectId,
    number: SharingConfigurationNumber,
    token: &AccessToken,
    now: Timestamp,
) -> Result<SharingConfigurationNumber> {
    let params =
        named_params! { ":project": project, ":number": number, ":token": token, ":now": now };
    db.insert(SUCCEED, params).map(SharingConfigurationNumber)
}

/// Makes the share of `parent` end at `at`, or never, under every token that it has or had.
pub fn end(db: &Write, project: ProjectId, parent: &Parent, at: Option<Timestamp>) -> Result<()> {
    let params =
        named_params! { ":project": project, ":parent": parent.kind, ":id": parent.id, ":at": at };
    db.run(END, params)?;
    Ok(())
}

/// Expires the retired tokens of `parent` that still work.
pub fn end_grace(db: &Write, project: ProjectId, parent: &Parent, now: Timestamp) -> Result<()> {
    let params = named_params! { ":project": project, ":parent": parent.kind, ":id": parent.id, ":now": now };
    db.run(END_GRACE, params)?;
    Ok(())
}

/// Stores how often configuration `number` was viewed, and when it last was.
pub fn set_views(
    db: &Write,
    project: ProjectId,
    number: SharingConfigurationNumber,
    views: i64,
    last: Option<Timestamp>,
) -> Result<()> {
    let params =
        named_params! { ":project": project, ":number": number, ":views": views, ":last": last };
    db.run(SET_VIEWS, params)?;
    Ok(())
}

/// Stores how often configuration `number` was viewed on the day `date`, such as `2026-01-02`. Returns false if there is no such day.
pub fn set_day(
    db: &Write,
    project: ProjectId,
    number: SharingConfigurationNumber,
    date: &str,
    views: i64,
) -> Result<bool> {
    let params =
        named_params! { ":project": project, ":number": number, ":date": date, ":views": views };
    Ok(db.run(SET_DAY, params)? > 0)
}

/// Adds a password of `by` to `configuration`. Returns its id: `id`, or the next free one.
///
/// Errors: `Taken` if another password has the id.
pub fn insert_password(
    db: &Write,
    configuration: SharingConfigurationNumber,
    id: Option<SharePasswordId>,
    hash: &PasswordHash,
    note: &str,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<SharePasswordId> {
    let params = named_params! {
        ":configuration": configuration, ":id": id, ":hash": hash, ":note": note, ":user": by, ":now": now,
    };
    db.insert(INSERT_PASSWORD, params).map(SharePasswordId)
}

/// Gives configuration `to` the active passwords of `from`, in the same order, under new ids.
pub fn copy_passwords(
    db: &Write,
    from: SharingConfigurationNumber,
    to: SharingConfigurationNumber,
    now: Timestamp,
) -> Result<()> {
    db.run(
        COPY_PASSWORDS,
        named_params! { ":from": from, ":to": to, ":now": now },
    )?;
    Ok(())
}

/// Deactivates password `id` of `configuration`. Returns its hash; `None` if there is no such active password.
pub fn deactivate_password(
    db: &Write,
    configuration: SharingConfigurationNumber,
    id: SharePasswordId,
) -> Result<Option<PasswordHash>> {
    let params = named_params! { ":configuration": configuration, ":id": id };
    db.one(DEACTIVATE_PASSWORD, params, |row| row.get(0))
}

/// Deactivates the copies of a password that rotations of the share of `parent` created. They have the same hash, which no
/// other password has, since each hash has a random salt.
pub fn deactivate_copies(
    db: &Write,
    project: ProjectId,
    parent: &Parent,
    hash: &PasswordHash,
) -> Result<()> {
    let params = named_params! {
        ":project": project, ":parent": parent.kind, ":id": parent.id, ":hash": hash,
    };
    db.run(DEACTIVATE_COPIES, params)?;
    Ok(())
}

fn from_row(row: &Row) -> rusqlite::Result<(StoredSharing, SharingConfiguration)> {
    let stored = StoredSharing {
        number: row.get("number")?,
        created_at: row.get("created_at")?,
    };
    let configuration = SharingConfiguration {
        stored: Some(stored),
        enabled: row.get("enabled")?,
        access_token: row.get("access_token")?,
        settings: row.get("settings")?,
        password_required: row.get("password_required")?,
        ends_at: row.get("ends_at")?,
        share_passwords: Vec::new(),
    };
    Ok((stored, configuration))
}

fn password_from_row(row: &Row) -> rusqlite::Result<SharePassword> {
    Ok(SharePassword {
        id: row.get("id")?,
        created_at: row.get("created_at")?,
        note: row.get("note")?,
        created_by_email: row.get("email")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Durability,
        store::{Store, StoreError},
    };

    fn store() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("t.db"), 1, Durability::Relaxed).unwrap();
        (dir, store)
    }

    #[test]
    fn no_query_reads_a_whole_table_or_sorts() {
        let (_dir, store) = store();
        let statements = [
            CURRENT,
            UPDATE,
            RETIRE,
            FORGET_DAYS,
            SUCCEED,
            END,
            END_GRACE,
            SET_VIEWS,
            SET_DAY,
        ];
        let of_passwords = [
            PASSWORDS,
            COPY_PASSWORDS,
            DEACTIVATE_PASSWORD,
            DEACTIVATE_COPIES,
        ];
        for sql in statements.into_iter().chain(of_passwords) {
            let plan = store.read(|db| {
                let mut explained = db
                    .connection
                    .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let lines = explained.raw_query().mapped(|row| row.get("detail"));
                Ok::<_, StoreError>(lines.collect::<rusqlite::Result<Vec<String>>>()?)
            });
            for line in plan.unwrap() {
                let is_indexed = line.starts_with("SEARCH ") || line.starts_with("LIST SUBQUERY");
                assert!(is_indexed, "{line} in {sql}");
            }
        }
    }
}
