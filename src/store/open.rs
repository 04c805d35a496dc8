//! Opening the file: what is checked, and how every connection is set up.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OpenFlags};
use scheduled_thread_pool::ScheduledThreadPool;
use sha2::{Digest as _, Sha256};

use super::{
    Result, StoreError, StoreMetrics, check, copies,
    error::{DAMAGED, OTHER_FILE},
    file::{self, Watch},
};
use crate::model::{Durability, random_base64url};

const SCHEMA: &str = include_str!("../../schema.sql");

/// Gives a new file the key that sessions are signed with.
const SIGNING_KEY: &str = "INSERT INTO setting (name, value) VALUES ('signing_key', ?)";

/// Notes the version of hoglet that created or upgraded the file.
const WRITTEN_BY: &str = "INSERT OR REPLACE INTO setting (name, value) VALUES ('written_by', ?)";

/// The fingerprint of the [schema](check::schema) of version 1 when it was released: files from before have the same number.
const FIRST: u64 = 0x6e0a_38ac_db03_9979;

/// The version of `schema.sql`, kept in the file as `user_version`.
const VERSION: i64 = UPGRADES.len() as i64 + 1;

/// Makes a file of each version one of the next, from version 1 on.
const UPGRADES: &[&str] = &[
    include_str!("upgrades/2.sql"),
    include_str!("upgrades/3.sql"),
    include_str!("upgrades/4.sql"),
];

/// Marks a file as ours, kept in it as `application_id`: "hogl".
const APPLICATION: i64 = 0x686f_676c;

/// Settings of every connection.
const COMMON: &str = "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;";

/// What a reader keeps of the file, 1 MiB: the system keeps the rest once for all of them.
const SMALL_CACHE: &str = "PRAGMA cache_size = -1024;";

/// How a connection that only reads is opened; no two threads use one at once.
const READING: OpenFlags = OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// How long a connection waits for another process that writes, while the file is opened.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Statements a connection keeps prepared: more than the crate has (the default of rusqlite is 16).
const STATEMENTS_KEPT: usize = 256;

/// The largest file, in bytes, whose every page is checked at start: a few hundredths of a second.
const CHECKED_WHOLE: u64 = 16 << 20;

/// How to open a [`Store`](super::Store).
#[derive(Clone, Debug)]
pub struct StoreOptions {
    pub readers: u32,
    /// When a change counts as kept.
    pub durability: Durability,
    /// How long a caller waits for its turn: for a reader, or until its change is started.
    pub patience: Duration,
    /// Whether changes are refused once the file has lost its name. One that is deleted on purpose has none to lose.
    pub watched: bool,
    /// Called by a thread before it waits for the writer, to give up what others could use meanwhile.
    pub before_waiting: fn(),
    /// Where the store notes what it measures.
    pub metrics: Option<StoreMetrics>,
}

impl StoreOptions {
    /// How commands that work on the file for a moment open it.
    pub fn new(readers: u32, durability: Durability) -> StoreOptions {
        StoreOptions {
            readers,
            durability,
            patience: PATIENCE,
            watched: true,
            before_waiting: || (),
            metrics: None,
        }
    }
}

/// The one connection that writes, and the watch on its files; creates the tables in a new file.
pub fn writer(path: &Path, options: &StoreOptions) -> Result<(Connection, Watch)> {
    let opened = prepare(path, options).and_then(|writer| {
        writer.busy_timeout(options.patience)?;
        file::warn_if_open(path);
        let watched = writer.path().map_or_else(|| path.to_owned(), PathBuf::from);
        let watch = match options.watched {
            true => Watch::on(&watched),
            false => Watch::default(),
        };
        Ok((writer, watch))
    });
    opened.map_err(|error| error.explained(path))
}

/// Another connection that writes, beside that of the writer's thread, which has set up the file. It waits for its turn.
pub fn second_writer(path: &Path, options: &StoreOptions) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(options.patience)?;
    connection.pragma_update(None, "synchronous", synchronous(options))?;
    // Opens the log as well, so that an ephemeral file may lose its name afterwards.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// One connection that only reads.
pub fn reader(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, READING)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch(COMMON)?;
    Ok(connection)
}

/// A pool of `count` connections that only read. Each reads the schema when it is first used: see [`settle`].
pub fn readers(
    path: &Path,
    count: u32,
    patience: Duration,
) -> Result<r2d2::Pool<SqliteConnectionManager>> {
    let manager = SqliteConnectionManager::file(path)
        .with_flags(READING)
        .with_init(move |connection| {
            connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
            connection.busy_timeout(patience)?;
            connection.execute_batch(COMMON)?;
            // Opens the log as well, since the file may lose its name afterwards.
            connection.pragma_query_value(None, "user_version", |_| Ok(()))
        });
    let opener = ScheduledThreadPool::builder()
        .num_threads(1)
        .thread_name_pattern("readers")
        .build();
    let pool = r2d2::Pool::builder()
        .max_size(count)
        .thread_pool(Arc::new(opener))
        .test_on_check_out(false) // a local file does not hang up
        .idle_timeout(None) // or its prepared statements go
        .max_lifetime(None)
        .connection_timeout(patience);
    Ok(pool.build(manager)?)
}

/// Finishes what [`readers`] began, when a reader is used for the first time: to read the schema takes more than half a millisecond
/// and 200 KiB for each connection, and some are never used.
pub fn settle(reader: &Connection) -> Result<()> {
    Ok(reader.execute_batch(SMALL_CACHE)?)
}

fn prepare(path: &Path, options: &StoreOptions) -> Result<Connection> {
    file::prepare(path)?;
    let mut writer = existing(path)?;
    // Before the schema is read: SQLite would read it again.
    writer.execute_batch(COMMON)?;
    check(path, &writer)?;
    let is_new = is_empty(path);
    if is_new {
        // Before anything else is in it, so that a start which is cut off leaves a file that is known as ours. It is flushed with
        // the next change, of the same page.
        writer.pragma_update(None, "synchronous", "OFF")?;
        writer.pragma_update(None, "application_id", APPLICATION)?;
    }
    writer.pragma_update(None, "synchronous", synchronous(options))?;
    writer.pragma_update(None, "journal_mode", "WAL")?;
    if is_new {
        // The tables are flushed with the first change, which follows them in the log.
        writer.pragma_update(None, "synchronous", "OFF")?;
    }
    writer.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    let shown = path.display();
    let making = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let version = making.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?;
    match version {
        0 => {
            making.execute_batch(SCHEMA)?;
            making.execute(SIGNING_KEY, [random_base64url(32)])?;
            making.pragma_update(None, "application_id", APPLICATION)?;
            sign(&making)?;
        }
        VERSION => {}
        from => {
            check_released(path, &making, from)?;
            let kept = keep(path, from)?;
            upgrade(path, &making, from)?;
            let kept = kept.display();
            tracing::info!(
                "{shown}: upgraded; {kept} is as it was before, delete it when all is well"
            );
        }
    }
    making.commit()?;
    writer.pragma_update(None, "synchronous", synchronous(options))?;
    Ok(writer)
}

/// Opens the file, if it can be ours.
pub fn existing(path: &Path) -> Result<Connection> {
    let opened = || -> Result<Connection> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        recognise(path, &connection)?;
        Ok(connection)
    };
    opened().map_err(|error| error.explained(path))
}

/// Makes `copy`, a copy of the database at `path`, one of this version.
///
/// Errors: `Unusable` if it has no tables, or is of a version 1 that was never released.
pub fn upgrade_copy(path: &Path, copy: &mut Connection) -> Result<()> {
    let making = copy.transaction()?;
    let version = making.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?;
    match version {
        VERSION => return Ok(()),
        0 => return copies::unusable(format!("{} is empty", path.display())),
        from => {
            check_released(path, &making, from)?;
            upgrade(path, &making, from)?;
        }
    }
    Ok(making.commit()?)
}

/// Runs the steps from version `from` to this one.
fn upgrade(path: &Path, making: &Connection, from: i64) -> Result<()> {
    for (version, step) in (from + 1..).zip(UPGRADES.iter().skip(from as usize - 1)) {
        tracing::info!("{}: upgrading to version {version}", path.display());
        making.execute_batch(step)?;
    }
    sign(making)
}

/// Notes who has made the tables.
fn sign(making: &Connection) -> Result<()> {
    making.pragma_update(None, "user_version", VERSION)?;
    making.execute(WRITTEN_BY, [env!("CARGO_PKG_VERSION")])?;
    Ok(())
}

/// `Unusable` for a file of a version 1 that was never released.
fn check_released(path: &Path, file: &Connection, version: i64) -> Result<()> {
    if version == 1 && fingerprint(&check::schema(file)?.join("\n")) != FIRST {
        return copies::unusable(format!(
            "{} was written by a hoglet from before its first release, and cannot be upgraded; {OTHER_FILE}",
            path.display()
        ));
    }
    Ok(())
}

/// Copies the file as it is before its upgrade, and returns where to; copies of earlier upgrades stay. The caller holds the
/// lock, so that nothing changes.
///
/// Errors: `Unusable` if the copy cannot be made.
fn keep(path: &Path, from: i64) -> Result<PathBuf> {
    let shown = path.display();
    let target = copies::beside(path, &format!("before-v{VERSION}"));
    tracing::info!(
        "{shown} is of version {from}: copying it to {} before the upgrade",
        target.display()
    );
    let copied = copies::copied(&reader(path)?, &target, &mut |_| true)?;
    let kept = copies::persist_beside(copied, &target).map_err(|error| {
        let target = target.display();
        let why = format!("{shown} is not upgraded, since {target} cannot be written: {error}");
        StoreError::Unusable(why)
    })?;
    if kept != target {
        tracing::info!(
            "{} is of an earlier upgrade and stays: this copy is {}",
            target.display(),
            kept.display()
        );
    }
    Ok(kept)
}

/// What [`check::schema`] should find in `file`: what it finds in a new one. Nothing for a file of an older version, which has
/// the rest once it is upgraded.
pub fn expected_schema(file: &Connection) -> Result<Vec<String>> {
    let version: i64 = file.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version < VERSION {
        return Ok(Vec::new());
    }
    let new = Connection::open_in_memory()?;
    new.execute_batch(SCHEMA)?;
    check::schema(&new)
}

/// The first bytes of the SHA-256 of `text`.
fn fingerprint(text: &str) -> u64 {
    let digest = Sha256::digest(text);
    u64::from_be_bytes(*digest.first_chunk().expect("32 bytes begin with 8"))
}

/// The value of `PRAGMA synchronous`.
fn synchronous(options: &StoreOptions) -> &'static str {
    match options.durability {
        _ if !options.watched => "OFF", // it is never opened again
        Durability::Full => "FULL",
        Durability::Relaxed => "NORMAL",
    }
}

/// `Unusable` when the file is another program's, or of a hoglet newer than this.
pub fn recognise(path: &Path, connection: &Connection) -> Result<()> {
    let is_empty = is_empty(path); // asked first: another process may be creating it at this moment
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, version) = (number("application_id")?, number("user_version")?);
    let path = path.display();
    if application != APPLICATION && !is_empty {
        let why = format!("{path} is another program's database; {OTHER_FILE}");
        return Err(StoreError::Unusable(why));
    }
    if version > VERSION {
        let sql = "SELECT value FROM setting WHERE name = 'written_by'";
        let writer = connection.query_row(sql, [], |row| row.get::<_, String>(0));
        let writer = writer.map_or_else(
            |_| "a newer hoglet".into(),
            |version| format!("hoglet {version}"),
        );
        let why = format!(
            "{path} was written by {writer} (schema {version}, this one knows {VERSION}); upgrade hoglet"
        );
        return Err(StoreError::Unusable(why));
    }
    Ok(())
}

/// Whether the file has nothing in it yet.
fn is_empty(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.len() == 0)
}

/// `Unusable` when a page of the file is broken, if it is small. That it is cut short SQLite itself sees at its first look.
fn check(path: &Path, connection: &Connection) -> Result<()> {
    let damaged = || {
        Err(StoreError::Unusable(format!(
            "{} {DAMAGED}",
            path.display()
        )))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(path: &Path) -> Vec<String> {
        check::schema(&Connection::open(path).unwrap()).unwrap()
    }

    /// A change of `schema.sql` needs a step in `upgrades`, a stored file of the version before, and this fingerprint.
    #[test]
    fn the_version_counts_changes_of_the_schema() {
        let first = Connection::open_in_memory().unwrap();
        first
            .execute_batch(include_str!("../../tests/upgrades/1.sql"))
            .unwrap();
        let lines = check::schema(&first).unwrap();
        assert_eq!(fingerprint(&lines.join("\n")), FIRST);
        assert_eq!((VERSION, fingerprint(SCHEMA)), (4, 0x4202_696e_a78f_9a46));
    }

    #[test]
    fn a_reader_has_its_files_open_before_it_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new.db");
        let _writer = writer(&path, &StoreOptions::new(1, Durability::Full)).unwrap();
        let readers = readers(&path, 1, PATIENCE).unwrap();
        for file in [&path, &file::log(&path)] {
            fs::remove_file(file).unwrap();
        }
        let reader = readers.get().unwrap();
        settle(&reader).unwrap();
        let number = |sql| reader.query_row(sql, [], |row| row.get::<_, i64>(0));
        let count = number("SELECT count(*) FROM setting");
        assert_eq!((count, number("PRAGMA cache_size")), (Ok(2), Ok(-1024)));
    }

    #[test]
    fn a_new_file_is_durable_from_its_first_change_on() {
        let folder = tempfile::tempdir().unwrap();
        for durability in [Durability::Full, Durability::Relaxed] {
            let path = folder.path().join(format!("{durability:?}.db"));
            for _ in ["new", "existing"] {
                let options = StoreOptions::new(1, durability);
                let (writer, _) = writer(&path, &options).unwrap();
                let set = writer.pragma_query_value(None, "synchronous", |row| row.get(0));
                let expected = match durability {
                    Durability::Full => 2,
                    Durability::Relaxed => 1,
                };
                assert_eq!(set, Ok(expected));
            }
        }
    }

    #[test]
    fn a_file_of_an_older_version_becomes_what_a_new_file_is() {
        let olds = [
            include_str!("../../tests/upgrades/1.sql"),
            include_str!("../../tests/upgrades/2.sql"),
            include_str!("../../tests/upgrades/3.sql"),
        ];
        assert_eq!(olds.len(), UPGRADES.len());
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("new.db");
        let open = |path: &Path| {
            drop(writer(path, &StoreOptions::new(1, Durability::Relaxed)).unwrap());
        };
        open(&new);
        for (number, sql) in olds.into_iter().enumerate() {
            let old = folder.path().join(format!("{number}.db"));
            Connection::open(&old).unwrap().execute_batch(sql).unwrap();
            open(&old);
            assert_eq!(schema(&old), schema(&new));
            open(&old);
            let version = |connection: Connection| {
                connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
            };
            assert_eq!(version(Connection::open(&old).unwrap()).unwrap(), VERSION);
        }
    }

    #[test]
    fn rows_of_version_1_are_upgraded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.db");
        let first = Connection::open(&path).unwrap();
        first
            .execute_batch(include_str!("../../tests/upgrades/1.sql"))
            .unwrap();
        let deep = format!("{}{}", "[".repeat(1_500), "]".repeat(1_500));
        let rows = format!(
            "INSERT INTO user (id, uuid, distinct_id, email, date_joined) VALUES (9, 'u', 'd', 'e', 1000);
             INSERT INTO membership SELECT id, 9, 8 FROM organization;
             INSERT INTO activity (id, project_id, scope, activity, detail, created_at)
             SELECT column1, project.id, 'Insight', column2, column3, 5 FROM project, (VALUES
                 ('a', 'updated', '{{\"short_id\": \"s\", \"changes\": [1, null], \"name\": \"N\"}}'),
                 ('b', 'sharing enabled', '{{}}'), ('c', 'created', '{{\"name\": {deep}}}'));"
        );
        first.execute_batch(&rows).unwrap();
        drop(first);
        let upgraded = prepare(&path, &StoreOptions::new(1, Durability::Relaxed)).unwrap();
        let count = |sql: &str| {
            let count = upgraded.query_row(sql, [], |row| row.get::<_, i64>(0));
            count.unwrap()
        };
        assert_eq!(
            count("SELECT count(*) FROM user WHERE is_email_verified = 1"),
            1
        );
        let member = "
            SELECT count(*) FROM membership JOIN organization ON organization.id = organization_id
             WHERE level = 8 AND user_id = 9 AND joined_at = max(1000, organization.created_at)
               AND membership.id GLOB '????????-????-4???-a???-????????????'";
        assert_eq!(count(member), 1);
        let mut entries = upgraded
            .prepare("SELECT organization_id IS NOT NULL, detail FROM activity ORDER BY id")
            .unwrap();
        let entries = entries.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        let entries: Vec<(bool, String)> = entries.unwrap().map(Result::unwrap).collect();
        let detail = |name: &str, changes: &str, short_id: &str| {
            format!(
                r#"{{"name":{name},"type":null,"changes":{changes},"context":null,"trigger":null,"short_id":{short_id}}}"#
            )
        };
        assert_eq!(entries[0], (true, detail("\"N\"", "[1,null]", "\"s\"")));
        assert_eq!(entries[1], (false, detail("null", "null", "null")));
        assert_eq!(entries[2], (true, format!(r#"{{"name": {deep}}}"#)));
    }
}
