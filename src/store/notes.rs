//! Notes: the columns that tables of definitions have for what people say of them.

use rusqlite::{Row, ToSql, named_params};

use crate::model::*;

/// Hands `run` the values of the columns of `notes`, by their names, and `more`.
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

/// `updated_at` is null in the rows that nobody has touched, and in no other.
pub fn from_row(row: &Row) -> rusqlite::Result<Option<Notes>> {
    let Some(updated_at) = row.get("updated_at")? else {
        return Ok(None);
    };
    Ok(Some(Notes {
        description: row.get("description")?,
        verified: row.get("verified")?,
        verified_at: row.get("verified_at")?,
        verified_by: row.get("verified_by")?,
        hidden: row.get("hidden")?,
        updated_at,
        updated_by: row.get("updated_by")?,
    }))
}
