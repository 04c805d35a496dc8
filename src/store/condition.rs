//! Whether the database can be written, as the writer last found it.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use super::StoreError;

/// The last finding. Each turn for the worse or the better is logged once, however many changes are refused.
#[derive(Default)]
pub struct Condition {
    trouble: Mutex<Option<String>>,
    is_logged: AtomicBool,
}

impl Condition {
    /// Why nothing can be written, if that is so.
    pub fn get(&self) -> Result<(), String> {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.clone().map_or(Ok(()), Err)
    }

    /// Logs turns from now on. A command that ends on its first failure reports that by itself.
    pub fn log(&self) {
        self.is_logged.store(true, Relaxed);
    }

    /// Takes in what became of the last attempt.
    pub fn set(&self, found: &Result<(), StoreError>) {
        let found = found.as_ref().err().map(|error| match error.unavailable() {
            Some(why) => why.to_string(),
            None => error.to_string(),
        });
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if *trouble == found {
            return;
        }
        match &found {
            _ if !self.is_logged.load(Relaxed) => {}
            Some(why) => tracing::error!("changes are refused: {why}"),
            None => tracing::info!("changes are written again"),
        }
        *trouble = found;
    }
}
