//! Containers while they are being read.
use std::collections::{HashMap, hash_map::Entry};

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

    /// The whole value.
    pub fn close(self) -> Json {
        match self {
            Open::List(items) => Json::List(items),
            Open::Object(members, _) => Json::Object(last_wins(members)),
        }
    }
}

/// Each key once, at its first place with its last value.
fn last_wins(members: Vec<(String, Json)>) -> Vec<(String, Json)> {
    let mut kept: Vec<(String, Json)> = Vec::with_capacity(members.len());
    if members.len() <= FEW {
        for (key, value) in members {
            match kept.iter_mut().find(|(known, _)| *known == key) {
                Some(first) => first.1 = value,
                None => kept.push((key, value)),
            }
        }
        return kept;
    }
    let mut places = HashMap::with_capacity(members.len());
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
