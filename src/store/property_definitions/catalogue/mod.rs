//! The definitions of one project and type as lists need them, in memory: names to search, and what filters ask.
//!
//! A list with its exact count must look at every name of the project; SQLite needs seconds for that where a million
//! definitions are kept, columns in memory milliseconds. It is a cache of the file: `property_definition_change` says
//! what is new, whoever wrote it.

mod follow;
mod shared;
#[cfg(test)]
mod tests;

pub use follow::fresh;
pub use shared::Catalogues;

use crate::model::*;

/// What filters ask of a definition, as bits.
pub mod mark {
    /// Somebody vouches for it.
    pub const VERIFIED: u8 = 1;
    /// Pickers leave it out.
    pub const HIDDEN: u8 = 2;
    /// Its values are numbers.
    pub const NUMERIC: u8 = 4;
    /// It was seen on an event.
    pub const SEEN: u8 = 8;
    /// Where the class of its name begins: two bits.
    pub const CLASS: u8 = 4;
}

/// Parts names in `folded`; no UTF-8 text contains it.
const END: u8 = 0xff;

/// The columns, in the order of names by their bytes. A place in them is a row's index.
#[derive(Default)]
pub struct Catalogue {
    version: i64,
    numbers: Vec<i64>,
    marks: Vec<u8>,
    /// The lengths of the names, in characters.
    lengths: Vec<u16>,
    /// All names as searches compare them, each followed by `END`.
    folded: Vec<u8>,
    /// Where each name of `folded` ends.
    ends: Vec<u32>,
    /// The names that folding changed, as they are, by index.
    spelled: Vec<(u32, Box<str>)>,
}

impl Catalogue {
    /// How many definitions there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The database's number of the definition at `index`.
    pub fn number(&self, index: u32) -> i64 {
        self.numbers[index as usize]
    }

    /// What filters ask of it.
    pub fn marks(&self) -> &[u8] {
        &self.marks
    }

    /// The length of its name in characters.
    pub fn length(&self, index: u32) -> u16 {
        self.lengths[index as usize]
    }

    /// Its name as searches compare it.
    pub fn folded(&self, index: u32) -> &[u8] {
        let index = index as usize;
        let start = if index == 0 {
            0
        } else {
            self.ends[index - 1] as usize + 1
        };
        &self.folded[start..self.ends[index] as usize]
    }

    /// Where its name ends in [`all_folded`](Self::all_folded).
    pub fn end(&self, index: u32) -> usize {
        self.ends[index as usize] as usize
    }

    /// All names as searches compare them, one behind another.
    pub fn all_folded(&self) -> &[u8] {
        &self.folded
    }

    /// The index of the name that has the byte at `place` of [`all_folded`](Self::all_folded), at or behind `from`.
    pub fn index_at(&self, place: usize, from: u32) -> u32 {
        let rest = &self.ends[from as usize..];
        let mut step = 1;
        while step < rest.len() && (rest[step] as usize) < place {
            step *= 2; // places come in order and near each other
        }
        let (low, high) = (step / 2, (step + 1).min(rest.len()));
        from + (low + rest[low..high].partition_point(|end| (*end as usize) < place)) as u32
    }

    /// The index of the definition called `name`.
    pub fn find(&self, name: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = (low + high) / 2;
            match self.name(middle as u32).cmp(name.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle as u32),
            }
        }
        None
    }

    fn name(&self, index: u32) -> &[u8] {
        match self
            .spelled
            .binary_search_by_key(&index, |(index, _)| *index)
        {
            Ok(found) => self.spelled[found].1.as_bytes(),
            Err(_) => self.folded(index),
        }
    }

    fn push(&mut self, number: i64, name: &str, marks: u8) {
        let (index, folded) = (self.len() as u32, fold(name));
        if folded != name {
            self.spelled.push((index, name.into()));
        }
        self.numbers.push(number);
        self.marks.push(marks);
        self.lengths.push(name.chars().count() as u16);
        self.folded.extend_from_slice(folded.as_bytes());
        self.ends.push(self.folded.len() as u32);
        self.folded.push(END);
    }
}
