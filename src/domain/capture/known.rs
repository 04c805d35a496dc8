//! A cache of the definitions that are in the database, so that events that define nothing new write nothing.
//!
//! Almost every event repeats names that its project has had for months. Asking the database about each of its fifty
//! properties would take longer than everything else that is done with the event; this cache answers in some nanoseconds.
//!
//! **What it holds.** An entry is a 64-bit hash of everything that identifies a definition: the project, its cache epoch, the
//! kind (event, property of events, persons or groups, group type, or pair of event and property), and the names. Names
//! themselves are not kept; they would take ten times the memory. The hash is keyed with a random key of the process, so that
//! no client can choose names that collide; by chance, a new name is taken for one of a million known ones once in 10^13 times,
//! and then it is not defined. Two kinds carry more than their presence:
//!
//! - an event maps to the second from which its `last_seen_at` is due to be written again;
//! - the lowest bit of a property's entry says whether its type is known. A property without a type stays undecided until a
//!   value has one: then it counts as new once more.
//!
//! **What keeps it valid.** Entries are only added after the transaction that wrote the definitions has been committed, so
//! nothing is known that a crash could take back. (A seed file is one transaction; if it fails, its cache is dropped with it.)
//! A definition can be deleted later, by this process or by another that has the file open. Triggers then raise
//! `project.forgotten`, the cache epoch, which every request reads together with the project's id. The epoch is part of each
//! hash: after it has risen no older entry of the project can be found. They are not removed one by one, but go when the cache
//! is full and is emptied.
//!
//! A request that read the epoch before a deletion and writes after it does no harm either: [`Known::learn`] files what was
//! written under the epoch that the *writing* transaction saw.
//!
//! **Locking.** Requests read through a [`Guard`], a shared lock held while the events of one request are compared; learning
//! takes the lock alone, for microseconds.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    sync::{PoisonError, RwLock, RwLockReadGuard},
};

use super::{
    Datum, NewDefinitions, Of, has_type,
    names::{BuildIdentityHasher, Name, mix},
    roles::{self, Role},
};
use crate::model::{CaptureTarget, ProjectId, Timestamp};

/// The most entries of each kind, at most 19 MiB a kind. When there would be more, all are dropped and learned again.
const MAX_ENTRIES: usize = 1_000_000;

/// The definitions known to be in the database.
pub struct Known {
    names: RandomState,
    roles: HashMap<u64, Role, BuildIdentityHasher>,
    entries: RwLock<Entries>,
}

#[derive(Default)]
struct Entries {
    /// Events, with the second from which each is due to be written again.
    events: HashMap<u64, i64, BuildIdentityHasher>,
    /// Properties and group types.
    names: HashSet<u64, BuildIdentityHasher>,
    pairs: HashSet<u64, BuildIdentityHasher>,
}

/// How many entries of each kind are known.
#[derive(Clone, Copy, Debug)]
pub struct KnownSizes {
    pub events: usize,
    /// Of properties and group types.
    pub properties: usize,
    pub pairs: usize,
}

/// What is known of one project at one moment. Nothing can be learned while it is held.
pub struct Guard<'k> {
    entries: RwLockReadGuard<'k, Entries>,
    keys: Keys<'k>,
    roles: &'k HashMap<u64, Role, BuildIdentityHasher>,
    /// The moment, in seconds since 1970.
    pub now: i64,
}

/// Computes the entries of one project.
#[derive(Clone, Copy)]
struct Keys<'k> {
    names: &'k RandomState,
    project: u64,
}

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
    /// A read lock on what is known of `target` at `now`.
    pub fn guard(&self, target: CaptureTarget, now: Timestamp) -> Guard<'_> {
        Guard {
            entries: self.entries.read().unwrap_or_else(PoisonError::into_inner),
            roles: &self.roles,
            keys: self.keys(target.project, target.cache_epoch),
            now: now.0.div_euclid(1_000_000),
        }
    }

    /// Adds definitions that have been written in a transaction that saw `cache_epoch`. `due_again` has the events, each with
    /// the second from which it is due to be written again.
    pub fn learn(
        &self,
        project: ProjectId,
        cache_epoch: i64,
        new: &NewDefinitions,
        due_again: &[(String, i64)],
    ) {
        let keys = self.keys(project, cache_epoch);
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let Entries {
            events,
            names,
            pairs,
        } = &mut *entries;
        if events.len() + due_again.len() > MAX_ENTRIES {
            *events = HashMap::default();
        }
        if names.len() + new.properties.len() + new.group_types.len() > MAX_ENTRIES {
            *names = HashSet::default();
        }
        if pairs.len() + new.pairs.len() > MAX_ENTRIES {
            *pairs = HashSet::default();
        }
        for (event, due) in due_again {
            events.insert(keys.event(keys.name(event)), *due);
        }
        for ((of, property), property_type) in &new.properties {
            let entry = keys.property(of.as_ref(), keys.name(property));
            names.insert(typed(entry, property_type.is_some()));
        }
        for group_type in new.group_types.keys() {
            names.insert(keys.entry(Kind::GroupType, keys.name(group_type)));
        }
        for (event, property) in &new.pairs {
            pairs.insert(keys.pair(keys.name(event), keys.name(property)));
        }
    }

    /// How many entries there are.
    pub fn sizes(&self) -> KnownSizes {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        KnownSizes {
            events: entries.events.len(),
            properties: entries.names.len(),
            pairs: entries.pairs.len(),
        }
    }

    fn keys(&self, project: ProjectId, cache_epoch: i64) -> Keys<'_> {
        Keys {
            names: &self.names,
            project: self.names.hash_one((project, cache_epoch)),
        }
    }
}

impl Guard<'_> {
    /// The hash that the questions below take.
    pub fn name(&self, name: &str) -> Name {
        self.keys.name(name)
    }

    /// The special treatment of properties with this name, if any.
    pub fn role(&self, property: Name) -> Option<Role> {
        self.roles.get(&property.0).copied()
    }

    /// Whether the event is known and its `last_seen_at` need not be written again.
    pub fn has_event(&self, event: Name) -> bool {
        let due = self.entries.events.get(&self.keys.event(event));
        due.is_some_and(|due| self.now < *due)
    }

    /// Whether the property is known, and so is its type unless `value` has none either.
    pub fn has_property(&self, of: Of<&str>, property: Name, key: &str, value: &Datum) -> bool {
        let entry = self.keys.property(of, property);
        let has = |is_typed| self.entries.names.contains(&typed(entry, is_typed));
        has(true) || !has_type(key, value) && has(false)
    }

    /// Whether the property was seen on the event.
    pub fn has_pair(&self, event: Name, property: Name) -> bool {
        self.entries
            .pairs
            .contains(&self.keys.pair(event, property))
    }

    /// Whether the group type has an index, or is known to get none because the project has five.
    pub fn has_group_type(&self, group_type: Name) -> bool {
        let entry = self.keys.entry(Kind::GroupType, group_type);
        self.entries.names.contains(&entry)
    }
}

impl Keys<'_> {
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

/// The entry of a property whose type is, or is not, known.
fn typed(entry: u64, is_typed: bool) -> u64 {
    entry & !1 | u64::from(is_typed)
}
