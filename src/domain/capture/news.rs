//! What events tell that is not in the database yet, and writing it down (`ingestion.md` 8).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Of, Update, infer};
use crate::{
    domain::taxonomy,
    model::*,
    store::{
        Result, Write, event_definitions, event_properties, group_types, projects,
        property_definitions,
    },
};

/// How old the last sight of an event may be before it is written down anew: one hour, in seconds.
const SIGHT_IS_FRESH: i64 = 3600;

/// The most group types of a project; further ones get no index.
const MOST_GROUP_TYPES: u8 = 5;

/// Updates, each once. Sorted, so that rows go into their indexes in order.
#[derive(Debug, Default, PartialEq)]
pub struct News {
    /// Names of events.
    pub events: BTreeSet<String>,
    /// Group types with their places in the order in which they were met: it decides on their indexes.
    pub group_types: BTreeMap<String, usize>,
    /// Properties with the types that their values tell.
    pub properties: BTreeMap<(Of<String>, String), Option<PropertyType>>,
    /// Events with properties that they had.
    pub pairs: BTreeSet<(String, String)>,
}

/// What a write found out beyond what it was told.
#[derive(Debug)]
pub struct Written {
    /// How often the project had forgotten something by then.
    pub forgotten: i64,
    /// The second from which on each event is news again.
    pub stale: Vec<(String, i64)>,
}

impl News {
    /// Adds what an event told. Of the types that values of one property tell, a number is the strongest, and any is
    /// stronger than none. `now` is in seconds since 1970.
    pub fn add(&mut self, update: Update, now: i64) {
        match update {
            Update::Event(name) => drop(self.events.insert(name.into_owned())),
            Update::Pair(event, property) => {
                let pair = (event.into_owned(), property.into_owned());
                self.pairs.insert(pair);
            }
            Update::GroupType(group_type) => {
                let place = self.group_types.len();
                let known = self.group_types.entry(group_type.into_owned());
                known.or_insert(place);
            }
            Update::Property(of, name, value) => {
                let told = infer(&name, value, now);
                let of = match of {
                    Of::Event => Of::Event,
                    Of::Person => Of::Person,
                    Of::Group(group_type) => Of::Group(group_type.into_owned()),
                };
                let property = (of, name.into_owned());
                let property_type = self.properties.entry(property).or_default();
                if property_type.is_none() || told == Some(PropertyType::Numeric) {
                    *property_type = told;
                }
            }
        }
    }

    /// How many updates there are.
    pub fn len(&self) -> usize {
        self.events.len() + self.group_types.len() + self.properties.len() + self.pairs.len()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Cuts it into parts of at most `most` updates, to be written one after the other, group types first because the
    /// properties of groups need their indexes. They are in one part whatever their number: only five are ever written.
    pub fn parts(self, most: usize) -> Vec<News> {
        let mut parts = vec![News {
            group_types: self.group_types,
            ..News::default()
        }];
        for (property, property_type) in self.properties {
            let properties = &mut with_room(&mut parts, most).properties;
            properties.insert(property, property_type);
        }
        for pair in self.pairs {
            with_room(&mut parts, most).pairs.insert(pair);
        }
        for event in self.events {
            with_room(&mut parts, most).events.insert(event);
        }
        parts
    }

    /// Writes all of it down for `project`.
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
            event_properties::insert(db, project, event, property)?;
        }
        projects::set_ingested(db, project)?;
        Ok(Written {
            forgotten: projects::forgotten(db, project)?,
            stale: self.see_events(db, project, now)?,
        })
    }

    /// The group types of `project` with their indexes; new ones get the next that are free.
    fn find_indexes(&self, db: &Write, project: ProjectId) -> Result<HashMap<String, u8>> {
        let is_of_group = |(of, _): &(Of<String>, String)| matches!(of, Of::Group(_));
        if self.group_types.is_empty() && !self.properties.keys().any(is_of_group) {
            return Ok(HashMap::new());
        }
        let mut indexes: HashMap<_, _> = group_types::find(db, project)?.into_iter().collect();
        let is_new = |(group_type, _): &(&String, &usize)| !indexes.contains_key(*group_type);
        let mut new: Vec<_> = self.group_types.iter().filter(is_new).collect();
        new.sort_by_key(|(_, place)| **place);
        let is_free = |index: &u8| indexes.values().all(|taken| taken != index);
        let free: Vec<_> = (0..MOST_GROUP_TYPES).filter(is_free).collect();
        for (index, (group_type, _)) in free.into_iter().zip(new) {
            group_types::insert(db, project, group_type, index)?;
            indexes.insert(group_type.clone(), index);
        }
        Ok(indexes)
    }

    /// Returns the second from which on each event is news again.
    fn see_events(
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
            let stale = seen.unwrap_or(now).min(now).plus_seconds(SIGHT_IS_FRESH);
            Ok((event.clone(), stale.0.div_euclid(1_000_000)))
        };
        self.events.iter().map(see).collect()
    }
}

/// The last of `parts`, or a new one if that has `most` updates already.
fn with_room(parts: &mut Vec<News>, most: usize) -> &mut News {
    if parts.last().is_none_or(|last| last.len() >= most) {
        parts.push(News::default());
    }
    parts.last_mut().expect("one was pushed if there was none")
}
