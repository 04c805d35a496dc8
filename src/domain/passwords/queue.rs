//! The places where passwords are hashed, and who gets one next.

use std::{
    collections::BTreeSet,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use argon2::Block;

/// The most callers that wait for a place at the same time.
const QUEUE: usize = 32;

/// How long one caller waits in all before it gives up.
const PATIENCE: Duration = Duration::from_secs(2);

/// Too many callers hash passwords at this moment.
#[derive(Debug, PartialEq)]
pub struct Busy;

/// Where a caller stands in the queue: the lower rank is served first. The default comes before all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// What the client has asked for lately.
    pub client: usize,
    /// How many hashes were spent lately on the thing that the client asks for, by all clients.
    pub subject: usize,
}

/// One caller's way through the queue, for as many hashes as it needs.
pub struct Turn {
    rank: Rank,
    /// Its number among all callers, from its first hash on: of callers with the same rank the oldest finishes first. With a
    /// new number for each hash, all guesses of a flood would get on equally, and all run out of patience.
    arrival: Option<u64>,
    /// How much longer it waits.
    patience: Duration,
}

impl Turn {
    /// A caller of this rank that has not waited yet.
    pub fn new(rank: Rank) -> Turn {
        Turn {
            rank,
            arrival: None,
            patience: PATIENCE,
        }
    }
}

/// The places and the queue in front of them.
pub struct Places {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    free: usize,
    /// The memory of free places; those never used have none yet.
    memory: Vec<Vec<Block>>,
    /// Who waits, by rank and then by arrival.
    waiting: BTreeSet<(Rank, u64)>,
    arrivals: u64,
}

impl Places {
    /// `count` places, all free.
    pub fn new(count: usize) -> Places {
        let state = State {
            free: count,
            memory: Vec::new(),
            waiting: BTreeSet::new(),
            arrivals: 0,
        };
        Places {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Waits for a place, for as long as `turn` has patience.
    pub fn take(&self, turn: &mut Turn) -> Result<Place<'_>, Busy> {
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
                self.changed.notify_all(); // there may be another free place for the next one
                turn.patience = deadline.saturating_duration_since(Instant::now());
                return Ok(Place {
                    memory: state.memory.pop().unwrap_or_default(),
                    places: self,
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

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner) // each change of it is whole
    }
}

/// The right to hash, and the memory to do it in; given back when dropped.
pub struct Place<'p> {
    /// Empty until the place is first used.
    pub memory: Vec<Block>,
    places: &'p Places,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.places.lock();
        state.free += 1;
        state.memory.push(std::mem::take(&mut self.memory));
        self.places.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    /// Waits until `count` callers are in the queue.
    fn until_waiting(places: &Places, count: usize) {
        while places.lock().waiting.len() != count {
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
        let (places, order) = (Places::new(1), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            let held = places.take(&mut turn(9)).unwrap();
            for (waiting, client) in [5, 1, 3].into_iter().enumerate() {
                let (places, order) = (&places, &order);
                scope.spawn(move || {
                    let _place = places.take(&mut turn(client)).unwrap();
                    order.lock().unwrap().push(client);
                });
                until_waiting(places, waiting + 1);
            }
            drop(held);
        });
        assert_eq!(*order.lock().unwrap(), [1, 3, 5]);
    }

    #[test]
    fn a_caller_keeps_its_turn_for_all_its_hashes() {
        let (places, order) = (Places::new(1), Mutex::new(Vec::new()));
        let mut first = turn(5);
        drop(places.take(&mut first).unwrap());
        let held = places.take(&mut turn(5)).unwrap();
        thread::scope(|scope| {
            let wait = |name, mut turn| {
                let (places, order) = (&places, &order);
                scope.spawn(move || {
                    let _place = places.take(&mut turn).unwrap();
                    order.lock().unwrap().push(name);
                });
            };
            wait("new", turn(5));
            until_waiting(&places, 1);
            wait("came first", first);
            until_waiting(&places, 2);
            drop(held);
        });
        assert_eq!(*order.lock().unwrap(), ["came first", "new"]);
    }

    #[test]
    fn a_full_queue_refuses_the_highest_rank() {
        let places = Places::new(1);
        thread::scope(|scope| {
            let held = places.take(&mut turn(0)).unwrap();
            let wait = |client| {
                let places = &places;
                scope.spawn(move || places.take(&mut turn(client)).map(drop))
            };
            let last = wait(9);
            until_waiting(&places, 1);
            let others: Vec<_> = (1..QUEUE).map(|_| wait(5)).collect();
            until_waiting(&places, QUEUE);
            assert_eq!(wait(9).join().unwrap(), Err(Busy)); // ranks after all that wait
            let first = wait(1);
            assert_eq!(last.join().unwrap(), Err(Busy)); // gives way
            drop(held);
            for waiter in others.into_iter().chain([first]) {
                assert_eq!(waiter.join().unwrap(), Ok(()));
            }
        });
        assert_eq!(places.lock().free, 1);
    }

    #[test]
    fn a_caller_without_patience_is_refused_and_leaves_the_queue() {
        let places = Places::new(1);
        let held = places.take(&mut turn(0)).unwrap();
        let mut hasty = Turn {
            patience: Duration::from_millis(1),
            ..turn(0)
        };
        assert_eq!(places.take(&mut hasty).map(drop), Err(Busy));
        assert!(places.lock().waiting.is_empty());
        drop(held);
        assert_eq!(places.take(&mut turn(0)).map(drop), Ok(()));
    }
}
