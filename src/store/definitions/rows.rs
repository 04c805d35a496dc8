//! The definitions that lists showed lately: most callers of a list read its first page again and again.

use std::{
    collections::BTreeMap,
    ops::Deref,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use serde_json::value::RawValue;

use super::Listed;
use crate::{model::Notes, store::Result};

/// The most rows kept; when more are needed, all are dropped first.
const MOST: usize = 1_000;

/// The most bytes of the texts of one that is kept.
const LONGEST: usize = 1_000;

/// A definition as lists keep it.
pub struct Kept<D> {
    definition: D,
    json: OnceLock<Box<RawValue>>,
}

impl<D> Kept<D> {
    /// What a list shows of it, which `make` is asked for once: it must depend on nothing but the definition.
    pub fn json(&self, make: impl FnOnce(&D) -> Box<RawValue>) -> &RawValue {
        self.json.get_or_init(|| make(&self.definition))
    }
}

impl<D> Deref for Kept<D> {
    type Target = D;
    fn deref(&self) -> &D {
        &self.definition
    }
}

/// Definitions by their slots in the index.
pub struct Rows<D>(Mutex<BTreeMap<u32, Arc<Kept<D>>>>);

impl<D> Default for Rows<D> {
    fn default() -> Rows<D> {
        Rows(Mutex::default())
    }
}

impl<D: Listed> Rows<D> {
    /// Returns the definitions in `slots`, in that order; `read` reads those that are not kept. What it reads is kept if it
    /// `is_current`.
    pub fn get(
        &self,
        slots: &[u32],
        is_current: bool,
        read: impl FnOnce(&[u32]) -> Result<Vec<Option<D>>>,
    ) -> Result<Vec<Option<Arc<Kept<D>>>>> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<_> = {
            let kept = lock();
            slots.iter().map(|slot| kept.get(slot).cloned()).collect()
        };
        let places = 0..rows.len();
        let missing: Vec<_> = places.filter(|place| rows[*place].is_none()).collect();
        if missing.is_empty() {
            return Ok(rows);
        }
        let wanted: Vec<_> = missing.iter().map(|place| slots[*place]).collect();
        let read = read(&wanted)?;
        let mut kept = lock();
        if kept.len() + missing.len() > MOST {
            kept.clear();
        }
        for (place, row) in missing.into_iter().zip(read) {
            let row = row.map(|definition| {
                Arc::new(Kept {
                    definition,
                    json: OnceLock::new(),
                })
            });
            let keepable = row.as_ref().filter(|row| is_current && row.is_short());
            if let Some(row) = keepable.filter(|_| kept.len() < MOST) {
                kept.insert(slots[place], row.clone());
            }
            rows[place] = row;
        }
        Ok(rows)
    }

    /// Drops the definitions in `slots`, which have changed.
    pub fn forget(&mut self, slots: impl IntoIterator<Item = u32>) {
        let kept = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        for slot in slots {
            kept.remove(&slot);
        }
    }
}

/// Whether a definition with these notes and `texts` is short enough to be kept.
pub fn are_short<'t>(
    notes: Option<&'t Notes>,
    texts: impl IntoIterator<Item = &'t String>,
) -> bool {
    let description = notes.and_then(|notes| notes.description.as_ref());
    let all = description.into_iter().chain(texts);
    all.map(|text| text.len() + size_of::<String>())
        .sum::<usize>()
        <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_with_many_texts_are_not_kept() {
        let texts = |count| vec![String::from("a tag"); count];
        assert!(are_short(None, &texts(30)));
        assert!(!are_short(None, &texts(300)));
    }
}
