//! Changes that are prepared by one thread and made when the writer comes to them.

use super::{Result, Store};
use crate::store::{Queued, Write};

type Making<T> = Box<dyn FnOnce(&Write) -> Result<T> + Send>;

/// A change of a use case, not made yet.
pub struct Change<T>(Making<T>);

impl<T: Send + 'static> Change<T> {
    pub fn new(change: impl FnOnce(&Write) -> Result<T> + Send + 'static) -> Change<T> {
        Change(Box::new(change))
    }

    /// Makes it, and returns when it is on disk, or when it failed and nothing was kept.
    pub fn make(self, store: &Store) -> Result<T> {
        store.write(self.0)
    }

    /// Queues it. `done` is called when it is on disk, or when it failed and nothing was kept.
    pub fn submit(
        self,
        store: &Store,
        done: impl FnOnce(Result<T>) + Send + 'static,
    ) -> Result<Queued> {
        Ok(store.submit(self.0, done)?)
    }
}
