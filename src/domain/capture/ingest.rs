//! Writing what events define: the same for both protocols and for seed files.
//!
//! Anyone who has a project's public token can define names, so all that one request can ask for is bounded:
//!
//! - **The time of others.** The names are written in changes of at most [`MOST_WRITTEN`] rows. SQLite keeps the pages that a
//!   savepoint may have to restore in a list, and walks it from the start after each statement, so the cost of a change grows
//!   with the square of its rows; and other writers wait until it has ended. Changes of more than a few names take the bulk
//!   turn, which lets others go first.
//! - **Memory.** Events are read a second time as their turn comes, and about [`MOST_HELD`] updates are held at once.
//! - **The whole.** A request that leads to more than [`MOST_OF_REQUEST`] updates is refused with 413, at which SDKs send
//!   smaller batches.
//!
//! How many names a project has is not bounded, as it is not in the reference. With a bound, a flood of made-up names would
//! keep a project's real ones out for good. A name takes about half a kilobyte of disk.
//!
//! A request is answered once all of its names are on disk. If it fails half way some of them are, and the client gets an error.

use super::{Capture, Event, News, Rejection, Sifted, Written, derive};
use crate::{
    model::*,
    store::{Result, Store, StoreError, Write},
};

/// The most rows of one change.
const MOST_WRITTEN: usize = 500;

/// The most rows of a change that does not take the bulk turn: what a first event with all its properties tells.
const FEW: usize = 200;

/// How many updates are held at once, give or take those of one event.
const MOST_HELD: usize = 10_000;

/// The most updates of a request. A new name is two: itself, and that it was seen on its event.
pub const MOST_OF_REQUEST: usize = 1_000_000;

/// Where definitions are written.
#[derive(Clone, Copy)]
pub enum Sink<'a> {
    /// In changes of their own, so that other writers need not wait for a large request.
    Store(&'a Store),
    /// In the change that a seed file is applied in.
    Change(&'a Write<'a>),
}

impl Capture {
    /// Writes what the sifted events define for `target`, and keeps them among its latest ones; `read` reads an event again.
    /// For [`Sink::Store`] it returns once the definitions are on disk. `Rejection::TooLarge` beyond the bound of a request.
    pub fn ingest<'t>(
        &self,
        sink: Sink,
        target: Target,
        (has_sent_at, now): (bool, Timestamp),
        mut sifted: Sifted<'t>,
        read: impl Fn(&'t str) -> Option<Event<'t>>,
    ) -> Result<Result<(), Rejection>> {
        let mut total = 0;
        while let Some(news) = self.next_news(&mut sifted, target, has_sent_at, now, &read) {
            total += news.len();
            if total > self.most_of_request {
                let most = self.most_of_request;
                let detail = format!("the request defines more than {most} names and pairs");
                return Ok(Err(Rejection::TooLarge(detail)));
            }
            for part in news.parts(MOST_WRITTEN) {
                self.write(sink, target, part, now)?;
            }
        }
        self.recent.add(target.project, now, sifted.recent);
        Ok(Ok(()))
    }

    /// What the next events tell; `None` when no news is left.
    fn next_news<'t>(
        &self,
        sifted: &mut Sifted<'t>,
        target: Target,
        has_sent_at: bool,
        now: Timestamp,
        read: impl Fn(&'t str) -> Option<Event<'t>>,
    ) -> Option<News> {
        let look = self.known.look(target, now);
        let mut news = News::default();
        while news.len() < MOST_HELD
            && let Some(sent) = sifted.news.pop_front()
        {
            if let Some(event) = read(sent) {
                let mut add = |update| news.add(update, look.now);
                derive(&event, has_sent_at, &look, &mut add);
            }
        }
        (!news.is_empty()).then_some(news)
    }

    fn write(&self, sink: Sink, target: Target, news: News, now: Timestamp) -> Result<()> {
        let (project, is_few) = (target.project, news.len() <= FEW);
        let change = move |db: &Write| {
            let written = news.record(db, project, now)?;
            Ok::<_, StoreError>((news, written))
        };
        let (news, written) = match sink {
            Sink::Store(store) if is_few => store.write(change)?,
            Sink::Store(store) => store.write_bulk(change)?,
            Sink::Change(db) => change(db)?,
        };
        let Written { forgotten, stale } = written;
        self.known.learn(project, forgotten, &news, &stale);
        Ok(())
    }
}
