//! Copies of the whole database, which are restored while it is in use: the snapshots of lab mode, and backups.
//!
//! A snapshot is a database of its own, in memory or, beyond SQLite's cache, in a temporary file that has no name; a backup is
//! copied into a file beside the database first. Restoring a copy replaces every page of the live file in one transaction, with
//! SQLite's backup functions: readers go on with what they have, and see the copy from their next transaction on. Nothing is
//! known of tables here, so new ones follow by themselves.
//!
//! # Generations
//!
//! What is kept in memory is valid while a counter in the file has not moved, and a restored file would have counters of
//! earlier. So each restored copy begins a new generation, whose number is in the file, and its counters start at
//! `generation << 32`, above all that any earlier generation has counted: the cache epoch of every project, and the version of
//! the definitions. A reader that comes late, with a transaction from before, therefore fills caches only under numbers that
//! no later request asks for.

use std::path::Path;

use rusqlite::{
    Connection, OptionalExtension, TransactionBehavior,
    backup::{Backup, StepResult},
    named_params,
};

use tempfile::NamedTempFile;

use super::{Result, StoreError, StoreOptions, Write, check, copies, error, open, upkeep};
use crate::model::{GENERATION_SHIFT, random_base64url};

const GENERATION: &str = "SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'generation'";
const SET_GENERATION: &str = "
    INSERT INTO setting (name, value) VALUES ('generation', :generation)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
const SET_EPOCHS: &str = "UPDATE project SET forgotten = :first";
const FORGET_CHANGES: &str = "DELETE FROM definition_change";
const SET_VERSION: &str = "
    INSERT INTO definition_change (version, project_id, type, group_type_index, name) VALUES (:first, 0, 0, -1, '')";
/// Ends all sessions at protected shares: the password that opened one may not exist in the copy, or be another one.
const SET_SIGNING_KEY: &str = "UPDATE setting SET value = :key WHERE name = 'signing_key'";
const SESSIONS: &str = "
    SELECT session.hash, session.user_id, session.key, session.created_at, session.expires_at, user.uuid, secret_hash
      FROM session
      JOIN user ON user.id = session.user_id
      LEFT JOIN personal_api_key ON number = session.key";
const FORGET_SESSIONS: &str = "DELETE FROM session";
const KEEP_SESSION: &str = "
    INSERT INTO session (hash, user_id, key, created_at, expires_at)
    SELECT ?1, ?2, ?3, ?4, ?5
     WHERE EXISTS (SELECT 1 FROM user WHERE id = ?2 AND uuid = ?6)
       AND (?3 IS NULL OR EXISTS (SELECT 1 FROM personal_api_key WHERE number = ?3 AND secret_hash = ?7))";
/// Settings for a copy that is of no use after a crash.
const UNSAFE: &str =
    "PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY";
const SIZE: &str = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
const SETTLE: &str = "UPDATE setting SET value = value WHERE name = 'generation'";

/// The columns of [`SESSIONS`].
type Session = (Vec<u8>, i64, Option<i64>, i64, i64, String, Option<Vec<u8>>);

/// A connection of its own to the live database, which copies and restores it.
pub struct Copier(Connection);

/// The database as it was when it was copied.
pub struct DatabaseCopy {
    connection: Connection,
    /// How large it is, in bytes.
    pub size: u64,
    /// Where it is, unless it has no name; deleted with it.
    _file: Option<NamedTempFile>,
}

impl DatabaseCopy {
    /// Copies the backup at `path` into a file beside `database`, checks all of it, and makes it one of this version.
    ///
    /// Errors: `Unusable` if it is no database of ours, is damaged, or cannot be copied.
    pub fn of_backup(path: &Path, database: &Path) -> Result<DatabaseCopy> {
        let made = || {
            let file = copies::copied(&upkeep::open_backup(path)?, database, &mut |_| true)?;
            let mut connection = Connection::open(file.path())?;
            connection.execute_batch(UNSAFE)?;
            open::upgrade_copy(path, &mut connection)?;
            let findings = check::rows(&connection, &open::expected_schema(&connection)?)?;
            if let Some(finding) = findings.first() {
                return copies::unusable(format!("{} is damaged: {finding}", path.display()));
            }
            Ok(DatabaseCopy {
                size: size(&connection)?,
                connection,
                _file: Some(file),
            })
        };
        // It may lack what the steps to this version and the checks look at.
        made().map_err(|error| upkeep::name_a_backup(error.explained(path)))
    }
}

impl Copier {
    /// Opens the database at `path`, which is open already.
    pub fn open(path: &Path, options: &StoreOptions) -> Result<Copier> {
        Ok(Copier(open::second_writer(path, options)?))
    }

    /// How many bytes a copy would take.
    pub fn size(&self) -> Result<u64> {
        size(&self.0)
    }

    /// Copies the database as it is at one instant.
    pub fn copy(&self) -> Result<DatabaseCopy> {
        let mut connection = Connection::open("")?;
        replace(&self.0, &mut connection, || Ok(()))?;
        Ok(DatabaseCopy {
            size: size(&connection)?,
            connection,
            _file: None,
        })
    }

    /// The number of the generation that the database is in.
    pub fn generation(&self) -> Result<i64> {
        let found = self.0.query_row(GENERATION, [], |row| row.get(0));
        Ok(found.optional()?.unwrap_or(0))
    }

    /// Makes `copy` the content of the database, as `generation`, which must be a new one. Sessions of the admin page stay,
    /// if their users and keys are in the copy as well. Durable once it returns, as any change; if it fails, nothing changes.
    ///
    /// `before` runs when nothing else can change the database any more, and sees what it still is; its result is returned.
    pub fn restore<T>(
        &mut self,
        copy: &mut DatabaseCopy,
        generation: i64,
        before: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let sessions = self.sessions()?;
        let prepared = copy
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let first = generation << GENERATION_SHIFT;
        prepared.execute(
            SET_GENERATION,
            named_params! { ":generation": generation.to_string() },
        )?;
        prepared.execute(SET_EPOCHS, named_params! { ":first": first })?;
        prepared.execute(FORGET_CHANGES, [])?;
        prepared.execute(SET_VERSION, named_params! { ":first": first })?;
        let key = random_base64url(32);
        prepared.execute(SET_SIGNING_KEY, named_params! { ":key": key })?;
        prepared.execute(FORGET_SESSIONS, [])?;
        for session in sessions {
            prepared.execute(KEEP_SESSION, session)?;
        }
        prepared.commit()?;
        error::note_removal();
        replace(&copy.connection, &mut self.0, before)
    }

    fn sessions(&self) -> Result<Vec<Session>> {
        let mut statement = self.0.prepare_cached(SESSIONS)?;
        let sessions = statement.query_map([], |row| Session::try_from(row))?;
        Ok(sessions.collect::<rusqlite::Result<_>>()?)
    }
}

/// Writes again what is there, after a database was restored. The writer then notices a file that has lost its name, and puts
/// the log back into the file if it has grown long, as after each change: SQLite's backup does not, or only the next time.
pub fn settle(db: &Write) -> Result<()> {
    db.run(SETTLE, [])?;
    Ok(())
}

fn size(database: &Connection) -> Result<u64> {
    let size: i64 = database.query_row(SIZE, [], |row| row.get(0))?;
    Ok(size.unsigned_abs())
}

/// Makes `from` the whole content of `to`, in one transaction, and runs `before` when that is locked: the first page locks it, and
/// readers see none of it before the last. Errors: `Busy` if others lock it for too long.
fn replace<T>(
    from: &Connection,
    to: &mut Connection,
    before: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let backup = Backup::new(from, to)?;
    let is_locked = matches!(backup.step(1)?, StepResult::More | StepResult::Done);
    if !is_locked {
        return Err(StoreError::Busy);
    }
    let result = before()?;
    match backup.step(-1)? {
        StepResult::Done => Ok(result),
        _ => Err(StoreError::Busy),
    }
}
