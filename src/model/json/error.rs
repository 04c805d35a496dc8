//! Syntax errors, in the words of Python.

use super::MAX_DEPTH;

/// The longest integer that Python converts.
pub const MAX_DIGITS: usize = 4300;

/// Why a text is not JSON.
pub enum SyntaxError {
    /// A message and a byte offset.
    At(&'static str, usize),
    /// An integer with this many digits.
    TooManyDigits(usize),
    /// Nesting beyond [`MAX_DEPTH`], with the byte offset at which it begins.
    TooDeep(usize),
}

impl SyntaxError {
    /// The message. Lines and columns count characters from 1, `char` from 0.
    pub fn describe(&self, text: &str) -> String {
        match *self {
            SyntaxError::At(message, at) => format!("{message}: {}", position(text, at)),
            SyntaxError::TooManyDigits(digits) => format!(
                "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has {digits} digits; \
                 use sys.set_int_max_str_digits() to increase the limit"
            ),
            SyntaxError::TooDeep(at) => {
                format!(
                    "Nested more than {MAX_DEPTH} levels deep: {}",
                    position(text, at)
                )
            }
        }
    }
}

fn position(text: &str, at: usize) -> String {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before[line_start..].chars().count() + 1;
    format!(
        "line {line} column {column} (char {})",
        before.chars().count()
    )
}
