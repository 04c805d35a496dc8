//! GivenProperties that a request gives, prepared for the conditions of flags.

use std::collections::HashMap;

use crate::model::Json;

/// The most properties of a person or a group that count: the first ones. Conditions look them up by name.
const MOST: usize = 1_000;

/// A longer value counts as missing, in bytes: each condition of each flag may compare all of it.
const LONGEST: usize = 8 << 10;

/// The value of a property.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// As text: a string itself, anything else as JSON.
    pub text: String,
    /// The same in lower case.
    pub lower: String,
    /// As a number, if it is one or the text of one.
    pub number: Option<f64>,
    /// Whether it is `true`, the text of it, or a list of nothing else.
    pub is_true: bool,
    /// Whether it is a string.
    pub is_text: bool,
}

/// The properties of a person or a group, by name.
pub type GivenProperties = HashMap<String, Given>;

/// The members of `object` as properties; none if it is not an object.
pub fn properties(object: Option<&Json>) -> GivenProperties {
    let Some(Json::Object(members)) = object else {
        return GivenProperties::new();
    };
    let first = members.iter().take(MOST);
    let given = first.filter_map(|(name, value)| Some((name.clone(), Given::new(value)?)));
    given.collect()
}

impl Given {
    /// `None` if the value is too long.
    pub fn new(value: &Json) -> Option<Given> {
        let text = as_text(value);
        (text.len() <= LONGEST).then(|| Given {
            lower: text.to_lowercase(),
            number: as_number(value),
            is_true: is_true(value),
            is_text: matches!(value, Json::Text(_)),
            text,
        })
    }
}

/// A value as text, in the way of the service's program for flags.
pub fn as_text(value: &Json) -> String {
    match value {
        Json::Text(text) => text.value.clone(),
        other => {
            let mut text = String::new();
            write_json(other, &mut text);
            text
        }
    }
}

/// Writes compact JSON, the members of objects in the order of their names.
fn write_json(value: &Json, to: &mut String) {
    let plain = |value: &serde_json::Value| value.to_string();
    match value {
        Json::Float(number) => to.push_str(&plain(&(*number).into())),
        Json::List(items) => {
            to.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    to.push(',');
                }
                write_json(item, to);
            }
            to.push(']');
        }
        Json::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            to.push('{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    to.push(',');
                }
                to.push_str(&plain(&name.as_str().into()));
                to.push(':');
                write_json(member, to);
            }
            to.push('}');
        }
        other => to.push_str(&serde_json::to_string(other).expect("a JSON value is JSON")),
    }
}

/// A number, or the text of one.
pub fn as_number(value: &Json) -> Option<f64> {
    let number: Option<f64> = match value {
        Json::Int(digits) => digits.parse().ok(),
        Json::Float(number) => Some(*number),
        Json::Text(text) => text.value.parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// Whether `value` is true or false, the text of it, or a list of nothing else.
pub fn is_boolean(value: &Json) -> bool {
    match value {
        Json::Bool(_) => true,
        Json::Text(text) => ["true", "false"].contains(&&*text.value.to_lowercase()),
        Json::List(items) => items.iter().all(is_boolean),
        _ => false,
    }
}

/// Whether `value` is true, the text of it, or a list of nothing else.
pub fn is_true(value: &Json) -> bool {
    match value {
        Json::Bool(value) => *value,
        Json::Text(text) => text.value.to_lowercase() == "true",
        Json::List(items) => items.iter().all(is_true),
        _ => false,
    }
}
