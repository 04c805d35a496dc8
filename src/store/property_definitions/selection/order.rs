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

/// The longest name that is told from longer ones: the database takes no longer ones.
const LONGEST: usize = 511;

/// Groups that there can be: seen or not, by length, verified or not.
const GROUPS: usize = 4 * (LONGEST + 1);

/// The highest group in an order of ours: property types need three bits.
const LAST: usize = 7;

/// The group of what somebody has opened or edited, where the last change decides.
const TOUCHED: usize = 1;

/// An order of a catalogue's definitions.
pub struct Order<'c> {
    catalogue: &'c Catalogue,
    by: Option<PropertyOrder>,
    is_searched: bool,
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
            is_searched: filter.search.is_some(),
            first: seen.filter(|_| !filter.only_seen),
        }
    }

    /// At most `limit` of the slots `all`, in order, from the `offset`th on.
    pub fn page(&self, all: &Slots, limit: usize, offset: usize) -> Vec<u32> {
        let mut sizes = vec![0; GROUPS];
        all.iter().for_each(|slot| sizes[self.group(slot)] += 1);
        let (mut page, mut skip) = (Vec::new(), offset);
        for (group, size) in sizes.into_iter().enumerate() {
            if skip >= size {
                skip -= size;
            } else if page.len() < limit {
                let wanted = limit - page.len();
                self.take(group, size, all, wanted, skip, &mut page);
                skip = 0;
            }
        }
        page
    }

    /// The number of the group that `slot` is in; lower ones come first.
    fn group(&self, slot: u32) -> usize {
        let marks = self.catalogue.marks()[slot as usize];
        let Some(by) = self.by else {
            let is_first = self.first.is_some_and(|first| first.contains(slot));
            let length = match self.is_searched {
                true => self.catalogue.length(slot).min(LONGEST),
                false => 0,
            };
            let is_verified = marks & mark::VERIFIED != 0;
            let unseen = usize::from(!is_first) * (LONGEST + 1);
            return (unseen + length) * 2 + usize::from(!is_verified);
        };
        let group = match by.by {
            PropertyColumn::UpdatedAt if marks & mark::TOUCHED != 0 => TOUCHED,
            PropertyColumn::PropertyType => usize::from(marks >> mark::TYPE & 7),
            _ => 0,
        };
        if by.descending { LAST - group } else { group }
    }

    /// Puts into `page` at most `limit` of those of `all` that are in `group`, from the `offset`th on; `size` are in it.
    fn take(
        &self,
        group: usize,
        size: usize,
        all: &Slots,
        limit: usize,
        offset: usize,
        page: &mut Vec<u32>,
    ) {
        let is_in = |slot: &u32| all.contains(*slot) && self.group(*slot) == group;
        let mut put = |slots: &mut dyn Iterator<Item = u32>| {
            page.extend(slots.filter(is_in).skip(offset).take(limit));
        };
        let mut names = self.catalogue.by_name().iter().copied();
        let touched = self.catalogue.touched();
        match self.by.map(|order| (order.by, order.descending)) {
            Some((PropertyColumn::Name, true)) => put(&mut names.rev()),
            Some((PropertyColumn::UpdatedAt, false)) if group == TOUCHED => {
                put(&mut touched.forwards())
            }
            Some((PropertyColumn::UpdatedAt, true)) if group == LAST - TOUCHED => {
                put(&mut touched.backwards())
            }
            _ if size < FEW => {
                let mut few: Vec<_> = all.iter().filter(is_in).collect();
                few.sort_unstable_by(|one, other| self.catalogue.compare(*one, *other));
                put(&mut few.into_iter());
            }
            _ => put(&mut names),
        }
    }
}
