//! Quick reads, on a few threads of their own.
//!
//! The blocking pool wakes another thread for each request as long as it has one that sleeps, and each of them wants one of the
//! database's few readers: at 16 connections a request costs more than three switches between threads, and the kernel takes
//! most of the time. Reads of a few microseconds run on as many threads as there are cores instead. While these are busy,
//! requests line up, and a thread that has finished one takes the next without having slept. GET of one definition over 16
//! connections: 25,900 requests a second with the blocking pool, 49,300 so (medians of five, in turns, on two cores).
//!
//! To begin and to end a transaction costs a fifth of such a read. So a thread answers the reads that wait when it comes to them, as
//! far as no other thread does, at one instant. A read that came later does not see that instant: its client may know of a change
//! that was made in between. This answers six percent more requests a second over 16 connections.
//!
//! Any read may turn out to be slow: the first list of a large project, a filter that looks at every event. When no thread has
//! finished anything for [`HELD_UP`], further requests go to the blocking pool. So do changes, which wait for the disk most of
//! their time, but those that are answered [later](super::later): these are only prepared here.

use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use actix_web::rt::task::spawn_blocking;
use tokio::runtime::{Builder, Handle, Runtime};

use super::{
    Request,
    routes::{Family, Route},
};
use crate::domain::at_one_instant;

/// A list with more items than this is no quick read.
const MOST: i64 = 100;

/// How long a read may take until others no longer wait for it.
const HELD_UP: Duration = Duration::from_millis(5);

/// Whether `request` reads something small from the API, or prepares a change without waiting for it.
pub fn is_quick(route: &Route, request: &Request) -> bool {
    let method = &request.method;
    let needs_a_key = route
        .endpoint(method)
        .is_some_and(|endpoint| endpoint.need().is_some());
    let is_small = match method.is_safe() {
        true => request.page().limit <= MOST,
        false => request.strict().is_none() && route.answers_later,
    };
    needs_a_key && route.family == Family::Api && is_small && request.is_brief()
}

/// Starts a runtime with `count` threads for quick reads; they end when it is dropped, which no task of a runtime may do.
pub fn threads(count: usize) -> io::Result<Runtime> {
    Builder::new_current_thread()
        .thread_name("reads")
        .max_blocking_threads(count)
        .build()
}

/// The way to these threads.
pub struct QuickReads {
    threads: Handle,
    queue: Arc<Queue>,
    progress: Arc<Progress>,
}

/// The reads that wait for a thread.
#[derive(Default)]
struct Queue(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    reads: VecDeque<Read>,
    /// How many were taken before them.
    taken: u64,
}

type Read = Box<dyn FnOnce() + Send>;

/// Whether the threads get on.
struct Progress {
    under_way: AtomicUsize,
    created: Instant,
    /// When a read last was finished, or begun while there was no other, in microseconds since `created`.
    last: AtomicU64,
}

impl QuickReads {
    /// The way to the threads of `runtime`.
    pub fn new(runtime: &Runtime) -> QuickReads {
        QuickReads {
            threads: runtime.handle().clone(),
            queue: Arc::default(),
            progress: Arc::new(Progress {
                under_way: AtomicUsize::new(0),
                created: Instant::now(),
                last: AtomicU64::new(0),
            }),
        }
    }

    /// Starts `work` on one of the threads, or on the blocking pool of this thread's worker while they are held up. Drops it
    /// once the server has ended.
    pub fn spawn(&self, work: impl FnOnce() + Send + 'static) {
        if self.progress.is_held_up() {
            drop(spawn_blocking(|| at_one_instant(work)));
            return;
        }
        let under_way = UnderWay::begin(self.progress.clone());
        let read = || {
            work();
            drop(under_way);
        };
        self.queue.lock().reads.push_back(Box::new(read));
        let queue = self.queue.clone();
        drop(self.threads.spawn_blocking(move || queue.run()));
    }
}

impl Queue {
    /// Runs the reads that wait now, as far as no other thread does.
    fn run(&self) {
        let waiting = self.lock();
        let end = waiting.taken + waiting.reads.len() as u64;
        drop(waiting);
        at_one_instant(|| {
            while let Some(read) = self.take_before(end) {
                read();
            }
        });
    }

    /// Takes the first read, unless `end` have been taken.
    fn take_before(&self, end: u64) -> Option<Read> {
        let mut waiting = self.lock();
        if waiting.taken >= end {
            return None;
        }
        waiting.taken += 1;
        waiting.reads.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    fn is_held_up(&self) -> bool {
        let last = Duration::from_micros(self.last.load(Relaxed));
        self.under_way.load(Relaxed) > 0 && self.created.elapsed().saturating_sub(last) > HELD_UP
    }

    fn note(&self) {
        let now = self.created.elapsed().as_micros() as u64;
        self.last.store(now, Relaxed);
    }
}

/// One read.
struct UnderWay(Arc<Progress>);

impl UnderWay {
    fn begin(progress: Arc<Progress>) -> UnderWay {
        if progress.under_way.fetch_add(1, Relaxed) == 0 {
            progress.note();
        }
        UnderWay(progress)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.note();
        self.0.under_way.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, thread};

    use actix_web::rt::{System, time::sleep};

    use super::*;

    #[test]
    fn reads_that_come_while_others_are_answered_wait_for_a_later_instant() {
        let queue = Arc::<Queue>::default();
        let (sender, done) = mpsc::channel();
        let push = |name, then: Read| {
            let sender = sender.clone();
            queue.lock().reads.push_back(Box::new(move || {
                sender.send(name).unwrap();
                then();
            }));
        };
        let (same, later) = (queue.clone(), sender.clone());
        let come_later = move || {
            let read = move || later.send("later").unwrap();
            same.lock().reads.push_back(Box::new(read));
        };
        push("first", Box::new(come_later));
        push("second", Box::new(|| ()));
        for expected in [&["first", "second"][..], &["later"], &[]] {
            queue.run();
            assert_eq!(done.try_iter().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn reads_that_are_slow_hold_up_no_others() {
        let runtime = threads(1).unwrap();
        let reads = QuickReads::new(&runtime);
        let (finish, wait) = mpsc::channel::<()>();
        let (sender, names) = mpsc::channel();
        let note_name = || {
            let sender = sender.clone();
            move || drop(sender.send(thread::current().name().map(str::to_owned)))
        };
        System::new().block_on(async {
            reads.spawn(move || wait.iter().for_each(drop)); // until the sender is gone
            sleep(2 * HELD_UP).await;
            reads.spawn(note_name());
            assert_ne!(names.recv().unwrap().as_deref(), Some("reads"));
            drop(finish);
            while reads.progress.under_way.load(Relaxed) > 0 {
                sleep(HELD_UP / 5).await;
            }
            reads.spawn(note_name());
            assert_eq!(names.recv().unwrap().as_deref(), Some("reads"));
        });
    }
}
