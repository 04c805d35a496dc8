//! The definitions that lists showed lately, whole: whoever looks at a list looks at its first page again and again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    model::{Notes, PropertyDefinition},
    store::Result,
};

/// How many are kept.
const MOST: usize = 1_000;

/// The longest description of one that is kept, in bytes.
const LONGEST: usize = 1_000;

/// Definitions by the database's numbers.
#[derive(Default)]
pub struct Rows(Mutex<HashMap<u32, Arc<PropertyDefinition>>>);

impl Rows {
    /// The definitions with `numbers`, in that order; `read` reads those that are not at hand. What it reads is kept if it is
    /// `current`.
    pub fn get(
        &self,
        numbers: &[u32],
        current: bool,
        read: impl FnOnce(&[u32]) -> Result<Vec<Option<PropertyDefinition>>>,
    ) -> Result<Vec<Option<Arc<PropertyDefinition>>>> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<_> = {
            let kept = lock();
            numbers
                .iter()
                .map(|number| kept.get(number).cloned())
                .collect()
        };
        let missing: Vec<_> = numbers
            .iter()
            .zip(&rows)
            .filter(|(_, row)| row.is_none())
            .collect();
        let missing: Vec<_> = missing.into_iter().map(|(number, _)| *number).collect();
        if missing.is_empty() {
            return Ok(rows);
        }
        let mut read = read(&missing)?.into_iter().map(|row| row.map(Arc::new));
        let mut kept = lock();
        if kept.len() + missing.len() > MOST {
            kept.clear();
        }
        for (number, row) in numbers
            .iter()
            .zip(&mut rows)
            .filter(|(_, row)| row.is_none())
        {
            *row = read.next().flatten();
            if let Some(row) = row
                .as_ref()
                .filter(|row| current && kept.len() < MOST && is_short(row))
            {
                kept.insert(*number, row.clone());
            }
        }
        Ok(rows)
    }

    /// Forgets the definitions with `numbers`, which have changed.
    pub fn forget(&mut self, numbers: &[u32]) {
        let kept = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        for number in numbers {
            kept.remove(number);
        }
    }
}

fn is_short(row: &PropertyDefinition) -> bool {
    let description = |notes: &Notes| notes.description.as_ref().map_or(0, String::len);
    row.notes.as_ref().map_or(0, description) <= LONGEST
}
