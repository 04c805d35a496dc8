//! Which definitions a list shows, in which order: filters and order of `property-definitions.md` 3.2 to 3.6.

use super::{
    catalogue::{Catalogue, mark},
    search,
};
use crate::model::*;

/// The part of a list that was asked for.
pub struct Selection {
    /// The indexes of the page, each with whether it was seen on the events asked about.
    pub page: Vec<(u32, bool)>,
    /// How many there are on all pages.
    pub count: usize,
}

/// A list's question, in terms of one catalogue.
pub struct Question<'a> {
    catalogue: &'a Catalogue,
    filter: &'a PropertyFilter,
    /// Marks that a definition must have, and those it may not have.
    wanted: u8,
    unwanted: u8,
    classes: [bool; 4],
    excluded: Vec<u32>,
    /// The definitions seen on the events asked about; `None` when none were.
    seen: Option<Vec<u32>>,
    /// The same, one flag a definition, for lists that look at every one of them.
    is_seen: Vec<bool>,
}

impl<'a> Question<'a> {
    /// What `filter` asks; `seen` are the names seen on its events, if it has any.
    pub fn new(
        catalogue: &'a Catalogue,
        filter: &'a PropertyFilter,
        seen: Option<Vec<String>>,
    ) -> Question<'a> {
        let bit = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
        let any_event = filter.only_seen && filter.events.is_empty();
        let seen = seen.map(|names| indexes(catalogue, &names));
        let mut is_seen = Vec::new();
        if let Some(seen) = &seen {
            is_seen.resize(catalogue.len(), false);
            seen.iter()
                .for_each(|index| is_seen[*index as usize] = true);
        }
        Question {
            wanted: bit(filter.only_numerical, mark::NUMERIC)
                | bit(filter.verified == Some(true), mark::VERIFIED)
                | bit(any_event, mark::SEEN),
            unwanted: bit(filter.exclude_hidden, mark::HIDDEN)
                | bit(filter.verified == Some(false), mark::VERIFIED),
            classes: classes(filter),
            excluded: indexes(catalogue, &filter.excluded),
            seen,
            is_seen,
            catalogue,
            filter,
        }
    }

    /// At most `limit` of the definitions asked for, from the `offset`th on.
    pub fn select(&self, limit: usize, offset: usize) -> Selection {
        let few = self.few();
        if few.is_none() && self.filter.search.is_none() && !self.marks_seen() {
            return self.scan(limit, offset);
        }
        let mut first = First::new(offset.saturating_add(limit));
        let mut count = 0;
        let consider = |index| {
            if self.passes(index) {
                count += 1;
                first.push(self.key(index));
            }
        };
        match (&self.filter.search, &few) {
            (Some(search), few) => search::find(self.catalogue, search, few.as_deref(), consider),
            (None, Some(few)) => few.iter().copied().for_each(consider),
            (None, None) => (0..self.catalogue.len() as u32).for_each(consider),
        }
        let page = first
            .sorted()
            .into_iter()
            .skip(offset)
            .map(|key| key as u32);
        Selection {
            page: page.map(|index| (index, self.is_seen(index))).collect(),
            count,
        }
    }

    /// The few definitions that can be in the list, in order; `None`: any can.
    fn few(&self) -> Option<Vec<u32>> {
        let named = self
            .filter
            .names
            .as_ref()
            .map(|names| indexes(self.catalogue, names));
        let only_seen = self.seen.clone().filter(|_| self.filter.only_seen);
        match (named, only_seen) {
            (Some(mut named), Some(seen)) => {
                named.retain(|index| seen.binary_search(index).is_ok());
                Some(named)
            }
            (one, other) => one.or(other),
        }
    }

    /// The usual list, in the order of the catalogue but for the verified ones, which come first: nothing is sorted.
    fn scan(&self, limit: usize, offset: usize) -> Selection {
        let (mut page, mut count) = (Vec::new(), 0);
        for verified in [mark::VERIFIED, 0] {
            for (index, marks) in self.catalogue.marks().iter().enumerate() {
                if marks & mark::VERIFIED == verified && self.passes(index as u32) {
                    if count >= offset && page.len() < limit {
                        page.push((index as u32, false));
                    }
                    count += 1;
                }
            }
        }
        Selection { page, count }
    }

    fn passes(&self, index: u32) -> bool {
        let marks = self.catalogue.marks()[index as usize];
        marks & self.wanted == self.wanted
            && marks & self.unwanted == 0
            && self.classes[usize::from(marks >> mark::CLASS & 3)]
            && (self.excluded.is_empty() || self.excluded.binary_search(&index).is_err())
    }

    /// Whether the seen ones come first: events are asked about, and the others are listed too.
    fn marks_seen(&self) -> bool {
        self.seen.is_some() && !self.filter.only_seen
    }

    fn is_seen(&self, index: u32) -> bool {
        self.is_seen
            .get(index as usize)
            .is_some_and(|is_seen| *is_seen)
    }

    /// What the list is ordered by, most significant first: unseen, length of the name, unverified, the name.
    fn key(&self, index: u32) -> u64 {
        let unseen = self.marks_seen() && !self.is_seen(index);
        let length = if self.filter.search.is_some() {
            self.catalogue.length(index)
        } else {
            0
        };
        let unverified = self.catalogue.marks()[index as usize] & mark::VERIFIED == 0;
        u64::from(unseen) << 49
            | u64::from(length) << 33
            | u64::from(unverified) << 32
            | u64::from(index)
    }
}

/// The smallest of many keys, without keeping many more than are wanted.
struct First {
    wanted: usize,
    keys: Vec<u64>,
}

impl First {
    fn new(wanted: usize) -> First {
        First {
            wanted,
            keys: Vec::new(),
        }
    }

    fn push(&mut self, key: u64) {
        self.keys.push(key);
        if self.keys.len() / 2 > self.wanted.max(512) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.wanted < self.keys.len() {
            self.keys.select_nth_unstable(self.wanted);
            self.keys.truncate(self.wanted);
        }
    }

    fn sorted(mut self) -> Vec<u64> {
        self.cut();
        self.keys.sort_unstable();
        self.keys
    }
}

/// Which classes of names the list may show.
fn classes(filter: &PropertyFilter) -> [bool; 4] {
    let mut shown = [true; 4];
    if filter.of == DefinitionType::Event {
        match filter.exclude_core {
            true => shown = [true, false, false, false],
            false => shown[NameClass::NeverListed as usize] = false,
        }
    }
    match filter.is_feature_flag {
        Some(true) => shown = [false, false, shown[NameClass::FeatureFlag as usize], false],
        Some(false) => shown[NameClass::FeatureFlag as usize] = false,
        None => {}
    }
    shown
}

/// The indexes of those of `names` that are defined, in order, each once.
fn indexes(catalogue: &Catalogue, names: &[String]) -> Vec<u32> {
    let mut found: Vec<_> = names
        .iter()
        .filter_map(|name| catalogue.find(name))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
