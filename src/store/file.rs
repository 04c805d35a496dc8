//! The database as a file: who may read it, and whether it is still where it was opened.

use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use super::{Result, StoreError};

/// What the owner alone may do: read and write.
const PRIVATE: u32 = 0o600;

/// Sees to it that the file at `path` can be ours: creates it, for its owner alone, if there is none.
///
/// SQLite gives the log and its index the mode of the file.
///
/// Errors: `Unusable` for what is no file. What else is wrong SQLite finds out when it opens the file.
pub fn prepare(path: &Path) -> Result<()> {
    let missing = |error: io::Error| error.kind() == io::ErrorKind::NotFound;
    if fs::metadata(path).is_err_and(missing) {
        let mut options = OpenOptions::new();
        let created = options.write(true).create(true).mode(PRIVATE).open(path);
        if let Err(error) = created {
            let shown = path.display();
            tracing::debug!("{shown} cannot be created: {error}");
        }
        return Ok(());
    }
    refuse_other_kinds(path)
}

/// `Unusable` for what is no file, such as a folder. SQLite finds out what else is wrong.
pub fn refuse_other_kinds(path: &Path) -> Result<()> {
    let Ok(found) = fs::metadata(path) else {
        return Ok(());
    };
    let kind = found.file_type();
    if !kind.is_file() {
        let kind = match kind {
            kind if kind.is_dir() => "folder",
            kind if kind.is_fifo() => "pipe",
            kind if kind.is_socket() => "socket",
            _ => "device",
        };
        let why = format!("{} is a {kind}; name a file with --db", path.display());
        return Err(StoreError::Unusable(why));
    }
    Ok(())
}

/// Warns of a file that others than its owner may read: it is left as it is, since that may be wanted.
pub fn warn_if_open(path: &Path) {
    let mode = fs::metadata(path).map_or(PRIVATE, |found| found.permissions().mode());
    if mode & 0o077 != 0 {
        let (path, mode) = (path.display(), mode & 0o777);
        tracing::warn!(
            "{path} holds secrets, and other users of this machine may read it (mode {mode:o}): `chmod 600 {path}`"
        );
    }
}

/// The files that make up a database, as they were when it was opened.
///
/// SQLite keeps writing into a file that has lost its name. What is written there is gone when the process ends, so nothing
/// may be acknowledged any more. When the same files are back under their names, all is well again.
#[derive(Default)]
pub struct Watch(Vec<(PathBuf, Identity)>);

/// A file, whatever its name.
#[derive(Debug, PartialEq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl Watch {
    /// Watches the database that was opened at `path`, and its log.
    pub fn on(path: &Path) -> Watch {
        let known = [path.to_owned(), log(path)].into_iter();
        Watch(
            known
                .filter_map(|path| Some((identity(&path).ok()?, path)))
                .map(|(identity, path)| (path, identity))
                .collect(),
        )
    }

    /// `FileGone` when a file has lost its name, or another has it. Takes about a microsecond.
    pub fn check(&self) -> Result<()> {
        let is_gone = |(path, known): &(PathBuf, Identity)| match identity(path) {
            Ok(found) => found != *known,
            Err(error) => error.kind() == io::ErrorKind::NotFound, // what cannot be looked at may be there
        };
        match self.0.iter().find(|file| is_gone(file)) {
            Some((path, _)) => Err(StoreError::FileGone(path.clone())),
            None => Ok(()),
        }
    }
}

/// The write-ahead log of the database at `path`.
pub fn log(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// The bytes of the database at `path`, with those that are still in its log.
pub fn size(path: &Path) -> u64 {
    let files = [path.to_owned(), log(path)];
    let sizes = files.map(|path| fs::metadata(path).map_or(0, |found| found.len()));
    sizes.iter().sum()
}

fn identity(path: &Path) -> io::Result<Identity> {
    let found = fs::metadata(path)?;
    Ok(Identity {
        device: found.dev(),
        inode: found.ino(),
    })
}
