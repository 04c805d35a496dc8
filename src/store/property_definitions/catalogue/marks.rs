//! What filters ask of definitions, mark by mark.

use super::slots::Slots;
use crate::model::{NameClass, PropertyType};

/// Something that a definition is, or is not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mark {
    /// Somebody vouches for it.
    Verified,
    /// Pickers leave it out.
    Hidden,
    /// Its values are numbers.
    Numeric,
    /// It was seen on an event.
    Seen,
    /// Somebody has opened or edited it.
    Touched,
    /// It was deleted: its place is empty.
    Gone,
    /// Folding changed its name.
    Odd,
    /// Its name has letters of more than one byte.
    Wide,
    /// Its name is of the class [`Custom`](NameClass::Custom).
    Custom,
    /// Its name is of the class [`Core`](NameClass::Core).
    Core,
    /// Its name is of the class [`FeatureFlag`](NameClass::FeatureFlag).
    FeatureFlag,
    /// Its name is of the class [`NeverListed`](NameClass::NeverListed).
    NeverListed,
    /// The lowest bit of [`type_rank`].
    Type1,
    /// The next bit of it.
    Type2,
    /// The highest bit of it.
    Type4,
}

/// How many marks there are.
const MARKS: usize = Mark::Type4 as usize + 1;

/// The marks of one definition: the bit `1 << mark` for each.
pub type Bits = u16;

/// The marks of all slots: for each the set of those that have it.
#[derive(Default)]
pub struct Marks {
    sets: [Slots; MARKS],
    len: usize,
}

impl Marks {
    /// How many slots there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Those that have `mark`.
    pub fn set(&self, mark: Mark) -> &Slots {
        &self.sets[mark as usize]
    }

    /// Whether `slot` has `mark`.
    pub fn has(&self, slot: u32, mark: Mark) -> bool {
        self.set(mark).contains(slot)
    }

    /// Those of `all` whose property type has `rank`.
    pub fn typed(&self, rank: u16, all: Slots) -> Slots {
        let bits = [Mark::Type1, Mark::Type2, Mark::Type4]
            .into_iter()
            .enumerate();
        bits.fold(all, |all, (bit, mark)| match rank >> bit & 1 {
            1 => all.and(self.set(mark)),
            _ => all.without(self.set(mark)),
        })
    }

    /// Makes one slot more, without marks.
    pub fn grow(&mut self) {
        self.len += 1;
        self.sets.iter_mut().for_each(|set| set.grow(self.len));
    }

    /// Gives `slot` one mark.
    pub fn put(&mut self, slot: u32, mark: Mark) {
        self.sets[mark as usize].insert(slot);
    }

    /// Gives `slot` the marks `bits`, and takes all others but those of its name.
    pub fn replace(&mut self, slot: u32, bits: Bits) {
        for (number, set) in self.sets.iter_mut().enumerate() {
            let is_of_name = number == Mark::Odd as usize || number == Mark::Wide as usize;
            if bits >> number & 1 == 1 {
                set.insert(slot);
            } else if !is_of_name {
                set.remove(slot);
            }
        }
    }

    /// Gives back memory that will not be in use soon.
    pub fn trim(&mut self) {
        self.sets.iter_mut().for_each(Slots::trim);
    }
}

/// The mark that a class of names is.
pub fn of_class(class: NameClass) -> Mark {
    match class {
        NameClass::Custom => Mark::Custom,
        NameClass::Core => Mark::Core,
        NameClass::FeatureFlag => Mark::FeatureFlag,
        NameClass::NeverListed => Mark::NeverListed,
    }
}

/// The place of a property type among all by their names, from 1 on; 0 for none.
pub fn type_rank(property_type: Option<PropertyType>) -> u16 {
    match property_type {
        None => 0,
        Some(PropertyType::Boolean) => 1,
        Some(PropertyType::DateTime) => 2,
        Some(PropertyType::Duration) => 3,
        Some(PropertyType::Numeric) => 4,
        Some(PropertyType::String) => 5,
    }
}
