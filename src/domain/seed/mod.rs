//! Seed files (`seed-file.md`): data for a new database, applied whole or not at all.
//!
//! A file is lists of objects ([`file::LISTS`]). Each object is a [`Form`](super::Form), as if a client had sent it, and is
//! read by the functions that read the API's bodies: the same rules and the same messages, with the place in front. What
//! only a file may choose, such as ids, secrets and states of the past, is set beside them.

mod activity;
mod events;
mod file;
mod keys;
mod people;
mod problem;
mod read;
mod shares;
mod taxonomy;
mod things;
mod work;

use serde_json::{Map, Value};

use super::{
    capture::Capture,
    passwords::{self, Busy},
};
use crate::{
    model::Timestamp,
    store::{Read, StoreError, Write, organizations, seed as table},
};
use file::{Item, List};
use problem::Place;
pub use problem::Problem;
use work::Work;

/// How many keys of the database are so short that they may only be used on this machine.
pub fn count_weak_keys(db: &Read) -> Result<i64, StoreError> {
    table::count_weak(db)
}

/// What a file created.
pub struct Made {
    /// What a client needs to use each object, by ref.
    pub refs: Map<String, Value>,
    /// Its events, captured.
    pub capture: Capture,
}

/// A seed file that could be parsed. Its values are checked when it is applied.
pub struct Seed(Vec<(&'static List, Vec<Item>)>);

impl Seed {
    /// Parses a file and hashes the passwords in it, which is too slow for the writer thread.
    pub fn read(text: &str) -> Result<Seed, Problem> {
        let mut lists = file::parse(text)?;
        for (list, items) in &mut lists {
            for (index, item) in items.iter_mut().enumerate() {
                let found = match list.name {
                    "users" => people::password(&item.form),
                    "sharing_configurations" => shares::passwords(&item.form),
                    _ => continue,
                };
                let found = found.map_err(|error| Place::new(list, index).problem(error))?;
                let hashes = found
                    .iter()
                    .map(passwords::hash)
                    .collect::<Result<_, Busy>>();
                item.hashes =
                    hashes.map_err(|busy| Place::new(list, index).problem(busy.into()))?;
            }
        }
        Ok(Seed(lists))
    }

    /// Creates everything that the file describes, and keeps so many events of each project in memory. Call it in one
    /// write: an error must undo all of it.
    pub fn apply(&self, db: &Write, now: Timestamp, keep: usize) -> Result<Made, Problem> {
        let mut work = Work::new(db, now, keep);
        for (list, items) in &self.0 {
            for (index, item) in items.iter().enumerate() {
                work.place = Place::new(list, index);
                (list.add)(&mut work, item).map_err(|error| work.place.problem(error))?;
            }
        }
        Ok(work.finish())
    }

    /// The same for a database without organizations. Returns `None`, and changes nothing, for any other.
    pub fn apply_if_new(
        &self,
        db: &Write,
        now: Timestamp,
        keep: usize,
    ) -> Result<Option<Made>, Problem> {
        if organizations::any(db)? {
            return Ok(None);
        }
        self.apply(db, now, keep).map(Some)
    }
}
