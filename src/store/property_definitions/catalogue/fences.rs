//! Where to look for a name.

use std::ops::Range;

use super::texts::Texts;

/// How many names lie between two fences. Names are all over the memory, and each that is looked at is waited for; fences
/// stand close together and are soon in the processor's cache.
const APART: usize = 16;

/// Some of the names of a long order.
#[derive(Default)]
pub struct Fences {
    names: Texts,
    /// How many names there are in all.
    all: usize,
}

impl Fences {
    /// Fences among the `names`, which are in order.
    pub fn among<'n>(names: impl ExactSizeIterator<Item = &'n [u8]>) -> Fences {
        let mut fences = Fences {
            names: Texts::default(),
            all: names.len(),
        };
        names
            .step_by(APART)
            .for_each(|name| fences.names.push(name));
        fences.names.trim();
        fences
    }

    /// How many names they stand among.
    pub fn len(&self) -> usize {
        self.all
    }

    /// The places in the order where `name` is, if it is anywhere.
    pub fn around(&self, name: &[u8]) -> Range<usize> {
        let (mut low, mut high) = (0, self.names.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.names.get(middle as u32) <= name {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.saturating_sub(1) * APART..(low * APART).min(self.all)
    }
}
