//! Which of the fields that were sent are ever asked for.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The names of the fields of a form, and those that were asked for.
#[derive(Debug, Default)]
pub struct AskedNames(Mutex<Names>);

#[derive(Debug, Default)]
struct Names {
    sent: Vec<String>,
    asked: BTreeSet<String>,
}

impl AskedNames {
    /// Sets which fields were sent.
    pub fn set_sent<'n>(&self, names: impl Iterator<Item = &'n str>) {
        self.names().sent = names.map(str::to_owned).collect();
    }

    /// Notes that the field `name` was asked for.
    pub fn note(&self, name: &str) {
        let mut names = self.names();
        if !names.asked.contains(name) {
            names.asked.insert(name.to_owned());
        }
    }

    /// The fields that were sent and never asked for, in the order sent. An item `name[0]` of a list counts as `name`.
    pub fn ignored(&self) -> Vec<String> {
        let names = self.names();
        let mut ignored = Vec::new();
        for sent in &names.sent {
            let list = sent.split_once('[').map_or(&**sent, |(list, _)| list);
            let is_asked = names.asked.contains(sent) || names.asked.contains(list);
            if !is_asked && !ignored.contains(sent) {
                ignored.push(sent.clone());
            }
        }
        ignored
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner) // names stay usable
    }
}
