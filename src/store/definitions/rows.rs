//! The definitions that lists showed lately: most callers of a list read its first page again and again.

use std::{
    ops::Deref,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use foldhash::HashMap;
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
    json: OnceLock<Option<Box<RawValue>>>,
}

impl<D> Kept<D> {
    /// What a list shows of it, if that depends on nothing but the definition; `make` is asked once.
    pub fn json(&self, make: impl FnOnce(&D) -> Option<Box<RawValue>>) -> Option<&RawValue> {
        let json = self.json.get_or_init(|| make(&self.definition));
        json.as_deref()
    }
}

impl<D> Deref for Kept<D> {
    type Target = D;
    fn deref(&self) -> &D {
        &self.definition
    }
}

/// Definitions by their slots in the index.
pub struct Rows<D>(Mutex<HashMap<u32, Arc<Kept<D>>>>);

impl<D> Default for Rows<D> {
    fn default() -> Rows<D> {
        Rows(Mutex::default())
    }
}

impl<D: Listed> Rows<D> {
    /// Returns the definitions in the slots of `page`, in that order, each with what came with its slot; `read` reads those that
    /// are not kept. What it reads is kept if it `is_current`.
    pub fn get<T>(
        &self,
        page: Vec<(u32, T)>,
        is_current: bool,
        read: impl FnOnce(&[u32]) -> Result<Vec<Option<D>>>,
    ) -> Result<Vec<(Arc<Kept<D>>, T)>> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<_> = {
            let kept = lock();
            let slots = page.into_iter();
            slots
                .map(|(slot, more)| (slot, kept.get(&slot).cloned(), more))
                .collect()
        };
        let missing = rows.iter_mut().filter(|(_, row, _)| row.is_none());
        let missing: Vec<_> = missing.map(|(slot, row, _)| (*slot, row)).collect();
        if !missing.is_empty() {
            let slots: Vec<_> = missing.iter().map(|(slot, _)| *slot).collect();
            let read = read(&slots)?;
            let mut kept = lock();
            if kept.len() + missing.len() > MOST {
                kept.clear();
            }
            for ((slot, place), definition) in missing.into_iter().zip(read) {
                *place = definition.map(|definition| {
                    Arc::new(Kept {
                        definition,
                        json: OnceLock::new(),
                    })
                });
                let keepable = place.as_ref().filter(|row| is_current && row.is_short());
                if let Some(row) = keepable.filter(|_| kept.len() < MOST) {
                    kept.insert(slot, row.clone());
                }
            }
        }
        let mut found = Vec::with_capacity(rows.len());
        found.extend(
            rows.into_iter()
                .filter_map(|(_, row, more)| Some((row?, more))),
        );
        Ok(found)
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
