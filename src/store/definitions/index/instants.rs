//! When something happened to each of many definitions.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::renumber::{self, Bits};
use crate::model::Timestamp;

const HOUR: i64 = 3_600_000_000; // microseconds
const HOURS_OF_DAY: i64 = 24;

/// An instant for each of some slots, by the hour: lists go by the day or by the exact instant, and for either an hour is
/// a good handful.
#[derive(Default)]
pub struct Instants {
    hours: BTreeMap<i64, Hour>,
}

/// The slots of one hour.
#[derive(Default)]
pub struct Hour {
    pub slots: RoaringBitmap,
    /// For each of them, in order, the microseconds since the start of the hour.
    within: Vec<u32>,
}

impl Hour {
    /// Returns its slots, in order, each with the microseconds since the start of the hour.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        self.slots.iter().zip(self.within.iter().copied())
    }

    /// Takes in what is sorted by slots and has none that is here already.
    fn merge(&mut self, added: &[(u32, u32)]) {
        self.slots.extend(added.iter().map(|(slot, _)| *slot));
        let mut within = Vec::with_capacity(self.slots.len() as usize);
        let (mut old, mut added) = (self.within.iter(), added.iter().peekable());
        for slot in &self.slots {
            let new = added.next_if(|(next, _)| *next == slot);
            within.extend(new.map(|(_, within)| within).or_else(|| old.next()));
        }
        self.within = within;
    }
}

impl Instants {
    /// Returns those of `set` that have no instant.
    pub fn unknown(&self, set: &RoaringBitmap) -> RoaringBitmap {
        set - self.union(self.hours.values())
    }

    /// Returns those of `set` whose instant is later than `at`, or that have none.
    pub fn later(&self, set: RoaringBitmap, at: Timestamp) -> RoaringBitmap {
        let (hour, within) = split(at);
        let earlier = self.union(self.hours.range(..hour).map(|(_, hour)| hour));
        let same = self.hours.get(&hour).into_iter().flat_map(Hour::iter);
        let same = same.filter(|(_, other)| *other <= within);
        set - earlier - renumber::sorted(same.map(|(slot, _)| slot))
    }

    /// Returns the slots of `hours`. Of thousands of small sets this takes a tenth of the time of set operations.
    fn union<'h>(&self, hours: impl Iterator<Item = &'h Hour>) -> RoaringBitmap {
        let last = self
            .hours
            .values()
            .filter_map(|hour| hour.slots.max())
            .max();
        let mut slots = Bits::below(last.map_or(0, |last| last + 1));
        hours.for_each(|hour| hour.slots.iter().for_each(|slot| slots.insert(slot)));
        slots.into()
    }

    /// Returns the slots hour by hour, the earliest or the latest first.
    pub fn by_hour(&self, latest_first: bool) -> Vec<&Hour> {
        let mut hours: Vec<_> = self.hours.values().collect();
        if latest_first {
            hours.reverse();
        }
        hours
    }

    /// Returns the slots day by day (in UTC), the earliest or the latest first. Each day is a few sets that have nothing in
    /// common.
    pub fn by_day(&self, latest_first: bool) -> Vec<Vec<&RoaringBitmap>> {
        let mut days: BTreeMap<i64, Vec<_>> = BTreeMap::new();
        for (hour, Hour { slots, .. }) in &self.hours {
            let day = hour.div_euclid(HOURS_OF_DAY);
            days.entry(day).or_default().push(slots);
        }
        let mut days: Vec<_> = days.into_values().collect();
        if latest_first {
            days.reverse();
        }
        days
    }

    /// Sets the instants of slots that have none; they come in order.
    pub fn set(&mut self, instants: impl Iterator<Item = (u32, Timestamp)>) {
        let mut hours: BTreeMap<i64, Vec<(u32, u32)>> = BTreeMap::new();
        for (slot, at) in instants {
            let (hour, within) = split(at);
            hours.entry(hour).or_default().push((slot, within));
        }
        for (hour, added) in hours {
            self.hours.entry(hour).or_default().merge(&added);
        }
    }

    /// Takes the instants of `slots` away.
    pub fn clear(&mut self, slots: &RoaringBitmap) {
        self.hours.retain(|_, hour| {
            if !hour.slots.is_disjoint(slots) {
                let kept = hour.iter().filter(|(slot, _)| !slots.contains(*slot));
                hour.within = kept.map(|(_, within)| within).collect();
                hour.slots -= slots;
            }
            !hour.slots.is_empty()
        });
    }

    /// Removes `removed`; the slots after them move up.
    pub fn remove(&mut self, removed: &RoaringBitmap) {
        self.clear(removed);
        for hour in self.hours.values_mut() {
            renumber::remove(&mut hour.slots, removed);
        }
    }

    /// Makes room for new slots before each of `places`, which come in order.
    pub fn insert(&mut self, places: &[u32]) {
        for hour in self.hours.values_mut() {
            renumber::insert(&mut hour.slots, places);
        }
    }
}

/// Returns the hour of `at`, counted from 1970, and the microseconds since its start.
fn split(at: Timestamp) -> (i64, u32) {
    (at.0.div_euclid(HOUR), at.0.rem_euclid(HOUR) as u32)
}
