//! What can go wrong with the database.

use rusqlite::ffi;

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
    /// The writer did not answer: it is shutting down, the job panicked, or its batch was lost.
    #[error("the writer did not answer")]
    NoAnswer,
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
