//! What is known to be in the database, so that events that tell nothing new write nothing.
//!
//! A cache of the file. An entry is a hash of a name together with its project and the number of times that the project
//! forgot something: a definition deleted by anyone, in this process or another, makes all entries of its project count for
//! nothing, and they go when the cache is full.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState},
    sync::{PoisonError, RwLock, RwLockReadGuard},
};

use super::{
    Datum, News, Of, has_type,
    roles::{self, Role},
};
use crate::model::*;

/// The most entries of each kind. When there would be more, all are forgotten and learned again.
///
/// An entry is 64 bits of a keyed hash and about as many bits of room around it: at most 19 MiB a kind, where names would
/// take ten times that. That a new name is taken for one of a million known ones has a chance of one in 10^13, and nobody
/// who does not know the key can choose names to that end.
const MOST: usize = 1_000_000;

/// Names known to be in the database.
pub struct Known {
    names: RandomState,
    roles: HashMap<u64, Role, Hashed>,
    entries: RwLock<Entries>,
}

/// Entries are hashes already.
pub type Hashed = BuildHasherDefault<AsItIs>;

#[derive(Default)]
struct Entries {
    /// Events, with the second from which on seeing one is news again.
    events: HashMap<u64, i64, Hashed>,
    /// Properties, and group types: whatever else has a name.
    names: HashSet<u64, Hashed>,
    pairs: HashSet<u64, Hashed>,
}

/// What is known of one project at one moment. Nobody can learn while it is held.
pub struct Look<'k> {
    entries: RwLockReadGuard<'k, Entries>,
    scope: Scope<'k>,
    roles: &'k HashMap<u64, Role, Hashed>,
    /// The moment, in seconds since 1970.
    pub now: i64,
}

/// Makes entries of names.
#[derive(Clone, Copy)]
struct Scope<'k> {
    names: &'k RandomState,
    project: u64,
}

/// The hash of a name, which entries are made from.
#[derive(Clone, Copy)]
pub struct Name(pub u64);

/// What an entry is about.
#[derive(Clone, Copy)]
enum Kind {
    Event = 1,
    EventProperty,
    PersonProperty,
    GroupProperty,
    GroupType,
    Pair,
}

impl Default for Known {
    fn default() -> Known {
        let names = RandomState::new();
        Known {
            roles: roles::table(|name| Name(names.hash_one(name))),
            names,
            entries: RwLock::default(),
        }
    }
}

impl Known {
    /// What is known of `target` at `now`.
    pub fn look(&self, target: Target, now: Timestamp) -> Look<'_> {
        Look {
            entries: self.entries.read().unwrap_or_else(PoisonError::into_inner),
            roles: &self.roles,
            scope: self.scope(target.project, target.forgotten),
            now: now.0.div_euclid(1_000_000),
        }
    }

    /// Learns that all of `news` is in the database of a project that had forgotten so often then. `seen` says from which
    /// second on each event is news again.
    pub fn learn(&self, project: ProjectId, forgotten: i64, news: &News, seen: &[(String, i64)]) {
        let scope = self.scope(project, forgotten);
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let Entries {
            events,
            names,
            pairs,
        } = &mut *entries;
        make_room(events.len() + seen.len(), || *events = HashMap::default());
        make_room(
            names.len() + news.properties.len() + news.group_types.len(),
            || {
                *names = HashSet::default();
            },
        );
        make_room(pairs.len() + news.pairs.len(), || {
            *pairs = HashSet::default()
        });
        for (event, stale) in seen {
            events.insert(scope.event(scope.name(event)), *stale);
        }
        for ((of, property), property_type) in &news.properties {
            let entry = scope.property(of.as_ref(), scope.name(property));
            names.insert(typed(entry, property_type.is_some()));
        }
        for group_type in news.group_types.keys() {
            names.insert(scope.entry(Kind::GroupType, scope.name(group_type)));
        }
        for (event, property) in &news.pairs {
            pairs.insert(scope.pair(scope.name(event), scope.name(property)));
        }
    }

    fn scope(&self, project: ProjectId, forgotten: i64) -> Scope<'_> {
        Scope {
            names: &self.names,
            project: self.names.hash_one((project, forgotten)),
        }
    }
}

impl Look<'_> {
    /// What the questions below ask about.
    pub fn name(&self, name: &str) -> Name {
        self.scope.name(name)
    }

    /// What a property of this name is besides its event's.
    pub fn role(&self, property: Name) -> Option<Role> {
        self.roles.get(&property.0).copied()
    }

    /// Whether the event is known and was seen within the hour.
    pub fn has_event(&self, event: Name) -> bool {
        let stale = self.entries.events.get(&self.scope.event(event));
        stale.is_some_and(|stale| self.now < *stale)
    }

    /// Whether the property is known, and `value` cannot tell its type.
    pub fn has_property(&self, of: Of<&str>, property: Name, key: &str, value: &Datum) -> bool {
        let entry = self.scope.property(of, property);
        let has = |is_typed| self.entries.names.contains(&typed(entry, is_typed));
        has(true) || !has_type(key, value) && has(false)
    }

    /// Whether the property was seen on the event.
    pub fn has_pair(&self, event: Name, property: Name) -> bool {
        self.entries
            .pairs
            .contains(&self.scope.pair(event, property))
    }

    /// Whether the group type has an index, or can have none.
    pub fn has_group_type(&self, group_type: Name) -> bool {
        let entry = self.scope.entry(Kind::GroupType, group_type);
        self.entries.names.contains(&entry)
    }
}

impl Scope<'_> {
    fn name(&self, name: &str) -> Name {
        Name(self.names.hash_one(name))
    }

    fn entry(&self, kind: Kind, name: Name) -> u64 {
        mix(self.project ^ kind as u64, name.0)
    }

    fn event(&self, event: Name) -> u64 {
        self.entry(Kind::Event, event)
    }

    fn property(&self, of: Of<&str>, property: Name) -> u64 {
        match of {
            Of::Event => self.entry(Kind::EventProperty, property),
            Of::Person => self.entry(Kind::PersonProperty, property),
            Of::Group(group_type) => {
                let group_type = self.entry(Kind::GroupProperty, self.name(group_type));
                mix(group_type, property.0)
            }
        }
    }

    fn pair(&self, event: Name, property: Name) -> u64 {
        mix(self.entry(Kind::Pair, event), property.0)
    }
}

fn make_room(needed: usize, forget: impl FnOnce()) {
    if needed > MOST {
        forget();
    }
}

/// The entry of a property whose type is known, or is not.
fn typed(entry: u64, is_typed: bool) -> u64 {
    entry & !1 | u64::from(is_typed)
}

/// One hash of two: both halves of a product in which every bit of both has its part.
fn mix(one: u64, other: u64) -> u64 {
    let (one, other) = (one ^ 0x9e37_79b9_7f4a_7c15, other ^ 0xd1b5_4a32_d192_ed03);
    let product = u128::from(one) * u128::from(other);
    product as u64 ^ (product >> 64) as u64
}

/// Takes a hash for its own hash.
#[derive(Default)]
pub struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("entries are hashed as the numbers they are")
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
