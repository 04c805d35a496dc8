//! Arrays and objects while they are being parsed.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use crate::model::Json;

/// Up to this size an object's keys are compared pairwise, which is faster than a map.
const FEW: usize = 16;

/// A container whose end has not been reached.
pub enum Container {
    List(Vec<Json>),
    /// An object, with the key of the next value.
    Object(Vec<(String, Json)>, String),
}

impl Container {
    pub fn end(&self) -> u8 {
        match self {
            Container::List(_) => b']',
            Container::Object(..) => b'}',
        }
    }

    /// The error for a comma before it.
    pub fn trailing_comma(&self) -> &'static str {
        match self {
            Container::List(_) => "Illegal trailing comma before end of array",
            Container::Object(..) => "Illegal trailing comma before end of object",
        }
    }

    pub fn add(&mut self, value: Json) {
        match self {
            Container::List(items) => items.push(value),
            Container::Object(members, key) => members.push((std::mem::take(key), value)),
        }
    }

    /// The finished value, without spare capacity.
    pub fn close(self) -> Json {
        match self {
            Container::List(mut items) => {
                items.shrink_to_fit();
                Json::List(items)
            }
            Container::Object(members, _) => {
                let mut members = last_wins(members);
                members.shrink_to_fit();
                Json::Object(members)
            }
        }
    }
}

/// Removes duplicate keys: each keeps its first position and its last value.
fn last_wins(members: Vec<(String, Json)>) -> Vec<(String, Json)> {
    if is_distinct(&members) {
        return members;
    }
    let mut kept: Vec<(String, Json)> = Vec::new();
    let mut positions = HashMap::new();
    for (key, value) in members {
        match positions.entry(key) {
            Entry::Occupied(position) => {
                let first: &mut (String, Json) = &mut kept[*position.get()];
                first.1 = value;
            }
            Entry::Vacant(position) => {
                kept.push((position.key().clone(), value));
                position.insert(kept.len() - 1);
            }
        }
    }
    kept
}

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
