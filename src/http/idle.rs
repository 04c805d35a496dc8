//! How long the server has had nothing to do, for `--idle-timeout`.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::rt::time::sleep;

/// Counts the requests under way and keeps when the last one ended.
pub struct IdleTimer {
    timeout: Duration,
    start: Instant,
    under_way: AtomicUsize,
    /// When the last request ended, in milliseconds after `start`.
    last: AtomicU64,
}

/// A request under way; it ends when this is dropped.
pub struct UnderWay(Arc<IdleTimer>);

impl IdleTimer {
    /// A timer that runs from now on.
    pub fn new(timeout: Duration) -> IdleTimer {
        IdleTimer {
            timeout,
            start: Instant::now(),
            under_way: AtomicUsize::new(0),
            last: AtomicU64::new(0),
        }
    }

    /// Notes that a request has begun.
    pub fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        UnderWay(self.clone())
    }

    /// Ends when there was no request for the whole time.
    pub async fn run_out(self: Arc<Self>) {
        loop {
            let left = self.left();
            if left.is_zero() {
                return;
            }
            sleep(left).await;
        }
    }

    /// How long there has to be no request from now on.
    fn left(&self) -> Duration {
        if self.under_way.load(Ordering::SeqCst) > 0 {
            return self.timeout;
        }
        let last = Duration::from_millis(self.last.load(Ordering::SeqCst));
        (last + self.timeout).saturating_sub(self.start.elapsed())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let UnderWay(timer) = self;
        let now = timer.start.elapsed().as_millis() as u64;
        timer.last.fetch_max(now, Ordering::SeqCst);
        timer.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}
