//! All names in one piece of memory, in the order of their bytes.

use std::{cmp::Ordering, ops::Range};

use memchr::memchr;
use roaring::RoaringBitmap;

use crate::model::fold;

/// Ends a text. No UTF-8 text contains this byte or the next.
const END: u8 = 0xff;
/// Stands between a folded name and what restores the name.
const RESTORE: u8 = 0xfe;

/// A byte with this bit, but not the one after it, holds the cases of [`CASES`] letters in its other bits. No character
/// begins with such a byte.
const CASE: u8 = 0x80;
const CASES: usize = 6;

/// Sorted names, stored as searches compare them: folded (see [`fold`]). What folding changed follows a name: which of its
/// letters are capitals, six of them a byte, or the name itself if it is not ASCII.
///
/// ```text
/// plan END  planId -> planid RESTORE 10_010000 END  Über -> über RESTORE Über END
/// ```
///
/// A search of folded text finds nothing in what restores a name that is not in the folded name too: cases are no part of
/// any UTF-8 text, and every character of a folded text folds to itself.
#[derive(Default)]
pub struct Names {
    bytes: Vec<u8>,
    /// Where each text ends in `bytes`; one `END` follows it.
    ends: Vec<u32>,
}

impl Names {
    /// Returns how many names there are.
    pub fn len(&self) -> u32 {
        self.ends.len() as u32
    }

    /// Returns the name in `slot`.
    pub fn get(&self, slot: u32) -> String {
        let bytes = match self.parts(slot) {
            (folded, None) => folded.to_vec(),
            (folded, Some(cases)) if is_cases(cases) => capitals(folded, cases).collect(),
            (_, Some(name)) => name.to_vec(),
        };
        String::from_utf8(bytes).expect("names are put in as text")
    }

    /// Returns the slot of `name`, or the slot that it would have.
    ///
    /// Looks at slots from `from` on, near ones first: a caller with sorted names passes on where it found the last.
    pub fn find(&self, name: &str, from: u32) -> Result<u32, u32> {
        let name = name.as_bytes();
        let (mut low, mut step) = (from, 1);
        while low + step <= self.len() && self.compare(low + step - 1, name).is_lt() {
            low += step;
            step *= 2;
        }
        let mut high = (low + step - 1).min(self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.compare(middle, name) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Ok(middle),
                Ordering::Greater => high = middle,
            }
        }
        match low < self.len() && self.compare(low, name).is_eq() {
            true => Ok(low),
            false => Err(low),
        }
    }

    /// Returns the folded name in `slot`.
    pub fn folded(&self, slot: u32) -> &[u8] {
        self.parts(slot).0
    }

    /// Calls `visit` with each slot, in order, whose folded name contains `needle`, which is folded and not empty.
    pub fn each_containing(&self, needle: &[u8], mut visit: impl FnMut(u32)) {
        if let [byte] = needle {
            // Nearly every name has it: it is found sooner name by name.
            let has = |slot: &u32| self.bytes[self.range(*slot)].contains(byte);
            return (0..self.len()).filter(has).for_each(visit);
        }
        let finder = memchr::memmem::Finder::new(needle);
        let (mut slot, mut from) = (0, 0);
        while let Some(place) = finder.find(&self.bytes[from..]) {
            slot = self.slot_at(from + place, slot);
            visit(slot);
            from = self.ends[slot as usize] as usize + 1;
            slot += 1;
        }
    }

    /// Removes the names in the slots `removed`.
    pub fn remove(&mut self, removed: &RoaringBitmap) {
        let (mut bytes, mut kept, mut next) = (0, 0, 0);
        for slot in removed.iter().chain([self.len()]) {
            let texts = self.start(next)..self.start(slot);
            self.bytes.copy_within(texts.clone(), bytes);
            for slot in next..slot {
                self.ends[kept] = self.ends[slot as usize] - (texts.start - bytes) as u32;
                kept += 1;
            }
            bytes += texts.len();
            next = slot + 1;
        }
        self.bytes.truncate(bytes);
        self.ends.truncate(kept);
    }

    /// Inserts `added`, each before the name that is in the slot beside it now. Both come in order.
    pub fn insert(&mut self, added: &[(u32, String)]) {
        let more = added.iter().map(|(_, name)| stored(name).len() + 1).sum();
        let (mut read, mut limit) = (self.bytes.len(), self.len());
        let mut write = read + more;
        reserve(&mut self.bytes, more);
        reserve(&mut self.ends, added.len());
        self.bytes.resize(write, END);
        self.ends.resize(self.ends.len() + added.len(), 0);
        // From the back, so that everything moves once, into room that is free already.
        for (before, (place, name)) in added.iter().enumerate().rev() {
            let text = stored(name);
            let start = self.start(*place);
            write -= read - start;
            self.bytes.copy_within(start..read, write);
            for slot in (*place..limit).rev() {
                self.ends[slot as usize + before + 1] =
                    self.ends[slot as usize] + (write - start) as u32;
            }
            (read, limit) = (start, *place);
            write -= 1;
            self.bytes[write] = END;
            self.ends[*place as usize + before] = write as u32;
            write -= text.len();
            self.bytes[write..write + text.len()].copy_from_slice(&text);
        }
    }

    /// Returns the place of the first byte of the text in `slot`, which may be the one after the last.
    fn start(&self, slot: u32) -> usize {
        let before = (slot as usize).checked_sub(1);
        before.map_or(0, |before| self.ends[before] as usize + 1)
    }

    fn range(&self, slot: u32) -> Range<usize> {
        self.start(slot)..self.ends[slot as usize] as usize
    }

    /// Returns the folded name in `slot`, and what restores the name if that is another.
    fn parts(&self, slot: u32) -> (&[u8], Option<&[u8]>) {
        let text = &self.bytes[self.range(slot)];
        match memchr(RESTORE, text) {
            None => (text, None),
            Some(end) => (&text[..end], Some(&text[end + 1..])),
        }
    }

    /// Compares the name in `slot` with `name`, by their bytes.
    fn compare(&self, slot: u32, name: &[u8]) -> Ordering {
        match self.parts(slot) {
            (folded, None) => folded.cmp(name),
            (folded, Some(cases)) if is_cases(cases) => {
                capitals(folded, cases).cmp(name.iter().copied())
            }
            (_, Some(stored)) => stored.cmp(name),
        }
    }

    /// Returns the slot of the text that contains the byte at `place`, which is in the slot `from` or near it.
    fn slot_at(&self, place: usize, from: u32) -> u32 {
        let rest = &self.ends[from as usize..];
        let mut step = 1;
        while step < rest.len() && (rest[step] as usize) < place {
            step *= 2;
        }
        let (low, high) = (step / 2, (step + 1).min(rest.len()));
        from + (low + rest[low..high].partition_point(|end| (*end as usize) < place)) as u32
    }
}

/// Makes room for `more` items, and a sixteenth of all: doubling would waste too much of a large column.
fn reserve<T>(column: &mut Vec<T>, more: usize) {
    if column.capacity() - column.len() < more {
        column.reserve_exact(more + column.len() / 16);
    }
}

/// Returns what is stored of `name`.
fn stored(name: &str) -> Vec<u8> {
    let folded = fold(name);
    let mut text = folded.clone().into_bytes();
    if folded == name {
        return text;
    }
    text.push(RESTORE);
    if name.is_ascii() {
        text.extend(name.as_bytes().chunks(CASES).map(|letters| {
            let cases = letters.iter().enumerate();
            cases.fold(CASE, |cases, (bit, letter)| {
                cases | u8::from(letter.is_ascii_uppercase()) << bit
            })
        }));
    } else {
        text.extend_from_slice(name.as_bytes());
    }
    text
}

/// Returns whether what restores a name is cases, not the name.
fn is_cases(restore: &[u8]) -> bool {
    restore
        .first()
        .is_some_and(|byte| byte >> CASES == CASE >> CASES)
}

/// Returns the bytes of `folded`, which is ASCII, with its capitals restored.
fn capitals<'t>(folded: &'t [u8], cases: &'t [u8]) -> impl Iterator<Item = u8> + 't {
    let letters = folded.chunks(CASES).zip(cases);
    letters.flat_map(|(letters, cases)| {
        let letters = letters.iter().enumerate();
        letters.map(move |(bit, letter)| match cases >> bit & 1 {
            1 => letter.to_ascii_uppercase(),
            _ => *letter,
        })
    })
}
