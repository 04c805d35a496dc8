//! Whole databases copied into other files.
//!
//! A copy holds the database at one instant, whatever is written meanwhile. It is made beside its place, checked, flushed to the
//! disk and then renamed, so that a file with its name is always complete.

use std::{
    fs::File,
    io::{self, Read as _},
    iter,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};
use tempfile::NamedTempFile;

use super::{Result, StoreError, check, error::DAMAGED};
use crate::model::Timestamp;

/// How many pages are copied between two reports: a few milliseconds.
const STEP: i32 = 1000;

/// How many bytes of two files are compared at once.
const PIECE: usize = 64 << 10;

/// How long to wait for another process that has locked the file, before the next try.
const PAUSE: Duration = Duration::from_millis(20);

/// Gets how much is done, from 0 to 1; returns whether to go on.
pub type Progress<'p> = &'p mut dyn FnMut(f64) -> bool;

/// Copies what `source` holds into a new file in the folder of `target`, to be renamed.
pub fn copied(source: &Connection, target: &Path, progress: Progress) -> Result<NamedTempFile> {
    let file = tempfile::Builder::new()
        .prefix(".hoglet-copy-")
        .tempfile_in(folder(target))
        .map_err(|error| failed(target, &error))?;
    let mut copy = Connection::open(file.path())?;
    copy.execute_batch("PRAGMA synchronous = OFF")?; // it is flushed once, as a whole
    let made = copy_into(source, &mut copy, progress).and_then(|()| {
        copy.pragma_update(None, "journal_mode", "DELETE")?; // one file, without a log beside it
        check::pages(&copy)
    });
    drop(copy);
    match made {
        Ok(findings) if findings.is_empty() => {}
        Ok(_) => return unusable(format!("{} {DAMAGED}", path_of(source).display())),
        Err(error) => {
            let at_fault = match error.is_damage() {
                true => path_of(source),
                false => target,
            };
            return Err(error.explained(at_fault));
        }
    }
    let flushed = file.as_file().sync_all();
    flushed.map_err(|error| failed(target, &error))?;
    Ok(file)
}

fn path_of(database: &Connection) -> &Path {
    Path::new(database.path().unwrap_or_default())
}

/// Copies the pages of one instant.
pub fn copy_into(source: &Connection, target: &mut Connection, progress: Progress) -> Result<()> {
    let instant = source.unchecked_transaction()?;
    instant.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let backup = Backup::new(&instant, target)?;
    loop {
        let step = backup.step(STEP)?;
        let pages = backup.progress();
        if !progress(1.0 - f64::from(pages.remaining) / f64::from(pages.pagecount.max(1))) {
            return unusable("the copy was stopped".into());
        }
        match step {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            _ => thread::sleep(PAUSE),
        }
    }
}

/// Gives `copy` the name `target`, or, if others have that, the first free one of `target-2`, `target-3` and so on. Where one of
/// them holds the same, `copy` is dropped. Returns which file it is, once its name is on disk.
pub fn persist_beside(mut copy: NamedTempFile, target: &Path) -> io::Result<PathBuf> {
    let name = target.display().to_string();
    let numbered = (2..).map(|number| PathBuf::from(format!("{name}-{number}")));
    for path in iter::once(target.to_owned()).chain(numbered) {
        copy = match copy.persist_noclobber(&path) {
            Ok(_) => {
                File::open(folder(&path))?.sync_all()?;
                return Ok(path);
            }
            Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => failed.file,
            Err(failed) => return Err(failed.error),
        };
        if holds_the_same(copy.path(), &path).unwrap_or(false) {
            return Ok(path);
        }
    }
    unreachable!("numbers do not end")
}

fn holds_the_same(one: &Path, other: &Path) -> io::Result<bool> {
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (vec![0; PIECE], vec![0; PIECE]);
    loop {
        let length = one.read(&mut left)?;
        other.read_exact(&mut right[..length])?;
        if length == 0 || left[..length] != right[..length] {
            return Ok(length == 0);
        }
    }
}

/// `path` with `word` after its name.
pub fn beside(path: &Path, word: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{name}.{word}"))
}

/// `now` as it stands in file names: `20260102T030405Z`.
pub fn compact_time(now: Timestamp) -> String {
    let second = Timestamp(now.0 - now.0.rem_euclid(1_000_000));
    second.to_string().replace(['-', ':'], "")
}

pub fn folder(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| *parent != Path::new(""));
    parent.unwrap_or(Path::new("."))
}

pub fn failed(path: &Path, error: &io::Error) -> StoreError {
    let path = path.display();
    StoreError::Unusable(match error.kind() {
        io::ErrorKind::NotFound => {
            format!("{path} cannot be written: its directory does not exist; create that first")
        }
        io::ErrorKind::PermissionDenied => {
            format!("{path} cannot be written; check the permissions of its directory")
        }
        _ => format!("{path} cannot be written: {error}"),
    })
}

pub fn unusable<T>(why: String) -> Result<T> {
    Err(StoreError::Unusable(why))
}
