//! The part of an ordered list that is on a page.

use std::iter;

use roaring::RoaringBitmap;

use super::{Index, instants::Hour, renumber};

/// What decides the order of two definitions. Where it finds no difference the next key decides, and at last the name.
pub enum Key<'k> {
    /// Those in the first set come first, then those in the second, and so on; those in none come last. The sets have no
    /// slot in common.
    Sets(Vec<&'k RoaringBitmap>),
    /// The day of an instant, in UTC. No instant is smaller than any.
    Day { column: usize, descending: bool },
    /// An instant. No instant is smaller than any.
    Instant { column: usize, descending: bool },
    /// The name, the largest first.
    NameDescending,
}

/// Items that are sooner sorted than looked through for the first.
const FEW: usize = 4_096;

/// A page that fills as groups of definitions come by in the order of the list.
struct Page {
    /// How many definitions to pass over first.
    skip: u64,
    limit: u64,
    slots: Vec<u32>,
}

impl Page {
    /// Returns how many more definitions the page takes.
    fn room(&self) -> usize {
        let room = self.limit - self.slots.len() as u64;
        usize::try_from(room).unwrap_or(usize::MAX)
    }

    /// Returns whether a group of `len` is not on the page: it is after it, or before it and skipped now.
    fn passes(&mut self, len: u64) -> bool {
        let is_before = len <= self.skip;
        if is_before {
            self.skip -= len;
        }
        is_before || self.room() == 0
    }

    /// Takes what belongs on the page of a group that is in the order of its names, and not before the page.
    fn take(&mut self, group: &RoaringBitmap, descending: bool) {
        let (skip, room) = (self.skip as u32, self.room() as u64);
        self.skip = 0;
        let len = group.len() as u32;
        let end = u64::from(skip).saturating_add(room).min(group.len()) as u32;
        let (first, last) = match descending {
            false => (skip, end - 1),
            true => (len - end, len - 1 - skip),
        };
        let (Some(first), Some(last)) = (group.select(first), group.select(last)) else {
            return;
        };
        // In runs of neighbours: one by one they take three times as many instructions.
        let mut slots = group.range(first..=last);
        let start = self.slots.len();
        self.slots
            .extend(iter::from_fn(|| slots.next_range()).flatten());
        if descending {
            self.slots[start..].reverse();
        }
    }

    /// Takes what belongs on the page of `group`, which is in no order, and whose items all differ.
    fn take_sorted(&mut self, group: impl Iterator<Item = (u32, u32)>) {
        let from = self.skip as usize;
        let to = from.saturating_add(self.room());
        // Only the first are kept: an hour may have a million definitions.
        let most = to.saturating_mul(2).max(FEW);
        let mut first = Vec::new();
        for item in group {
            first.push(item);
            if first.len() == most {
                first.select_nth_unstable(to);
                first.truncate(to);
            }
        }
        first.sort_unstable();
        self.skip = 0;
        let page = first.iter().skip(from).take(self.room());
        self.slots.extend(page.map(|(_, slot)| *slot));
    }
}

impl Index {
    /// Returns at most `limit` of the slots in `set`, from the `offset`th on, in the order of `keys`.
    ///
    /// Nothing is sorted as a whole. A key splits a set into groups by sets that the index has already; groups before
    /// the page are only counted, and only those on it are split by the next key.
    pub fn page(&self, set: &RoaringBitmap, keys: &[Key], limit: u64, offset: u64) -> Vec<u32> {
        let mut page = Page {
            skip: offset,
            limit,
            slots: Vec::new(),
        };
        self.walk(set, keys, &mut page);
        page.slots
    }

    fn walk(&self, set: &RoaringBitmap, keys: &[Key], page: &mut Page) {
        if page.passes(set.len()) {
            return;
        }
        let Some((key, rest)) = keys.split_first() else {
            return page.take(set, false);
        };
        match key {
            Key::NameDescending => page.take(set, true),
            Key::Sets(sets) => {
                let groups = sets.iter().map(|set| vec![*set]);
                let seen = self.walk_groups(set, groups, rest, page);
                if seen < set.len() && page.room() > 0 {
                    let others = sets.iter().fold(set.clone(), |others, set| others - *set);
                    self.walk(&others, rest, page);
                }
            }
            Key::Day { column, descending } | Key::Instant { column, descending } => {
                let instants = &self.instants[*column];
                let unknown = || instants.unknown(set);
                if !descending {
                    self.walk(&unknown(), rest, page);
                }
                let seen = if let Key::Day { .. } = key {
                    self.walk_groups(set, instants.by_day(*descending), rest, page)
                } else {
                    let hours = instants.by_hour(*descending).into_iter();
                    hours
                        .map(|hour| self.walk_hour(set, hour, *descending, rest, page))
                        .sum()
                };
                if *descending && page.room() > 0 && seen < set.len() {
                    self.walk(&unknown(), rest, page);
                }
            }
        }
    }

    /// Walks the parts of `set` that are in each of `groups`; returns how many slots of `set` those up to the page have.
    /// A group is several sets without a slot in common.
    fn walk_groups<'g>(
        &self,
        set: &RoaringBitmap,
        groups: impl IntoIterator<Item = Vec<&'g RoaringBitmap>>,
        rest: &[Key],
        page: &mut Page,
    ) -> u64 {
        let mut seen = 0;
        for group in groups {
            if page.room() == 0 {
                break;
            }
            let len = group.iter().map(|part| set.intersection_len(part)).sum();
            seen += len;
            if len > 0 && !page.passes(len) {
                let parts = group.iter().map(|part| set & *part);
                self.walk(
                    &parts.reduce(|all, part| all | part).unwrap_or_default(),
                    rest,
                    page,
                );
            }
        }
        seen
    }

    /// Walks the part of `set` that is in `hour`, by the instant; returns how many slots that is, if the page has room.
    fn walk_hour(
        &self,
        set: &RoaringBitmap,
        hour: &Hour,
        descending: bool,
        rest: &[Key],
        page: &mut Page,
    ) -> u64 {
        if page.room() == 0 {
            return 0;
        }
        let len = set.intersection_len(&hour.slots);
        if page.passes(len) {
            return len;
        }
        let is_whole = len == hour.slots.len();
        // The largest first: the same order as of the complements, but slots stay in the order of names.
        let turn = |within: u32| if descending { !within } else { within };
        let members = hour
            .iter()
            .filter(|(slot, _)| is_whole || set.contains(*slot));
        let members = members.map(|(slot, within)| (turn(within), slot));
        if rest.is_empty() {
            page.take_sorted(members);
            return len;
        }
        let mut members: Vec<_> = members.collect();
        members.sort_unstable();
        for at_once in members.chunk_by(|one, next| one.0 == next.0) {
            let slots = at_once.iter().map(|(_, slot)| *slot);
            self.walk(&renumber::sorted(slots), rest, page);
        }
        len
    }
}
