//! Many texts in one piece of memory, for every slot or for some.

use super::trim;

/// Ends a text; no UTF-8 text contains it.
const END: u8 = 0xff;

/// Many texts one behind another, which take little more memory than their letters.
#[derive(Default)]
pub struct Texts {
    bytes: Vec<u8>,
    /// Where each text ends in `bytes`; one `END` follows it.
    ends: Vec<u32>,
}

impl Texts {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text at `index`.
    pub fn get(&self, index: u32) -> &[u8] {
        let index = index as usize;
        let start = index
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize + 1);
        &self.bytes[start..self.ends[index] as usize]
    }

    /// All of them, with something between them that is in no text.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where the text at `index` ends in [`bytes`](Self::bytes).
    pub fn end(&self, index: u32) -> usize {
        self.ends[index as usize] as usize
    }

    /// The index of the text that has the byte at `place` of [`bytes`](Self::bytes), at or behind `from`.
    pub fn index_at(&self, place: usize, from: u32) -> u32 {
        let rest = &self.ends[from as usize..];
        let mut step = 1;
        while step < rest.len() && (rest[step] as usize) < place {
            step *= 2; // places come in order and near each other
        }
        let (low, high) = (step / 2, (step + 1).min(rest.len()));
        from + (low + rest[low..high].partition_point(|end| (*end as usize) < place)) as u32
    }

    /// Puts `text` behind the last.
    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.end_text();
    }

    /// Puts `text`, which is ASCII, behind the last, in small letters.
    pub fn push_lower(&mut self, text: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text);
        self.bytes[start..].make_ascii_lowercase();
        self.end_text();
    }

    /// Gives back memory that will not be in use soon.
    pub fn trim(&mut self) {
        trim(&mut self.bytes);
        trim(&mut self.ends);
    }

    fn end_text(&mut self) {
        self.ends.push(self.bytes.len() as u32);
        self.bytes.push(END);
    }
}

/// Texts for some of many slots, which take a bit or two for each of the others.
#[derive(Default)]
pub struct SomeTexts {
    /// One bit a slot: whether it has a text.
    has: Vec<u64>,
    /// How many texts come before each word of `has`.
    before: Vec<u32>,
    texts: Texts,
}

impl SomeTexts {
    /// The text for `slot`, which has one.
    pub fn get(&self, slot: u32) -> &[u8] {
        let (word, bit) = (slot as usize / 64, slot % 64);
        let before = self.has[word] & ((1 << bit) - 1);
        self.texts.get(self.before[word] + before.count_ones())
    }

    /// Gives `text` to `slot`, which is behind all others that have one.
    pub fn push(&mut self, slot: u32, text: &[u8]) {
        let (word, bit) = (slot as usize / 64, slot % 64);
        self.has.resize(word + 1, 0);
        self.before.resize(word + 1, self.texts.len() as u32);
        self.has[word] |= 1 << bit;
        self.texts.push(text);
    }

    /// Gives back memory that will not be in use soon.
    pub fn trim(&mut self) {
        trim(&mut self.has);
        trim(&mut self.before);
        self.texts.trim();
    }
}
