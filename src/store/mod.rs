//! One SQLite file and all SQL.
//!
//! Many connections read at once; one thread writes. [`Store::read`] and [`Store::write`] block the caller,
//! so call them from the blocking pool.

pub(crate) mod activity;
mod check;
mod columns;
mod condition;
mod copies;
pub(crate) mod dashboard_tiles;
pub(crate) mod dashboards;
mod definitions;
mod error;
pub(crate) mod event_definitions;
pub(crate) mod export;
pub(crate) mod feature_flags;
mod figures;
mod file;
pub(crate) mod generations;
pub(crate) mod insights;
mod instant;
mod metrics;
pub(crate) mod notebooks;
mod open;
pub(crate) mod organizations;
pub(crate) mod parents;
pub(crate) mod personal_api_keys;
#[cfg(test)]
mod plans;
pub(crate) mod project_secret_api_keys;
pub(crate) mod projects;
pub(crate) mod property_definitions;
mod query;
mod queue;
pub(crate) mod removal;
mod search;
pub(crate) mod seed;
pub(crate) mod session_recordings;
pub(crate) mod sessions;
pub(crate) mod sharing;
pub(crate) mod sharing_list;
mod transaction;
pub(crate) mod upkeep;
mod usage;
pub(crate) mod users;
mod veto;
pub(crate) mod viewer;
mod writer;

pub(crate) use definitions::Kept;
pub use error::StoreError;
pub(crate) use error::{Result, Unavailable};
pub(crate) use file::Watch;
pub(crate) use generations::{Copier, DatabaseCopy};
pub(crate) use instant::at_one_instant;
pub(crate) use metrics::StoreMetrics;
pub(crate) use open::StoreOptions;
pub(crate) use usage::Usage;
pub(crate) use veto::with_veto;
pub(crate) use writer::Queued;

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{self, Duration},
};

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::model::{Durability, ProjectId, Timestamp};
use definitions::{Catalogues, Warmer};
use figures::CountedDefinitions;
use instant::{Reader, Remembered};
use query::Query;
use queue::Priority;
use writer::Writer;

/// The database at one instant, to look at.
pub struct Read<'c> {
    connection: &'c Connection,
    /// What is kept in memory of definitions; `None` inside a change, whose rows others may not see yet.
    catalogues: Option<&'c Catalogues>,
    /// What its reader remembers; `None` where nothing is.
    memory: Option<&'c Mutex<Remembered>>,
}

/// The database as the writer has it: all that [`Read`] can do, and changes.
pub struct Write<'c>(Read<'c>);

impl<'c> Deref for Write<'c> {
    type Target = Read<'c>;
    fn deref(&self) -> &Read<'c> {
        &self.0
    }
}

impl Read<'_> {
    /// The row that `sql` finds, if it finds one.
    fn one<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        read: fn(&Row) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row(params, read)
            .optional()?)
    }

    /// Every row that `sql` finds, in its order.
    fn all<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        read: fn(&Row) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_map(params, read)?
            .collect::<rusqlite::Result<_>>()?)
    }

    /// The row that `sql` finds with each of `params`, in their order.
    fn each_of<T, P: Params>(
        &self,
        sql: &'static str,
        params: impl Iterator<Item = P>,
        read: fn(&Row) -> rusqlite::Result<T>,
    ) -> Result<Vec<Option<T>>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = params.map(|params| statement.query_row(params, read).optional());
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// Runs `look` on every row that `sql` finds, for answers too large to hold.
    fn each(
        &self,
        sql: &'static str,
        params: impl Params,
        mut look: impl FnMut(&Row) -> rusqlite::Result<()>,
    ) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        while let Some(row) = rows.next()? {
            look(row)?;
        }
        Ok(())
    }

    /// The single number that `sql` counts.
    fn count(&self, sql: &'static str, params: impl Params) -> Result<i64> {
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row(params, |row| row.get(0))?)
    }
}

impl Write<'_> {
    /// Runs `sql`; returns how many rows it changed.
    fn run(&self, sql: &'static str, params: impl Params) -> Result<usize> {
        Ok(self.0.connection.prepare_cached(sql)?.execute(params)?)
    }

    /// Runs `change`, and undoes it if it returns false or fails. What was done before stays.
    pub fn attempt<E: From<StoreError>>(
        &self,
        change: impl FnOnce() -> Result<bool, E>,
    ) -> Result<bool, E> {
        transaction::execute(self.0.connection, transaction::SAVE)?;
        let kept = change();
        if !matches!(kept, Ok(true)) {
            transaction::execute(self.0.connection, transaction::UNDO)?;
        }
        transaction::execute(self.0.connection, transaction::RELEASE)?;
        kept
    }

    /// Runs an INSERT; returns the integer key of its row.
    fn insert(&self, sql: &'static str, params: impl Params) -> Result<i64> {
        self.run(sql, params)?;
        Ok(self.0.connection.last_insert_rowid())
    }
}

/// The open database. Readers are declared first, so that they close before the writer does.
pub struct Store {
    readers: r2d2::Pool<SqliteConnectionManager>,
    writer: Writer,
    catalogues: Arc<Catalogues>,
    metrics: Option<StoreMetrics>,
    counted: CountedDefinitions,
    before_waiting: fn(),
    /// The write-ahead log, if it has a name.
    log: Option<PathBuf>,
    watch: Arc<Watch>,
    restoring: Mutex<()>,
}

impl Store {
    /// Opens the file at `path`, creating it if it is missing.
    ///
    /// Errors: `Unusable` with a sentence for people when the file is no database of ours, damaged, newer than this
    /// program, or cannot be written.
    pub fn open(path: &Path, readers: u32, durability: Durability) -> Result<Store> {
        Store::open_with(path, &StoreOptions::new(readers, durability))
    }

    /// The same, as `options` say.
    pub fn open_with(path: &Path, options: &StoreOptions) -> Result<Store> {
        let patience = options.patience;
        let (writer, watch) = open::writer(path, options)?;
        let watch = Arc::new(watch);
        let real = writer.path().map_or(path, Path::new);
        let log = options.watched.then(|| file::log(real));
        Ok(Store {
            readers: open::readers(path, options.readers, patience)?,
            writer: Writer::start(writer, watch.clone(), patience, options.metrics.clone()),
            catalogues: Arc::default(),
            metrics: options.metrics.clone(),
            counted: CountedDefinitions::default(),
            before_waiting: options.before_waiting,
            log,
            watch,
            restoring: Mutex::default(),
        })
    }

    /// The files that it has open, for what opens them by their names beside it.
    pub fn watch(&self) -> Arc<Watch> {
        self.watch.clone()
    }

    /// The turn to replace all data, which one caller has at a time: each of them begins a generation.
    pub fn restoring(&self) -> MutexGuard<'_, ()> {
        (self.restoring.lock()).unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether changes can be written, as far as is known: if not, why, in a few words. Does not wait for anything.
    pub fn condition(&self) -> Result<(), String> {
        self.writer.condition().get()
    }

    /// Logs from now on when the condition gets worse or better.
    pub fn log_condition(&self) {
        self.writer.condition().log();
    }

    /// Starts reading what the first lists of large projects would wait for, from the same file at `path`, if it is large.
    ///
    /// Drop the warmer before the store: an open read keeps the log from going back into the file.
    pub fn warm(&self, path: &Path) -> Result<Option<Warmer>> {
        let is_large = file::size(path) >= definitions::SMALLEST_WARMED;
        is_large
            .then(|| Warmer::start(path.to_owned(), self.catalogues.clone()))
            .transpose()
    }

    /// Runs `look` on a reader, inside one transaction, so that all its queries see the same instant.
    ///
    /// Do not call [`Store::write`] from inside: the reader would be held while the writer works.
    pub fn read<T, E: From<StoreError>>(
        &self,
        look: impl FnOnce(&Read) -> Result<T, E>,
    ) -> Result<T, E> {
        instant::read(self, look)
    }

    /// Gives up what this thread holds for its request and does not need while it waits for the writer.
    fn let_go(&self) {
        instant::pass();
        (self.before_waiting)();
    }

    fn reader(&self) -> Result<Reader> {
        let Some(metrics) = &self.metrics else {
            return Ok(self.readers.get()?);
        };
        let start = time::Instant::now();
        let reader = self.readers.get();
        metrics.reader_wait.observe(start.elapsed().as_secs_f64());
        Ok(reader?)
    }

    /// Runs `change` on the writer and returns when it is on disk, or when it failed and nothing was kept.
    ///
    /// An `Err` from `change` undoes all that it did, and only that. `Busy` when the writer does not come to it in time.
    pub fn write<T, E>(
        &self,
        change: impl FnOnce(&Write) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.let_go();
        self.writer.run(Priority::Usual, change)
    }

    /// Queues `change`, and calls `done` on the writer's thread when it is on disk, or when it failed and nothing was kept: as
    /// [`Store::write`], for a caller that does not keep a thread waiting.
    pub fn submit<T, E>(
        &self,
        change: impl FnOnce(&Write) -> Result<T, E> + Send + 'static,
        done: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<Queued>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.let_go();
        self.writer.submit(Priority::Usual, change, done)
    }

    /// How long a change may wait until it is started.
    pub fn patience(&self) -> Duration {
        self.writer.patience()
    }

    /// Takes back a change whose [patience](Queued::patience) is over. Errors: `Busy`, unless the writer has come to it.
    pub fn withdraw(&self, queued: Queued) -> Result<()> {
        self.writer.withdraw(queued)
    }

    /// Takes back a change that is no longer wanted, unless it has been started.
    pub fn abandon(&self, queued: Queued) {
        self.writer.abandon(queued);
    }

    /// The same as [`Store::write`] for one of many changes that a caller makes in a row: others go first.
    pub fn write_bulk<T, E>(
        &self,
        change: impl FnOnce(&Write) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.let_go();
        self.writer.run(Priority::Bulk, change)
    }

    /// Drops what is kept in memory of the definitions of a project that was deleted.
    pub fn forget(&self, project: ProjectId) {
        self.catalogues.forget(project);
    }

    /// Notes that something was used or viewed at `now`. Never fails, and hardly ever waits.
    pub fn note(&self, usage: Usage, now: Timestamp) {
        self.let_go();
        self.writer.queue().note(usage, now);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    //! Fixtures for the tests of the store.

    use super::*;
    use crate::model::{
        Features, Organization, OrganizationId, Project, ProjectSettings, ordered_uuid,
    };

    /// A project to write things into.
    pub fn project(store: &Store) -> ProjectId {
        let now = Timestamp::now();
        let making = move |db: &Write| {
            let organization = Organization {
                id: OrganizationId(ordered_uuid()),
                name: "Acme".into(),
                slug: "acme".into(),
                features: Features::ALL,
                allow_publicly_shared_resources: true,
                created_at: now,
                updated_at: now,
            };
            organizations::insert(db, &organization)?;
            let project = Project {
                id: ProjectId(0),
                uuid: ordered_uuid(),
                organization: organization.id,
                api_token: "phc_test".into(),
                name: "Main".into(),
                timezone: "UTC".into(),
                ingested_event: false,
                created_at: now,
                updated_at: now,
                settings: ProjectSettings::default(),
            };
            projects::insert(db, &project)
        };
        store.write::<_, StoreError>(making).unwrap()
    }
}
