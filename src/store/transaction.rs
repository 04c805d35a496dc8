//! Transactions of the writer, by statements that stay prepared: each change needs at least two of them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;

use super::{Read, Result, StoreError, Write, veto::Veto};

/// Begins a transaction that writes; waits for other processes.
pub const BEGIN: &str = "BEGIN IMMEDIATE";
/// Puts it on disk.
pub const COMMIT: &str = "COMMIT";
/// Undoes it.
pub const ROLLBACK: &str = "ROLLBACK";
/// Begins a part that can be undone by itself.
pub const SAVE: &str = "SAVEPOINT change";
/// Ends it.
pub const RELEASE: &str = "RELEASE change";
/// Undoes it, before its end.
pub const UNDO: &str = "ROLLBACK TO change";

/// Runs a statement that stays prepared.
pub fn execute(connection: &Connection, statement: &'static str) -> Result<()> {
    connection.prepare_cached(statement)?.execute([])?;
    Ok(())
}

/// Runs `change` so that its failure, its panic, or a veto undoes it alone. Where it cannot be undone the whole transaction is.
pub fn in_savepoint<T, E: From<StoreError>>(
    connection: &Connection,
    change: impl FnOnce(&Write) -> Result<T, E>,
    veto: Option<&Veto>,
) -> Result<T, E> {
    execute(connection, SAVE)?;
    let db = Write(Read {
        connection,
        catalogues: None,
    });
    // A panic leaves nothing behind but the savepoint: the change owns all else that it works with.
    let result = catch_unwind(AssertUnwindSafe(|| change(&db)))
        .unwrap_or_else(|_| Err(StoreError::Panicked.into()));
    if connection.is_autocommit() {
        return result; // SQLite has ended the transaction
    }
    let mut ended = Ok(());
    if result.is_err() || veto.is_some_and(|veto| veto()) {
        ended = execute(connection, UNDO);
    }
    if let Err(error) = ended.and_then(|()| execute(connection, RELEASE)) {
        execute(connection, ROLLBACK)?;
        return Err(error.into());
    }
    result
}
