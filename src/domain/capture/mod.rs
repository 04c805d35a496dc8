//! Ingestion: stores which events, properties and group types the captured events define (`ingestion.md`).
//!
//! Events themselves are not stored; the latest are kept in memory ([`Recent`]).

mod accept;
mod datum;
mod derive;
mod event;
pub mod event_time;
mod infer;
mod ingest;
mod known;
mod lane;
mod names;
mod new_definitions;
mod payload;
mod recent;
mod rejection;
pub mod replay;
mod roles;
#[cfg(test)]
mod tests;
pub mod v1;

pub(crate) use accept::{Accepted, check};
pub(crate) use datum::{Datum, Members, Nested};
pub(crate) use event::{Event, Properties};
pub use event_time::Clock;
pub(crate) use ingest::Sink;
pub use lane::Lane;
pub use payload::Payload;
pub(crate) use payload::{check_token, is_token};
pub(crate) use recent::{Recent, RecentEvent};
pub(crate) use rejection::Rejection;

use derive::derive;
use infer::{has_type, infer};
use known::{Guard, Known};
use new_definitions::{NewDefinitions, Of, Update, Written};

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::Result;
use crate::{
    model::{CaptureTarget, ProjectId},
    store::{self, Store, projects},
};

/// The most unknown tokens that are remembered, so that each is logged once.
const MAX_UNKNOWN_TOKENS: usize = 10_000;

/// What ingestion keeps in memory: one for the whole server.
pub struct Capture {
    known: Known,
    /// The latest events of each project.
    pub recent: Arc<Recent>,
    unknown_tokens: Mutex<HashSet<String>>,
    max_per_request: usize,
}

impl Capture {
    /// An empty cache that will keep the `keep` latest events of each project.
    pub fn new(keep: usize) -> Capture {
        Capture {
            known: Known::default(),
            recent: Arc::new(Recent::new(keep)),
            unknown_tokens: Mutex::default(),
            max_per_request: ingest::MAX_PER_REQUEST,
        }
    }

    /// The project with this token, ignoring blanks around it. Logs each token that no project has, once. A text that cannot
    /// be a project's token is neither looked up nor logged: it may be a secret, sent by mistake.
    fn find_target(
        &self,
        store: &Store,
        token: Option<&str>,
    ) -> store::Result<Option<CaptureTarget>> {
        let Some(token) = token.map(str::trim).filter(|token| is_token(token)) else {
            return Ok(None);
        };
        let target = store.read(|db| projects::find_target(db, token))?;
        if target.is_none() && self.is_new_unknown_token(token) {
            let length = if token.starts_with("phc_") { 12 } else { 4 };
            let start: String = token.chars().take(length).collect();
            tracing::warn!(
                "no project has the token {start:?}…: its events are accepted and dropped"
            );
        }
        Ok(target)
    }

    fn is_new_unknown_token(&self, token: &str) -> bool {
        let mut unknown = self
            .unknown_tokens
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        unknown.len() < MAX_UNKNOWN_TOKENS && unknown.insert(token.to_owned())
    }
}

/// The group types of `project` with their indexes.
pub fn group_types(store: &Store, project: ProjectId) -> Result<Vec<(String, u8)>> {
    Ok(store.read(|db| projects::group_types(db, project))?)
}
