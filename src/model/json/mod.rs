//! JSON as clients send it: read as Python's `json` module does, with the same leniency and the same words when it cannot.
//!
//! It stands on this floor because query strings and form fields hold JSON too, and the domain reads those.

mod open;
mod problem;
mod python;
mod scan;
#[cfg(test)]
mod tests;
mod value;
mod weight;

pub use value::*;
pub use weight::weigh;

use std::borrow::Cow;

/// How many arrays and objects may stand within each other.
pub const MAX_DEPTH: usize = 1000;

/// The value of a body in UTF-8.
///
/// Errors: what follows `JSON parse error - ` in the answer's detail, such as `Expecting value: line 1 column 1 (char 0)`.
pub fn parse(body: &[u8]) -> Result<Json, String> {
    parse_with(body, None)
}

/// The same for a body whose `Content-Type` names a `charset`: Latin-1 is read as such, anything else as UTF-8.
pub fn parse_with(body: &[u8], charset: Option<&str>) -> Result<Json, String> {
    weight::check(body)?;
    let text = match charset {
        Some(name) if is_latin1(name) => body.iter().map(|&byte| char::from(byte)).collect(),
        _ => Cow::Borrowed(utf8(body)?),
    };
    scan::document(&text).map_err(|problem| problem.describe(&text))
}

fn is_latin1(charset: &str) -> bool {
    let name = charset.trim().to_ascii_lowercase().replace('_', "-");
    matches!(
        &*name,
        "latin-1" | "latin1" | "l1" | "iso-8859-1" | "iso8859-1"
    )
}

/// Python's decoder stops at the same places as Rust's, and tells them in these words.
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
