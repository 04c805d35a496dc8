//! The memory that the bodies of all requests share.
//!
//! Anyone who reaches the port can send bodies, so what they may hold together has a limit, `--body-memory`. A [`Reservation`] is
//! what one request holds of it: the bytes received so far, what they decompress to, and the values parsed from them. A
//! request grows its reservation before it allocates and gives everything back when it is dropped.
//!
//! Three rules decide who gets memory when it is scarce:
//!
//! - A request that finds the budget full waits for at most `--queue-timeout` and is then answered 503. What could not fit
//!   even into an empty budget is answered 413 at once.
//! - An eighth of the budget is reserved for small reservations (up to [`SMALL`]), so that large bodies never keep small ones out.
//! - A body that is still arriving can be evicted, which answers it 503: the one with the lowest average rate first, once
//!   it is older than [`GRACE`]. This takes memory from clients that stopped sending and from those that send a byte now
//!   and then, and never from the client that makes the best use of it. A limit on the time since the last byte would
//!   not do: sending a byte now and then costs an attacker nothing.
//!
//! Evicting needs no timer: the request that lacks memory picks the victim while it waits.
//!
//! What takes memory takes time too. Only as many bodies as there are cores are unpacked and parsed at a time beyond their first
//! [`BRIEF`] bytes; the threads of the others sleep. If all threads of the blocking pool worked, those that serve connections
//! would wait among them for a core: with 64 bodies of 57 KiB that stand for 20 MiB, a health check took 40 to 100 ms. Their
//! length does not show them: 60 bytes of Brotli can stand for as much. A place is for a thread that works: it is given up before
//! the thread waits for the database.

mod place;
mod reservation;

use std::{
    collections::HashMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

pub use place::leave as leave_place;
pub use reservation::Reservation;

/// The largest reservation that may use the reserved part of the budget, in bytes.
pub const SMALL: usize = 1 << 20;

/// A larger reservation needs a place to work, in bytes.
const BRIEF: usize = 256 << 10;

/// How long a body may arrive before it can be evicted.
const GRACE: Duration = Duration::from_millis(500);

/// Why a reservation cannot grow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Full {
    /// The budget is full at the moment.
    Busy,
    /// The budget is too small for this body.
    TooLarge,
}

/// The memory that all bodies share.
#[derive(Debug)]
pub struct Budget {
    limit: usize,
    patience: Duration,
    /// How many bodies may be worked on at a time.
    places: usize,
    ledger: Mutex<Ledger>,
    /// Tells tasks and threads that memory was given back.
    freed: Notify,
    freed_blocking: Condvar,
    /// Tells one thread that a place is free.
    left: Condvar,
}

#[derive(Debug, Default)]
struct Ledger {
    /// Bytes held by reservations up to [`SMALL`].
    small: usize,
    /// Bytes held by larger reservations.
    large: usize,
    /// Bytes held by bodies that are being evicted.
    leaving: usize,
    /// How many bodies are worked on, beyond their first bytes.
    at_work: usize,
    /// How many threads wait for a place to work.
    in_line: usize,
    /// How many threads of the blocking pool are waiting for memory.
    blocked: usize,
    /// Whether one of them holds a large reservation already.
    large_waits: bool,
    /// How many requests were refused because it was full.
    refused: u64,
    /// How many bodies were evicted.
    evicted: u64,
    arriving: HashMap<u64, ArrivingBody>,
    last_arrival: u64,
}

/// A body that is being received.
#[derive(Debug)]
struct ArrivingBody {
    since: Instant,
    received: usize,
    held: usize,
    is_leaving: bool,
    evicted: Arc<Notify>,
}

/// What is held of the budget, and what was refused since the start.
#[derive(Clone, Copy, Debug)]
pub struct BudgetLoad {
    pub held: usize,
    pub limit: usize,
    pub refused: u64,
    pub evicted: u64,
}

/// Memory that is missing.
struct Shortage {
    bytes: usize,
    /// Whether only memory of large reservations would help.
    only_large: bool,
}

impl Budget {
    /// A budget of `limit` bytes, for which a request waits as long as `patience`, and as long for one of as many places as
    /// there are `cores`.
    pub fn new(limit: usize, patience: Duration, cores: usize) -> Budget {
        Budget {
            limit,
            patience,
            places: cores,
            ledger: Mutex::default(),
            freed: Notify::new(),
            freed_blocking: Condvar::new(),
            left: Condvar::new(),
        }
    }

    /// A reservation that holds nothing yet.
    pub fn reserve(self: &Arc<Self>) -> Reservation {
        Reservation::new(self.clone())
    }

    /// What is held of it.
    pub fn load(&self) -> BudgetLoad {
        let ledger = self.ledger();
        BudgetLoad {
            held: ledger.small + ledger.large,
            limit: self.limit,
            refused: ledger.refused,
            evicted: ledger.evicted,
        }
    }

    /// What reservations that are not small may hold together.
    fn most_large(&self) -> usize {
        self.limit - self.limit / 8
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn announce(&self) {
        self.freed.notify_waiters();
        self.freed_blocking.notify_all();
    }
}

impl Ledger {
    /// What is missing for a reservation to grow from `held` to `total`.
    fn shortage(&self, budget: &Budget, held: usize, total: usize) -> Shortage {
        let missing = (self.small + self.large - held + total).saturating_sub(budget.limit);
        let large = match total > SMALL {
            true => self.large - if held > SMALL { held } else { 0 } + total,
            false => 0,
        };
        let large_missing = large.saturating_sub(budget.most_large());
        Shortage {
            bytes: missing.max(large_missing),
            only_large: large_missing > missing,
        }
    }

    fn resize(&mut self, held: usize, total: usize) {
        *self.class(held) -= held;
        *self.class(total) += total;
    }

    fn class(&mut self, held: usize) -> &mut usize {
        match held > SMALL {
            true => &mut self.large,
            false => &mut self.small,
        }
    }

    /// Evicts bodies other than `own` until the shortage is on its way back, or none is left that may be evicted.
    fn evict(&mut self, shortage: &Shortage, own: Option<u64>) {
        let now = Instant::now();
        let least = if shortage.only_large { SMALL } else { 0 };
        while self.leaving < shortage.bytes {
            let rate = |arrival: &ArrivingBody| {
                arrival.received as f64 / now.duration_since(arrival.since).as_secs_f64()
            };
            let victim = self
                .arriving
                .iter_mut()
                .filter(|(id, arrival)| {
                    Some(**id) != own
                        && !arrival.is_leaving
                        && now.duration_since(arrival.since) > GRACE
                        && arrival.held > least
                })
                .min_by(|(_, one), (_, other)| rate(one).total_cmp(&rate(other)));
            let Some((_, victim)) = victim else { return };
            victim.is_leaving = true;
            self.evicted += 1;
            victim.evicted.notify_one();
            self.leaving += victim.held;
        }
    }

    /// Ends an arrival: from here on the body cannot be evicted.
    fn arrived(&mut self, id: u64) {
        if let Some(arrival) = self.arriving.remove(&id)
            && arrival.is_leaving
        {
            self.leaving -= arrival.held;
        }
    }
}
