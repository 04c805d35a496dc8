//! The first pass over a request's events: which are valid, and which may define something new.

use std::collections::VecDeque;

use super::{Capture, Clock, Event, Payload, Rejection, derive};
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
}

impl<'t> Accepted<'t> {
    pub(super) fn add(&mut self, sent: &'t str, is_new: bool, keep: usize) {
        if is_new {
            self.new.push_back(sent);
        }
        self.recent.push_back(sent);
        if self.recent.len() > keep {
            self.recent.pop_front();
        }
    }
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
                let mut is_new = false;
                derive(event, clock.sent_at.is_some(), guard, &mut |_| {
                    is_new = true
                });
                accepted.add(sent, is_new, self.recent.keep());
            }
            Ok(())
        })?;
        Ok(accepted.unwrap_or_default())
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
