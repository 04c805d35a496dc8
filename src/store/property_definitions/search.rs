//! Finding names in a catalogue.

use memchr::memmem::Finder;

use super::catalogue::Catalogue;
use crate::{model::PropertySearch, store::pattern::Pattern};

/// Calls `found` for the slot of every definition that `search` finds among `within` (`None`: all, and some empty slots).
pub fn find(
    catalogue: &Catalogue,
    search: &PropertySearch,
    within: Option<&[u32]>,
    mut found: impl FnMut(u32),
) {
    let patterns: Vec<_> = search
        .words
        .iter()
        .map(|word| Pattern::containing(word))
        .collect();
    let fits = |slot: u32| {
        patterns
            .iter()
            .all(|pattern| pattern.fits(catalogue.folded(slot)))
    };
    match within {
        Some(within) => within
            .iter()
            .copied()
            .filter(|slot| fits(*slot))
            .for_each(&mut found),
        None => by_needle(catalogue, &patterns, fits, &mut found),
    }
    let labelled = catalogue.find(&search.labelled).into_iter();
    labelled
        .filter(|slot| within.is_none_or(|within| within.binary_search(slot).is_ok()))
        .for_each(found);
}

/// All that fit: the longest piece of text that a word needs is looked for in all names at once.
fn by_needle(
    catalogue: &Catalogue,
    patterns: &[Pattern],
    fits: impl Fn(u32) -> bool,
    mut found: impl FnMut(u32),
) {
    let needle = patterns
        .iter()
        .map(Pattern::needle)
        .max_by_key(|needle| needle.len())
        .unwrap_or_default();
    if needle.is_empty() {
        return (0..catalogue.len() as u32)
            .filter(|slot| fits(*slot))
            .for_each(found);
    }
    let (finder, names) = (Finder::new(needle), catalogue.all_folded());
    // A word without wild letters fits where it is found.
    let is_certain = patterns.len() == 1 && patterns[0].is_plain();
    let (mut from, mut slot) = (0, 0);
    while let Some(place) = finder.find(&names.bytes()[from..]) {
        slot = names.index_at(from + place, slot);
        if is_certain || fits(slot) {
            found(slot);
        }
        from = names.end(slot) + 1;
        slot += 1;
        if slot as usize == names.len() {
            break;
        }
    }
}
