//! Replacing all data while the server runs: by a snapshot of lab mode, or by a backup.
//!
//! Requests go on meanwhile. One that began before may still be answered as before; what it captures or changes then is dropped
//! with all else, or is added to the restored data. One that begins after [`restore`] has returned sees nothing from before: the
//! database begins a new generation (`store::generations`), with which all that is kept in memory is compared.

use super::{
    Result, Store,
    capture::{Capture, RecentEvents},
    changes::Topic,
};
use crate::store::{self, Copier, DatabaseCopy, StoreError, generations};

/// Makes all data that of `copy`, and `events` the latest events. `before` runs when nothing can change any more and everything
/// is still what it was; returns its result. If anything fails, nothing changes. Then [`settle`].
///
/// The events change first. Until the database follows, requests read it as it was, so that their events are of the earlier
/// generation and are dropped. From then on events come to stay.
pub fn restore<T>(
    store: &Store,
    capture: &Capture,
    copier: &mut Copier,
    copy: &mut DatabaseCopy,
    events: RecentEvents,
    before: impl FnOnce() -> store::Result<T>,
) -> Result<T> {
    let _turn = store.restoring();
    let generation = copier.generation()?;
    let earlier = capture.recent.replace(generation + 1, events);
    let result = copier.restore(copy, generation + 1, before);
    let result = result.inspect_err(|_| drop(capture.recent.replace(generation, earlier)))?;
    capture.forget_unknown_tokens();
    capture.refused.clear();
    for topic in Topic::ALL {
        capture.changes.note_all(topic);
    }
    Ok(result)
}

/// Errors: all is restored, but the file has lost its name, or nothing can be written.
pub fn settle(store: &Store) -> Result<()> {
    Ok(store.write::<_, StoreError>(generations::settle)?)
}
