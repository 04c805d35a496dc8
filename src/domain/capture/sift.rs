//! Going through a request's events: what is wrong with them, and which of them tell something new.

use std::collections::VecDeque;

use super::{Capture, Event, News, Payload, Rejection, Written, derive};
use crate::model::*;

/// The most updates of one write, give or take an event: what a thousand events can tell.
const MOST_UPDATES: usize = 100_000;

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

    /// What the next events tell `target`, to be written at once; `None` when no news is left.
    pub fn next_news<'t>(
        &self,
        sifted: &mut Sifted<'t>,
        target: Target,
        has_sent_at: bool,
        now: Timestamp,
        read: impl Fn(&'t str) -> Option<Event<'t>>,
    ) -> Option<News> {
        let look = self.known.look(target, now);
        let mut news = News::default();
        while news.len() < MOST_UPDATES
            && let Some(sent) = sifted.news.pop_front()
        {
            if let Some(event) = read(sent) {
                let mut add = |update| news.add(update, look.now);
                derive(&event, has_sent_at, &look, &mut add);
            }
        }
        (!news.is_empty()).then_some(news)
    }

    /// Learns that `news` is in the database.
    pub fn learn(&self, target: Target, news: &News, written: &Written) {
        let (project, forgotten) = (target.project, written.forgotten);
        self.known.learn(project, forgotten, news, &written.stale);
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
