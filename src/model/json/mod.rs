//! A JSON parser that behaves like Python's `json` module: as lenient, and with the same error messages, which the API returns
//! to clients.
//!
//! `serde_json` cannot be used for that: it rejects `NaN`, cannot represent integers beyond 64 bits or lone surrogates, and its
//! errors differ in text and position. The parser is part of the model because query strings and form fields, which the domain
//! reads, contain JSON too.
//!
//! A text may have [`MAX_DEPTH`] levels and about 1.5 million values; [`weigh`] bounds the memory it will take before any of it
//! is parsed.

mod container;
mod error;
mod python;
mod scan;
#[cfg(test)]
mod tests;
mod value;
mod weight;

pub use value::{Json, Text};
pub use weight::weigh;

use std::borrow::Cow;

/// The deepest nesting of arrays and objects.
pub const MAX_DEPTH: usize = 1000;

/// Parses a body in UTF-8.
///
/// Errors: what follows `JSON parse error - ` in the response's detail, such as `Expecting value: line 1 column 1 (char 0)`.
pub fn parse(body: &[u8]) -> Result<Json, String> {
    parse_with(body, None)
}

/// Parses a body whose `Content-Type` has this `charset`: Latin-1, or else UTF-8.
pub fn parse_with(body: &[u8], charset: Option<&str>) -> Result<Json, String> {
    weight::check(body)?;
    let text = match charset {
        Some(name) if is_latin1(name) => body.iter().map(|&byte| char::from(byte)).collect(),
        _ => Cow::Borrowed(utf8(body)?),
    };
    scan::document(&text).map_err(|error| error.describe(&text))
}

fn is_latin1(charset: &str) -> bool {
    let name = charset.trim().to_ascii_lowercase().replace('_', "-");
    matches!(
        &*name,
        "latin-1" | "latin1" | "l1" | "iso-8859-1" | "iso8859-1"
    )
}

/// Decodes UTF-8. Errors: in the words of Python, whose decoder stops at the same positions as Rust's.
fn utf8(body: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(body).map_err(|error| {
        let start = error.valid_up_to();
        let length = error.error_len().unwrap_or(body.len() - start);
        let reason = match (error.error_len(), body[start]) {
            (None, _) => "unexpected end of data",
            (_, 0xc2..=0xf4) => "invalid continuation byte",
            _ => "invalid start byte",
        };
        match length {
            1 => format!(
                "'utf-8' codec can't decode byte 0x{:02x} in position {start}: {reason}",
                body[start]
            ),
            _ => format!(
                "'utf-8' codec can't decode bytes in position {start}-{}: {reason}",
                start + length - 1
            ),
        }
    })
}
