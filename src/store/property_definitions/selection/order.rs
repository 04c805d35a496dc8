//! In which order a list shows definitions: `property-definitions.md` 3.6, and orders of ours.
//!
//! No list is sorted as a whole. Definitions fall into groups, of which a page meets few, and within a group they come in an
//! order that the catalogue keeps.

use super::{
    super::catalogue::{Catalogue, mark},
    slots::Slots,
};
use crate::model::*;

/// Fewer definitions than this are sooner sorted than found along an order of all.
const FEW: usize = 2_000;

/// The longest name that is told from longer ones: the database takes none with more characters.
const LONGEST: usize = 400;

/// The highest group in an order of ours: property types need three bits.
const LAST: usize = 7;

/// The group of what somebody has opened or edited, where the last change decides.
const TOUCHED: usize = 1;

/// An order of a catalogue's definitions.
pub struct Order<'c> {
    catalogue: &'c Catalogue,
    by: Option<PropertyOrder>,
    /// How many lengths are told apart: none, unless something is searched for.
    lengths: usize,
    /// Those that come first.
    first: Option<&'c Slots>,
}

impl<'c> Order<'c> {
    /// The order of the list that `filter` asks for; `seen` are the definitions seen on its events, if it has any.
    pub fn of(
        catalogue: &'c Catalogue,
        filter: &PropertyFilter,
        seen: Option<&'c Slots>,
    ) -> Order<'c> {
        Order {
            catalogue,
            by: filter.order,
            lengths: filter.search.as_ref().map_or(1, |_| LONGEST + 1),
            first: seen.filter(|_| !filter.only_seen),
        }
    }

    /// At most `limit` of the slots `all`, in order, from the `offset`th on.
    pub fn page(&self, all: &Slots, limit: usize, offset: usize) -> Vec<u32> {
        let groups = self.by.map_or(4 * self.lengths, |_| LAST + 1);
        let mut groups: Vec<_> = (0..groups).map(|_| Group::default()).collect();
        all.iter()
            .for_each(|slot| groups[self.group(slot)].push(slot));
        let (mut page, mut skip) = (Vec::new(), offset);
        for (number, group) in groups.into_iter().enumerate() {
            if skip >= group.size {
                skip -= group.size;
            } else if page.len() < limit {
                let wanted = limit - page.len();
                page.extend(self.members(number, group, all).skip(skip).take(wanted));
                skip = 0;
            }
        }
        page
    }

    /// The number of the group that `slot` is in; lower ones come first.
    #[inline]
    fn group(&self, slot: u32) -> usize {
        let marks = self.catalogue.marks()[slot as usize];
        let Some(by) = self.by else {
            let is_first = self.first.is_some_and(|first| first.contains(slot));
            let length = match self.lengths {
                1 => 0,
                _ => self.catalogue.length(slot).min(LONGEST),
            };
            let is_verified = marks & mark::VERIFIED != 0;
            let unseen = usize::from(!is_first) * self.lengths;
            return (unseen + length) * 2 + usize::from(!is_verified);
        };
        let group = match by.by {
            PropertyColumn::UpdatedAt if marks & mark::TOUCHED != 0 => TOUCHED,
            PropertyColumn::PropertyType => usize::from(marks >> mark::TYPE & 7),
            _ => 0,
        };
        if by.descending { LAST - group } else { group }
    }

    /// Those of `all` that are in the group `number`, in order.
    fn members<'a>(
        &'a self,
        number: usize,
        group: Group,
        all: &'a Slots,
    ) -> Box<dyn Iterator<Item = u32> + 'a> {
        let is_in = move |slot: &u32| all.contains(*slot) && self.group(*slot) == number;
        let names = self.catalogue.by_name().iter().copied();
        let touched = self.catalogue.touched();
        match self.by.map(|order| (order.by, order.descending)) {
            Some((PropertyColumn::Name, true)) => Box::new(names.rev().filter(is_in)),
            Some((PropertyColumn::UpdatedAt, false)) if number == TOUCHED => {
                Box::new(touched.forwards().filter(is_in))
            }
            Some((PropertyColumn::UpdatedAt, true)) if number == LAST - TOUCHED => {
                Box::new(touched.backwards().filter(is_in))
            }
            _ if group.size <= FEW => {
                let mut few = group.first;
                few.sort_unstable_by(|one, other| self.catalogue.compare(*one, *other));
                Box::new(few.into_iter())
            }
            _ => Box::new(names.filter(is_in)),
        }
    }
}

/// Definitions that come one behind another in an order.
#[derive(Default)]
struct Group {
    size: usize,
    /// At most `FEW` of them.
    first: Vec<u32>,
}

impl Group {
    #[inline]
    fn push(&mut self, slot: u32) {
        self.size += 1;
        if self.size <= FEW {
            self.first.push(slot);
        }
    }
}
