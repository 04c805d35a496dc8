//! The permits to hash a password, and the queue for them.

use std::{
    collections::BTreeSet,
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use argon2::Block;

/// The most callers that wait at the same time.
const QUEUE: usize = 32;

/// How long one caller waits in total before it gives up.
const PATIENCE: Duration = Duration::from_secs(2);

/// The queue is full, or the caller waited too long.
#[derive(Debug, PartialEq)]
pub struct Busy;

/// The position of a caller in the queue: lower ranks are served first. The default is the lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// The number of recent requests of the client.
    pub client: usize,
    /// The number of recent hashes of all clients for the same share.
    pub subject: usize,
}

/// The turn of one caller, for all its hashes.
pub struct Turn {
    rank: Rank,
    /// The number of the caller, assigned with its first hash: of callers with the same rank the oldest finishes first. With
    /// a new number for each hash, all guesses of a flood would progress equally, and all would run out of patience.
    arrival: Option<u64>,
    /// How much longer the caller waits.
    patience: Duration,
}

impl Turn {
    /// The turn of a caller with this rank that has not waited yet.
    pub fn new(rank: Rank) -> Turn {
        Turn {
            rank,
            arrival: None,
            patience: PATIENCE,
        }
    }
}

/// The permits and the queue for them.
pub struct Permits {
    state: Mutex<PermitState>,
    changed: Condvar,
}

struct PermitState {
    free: usize,
    /// The memory of free permits, for callers that wait: it is freed when there are none.
    memory: Vec<Vec<Block>>,
    /// The waiting callers, by rank and then by arrival.
    waiting: BTreeSet<(Rank, u64)>,
    arrivals: u64,
}

impl Permits {
    pub fn new(count: usize) -> Permits {
        let state = PermitState {
            free: count,
            memory: Vec::new(),
            waiting: BTreeSet::new(),
            arrivals: 0,
        };
        Permits {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Waits for a permit as long as `turn` has patience.
    pub fn acquire(&self, turn: &mut Turn) -> Result<Permit<'_>, Busy> {
        let deadline = Instant::now() + turn.patience;
        let mut state = self.lock();
        let arrival = *turn.arrival.get_or_insert(state.arrivals);
        let ticket = (turn.rank, arrival);
        state.arrivals += 1;
        state.waiting.insert(ticket);
        if state.waiting.len() > QUEUE {
            state.waiting.pop_last(); // this caller, or one that ranks after it
            self.changed.notify_all();
        }
        loop {
            if !state.waiting.contains(&ticket) {
                return Err(Busy);
            }
            if state.free > 0 && state.waiting.first() == Some(&ticket) {
                state.waiting.pop_first();
                state.free -= 1;
                self.changed.notify_all(); // there may be another free permit for the next one
                turn.patience = deadline.saturating_duration_since(Instant::now());
                return Ok(Permit {
                    memory: state.memory.pop().unwrap_or_default(),
                    permits: self,
                });
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.waiting.remove(&ticket);
                self.changed.notify_all(); // the next one may be first now
                return Err(Busy);
            }
            let woken = self.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How many callers wait, and how many permits are free.
    pub fn waiting_and_free(&self) -> (usize, usize) {
        let state = self.lock();
        (state.waiting.len(), state.free)
    }

    fn lock(&self) -> MutexGuard<'_, PermitState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner) // no change can panic half way
    }
}

/// The right to hash and the memory for it; returned when dropped.
pub struct Permit<'p> {
    /// Empty until the permit is first used.
    pub memory: Vec<Block>,
    permits: &'p Permits,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut spare = vec![mem::take(&mut self.memory)];
        let mut state = self.permits.lock();
        state.free += 1;
        match state.waiting.is_empty() {
            true => spare.append(&mut state.memory),
            false => state.memory.append(&mut spare),
        }
        self.permits.changed.notify_all();
        drop(state); // the system takes `spare` back more slowly than others may wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// Waits until `count` callers are in the queue.
    fn until_waiting(permits: &Permits, count: usize) {
        while permits.lock().waiting.len() != count {
            thread::yield_now();
        }
    }

    fn rank(client: usize) -> Rank {
        Rank { client, subject: 0 }
    }

    fn turn(client: usize) -> Turn {
        Turn {
            rank: rank(client),
            arrival: None,
            patience: Duration::from_secs(600),
        }
    }

    #[test]
    fn the_lowest_rank_is_served_first() {
        let (permits, order) = (Permits::new(1), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            let held = permits.acquire(&mut turn(9)).unwrap();
            for (waiting, client) in [5, 1, 3].into_iter().enumerate() {
                let (permits, order) = (&permits, &order);
                scope.spawn(move || {
                    let _permit = permits.acquire(&mut turn(client)).unwrap();
                    order.lock().unwrap().push(client);
                });
                until_waiting(permits, waiting + 1);
            }
            drop(held);
        });
        assert_eq!(*order.lock().unwrap(), [1, 3, 5]);
    }

    #[test]
    fn memory_is_kept_only_for_callers_that_wait() {
        let (permits, kept) = (Permits::new(1), Mutex::new(Vec::new()));
        let use_permit = |mut permit: Permit| {
            kept.lock().unwrap().push(permit.memory.len());
            permit.memory.resize(1, Block::default());
        };
        thread::scope(|scope| {
            let held = permits.acquire(&mut turn(0)).unwrap();
            scope.spawn(|| use_permit(permits.acquire(&mut turn(1)).unwrap()));
            until_waiting(&permits, 1);
            use_permit(held);
        });
        assert!(permits.lock().memory.is_empty());
        use_permit(permits.acquire(&mut turn(0)).unwrap());
        assert_eq!(*kept.lock().unwrap(), [0, 1, 0]);
    }

    #[test]
    fn a_caller_keeps_its_turn_for_all_its_hashes() {
        const CALLERS: usize = 4;
        const HASHES: usize = 3;
        let (permits, order) = (Permits::new(1), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            let held = permits.acquire(&mut turn(0)).unwrap();
            for waiting in 0..CALLERS {
                let (permits, order) = (&permits, &order);
                scope.spawn(move || {
                    let mut turn = turn(5);
                    for _ in 0..HASHES {
                        let permit = permits.acquire(&mut turn).unwrap();
                        let mut order = order.lock().unwrap();
                        order.push(waiting);
                        let count = |caller| order.iter().filter(|one| **one == caller).count();
                        let others = (0..CALLERS).filter(|other| *other != waiting);
                        let unfinished = others.filter(|other| count(*other) < HASHES).count();
                        drop(order);
                        until_waiting(permits, unfinished);
                        drop(permit);
                    }
                });
                until_waiting(permits, waiting + 1);
            }
            drop(held);
        });
        let order = order.into_inner().unwrap();
        // While a caller asks for its next permit, the one after it may get a permit, but never the second one after it.
        for caller in 2..CALLERS {
            let start = order.iter().position(|one| *one == caller);
            let end = order.iter().rposition(|one| *one == caller - 2);
            assert!(end < start, "{order:?}");
        }
    }

    #[test]
    fn every_caller_that_fits_into_the_queue_gets_a_permit() {
        let permits = Permits::new(2);
        thread::scope(|scope| {
            let held = [(); 2].map(|()| permits.acquire(&mut turn(0)).unwrap());
            let wait = |_| scope.spawn(|| permits.acquire(&mut turn(0)).map(drop));
            let waiting: Vec<_> = (0..QUEUE).map(wait).collect();
            until_waiting(&permits, QUEUE);
            drop(held);
            for waiter in waiting {
                assert_eq!(waiter.join().unwrap(), Ok(()));
            }
        });
    }

    #[test]
    fn a_full_queue_drops_the_highest_rank() {
        let permits = Permits::new(1);
        thread::scope(|scope| {
            let held = permits.acquire(&mut turn(0)).unwrap();
            let wait = |client| {
                let permits = &permits;
                scope.spawn(move || permits.acquire(&mut turn(client)).map(drop))
            };
            let last = wait(9);
            until_waiting(&permits, 1);
            let others: Vec<_> = (1..QUEUE).map(|_| wait(5)).collect();
            until_waiting(&permits, QUEUE);
            assert_eq!(wait(9).join().unwrap(), Err(Busy)); // ranks after all that wait
            let first = wait(1);
            assert_eq!(last.join().unwrap(), Err(Busy)); // dropped for the caller with rank 1
            drop(held);
            for waiter in others.into_iter().chain([first]) {
                assert_eq!(waiter.join().unwrap(), Ok(()));
            }
        });
        assert_eq!(permits.lock().free, 1);
    }

    #[test]
    fn a_caller_out_of_patience_gets_busy_and_leaves_the_queue() {
        let permits = Permits::new(1);
        let held = permits.acquire(&mut turn(0)).unwrap();
        let mut hasty = Turn {
            patience: Duration::from_millis(1),
            ..turn(0)
        };
        assert_eq!(permits.acquire(&mut hasty).map(drop), Err(Busy));
        assert!(permits.lock().waiting.is_empty());
        drop(held);
        assert_eq!(permits.acquire(&mut turn(0)).map(drop), Ok(()));
    }
}
