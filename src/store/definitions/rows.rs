//! The definitions that lists showed lately: most callers of a list read its first page again and again.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::Listed;
use crate::{model::Notes, store::Result};

/// The most rows kept; when more are needed, all are dropped first.
const MOST: usize = 1_000;

/// The longest description of one that is kept, in bytes.
const LONGEST: usize = 1_000;

pub struct Rows<D>(Mutex<HashMap<String, Arc<D>>>);

impl<D> Default for Rows<D> {
    fn default() -> Rows<D> {
        Rows(Mutex::default())
    }
}

impl<D: Listed> Rows<D> {
    /// Returns the definitions called `names`, in that order; `read` reads those that are not kept. What it reads is kept
    /// if it `is_current`.
    pub fn get(
        &self,
        names: &[String],
        is_current: bool,
        read: impl FnOnce(&[&String]) -> Result<Vec<Option<D>>>,
    ) -> Result<Vec<Option<Arc<D>>>> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<_> = {
            let kept = lock();
            names.iter().map(|name| kept.get(name).cloned()).collect()
        };
        let places = 0..rows.len();
        let missing: Vec<_> = places.filter(|place| rows[*place].is_none()).collect();
        if missing.is_empty() {
            return Ok(rows);
        }
        let wanted: Vec<_> = missing.iter().map(|place| &names[*place]).collect();
        let read = read(&wanted)?;
        let mut kept = lock();
        if kept.len() + missing.len() > MOST {
            kept.clear();
        }
        for (place, row) in missing.into_iter().zip(read) {
            let row = row.map(Arc::new);
            let keepable = row.as_ref().filter(|row| is_current && is_short::<D>(row));
            if let Some(row) = keepable.filter(|_| kept.len() < MOST) {
                kept.insert(row.name().to_owned(), row.clone());
            }
            rows[place] = row;
        }
        Ok(rows)
    }

    /// Drops the definitions called `names`, which have changed.
    pub fn forget<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        let kept = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        for name in names {
            kept.remove(name);
        }
    }
}

fn is_short<D: Listed>(row: &D) -> bool {
    let description = |notes: &Notes| notes.description.as_ref().map_or(0, String::len);
    row.notes().map_or(0, description) <= LONGEST
}
