//! Reads large lists right after the start, so that the first request for one need not wait.
//!
//! A million definitions take about a second to read, and meanwhile every list of theirs waits and holds a reader. Small
//! lists are left to the first request: 20,000 definitions take about 20 ms.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rusqlite::{Connection, InterruptHandle};

use super::{
    CatalogueKey, Catalogues, Listed, MANY,
    cache::{Cache, MOST_KEPT},
};
use crate::{
    model::{DefinitionType, EventDefinition, Project, PropertyDefinition},
    store::{Read, Result, open, projects},
};

/// No smaller file has a list that is worth it: with its indexes a definition takes more than 100 bytes.
pub const SMALLEST_WARMED: u64 = MANY as u64 * 100;

/// The thread that reads them; it ends when this is dropped.
pub struct Warmer {
    stop: Arc<AtomicBool>,
    reading: InterruptHandle,
    thread: Option<JoinHandle<()>>,
}

impl Warmer {
    /// Starts reading the file at `path` into `catalogues`, on a connection of its own: requests need the others.
    pub fn start(path: PathBuf, catalogues: Arc<Catalogues>) -> Result<Warmer> {
        let connection = open::reader(&path)?;
        let reading = connection.get_interrupt_handle();
        let stop = Arc::<AtomicBool>::default();
        let is_stopped = stop.clone();
        let work = move || {
            if let Err(error) = warm(&connection, &catalogues, &is_stopped) {
                tracing::debug!("large lists are read when they are asked for: {error}");
            }
        };
        let thread = thread::Builder::new().name("warmer".into()).spawn(work);
        Ok(Warmer {
            stop,
            reading,
            thread: thread.ok(),
        })
    }
}

impl Drop for Warmer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let Some(thread) = self.thread.take() else {
            return;
        };
        // A statement that begins only now must be interrupted too.
        while !thread.is_finished() {
            self.reading.interrupt();
            thread::sleep(Duration::from_millis(1));
        }
    }
}

fn warm(connection: &Connection, catalogues: &Catalogues, stop: &AtomicBool) -> Result<()> {
    let types = [
        DefinitionType::Event,
        DefinitionType::Person,
        DefinitionType::Session,
    ];
    let types = types
        .into_iter()
        .chain((0..5).map(DefinitionType::Group))
        .map(Some);
    let types: Vec<_> = types.collect();
    let projects = projects::all(&as_read(connection))?;
    warm_kind::<PropertyDefinition>(connection, &catalogues.properties, &projects, &types, stop)?;
    warm_kind::<EventDefinition>(connection, &catalogues.events, &projects, &[None], stop)
}

fn warm_kind<D: Listed>(
    connection: &Connection,
    cache: &Cache<D>,
    projects: &[Project],
    types: &[Option<DefinitionType>],
    stop: &AtomicBool,
) -> Result<()> {
    let mut kept = 0;
    for Project { id: project, .. } in projects {
        for of in types {
            let key = CatalogueKey {
                project: *project,
                of: *of,
            };
            if stop.load(Ordering::Relaxed) || kept > MOST_KEPT {
                return Ok(());
            }
            let transaction = connection.unchecked_transaction()?;
            let db = as_read(&transaction);
            if db.count(D::SIZE, key.values())? > MANY {
                cache.with(&db, key, |catalogue, _| {
                    kept += catalogue.len();
                    Ok(())
                })?;
            }
        }
    }
    Ok(())
}

fn as_read(connection: &Connection) -> Read<'_> {
    Read {
        connection,
        catalogues: None,
        memory: None,
    }
}
