//! Requests that wait for something to happen before they are answered ([`Request::answer_again`](super::Request::answer_again)).
//!
//! A handler that finds less than it was asked for answers with that, and says what may change it. The request then waits on
//! the worker, without a thread of the blocking pool, and is answered again whenever there is news. The last answer is sent
//! once it is final, the time is over, the server stops, or the client has gone.

use std::{
    pin::pin,
    time::{Duration, Instant},
};

use actix_web::rt::time::{sleep, timeout};
use futures_util::future::{Either, select};
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use super::{
    error::{Refusal, Result},
    request::Wait,
};

/// The most requests that wait at once.
const WAITING: usize = 256;

/// How long after one answer the next is prepared at the earliest: each looks at all events in memory, and of a flood of events
/// many come in this time.
const PAUSE: Duration = Duration::from_millis(10);

/// The requests that wait.
pub struct Waiting {
    places: Semaphore,
    ending: watch::Sender<bool>,
}

impl Default for Waiting {
    fn default() -> Waiting {
        Waiting {
            places: Semaphore::new(WAITING),
            ending: watch::Sender::new(false),
        }
    }
}

impl Waiting {
    /// Lets no request wait any longer: the server stops.
    pub fn end(&self) {
        self.ending.send_replace(true);
    }

    /// A place for a request. Errors: `Unavailable` if too many wait.
    pub fn enter(&self) -> Result<SemaphorePermit<'_>> {
        let place = self.places.try_acquire();
        place.map_err(|_| Refusal::busy("waiting"))
    }

    /// Waits for the news of a request that was just answered. Returns `false` if there is none and waiting any longer is no
    /// use. `client_leaves` is over when the client has gone.
    pub async fn has_news(&self, wait: &mut Wait, client_leaves: impl Future<Output = ()>) -> bool {
        let pause = Instant::now() + PAUSE;
        let mut ending = self.ending.subscribe();
        let ended = pin!(ending.wait_for(|is_ending| *is_ending));
        let (client_leaves, news) = (pin!(client_leaves), pin!(wait.news.changed()));
        let waiting = select(news, select(ended, client_leaves));
        let outcome = timeout(until(wait.deadline), waiting).await;
        let has_news = matches!(outcome, Ok(Either::Left((Ok(()), _))));
        if has_news {
            sleep(until(pause)).await;
        }
        has_news
    }
}

fn until(moment: Instant) -> Duration {
    moment.saturating_duration_since(Instant::now())
}
