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

/// The transaction that is open for a change.
pub struct OpenTransaction<'c> {
    pub connection: &'c Connection,
    /// Whether nothing was changed in it before. Then the change needs no savepoint, for which SQLite copies each page that is
    /// changed: to undo it is to undo all.
    pub is_first: bool,
}

/// Runs `change` so that its failure, its panic, or a veto undoes it alone. Where it cannot be undone the whole transaction is.
pub fn undoable<T, E: From<StoreError>>(
    open: OpenTransaction,
    change: impl FnOnce(&Write) -> Result<T, E>,
    veto: Option<&Veto>,
) -> Result<T, E> {
    let connection = open.connection;
    if !open.is_first {
        execute(connection, SAVE)?;
    }
    let db = Write(Read {
        connection,
        catalogues: None,
        memory: None,
    });
    // A panic leaves nothing behind but what was changed: the change owns all else that it works with.
    let result = catch_unwind(AssertUnwindSafe(|| change(&db)))
        .unwrap_or_else(|_| Err(StoreError::Panicked.into()));
    if connection.is_autocommit() {
        return result; // SQLite has ended the transaction
    }
    let is_undone = result.is_err() || veto.is_some_and(|veto| veto());
    let last: &[&'static str] = match (open.is_first, is_undone) {
        (true, false) => &[],
        (true, true) => &[ROLLBACK, BEGIN],
        (false, false) => &[RELEASE],
        (false, true) => &[UNDO, RELEASE],
    };
    let ended = last.iter().try_for_each(|last| execute(connection, last));
    if let Err(error) = ended {
        if !connection.is_autocommit() {
            execute(connection, ROLLBACK)?;
        }
        return Err(error.into());
    }
    result
}
