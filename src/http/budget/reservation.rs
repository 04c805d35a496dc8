//! What one request holds of the budget.

use std::{
    cell::Cell,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use actix_web::rt::time::timeout;
use tokio::sync::Notify;

use super::{ArrivingBody, BRIEF, Budget, Full, Ledger, SMALL, place};

/// How long to wait before looking for a victim again: by then another body may have outlived its grace.
const STEP: Duration = Duration::from_millis(100);

/// How many requests may wait on threads of the blocking pool, which others need.
const MOST_BLOCKED: usize = 16;

/// What one request holds of the budget; given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<Budget>,
    held: Cell<usize>,
    arrival: Cell<Option<u64>>,
}

impl Reservation {
    /// A reservation that holds nothing yet.
    pub fn new(budget: Arc<Budget>) -> Reservation {
        Reservation {
            budget,
            held: Cell::new(0),
            arrival: Cell::new(None),
        }
    }

    /// Grows by `bytes`, waiting if the budget is full.
    pub async fn grow(&self, bytes: usize) -> Result<(), Full> {
        let deadline = Instant::now() + self.budget.patience;
        loop {
            let freed = self.budget.freed.notified();
            if self.try_grow(bytes)? {
                return Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.budget.ledger().refused += 1;
                return Err(Full::Busy);
            }
            // Either way it tries again: memory may have come back, or a body can be evicted by now.
            drop(timeout(left.min(STEP), freed).await);
        }
    }

    /// The same on a thread of the blocking pool. What is more than [`BRIEF`] waits for a [place](place::enter) first. When many
    /// threads wait already this one does not.
    ///
    /// Of the reservations that are large already only one waits, and the others are refused: if several bodies that are being
    /// decompressed waited for each other's memory, none would ever get it.
    pub fn grow_blocking(&self, bytes: usize) -> Result<(), Full> {
        if !self.is_brief(bytes) {
            place::enter(&self.budget)?;
        }
        if self.try_grow(bytes)? {
            return Ok(());
        }
        let deadline = Instant::now() + self.budget.patience;
        let mut ledger = self.budget.ledger();
        let is_large = self.held.get() > SMALL;
        if ledger.blocked >= MOST_BLOCKED || is_large && ledger.large_waits {
            ledger.refused += 1;
            return Err(Full::Busy);
        }
        ledger.blocked += 1;
        ledger.large_waits |= is_large;
        let outcome = loop {
            match self.try_grow_in(&mut ledger, bytes) {
                Ok(true) => break Ok(()),
                Ok(false) if Instant::now() >= deadline => break Err(Full::Busy),
                Ok(false) => {}
                Err(full) => break Err(full),
            }
            let waited = self.budget.freed_blocking.wait_timeout(ledger, STEP);
            ledger = waited.unwrap_or_else(PoisonError::into_inner).0;
        };
        ledger.refused += u64::from(outcome == Err(Full::Busy));
        ledger.blocked -= 1;
        ledger.large_waits &= !is_large;
        outcome
    }

    /// Whether it stays so small with `more` bytes that it needs no place.
    pub fn is_brief(&self, more: usize) -> bool {
        self.held.get() + more <= BRIEF
    }

    /// The budget that it is part of.
    pub fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    /// Says that a body begins to arrive, which can be evicted until it has [arrived](Self::arrived). The result is notified
    /// when it is.
    pub fn arriving(&self) -> Arc<Notify> {
        let evicted = Arc::new(Notify::new());
        let mut ledger = self.budget.ledger();
        ledger.last_arrival += 1;
        let id = ledger.last_arrival;
        let arrival = ArrivingBody {
            since: Instant::now(),
            received: 0,
            held: self.held.get(),
            is_leaving: false,
            evicted: evicted.clone(),
        };
        ledger.arriving.insert(id, arrival);
        self.arrival.set(Some(id));
        evicted
    }

    /// Says that `bytes` of the body are here.
    pub fn received(&self, bytes: usize) {
        let mut ledger = self.budget.ledger();
        let arrival = self
            .arrival
            .get()
            .and_then(|id| ledger.arriving.get_mut(&id));
        arrival
            .into_iter()
            .for_each(|arrival| arrival.received = bytes);
    }

    /// Says that the body is here, or that no more of it is waited for.
    pub fn arrived(&self) {
        if let Some(id) = self.arrival.take() {
            self.budget.ledger().arrived(id);
        }
    }

    fn try_grow(&self, bytes: usize) -> Result<bool, Full> {
        self.try_grow_in(&mut self.budget.ledger(), bytes)
    }

    fn try_grow_in(&self, ledger: &mut Ledger, bytes: usize) -> Result<bool, Full> {
        let (held, total) = (self.held.get(), self.held.get() + bytes);
        if total > SMALL && total > self.budget.most_large() {
            return Err(Full::TooLarge);
        }
        let shortage = ledger.shortage(&self.budget, held, total);
        if shortage.bytes > 0 {
            ledger.evict(&shortage, self.arrival.get());
            return Ok(false);
        }
        self.resize(ledger, total);
        Ok(true)
    }

    fn resize(&self, ledger: &mut Ledger, total: usize) {
        let held = self.held.replace(total);
        ledger.resize(held, total);
        let arrival = self
            .arrival
            .get()
            .and_then(|id| ledger.arriving.get_mut(&id));
        if let Some(arrival) = arrival {
            let before = std::mem::replace(&mut arrival.held, total);
            if arrival.is_leaving {
                ledger.leaving = ledger.leaving - before + total;
            }
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let (held, arrival) = (self.held.get(), self.arrival.get());
        if held == 0 && arrival.is_none() {
            return;
        }
        let mut ledger = self.budget.ledger();
        arrival.into_iter().for_each(|id| ledger.arrived(id));
        ledger.resize(held, 0);
        drop(ledger);
        self.budget.announce();
    }
}
