//! Backups for the admin page: making one, listing those that are on the server's machine, and restoring one of these.
//!
//! A backup holds the data of all organizations, so only an admin of each of them may do any of this. None is uploaded: a file
//! from elsewhere would bring users, keys and sessions of its own, so that one stolen session could take over the server for
//! good. `hoglet restore` is for those who have the files. What is restored here the server has written itself, and what it
//! replaces becomes a file that can be restored in turn.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    Caller, Error, Result, Store,
    capture::{Capture, RecentEvents},
    restoring,
};
use crate::{
    model::{Durability, Timestamp},
    store::{Copier, DatabaseCopy, Read, StoreError, StoreOptions, upkeep, users},
};

/// The backups of a server.
pub struct Backups {
    /// The database; `None` for an ephemeral one, whose file has no name.
    database: Option<PathBuf>,
    /// Where the server writes backups by itself.
    folder: Option<PathBuf>,
    /// Only one is made, until it is sent, or restored at a time.
    turn: Arc<Semaphore>,
}

/// What an admin sees of them.
#[derive(Debug, Default, Serialize)]
pub struct BackupsView {
    /// Whether the caller can make one.
    is_allowed: bool,
    /// The path of the database; null if the caller may not know it.
    database: Option<PathBuf>,
    /// The directory in which the server writes backups by itself; null if it does not.
    directory: Option<PathBuf>,
    /// What is in there, and what was kept beside the database when one was restored, the latest of each first.
    results: Vec<BackupView>,
}

/// A file that can be restored.
#[derive(Debug, Serialize)]
pub struct BackupView {
    name: String,
    size: u64,
    created_at: Timestamp,
}

/// What became of the data that a backup has replaced.
#[derive(Debug, Serialize)]
pub struct RestoredView {
    /// The name of the file beside the database that holds it.
    kept: String,
}

/// A backup to be sent. Nothing is left of it when it is dropped.
pub struct MadeBackup {
    pub file: File,
    /// The name under which to keep it.
    pub name: String,
    _turn: OwnedSemaphorePermit,
}

impl Backups {
    pub fn new(database: Option<PathBuf>, folder: Option<PathBuf>) -> Backups {
        Backups {
            database,
            folder,
            turn: Arc::new(Semaphore::new(1)),
        }
    }

    /// What `caller` may know of the backups: nothing, unless they can make one.
    pub fn list(&self, store: &Store, caller: Caller) -> Result<BackupsView> {
        let is_allowed = store.read(|db| is_allowed(db, caller))? && self.database.is_some();
        if !is_allowed {
            return Ok(BackupsView::default());
        }
        Ok(BackupsView {
            is_allowed,
            database: self.database.clone(),
            directory: self.folder.clone(),
            results: self.files().filter_map(|path| view(&path)).collect(),
        })
    }

    /// Makes a backup.
    ///
    /// Errors: `Denied`; `NotFound` for an ephemeral database; `Invalid` while another is made or sent; `Store` if the file was
    /// deleted or replaced.
    pub fn make(&self, store: &Store, caller: Caller) -> Result<MadeBackup> {
        if !store.read(|db| is_allowed(db, caller))? {
            return Err(Error::FORBIDDEN);
        }
        let database = self.database.as_ref().ok_or(NONE)?;
        let turn = self.turn()?;
        let (start, end) = upkeep::AUTOMATIC;
        let file = upkeep::unnamed_backup(database, &store.watch())?;
        tracing::info!(user = caller.user.0, "a backup is downloaded");
        Ok(MadeBackup {
            file,
            name: format!("{start}{}{end}", upkeep::compact_time(caller.now)),
            _turn: turn,
        })
    }

    /// Makes all data what it was in the file called `name`, while the server goes on. What it was before is kept beside the
    /// database.
    ///
    /// Errors: `Denied`; `NotFound` if there is no such file; `Invalid` while another backup is made, sent or restored, and if
    /// the file is damaged or what it replaces cannot be kept; `Store` if the database was deleted or replaced, and, when all is
    /// restored, if nothing more can be written.
    pub fn restore(
        &self,
        store: &Store,
        capture: &Capture,
        caller: Caller,
        name: &str,
    ) -> Result<RestoredView> {
        if !store.read(|db| is_allowed(db, caller))? {
            return Err(Error::FORBIDDEN);
        }
        let database = self.database.as_ref().ok_or(NONE)?;
        let missing = Error::NotFound("There is no backup of this name.");
        let path = self.files().find(|path| file_name(path) == name);
        let path = path.ok_or(missing)?;
        let _turn = self.turn()?;
        let watch = store.watch();
        watch.check()?;
        let mut kept = None;
        let restored = (|| {
            let mut copier = Copier::open(database, &StoreOptions::new(0, Durability::Full))?;
            let mut copy = DatabaseCopy::of_backup(&path, database)?;
            let (copier, copy) = (&mut copier, &mut copy);
            restoring::restore(
                store,
                capture,
                copier,
                copy,
                RecentEvents::default(),
                || {
                    watch.check()?;
                    let now = upkeep::open_to_read(database)?;
                    Ok(kept
                        .insert(upkeep::keep(&now, database, caller.now)?)
                        .clone())
                },
            )
        })();
        let kept = restored.map_err(|error| {
            // Nothing has changed, so it would only take up space.
            if let Some(Err(error)) = kept.as_ref().map(fs::remove_file) {
                tracing::warn!("a copy of the database is left: {error}");
            }
            match error {
                Error::Store(StoreError::Unusable(why)) => Error::request(why),
                other => other,
            }
        })?;
        tracing::info!(
            user = caller.user.0,
            "{} is restored; what was there before is in {}",
            path.display(),
            kept.display()
        );
        restoring::settle(store)?;
        Ok(RestoredView {
            kept: file_name(&kept),
        })
    }

    /// The files that can be restored: backups that the server has written by itself, then what restored ones have replaced, the
    /// latest of each first.
    fn files(&self) -> impl Iterator<Item = PathBuf> {
        let (start, end) = upkeep::AUTOMATIC;
        let folder = self.folder.as_ref();
        let written = folder.map(|folder| upkeep::dated_files(folder, start, end));
        let database = self.database.as_ref();
        let replaced = database.and_then(|path| Some((path.parent()?, upkeep::replaced(path))));
        let replaced = replaced.map(|(folder, start)| upkeep::dated_files(folder, &start, ""));
        // A directory that cannot be read has none.
        let found = [written, replaced].into_iter().flatten().flatten();
        found.flat_map(|files| files.into_iter().rev())
    }

    fn turn(&self) -> Result<OwnedSemaphorePermit> {
        let turn = self.turn.clone().try_acquire_owned();
        turn.map_err(|_| {
            Error::request("Another backup is being made or restored. Try again when that is done.")
        })
    }
}

const NONE: Error = Error::NotFound("An ephemeral database has no backups.");

fn is_allowed(db: &Read, caller: Caller) -> Result<bool, StoreError> {
    users::administers_all(db, caller.user)
}

/// What is shown of a file; `None` if it was deleted meanwhile.
fn view(path: &Path) -> Option<BackupView> {
    let file = fs::metadata(path).ok()?;
    let age = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(BackupView {
        name: file_name(path),
        size: file.len(),
        created_at: Timestamp(age.as_micros() as i64),
    })
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
