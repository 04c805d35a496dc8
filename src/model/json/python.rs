//! Values as Python prints them: error messages quote what was sent in this form.

use std::fmt::{self, Write};

use super::value::{Json, float_repr};

impl Json {
    /// Python's `str(value)`: a string unchanged, `True`, `None`, `100.0`, `['a', 1]`.
    pub fn python_text(&self) -> String {
        match self {
            Json::Text(text) => text.value.clone(),
            other => repr(other),
        }
    }
}

/// Python's `repr(value)`.
fn repr(value: &Json) -> String {
    let mut out = String::new();
    write_repr(&mut out, value).expect("writing to a string never fails");
    out
}

fn write_repr(out: &mut String, value: &Json) -> fmt::Result {
    match value {
        Json::Null => out.write_str("None"),
        Json::Bool(true) => out.write_str("True"),
        Json::Bool(false) => out.write_str("False"),
        Json::Int(digits) => out.write_str(digits),
        Json::Float(value) => out.write_str(&float_repr(*value)),
        Json::Text(text) => write_text_repr(out, &text.value),
        Json::List(items) => {
            out.write_char('[')?;
            for (index, item) in items.iter().enumerate() {
                out.write_str(if index > 0 { ", " } else { "" })?;
                write_repr(out, item)?;
            }
            out.write_char(']')
        }
        Json::Object(members) => {
            out.write_char('{')?;
            for (index, (key, member)) in members.iter().enumerate() {
                out.write_str(if index > 0 { ", " } else { "" })?;
                write_text_repr(out, key)?;
                out.write_str(": ")?;
                write_repr(out, member)?;
            }
            out.write_char('}')
        }
    }
}

/// Python's `repr(text)`: in single quotes unless only those occur inside; unprintable characters are escaped.
fn write_text_repr(out: &mut String, text: &str) -> fmt::Result {
    let quote = match text.contains('\'') && !text.contains('"') {
        true => '"',
        false => '\'',
    };
    out.write_char(quote)?;
    for character in text.chars() {
        match character {
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            '\\' => out.write_str("\\\\")?,
            '"' | '\'' if character == quote => write!(out, "\\{character}")?,
            '"' | '\'' => out.write_char(character)?,
            _ if is_printable(character) => out.write_char(character)?,
            _ => match u32::from(character) {
                code @ ..=0xff => write!(out, "\\x{code:02x}")?,
                code @ ..=0xffff => write!(out, "\\u{code:04x}")?,
                code => write!(out, "\\U{code:08x}")?,
            },
        }
    }
    out.write_char(quote)
}

/// Uses Rust's table, which escapes the same categories as Python's. It is asked about the character after a letter, because
/// a combining mark counts as unprintable only at the start.
fn is_printable(character: char) -> bool {
    let mut bytes = [b'a', 0, 0, 0, 0];
    character.encode_utf8(&mut bytes[1..]);
    let text = std::str::from_utf8(&bytes[..=character.len_utf8()]).unwrap_or_default();
    text.escape_debug().nth(1) == Some(character)
}
