//! Which definitions a list shows: the filters of `property-definitions.md` 3.2 to 3.5, and a tag.

mod order;

use super::{
    catalogue::{Catalogue, Mark, Marks, Slots, of_class},
    search,
};
use crate::model::*;
use order::Order;

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
    let few = few(catalogue, filter, seen);
    let len = catalogue.len();
    let found = match (&filter.search, &few) {
        (None, None) => Slots::all(len),
        (None, Some(few)) => Slots::of(len, few),
        (Some(search), few) => {
            let mut found = Slots::none(len);
            search::find(catalogue, search, few.as_deref(), |slot| found.insert(slot));
            found
        }
    };
    let mut found = marked(catalogue.marks(), filter, found);
    for slot in catalogue.find(&filter.excluded) {
        found.remove(slot);
    }
    found
}

/// Those of `found` that have the marks which `filter` wants, and none that it does not want.
fn marked(marks: &Marks, filter: &PropertyFilter, found: Slots) -> Slots {
    let any_event = filter.only_seen && filter.events.is_empty();
    let wanted = [
        (filter.only_numerical, Mark::Numeric),
        (filter.verified == Some(true), Mark::Verified),
        (filter.only_hidden, Mark::Hidden),
        (any_event, Mark::Seen),
    ];
    let unwanted = [
        (true, Mark::Gone),
        (filter.exclude_hidden, Mark::Hidden),
        (filter.verified == Some(false), Mark::Verified),
    ];
    let classes = classes(filter).map(|(is_shown, class)| (!is_shown, of_class(class)));
    let asked = |(is_asked, mark): (bool, Mark)| is_asked.then(|| marks.set(mark));
    let found = wanted.into_iter().filter_map(asked).fold(found, Slots::and);
    let unwanted = unwanted.into_iter().chain(classes);
    unwanted.filter_map(asked).fold(found, Slots::without)
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

/// Which classes of names the list may show.
fn classes(filter: &PropertyFilter) -> [(bool, NameClass); 4] {
    let is_event = filter.of == DefinitionType::Event;
    let core = !(is_event && filter.exclude_core);
    let flags = filter.is_feature_flag;
    [
        (flags != Some(true), NameClass::Custom),
        (core && flags != Some(true), NameClass::Core),
        (core && flags != Some(false), NameClass::FeatureFlag),
        (!is_event && flags != Some(true), NameClass::NeverListed),
    ]
}
