//! Lists of definitions, of events and of properties: what is the same for both tables.
//!
//! [`index`] holds what filters, searches and orders ask, in memory. [`cache`] keeps one such index for each list that was
//! asked for and brings it up to date with the file; [`rows`] the definitions that lists showed lately. A table says with
//! [`Listed`] how its rows become either, and its own module which definitions a filter means.

mod cache;
pub mod index;
mod rows;
#[cfg(test)]
mod tests;
mod warm;

pub use cache::{Cache, Catalogues, VERSION};
pub use rows::{Kept, are_short};
pub use warm::{SMALLEST_WARMED, Warmer};

use std::sync::Arc;

use rusqlite::Row;

use super::{Read, Result, columns::Columns};
use crate::model::{DefinitionType, ProjectId};
use cache::Catalogue;
use index::{Edit, Facts, Index};

/// The definitions of which a list is a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CatalogueKey {
    pub project: ProjectId,
    /// What has the properties; `None` for event definitions.
    pub of: Option<DefinitionType>,
}

impl CatalogueKey {
    /// The values of `:project`, `:type` and `:group_type_index`.
    fn values(self) -> (ProjectId, i64, i64) {
        let code = self.of.map_or(0, DefinitionType::code);
        let index = self.of.map_or(-1, DefinitionType::group_type_index);
        (self.project, code, index)
    }
}

/// A table of definitions that has such lists.
///
/// All statements have the parameters `:project`, `:type` and `:group_type_index`. Event definitions have neither of the
/// latter two: they are of type 0 and index -1, which their statements compare with.
pub trait Listed: Sized + Send + Sync + 'static {
    /// Counts the definitions, up to one more than [`MANY`].
    const SIZE: &str;
    /// Every definition, as [`edit`] reads it. An index leads criss-cross through the file, and a disk that must follow
    /// takes fifty times as long as for the table from beginning to end: so this goes along no index.
    const ALL: &str;
    /// The same along an index, for what is a small part of the table.
    const FEW: &str;
    /// The definitions that were added, changed or deleted in versions after `:version`, as [`edit`] reads them.
    const CHANGED: &str;
    /// The definition called `:name`, the first of its parameters, as [`Listed::from_row`] reads it.
    const ONE: &str;

    /// Reads the columns of ALL, FEW and CHANGED that follow the name and the number of the definition.
    fn facts(columns: &mut Columns) -> rusqlite::Result<Facts>;

    fn from_row(row: &Row) -> rusqlite::Result<Self>;

    /// Whether the texts that have no limit of their own are short, so that it can be kept in memory.
    fn is_short(&self) -> bool;

    /// Returns the cache of this table among `catalogues`.
    fn cache(catalogues: &Catalogues) -> &Cache<Self>;
}

/// Definitions more than this are read with the whole table.
const MANY: i64 = 20_000;

/// The part of a list that was asked for.
pub struct Selection<T> {
    /// The slots of the page, each with what else its entry shows.
    pub page: Vec<(u32, T)>,
    /// How many there are on all pages.
    pub count: u64,
}

/// A page of a list, each definition with what else its entry shows, and how many there are on all pages.
pub type CountedPage<D, T> = (Vec<(Arc<Kept<D>>, T)>, i64);

/// Returns the definitions that `select` selects in the index for `key`, and how many there are on all pages.
pub fn list<D: Listed, T>(
    db: &Read,
    key: CatalogueKey,
    select: impl FnOnce(&Index) -> Result<Selection<T>>,
) -> Result<CountedPage<D, T>> {
    let Some(catalogues) = db.catalogues else {
        // In a change that is in progress, whose rows others may not see.
        return Catalogue::load(db, key)?.list(db, key, true, select);
    };
    D::cache(catalogues).with(db, key, |catalogue, is_current| {
        catalogue.list(db, key, is_current, select)
    })
}

/// Reads what a row says of a name: the name, the number of its definition (null: there is none), and facts.
fn edit<D: Listed>(row: &Row) -> rusqlite::Result<Edit> {
    let mut columns = Columns::of(row);
    let name: String = columns.next()?;
    let facts = match columns.next::<Option<i64>>()? {
        None => None,
        Some(_) => Some(D::facts(&mut columns)?),
    };
    Ok((name, facts))
}
