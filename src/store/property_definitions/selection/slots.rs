//! A set of slots.

/// Bits, one for each slot of a catalogue.
pub struct Slots(Vec<u64>);

impl Slots {
    /// None of `len` slots.
    pub fn none(len: usize) -> Slots {
        Slots(vec![0; len.div_ceil(64)])
    }

    /// Those of the slots in `marks` whose marks fit.
    pub fn fitting(marks: &[u16], fits: impl Fn(u16) -> bool) -> Slots {
        let word = |marks: &[u16]| {
            let bits = marks.iter().enumerate();
            bits.fold(0, |word, (bit, marks)| {
                word | u64::from(fits(*marks)) << bit
            })
        };
        Slots(marks.chunks(64).map(word).collect())
    }

    /// These of `len` slots.
    pub fn of(len: usize, slots: &[u32]) -> Slots {
        let mut set = Slots::none(len);
        slots.iter().for_each(|slot| set.insert(*slot));
        set
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
}
