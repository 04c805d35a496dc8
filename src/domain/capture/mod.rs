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
mod refused;
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
pub(crate) use refused::{RefusedEvent, RefusedEvents};
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
    domain::changes::{Changes, Topic},
    model::{CaptureTarget, ProjectId, Timestamp},
    store::{self, Store, projects},
};

/// The most unknown tokens that are remembered, so that each is logged once.
const MAX_UNKNOWN_TOKENS: usize = 10_000;

/// What ingestion keeps in memory: one for the whole server.
pub struct Capture {
    known: Known,
    /// The latest events of each project.
    pub recent: Arc<Recent>,
    /// The latest refused events of each project.
    pub refused: RefusedEvents,
    /// Tells pages of new events and definitions, and of all else that they show.
    pub changes: Arc<Changes>,
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
            refused: RefusedEvents::new(keep),
            changes: Arc::default(),
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
            let start = token_start(token);
            tracing::warn!(
                "no project has the token {start:?}…: its events are accepted and dropped"
            );
        }
        Ok(target)
    }

    /// Keeps for the admin page why a v0 request is refused, and which event of its `payload` is to blame.
    pub fn note_refusal(
        &self,
        store: &Store,
        payload: Option<&Payload>,
        reason: &str,
        now: Timestamp,
    ) {
        let token = payload.and_then(Payload::token);
        let token = token
            .as_deref()
            .map(str::trim)
            .filter(|token| is_token(token));
        let target = token.and_then(|token| store.read(|db| projects::find_target(db, token)).ok());
        let project = target.flatten().map(|target| target.project);
        let is_refused = |event: &Event| check(event).is_err();
        let culprit = payload.and_then(|payload| payload.find(is_refused));
        self.refuse(project, now, reason, culprit);
    }

    /// Keeps for the admin page why an event, of which `sent` is the JSON, or a whole request is refused or dropped.
    pub(crate) fn refuse(
        &self,
        project: Option<ProjectId>,
        now: Timestamp,
        reason: &str,
        sent: Option<&str>,
    ) {
        self.refused.add(project, now, reason, sent);
        match project {
            Some(project) => self.changes.note(project, Topic::RefusedEvents),
            None => self.changes.note_all(Topic::RefusedEvents),
        }
    }

    /// Keeps for the admin page that the events for `token` are dropped because no project has it.
    fn refuse_token(&self, token: Option<&str>, now: Timestamp) {
        if let Some(token) = token.map(str::trim).filter(|token| is_token(token)) {
            let start = token_start(token);
            let reason = format!("no project has the token {start}…: accepted and dropped");
            self.refuse(None, now, &reason, None);
        }
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

/// As much of a token as may be shown: it may be a secret, sent by mistake, unless it begins as a project's.
fn token_start(token: &str) -> String {
    let length = if token.starts_with("phc_") { 12 } else { 4 };
    token.chars().take(length).collect()
}
