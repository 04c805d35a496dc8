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
    /// Folding changed its name.
    pub const ODD: u8 = 64;
}

/// Ends a text; no UTF-8 text contains it.
const END: u8 = 0xff;

/// Many texts one behind another, which take little more memory than their letters.
#[derive(Default)]
struct Texts {
    bytes: Vec<u8>,
    /// Where each text ends in `bytes`; one `END` follows it.
    ends: Vec<u32>,
}

impl Texts {
    fn get(&self, index: u32) -> &[u8] {
        let index = index as usize;
        let start = index
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize + 1);
        &self.bytes[start..self.ends[index] as usize]
    }

    fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len() as u32);
        self.bytes.push(END);
    }

    fn trim(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

/// The columns, in the order of names by their bytes. A place in them is a row's index.
#[derive(Default)]
pub struct Catalogue {
    version: i64,
    numbers: Vec<u32>,
    marks: Vec<u8>,
    /// The lengths of the names, in characters.
    lengths: Vec<u16>,
    /// All names as searches compare them.
    folded: Texts,
    /// The indexes of the names that folding changed, and these names as they are.
    odd: Vec<u32>,
    spelled: Texts,
}

impl Catalogue {
    /// How many definitions there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The database's number of the definition at `index`.
    pub fn number(&self, index: u32) -> u32 {
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
        self.folded.get(index)
    }

    /// Where its name ends in [`all_folded`](Self::all_folded).
    pub fn end(&self, index: u32) -> usize {
        self.folded.ends[index as usize] as usize
    }

    /// All names as searches compare them, one behind another.
    pub fn all_folded(&self) -> &[u8] {
        &self.folded.bytes
    }

    /// The index of the name that has the byte at `place` of [`all_folded`](Self::all_folded), at or behind `from`.
    pub fn index_at(&self, place: usize, from: u32) -> u32 {
        let rest = &self.folded.ends[from as usize..];
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
        if self.marks[index as usize] & mark::ODD == 0 {
            return self.folded(index);
        }
        let found = self.odd.binary_search(&index);
        self.spelled
            .get(found.expect("an odd name is spelled out") as u32)
    }

    fn push(&mut self, number: u32, name: &str, marks: u8) {
        let folded = fold(name);
        let mut marks = marks;
        if folded != name {
            marks |= mark::ODD;
            self.odd.push(self.len() as u32);
            self.spelled.push(name.as_bytes());
        }
        self.folded.push(folded.as_bytes());
        self.push_rest(number, marks, name.chars().count() as u16);
    }

    /// A row whose name is in already.
    fn push_rest(&mut self, number: u32, marks: u8, length: u16) {
        self.numbers.push(number);
        self.marks.push(marks);
        self.lengths.push(length);
    }

    fn trim(&mut self) {
        self.numbers.shrink_to_fit();
        self.marks.shrink_to_fit();
        self.lengths.shrink_to_fit();
        self.folded.trim();
        self.odd.shrink_to_fit();
        self.spelled.trim();
    }
}
