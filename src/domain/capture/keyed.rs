//! Looking up the members of an object by their keys.

use std::{borrow::Cow, cell::OnceCell, collections::HashMap};

use super::{Datum, Members};

/// Members by their keys.
pub struct Keyed<'e> {
    /// The members, in the order sent.
    pub members: &'e [(Cow<'e, str>, Datum<'e>)],
    /// Where each key comes last; made when it is first needed.
    last: OnceCell<HashMap<&'e str, usize>>,
}

impl<'e> Keyed<'e> {
    /// The members of an object, or none.
    pub fn new(members: Option<&'e Members<'e>>) -> Keyed<'e> {
        Keyed {
            members: members.map_or(&[], Vec::as_slice),
            last: OnceCell::new(),
        }
    }

    /// Whether there is a member `key`.
    pub fn contains(&self, key: &str) -> bool {
        !self.members.is_empty() && self.last().contains_key(key)
    }

    /// The same, asked of a few keys only.
    pub fn has(&self, key: &str) -> bool {
        self.members.iter().any(|(known, _)| known == key)
    }

    /// Whether `key`, which stands at `place`, does not come again.
    pub fn is_last(&self, place: usize, key: &str) -> bool {
        self.last().get(key).is_none_or(|last| *last <= place)
    }

    fn last(&self) -> &HashMap<&'e str, usize> {
        self.last.get_or_init(|| {
            let places = self.members.iter().enumerate();
            places.map(|(place, (key, _))| (&**key, place)).collect()
        })
    }
}
