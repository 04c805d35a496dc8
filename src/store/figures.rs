//! What the database holds and what is in use at one moment, for `--metrics`.

use std::{
    fs,
    sync::{Mutex, PoisonError},
};

use super::{Result, Store, StoreMetrics, definitions, queue::Lengths};

/// The size of the file, whose newest pages may still be in the log.
const SIZE: &str = "SELECT (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size())";
/// How much of it holds nothing.
const FREE: &str = "SELECT (SELECT freelist_count FROM pragma_freelist_count()) * (SELECT page_size FROM pragma_page_size())";

// These walk along the smallest index: 10 ms for a million. They run only when a definition has changed.
const EVENTS: &str = "SELECT count(*) FROM event_definition";
const PROPERTIES: &str = "SELECT count(*) FROM property_definition";

/// What is in use at one moment.
#[derive(Clone, Copy, Debug)]
pub struct StoreLoad {
    /// The changes that wait for the writer.
    pub waiting: Lengths,
    pub readers: u32,
    pub readers_busy: u32,
    /// The event definitions in the indexes in memory.
    pub indexed_events: u64,
    /// The property definitions there.
    pub indexed_properties: u64,
}

/// What the database holds.
#[derive(Clone, Copy, Debug)]
pub struct StoreContents {
    pub bytes: i64,
    /// How many of them `hoglet compact` gives back.
    pub free_bytes: i64,
    /// The size of the write-ahead log; `None` if the file has no name.
    pub wal_bytes: Option<u64>,
    pub events: i64,
    pub properties: i64,
}

/// The numbers of definitions as last counted, and the version of all definitions that they belong to.
#[derive(Default)]
pub struct CountedDefinitions(Mutex<Option<(i64, [i64; 2])>>);

impl Store {
    /// What is measured, if anything is.
    pub fn metrics(&self) -> Option<&StoreMetrics> {
        self.metrics.as_ref()
    }

    /// What is in use. Does not wait for anything.
    pub fn load(&self) -> StoreLoad {
        let (readers, catalogues) = (self.readers.state(), &self.catalogues);
        StoreLoad {
            waiting: self.writer.queue().lengths(),
            readers: readers.connections,
            readers_busy: readers.connections - readers.idle_connections,
            indexed_events: catalogues.events.len(),
            indexed_properties: catalogues.properties.len(),
        }
    }

    /// What the database holds. Counts definitions only if any has changed since the last call.
    pub fn contents(&self) -> Result<StoreContents> {
        let mut counted = self
            .counted
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.read(|db| {
            let version = db.count(definitions::VERSION, [])?;
            let known = counted.filter(|(known, _)| *known == version);
            let (_, [events, properties]) = match known {
                Some(known) => known,
                None => {
                    *counted.insert((version, [db.count(EVENTS, [])?, db.count(PROPERTIES, [])?]))
                }
            };
            let log = self.log.as_ref().and_then(|log| fs::metadata(log).ok());
            Ok(StoreContents {
                bytes: db.count(SIZE, [])?,
                free_bytes: db.count(FREE, [])?,
                wal_bytes: log.map(|log| log.len()),
                events,
                properties,
            })
        })
    }
}
