//! Containers while they are being read.
use std::collections::{HashMap, HashSet, hash_map::Entry};

use crate::model::Json;

/// Up to this size an object's keys are compared one by one, which is quicker than a map.
const FEW: usize = 16;

/// A container whose end has not come yet.
pub enum Open {
    /// An array.
    List(Vec<Json>),
    /// An object, with the key that the next value belongs to.
    Object(Vec<(String, Json)>, String),
}

impl Open {
    /// What closes it.
    pub fn end(&self) -> u8 {
        match self {
            Open::List(_) => b']',
            Open::Object(..) => b'}',
        }
    }

    /// The complaint about a comma right before that.
    pub fn trailing_comma(&self) -> &'static str {
        match self {
            Open::List(_) => "Illegal trailing comma before end of array",
            Open::Object(..) => "Illegal trailing comma before end of object",
        }
    }

    /// Puts `value` behind the others.
    pub fn add(&mut self, value: Json) {
        match self {
            Open::List(items) => items.push(value),
            Open::Object(members, key) => members.push((std::mem::take(key), value)),
        }
    }

    /// The whole value, without the room that was kept for more.
    pub fn close(self) -> Json {
        match self {
            Open::List(mut items) => {
                items.shrink_to_fit();
                Json::List(items)
            }
            Open::Object(members, _) => {
                let mut members = last_wins(members);
                members.shrink_to_fit();
                Json::Object(members)
            }
        }
    }
}

/// Each key once, at its first place with its last value.
fn last_wins(members: Vec<(String, Json)>) -> Vec<(String, Json)> {
    if is_distinct(&members) {
        return members;
    }
    let mut kept: Vec<(String, Json)> = Vec::new();
    let mut places = HashMap::new();
    for (key, value) in members {
        match places.entry(key) {
            Entry::Occupied(place) => {
                let first: &mut (String, Json) = &mut kept[*place.get()];
                first.1 = value;
            }
            Entry::Vacant(place) => {
                kept.push((place.key().clone(), value));
                place.insert(kept.len() - 1);
            }
        }
    }
    kept
}

/// Whether no key comes twice.
fn is_distinct(members: &[(String, Json)]) -> bool {
    if members.len() <= FEW {
        let mut rest = members;
        while let [(key, _), others @ ..] = rest {
            if others.iter().any(|(other, _)| other == key) {
                return false;
            }
            rest = others;
        }
        return true;
    }
    let mut keys = HashSet::with_capacity(members.len());
    members.iter().all(|(key, _)| keys.insert(key.as_str()))
}
