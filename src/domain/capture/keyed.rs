//! An object whose members can be looked up by key.

use std::{borrow::Cow, cell::OnceCell, collections::HashMap};

use super::{Datum, Members};

/// Members and a lazy index of their keys.
pub struct Keyed<'e> {
    /// In the order sent.
    pub members: &'e [(Cow<'e, str>, Datum<'e>)],
    /// The last position of each key, built when first needed: most events never need it.
    last: OnceCell<HashMap<&'e str, usize>>,
}

impl<'e> Keyed<'e> {
    /// Wraps `members`; `None` is an empty object.
    pub fn new(members: Option<&'e Members<'e>>) -> Keyed<'e> {
        Keyed {
            members: members.map_or(&[], Vec::as_slice),
            last: OnceCell::new(),
        }
    }

    /// Whether there is a member `key`; builds the index.
    pub fn contains(&self, key: &str) -> bool {
        !self.members.is_empty() && self.last().contains_key(key)
    }

    /// The same without the index, for a single look-up.
    pub fn has(&self, key: &str) -> bool {
        self.members.iter().any(|(known, _)| known == key)
    }

    /// Whether the `key` at `position` does not occur again after it.
    pub fn is_last(&self, position: usize, key: &str) -> bool {
        self.last().get(key).is_none_or(|last| *last <= position)
    }

    fn last(&self) -> &HashMap<&'e str, usize> {
        self.last.get_or_init(|| {
            let members = self.members.iter().enumerate();
            members
                .map(|(position, (key, _))| (&**key, position))
                .collect()
        })
    }
}
