//! Objects in the filters of a flag, read with sentences about what is wrong.

use serde::de::IgnoredAny;

use crate::model::{Json, json_member};

/// An object of the filters, and where it is.
pub struct Object<'j> {
    members: &'j [(String, Json)],
    place: String,
}

impl<'j> Object<'j> {
    pub fn of(value: &'j Json, place: impl Into<String>) -> Result<Object<'j>, String> {
        let place = place.into();
        match value {
            Json::Object(members) => Ok(Object { members, place }),
            _ => Err(format!("{place} must be an object.")),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(known, _)| known == name)
    }

    /// The member `name`, unless it is null.
    pub fn get(&self, name: &str) -> Option<&'j Json> {
        json_member(self.members, name).filter(|value| **value != Json::Null)
    }

    pub fn wrong(&self, name: &str, expected: &str) -> String {
        format!("{name} of {} must be {expected}.", self.place)
    }

    /// A list of objects; empty if there is none.
    pub fn objects(&self, name: &str) -> Result<Vec<Object<'j>>, String> {
        let items = match self.get(name) {
            None => return Ok(Vec::new()),
            Some(Json::List(items)) => items,
            Some(_) => return Err(self.wrong(name, "a list")),
        };
        let items = items.iter().enumerate();
        items
            .map(|(index, item)| Object::of(item, format!("{name}[{index}]")))
            .collect()
    }

    pub fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Text(text)) => Ok(Some(text.value.clone())),
            Some(_) => Err(self.wrong(name, "a text")),
        }
    }

    pub fn percentage(&self) -> Result<Option<f64>, String> {
        const NAME: &str = "rollout_percentage";
        let number = match self.get(NAME) {
            None => return Ok(None),
            Some(Json::Int(digits)) => digits.parse().ok(),
            Some(Json::Float(number)) => Some(*number),
            Some(_) => None,
        };
        let number = number.filter(|number| (0.0..=100.0).contains(number));
        number
            .map(Some)
            .ok_or_else(|| self.wrong(NAME, "a number from 0 to 100"))
    }

    pub fn group_type(&self) -> Result<Option<u8>, String> {
        const NAME: &str = "aggregation_group_type_index";
        let index = match self.get(NAME) {
            None => return Ok(None),
            Some(Json::Int(digits)) => digits.parse().ok(),
            Some(_) => None,
        };
        let index = index.filter(|index| *index <= 4);
        index
            .map(Some)
            .ok_or_else(|| self.wrong(NAME, "a number from 0 to 4"))
    }

    pub fn payloads(&self) -> Result<Vec<(String, String)>, String> {
        let mut payloads = Vec::new();
        for (value, payload) in self.members {
            let text = match payload {
                Json::Null => continue,
                Json::Text(text) => text.value.clone(),
                other => serde_json::to_string(other).expect("a JSON value is JSON"),
            };
            if serde_json::from_str::<IgnoredAny>(&text).is_err() {
                return Err(self.wrong(value, "JSON, or a text of JSON"));
            }
            payloads.push((value.clone(), text));
        }
        Ok(payloads)
    }
}
