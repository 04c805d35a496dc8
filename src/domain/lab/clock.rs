//! Freezing and moving the clock ([`crate::model::clock`]).

pub use crate::model::clock::{follow_system, read};

use crate::{
    domain::{Error, Form, Result},
    model::{
        Json, Timestamp,
        clock::{self, ClockReading},
    },
};

/// The fields of a change, in the order in which they apply.
const FIELDS: [&str; 3] = ["set", "advance", "freeze"];

/// Sets the clock to a date, advances it, and freezes it or lets it run, as far as `form` says. Returns what it shows then.
///
/// Errors: `Invalid`, and nothing has changed.
pub fn change(form: &Form) -> Result<ClockReading> {
    if let Some(name) = form.names().find(|name| !FIELDS.contains(name)) {
        let detail = format!("Unknown field '{name}'. Send set, advance or freeze.");
        return Err(Error::request(detail));
    }
    if form.is_empty() {
        return Err(Error::request("Send set, advance or freeze."));
    }
    let date = form.field("set").text(None)?.not_null("set")?;
    let date = date.map(|text| parse_date(&text)).transpose()?;
    let advance = form.raw("advance").map(parse_span).transpose()?;
    let freeze = form.field("freeze").boolean()?.not_null("freeze")?;
    clock::update(|before| {
        let now = date.unwrap_or(before.now).0;
        let now = now.checked_add(advance.unwrap_or(0)).map(Timestamp);
        let field = if advance.is_some() { "advance" } else { "set" };
        let out_of_range = || {
            let detail = "The clock can show 1970-01-01T00:00:00Z to 9999-01-01T00:00:00Z.";
            Error::field(field, "invalid_input", detail)
        };
        Ok(ClockReading {
            now: now
                .filter(|now| clock::can_show(*now))
                .ok_or_else(out_of_range)?,
            frozen: freeze.unwrap_or(before.frozen),
        })
    })
}

fn parse_date(text: &str) -> Result<Timestamp> {
    let expected = "Enter an instant such as 2026-01-02T03:04:05Z.";
    let parsed = text.parse();
    parsed.map_err(|_| Error::field("set", "invalid_input", expected))
}

/// Converts a number of seconds, or a text such as `1h30m`, to microseconds.
fn parse_span(sent: &Json) -> Result<i64> {
    let micros = match sent {
        Json::Int(_) | Json::Float(_) => seconds(&sent.python_text()),
        Json::Text(text) => seconds(&text.value).or_else(|| units(&text.value)),
        _ => None,
    };
    let expected = "Enter a number of seconds, or a time such as 1h30m, 90s or -2d; the units are d, h, m, s and ms.";
    micros.ok_or_else(|| Error::field("advance", "invalid_input", expected))
}

/// Converts a decimal number of seconds to microseconds.
fn seconds(text: &str) -> Option<i64> {
    let micros = text.parse::<f64>().ok()? * 1e6;
    (micros.abs() < 1e18).then_some(micros.round() as i64)
}

/// Converts whole numbers, each with its unit, to microseconds. A minus sign counts for all of them.
fn units(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut sum = 0i64;
    loop {
        let unit = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let (digits, after) = rest.split_at(unit);
        let next = after.find(|letter: char| letter.is_ascii_digit());
        let (unit, after) = after.split_at(next.unwrap_or(after.len()));
        let micros = match unit {
            "d" => 86_400_000_000,
            "h" => 3_600_000_000,
            "m" => 60_000_000,
            "s" => 1_000_000,
            "ms" => 1_000,
            _ => return None,
        };
        let count: i64 = digits.parse().ok()?;
        sum = sum.checked_add(count.checked_mul(micros)?)?;
        if after.is_empty() {
            return Some(sign * sum);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_seconds_or_numbers_with_units() {
        let parse = |json: Json| parse_span(&json).ok();
        for (text, micros) in [
            ("90s", Some(90_000_000)),
            ("1h30m", Some(5_400_000_000)),
            ("1d1ms", Some(86_400_001_000)),
            ("-2h", Some(-7_200_000_000)),
            ("1.5", Some(1_500_000)),
            ("-3", Some(-3_000_000)),
            ("", None),
            ("-", None),
            ("h", None),
            ("1", Some(1_000_000)),
            ("1h30", None),
            ("1h 30m", None),
            ("1.5h", None),
            ("1w", None),
            ("1µ", None),
            ("--1s", None),
            ("nan", None),
            ("inf", None),
            ("99999999999999999999s", None),
            ("9223372036854775807d", None),
        ] {
            assert_eq!(parse(text.into()), micros, "{text}");
        }
        assert_eq!(parse(Json::Int("60".into())), Some(60_000_000));
        assert_eq!(parse(Json::Int("9".repeat(400))), None);
        assert_eq!(parse(Json::Float(0.0000015)), Some(2));
        assert_eq!(parse(Json::Float(f64::NAN)), None);
        assert_eq!(parse(Json::Bool(true)), None);
    }
}
