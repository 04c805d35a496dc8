//! Large catalogues are read right after the start, so that the first lists need not wait for them.

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
    Catalogues,
    load::{LARGEST, MANY, numbers},
    shared::MOST_KEPT,
};
use crate::{
    model::*,
    store::{Read, Result, open, projects},
};

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
        let (stop, reading) = (
            Arc::<AtomicBool>::default(),
            connection.get_interrupt_handle(),
        );
        let told = stop.clone();
        let work = move || {
            if let Err(error) = warm(&connection, &catalogues, &told) {
                tracing::debug!("the first lists will wait: {error}");
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
    if read(connection).count(LARGEST, [])? <= MANY as i64 {
        return Ok(());
    }
    let kinds = [
        DefinitionType::Event,
        DefinitionType::Person,
        DefinitionType::Session,
    ];
    let groups = (0..5).map(DefinitionType::Group);
    let kinds: Vec<_> = kinds.into_iter().chain(groups).collect();
    let mut kept = 0;
    for Project { id: project, .. } in projects::all(&read(connection))? {
        for of in &kinds {
            if stop.load(Ordering::Relaxed) || kept > MOST_KEPT {
                return Ok(());
            }
            let transaction = connection.unchecked_transaction()?;
            let db = read(&transaction);
            if numbers(&db, project, *of, MANY + 1)?.len() > MANY {
                catalogues.with(&db, project, *of, |catalogue, _| {
                    kept += catalogue.len();
                    Ok(())
                })?;
            }
        }
    }
    Ok(())
}

fn read(connection: &Connection) -> Read<'_> {
    Read {
        connection,
        catalogues: None,
    }
}
