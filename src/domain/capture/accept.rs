//! The first pass over a request's events: which are valid, and which may define something new.

use std::collections::VecDeque;

use super::{Capture, Clock, Event, Guard, Payload, Rejection, derive};
use crate::model::CaptureTarget;

/// The accepted events of a request, as the texts that were sent.
///
/// Events that define something new are parsed again when it is their turn to be written: all events of a large request,
/// parsed at once, would take ten times the memory of its body.
#[derive(Debug, Default)]
pub struct Accepted<'t> {
    /// Events that define something new, in the order sent.
    pub new: VecDeque<&'t str>,
    /// The last events of the request, as many as a project keeps.
    pub recent: VecDeque<&'t str>,
    /// How many came before those.
    pub skipped: u64,
}

impl Capture {
    /// Checks the events of `payload` and compares them with what is known of `target`. Without a target, for a token that
    /// no project has, the events are checked and none is returned.
    ///
    /// Errors: the first in the order of `ingestion.md` 1.4.
    pub fn accept<'t>(
        &self,
        payload: &Payload<'t>,
        target: Option<CaptureTarget>,
        clock: Clock,
    ) -> Result<Accepted<'t>, Rejection> {
        let guard = target.map(|target| self.known.guard(target, clock.now));
        let accepted = payload.each(|accepted: &mut Accepted, event, sent| {
            check(event)?;
            if let Some(guard) = &guard {
                self.add(accepted, event, sent, clock.sent_at.is_some(), guard);
            }
            Ok(())
        })?;
        Ok(accepted.unwrap_or_default())
    }

    /// Adds the valid `event`, whose text is `sent`.
    pub(super) fn add<'t>(
        &self,
        accepted: &mut Accepted<'t>,
        event: &Event,
        sent: &'t str,
        has_sent_at: bool,
        guard: &Guard,
    ) {
        let mut is_new = false;
        derive(event, has_sent_at, guard, &mut |_| is_new = true);
        if is_new {
            accepted.new.push_back(sent);
        }
        accepted.recent.push_back(sent);
        if accepted.recent.len() > self.recent.capacity() {
            accepted.recent.pop_front();
            accepted.skipped += 1;
        }
    }
}

/// Errors: `EmptyName`, `NoDistinctId`, `BadCookielessMode`.
pub fn check(event: &Event) -> Result<(), Rejection> {
    if event.name.as_deref() == Some("") {
        Err(Rejection::EmptyName)
    } else if !event.has_distinct_id() {
        Err(Rejection::NoDistinctId)
    } else if event.properties.has_bad_cookieless_mode {
        Err(Rejection::BadCookielessMode)
    } else {
        Ok(())
    }
}
