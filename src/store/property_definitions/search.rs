//! Finding names in a catalogue.

use memchr::memmem::Finder;

use super::{catalogue::Catalogue, pattern::Pattern};
use crate::model::PropertySearch;

/// The indexes of the definitions that `search` finds among `within` (`None`: all), in order.
pub fn find(catalogue: &Catalogue, search: &PropertySearch, within: Option<&[u32]>) -> Vec<u32> {
    let patterns: Vec<_> = search
        .words
        .iter()
        .map(|word| Pattern::containing(word))
        .collect();
    let fits = |index: &u32| {
        patterns
            .iter()
            .all(|pattern| pattern.fits(catalogue.folded(*index)))
    };
    let labelled = search
        .labelled
        .iter()
        .filter_map(|name| catalogue.find(name));
    let mut found: Vec<u32> = match within {
        Some(within) => within.iter().copied().filter(fits).collect(),
        None => by_needle(catalogue, &patterns, fits),
    };
    let known = found.len();
    found.extend(
        labelled.filter(|index| within.is_none_or(|within| within.binary_search(index).is_ok())),
    );
    if found.len() > known {
        found.sort_unstable();
        found.dedup();
    }
    found
}

/// All that fit: the longest piece of text that a word needs is looked for in all names at once.
fn by_needle(catalogue: &Catalogue, patterns: &[Pattern], fits: impl Fn(&u32) -> bool) -> Vec<u32> {
    let needle = patterns
        .iter()
        .map(Pattern::needle)
        .max_by_key(|needle| needle.len())
        .unwrap_or_default();
    if needle.is_empty() {
        return (0..catalogue.len() as u32).filter(fits).collect();
    }
    let (finder, names) = (Finder::new(needle), catalogue.all_folded());
    let (mut found, mut from, mut index) = (Vec::new(), 0, 0);
    while let Some(place) = finder.find(&names[from..]) {
        index = catalogue.index_at(from + place, index);
        if fits(&index) {
            found.push(index);
        }
        from = catalogue.end(index) + 1;
        index += 1;
        if index as usize == catalogue.len() {
            break;
        }
    }
    found
}
