//! The places at which bodies are unpacked and parsed.

use std::{
    cell::RefCell,
    sync::{Arc, PoisonError},
    time::Instant,
};

use super::{Budget, Full};

/// How many threads may wait for a place: these hold little memory.
const MOST_IN_LINE: usize = 64;

thread_local! {
    /// The place that this thread has.
    static PLACE: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// A place of a budget, given up when dropped.
struct Place(Arc<Budget>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.ledger().at_work -= 1;
        self.0.left.notify_one();
    }
}

/// Waits for a place of `budget`, unless this thread has one. It keeps it until it [leaves](leave).
pub fn enter(budget: &Arc<Budget>) -> Result<(), Full> {
    if PLACE.with_borrow(Option::is_some) {
        return Ok(());
    }
    let deadline = Instant::now() + budget.patience;
    let mut ledger = budget.ledger();
    while ledger.at_work == budget.places {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || ledger.in_line == MOST_IN_LINE {
            ledger.refused += 1;
            return Err(Full::Busy);
        }
        ledger.in_line += 1;
        let waited = budget.left.wait_timeout(ledger, left);
        ledger = waited.unwrap_or_else(PoisonError::into_inner).0;
        ledger.in_line -= 1;
    }
    ledger.at_work += 1;
    drop(ledger);
    PLACE.set(Some(Place(budget.clone())));
    Ok(())
}

/// Gives up the place of this thread, if it has one: at the end of a request, and before it waits for the database.
pub fn leave() {
    drop(PLACE.take());
}
