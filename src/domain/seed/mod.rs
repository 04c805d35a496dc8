//! Seed files (`seed-file.md`): data for a new database, applied whole or not at all.
//!
//! A file has lists of objects ([`lists::LISTS`]). Each object is a [`Form`](super::Form), as if a client had sent it, and is
//! read by the functions that read the API's bodies: the same rules and the same messages, preceded by the position in the
//! file. What only a file may choose, such as ids, secrets and timestamps, is set separately. [`Export`] writes such files,
//! and [`import()`] applies one to a database that may have a part of it already.

mod activity;
mod events;
mod export;
mod file;
mod flags;
mod import;
mod keys;
mod lists;
mod people;
mod problem;
mod read;
mod shares;
mod taxonomy;
mod things;
mod work;

use serde_json::{Map, Value};

use super::{
    access::Access,
    capture::Capture,
    passwords::{self, Busy},
};
use crate::{
    model::{Json, ProjectId, Secret, Timestamp, UserId},
    store::{Store, StoreError, Write, organizations, seed as table},
};
pub use export::{Export, ExportError, What};
pub(super) use file::check_keys;
use file::{Item, List};
pub use import::{Counts, ImportSource, Plan, import, is_of_lines};
use lists::{LISTS, OF_PROJECT};
use problem::Position;
pub use problem::Problem;
use work::Work;

/// The key of the project of an item, and the ref of a project that exists.
const PROJECT: &str = "project";

/// The number of keys that are so short that they may only be used on this machine.
pub fn count_weak_keys(store: &Store) -> Result<i64, StoreError> {
    store.read(table::count_weak)
}

/// What a seed file leaves behind besides the rows in the database.
pub struct Created {
    /// What a client needs to use each object, by ref.
    pub refs: Map<String, Value>,
    /// The cache of its captured events.
    pub capture: Capture,
    /// The first project and the first keys of the file.
    pub access: Access,
}

/// The items of each list that a file has, in the order of the lists.
type Lists = Vec<(&'static List, Vec<Item>)>;

/// A parsed seed file, whose passwords are not hashed yet. Its values are checked when it is applied.
pub struct SeedFile(Lists);

impl SeedFile {
    /// Parses a file.
    pub fn read(text: &str) -> Result<SeedFile, Problem> {
        SeedFile::with_lists(text, LISTS)
    }

    fn with_lists(text: &str, known: &'static [List]) -> Result<SeedFile, Problem> {
        let lists = file::parse(text, known)?;
        for (list, items) in &lists {
            for (index, item) in items.iter().enumerate() {
                passwords_in(list, index, item)?;
            }
        }
        Ok(SeedFile(lists))
    }

    /// Hashes the passwords, which is too slow for the writer thread.
    pub fn hash(self) -> Result<Seed, Problem> {
        let SeedFile(mut lists) = self;
        for (list, items) in &mut lists {
            for (index, item) in items.iter_mut().enumerate() {
                let found = passwords_in(list, index, item)?;
                let hashes = found
                    .iter()
                    .map(passwords::hash)
                    .collect::<Result<_, Busy>>();
                item.hashes =
                    hashes.map_err(|busy| Position::new(list.name, index).problem(busy.into()))?;
            }
        }
        Ok(Seed(lists))
    }

    /// The number of items.
    pub fn count(&self) -> usize {
        self.0.iter().map(|(_, items)| items.len()).sum()
    }

    /// Creates everything that the file describes, or nothing if that fails. `keep` is the number of recent events kept per
    /// project.
    pub fn apply(self, store: &Store, now: Timestamp, keep: usize) -> Result<Created, Problem> {
        let seed = self.hash()?;
        store.write(move |db| seed.apply_within(db, now, keep))
    }

    /// The same if the database is new, which means without organizations. Returns `None` for any other, without the work of
    /// hashing passwords.
    pub fn apply_if_new(
        self,
        store: &Store,
        now: Timestamp,
        keep: usize,
    ) -> Result<Option<Created>, Problem> {
        if store.read(organizations::any)? {
            return Ok(None);
        }
        let seed = self.hash()?;
        store.write(move |db| match organizations::any(db)? {
            true => Ok(None),
            false => seed.apply_within(db, now, keep).map(Some),
        })
    }
}

/// The passwords that the item `index` of `list` has.
fn passwords_in(list: &List, index: usize, item: &Item) -> Result<Vec<Secret>, Problem> {
    let found = match list.name {
        "users" => people::password(&item.form),
        "sharing_configurations" => shares::passwords(&item.form),
        _ => Ok(Vec::new()),
    };
    found.map_err(|error| Position::new(list.name, index).problem(error))
}

/// A seed file that can be applied: its passwords are hashed.
pub struct Seed(Lists);

impl Seed {
    /// Reads `sent`, an object that has only the lists about one project, which its items need not name: it is the ref
    /// `project`. Hashes the passwords in it.
    pub fn of_project(sent: &Json) -> Result<Seed, Problem> {
        let text = serde_json::to_string(sent).expect("what was read as JSON can be written");
        let mut file = SeedFile::with_lists(&text, OF_PROJECT)?;
        for (list, items) in &mut file.0 {
            if list.keys.have(PROJECT) {
                items
                    .iter_mut()
                    .for_each(|item| item.form.set_default(PROJECT, PROJECT.into()));
            }
        }
        file.hash()
    }

    /// Applies the file within a change that may undo it: the fuzz tests do.
    pub fn apply_within(
        &self,
        db: &Write,
        now: Timestamp,
        keep: usize,
    ) -> Result<Created, Problem> {
        self.work(Work::new(db, now, keep))
    }

    /// Applies what [`of_project`](Self::of_project) has read to a project that exists, whose owner is the ref `owner`.
    pub fn apply_to(
        &self,
        db: &Write,
        project: ProjectId,
        owner: UserId,
        now: Timestamp,
        keep: usize,
    ) -> Result<Created, Problem> {
        let mut work = Work::new(db, now, keep);
        work.adopt((PROJECT, project), ("owner", owner));
        self.work(work)
    }

    fn work(&self, mut work: Work) -> Result<Created, Problem> {
        for (list, items) in &self.0 {
            for (index, item) in items.iter().enumerate() {
                work.position = Position::new(list.name, index);
                (list.add)(&mut work, item).map_err(|error| work.position.problem(error))?;
            }
        }
        work.finish()
    }
}
