//! The indexes of a running server, and what keeps them valid.
//!
//! Triggers write the name of every definition that is added, changed or deleted into `definition_change`, whichever
//! process makes the change, and each entry has the next version. A list reads the largest version in its own read
//! transaction: if the index has that version, it is valid; otherwise the entries since then are applied to it first. So no
//! list ever shows less than its transaction sees.

use std::{
    collections::HashMap,
    mem::take,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use rusqlite::named_params;

use super::{
    CatalogueKey, CountedPage, Listed, MANY, Selection, edit,
    index::{Edit, Index},
    rows::Rows,
};
use crate::{
    model::{EventDefinition, ProjectId, PropertyDefinition},
    store::{Read, Result},
};

/// Definitions of one kind kept in memory over all projects, before those of other projects make room.
pub const MOST_KEPT: u32 = 2_000_000;

/// Definitions that are read before they are applied to the index together. Larger batches save no time, and memory that
/// is needed only while loading often stays with the process: two lists of a million take 75 MiB with this, 80 MiB with
/// 20,000 and 120 MiB with 100,000.
const BATCH: usize = 8_000;

/// The version of all definitions, which each change of one raises.
pub const VERSION: &str = "SELECT coalesce(max(version), 0) FROM definition_change";
const OLDEST: &str = "SELECT coalesce(min(version), 0) FROM definition_change";

/// The caches of both kinds of definitions.
#[derive(Default)]
pub struct Catalogues {
    pub(in crate::store) events: Cache<EventDefinition>,
    pub(in crate::store) properties: Cache<PropertyDefinition>,
}

impl Catalogues {
    /// Drops what is kept of `project`.
    pub fn forget(&self, project: ProjectId) {
        self.events.forget(project);
        self.properties.forget(project);
    }
}

type Shared<D> = Arc<RwLock<Catalogue<D>>>;

/// What was asked for since the start, each behind a lock of its own.
pub struct Cache<D>(Mutex<HashMap<CatalogueKey, Shared<D>>>);

impl<D> Default for Cache<D> {
    fn default() -> Cache<D> {
        Cache(Mutex::default())
    }
}

impl<D: Listed> Cache<D> {
    /// Runs `read` on what is kept for `key`, as the database is at the instant of `db` or later, and with whether it is
    /// that instant.
    pub fn with<T>(
        &self,
        db: &Read,
        key: CatalogueKey,
        read: impl FnOnce(&Catalogue<D>, bool) -> Result<T>,
    ) -> Result<T> {
        let shared = self.shared(key);
        {
            let catalogue = shared.read().unwrap_or_else(PoisonError::into_inner);
            let version = db.count(VERSION, [])?;
            // It may be ahead: another list applied changes that `db` does not see yet.
            if let Some(known) = catalogue.version.filter(|known| *known >= version) {
                return read(&catalogue, known == version);
            }
        }
        let mut catalogue = shared.write().unwrap_or_else(PoisonError::into_inner);
        catalogue.follow(db, key)?;
        let is_current = catalogue.version == Some(db.count(VERSION, [])?);
        read(&catalogue, is_current)
    }

    /// How many definitions are kept, apart from lists that are being read anew.
    pub fn len(&self) -> u64 {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().map(kept).sum()
    }

    fn forget(&self, project: ProjectId) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|key, _| key.project != project);
    }

    fn shared(&self, key: CatalogueKey) -> Shared<D> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(&key) && all.values().map(kept).sum::<u64>() > u64::from(MOST_KEPT) {
            all.clear();
        }
        all.entry(key).or_default().clone()
    }
}

fn kept<D: Listed>(shared: &Shared<D>) -> u64 {
    shared.try_read().map_or(0, |kept| u64::from(kept.len()))
}

/// What is kept of one list.
pub struct Catalogue<D> {
    /// The version of the database that `index` has; `None`: it was not read, or a panic left it half changed.
    version: Option<i64>,
    index: Index,
    rows: Rows<D>,
}

impl<D> Default for Catalogue<D> {
    fn default() -> Catalogue<D> {
        Catalogue {
            version: None,
            index: Index::default(),
            rows: Rows::default(),
        }
    }
}

impl<D: Listed> Catalogue<D> {
    /// Returns how many definitions are kept.
    pub fn len(&self) -> u32 {
        self.index.len()
    }

    /// Reads every definition of the catalogue.
    pub fn load(db: &Read, key: CatalogueKey) -> Result<Catalogue<D>> {
        let version = Some(db.count(VERSION, [])?);
        let is_large = db.count(D::SIZE, key.values())? > MANY;
        let sql = if is_large { D::ALL } else { D::FEW };
        let (mut index, mut batch) = (Index::default(), Vec::new());
        db.each(sql, key.values(), |row| {
            batch.push(edit::<D>(row)?);
            if batch.len() == BATCH {
                index.apply(take(&mut batch));
            }
            Ok(())
        })?;
        index.apply(batch);
        Ok(Catalogue {
            version,
            index,
            rows: Rows::default(),
        })
    }

    /// Applies what has changed since the index had its version, or reads everything if that is not known any more.
    fn follow(&mut self, db: &Read, key: CatalogueKey) -> Result<()> {
        let version = db.count(VERSION, [])?;
        if self.version.is_some_and(|known| known >= version) {
            return Ok(()); // another list has done it meanwhile
        }
        let oldest = db.count(OLDEST, [])?;
        let Some(known) = self.version.filter(|known| known + 1 >= oldest) else {
            // The old one goes first: there may not be the memory for two.
            *self = Catalogue::default();
            *self = Catalogue::load(db, key)?;
            return Ok(());
        };
        let (project, code, index) = key.values();
        let params = named_params! {
            ":version": known, ":project": project, ":type": code, ":group_type_index": index,
        };
        let edits: Vec<Edit> = db.all(D::CHANGED, params, edit::<D>)?;
        let known = self.index.named(edits.iter().map(|(name, _)| &**name));
        let is_shorter = edits.iter().any(|(_, facts)| facts.is_none());
        match is_shorter || known.len() < edits.len() as u64 {
            true => self.rows = Rows::default(), // a name that comes or goes moves those after it
            false => self.rows.forget(known),
        }
        self.version = None; // until everything is applied
        self.index.apply(edits);
        self.version = Some(version);
        Ok(())
    }

    pub fn list<T>(
        &self,
        db: &Read,
        key: CatalogueKey,
        is_current: bool,
        select: impl FnOnce(&Index) -> Result<Selection<T>>,
    ) -> Result<CountedPage<D, T>> {
        let Selection { page, count } = select(&self.index)?;
        let (project, code, index) = key.values();
        let read = |slots: &[u32]| {
            let names = slots.iter().map(|slot| self.index.name(*slot));
            let params = names.map(|name| (name, project, code, index));
            db.each_of(D::ONE, params, D::from_row)
        };
        Ok((self.rows.get(page, is_current, read)?, count as i64))
    }
}

#[cfg(test)]
mod plans {
    use super::*;
    use crate::store::plans::plan;

    fn assert_plans<D: Listed>(by_name: &str) {
        for sql in [VERSION, OLDEST, D::SIZE, D::FEW, D::CHANGED, D::ONE] {
            let plan = plan(sql);
            for step in &plan {
                let is_small = ["SCAN changed", "SCAN CONSTANT ROW", "SCAN (subquery"]
                    .iter()
                    .any(|small| step.starts_with(small));
                assert!(
                    is_small || !step.starts_with("SCAN") && !step.contains("ORDER BY"),
                    "{sql}\n{plan:#?}"
                );
            }
        }
        for sql in [D::FEW, D::CHANGED, D::ONE] {
            let plan = plan(sql).join("; ");
            assert!(plan.contains(by_name), "{sql}\n{plan}");
        }
        let changed = plan(D::CHANGED).join("; ");
        let log = "SEARCH definition_change USING INTEGER PRIMARY KEY (rowid>?)";
        assert!(changed.contains(log), "{changed}");
        let all = plan(D::ALL);
        assert_eq!(all.len(), 1, "in the order of the file: {all:?}");
        assert!(
            all[0].starts_with("SCAN"),
            "in the order of the file: {all:?}"
        );
    }

    #[test]
    fn following_reads_no_whole_table_and_sorts_nothing() {
        assert_plans::<PropertyDefinition>("INDEX property_definition_by_name");
        assert_plans::<EventDefinition>("INDEX sqlite_autoindex_event_definition_2");
    }
}
