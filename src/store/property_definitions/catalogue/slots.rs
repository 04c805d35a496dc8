//! Sets of slots.

use super::trim;

/// Bits, one for each slot of a catalogue: what filters ask of a million definitions is a few thousand words.
#[derive(Clone, Default)]
pub struct Slots(Vec<u64>);

impl Slots {
    /// None of `len` slots.
    pub fn none(len: usize) -> Slots {
        Slots(vec![0; len.div_ceil(64)])
    }

    /// All of `len` slots.
    pub fn all(len: usize) -> Slots {
        let mut all = Slots(vec![u64::MAX; len.div_ceil(64)]);
        if let Some(last) = all.0.last_mut().filter(|_| !len.is_multiple_of(64)) {
            *last = (1 << (len % 64)) - 1;
        }
        all
    }

    /// These of `len` slots.
    pub fn of(len: usize, slots: &[u32]) -> Slots {
        let mut set = Slots::none(len);
        slots.iter().for_each(|slot| set.insert(*slot));
        set
    }

    /// Makes place for one slot more, if it is the `len`th.
    pub fn grow(&mut self, len: usize) {
        self.0.resize(len.div_ceil(64), 0);
    }

    /// Takes `slot` in.
    pub fn insert(&mut self, slot: u32) {
        self.0[slot as usize / 64] |= 1 << (slot % 64);
    }

    /// Takes `slot` out.
    pub fn remove(&mut self, slot: u32) {
        self.0[slot as usize / 64] &= !(1 << (slot % 64));
    }

    /// Whether `slot` is in.
    pub fn contains(&self, slot: u32) -> bool {
        self.0[slot as usize / 64] >> (slot % 64) & 1 == 1
    }

    /// How many are in.
    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Those of these that are in `others` too.
    pub fn and(mut self, others: &Slots) -> Slots {
        let words = self.0.iter_mut().zip(&others.0);
        words.for_each(|(word, other)| *word &= other);
        self
    }

    /// Those of these that are not in `others`.
    pub fn without(mut self, others: &Slots) -> Slots {
        let words = self.0.iter_mut().zip(&others.0);
        words.for_each(|(word, other)| *word &= !other);
        self
    }

    /// Those that are in, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().zip(0..).flat_map(|(word, index)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros())?;
                rest &= rest - 1;
                Some(index * 64 + bit)
            })
        })
    }

    /// Gives back memory that will not be in use soon.
    pub fn trim(&mut self) {
        trim(&mut self.0);
    }
}
