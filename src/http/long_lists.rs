//! Long lists, a few at a time.
//!
//! A list of 10,000 items takes thousands of times as long as one object, and megabytes. A hundred of them at once would
//! occupy the readers of the database for seconds, during which no other request is served, and all of their memory is
//! needed at the same time.

use std::{sync::Arc, time::Duration};

use actix_web::rt::time::timeout;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{Refusal, Result};

/// A list with more items than this is long.
pub const LONG: i64 = 1000;

/// The turns of long lists.
pub struct LongLists {
    places: Arc<Semaphore>,
    patience: Duration,
}

impl LongLists {
    /// One place for every two `cores`, for which a request waits as long as `patience`.
    pub fn new(cores: usize, patience: Duration) -> LongLists {
        LongLists {
            places: Arc::new(Semaphore::new((cores / 2).max(1))),
            patience,
        }
    }

    /// Waits for a place, which is free again when the permit is dropped.
    ///
    /// Errors: `Unavailable` if none is free in time.
    pub async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        let acquired = timeout(self.patience, self.places.clone().acquire_owned()).await;
        acquired
            .ok()
            .and_then(Result::ok)
            .ok_or(Refusal::Unavailable)
    }
}
