//! An index in memory of the definitions in one list: which pass a filter, how many, and which are on a page.
//!
//! # Why
//!
//! A list of definitions comes with its exact count, can be searched for any part of a name, filtered by several
//! properties at once and put in several orders. For a million definitions SQLite needs up to seconds for that, because no
//! B-tree serves a search within names or a count of what passes. Here it takes milliseconds and about 30 bytes a
//! definition besides its name. SQLite stays the only place where definitions are stored: from the index come names, and
//! the rows of a page are then read from the file.
//!
//! # Idea
//!
//! A definition is known by its **slot**: the place of its name among all names of the list, sorted by their bytes. All
//! else is sets of slots, as compressed bitmaps:
//!
//! - one for each [`Flag`], such as "verified";
//! - one for each tag;
//! - one for each length of names (a search puts short names first);
//! - one for each hour in which something happened to definitions, for each column of instants.
//!
//! A filter is then an expression of sets, and its count the size of the result. A bitmap is read in the order of its
//! slots, which is the order of names; any other order splits the result by further sets, group by group, and only the
//! groups on the page are looked at (see [`Index::page`]).
//!
//! ```text
//! slot             0       1      2       3        names:    "Zoë" END "alpha" END "beta" END "plan" END
//! name            Zoë    alpha   beta    plan      verified: {1, 3}    hidden: {2}    length 3: {0}  4: {2, 3}  5: {1}
//!
//! "not hidden, verified ones first":  {0, 1, 2, 3} - {2} = {0, 1, 3}, of which {1, 3}, then {0}:  alpha, plan, Zoë
//! ```
//!
//! A search scans all names for the longest text it needs. 20 MB take 1 to 2 ms; an index of trigrams would take more
//! memory than the names.
//!
//! # What keeps it valid
//!
//! The index knows no database. [`Index::apply`] takes what is known of some names now; loading is to apply everything, in
//! batches, to an empty index. [`cache`](super::cache) says when that happens.
//!
//! Invariants, between two calls of `apply`: names are sorted and unique; every set holds slots below [`Index::len`]
//! only; each slot is in exactly one set of lengths, and in at most one hour of a column of instants.
//!
//! Changing flags, tags and instants is a matter of microseconds. A definition that is added or deleted moves all slots
//! after it: names move within their memory and sets are numbered anew, which takes the list that follows tens of
//! milliseconds with a million definitions, for one new definition as for 20,000. Slots that stay would save that, but
//! every list would need an order of all slots beside the sets, and walk it.

mod instants;
mod names;
mod page;
mod pattern;
mod renumber;
mod search;
#[cfg(test)]
mod tests;

pub use page::Key;

use std::collections::HashMap;

use roaring::RoaringBitmap;

use crate::model::Timestamp;
use instants::Instants;
use names::Names;

/// Something that a definition is or is not; which number means what is the user's to say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flag(pub u8);

const FLAGS: usize = 16;

/// How many instants a definition can have.
pub const INSTANTS: usize = 3;

/// What lists ask of a definition besides its name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The bit `1 << number` for each [`Flag`].
    pub flags: u16,
    pub instants: [Option<Timestamp>; INSTANTS],
    pub tags: Vec<String>,
}

impl Facts {
    /// Sets `flag` if `is_set`.
    pub fn flag(mut self, flag: Flag, is_set: bool) -> Facts {
        self.flags |= u16::from(is_set) << flag.0;
        self
    }
}

/// What is known of a name now; `None`: it is not defined.
pub type Edit = (String, Option<Facts>);

#[derive(Default)]
pub struct Index {
    names: Names,
    flags: [RoaringBitmap; FLAGS],
    /// By the number of characters in the name.
    lengths: Vec<RoaringBitmap>,
    instants: [Instants; INSTANTS],
    tags: HashMap<String, RoaringBitmap>,
}

impl Index {
    /// Returns how many definitions there are.
    pub fn len(&self) -> u32 {
        self.names.len()
    }

    /// Returns the name in `slot`.
    pub fn name(&self, slot: u32) -> String {
        self.names.get(slot)
    }

    /// Returns all slots.
    pub fn all(&self) -> RoaringBitmap {
        let mut all = RoaringBitmap::new();
        all.insert_range(0..self.len());
        all
    }

    /// Returns the definitions that have `flag`.
    pub fn flagged(&self, flag: Flag) -> &RoaringBitmap {
        &self.flags[usize::from(flag.0)]
    }

    /// Returns the definitions that have any of `tags`.
    pub fn tagged<'t>(&self, tags: impl IntoIterator<Item = &'t String>) -> RoaringBitmap {
        let sets = tags.into_iter().filter_map(|tag| self.tags.get(tag));
        sets.fold(RoaringBitmap::new(), |all, set| all | set)
    }

    /// Returns those of `names` that are defined.
    pub fn named<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> RoaringBitmap {
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_unstable();
        names.dedup();
        let mut near = 0;
        renumber::sorted(names.into_iter().filter_map(|name| {
            let found = self.names.find(name, near);
            near = found.unwrap_or_else(|place| place);
            found.ok()
        }))
    }

    /// Returns the definitions whose name begins with `first`, an ASCII character.
    pub fn beginning(&self, first: char) -> RoaringBitmap {
        let place = |text: char| match self.names.find(text.encode_utf8(&mut [0; 4]), 0) {
            Ok(slot) | Err(slot) => slot,
        };
        let mut found = RoaringBitmap::new();
        found.insert_range(place(first)..place((first as u8 + 1).into()));
        found
    }

    /// Returns those of `set` whose instant in `column` is later than `at`, or that have none.
    pub fn later(&self, column: usize, at: Timestamp, set: RoaringBitmap) -> RoaringBitmap {
        self.instants[column].later(set, at)
    }

    /// The key that puts short names first.
    pub fn by_length(&self) -> Key<'_> {
        Key::Sets(self.lengths.iter().collect())
    }

    /// Takes in what is known of some names now, each at most once.
    pub fn apply(&mut self, mut edits: Vec<Edit>) {
        edits.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let (mut edited, mut removed) = (Vec::new(), Vec::new());
        let (mut changed, mut added, mut new) = (Vec::new(), Vec::new(), Vec::new());
        let mut near = 0;
        for (name, facts) in edits {
            let found = self.names.find(&name, near);
            near = found.unwrap_or_else(|place| place);
            match (found, facts) {
                (Ok(slot), Some(facts)) => {
                    edited.push(slot);
                    changed.push((slot, facts));
                }
                (Ok(slot), None) => removed.push(slot),
                (Err(place), Some(facts)) => {
                    added.push((place - removed.len() as u32, name));
                    new.push(facts);
                }
                (Err(_), None) => {}
            }
        }
        self.forget(&renumber::sorted(edited));
        self.set(changed);
        if !removed.is_empty() {
            self.remove(&renumber::sorted(removed));
        }
        if !added.is_empty() {
            self.insert(&added);
        }
        let slots = added.iter().enumerate();
        let slots = slots.map(|(before, (place, _))| place + before as u32);
        for (slot, (_, name)) in slots.clone().zip(&added) {
            let length = name.chars().count();
            if self.lengths.len() <= length {
                self.lengths.resize(length + 1, RoaringBitmap::new());
            }
            self.lengths[length].insert(slot);
        }
        self.set(slots.zip(new).collect());
    }

    fn remove(&mut self, removed: &RoaringBitmap) {
        self.names.remove(removed);
        for instants in &mut self.instants {
            instants.remove(removed);
        }
        self.sets_mut()
            .for_each(|set| renumber::remove(set, removed));
        self.tags.retain(|_, tagged| !tagged.is_empty());
    }

    fn insert(&mut self, added: &[(u32, String)]) {
        self.names.insert(added);
        let places: Vec<_> = added.iter().map(|(place, _)| *place).collect();
        for instants in &mut self.instants {
            instants.insert(&places);
        }
        self.sets_mut()
            .for_each(|set| renumber::insert(set, &places));
    }

    /// Takes away all that can change of `edited`.
    fn forget(&mut self, edited: &RoaringBitmap) {
        if edited.is_empty() {
            return;
        }
        self.flags.iter_mut().for_each(|set| *set -= edited);
        self.instants
            .iter_mut()
            .for_each(|instants| instants.clear(edited));
        self.tags.retain(|_, tagged| {
            *tagged -= edited;
            !tagged.is_empty()
        });
    }

    /// Sets all that can change of some slots, for which nothing is set. They come in order.
    fn set(&mut self, facts: Vec<(u32, Facts)>) {
        for (number, column) in self.instants.iter_mut().enumerate() {
            let known = facts
                .iter()
                .map(|(slot, facts)| (*slot, facts.instants[number]));
            column.set(known.filter_map(|(slot, at)| Some((slot, at?))));
        }
        for (slot, facts) in facts {
            for flag in (0..FLAGS).filter(|flag| facts.flags >> flag & 1 == 1) {
                self.flags[flag].insert(slot);
            }
            for tag in facts.tags {
                self.tags.entry(tag).or_default().insert(slot);
            }
        }
    }

    /// All sets but those of instants.
    fn sets_mut(&mut self) -> impl Iterator<Item = &mut RoaringBitmap> {
        let sets = self.flags.iter_mut().chain(&mut self.lengths);
        sets.chain(self.tags.values_mut())
    }
}
