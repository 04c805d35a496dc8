//! How a catalogue follows the file.

use std::{collections::HashMap, mem::take};

use rusqlite::named_params;

use super::{
    Catalogue,
    entry::Entry,
    fences::Fences,
    load::{MANY, some},
    marks::Mark,
    touched::merge,
    with_room,
};
use crate::{
    model::*,
    store::{Read, Result},
};

pub(super) const VERSION: &str = "SELECT coalesce(max(version), 0) FROM property_definition_change";
const OLDEST: &str = "SELECT coalesce(min(version), 0) FROM property_definition_change";
const CHANGED: &str =
    "SELECT DISTINCT number FROM property_definition_change WHERE version > :version";

impl Catalogue {
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
        self.rows.forget(&changed);
        let entries = some(db, project, of, &changed)?;
        self.apply(&changed, entries);
        self.version = version;
        Ok(())
    }

    /// Puts `entries` in the place of the definitions numbered in `changed`.
    fn apply(&mut self, changed: &[u32], entries: Vec<Entry>) {
        let mut gone = self.slots_of(changed);
        let mut known: Vec<u32> = gone.values().copied().collect();
        known.sort_unstable();
        self.touched
            .remove(|slot| known.binary_search(&slot).is_ok());
        self.tags.remove(|slot| known.binary_search(&slot).is_ok());
        let mut added = Vec::new();
        for entry in entries {
            // A number may be another's, whose definition was deleted.
            let slot = gone.get(&entry.number).copied();
            match slot.filter(|slot| self.name(*slot) == entry.name.as_bytes()) {
                None => added.push(entry),
                Some(slot) => {
                    gone.remove(&entry.number);
                    self.set(slot, entry.facts);
                }
            }
        }
        self.empty(gone.values());
        let old = self.len() as u32;
        for entry in added {
            self.push(entry.number, &entry.name, entry.facts);
        }
        self.settle(old);
    }

    /// Where the definitions are that have these `numbers`.
    fn slots_of(&self, numbers: &[u32]) -> HashMap<u32, u32> {
        let largest = numbers.iter().max().map_or(0, |number| *number as usize);
        let mut is_asked = vec![false; largest + 1];
        for number in numbers {
            is_asked[*number as usize] = true;
        }
        let slots = self.numbers.iter().zip(0..);
        let slots = slots.filter(|(number, _)| is_asked.get(**number as usize) == Some(&true));
        let slots = slots.filter(|(_, slot)| !self.marks.has(*slot, Mark::Gone));
        slots.map(|(number, slot)| (*number, slot)).collect()
    }

    /// Empties `slots`, whose definitions are gone.
    fn empty<'s>(&mut self, slots: impl ExactSizeIterator<Item = &'s u32>) {
        if slots.len() == 0 {
            return;
        }
        for slot in slots {
            self.marks.put(*slot, Mark::Gone);
        }
        let marks = &self.marks;
        self.order.retain(|slot| !marks.has(*slot, Mark::Gone));
    }

    /// Puts the slots from `old` on, and all that is new of others, in order.
    pub(super) fn settle(&mut self, old: u32) {
        let (mut order, mut touched) = (take(&mut self.order), take(&mut self.touched));
        let slots = old..self.len() as u32;
        let mut new = Vec::with_capacity(with_room(slots.len()));
        new.extend(slots.clone());
        merge(&mut order, new, |one, other| self.compare(*one, *other));
        touched.settle(|one, other| self.compare(one, other));
        (self.order, self.touched) = (order, touched);
        if !slots.is_empty() || self.order.len() != self.fences.len() {
            self.fences = Fences::among(self.order.iter().map(|slot| self.name(*slot)));
        }
        self.tags.settle();
    }
}

#[cfg(test)]
mod plans {
    use super::*;
    use crate::store::{
        plans::plan,
        property_definitions::catalogue::load::{ALL, FIRST, LARGEST, SOME},
    };

    #[test]
    fn following_reads_no_whole_table_and_sorts_nothing() {
        for sql in [VERSION, OLDEST, CHANGED, FIRST, LARGEST, SOME] {
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
