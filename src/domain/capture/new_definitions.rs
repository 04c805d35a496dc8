//! Definitions that are not in the database yet, and how they are written (`ingestion.md` 8).

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use super::{Datum, infer};
use crate::{
    domain::taxonomy,
    model::{DefinitionType, ProjectId, PropertyType, Timestamp},
    store::{Result, Write, event_definitions, projects, property_definitions},
};

/// How far an event's `last_seen_at` may lie behind before it is written again: one hour, in seconds.
const LAST_SEEN_INTERVAL: i64 = 3600;

/// The most group types of a project; further ones get no index.
const MAX_GROUP_TYPES: u8 = 5;

/// What has a property: like [`DefinitionType`], but with group types by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Of<S> {
    Event,
    Person,
    /// A group of the named type.
    Group(S),
}

/// One definition that an event implies. Names are as they are stored.
#[derive(Debug, PartialEq)]
pub enum Update<'e> {
    /// An event of this name.
    Event(Cow<'e, str>),
    /// A property, with a value that may tell its type.
    Property(Of<Cow<'e, str>>, Cow<'e, str>, &'e Datum<'e>),
    /// A property seen on an event: event, property.
    Pair(Cow<'e, str>, Cow<'e, str>),
    GroupType(Cow<'e, str>),
}

impl<S: AsRef<str>> Of<S> {
    /// The same, borrowed.
    pub fn as_ref(&self) -> Of<&str> {
        match self {
            Of::Event => Of::Event,
            Of::Person => Of::Person,
            Of::Group(group_type) => Of::Group(group_type.as_ref()),
        }
    }
}

/// Updates without duplicates. Sorted, so that rows go into their indexes in order.
#[derive(Debug, Default, PartialEq)]
pub struct NewDefinitions {
    pub events: BTreeSet<String>,
    /// Group types with their positions in the order sent, in which they get their indexes.
    pub group_types: BTreeMap<String, usize>,
    /// Properties with the types inferred from their values.
    pub properties: BTreeMap<(Of<String>, String), Option<PropertyType>>,
    /// Events with properties that were seen on them.
    pub pairs: BTreeSet<(String, String)>,
}

/// What [`Known::learn`](super::Known::learn) has to know of a write.
#[derive(Debug)]
pub struct Written {
    /// The project's cache epoch at that moment.
    pub cache_epoch: i64,
    /// The events written, each with the second from which its `last_seen_at` is due to be written again.
    pub due_again: Vec<(String, i64)>,
}

impl NewDefinitions {
    /// Adds an update. Where the values of one property have different types, `Numeric` wins, else the first type. `now` is in
    /// seconds since 1970.
    pub fn add(&mut self, update: Update, now: i64) {
        match update {
            Update::Event(name) => drop(self.events.insert(name.into_owned())),
            Update::Pair(event, property) => {
                let pair = (event.into_owned(), property.into_owned());
                self.pairs.insert(pair);
            }
            Update::GroupType(group_type) => {
                let position = self.group_types.len();
                let known = self.group_types.entry(group_type.into_owned());
                known.or_insert(position);
            }
            Update::Property(of, name, value) => {
                let inferred = infer(&name, value, now);
                let of = match of {
                    Of::Event => Of::Event,
                    Of::Person => Of::Person,
                    Of::Group(group_type) => Of::Group(group_type.into_owned()),
                };
                let property = (of, name.into_owned());
                let property_type = self.properties.entry(property).or_default();
                if property_type.is_none() || inferred == Some(PropertyType::Numeric) {
                    *property_type = inferred;
                }
            }
        }
    }

    pub fn len(&self) -> usize {
        self.events.len() + self.group_types.len() + self.properties.len() + self.pairs.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Splits into parts of at most `max` updates, to be written one after the other. Group types come first, because the
    /// properties of groups need their indexes; they are one part whatever their number, since at most five are written.
    pub fn parts(self, max: usize) -> Vec<NewDefinitions> {
        let mut parts = vec![NewDefinitions {
            group_types: self.group_types,
            ..NewDefinitions::default()
        }];
        for (property, property_type) in self.properties {
            let properties = &mut with_room(&mut parts, max).properties;
            properties.insert(property, property_type);
        }
        for pair in self.pairs {
            with_room(&mut parts, max).pairs.insert(pair);
        }
        for event in self.events {
            with_room(&mut parts, max).events.insert(event);
        }
        parts
    }

    /// Writes all of it to `project`.
    pub fn record(&self, db: &Write, project: ProjectId, now: Timestamp) -> Result<Written> {
        let indexes = self.find_indexes(db, project)?;
        for ((of, name), property_type) in &self.properties {
            let of = match of {
                Of::Event => DefinitionType::Event,
                Of::Person => DefinitionType::Person,
                Of::Group(group_type) => match indexes.get(group_type) {
                    Some(index) => DefinitionType::Group(*index),
                    None => continue,
                },
            };
            let class = taxonomy::class(name);
            property_definitions::see(db, project, of, name, class, *property_type)?;
        }
        for (event, property) in &self.pairs {
            property_definitions::insert_pair(db, project, event, property)?;
        }
        projects::set_ingested(db, project)?;
        Ok(Written {
            cache_epoch: projects::cache_epoch(db, project)?,
            due_again: self.update_last_seen(db, project, now)?,
        })
    }

    /// The group types of `project` with their indexes. New ones get the free indexes in the order sent, while there are any.
    fn find_indexes(&self, db: &Write, project: ProjectId) -> Result<HashMap<String, u8>> {
        let is_of_group = |(of, _): &(Of<String>, String)| matches!(of, Of::Group(_));
        if self.group_types.is_empty() && !self.properties.keys().any(is_of_group) {
            return Ok(HashMap::new());
        }
        let mut indexes: HashMap<_, _> = projects::group_types(db, project)?.into_iter().collect();
        let is_new = |(group_type, _): &(&String, &usize)| !indexes.contains_key(*group_type);
        let mut new: Vec<_> = self.group_types.iter().filter(is_new).collect();
        new.sort_by_key(|(_, position)| **position);
        let is_free = |index: &u8| indexes.values().all(|taken| taken != index);
        let free: Vec<_> = (0..MAX_GROUP_TYPES).filter(is_free).collect();
        for (index, (group_type, _)) in free.into_iter().zip(new) {
            projects::insert_group_type(db, project, group_type, index)?;
            indexes.insert(group_type.clone(), index);
        }
        Ok(indexes)
    }

    /// Inserts the events or updates their `last_seen_at`, if that is older than an hour. Returns when each is due again.
    fn update_last_seen(
        &self,
        db: &Write,
        project: ProjectId,
        now: Timestamp,
    ) -> Result<Vec<(String, i64)>> {
        let see = |event: &String| {
            let is_written = event_definitions::seen(db, project, event, now)?;
            let seen = match is_written {
                true => None,
                false => event_definitions::last_seen(db, project, event)?,
            };
            let due = seen
                .unwrap_or(now)
                .min(now)
                .plus_seconds(LAST_SEEN_INTERVAL);
            Ok((event.clone(), due.0.div_euclid(1_000_000)))
        };
        self.events.iter().map(see).collect()
    }
}

/// The last of `parts`, or a new one if that has `max` updates already.
fn with_room(parts: &mut Vec<NewDefinitions>, max: usize) -> &mut NewDefinitions {
    if parts.last().is_none_or(|last| last.len() >= max) {
        parts.push(NewDefinitions::default());
    }
    parts.last_mut().expect("one was pushed if there was none")
}
