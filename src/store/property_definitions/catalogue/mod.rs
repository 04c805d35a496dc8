//! The definitions of one project and type as lists need them, in memory: names to search, and what filters ask.
//!
//! A list with its exact count must look at every name of the project; SQLite needs seconds for that where a million
//! definitions are kept, columns in memory milliseconds. It is a cache of the file: `property_definition_change` says
//! what is new, whoever wrote it.

mod entry;
mod fences;
mod follow;
mod load;
mod marks;
mod rows;
mod shared;
mod slots;
#[cfg(test)]
mod tests;
mod texts;
mod touched;
mod warm;

pub use load::fresh;
pub use marks::{Mark, Marks, of_class, type_rank};
pub use shared::Catalogues;
pub use slots::Slots;
pub use warm::Warmer;

use std::cmp::Ordering;

use crate::model::*;
use entry::Facts;
use fences::Fences;
use rows::Rows;
use texts::{SomeTexts, Texts};
use touched::{Tags, Touched};

/// The columns. A definition's place in them is its slot; at first slots are in the order of names, so that what is looked
/// for together stands together, and new ones come behind.
#[derive(Default)]
pub struct Catalogue {
    version: i64,
    numbers: Vec<u32>,
    marks: Marks,
    /// All names as searches compare them.
    folded: Texts,
    /// The names that folding changed, as they are.
    spelled: SomeTexts,
    /// The slots in the order of names by their bytes, without those that are gone.
    order: Vec<u32>,
    fences: Fences,
    touched: Touched,
    tags: Tags,
    rows: Rows,
}

impl Catalogue {
    /// How many slots there are, empty ones included.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The database's number of the definition in `slot`.
    pub fn number(&self, slot: u32) -> u32 {
        self.numbers[slot as usize]
    }

    /// What filters ask of each slot.
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// The slots in the order of names by their bytes.
    pub fn by_name(&self) -> &[u32] {
        &self.order
    }

    /// What people have opened or edited, by when.
    pub fn touched(&self) -> &Touched {
        &self.touched
    }

    /// The slots of the definitions that have `tag`, in order.
    pub fn tagged(&self, tag: &str) -> &[u32] {
        self.tags.get(tag)
    }

    /// The definitions that lists showed lately.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The length of the name in `slot`, in characters.
    pub fn length(&self, slot: u32) -> usize {
        if !self.marks.has(slot, Mark::Wide) {
            return self.folded(slot).len();
        }
        let name = self.name(slot).iter();
        name.filter(|byte| **byte & 0xc0 != 0x80).count() // all but the later bytes of a letter
    }

    /// The name in `slot` as searches compare it.
    pub fn folded(&self, slot: u32) -> &[u8] {
        self.folded.get(slot)
    }

    /// All names as searches compare them.
    pub fn all_folded(&self) -> &Texts {
        &self.folded
    }

    /// The name in `slot`.
    pub fn name(&self, slot: u32) -> &[u8] {
        match self.marks.has(slot, Mark::Odd) {
            false => self.folded(slot),
            true => self.spelled.get(slot),
        }
    }

    /// The slots of those of `names` that are defined, in order, each once.
    pub fn find(&self, names: &[impl AsRef<str>]) -> Vec<u32> {
        let find = |name: &[u8]| {
            let near = &self.order[self.fences.around(name)];
            let found = near.binary_search_by(|slot| self.name(*slot).cmp(name));
            found.ok().map(|place| near[place])
        };
        let names = names.iter().map(|name| name.as_ref().as_bytes());
        let mut found: Vec<_> = names.filter_map(find).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Names compared by their bytes.
    pub fn compare(&self, slot: u32, other: u32) -> Ordering {
        self.name(slot).cmp(self.name(other))
    }

    /// Puts a definition into a new slot behind the last, and into no order.
    fn push(&mut self, number: u32, name: &str, facts: Facts) {
        let slot = self.len() as u32;
        self.marks.grow();
        if name.is_ascii() {
            self.folded.push_lower(name.as_bytes());
        } else {
            self.marks.put(slot, Mark::Wide);
            self.folded.push(fold(name).as_bytes());
        }
        if self.folded(slot) != name.as_bytes() {
            self.marks.put(slot, Mark::Odd);
            self.spelled.push(slot, name.as_bytes());
        }
        self.numbers.push(number);
        self.set(slot, facts);
    }

    /// What can change of the definition in `slot`, which is in no order of [`Touched`] and in no list of [`Tags`].
    fn set(&mut self, slot: u32, facts: Facts) {
        self.marks.replace(slot, facts.marks);
        if let Some(at) = facts.updated_at {
            self.touched.push(at, slot);
        }
        for tag in facts.tags {
            self.tags.push(tag, slot);
        }
    }

    fn trim(&mut self) {
        trim(&mut self.numbers);
        self.marks.trim();
        self.folded.trim();
        self.spelled.trim();
        self.touched.trim();
        self.tags.trim();
    }
}

/// Gives back memory that will not be in use soon. What is kept for new definitions is not touched before they come, and
/// spares them a second copy of all.
fn trim<T>(column: &mut Vec<T>) {
    column.shrink_to(with_room(column.len()));
}

/// `length`, and some more.
fn with_room(length: usize) -> usize {
    length + length / 16
}
