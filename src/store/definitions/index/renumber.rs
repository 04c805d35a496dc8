//! Sets of slots follow when slots are inserted before others, or removed.

use roaring::RoaringBitmap;

/// Removes `removed` from `set`; the slots after them move up.
pub fn remove(set: &mut RoaringBitmap, removed: &RoaringBitmap) {
    let is_before_all = set.max() < removed.min();
    if set.is_empty() || removed.is_empty() || is_before_all {
        return;
    }
    let (mut gone, mut before) = (removed.iter().peekable(), 0);
    let kept = set.iter().filter_map(|slot| {
        while gone.next_if(|gone| *gone < slot).is_some() {
            before += 1;
        }
        (gone.peek() != Some(&slot)).then(|| slot - before)
    });
    *set = collect(kept, set.len(), set.max());
}

/// Moves what is in `set` down for new slots before each of `places`, which come in order.
pub fn insert(set: &mut RoaringBitmap, places: &[u32]) {
    let is_before_all = set.max() < places.first().copied();
    if set.is_empty() || places.is_empty() || is_before_all {
        return;
    }
    let mut before = 0;
    let moved = set.iter().map(|slot| {
        while places.get(before).is_some_and(|place| *place <= slot) {
            before += 1;
        }
        slot + before as u32
    });
    let last = set.max().map(|last| last + places.len() as u32);
    *set = collect(moved, set.len(), last);
}

/// Returns the set of about `len` slots, which come in order and are at most `last`.
///
/// Bits that are set one by one and then read as a whole take a third of the time, unless they are few.
fn collect(slots: impl Iterator<Item = u32>, len: u64, last: Option<u32>) -> RoaringBitmap {
    let last = last.unwrap_or_default();
    if len < u64::from(last) / 128 {
        return sorted(slots);
    }
    let mut bits = Bits::below(last + 1);
    slots.for_each(|slot| bits.insert(slot));
    bits.into()
}

/// A bit for each slot.
pub struct Bits(Vec<u8>);

impl Bits {
    /// Returns room for the slots below `limit`.
    pub fn below(limit: u32) -> Bits {
        Bits(vec![0; limit as usize / 8 + 1])
    }

    pub fn insert(&mut self, slot: u32) {
        self.0[slot as usize / 8] |= 1 << (slot % 8);
    }
}

impl From<Bits> for RoaringBitmap {
    fn from(bits: Bits) -> RoaringBitmap {
        RoaringBitmap::from_lsb0_bytes(0, &bits.0)
    }
}

/// Returns the set of `slots`, which come in order, each once.
pub fn sorted(slots: impl IntoIterator<Item = u32>) -> RoaringBitmap {
    RoaringBitmap::from_sorted_iter(slots).expect("slots come in order")
}
