//! What waits for the writer: changes, each with a caller, and usages, whose callers do not wait for the end.

use std::{
    collections::VecDeque,
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    Result, StoreError,
    transaction::OpenTransaction,
    usage::{Seen, Usage, Usages},
};
use crate::model::Timestamp;

/// Different usages that may wait. Only while nothing can be written are there ever so many.
const MOST_USAGES: usize = 1000;

/// How long a caller waits for its usage to be written, so that its next read sees it.
const USAGE_WAIT: Duration = Duration::from_millis(100);

/// A change to run in the open transaction, or to refuse if there is none. Returns the answer to give once the fate of the
/// batch is known.
pub type Job = Box<dyn FnOnce(Option<OpenTransaction>) -> Answer + Send>;
/// Answers the caller: with why the batch was lost, if it was.
pub type Answer = Box<dyn FnOnce(Option<&StoreError>)>;

/// How soon a change runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Priority {
    /// In the order of arrival.
    Usual,
    /// One at a time, after each batch of usual ones: what comes in large numbers.
    Bulk,
}

/// How many changes wait.
#[derive(Clone, Copy, Debug)]
pub struct Lengths {
    pub usual: usize,
    pub bulk: usize,
}

/// Names a change that waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ticket(u64);

/// Why [`Queue::wait`] returned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wake {
    Work,
    /// Nothing came in time.
    Quiet,
    /// Nothing waits and nothing will come.
    Closed,
}

/// The queue in front of the writer's thread. It has no limit of its own: each change belongs to a request, whose number is
/// limited by that of connections.
///
/// One lock guards all of it, which settles the race between a caller that gives up and the writer that starts: a change is
/// either in here, and then its caller can take it back, or the writer has taken it out, and then the caller waits.
#[derive(Default)]
pub struct Queue {
    state: Mutex<QueueState>,
    /// Something came in, or the queue was closed.
    arrived: Condvar,
    /// Usages were written, or could not be.
    usages_settled: Condvar,
}

#[derive(Default)]
struct QueueState {
    usual: VecDeque<(Ticket, Job)>,
    bulk: VecDeque<(Ticket, Job)>,
    last_ticket: u64,
    closed: bool,
    usages: Usages,
    /// How many usages were ever noted, taken out and written.
    noted: u64,
    taken: u64,
    written: u64,
    /// Whether usages lately waited in vain: then the next callers do not wait.
    stalled: bool,
    /// Whether a usage was dropped since the last were written.
    dropped: bool,
}

impl QueueState {
    fn changes(&mut self, priority: Priority) -> &mut VecDeque<(Ticket, Job)> {
        match priority {
            Priority::Usual => &mut self.usual,
            Priority::Bulk => &mut self.bulk,
        }
    }

    fn add(&mut self, usage: Usage, seen: Seen) {
        let entry = self.usages.entry(usage);
        entry
            .and_modify(|known| *known = known.and(seen))
            .or_insert(seen);
    }
}

impl Queue {
    /// Adds a change. Errors: `NoAnswer` when the queue is closed.
    pub fn push(&self, job: Job, priority: Priority) -> Result<Ticket> {
        let mut state = self.lock();
        if state.closed {
            return Err(StoreError::NoAnswer);
        }
        state.last_ticket += 1;
        let ticket = Ticket(state.last_ticket);
        state.changes(priority).push_back((ticket, job));
        self.arrived.notify_one();
        Ok(ticket)
    }

    /// Takes a change back, if the writer has not started it; returns whether it did.
    pub fn withdraw(&self, ticket: Ticket, priority: Priority) -> bool {
        let take = |changes: &mut VecDeque<(Ticket, Job)>| {
            let place = changes.iter().position(|(waiting, _)| *waiting == ticket);
            changes.remove(place?)
        };
        // Dropped without the lock: a job may own the request that it answers, with its body.
        let withdrawn = take(self.lock().changes(priority));
        withdrawn.is_some()
    }

    /// Whether a batch of `priority` would have anything to do.
    pub fn has(&self, priority: Priority) -> bool {
        let mut state = self.lock();
        priority == Priority::Usual && !state.usages.is_empty()
            || !state.changes(priority).is_empty()
    }

    /// How many changes wait.
    pub fn lengths(&self) -> Lengths {
        let state = self.lock();
        Lengths {
            usual: state.usual.len(),
            bulk: state.bulk.len(),
        }
    }

    /// The next change to start.
    pub fn next(&self, priority: Priority) -> Option<Job> {
        let next = self.lock().changes(priority).pop_front();
        next.map(|(_, job)| job)
    }

    pub fn drain(&self) -> Vec<Job> {
        let mut state = self.lock();
        let mut all = mem::take(&mut state.usual);
        all.append(&mut state.bulk);
        all.into_iter().map(|(_, job)| job).collect()
    }

    /// Notes a usage, and waits a moment until it is written. Where that does not happen soon it is written later.
    pub fn note(&self, usage: Usage, at: Timestamp) {
        let mut state = self.lock();
        if state.usages.len() >= MOST_USAGES && !state.usages.contains_key(&usage) {
            if !mem::replace(&mut state.dropped, true) {
                tracing::warn!("what was used or viewed cannot be noted for now: dropped");
            }
            return;
        }
        state.add(usage, Seen::once(at));
        state.noted += 1;
        let number = state.noted;
        self.arrived.notify_one();
        let deadline = Instant::now() + USAGE_WAIT;
        while state.written < number && !state.stalled {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.stalled = true;
            } else {
                let waited = self.usages_settled.wait_timeout(state, left);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    /// Takes out the usages. Each call has to be followed by one of [`Queue::settle`].
    pub fn take_usages(&self) -> Usages {
        let mut state = self.lock();
        state.taken = state.noted;
        mem::take(&mut state.usages)
    }

    /// Says what became of the usages that were taken out: they are written, or those in `back` wait again.
    pub fn settle(&self, back: Usages) {
        let mut state = self.lock();
        if back.is_empty() {
            state.written = state.taken;
        }
        state.stalled = !back.is_empty();
        state.dropped &= state.stalled;
        for (usage, seen) in back {
            state.add(usage, seen);
        }
        self.usages_settled.notify_all();
    }

    /// Waits until there is something to do, at most for `limit`. Usages count only `with_usages`.
    pub fn wait(&self, limit: Duration, with_usages: bool) -> Wake {
        let deadline = Instant::now() + limit;
        let mut state = self.lock();
        loop {
            if !state.usual.is_empty()
                || !state.bulk.is_empty()
                || with_usages && !state.usages.is_empty()
            {
                return Wake::Work;
            }
            if state.closed {
                return Wake::Closed;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Wake::Quiet;
            }
            let waited = self.arrived.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Takes no more changes; those that wait are still to be run.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner) // nothing in here panics half way
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::*;

    #[test]
    fn any_number_of_changes_can_wait() {
        let queue = Queue::default();
        for _ in 0..5000 {
            let job: Job = Box::new(|_| Box::new(|_| ()));
            queue.push(job, Priority::Usual).unwrap();
        }
        assert_eq!(queue.lengths().usual, 5000);
    }

    #[test]
    fn what_a_withdrawn_change_owns_is_dropped_without_the_lock() {
        /// Says on drop whether the queue was locked.
        struct Owned(Arc<Queue>, mpsc::Sender<bool>);

        impl Drop for Owned {
            fn drop(&mut self) {
                self.1.send(self.0.state.try_lock().is_err()).unwrap();
            }
        }

        let queue = Arc::<Queue>::default();
        let (sender, was_locked) = mpsc::channel();
        let owned = Owned(queue.clone(), sender);
        let job: Job = Box::new(move |_| {
            drop(owned);
            Box::new(|_| ())
        });
        let ticket = queue.push(job, Priority::Usual).unwrap();
        assert!(queue.withdraw(ticket, Priority::Usual));
        assert_eq!(was_locked.recv(), Ok(false));
    }
}
