//! Undoing changes that succeeded, for a request that is refused once it is known what was read of it.

use std::{cell::RefCell, sync::Arc};

/// Decides on the writer's thread, after a change has succeeded, whether it is undone.
pub type Veto = Arc<dyn Fn() -> bool + Send + Sync>;

thread_local! {
    static VETO: RefCell<Option<Veto>> = const { RefCell::new(None) };
}

/// Runs `work`. Each change that it writes on this thread is undone if `veto` says so, and returns its result all the same.
pub fn with_veto<T>(veto: Veto, work: impl FnOnce() -> T) -> T {
    /// Ends the veto, also after a panic.
    struct End;

    impl Drop for End {
        fn drop(&mut self) {
            VETO.set(None);
        }
    }

    VETO.set(Some(veto));
    let _end = End;
    work()
}

/// The veto of the work that runs on this thread.
pub(super) fn current() -> Option<Veto> {
    VETO.with_borrow(Clone::clone)
}
