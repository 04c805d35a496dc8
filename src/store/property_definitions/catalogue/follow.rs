//! How a catalogue comes from the file, and follows it.

use std::{collections::HashMap, mem::take};

use rusqlite::named_params;

use super::{
    Catalogue,
    entry::{Entry, Facts, select},
    mark,
    touched::merge,
};
use crate::{
    model::*,
    store::{Read, Result, columns},
};

/// More definitions than this, read or read again, are read with the whole table.
pub(super) const MANY: usize = 20_000;

pub(super) const VERSION: &str = "SELECT coalesce(max(version), 0) FROM property_definition_change";
const OLDEST: &str = "SELECT coalesce(min(version), 0) FROM property_definition_change";
const CHANGED: &str =
    "SELECT DISTINCT number FROM property_definition_change WHERE version > :version";
pub(super) const FIRST: &str = "
    SELECT number FROM property_definition
     WHERE project_id = :project AND type = :type AND group_type_index = :index LIMIT :most";
/// Along no index, on purpose: an index leads criss-cross through the file, and a disk that must follow takes fifty times
/// as long as for the table from its beginning to its end.
const ALL: &str = select!(
    "NOT INDEXED WHERE project_id = :project AND type = :type AND group_type_index = :index ORDER BY number"
);
/// The plus keeps SQLite from walking along the whole project's index instead of to the numbers.
const SOME: &str = select!(
    "WHERE +project_id = :project AND type = :type AND group_type_index = :index
       AND number IN (SELECT value FROM json_each(:numbers))"
);

impl Catalogue {
    /// The catalogue as the database is at the instant of `db`.
    pub(super) fn load(db: &Read, project: ProjectId, of: DefinitionType) -> Result<Catalogue> {
        let mut catalogue = Catalogue {
            version: db.count(VERSION, [])?,
            ..Catalogue::default()
        };
        let first = numbers(db, project, of, MANY + 1)?;
        if first.len() > MANY {
            catalogue.read_table(db, project, of)?;
        } else {
            for entry in some(db, project, of, &first)? {
                catalogue.push(entry.number, &entry.name, entry.facts);
            }
        }
        catalogue.settle(0);
        catalogue.trim();
        Ok(catalogue)
    }

    pub(super) fn read_table(
        &mut self,
        db: &Read,
        project: ProjectId,
        of: DefinitionType,
    ) -> Result<()> {
        let params = named_params! { ":project": project, ":type": of.code(), ":index": of.group_type_index() };
        db.each(ALL, params, |row| {
            let name = row.get_ref(1)?.as_str()?;
            self.push(row.get(0)?, name, Facts::read(row, name)?);
            Ok(())
        })
    }

    /// Brings in what has changed since; reads everything anew when that is too much.
    pub(super) fn refresh(
        &mut self,
        db: &Read,
        project: ProjectId,
        of: DefinitionType,
    ) -> Result<()> {
        let version = db.count(VERSION, [])?;
        if version <= self.version {
            return Ok(()); // others brought in what comes after the instant of `db`
        }
        let is_known = self.version + 1 >= db.count(OLDEST, [])?;
        let since = named_params! { ":version": self.version };
        let changed: Vec<u32> = if is_known {
            db.all(CHANGED, since, |row| row.get(0))?
        } else {
            Vec::new()
        };
        let is_full_of_holes = self.len() - self.order.len() > self.len() / 8 + MANY;
        if !is_known || changed.len() > MANY || is_full_of_holes {
            // The old one goes first: there may not be the memory for two.
            *self = Catalogue::default();
            *self = Catalogue::load(db, project, of)?;
            return Ok(());
        }
        let entries = some(db, project, of, &changed)?;
        self.apply(&changed, entries);
        self.version = version;
        Ok(())
    }

    /// Puts `entries` in the place of the definitions numbered in `changed`.
    fn apply(&mut self, changed: &[u32], entries: Vec<Entry>) {
        let known = changed.iter().filter_map(|number| self.slot_of(*number));
        let mut known: Vec<u32> = known.collect();
        known.sort_unstable();
        self.touched
            .remove(|slot| known.binary_search(&slot).is_ok());
        self.tags.remove(|slot| known.binary_search(&slot).is_ok());
        let (mut added, mut kept) = (Vec::new(), HashMap::new());
        for entry in entries {
            // A number may be another's, whose definition was deleted.
            let slot = self.slot_of(entry.number);
            match slot.filter(|slot| self.name(*slot) == entry.name.as_bytes()) {
                Some(slot) => drop(kept.insert(slot, entry.facts)),
                None => added.push(entry),
            }
        }
        self.empty(known.iter().filter(|slot| !kept.contains_key(slot)));
        for (slot, facts) in kept {
            self.set(slot, facts);
        }
        self.add(added);
    }

    /// Empties `slots`, whose definitions are gone.
    fn empty<'s>(&mut self, slots: impl Iterator<Item = &'s u32>) {
        let before = self.order.len();
        let mut gone = 0;
        for slot in slots {
            self.marks[*slot as usize] |= mark::GONE;
            gone += 1;
        }
        if gone == 0 {
            return;
        }
        let marks = &self.marks;
        self.order
            .retain(|slot| marks[*slot as usize] & mark::GONE == 0);
        debug_assert_eq!(self.order.len() + gone, before);
        // The last number of all may be given again; numbers stay in order without it.
        while self
            .marks
            .pop_if(|marks| *marks & mark::GONE != 0)
            .is_some()
        {
            self.numbers.pop();
            self.folded.pop();
            let slot = self.numbers.len() as u32;
            if self.odd.pop_if(|odd| *odd == slot).is_some() {
                self.spelled.pop();
            }
        }
    }

    /// Adds definitions with higher numbers than all others have, and puts all that is new in order.
    fn add(&mut self, entries: Vec<Entry>) {
        let old = self.len() as u32;
        for entry in entries {
            self.push(entry.number, &entry.name, entry.facts);
        }
        self.settle(old);
    }

    /// Puts the slots from `old` on, and all that is new of others, in order.
    pub(super) fn settle(&mut self, old: u32) {
        let (mut order, mut touched) = (take(&mut self.order), take(&mut self.touched));
        let new = (old..self.len() as u32).collect();
        merge(&mut order, new, |one, other| self.compare(*one, *other));
        touched.settle(|one, other| self.compare(one, other));
        (self.order, self.touched) = (order, touched);
        self.tags.settle();
    }

    /// The slot of the definition that the database gave `number`.
    fn slot_of(&self, number: u32) -> Option<u32> {
        let slot = self.numbers.binary_search(&number).ok()? as u32;
        (self.marks[slot as usize] & mark::GONE == 0).then_some(slot)
    }
}

/// The numbers of at most `most` definitions of `project` and type `of`: of any.
pub(super) fn numbers(
    db: &Read,
    project: ProjectId,
    of: DefinitionType,
    most: usize,
) -> Result<Vec<u32>> {
    let params = named_params! {
        ":project": project, ":type": of.code(), ":index": of.group_type_index(), ":most": most as i64,
    };
    db.all(FIRST, params, |row| row.get(0))
}

/// Those definitions of `project` and type `of` whose number is one of `numbers`, in the order of their numbers.
fn some(db: &Read, project: ProjectId, of: DefinitionType, numbers: &[u32]) -> Result<Vec<Entry>> {
    let params = named_params! {
        ":project": project, ":type": of.code(), ":index": of.group_type_index(),
        ":numbers": columns::to_json(&numbers),
    };
    let mut entries = db.all(SOME, params, Entry::read)?;
    entries.sort_unstable_by_key(|entry| entry.number);
    Ok(entries)
}

/// The catalogue at the instant of `db`, made for this one look: for a change in progress, which others may not see.
pub fn fresh(db: &Read, project: ProjectId, of: DefinitionType) -> Result<Catalogue> {
    Catalogue::load(db, project, of)
}

#[cfg(test)]
mod plans {
    use super::*;
    use crate::store::plans::plan;

    #[test]
    fn following_reads_no_whole_table_and_sorts_nothing() {
        for sql in [VERSION, OLDEST, CHANGED, FIRST, SOME] {
            let plan = plan(sql);
            for step in plan.iter().filter(|step| !step.contains("json_each")) {
                assert!(
                    !step.starts_with("SCAN") && !step.contains("ORDER BY"),
                    "{sql}\n{plan:#?}"
                );
            }
        }
        assert!(plan(SOME)[0].contains("INTEGER PRIMARY KEY"));
        assert!(plan(FIRST)[0].contains("COVERING INDEX property_definition_by_name"));
        assert_eq!(
            plan(ALL),
            ["SCAN property_definition"],
            "in the order of the file"
        );
    }
}
