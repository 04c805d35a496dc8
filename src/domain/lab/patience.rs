//! How long a request may wait for what it asks for.

use std::time::{Duration, Instant};

use crate::domain::{Error, Form, Result};

/// The longest time.
const LONGEST: Duration = Duration::from_secs(60);

/// How many items a list is waited for, and until when.
#[derive(Clone, Copy)]
pub struct Enough {
    pub count: i64,
    pub deadline: Instant,
}

impl Enough {
    /// Reads the fields `wait` and `count`, by default 1, of the query of a list that has at most `most` items; `None` without
    /// `wait`.
    pub fn read(query: &Form, most: usize) -> Result<Option<Enough>> {
        let Some(time) = read(query)? else {
            return Ok(None);
        };
        let count = query.field("count").optional();
        let count = count.integer_in(1..=most as i64)?.value().unwrap_or(1);
        let deadline = Instant::now() + time;
        Ok(Some(Enough { count, deadline }))
    }
}

/// The time in the field `wait`, such as `5s` or `500ms`; `None` if it was not sent.
///
/// Errors: `Invalid` for anything else, and for more than a minute.
pub fn read(form: &Form) -> Result<Option<Duration>> {
    let invalid = |code, detail| Err(Error::field("wait", code, detail));
    let Some(text) = form.field("wait").optional().text(None)?.value() else {
        return Ok(None);
    };
    let Some(time) = parse(&text) else {
        return invalid("invalid_input", "Expected a time such as 5s or 500ms.");
    };
    if time > LONGEST {
        return invalid("max_value", "Waits take at most 60s.");
    }
    Ok(Some(time))
}

fn parse(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let count: u32 = digits.parse().ok()?;
    match &text[digits.len()..] {
        "ms" => Some(Duration::from_millis(count.into())),
        "s" => Some(Duration::from_secs(count.into())),
        "m" => Some(Duration::from_secs(u64::from(count) * 60)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit() {
        for (text, millis) in [
            ("0s", Some(0)),
            ("500ms", Some(500)),
            ("5s", Some(5000)),
            ("1m", Some(60_000)),
            ("5", None),
            ("", None),
            ("s", None),
            ("-1s", None),
            ("1.5s", None),
            ("5 s", None),
            ("5h", None),
            ("99999999999s", None),
        ] {
            assert_eq!(parse(text), millis.map(Duration::from_millis), "{text}");
        }
    }
}
