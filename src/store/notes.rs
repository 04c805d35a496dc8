//! Notes: the columns that both tables of definitions have for them.

use rusqlite::{ToSql, named_params};

use super::columns::Columns;
use crate::model::{Notes, Timestamp};

/// Calls `run` with the values of the columns of `notes`, by name, and `more`.
pub fn bound<T>(
    notes: Option<&Notes>,
    more: &[(&str, &dyn ToSql)],
    run: impl FnOnce(&[(&str, &dyn ToSql)]) -> T,
) -> T {
    let params = named_params! {
        ":description": notes.and_then(|notes| notes.description.as_ref()),
        ":verified": notes.is_some_and(|notes| notes.verified),
        ":verified_at": notes.and_then(|notes| notes.verified_at),
        ":verified_by": notes.and_then(|notes| notes.verified_by),
        ":hidden": notes.and_then(|notes| notes.hidden),
        ":updated_at": notes.map(|notes| notes.updated_at),
        ":updated_by": notes.and_then(|notes| notes.updated_by),
    };
    run(&[params, more].concat())
}

/// Reads the next seven columns: description, verified, verified_at, verified_by, hidden, updated_at, updated_by.
///
/// `updated_at` is null exactly in the rows that have no notes.
pub fn from_columns(columns: &mut Columns) -> rusqlite::Result<Option<Notes>> {
    let description = columns.next()?;
    let verified = columns.next()?;
    let verified_at = columns.next()?;
    let verified_by = columns.next()?;
    let hidden = columns.next()?;
    let updated_at: Option<Timestamp> = columns.next()?;
    let updated_by = columns.next()?;
    Ok(updated_at.map(|updated_at| Notes {
        description,
        verified,
        verified_at,
        verified_by,
        hidden,
        updated_at,
        updated_by,
    }))
}
