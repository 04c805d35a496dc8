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
        let kept = |kept: &HashMap<_, _>| {
            numbers
                .iter()
                .map(|number| kept.get(number).cloned())
                .collect()
        };
        let mut rows: Vec<Option<Arc<_>>> = kept(&lock());
        let missing: Vec<_> = (0..rows.len())
            .filter(|place| rows[*place].is_none())
            .collect();
        if missing.is_empty() {
            return Ok(rows);
        }
        let wanted: Vec<_> = missing.iter().map(|place| numbers[*place]).collect();
        let read = read(&wanted)?;
        let mut kept = lock();
        if kept.len() + missing.len() > MOST {
            kept.clear();
        }
        for (place, row) in missing.into_iter().zip(read) {
            let row = row.map(Arc::new);
            let keepable = row.as_ref().filter(|row| current && is_short(row));
            if let Some(row) = keepable.filter(|_| kept.len() < MOST) {
                kept.insert(numbers[place], row.clone());
            }
            rows[place] = row;
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
