//! Seed files (`seed-file.md`): data for a new database in one go, whole or not at all.

mod activity;
mod boards;
mod choice;
mod events;
mod file;
mod keys;
mod people;
mod problem;
mod shape;
mod shares;
mod taxonomy;
#[cfg(test)]
mod tests;
mod things;
mod work;

use serde_json::{Map, Value};

use crate::{
    domain::{
        Error,
        passwords::{self, Busy},
    },
    model::*,
    store::{Read, Write, organizations, seed as table},
};
use file::File;
pub use problem::{Place, Problem, Result};
use work::Work;

/// How many keys of the database are so short that they may only be used on this machine.
pub fn count_weak_keys(db: &Read) -> Result<i64> {
    Ok(table::count_weak(db)?)
}

/// What came of a file.
#[derive(Debug)]
pub struct Made {
    /// What a client needs to use each thing, by ref.
    pub told: Map<String, Value>,
    /// The events that were taken in, in their order: whose each is, and its JSON.
    pub events: Vec<(ProjectId, String)>,
}

/// A seed file that reads well; whether its refs stand for something shows when it is applied.
pub struct Seed {
    file: File,
    /// Hashes of the users' passwords, in the file's order.
    user_hashes: Vec<Option<PasswordHash>>,
    /// Hashes of each sharing configuration's passwords.
    share_hashes: Vec<Vec<PasswordHash>>,
}

impl Seed {
    /// Reads a file's text and hashes the passwords in it: not a thing to do on the writer thread.
    ///
    /// Errors: the first place that is wrong.
    pub fn read(text: &str) -> Result<Seed> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text); // some editors begin a file so
        let mut json = serde_json::Deserializer::from_str(text);
        let file: File = serde_path_to_error::deserialize(&mut json)?;
        json.end()
            .map_err(|error| Problem::Whole(format!("is not JSON: {error}")))?;
        let users = file.users.iter();
        let user_hashes = users
            .map(|user| {
                let given = user.password.as_ref();
                given
                    .map(|password| passwords::hash(&password.0))
                    .transpose()
            })
            .collect::<Result<_, Busy>>()
            .map_err(Error::from)?;
        shares::check(&file.sharing_configurations)?;
        let shares = file.sharing_configurations.iter();
        let share_hashes = shares
            .map(|share| {
                share
                    .passwords
                    .iter()
                    .map(|given| passwords::hash(&given.password.0))
                    .collect()
            })
            .collect::<Result<_, Busy>>()
            .map_err(Error::from)?;
        Ok(Seed {
            file,
            user_hashes,
            share_hashes,
        })
    }

    /// Makes all that the file names.
    ///
    /// Run it in one write: an error has to undo everything.
    pub fn apply(&self, db: &Write, now: Timestamp) -> Result<Made> {
        let (file, mut work) = (&self.file, Work::new(db, now));
        people::make_users(&mut work, &file.users, &self.user_hashes)?;
        let members = people::make_organizations(&mut work, &file.organizations)?;
        people::make_projects(&mut work, &file.projects, &members)?;
        keys::make_personal_keys(&mut work, &file.personal_api_keys)?;
        keys::make_project_keys(&mut work, &file.project_secret_api_keys)?;
        taxonomy::make_group_types(&mut work, &file.group_types)?;
        taxonomy::make_events(&mut work, &file.event_definitions)?;
        taxonomy::make_properties(&mut work, &file.property_definitions)?;
        taxonomy::make_pairs(&mut work, &file.event_properties)?;
        let events = events::take_in(&mut work, &file.events)?;
        boards::make_dashboards(&mut work, &file.dashboards)?;
        boards::make_insights(&mut work, &file.insights)?;
        boards::clear_deleted(&work, &file.dashboards)?;
        things::make_notebooks(&mut work, &file.notebooks)?;
        things::make_recordings(&mut work, &file.session_recordings)?;
        shares::make_shares(&mut work, &file.sharing_configurations, &self.share_hashes)?;
        activity::make_lines(&work, &file.activity_log)?;
        let told = work.told();
        Ok(Made { told, events })
    }

    /// The same, unless the database has an organization already: then it stays as it is, and `None` is told.
    pub fn apply_if_new(&self, db: &Write, now: Timestamp) -> Result<Option<Made>> {
        if organizations::any(db)? {
            return Ok(None);
        }
        self.apply(db, now).map(Some)
    }
}
