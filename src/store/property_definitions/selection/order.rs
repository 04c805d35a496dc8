//! In which order a list shows definitions: `property-definitions.md` 3.6, and orders of ours.
//!
//! No list is sorted as a whole. Definitions fall into groups, of which a page meets few, and within a group they come in an
//! order that the catalogue keeps.

use super::super::catalogue::{Catalogue, Mark, Slots, type_rank};
use crate::model::*;

/// Fewer definitions than this are sooner sorted than found along an order of all.
const FEW: usize = 2_000;

/// Lengths of names that are told apart: the database takes no more characters.
const LENGTHS: usize = 401;

/// An order of a catalogue's definitions.
pub struct Order<'c> {
    catalogue: &'c Catalogue,
    by: Option<PropertyOrder>,
    is_searched: bool,
    /// Those that come first.
    first: Option<&'c Slots>,
}

/// Definitions of which none comes between others in an order.
struct Group {
    size: usize,
    members: Members,
}

enum Members {
    /// These, by their names.
    These(Slots),
    /// These, which people have opened or edited, by when they did.
    Touched(Slots),
    /// These, by their names: a few that a search found.
    Few(Vec<u32>),
    /// Those that have a rank among what a search found, by their names.
    Ranked(usize),
}

impl Group {
    fn of(set: Slots, members: fn(Slots) -> Members) -> Group {
        Group {
            size: set.count(),
            members: members(set),
        }
    }
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
        let (mut page, mut skip) = (Vec::new(), offset);
        for group in self.groups(all) {
            if skip >= group.size {
                skip -= group.size;
            } else if page.len() < limit {
                let wanted = limit - page.len();
                self.each(group, all, |members| {
                    page.extend(members.skip(skip).take(wanted))
                });
                skip = 0;
            }
        }
        page
    }

    /// The groups of `all`, in order.
    fn groups(&self, all: &Slots) -> Vec<Group> {
        let set = |mark| self.catalogue.marks().set(mark);
        let named = |set| Group::of(set, Members::These);
        let halves = |all: Slots, set: &Slots| [all.clone().and(set), all.without(set)];
        let mut groups = match self.by.map(|order| order.by) {
            None if self.is_searched => return self.by_length(all),
            None => {
                let seen = match self.first {
                    Some(first) => halves(all.clone(), first).to_vec(),
                    None => vec![all.clone()],
                };
                let verified = seen
                    .into_iter()
                    .flat_map(|all| halves(all, set(Mark::Verified)));
                verified.map(named).collect()
            }
            Some(PropertyColumn::Name) => vec![named(all.clone())],
            Some(PropertyColumn::PropertyType) => {
                let types = PROPERTY_TYPES.map(|(property_type, _)| Some(property_type));
                let mut ranks: Vec<_> = types.into_iter().chain([None]).map(type_rank).collect();
                ranks.sort_unstable();
                let of = |rank| named(self.catalogue.marks().typed(rank, all.clone()));
                ranks.into_iter().map(of).collect()
            }
            Some(PropertyColumn::UpdatedAt) => {
                let [touched, others] = halves(all.clone(), set(Mark::Touched));
                vec![named(others), Group::of(touched, Members::Touched)]
            }
        };
        if self.is_descending() {
            groups.reverse();
        }
        groups
    }

    /// The groups of what a search found: seen ones first, then by length, then verified ones first.
    fn by_length(&self, all: &Slots) -> Vec<Group> {
        let mut ranked = vec![(0, Vec::new()); 4 * LENGTHS];
        for slot in all.iter() {
            let (size, few) = &mut ranked[self.rank(slot)];
            *size += 1;
            if *size <= FEW {
                few.push(slot);
            }
        }
        let ranked = ranked.into_iter().enumerate();
        let group = |(rank, (size, few))| Group {
            size,
            members: match size <= FEW {
                true => Members::Few(few),
                false => Members::Ranked(rank),
            },
        };
        ranked.map(group).collect()
    }

    #[inline]
    fn rank(&self, slot: u32) -> usize {
        let is_first = self.first.is_some_and(|first| first.contains(slot));
        let length = self.catalogue.length(slot).min(LENGTHS - 1);
        let is_verified = self.catalogue.marks().has(slot, Mark::Verified);
        (usize::from(!is_first) * LENGTHS + length) * 2 + usize::from(!is_verified)
    }

    fn is_descending(&self) -> bool {
        self.by.is_some_and(|order| order.descending)
    }

    /// Runs `look` on the members of `group`, one of those of `all`, in order.
    fn each(&self, group: Group, all: &Slots, look: impl FnOnce(&mut dyn Iterator<Item = u32>)) {
        let touched = self.catalogue.touched();
        let set = match group.members {
            Members::Few(few) => return look(&mut self.sorted(few)),
            Members::Touched(set) if self.is_descending() => {
                return look(&mut touched.backwards().filter(|slot| set.contains(*slot)));
            }
            Members::Touched(set) => {
                return look(&mut touched.forwards().filter(|slot| set.contains(*slot)));
            }
            Members::These(set) => set,
            Members::Ranked(rank) => {
                let mut set = Slots::none(self.catalogue.len());
                let ranked = all.iter().filter(|slot| self.rank(*slot) == rank);
                ranked.for_each(|slot| set.insert(slot));
                set
            }
        };
        let by_name = self
            .by
            .is_some_and(|order| order.by == PropertyColumn::Name);
        let names = self.catalogue.by_name().iter().copied();
        let mut names = names.filter(|slot| set.contains(*slot));
        if by_name && self.is_descending() {
            look(&mut names.rev());
        } else if group.size <= FEW {
            look(&mut self.sorted(set.iter().collect()));
        } else {
            look(&mut names);
        }
    }

    /// `slots` in the order of their names.
    fn sorted(&self, mut slots: Vec<u32>) -> impl Iterator<Item = u32> {
        slots.sort_unstable_by(|one, other| self.catalogue.compare(*one, *other));
        slots.into_iter()
    }
}
