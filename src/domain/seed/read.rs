//! Readers for values that the bodies of the API do not have.

use std::borrow::Cow;

use uuid::Uuid;

use crate::{
    domain::{Error, Form, Result, passwords},
    model::{Json, PasswordHash, SecretHash, Timestamp},
};

/// The largest id that a file may choose: the ids generated after it fit into a JavaScript number as well.
const MAX_ID: i64 = 1_000_000_000;

/// The field `id`; zero if there is none, which the store replaces by the next free id.
pub fn id(form: &Form) -> Result<i64> {
    let id = form.field("id").nullable().integer_in(1..=MAX_ID)?;
    Ok(id.value().unwrap_or(0))
}

/// A counter; zero if there is none.
pub fn count(form: &Form, name: &'static str) -> Result<i64> {
    let count = form.field(name).nullable().integer_in(0..=MAX_ID)?;
    Ok(count.value().unwrap_or(0))
}

/// A UUID, if there is one.
pub fn uuid(form: &Form, name: &'static str) -> Result<Option<Uuid>> {
    let parse = |text: String| match Uuid::parse_str(&text) {
        Ok(uuid) => Ok(uuid),
        Err(_) => Err(invalid(name, "Must be a valid UUID.")),
    };
    text(form, name)?.map(parse).transpose()
}

/// A timestamp, if there is one.
pub fn instant(form: &Form, name: &'static str) -> Result<Option<Timestamp>> {
    let parse = |text: String| {
        let instant = text.parse();
        instant.map_err(|_| invalid(name, "Enter an instant such as 2026-01-02T03:04:05Z."))
    };
    text(form, name)?.map(parse).transpose()
}

/// A timestamp that can be null; `default` if the file does not say.
pub fn instant_or(
    form: &Form,
    name: &'static str,
    default: Option<Timestamp>,
) -> Result<Option<Timestamp>> {
    match form.raw(name) {
        None => Ok(default),
        Some(_) => instant(form, name),
    }
}

/// Letters, digits, - and _, if there are any: an id that is not a number.
pub fn word(form: &Form, name: &'static str) -> Result<Option<String>> {
    const LENGTH: usize = 400;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    match text(form, name)? {
        Some(word) if !(1..=LENGTH).contains(&word.len()) || !word.bytes().all(fits) => {
            let what = format!("must be 1 to {LENGTH} letters, digits, - and _");
            Err(invalid(name, what))
        }
        sent => Ok(sent),
    }
}

/// The SHA-256 of a key, in hexadecimal digits, if there is one.
pub fn secret_hash(form: &Form, name: &'static str) -> Result<Option<SecretHash>> {
    let parse = |text: String| {
        let mut hash = [0; 32];
        let digits = text.as_bytes();
        let is_right = digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit);
        for (byte, pair) in hash.iter_mut().zip(digits.chunks(2)) {
            let pair = std::str::from_utf8(pair).unwrap_or_default();
            *byte = u8::from_str_radix(pair, 16).unwrap_or_default();
        }
        match is_right {
            true => Ok(SecretHash(hash)),
            false => Err(invalid(name, "must be a SHA-256: 64 hexadecimal digits")),
        }
    };
    text(form, name)?.map(parse).transpose()
}

/// The hash of a password, if there is one.
pub fn password_hash(form: &Form, name: &'static str) -> Result<Option<PasswordHash>> {
    let check = |text: String| match passwords::usable(text) {
        Some(hash) => Ok(hash),
        None => {
            let what = "must be a hash that hoglet has made: $argon2id$…";
            Err(invalid(name, what))
        }
    };
    text(form, name)?.map(check).transpose()
}

/// A string, which may be empty, if there is one.
pub fn text(form: &Form, name: &'static str) -> Result<Option<String>> {
    Ok(form.field(name).nullable().blank().text(None)?.value())
}

/// A string of 1 to 400 characters, with the blanks at its ends.
pub fn name(form: &Form, name: &'static str) -> Result<String> {
    form.field(name).text(400)?.required(name)?;
    Ok(exact(form, name))
}

/// A name that events have brought: a string of at most 400 characters with the blanks at its ends. It may be empty.
pub fn captured_name(form: &Form, name: &'static str) -> Result<String> {
    form.field(name).blank().text(400)?.required(name)?;
    Ok(exact(form, name))
}

/// A string with the blanks at its ends, if there is one: unlike the API, events may bring those.
pub fn captured(
    form: &Form,
    name: &'static str,
    longest: impl Into<Option<usize>>,
) -> Result<Option<String>> {
    let sent = form.field(name).nullable().blank().text(longest)?.value();
    Ok(sent.map(|_| exact(form, name)))
}

/// The field `name`, which has been checked as a string, with the blanks at its ends.
pub fn exact(form: &Form, name: &str) -> String {
    form.raw(name)
        .map(|value| value.python_text())
        .unwrap_or_default()
}

/// The items of the list `name`, which have been checked as strings, with the blanks at their ends.
pub fn exact_items(form: &Form, name: &str) -> Vec<String> {
    match form.raw(name) {
        Some(Json::List(items)) => items.iter().map(Json::python_text).collect(),
        _ => Vec::new(),
    }
}

/// A key or a token: `prefix`, then letters, digits and characters of `also`.
pub fn token(form: &Form, name: &'static str, prefix: &str, also: &str) -> Result<Option<String>> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || also.contains(letter);
    let is_right = |text: &str| {
        let rest = text.strip_prefix(prefix).unwrap_or_default();
        !rest.is_empty() && rest.chars().all(fits)
    };
    match text(form, name)? {
        Some(text) if !is_right(&text) => {
            let others = if also.is_empty() {
                " and digits"
            } else {
                ", digits, - and _"
            };
            Err(invalid(
                name,
                format!("must be {prefix} and then letters{others}"),
            ))
        }
        sent => Ok(sent),
    }
}

/// The error of a value that breaks a rule of seed files.
pub fn invalid(field: impl Into<Cow<'static, str>>, what: impl Into<Cow<'static, str>>) -> Error {
    Error::field(field, "invalid_input", what)
}
