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

pub use value::{Json, Text, member};
pub use weight::weigh;

use super::Charset;

/// The deepest nesting of arrays and objects.
pub const MAX_DEPTH: usize = 1000;

/// Parses a body in UTF-8.
///
/// Errors: what follows `JSON parse error - ` in the response's detail, such as `Expecting value: line 1 column 1 (char 0)`.
pub fn parse(body: &[u8]) -> Result<Json, String> {
    weight::check(body)?;
    parse_text(&Charset::Utf8.decode(body)?)
}

/// Parses a decoded text, whose weight has been checked.
///
/// Errors: as for [`parse`].
pub fn parse_text(text: &str) -> Result<Json, String> {
    scan::document(text).map_err(|error| error.describe(text))
}
