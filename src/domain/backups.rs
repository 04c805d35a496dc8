//! Backups for the admin page: making one, and which the server has written by itself.
//!
//! A backup holds the data of all organizations, so only an admin of each of them gets one. None is brought back here: the
//! database that a client uploads would replace every user, key and session, of all organizations alike, with one stolen
//! session of one admin, and no other request could take that back. `hoglet restore` does it for those who have the files.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Caller, Error, Result, Store};
use crate::{
    model::Timestamp,
    store::{Read, StoreError, upkeep, users},
};

/// The backups of a server.
pub struct Backups {
    /// The database; `None` for an ephemeral one, whose file has no name.
    database: Option<PathBuf>,
    /// Where the server writes backups by itself.
    folder: Option<PathBuf>,
    /// Only one is made at a time, until it is sent.
    turn: Arc<Semaphore>,
}

/// What an admin sees of them.
#[derive(Debug, Serialize)]
pub struct BackupsView {
    /// Whether the caller can make one.
    is_allowed: bool,
    /// The path of the database; null if the caller may not know it.
    database: Option<PathBuf>,
    /// The directory in which the server writes backups by itself; null if it does not.
    directory: Option<PathBuf>,
    /// What is in there, the latest first.
    results: Vec<BackupView>,
}

/// A backup that the server has written.
#[derive(Debug, Serialize)]
pub struct BackupView {
    name: String,
    size: u64,
    created_at: Timestamp,
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
        let folder = self.folder.as_ref().filter(|_| is_allowed);
        Ok(BackupsView {
            is_allowed,
            database: self.database.clone().filter(|_| is_allowed),
            directory: folder.cloned(),
            results: folder.map_or_else(Vec::new, |folder| written(folder)),
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
        let missing = Error::NotFound("An ephemeral database has no backups.");
        let database = self.database.as_ref().ok_or(missing)?;
        let turn =
            self.turn.clone().try_acquire_owned().map_err(|_| {
                Error::request("A backup is under way. Try again when it has arrived.")
            })?;
        let (start, end) = upkeep::AUTOMATIC;
        let file = upkeep::unnamed_backup(database, &store.watch())?;
        tracing::info!(user = caller.user.0, "a backup is downloaded");
        Ok(MadeBackup {
            file,
            name: format!("{start}{}{end}", upkeep::compact_time(caller.now)),
            _turn: turn,
        })
    }
}

fn is_allowed(db: &Read, caller: Caller) -> Result<bool, StoreError> {
    users::administers_all(db, caller.user)
}

/// The backups in `folder`, the latest first. One that is deleted meanwhile is left out.
fn written(folder: &Path) -> Vec<BackupView> {
    let (start, end) = upkeep::AUTOMATIC;
    let files = upkeep::dated_files(folder, start, end).unwrap_or_default();
    let views = files.iter().rev().filter_map(|path| {
        let file = fs::metadata(path).ok()?;
        let age = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(BackupView {
            name: path.file_name()?.to_string_lossy().into_owned(),
            size: file.len(),
            created_at: Timestamp(age.as_micros() as i64),
        })
    });
    views.collect()
}
