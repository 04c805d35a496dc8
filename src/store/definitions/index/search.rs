//! Finding names by the words in them.

use roaring::RoaringBitmap;

use super::{
    Index,
    names::Names,
    pattern::Pattern,
    renumber::{Bits, sorted},
};

/// Names fewer than this share of all are looked at one by one; more are searched all at once.
const FEW: u64 = 16;

/// Returns those of `within` whose folded name contains every one of `words`, in the terms of LIKE (see [`Pattern`]).
pub fn find(names: &Names, words: &[String], within: &RoaringBitmap) -> RoaringBitmap {
    let patterns: Vec<_> = words.iter().map(|word| Pattern::containing(word)).collect();
    let fits = |name: &[u8]| patterns.iter().all(|pattern| pattern.fits(name));
    if within.len() < u64::from(names.len()) / FEW {
        return sorted(within.iter().filter(|slot| fits(names.folded(*slot))));
    }
    // The longest text that a word needs is looked for first, and the words only where it is.
    let needles = patterns.iter().map(Pattern::needle);
    let needle = needles.max_by_key(|needle| needle.len());
    let needle = needle.unwrap_or_default();
    let is_certain = patterns.len() == 1 && patterns[0].is_plain();
    let mut found = Bits::below(names.len());
    if needle.is_empty() {
        let all = 0..names.len();
        all.filter(|slot| fits(names.folded(*slot)))
            .for_each(|slot| found.insert(slot));
    } else {
        names.each_containing(needle.as_bytes(), |slot| {
            if is_certain || fits(names.folded(slot)) {
                found.insert(slot);
            }
        });
    }
    RoaringBitmap::from(found) & within
}

impl Index {
    /// Returns those of `within` whose name contains every one of `words`, which are folded. In a word `_` stands for any
    /// character, `%` for any text, and `\` takes that meaning from the next.
    pub fn search(&self, words: &[String], within: &RoaringBitmap) -> RoaringBitmap {
        find(&self.names, words, within)
    }
}
