//! Why a text is not JSON, in Python's words.
use super::MAX_DEPTH;

/// Python refuses to convert longer integers.
pub const MAX_DIGITS: usize = 4300;

/// Why a text is not JSON.
pub enum Problem {
    /// These words, then the place: a byte offset.
    At(&'static str, usize),
    /// An integer of so many digits.
    TooManyDigits(usize),
    /// More containers within each other than are allowed; where the first one too many opens.
    TooDeep(usize),
}

impl Problem {
    /// The message; lines and columns count characters from 1, `char` from 0.
    pub fn describe(&self, text: &str) -> String {
        match *self {
            Problem::At(words, at) => format!("{words}: {}", place(text, at)),
            Problem::TooManyDigits(digits) => format!(
                "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has {digits} digits; \
                 use sys.set_int_max_str_digits() to increase the limit"
            ),
            Problem::TooDeep(at) => {
                format!(
                    "Nested more than {MAX_DEPTH} levels deep: {}",
                    place(text, at)
                )
            }
        }
    }
}

fn place(text: &str, at: usize) -> String {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before[line_start..].chars().count() + 1;
    format!(
        "line {line} column {column} (char {})",
        before.chars().count()
    )
}
