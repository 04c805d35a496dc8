//! Values of a case: names that are filled in, and comparison with what was answered.

use std::collections::HashMap;

use hoglet::model::Timestamp;
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Fails if `object` has a key other than `known`.
pub fn known_keys(object: &Value, known: &[&str]) -> Result<(), String> {
    let mut keys = object.as_object().ok_or("not an object")?.keys();
    match keys.find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("the format has no key {key:?}")),
        None => Ok(()),
    }
}

/// Names that stand for values: what was kept, and the time.
#[derive(Default)]
pub struct Names(HashMap<String, String>);

impl Names {
    /// Remembers `value` as `name`.
    pub fn keep(&mut self, name: &str, value: &Value) {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        self.0.insert(name.to_owned(), text);
    }

    /// `text` with each `{name}`, `{now}` and `{now-60}` replaced; other braces stay.
    pub fn fill(&self, text: &str) -> String {
        let Some((before, rest)) = text.split_once('{') else {
            return text.to_owned();
        };
        match rest
            .split_once('}')
            .and_then(|(name, after)| Some((self.get(name)?, after)))
        {
            Some((value, after)) => format!("{before}{value}{}", self.fill(after)),
            None => format!("{before}{{{}", self.fill(rest)),
        }
    }

    /// `value` with the names in its texts replaced, at any depth.
    pub fn fill_all(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.fill(text).into(),
            Value::Array(items) => items.iter().map(|item| self.fill_all(item)).collect(),
            Value::Object(members) => {
                let filled = members
                    .iter()
                    .map(|(key, member)| (key.clone(), self.fill_all(member)));
                Value::Object(filled.collect())
            }
            other => other.clone(),
        }
    }

    fn get(&self, name: &str) -> Option<String> {
        let Some(later) = name.strip_prefix("now") else {
            return self.0.get(name).cloned();
        };
        let seconds = if later.is_empty() {
            0
        } else {
            later.parse().ok()?
        };
        Some(Timestamp::now().plus_seconds(seconds).to_string())
    }
}

/// The value at `path`, keys and indices joined by dots.
pub fn at<'v>(value: &'v Value, path: &str) -> Result<&'v Value, String> {
    let pointer = format!("/{}", path.replace('.', "/"));
    value
        .pointer(&pointer)
        .ok_or_else(|| format!("there is no {path} in {value}"))
}

/// Fails unless everything in `expected` is in `found`: of an object its members, of a list its first items.
pub fn includes(found: &Value, expected: &Value, place: &str) -> Result<(), String> {
    let differs = || Err(format!("{place} is {found}, not {expected}"));
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().try_for_each(|(key, member)| {
                let place = format!("{place}.{key}");
                let found = found
                    .get(key)
                    .ok_or_else(|| format!("{place} is missing"))?;
                includes(found, member, &place)
            })
        }
        (Value::Array(found), Value::Array(expected)) if found.len() >= expected.len() => {
            let mut pairs = found.iter().zip(expected).enumerate();
            pairs.try_for_each(|(index, (found, item))| {
                includes(found, item, &format!("{place}.{index}"))
            })
        }
        (Value::Number(found), Value::Number(expected)) if found.as_f64() == expected.as_f64() => {
            Ok(())
        }
        _ if found == expected => Ok(()),
        _ => differs(),
    }
}

/// Fails unless the times `found` and `expected` differ by at most `seconds`.
pub fn near(found: &Value, expected: &str, seconds: f64) -> Result<(), String> {
    let parse = |text: &str| {
        OffsetDateTime::parse(text, &Rfc3339).map_err(|fault| format!("{text:?}: {fault}"))
    };
    let apart = parse(found.as_str().ok_or("no text")?)? - parse(expected)?;
    if apart.as_seconds_f64().abs() <= seconds {
        return Ok(());
    }
    Err(format!(
        "{found} is {apart} from {expected}, not {seconds} s"
    ))
}
