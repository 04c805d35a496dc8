//! A JSON value, with the distinctions that the reference's responses depend on.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, value::RawValue};

/// A JSON value as Python reads it: `1`, `1.0` and `true` are three things, and integers have no limit.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number without fraction and exponent: its decimal digits; `-0` becomes `0`.
    Int(String),
    /// Any other number; `NaN` and infinities too.
    Float(f64),
    /// A string, which may contain lone surrogates.
    Text(Text),
    /// An array.
    List(Vec<Json>),
    /// An object: keys in the order of their first occurrence, each with its last value.
    Object(Vec<(String, Json)>),
}

/// A string. In JSON it may contain lone surrogates (`\ud800`), which UTF-8 cannot represent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The text, with U+FFFD for each lone surrogate.
    pub value: String,
    /// The first lone surrogate, if there is one.
    pub surrogate: Option<u16>,
}

impl Json {
    /// The name of the Python type, as in error messages: `NoneType`, `bool`, `int`, `float`, `str`, `list`, `dict`.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "NoneType",
            Json::Bool(_) => "bool",
            Json::Int(_) => "int",
            Json::Float(_) => "float",
            Json::Text(_) => "str",
            Json::List(_) => "list",
            Json::Object(_) => "dict",
        }
    }

    /// The member `name`, if this is an object that has it.
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => member(members, name),
            _ => None,
        }
    }

    /// Whether Python treats it as true: not null, false, zero, or anything empty.
    pub fn is_truthy(&self) -> bool {
        match self {
            Json::Null => false,
            Json::Bool(value) => *value,
            Json::Int(digits) => digits != "0",
            Json::Float(value) => *value != 0.0,
            Json::Text(text) => !text.value.is_empty(),
            Json::List(items) => !items.is_empty(),
            Json::Object(members) => !members.is_empty(),
        }
    }
}

/// The value of `name` among the members of an object: the last one, if there are several.
pub fn member<'j, K: AsRef<str>>(members: &'j [(K, Json)], name: &str) -> Option<&'j Json> {
    let found = members.iter().rfind(|(key, _)| key.as_ref() == name);
    found.map(|(_, value)| value)
}

impl From<&str> for Json {
    fn from(value: &str) -> Json {
        Json::from(value.to_owned())
    }
}

impl From<String> for Json {
    fn from(value: String) -> Json {
        Json::Text(Text {
            value,
            surrogate: None,
        })
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(value),
            Value::Number(number) => match number.as_f64() {
                Some(value) if number.is_f64() => Json::Float(value),
                _ => Json::Int(number.to_string()),
            },
            Value::String(value) => Json::from(value),
            Value::Array(items) => Json::List(items.into_iter().map(Json::from).collect()),
            Value::Object(members) => Json::Object(
                members
                    .into_iter()
                    .map(|(key, member)| (key, Json::from(member)))
                    .collect(),
            ),
        }
    }
}

/// Writes integers with all digits, floats as Python does (`1.0`, `1e+300`), NaN and infinities as null.
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Int(digits) => match digits.parse() {
                Ok(small) => serializer.serialize_i64(small),
                Err(_) => raw(digits.clone(), serializer),
            },
            Json::Float(value) if !value.is_finite() => serializer.serialize_unit(),
            Json::Float(value) => raw(float_repr(*value), serializer),
            Json::Text(text) => serializer.serialize_str(&text.value),
            Json::List(items) => serializer.collect_seq(items),
            Json::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, member) in members {
                    map.serialize_entry(key, member)?;
                }
                map.end()
            }
        }
    }
}

/// Python's `repr` of a float: the fewest digits that identify it; an exponent below 0.0001 and from 1e16 on.
pub(super) fn float_repr(value: f64) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.into();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific
        .split_once('e')
        .expect("the format always has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a small number");
    if (-4..16).contains(&exponent) {
        let plain = value.to_string();
        let fraction = if plain.contains('.') { "" } else { ".0" };
        return format!("{plain}{fraction}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn raw<S: Serializer>(number: String, serializer: S) -> Result<S::Ok, S::Error> {
    RawValue::from_string(number)
        .map_err(serde::ser::Error::custom)?
        .serialize(serializer)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn text_is_as_in_python() {
        for (value, text) in [
            (Json::Null, "None"),
            (Json::Bool(true), "True"),
            (Json::Bool(false), "False"),
            (Json::Int("12".into()), "12"),
            (Json::Float(100.0), "100.0"),
            (Json::Float(1.5), "1.5"),
            (Json::Float(-0.0), "-0.0"),
            (Json::Float(0.0001), "0.0001"),
            (Json::Float(0.00001234), "1.234e-05"),
            (Json::Float(1e15), "1000000000000000.0"),
            (Json::Float(123456789012345680.0), "1.2345678901234568e+17"),
            (Json::Float(1e16), "1e+16"),
            (Json::Float(1e300), "1e+300"),
            (Json::Float(f64::NAN), "nan"),
            (Json::Float(f64::NEG_INFINITY), "-inf"),
            (Json::from("it's"), "it's"),
            (Json::from(json!([])), "[]"),
            (Json::from(json!({})), "{}"),
            (
                Json::from(json!(["a", 1, null, {"b": [true, 1.0]}])),
                "['a', 1, None, {'b': [True, 1.0]}]",
            ),
            (
                Json::from(json!([
                    "it's",
                    "'\"",
                    "\\\n\u{1}\u{7f}é\u{301}\u{200b}\u{e0001}"
                ])),
                r#"["it's", '\'"', '\\\n\x01\x7fé́\u200b\U000e0001']"#,
            ),
        ] {
            assert_eq!(value.python_text(), text);
        }
    }

    #[test]
    fn numbers_keep_every_digit() {
        for (value, text) in [
            (Json::Int("-7".into()), "-7"),
            (Json::Int("9".repeat(40)), &*"9".repeat(40)),
            (Json::Float(1.0), "1.0"),
            (Json::Float(0.1), "0.1"),
            (Json::Float(1e300), "1e+300"),
            (Json::Float(f64::NAN), "null"),
            (Json::Float(f64::INFINITY), "null"),
        ] {
            assert_eq!(serde_json::to_string(&value).unwrap(), text);
        }
        let nested = json!({"b": [1, "é", null], "a": {"c": true}});
        let written = serde_json::to_string(&Json::from(nested.clone())).unwrap();
        assert_eq!(written, nested.to_string());
    }

    #[test]
    fn only_empty_values_are_falsy() {
        for falsy in [
            json!(null),
            json!(false),
            json!(0),
            json!(0.0),
            json!(""),
            json!([]),
            json!({}),
        ] {
            assert!(!Json::from(falsy.clone()).is_truthy(), "{falsy}");
        }
        for truthy in [
            json!(true),
            json!(-1),
            json!(0.5),
            json!(" "),
            json!([0]),
            json!({"a": null}),
        ] {
            assert!(Json::from(truthy.clone()).is_truthy(), "{truthy}");
        }
        assert!(Json::Float(f64::NAN).is_truthy());
    }
}
