//! What only definitions have that people looked at or changed: an instant, tags.

use std::{cmp::Ordering, collections::HashMap};

use super::trim;
use crate::model::Timestamp;

/// Definitions by when they were last changed, equal ones by their names. Untouched ones take no memory.
#[derive(Default)]
pub struct Touched {
    all: Vec<Touch>,
    /// What is not in its place yet.
    new: Vec<Touch>,
}

/// One definition. The instant stands in halves, which take no padding.
#[derive(Clone, Copy, Default)]
struct Touch {
    at: [u32; 2],
    slot: u32,
}

impl Touched {
    /// The slots, the latest change last; equal ones in the order of their names.
    pub fn forwards(&self) -> impl Iterator<Item = u32> {
        self.all.iter().map(|touch| touch.slot)
    }

    /// The slots, the latest change first; equal ones in the order of their names all the same.
    pub fn backwards(&self) -> impl Iterator<Item = u32> {
        let at_once = self.all.chunk_by(|one, next| one.at == next.at);
        at_once.rev().flatten().map(|touch| touch.slot)
    }

    /// Takes `slot` in; [`settle`](Self::settle) follows.
    pub fn push(&mut self, at: Timestamp, slot: u32) {
        let bits = at.0 as u64 ^ 1 << 63; // so that bits compare as instants do
        let at = [(bits >> 32) as u32, bits as u32];
        self.new.push(Touch { at, slot });
    }

    /// Takes out those slots that `is_out` names.
    pub fn remove(&mut self, is_out: impl Fn(u32) -> bool) {
        self.all.retain(|touch| !is_out(touch.slot));
    }

    /// Puts what is new in its place; `by_name` compares the names in two slots.
    pub fn settle(&mut self, by_name: impl Fn(u32, u32) -> Ordering) {
        let new = std::mem::take(&mut self.new);
        merge(&mut self.all, new, |one, other| {
            let by_instant = one.at.cmp(&other.at);
            by_instant.then_with(|| by_name(one.slot, other.slot))
        });
    }

    /// Gives back memory that will not be in use soon.
    pub fn trim(&mut self) {
        trim(&mut self.all);
    }
}

/// Puts `new` into `sorted`: what was there before is moved once, and rarely compared.
pub fn merge<T: Copy + Default>(
    sorted: &mut Vec<T>,
    mut new: Vec<T>,
    compare: impl Fn(&T, &T) -> Ordering,
) {
    new.sort_unstable_by(&compare);
    if sorted.is_empty() {
        *sorted = new;
        return;
    }
    let mut rest = sorted.len();
    sorted.resize(rest + new.len(), T::default());
    while let Some(item) = new.pop() {
        let place = sorted[..rest].partition_point(|known| compare(known, &item).is_lt());
        sorted.copy_within(place..rest, place + new.len() + 1);
        sorted[place + new.len()] = item;
        rest = place;
    }
}

/// Which definitions have a tag.
#[derive(Default)]
pub struct Tags(HashMap<String, Vec<u32>>);

impl Tags {
    /// The slots of the definitions that have `tag`, in order.
    pub fn get(&self, tag: &str) -> &[u32] {
        self.0.get(tag).map_or(&[], Vec::as_slice)
    }

    /// Puts `slot` behind all others that have `tag`; [`settle`](Self::settle) follows.
    pub fn push(&mut self, tag: String, slot: u32) {
        self.0.entry(tag).or_default().push(slot);
    }

    /// Takes out those slots that `is_out` names.
    pub fn remove(&mut self, is_out: impl Fn(u32) -> bool) {
        self.0.retain(|_, slots| {
            slots.retain(|slot| !is_out(*slot));
            !slots.is_empty()
        });
    }

    /// Puts all in order.
    pub fn settle(&mut self) {
        self.0.values_mut().for_each(|slots| slots.sort());
    }

    /// Gives back memory that will not be in use soon.
    pub fn trim(&mut self) {
        self.0.values_mut().for_each(trim);
    }
}
