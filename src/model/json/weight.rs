//! An upper bound of the memory that a parsed text takes, computed before it is parsed.

use memchr::memchr2;

use super::MAX_DEPTH;

/// The most values of a text, not counting keys. Large query results fit: forty series of ten thousand points with labels and
/// days are 1.2 million.
pub const MAX_VALUES: usize = 1_500_000;

/// The memory of one value or key, in bytes: a slot of 32 in a list with up to as much spare capacity, and an allocation of
/// 32.
const VALUE: usize = 96;

/// The most bytes of memory that parsing `text` takes, the text itself not counted.
///
/// Errors: if it has more than [`MAX_VALUES`] values, in the form of [`parse`](super::parse).
pub fn weigh(text: &[u8]) -> Result<usize, String> {
    let (values, keys) = count(text);
    match values > MAX_VALUES {
        true => Err(format!("More than {MAX_VALUES} values")),
        false => Ok((values + keys) * VALUE + 2 * text.len()),
    }
}

/// Checks only the number of values. Skips short texts, which cannot have too many.
pub fn check(text: &[u8]) -> Result<(), String> {
    match text.len() > MAX_VALUES {
        true => weigh(text).map(drop),
        false => Ok(()),
    }
}

/// At least the number of values and keys in `text`: every value but the first follows a comma or an opening bracket, and every
/// key ends in a colon. Strings are skipped. Counting stops where nesting is too deep, as the parser does.
fn count(text: &[u8]) -> (usize, usize) {
    let (mut values, mut keys, mut at, mut depth) = (1, 0, 0, 0_usize);
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'[' | b'{' if depth == MAX_DEPTH => break,
            b'[' | b'{' => {
                values += 1;
                depth += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            b':' => keys += 1,
            b'"' => at = end_of_string(text, at),
            _ => {}
        }
    }
    (values, keys)
}

/// The position after the quote that ends the string whose contents start at `at`.
fn end_of_string(text: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr2(b'"', b'\\', &text[at.min(text.len())..]) {
        match text[at + found] {
            b'"' => return at + found + 1,
            _ => at += found + 2,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_keys_are_counted_outside_strings() {
        for (text, expected) in [
            ("", (1, 0)),
            ("5", (1, 0)),
            ("[0,0]", (3, 0)),
            (r#"{"a":{"b,:[{":"\",\\"}}"#, (3, 2)),
            (r#"{"a":"\\","b":[1]}"#, (4, 2)),
            (r#"["open,"#, (2, 0)),
            (r#"["\"#, (2, 0)),
        ] {
            assert_eq!(count(text.as_bytes()), expected, "{text}");
        }
    }
}
