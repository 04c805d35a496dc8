//! Going through a request's events: what is wrong with them, and which of them tell something new.

use std::collections::VecDeque;

use super::{Capture, Event, Payload, Rejection, derive};
use crate::model::*;

/// The events of a request that still mean something.
///
/// Those with news are read a second time when their turn comes: a large request would not fit into memory read whole.
#[derive(Debug, Default)]
pub struct Sifted<'t> {
    /// Those that tell something new, in the order sent.
    pub news: VecDeque<&'t str>,
    /// The last ones, as many as are kept.
    pub recent: VecDeque<&'t str>,
}

impl<'t> Sifted<'t> {
    /// Takes in an accepted event.
    pub fn add(&mut self, sent: &'t str, is_news: bool, keep: usize) {
        if is_news {
            self.news.push_back(sent);
        }
        self.recent.push_back(sent);
        if self.recent.len() > keep {
            self.recent.pop_front();
        }
    }
}

impl Capture {
    /// Goes through the events of `payload` for `target`; of an unknown project's, nothing is left.
    ///
    /// Errors: the first in the order of `ingestion.md` 1.4.
    pub fn sift<'t>(
        &self,
        payload: &Payload<'t>,
        target: Option<Target>,
        has_sent_at: bool,
        now: Timestamp,
    ) -> Result<Sifted<'t>, Rejection> {
        let look = target.map(|target| self.known.look(target, now));
        let sifted = payload.each(|sifted: &mut Sifted, event, sent| {
            check(event)?;
            if let Some(look) = &look {
                let mut is_news = false;
                derive(event, has_sent_at, look, &mut |_| is_news = true);
                sifted.add(sent, is_news, self.recent.most());
            }
            Ok(())
        })?;
        Ok(sifted.unwrap_or_default())
    }
}

/// Checks an event that could be read. Errors: `EmptyName`, `NoDistinctId`, `BadCookielessMode`.
pub fn check(event: &Event) -> Result<(), Rejection> {
    if event.name.as_deref() == Some("") {
        Err(Rejection::EmptyName)
    } else if !event.has_distinct_id() {
        Err(Rejection::NoDistinctId)
    } else if event.properties.is_cookieless_unclear {
        Err(Rejection::BadCookielessMode)
    } else {
        Ok(())
    }
}
