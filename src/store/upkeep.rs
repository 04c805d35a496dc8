//! What keeps a file well: backups, what brings them back, checks.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::{
    Result, StoreError, check,
    copies::{Progress, copied, copy_into, failed, folder, persist_beside, unusable},
    file::{self, Watch},
    open::{self, PATIENCE},
};
use crate::model::Timestamp;

pub use super::copies::compact_time;

/// The names of the backups that a server writes by itself, before and after their time.
pub const AUTOMATIC: (&str, &str) = ("hoglet-", ".db");

/// Copies the database at `path` to `target`, whether or not a server uses it. The copy is for its owner alone.
///
/// Errors: `Unusable` if `target` is a file that is no database of ours, or the database itself; `FileGone` if `path` is not what
/// `watch` knows, from the beginning to the end.
pub fn backup(path: &Path, target: &Path, watch: &Watch, progress: Progress) -> Result<()> {
    watch.check()?;
    if let (Ok(source), Ok(found)) = (fs::canonicalize(path), fs::canonicalize(target)) {
        let shown = target.display();
        if source == found {
            return unusable(format!("{shown} is the database itself; name another file"));
        }
        if !is_ours(target) {
            return unusable(format!(
                "{shown} exists and is no database of hoglet; name another file"
            ));
        }
    }
    let source = open_to_read(path)?;
    let copy = copied(&source, target, progress)?;
    watch.check()?;
    let renamed = copy.persist(target).map_err(|error| error.error);
    renamed
        .and_then(|_| File::open(folder(target))?.sync_all())
        .map_err(|error| failed(target, &error))
}

/// Copies the database at `path` into a file without a name in the same directory, of which nothing is left once it is closed.
///
/// Errors: `FileGone` as for [`backup`].
pub fn unnamed_backup(path: &Path, watch: &Watch) -> Result<File> {
    watch.check()?;
    let source = open_to_read(path)?;
    let copy = copied(&source, path, &mut |_| true)?;
    watch.check()?;
    Ok(copy.into_file())
}

/// The files in `folder` whose names are `start`, a [time](compact_time) and `end`, oldest first.
pub fn dated_files(folder: &Path, start: &str, end: &str) -> io::Result<Vec<PathBuf>> {
    let is_time = |text: &str| {
        let shape = text
            .bytes()
            .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
        shape.eq(*b"00000000T000000Z")
    };
    let mut found = Vec::new();
    let directory = match folder == Path::new("") {
        true => Path::new("."),
        false => folder,
    };
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let time = name
            .strip_prefix(start)
            .and_then(|rest| rest.strip_suffix(end));
        if time.is_some_and(is_time) {
            found.push(folder.join(entry.file_name()));
        }
    }
    found.sort();
    Ok(found)
}

/// Makes the database at `path` what it was in `copy`, and keeps what it was before in a file whose path is returned. A database
/// that does not exist is created. It is upgraded when it is next opened.
///
/// Errors: `Unusable` if another process has the database open, or `copy` is no database of ours, or damaged.
pub fn restore(
    copy: &Path,
    path: &Path,
    now: Timestamp,
    progress: Progress,
) -> Result<Option<PathBuf>> {
    let source = open_backup(copy)?;
    if let (Ok(copy), Ok(path)) = (fs::canonicalize(copy), fs::canonicalize(path))
        && copy == path
    {
        let shown = copy.display();
        return unusable(format!("{shown} is the database itself; name a backup"));
    }
    match check::pages(&source) {
        Ok(findings) if findings.is_empty() => {}
        Ok(_) => return unusable(format!("{} is damaged; name a backup", copy.display())),
        Err(error) => return Err(name_a_backup(error.explained(copy))),
    }
    if !path.exists() {
        let copied = copied(&source, path, progress)?;
        let created = copied.persist_noclobber(path);
        created.map_err(|error| failed(path, &error.error))?;
        return Ok(None);
    }
    let mut target = open::existing(path)?;
    if let Err(error) = lock(&target) {
        return match error.is_busy() {
            true => unusable(format!(
                "{} is in use; stop the server that has it open, then try again",
                path.display()
            )),
            false => Err(error.explained(path)),
        };
    }
    let kept = keep(&target, path, now)?;
    copy_into(&source, &mut target, progress).map_err(|error| error.explained(path))?;
    Ok(Some(kept))
}

/// Opens a database to restore from.
pub fn open_backup(path: &Path) -> Result<Connection> {
    if !path.exists() {
        return unusable(format!("{} does not exist; name a backup", path.display()));
    }
    open_to_read(path).map_err(name_a_backup)
}

/// The same about a backup, which no `--db` names.
pub fn name_a_backup(error: StoreError) -> StoreError {
    match &error {
        StoreError::Unusable(why) => match why.split_once("; ") {
            Some((what, advice)) if advice.contains("--db") => {
                StoreError::Unusable(format!("{what}; name a backup"))
            }
            _ => error,
        },
        _ => error,
    }
}

/// Copies `source`, the database at `path`, into a file beside it before something is restored. Returns its path.
pub fn keep(source: &Connection, path: &Path, now: Timestamp) -> Result<PathBuf> {
    let target = path.with_file_name(format!("{}{}", replaced(path), compact_time(now)));
    let copied = copied(source, &target, &mut |_| true)?;
    persist_beside(copied, &target).map_err(|error| failed(&target, &error))
}

/// The names of the files that [`keep`] writes for the database at `path`, before their time.
pub fn replaced(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("{name}.before-restore-")
}

/// Everything that is wrong with the database at `path`, in sentences. Reads all of it.
pub fn check(path: &Path) -> Result<Vec<String>> {
    let file = open_to_read(path)?;
    let found = open::expected_schema(&file).and_then(|schema| check::all(&file, &schema));
    found.map_err(|error| error.explained(path))
}

/// Writes the database at `path` anew, without the room of what was deleted, whether or not a server uses it. Returns its bytes
/// before and after.
pub fn compact(path: &Path) -> Result<(u64, u64)> {
    let explain = |error: rusqlite::Error| StoreError::from(error).explained(path);
    file::refuse_other_kinds(path)?;
    let length = || fs::metadata(path).map_or(0, |file| file.len());
    let connection = open::existing(path)?;
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    let truncate = || {
        connection
            .query_row(checkpoint, [], |_| Ok(()))
            .map_err(explain)
    };
    truncate()?;
    let before = length();
    connection.execute_batch("VACUUM").map_err(explain)?;
    truncate()?;
    Ok((before, length()))
}

/// Locks a database for as long as `connection` is open. Fails if another process has it open: then it cannot do without its log.
fn lock(connection: &Connection) -> Result<()> {
    connection.busy_timeout(Duration::ZERO)?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE; COMMIT",
    )?;
    Ok(())
}

/// Opens a database of ours to look at.
pub fn open_to_read(path: &Path) -> Result<Connection> {
    let opened = || -> Result<Connection> {
        // Able to write where it may: a connection that only reads would leave the log behind when it is the last to close.
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.busy_timeout(PATIENCE)?;
        open::recognise(path, &connection)?;
        Ok(connection)
    };
    file::refuse_other_kinds(path)?;
    if fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        return unusable(format!("{} is empty", path.display()));
    }
    opened().map_err(|error| error.explained(path))
}

/// Whether the file says that it is ours.
fn is_ours(path: &Path) -> bool {
    open_to_read(path).is_ok()
}
