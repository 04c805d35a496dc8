//! Which definitions a list shows: the filters of `property-definitions.md` 3.2 to 3.5, and a tag.

mod order;
mod slots;

use super::{
    catalogue::{Catalogue, mark},
    search,
};
use crate::model::*;
use order::Order;
use slots::Slots;

/// The part of a list that was asked for.
pub struct Selection {
    /// The slots of the page, each with whether it was seen on the events asked about.
    pub page: Vec<(u32, bool)>,
    /// How many there are on all pages.
    pub count: usize,
}

/// The part of the list that `filter` asks for: at most `limit` definitions from the `offset`th on.
///
/// `seen` are the names seen on the filter's events, if it has any.
pub fn select(
    catalogue: &Catalogue,
    filter: &PropertyFilter,
    seen: Option<&[String]>,
    limit: usize,
    offset: usize,
) -> Selection {
    let seen = seen.map(|names| catalogue.find(names));
    let all = passing(catalogue, filter, seen.as_deref());
    let is_seen = seen.map(|seen| Slots::of(catalogue.len(), &seen));
    let order = Order::of(catalogue, filter, is_seen.as_ref());
    let is_seen = |slot| is_seen.as_ref().is_some_and(|seen| seen.contains(slot));
    let page = order.page(&all, limit, offset).into_iter();
    Selection {
        page: page.map(|slot| (slot, is_seen(slot))).collect(),
        count: all.count(),
    }
}

/// The definitions that pass all filters.
fn passing(catalogue: &Catalogue, filter: &PropertyFilter, seen: Option<&[u32]>) -> Slots {
    let passes = passes(filter);
    let few = few(catalogue, filter, seen);
    let mut all = match (&filter.search, &few) {
        (None, None) => Slots::fitting(catalogue.marks(), passes),
        (search, few) => {
            let mut found = Slots::none(catalogue.len());
            let consider = |slot: u32| {
                if passes(catalogue.marks()[slot as usize]) {
                    found.insert(slot);
                }
            };
            match (search, few) {
                (Some(search), few) => search::find(catalogue, search, few.as_deref(), consider),
                (None, few) => few.iter().flatten().copied().for_each(consider),
            }
            found
        }
    };
    for slot in catalogue.find(&filter.excluded) {
        all.remove(slot);
    }
    all
}

/// The few definitions that can be in the list, in order, each once; `None`: any can.
fn few(catalogue: &Catalogue, filter: &PropertyFilter, seen: Option<&[u32]>) -> Option<Vec<u32>> {
    let named = filter.names.as_ref().map(|names| catalogue.find(names));
    let seen = seen.filter(|_| filter.only_seen).map(<[u32]>::to_vec);
    let tagged = filter
        .tag
        .as_ref()
        .map(|tag| catalogue.tagged(tag).to_vec());
    let all = [named, seen, tagged].into_iter().flatten();
    all.reduce(|mut few, others| {
        few.retain(|slot| others.binary_search(slot).is_ok());
        few
    })
}

/// What marks a definition must have to be in the list.
fn passes(filter: &PropertyFilter) -> impl Fn(u16) -> bool + Copy {
    let bit = |is_set: bool, bit: u16| if is_set { bit } else { 0 };
    let any_event = filter.only_seen && filter.events.is_empty();
    let wanted = bit(filter.only_numerical, mark::NUMERIC)
        | bit(filter.verified == Some(true), mark::VERIFIED)
        | bit(any_event, mark::SEEN);
    let unwanted = mark::GONE
        | bit(filter.exclude_hidden, mark::HIDDEN)
        | bit(filter.verified == Some(false), mark::VERIFIED);
    let classes = classes(filter);
    let classes = (0..4).fold(0_u16, |set, class| set | bit(classes[class], 1 << class));
    move |marks| {
        marks & (wanted | unwanted) == wanted && classes >> (marks >> mark::CLASS & 3) & 1 == 1
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
