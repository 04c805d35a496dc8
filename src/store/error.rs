//! What can go wrong with the database.

use std::path::Path;

use rusqlite::{ErrorCode, ffi};

/// What the store's functions return.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why the database could not do as asked: never the client's fault.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused or failed.
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
    /// Another row has the value: names the columns of the broken UNIQUE, as in `t.a, t.b`.
    #[error("taken: {0}")]
    Taken(String),
    /// No reader came free in time.
    #[error("no reader came free: {0}")]
    Busy(#[from] r2d2::Error),
    /// The writer did not answer: it is shutting down, or the job panicked.
    #[error("the writer did not answer")]
    NoAnswer,
    /// The batch that a change was in could not be kept, for SQLite's reason if it gave one.
    #[error("the change was lost{}", .0.map(|reason| format!(": {reason}")).unwrap_or_default())]
    Lost(Option<ffi::Error>),
    /// The file cannot serve as our database; the text tells people why and what to do.
    #[error("{0}")]
    Unusable(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
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
            other => Self::Sqlite(other),
        }
    }
}

impl StoreError {
    /// SQLite's own reason, if it is known.
    pub(super) fn reason(&self) -> Option<ffi::Error> {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(reason, _)) => Some(*reason),
            Self::Lost(reason) => *reason,
            _ => None,
        }
    }

    /// A sentence for people about why the file at `path` did not do, and what they can do about it.
    pub fn explain(&self, path: &Path) -> String {
        let path = path.display();
        let reason = self.reason();
        // The first thing that finds no room may be the index of the log, which SQLite reports in its own way.
        if reason.is_some_and(|reason| reason.extended_code == ffi::SQLITE_IOERR_SHMSIZE) {
            return format!("{path}: the disk is full; make room and start again");
        }
        match reason.map(|reason| reason.code) {
            Some(ErrorCode::NotADatabase) => {
                format!("{path} is not a database; name another file with --db")
            }
            Some(ErrorCode::DatabaseCorrupt) => {
                format!("{path} is damaged; restore it from a copy, or name another file with --db")
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
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                format!("{path} is locked by another program; end it and start again")
            }
            _ => match self {
                Self::Unusable(why) => why.clone(),
                Self::Sqlite(error) => format!("{path} cannot be used: {error}"),
                other => format!("{path} cannot be used: {other}"),
            },
        }
    }
}
