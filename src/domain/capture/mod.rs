//! Ingestion: stores which events, properties and group types the captured events define (`ingestion.md`).
//!
//! Events themselves are not stored; the latest are kept in memory ([`Recent`]).

mod accept;
mod datum;
mod derive;
mod event;
pub mod event_time;
mod ignored;
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
pub(crate) use recent::{Recent, RecentEvent, RecentEvents};
pub(crate) use rejection::Rejection;

use derive::derive;
use infer::{has_type, infer};
use known::{Guard, Known, KnownSizes};
use new_definitions::{NewDefinitions, Of, Update, Written};

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    model::{CaptureTarget, Timestamp},
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
    takes_any_token: bool,
}

impl Capture {
    /// An empty cache that will keep the `keep` latest events of each project.
    pub fn new(keep: usize) -> Capture {
        Capture {
            known: Known::default(),
            recent: Arc::new(Recent::new(keep)),
            unknown_tokens: Mutex::default(),
            max_per_request: ingest::MAX_PER_REQUEST,
            takes_any_token: false,
        }
    }

    /// The same, and the first use of an unknown token creates its project.
    pub fn taking_any_token(self) -> Capture {
        Capture {
            takes_any_token: true,
            ..self
        }
    }

    /// How many definitions are known to be in the database.
    pub fn known(&self) -> KnownSizes {
        self.known.sizes()
    }

    /// Whether the first use of an unknown token creates its project.
    pub fn takes_any_token(&self) -> bool {
        self.takes_any_token
    }

    /// Creates the project of `token`, if any token is taken and no project has this one.
    pub fn welcome(&self, store: &Store, token: &str, now: Timestamp) -> store::Result<()> {
        self.find_target(store, Some(token), now).map(drop)
    }

    /// Forgets which unknown tokens have been logged.
    pub fn forget_unknown_tokens(&self) {
        self.unknown().clear();
    }

    /// The project with this token, ignoring blanks around it. Logs each token that no project has, once. A text that cannot
    /// be a project's token is neither looked up nor logged: it may be a secret, sent by mistake.
    fn find_target(
        &self,
        store: &Store,
        token: Option<&str>,
        now: Timestamp,
    ) -> store::Result<Option<CaptureTarget>> {
        let Some(token) = token.map(str::trim).filter(|token| is_token(token)) else {
            return Ok(None);
        };
        let mut target = store.read(|db| projects::find_target(db, token))?;
        if target.is_none() && self.takes_any_token {
            target = super::projects::create_for_token(store, token, now)?;
        }
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
        let mut unknown = self.unknown();
        unknown.len() < MAX_UNKNOWN_TOKENS && unknown.insert(token.to_owned())
    }

    fn unknown(&self) -> MutexGuard<'_, HashSet<String>> {
        self.unknown_tokens
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
