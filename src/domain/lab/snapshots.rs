//! Snapshots of all data: the database and the latest events. The first is taken when the server starts, and a reset restores
//! it. Requests go on meanwhile: see [`restoring`].

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;

use crate::{
    domain::{
        Error, Result,
        capture::{Capture, RecentEvents},
        restoring,
    },
    model::Timestamp,
    store::{Copier, DatabaseCopy, Store},
};

/// The most named snapshots.
const MOST: usize = 100;

/// The most bytes of all named snapshots together: 1 GiB.
const MOST_BYTES: u64 = 1 << 30;

/// The most characters in the name of a snapshot.
const NAME_LENGTH: usize = 64;

/// The snapshots of a server. Only one is taken or restored at a time.
pub struct Snapshots(Mutex<Kept>);

struct Kept {
    copier: Copier,
    start: Snapshot,
    named: BTreeMap<String, Snapshot>,
}

/// All data at one moment.
struct Snapshot {
    database: DatabaseCopy,
    events: RecentEvents,
    taken_at: Timestamp,
}

/// What clients see of a snapshot.
#[derive(Debug, Serialize)]
pub struct SnapshotView {
    name: String,
    /// How many bytes it takes.
    size: u64,
    created_at: Timestamp,
}

impl Snapshots {
    /// Takes the snapshot that a reset restores.
    pub fn begin(copier: Copier, capture: &Capture, now: Timestamp) -> Result<Snapshots> {
        let start = Snapshot::take(&copier, capture, now)?;
        Ok(Snapshots(Mutex::new(Kept {
            copier,
            start,
            named: BTreeMap::new(),
        })))
    }

    /// Makes everything as it was when the server started.
    pub fn reset(&self, store: &Store, capture: &Capture) -> Result<()> {
        let Kept { copier, start, .. } = &mut *self.kept();
        start.restore(copier, store, capture)
    }

    /// Takes a snapshot called `name`, instead of an earlier one of this name.
    ///
    /// Errors: `Invalid` for a name of another form, and if there are too many snapshots or they would take too much memory.
    pub fn take(&self, capture: &Capture, name: &str, now: Timestamp) -> Result<SnapshotView> {
        check_name(name)?;
        let kept = &mut *self.kept();
        let others = kept.named.iter().filter(|(known, _)| *known != name);
        let others: Vec<_> = others.map(|(_, snapshot)| snapshot.size()).collect();
        if others.len() >= MOST {
            let detail = format!("There are {MOST} snapshots already. Delete one first.");
            return Err(Error::request(detail));
        }
        let size = kept.copier.size()? + capture.recent.bytes() as u64;
        if others.iter().sum::<u64>() + size > MOST_BYTES {
            let most = MOST_BYTES >> 20;
            let detail = format!("All snapshots together may take {most} MiB. Delete one first.");
            return Err(Error::request(detail));
        }
        let snapshot = Snapshot::take(&kept.copier, capture, now)?;
        let view = snapshot.view(name);
        kept.named.insert(name.to_owned(), snapshot);
        Ok(view)
    }

    /// Makes everything as it was when the snapshot `name` was taken. Errors: `NotFound`.
    pub fn restore(&self, store: &Store, capture: &Capture, name: &str) -> Result<()> {
        let Kept { copier, named, .. } = &mut *self.kept();
        let snapshot = named.get_mut(name).ok_or(MISSING)?;
        snapshot.restore(copier, store, capture)
    }

    pub fn list(&self) -> Vec<SnapshotView> {
        let kept = self.kept();
        let views = kept.named.iter().map(|(name, one)| one.view(name));
        views.collect()
    }

    /// Deletes the snapshot `name`. Errors: `NotFound`.
    pub fn delete(&self, name: &str) -> Result<()> {
        let deleted = self.kept().named.remove(name);
        deleted.map(drop).ok_or(MISSING)
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const MISSING: Error =
    Error::NotFound("There is no snapshot of this name. GET /_lab/snapshots/ lists all.");

impl Snapshot {
    fn take(copier: &Copier, capture: &Capture, now: Timestamp) -> Result<Snapshot> {
        Ok(Snapshot {
            events: capture.recent.all(),
            database: copier.copy()?,
            taken_at: now,
        })
    }

    fn restore(&mut self, copier: &mut Copier, store: &Store, capture: &Capture) -> Result<()> {
        let (database, events) = (&mut self.database, self.events.clone());
        restoring::restore(store, capture, copier, database, events, || Ok(()))?;
        restoring::settle(store)
    }

    fn size(&self) -> u64 {
        self.database.size + self.events.bytes() as u64
    }

    fn view(&self, name: &str) -> SnapshotView {
        SnapshotView {
            name: name.to_owned(),
            size: self.size(),
            created_at: self.taken_at,
        }
    }
}

fn check_name(name: &str) -> Result<()> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    match name.len() <= NAME_LENGTH && name.bytes().all(fits) {
        true => Ok(()),
        false => {
            let detail = format!(
                "A snapshot has a name of at most {NAME_LENGTH} letters, digits, dots, - and _."
            );
            Err(Error::field("name", "invalid_input", detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::{
        domain::capture::Clock,
        model::Durability,
        store::{StoreOptions, projects, tests::project},
    };

    #[test]
    fn a_request_that_began_before_a_reset_adds_no_events_after_it() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("test.db");
        let options = StoreOptions::new(1, Durability::Relaxed);
        let store = Store::open_with(&path, &options).unwrap();
        let (project, capture) = (project(&store), Capture::new(9));
        let copier = Copier::open(&path, &options).unwrap();
        let snapshots = Snapshots::begin(copier, &capture, Timestamp(1)).unwrap();
        let target = || {
            let found = store.read(|db| projects::find_target(db, "phc_test"));
            found.unwrap().unwrap()
        };
        let add = |target| {
            let clock = Clock {
                now: Timestamp(1),
                sent_at: None,
            };
            capture.recent.add(target, clock, 0, ["x"]);
            capture.recent.latest(project).len()
        };
        for _ in 0..3 {
            let early = target();
            assert_eq!(add(early), 1);
            snapshots.reset(&store, &capture).unwrap();
            assert_eq!((add(early), add(target())), (0, 1));
            snapshots.reset(&store, &capture).unwrap();
        }
    }
}
