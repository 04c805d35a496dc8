//! Finding names in a catalogue.

use memchr::memmem::Finder;

use super::catalogue::Catalogue;
use crate::{model::PropertySearch, store::pattern::Pattern};

/// Calls `found` for every definition that `search` finds among `within` (`None`: all), each once.
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
    let fits = |index: u32| {
        patterns
            .iter()
            .all(|pattern| pattern.fits(catalogue.folded(index)))
    };
    match within {
        Some(within) => within
            .iter()
            .copied()
            .filter(|index| fits(*index))
            .for_each(&mut found),
        None => by_needle(catalogue, &patterns, fits, &mut found),
    }
    let mut labelled: Vec<_> = search
        .labelled
        .iter()
        .filter_map(|name| catalogue.find(name))
        .collect();
    labelled.sort_unstable();
    labelled.dedup();
    let is_asked = |index: &u32| within.is_none_or(|within| within.binary_search(index).is_ok());
    labelled
        .into_iter()
        .filter(|index| is_asked(index) && !fits(*index))
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
            .filter(|index| fits(*index))
            .for_each(found);
    }
    let (finder, names) = (Finder::new(needle), catalogue.all_folded());
    // A word without wild letters fits where it is found.
    let is_certain = patterns.len() == 1 && patterns[0].is_plain();
    let (mut from, mut index) = (0, 0);
    while let Some(place) = finder.find(&names[from..]) {
        index = catalogue.index_at(from + place, index);
        if is_certain || fits(index) {
            found(index);
        }
        from = catalogue.end(index) + 1;
        index += 1;
        if index as usize == catalogue.len() {
            break;
        }
    }
}
