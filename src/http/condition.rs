//! Whether the database works, for those who ask on a worker and must not wait.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::State;
use crate::store::{StoreError, organizations};

/// How often the database is asked.
const ROUND: Duration = Duration::from_secs(1);

/// What is known of the database: nothing against it, or why it cannot be used.
#[derive(Default)]
pub struct Condition(Mutex<Option<String>>);

/// Keeps a [`Condition`] up to date until it is dropped.
pub struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Condition {
    /// Why the database cannot be used, as of the last second.
    pub fn trouble(&self) -> Option<String> {
        let trouble = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.clone()
    }

    fn set(&self, trouble: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

impl Watch {
    /// Starts asking the database of `state` from time to time, on a thread of its own.
    pub fn start(state: Arc<State>) -> io::Result<Watch> {
        let (stop, stopped) = channel();
        let thread = thread::Builder::new()
            .name("hoglet condition".into())
            .spawn(move || {
                while stopped.recv_timeout(ROUND) == Err(RecvTimeoutError::Timeout) {
                    match state.store.read(organizations::any) {
                        Ok(_) => state.condition.set(None),
                        Err(StoreError::Busy(_)) => {} // many readers say nothing against the file
                        Err(error) => state.condition.set(Some(error.to_string())),
                    }
                }
            })?;
        Ok(Watch {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the watch over the database has panicked");
        }
    }
}
