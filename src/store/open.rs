//! Opening the file: who may, what is checked, and what every connection is told.

use std::{fs, path::Path, time::Duration};

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags};

use super::{Result, StoreError};
use crate::model::{Durability, random_base64url};

const SCHEMA: &str = include_str!("../../schema.sql");

/// Gives a new file the key that sessions are signed with.
const SIGNING_KEY: &str = "INSERT INTO setting (name, value) VALUES ('signing_key', ?)";

/// The version of `schema.sql`, kept in the file as `user_version`.
const VERSION: i64 = 1;

/// Marks a file as ours, kept in it as `application_id`: "hogl".
const APPLICATION: i64 = 0x686f_676c;

/// What a connection of either kind is told when it opens.
const COMMON: &str = "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;";

/// What a reader keeps of the file, 1 MiB: the system keeps the rest once for all of them.
const SMALL_CACHE: &str = "PRAGMA cache_size = -1024;";

/// How a connection that only reads is opened; no two threads use one at once.
const READING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// How long a connection waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Statements a connection keeps prepared: more than the crate has (rusqlite keeps 16 unless told).
const STATEMENTS_KEPT: usize = 256;

/// The largest file, in bytes, whose every page is checked at start: a few hundredths of a second.
const CHECKED_WHOLE: u64 = 16 << 20;

/// The one connection that writes; makes the tables in a new file.
pub fn writer(path: &Path, durability: Durability) -> Result<Connection> {
    prepare(path, durability).map_err(|error| match error {
        StoreError::Sqlite(_) => StoreError::Unusable(error.explain(path)),
        other => other,
    })
}

/// One connection that only reads.
pub fn reader(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, READING)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch(COMMON)?;
    Ok(connection)
}

/// A pool of `count` connections that only read.
pub fn readers(path: &Path, count: u32) -> Result<r2d2::Pool<SqliteConnectionManager>> {
    let manager = SqliteConnectionManager::file(path)
        .with_flags(READING)
        .with_init(|connection| {
            connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
            connection.busy_timeout(PATIENCE)?;
            connection.execute_batch(COMMON)?;
            connection.execute_batch(SMALL_CACHE)?;
            // Opens the log as well, so that an ephemeral file may lose its name afterwards.
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
        });
    let pool = r2d2::Pool::builder()
        .max_size(count)
        .test_on_check_out(false) // a local file does not hang up
        .idle_timeout(None) // or its prepared statements go
        .max_lifetime(None)
        .connection_timeout(PATIENCE);
    Ok(pool.build(manager)?)
}

fn prepare(path: &Path, durability: Durability) -> Result<Connection> {
    if path.is_dir() {
        let why = format!("{} is a folder; name a file with --db", path.display());
        return Err(StoreError::Unusable(why));
    }
    let mut writer = Connection::open(path)?;
    writer.busy_timeout(PATIENCE)?;
    recognise(path, &writer)?;
    check(path, &writer)?;
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Relaxed => "NORMAL",
    };
    writer.pragma_update(None, "journal_mode", "WAL")?;
    writer.pragma_update(None, "synchronous", synchronous)?;
    writer.execute_batch(COMMON)?;
    writer.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    let making = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    if making.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))? == 0 {
        making.execute_batch(SCHEMA)?;
        making.execute(SIGNING_KEY, [random_base64url(32)])?;
        making.pragma_update(None, "application_id", APPLICATION)?;
        making.pragma_update(None, "user_version", VERSION)?;
    }
    making.commit()?;
    Ok(writer)
}

/// `Unusable` when the file is another program's, or of a hoglet newer than this.
fn recognise(path: &Path, connection: &Connection) -> Result<()> {
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    let path = path.display();
    if tables > 0 && application != APPLICATION {
        let why = format!("{path} is another program's database; name another file with --db");
        return Err(StoreError::Unusable(why));
    }
    if version > VERSION {
        let why = format!(
            "{path} was written by a newer hoglet (schema {version}, this one knows {VERSION}); upgrade hoglet"
        );
        return Err(StoreError::Unusable(why));
    }
    Ok(())
}

/// `Unusable` when a page of the file is broken, if it is small. That it is cut short SQLite itself sees at its first look.
fn check(path: &Path, connection: &Connection) -> Result<()> {
    let damaged = || {
        let why = format!(
            "{} is damaged; restore it from a copy, or name another file with --db",
            path.display()
        );
        Err(StoreError::Unusable(why))
    };
    let length = fs::metadata(path).map_or(0, |file| file.len());
    if length <= CHECKED_WHOLE {
        let verdict: String =
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return damaged();
        }
    }
    Ok(())
}
