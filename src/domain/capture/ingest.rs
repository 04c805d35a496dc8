//! Ingestion: one path for both protocols and for seed files.
//!
//! A request is handled in two passes. The first ([`Capture::accept`] for protocol v0, [`v1`](super::v1) for the newer one)
//! parses and checks every event and asks [`Known`](super::Known) whether it would define anything new. Almost none does, and
//! then the request writes nothing: it only takes a place among the project's recent events. The second pass,
//! [`Capture::ingest`], parses the few others again, collects their [`NewDefinitions`] and writes them. The request is
//! answered when all of them are on disk. If it fails half way, some are; the client gets an error and sends it again, which
//! is harmless.
//!
//! Anyone who has a project's public token can define names, so what one request may cost is bounded:
//!
//! - **Other writers' time.** Definitions are written in changes of at most [`MAX_CHANGE_ROWS`] rows. SQLite keeps the pages
//!   that a savepoint may have to restore in a list and walks it from the start after each statement, so a change costs the
//!   square of its rows; and while it runs, other writers wait. Changes of more than [`FEW`] rows take the bulk turn, which
//!   lets others go first.
//! - **Memory.** About [`MAX_HELD`] updates are held at once; events wait as unparsed text.
//! - **The total.** A request that leads to more than [`MAX_PER_REQUEST`] updates returns 413, upon which SDKs send smaller
//!   batches.
//!
//! The number of names in a project is not bounded, as in the reference. A bound would let a flood of made-up names keep a
//! project's real ones out for good. A name takes about half a kilobyte of disk.

use super::{Accepted, Capture, Clock, Event, NewDefinitions, Payload, Rejection, Written, derive};
use crate::{
    domain::changes::Topic,
    model::{CaptureTarget, Timestamp},
    store::{Result, Store, StoreError, Write},
};

/// The most rows of one change.
const MAX_CHANGE_ROWS: usize = 500;

/// The most rows of a change that does not take the bulk turn: what a first event with all its properties defines.
const FEW: usize = 200;

/// About how many updates are held at once; those of the last event may go beyond it.
const MAX_HELD: usize = 10_000;

/// The most updates of a request. A new name is two: itself, and that it was seen on its event.
pub const MAX_PER_REQUEST: usize = 1_000_000;

#[derive(Clone, Copy)]
pub enum Sink<'a> {
    /// In changes of their own, so that a large request does not hold up other writers.
    Store(&'a Store),
    /// Within the change that applies a seed file.
    Change(&'a Write<'a>),
}

impl Capture {
    /// Captures the events of a v0 request for the project that its token names. `clock` has what the query string says of
    /// when the request was sent. Events for an unknown token are checked, and otherwise ignored.
    ///
    /// Errors: the first in the order of `ingestion.md` 1.4; `TooLarge` for more definitions than a request may bring.
    pub fn events(
        &self,
        store: &Store,
        payload: &Payload,
        clock: Clock,
    ) -> Result<Result<(), Rejection>> {
        let token = payload.token();
        let target = self.find_target(store, token.as_deref(), clock.now)?;
        let ingested = self.ingest_payload(Sink::Store(store), target, payload, clock)?;
        if target.is_none() && ingested.is_ok() {
            self.refuse_token(token.as_deref(), clock.now);
        }
        Ok(ingested)
    }

    /// The same for a known target; a seed file's events come in here.
    pub fn ingest_payload(
        &self,
        sink: Sink,
        target: Option<CaptureTarget>,
        payload: &Payload,
        mut clock: Clock,
    ) -> Result<Result<(), Rejection>> {
        clock.sent_at = payload.sent_at.or(clock.sent_at);
        let accepted = match self.accept(payload, target, clock) {
            Ok(accepted) => accepted,
            Err(rejection) => return Ok(Err(rejection)),
        };
        match target {
            Some(target) => self.ingest(sink, target, clock, accepted, Event::read),
            None => Ok(Ok(())),
        }
    }

    /// Writes what the accepted events define for `target`, and adds them to its recent events. `read` parses an event.
    pub(super) fn ingest<'t>(
        &self,
        sink: Sink,
        target: CaptureTarget,
        clock: Clock,
        mut accepted: Accepted<'t>,
        read: impl Fn(&'t str) -> Option<Event<'t>>,
    ) -> Result<Result<(), Rejection>> {
        let mut total = 0;
        while let Some(new) = self.next_definitions(&mut accepted, target, clock, &read) {
            total += new.len();
            if total > self.max_per_request {
                let max = self.max_per_request;
                let detail = format!("the request defines more than {max} names and pairs");
                return Ok(Err(Rejection::TooLarge(detail)));
            }
            for part in new.parts(MAX_CHANGE_ROWS) {
                self.write(sink, target, part, clock.now)?;
            }
        }
        (self.recent).add(target, clock, accepted.skipped, accepted.recent);
        self.changes.note(target.project, Topic::Events);
        Ok(Ok(()))
    }

    /// What the next events define, about [`MAX_HELD`] updates; `None` at the end. Each round asks again what is known: the
    /// rounds before it, or other requests, may have defined the same names.
    fn next_definitions<'t>(
        &self,
        accepted: &mut Accepted<'t>,
        target: CaptureTarget,
        clock: Clock,
        read: impl Fn(&'t str) -> Option<Event<'t>>,
    ) -> Option<NewDefinitions> {
        let guard = self.known.guard(target, clock.now);
        let mut new = NewDefinitions::default();
        while new.len() < MAX_HELD
            && let Some(sent) = accepted.new.pop_front()
        {
            if let Some(event) = read(sent) {
                let mut add = |update| new.add(update, guard.now);
                derive(&event, clock.sent_at.is_some(), &guard, &mut add);
            }
        }
        (!new.is_empty()).then_some(new)
    }

    fn write(
        &self,
        sink: Sink,
        target: CaptureTarget,
        new: NewDefinitions,
        now: Timestamp,
    ) -> Result<()> {
        let (project, is_few) = (target.project, new.len() <= FEW);
        let change = move |db: &Write| {
            let written = new.record(db, project, now)?;
            Ok::<_, StoreError>((new, written))
        };
        let (new, written) = match sink {
            Sink::Store(store) if is_few => store.write(change)?,
            Sink::Store(store) => store.write_bulk(change)?,
            Sink::Change(db) => change(db)?,
        };
        let Written {
            cache_epoch,
            due_again,
        } = written;
        self.known.learn(project, cache_epoch, &new, &due_again);
        self.changes.note(project, Topic::Definitions);
        Ok(())
    }
}
