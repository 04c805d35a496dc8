//! What can go wrong with the database.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use rusqlite::{ErrorCode, ffi};

/// Whether this process has removed anything that requests under way may refer to.
static HAS_REMOVED: AtomicBool = AtomicBool::new(false);

/// Notes that something is being removed which requests under way may refer to.
pub(super) fn note_removal() {
    HAS_REMOVED.store(true, Relaxed);
}

/// What to do where a database is none of ours.
pub(super) const OTHER_FILE: &str = "name another file with --db";

/// What a database is whose pages are broken, and what to do.
pub(super) const DAMAGED: &str =
    "is damaged; restore it from a copy, or name another file with --db";

/// What the store's functions return.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why the database could not do as asked, where that is no bug: it may be able to later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unavailable {
    /// Too much to do for the time given.
    Busy,
    /// Another process writes and does not end.
    Locked,
    DiskFull,
    /// The disk, or the system in front of it, refuses.
    Unwritable,
    /// The file has lost its name.
    FileGone,
    /// Lab mode has removed what a change was about.
    Removed,
}

impl Unavailable {
    pub const ALL: [Unavailable; 6] = [
        Unavailable::Busy,
        Unavailable::Locked,
        Unavailable::DiskFull,
        Unavailable::Unwritable,
        Unavailable::FileGone,
        Unavailable::Removed,
    ];

    /// What metrics call it.
    pub fn name(self) -> &'static str {
        match self {
            Unavailable::Busy => "database_busy",
            Unavailable::Locked => "database_locked",
            Unavailable::DiskFull => "disk_full",
            Unavailable::Unwritable => "disk_unwritable",
            Unavailable::FileGone => "file_gone",
            Unavailable::Removed => "removed",
        }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Unavailable::Busy => "the database is busy",
            Unavailable::Locked => "the database is locked by another program",
            Unavailable::DiskFull => "the disk is full",
            Unavailable::Unwritable => "the disk cannot be written",
            Unavailable::FileGone => "the database file was deleted or replaced",
            Unavailable::Removed => "what the change was about has been removed",
        })
    }
}

/// Why the database could not do as asked: never the client's fault.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Any other error of SQLite.
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
    /// Another row has the value: names the columns of the broken UNIQUE, as in `t.a, t.b`.
    #[error("taken: {0}")]
    Taken(String),
    /// The change refers to a row that lab mode has removed, as it seems: nothing else removes users and projects.
    #[error("the change refers to what is gone")]
    Removed,
    /// No reader came free in time.
    #[error("no reader came free: {0}")]
    NoReader(#[from] r2d2::Error),
    /// The writer did not start the change in time; it never will.
    #[error("the writer did not come to the change in time")]
    Busy,
    /// The change panicked, which undid it.
    #[error("the change panicked")]
    Panicked,
    /// The writer is shutting down.
    #[error("the writer did not answer")]
    NoAnswer,
    /// The file of this name was deleted, or is another one by now.
    #[error("{} was deleted or replaced", .0.display())]
    FileGone(PathBuf),
    /// The batch that a change was in could not be kept, for SQLite's reason if it gave one.
    #[error("the change was lost{}", .0.map(|reason| format!(": {reason}")).unwrap_or_default())]
    Lost(Option<ffi::Error>),
    /// The file cannot serve as our database; the text tells people why and what to do.
    #[error("{0}")]
    Unusable(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::new(error, HAS_REMOVED.load(Relaxed))
    }
}

impl StoreError {
    /// The error of SQLite that a change came to. Without a removal a row that refers to nothing is a bug.
    fn new(error: rusqlite::Error, has_removed: bool) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(cause, Some(text))
                if [
                    ffi::SQLITE_CONSTRAINT_UNIQUE,
                    ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
                ]
                .contains(&cause.extended_code) =>
            {
                Self::Taken(text.rsplit(": ").next().unwrap_or_default().to_owned())
            }
            rusqlite::Error::SqliteFailure(cause, _)
                if has_removed && cause.extended_code == ffi::SQLITE_CONSTRAINT_FOREIGNKEY =>
            {
                Self::Removed
            }
            other => Self::Sqlite(other),
        }
    }

    /// SQLite's own reason, if it is known.
    fn reason(&self) -> Option<ffi::Error> {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(reason, _)) => Some(*reason),
            Self::Lost(reason) => *reason,
            _ => None,
        }
    }

    /// The same error for each caller whose change was in a batch that it ended.
    pub(super) fn to_all(&self) -> StoreError {
        match self {
            Self::FileGone(path) => Self::FileGone(path.clone()),
            other => Self::Lost(other.reason()),
        }
    }

    /// Whether another process holds the lock.
    pub(super) fn is_busy(&self) -> bool {
        self.unavailable() == Some(Unavailable::Locked)
    }

    /// Why the database cannot do it at the moment; `None` for a bug, or a file that is no good.
    pub fn unavailable(&self) -> Option<Unavailable> {
        match self {
            Self::NoReader(_) | Self::Busy | Self::NoAnswer => return Some(Unavailable::Busy),
            Self::FileGone(_) => return Some(Unavailable::FileGone),
            Self::Lost(None) => return Some(Unavailable::Unwritable),
            Self::Removed => return Some(Unavailable::Removed),
            _ => {}
        }
        let reason = self.reason()?;
        match reason.code {
            _ if reason.extended_code == ffi::SQLITE_IOERR_SHMSIZE => Some(Unavailable::DiskFull),
            ErrorCode::DiskFull => Some(Unavailable::DiskFull),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Some(Unavailable::Locked),
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied => Some(Unavailable::Unwritable),
            _ => None,
        }
    }

    /// Whether the file that was read is damaged.
    pub(super) fn is_damage(&self) -> bool {
        let code = self.reason().map(|reason| reason.code);
        code == Some(ErrorCode::DatabaseCorrupt)
    }

    /// The same, with SQLite's own words replaced by those of [`StoreError::explain`].
    pub(super) fn explained(self, path: &Path) -> StoreError {
        match self {
            Self::Sqlite(_) => Self::Unusable(self.explain(path)),
            other => other,
        }
    }

    /// A sentence for people about why the file at `path` did not do, and what they can do about it.
    pub fn explain(&self, path: &Path) -> String {
        let exists = path.exists();
        let path = path.display();
        let reason = self.reason();
        // The first thing that finds no room may be the index of the log, which SQLite reports in its own way.
        if reason.is_some_and(|reason| reason.extended_code == ffi::SQLITE_IOERR_SHMSIZE) {
            return format!("{path}: the disk is full; make room and start again");
        }
        match reason.map(|reason| reason.code) {
            Some(ErrorCode::NotADatabase) => {
                format!("{path} is not a database; {OTHER_FILE}")
            }
            Some(ErrorCode::DatabaseCorrupt) => {
                format!("{path} {DAMAGED}")
            }
            Some(ErrorCode::CannotOpen) if exists => {
                format!("{path} cannot be opened; check its permissions")
            }
            Some(ErrorCode::CannotOpen) => {
                format!("{path} cannot be opened; check that its folder exists and is yours")
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                format!("{path} cannot be written; check its permissions and those of its folder")
            }
            Some(ErrorCode::DiskFull) => {
                format!("{path}: the disk is full; make room and start again")
            }
            Some(ErrorCode::SystemIoFailure) => {
                format!("{path}: the disk fails, or a limit of file sizes (`ulimit -f`) is reached")
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                format!("{path} is locked by another program; end it and start again")
            }
            _ => match self {
                Self::Unusable(why) => why.clone(),
                Self::FileGone(_) => format!("{self}; put it back, or start again"),
                Self::Busy => format!("{path} is in use by other programs; try again"),
                Self::Sqlite(error) => format!("{path} cannot be used: {error}"),
                other => format!("{path} cannot be used: {other}"),
            },
        }
    }
}
