//! Converting one value to a text, a boolean, or a number.

use std::borrow::Cow;

use crate::{
    domain::{Error, Result},
    model::{Json, Text},
};

/// The error for a field that may not be null.
pub fn null(name: impl Into<Cow<'static, str>>) -> Error {
    Error::field(name, "null", "This field may not be null.")
}

/// Converts `value` to trimmed text of at most `longest` characters, not empty unless `blank`. Errors: `Invalid`.
pub fn text(
    name: Cow<'static, str>,
    value: &Json,
    blank: bool,
    longest: Option<usize>,
) -> Result<String> {
    let (sent, surrogate) = match value {
        Json::Text(Text { value, surrogate }) => (value.clone(), *surrogate),
        Json::Int(_) | Json::Float(_) => (value.python_text(), None),
        _ => return Err(Error::field(name, "invalid_input", "Not a valid string.")),
    };
    let text = trim(&sent);
    if text.is_empty() && !blank {
        return Err(Error::field(name, "blank", "This field may not be blank."));
    }
    if let Some(longest) = longest.filter(|longest| text.chars().count() > *longest) {
        let detail = format!("Ensure this field has no more than {longest} characters.");
        return Err(Error::field(name, "max_length", detail));
    }
    if text.contains('\0') {
        return Err(Error::field(
            name,
            "null_characters_not_allowed",
            "Null characters are not allowed.",
        ));
    }
    if let Some(code) = surrogate {
        let detail = format!("Surrogate characters are not allowed: U+{code:X}.");
        return Err(Error::field(
            name,
            "surrogate_characters_not_allowed",
            detail,
        ));
    }
    Ok(text.to_owned())
}

/// Removes white space from both ends of `text`, as Python defines it: Unicode's, and U+001C to U+001F.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|letter: char| {
        letter.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&letter)
    })
}

/// Converts `value` to a boolean; `None` if it is not one of the framework's spellings.
pub fn boolean(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(value) => Some(*value),
        Json::Int(digits) if digits == "1" => Some(true),
        Json::Int(digits) if digits == "0" => Some(false),
        Json::Float(number) if *number == 1.0 => Some(true),
        Json::Float(number) if *number == 0.0 => Some(false),
        Json::Text(text) => match text.value.to_ascii_lowercase().as_str() {
            "t" | "y" | "yes" | "true" | "on" | "1" => Some(true),
            "f" | "n" | "no" | "false" | "off" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Converts `value`, a number or its text, to the id of a row. Returns 0, which no row has, for null. Errors: `Invalid` with
/// code `incorrect_type`, or `does_not_exist` for a number that is too large for a row.
pub fn pk(name: &'static str, value: &Json) -> Result<i64> {
    let digits = match value {
        Json::Null => return Ok(0),
        Json::Int(digits) => Some(digits.as_str()),
        Json::Text(text) => Some(text.value.trim()),
        _ => None,
    };
    let is_number = |digits: &&str| {
        let unsigned = digits.strip_prefix('-').unwrap_or(digits);
        !unsigned.is_empty() && unsigned.bytes().all(|digit| digit.is_ascii_digit())
    };
    match digits.filter(is_number) {
        Some(digits) => digits.parse().map_err(|_| Error::no_row(name, digits)),
        None => {
            let detail = format!(
                "Incorrect type. Expected pk value, received {}.",
                value.kind()
            );
            Err(Error::field(name, "incorrect_type", detail))
        }
    }
}

/// Converts `value` to a whole number. Numbers outside the range of `i64` are clamped to it. Errors: `Invalid`.
pub fn integer(name: &'static str, value: &Json) -> Result<i64> {
    let digits = digits(name, value)?;
    let clamped = match digits.starts_with('-') {
        true => i64::MIN,
        false => i64::MAX,
    };
    Ok(digits.parse().unwrap_or(clamped))
}

/// Converts `value` to the digits of a whole number of any size, after a `-` if it is negative. Errors: `Invalid`.
pub fn digits(name: &'static str, value: &Json) -> Result<String> {
    let invalid = || Error::field(name, "invalid_input", "A valid integer is required.");
    let text = match value {
        Json::Text(text) if text.value.chars().count() > 1000 => {
            return Err(Error::field(
                name,
                "max_string_length",
                "String value too large.",
            ));
        }
        Json::Int(_) | Json::Float(_) | Json::Text(_) => value.python_text(),
        _ => return Err(invalid()),
    };
    let text = trim(&text);
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|digit| digit == b'0') => whole,
        _ => text,
    };
    let digits = whole.strip_prefix(['+', '-']).unwrap_or(whole);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(invalid());
    }
    Ok(match digits.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits if whole.starts_with('-') => format!("-{digits}"),
        digits => digits.to_owned(),
    })
}
