//! Ingestion: what events imply about a project's events, properties and groups, and remembering it (`ingestion.md`).

mod datum;
mod derive;
mod event;
mod infer;
mod ingest;
mod keyed;
mod known;
mod names;
mod news;
mod payload;
mod recent;
mod rejection;
pub mod replay;
mod roles;
mod sift;
#[cfg(test)]
mod tests;
mod update;
pub mod v1;

pub use datum::{Datum, Members};
pub use derive::derive;
pub use event::{Event, Properties};
pub use infer::{has_type, infer};
pub use ingest::Sink;
pub use known::{Known, Look};
pub use news::{News, Written};
pub use payload::{Payload, is_token};
pub use recent::{Recent, RecentEvent};
pub use rejection::Rejection;
pub use sift::{Sifted, check};
pub use update::{Of, Update};

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use super::Result;
use crate::{
    model::*,
    store::{Read, group_types as group_type_table, projects},
};

/// The most unknown tokens that are remembered as such.
const MOST_STRANGERS: usize = 10_000;

/// What ingestion keeps in memory: one for the whole server.
pub struct Capture {
    /// What is in the database already.
    pub known: Known,
    /// The latest events of each project.
    pub recent: Recent,
    strangers: Mutex<HashSet<String>>,
    most_of_request: usize,
}

impl Capture {
    /// Nothing known yet. Of each project so many of the latest events will be kept.
    pub fn new(keep: usize) -> Capture {
        Capture {
            known: Known::default(),
            recent: Recent::new(keep),
            strangers: Mutex::default(),
            most_of_request: ingest::MOST_OF_REQUEST,
        }
    }

    /// Whether an unknown token is sent for the first time, as far as is remembered.
    pub fn is_new_stranger(&self, token: &str) -> bool {
        let mut strangers = self
            .strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        strangers.len() < MOST_STRANGERS && strangers.insert(token.to_owned())
    }
}

/// The project that takes events sent with `token`, blanks around which do not count.
pub fn find_target(db: &Read, token: &str) -> Result<Option<Target>> {
    Ok(projects::find_target(db, token.trim())?)
}

/// The group types of `project` with their indexes.
pub fn group_types(db: &Read, project: ProjectId) -> Result<Vec<(String, u8)>> {
    Ok(group_type_table::find(db, project)?)
}
