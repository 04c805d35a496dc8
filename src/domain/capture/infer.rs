//! The type of a property, inferred from one value (`ingestion.md` 7).

use time::{
    OffsetDateTime,
    format_description::well_known::{Rfc2822, Rfc3339},
};

use super::Datum;
use crate::model::PropertyType;

/// How far in the past a number may lie to be taken for a Unix time: half a year, in seconds.
const RECENT: i64 = 15_768_000;

/// Words in a key that suggest a date.
const DATE_WORDS: [&str; 6] = ["time", "date", "_at", "-at", "createdat", "updatedat"];

/// The type that `value` gives the property `key`, if any. `now` is in seconds since 1970.
pub fn infer(key: &str, value: &Datum, now: i64) -> Option<PropertyType> {
    if is_always_text(key) {
        return Some(PropertyType::String);
    }
    match value {
        // For keys that suggest a date the reference looks for an untrimmed date first: for strings the result is the same.
        Datum::Text(text) => Some(match text.trim() {
            "true" | "false" | "TRUE" | "FALSE" => PropertyType::Boolean,
            text if is_date(text) => PropertyType::DateTime,
            _ => PropertyType::String,
        }),
        Datum::Whole(number) if is_recent(*number, now) && suggests_date(key) => {
            Some(PropertyType::DateTime)
        }
        Datum::Whole(_) | Datum::Number => Some(PropertyType::Numeric),
        Datum::Boolean(_) => Some(PropertyType::Boolean),
        Datum::Null | Datum::List | Datum::Object => None,
    }
}

/// Whether [`infer`] returns a type. Much cheaper than finding out which.
pub fn has_type(key: &str, value: &Datum) -> bool {
    !matches!(value, Datum::Null | Datum::List | Datum::Object) || is_always_text(key)
}

/// Campaign parameters, survey responses and flags are strings, whatever is sent.
fn is_always_text(key: &str) -> bool {
    starts_with(key, "utm_")
        || key.starts_with('$')
            && (starts_with(key, "$feature/")
                || starts_with(key, "$initial_utm_")
                || starts_with(key, "$survey_response")
                || key.eq_ignore_ascii_case("$feature_flag_response"))
}

/// Ignores case. ASCII is enough: no other letter becomes one of these in lower case.
fn starts_with(key: &str, prefix: &str) -> bool {
    let start = key.as_bytes().get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

fn suggests_date(key: &str) -> bool {
    let key = key.as_bytes();
    DATE_WORDS.iter().any(|word| {
        let mut places = key.windows(word.len());
        places.any(|place| place.eq_ignore_ascii_case(word.as_bytes()))
    })
}

fn is_recent(number: u64, now: i64) -> bool {
    i64::try_from(number).map_or(true, |number| number >= now.saturating_sub(RECENT))
}

fn is_date(text: &str) -> bool {
    is_date_like(text.as_bytes()) || is_rfc_3339(text) || is_rfc_2822(text)
}

/// Only those with a lower-case `t`: all others are date-like.
fn is_rfc_3339(text: &str) -> bool {
    text.as_bytes().get(10) == Some(&b't') && OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

/// Stricter than the library, which also accepts line ends, comments, and any day of the week.
fn is_rfc_2822(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ", :+-".contains(letter);
    if !text.contains(':') || !text.chars().all(plain) {
        return false;
    }
    let parsed = OffsetDateTime::parse(text, &Rfc2822);
    parsed.is_ok_and(|instant| match text.split_once(',') {
        Some((day, _)) => starts_with(&instant.weekday().to_string(), day),
        None => true,
    })
}

/// `2026-01-02` or `01-02-2026`, with `/` or `-`, alone or before a time of day to the second and anything after it.
/// Months and days are only checked digit by digit.
fn is_date_like(text: &[u8]) -> bool {
    let fits = |shape: &[u8]| {
        text.len() >= shape.len()
            && text
                .iter()
                .zip(shape)
                .all(|(byte, shape)| is(*byte, *shape))
    };
    const TIME: &[u8] = b" 29:69:69";
    match text.len() {
        10 => fits(b"9999-29-39") || fits(b"29-39-9999"),
        _ => {
            let rest = text.get(10..19).unwrap_or_default();
            let is_timed = rest.len() == TIME.len()
                && rest.iter().zip(TIME).all(|(byte, shape)| is(*byte, *shape));
            // In the reference's pattern the dot does not match a line feed.
            is_timed && !text[19..].contains(&b'\n') && (fits(b"9999-29-39") || fits(b"29-39-9999"))
        }
    }
}

/// Whether `byte` matches `shape`: a digit stands for any up to itself, `-` also for `/`, a blank also for `T`.
fn is(byte: u8, shape: u8) -> bool {
    match shape {
        b'0'..=b'9' => (b'0'..=shape).contains(&byte),
        b'-' => b"/-".contains(&byte),
        b' ' => b" T".contains(&byte),
        exact => byte == exact,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PropertyType::{Boolean, DateTime, Numeric, String};

    /// 2026-11-23T03:31:54Z
    const NOW: u64 = 1_795_404_714;

    fn of(key: &str, json: &str) -> Option<PropertyType> {
        infer(key, &serde_json::from_str(json).unwrap(), NOW as i64)
    }

    #[test]
    fn dates_are_distinguished_from_other_strings() {
        for date in [
            "2026-01-02",
            "2026/01/02",
            "01-02-2026",
            "12/31/2026",
            "2026-13-12",
            "2026-01/02",
            "2026-01-02T03:04:05",
            "2026-01-02 03:04:05.123",
            "2026-01-02T03:04:05 anything",
            "2026-01-02T03:04:05Z",
            "2026-01-02t03:04:05Z",
            "2026-01-02 03:04:05+01:00",
            "12/13/2023T15:45:30",
            "2023-13-12T15:45:30",
            "21 Nov 2025 09:55:06 +0000",
            "Fri, 21 Nov 2025 09:55:06 +0000",
            "Fri, 21 Nov 2025 09:55:06 GMT",
            "Tue, 1 Jul 2003 10:52:37 +0200",
        ] {
            let json = serde_json::to_string(date).unwrap();
            assert_eq!(of("when", &json), Some(DateTime), "{date}");
            assert_eq!(of("created_at", &json), Some(DateTime), "{date}");
        }
        for other in [
            "31/12/2026",
            "2026-31-12",
            "2026-01-02T03:04",
            "2023-12-13 15:45",
            "2026-01-02T3:04:05Z",
            "2026-1-2",
            "20260102",
            "2026-01",
            "2026-01-02x",
            "2026-02-30t03:04:05Z",
            "15:45:30",
            "Thu, 21 Nov 2025 09:55:06 +0000",
            "Fri Nov 21 2025 09:55:06 GMT+0000 (Coordinated Universal Time)",
            "2026-01-02T03:04:05\nZ",
            "",
            "not a date",
            "äöü-äö-äö",
        ] {
            let json = serde_json::to_string(other).unwrap();
            assert_eq!(of("when", &json), Some(String), "{other}");
            assert_eq!(of("created_at", &json), Some(String), "{other}");
        }
    }

    #[test]
    fn types_are_inferred_from_key_and_value() {
        let (seconds, millis) = (NOW.to_string(), (NOW * 1000).to_string());
        let old = (NOW - 15_768_001).to_string();
        let float = format!("{NOW}.5");
        for (key, json, expected) in [
            ("count", "\"5\"", Some(String)),
            ("flag", "\"True\"", Some(String)),
            ("flag", "\"TRUE\"", Some(Boolean)),
            ("flag", "\" false \"", Some(Boolean)),
            ("utm_term", "null", Some(String)),
            ("utm_content", "12345", Some(String)),
            ("gclid", "null", None),
            ("$session_entry_utm_source", "123", Some(Numeric)),
            ("created_at", "1639400730", Some(Numeric)),
            ("created_at", &seconds, Some(DateTime)),
            ("created_at", &millis, Some(DateTime)),
            ("created_at", &old, Some(Numeric)),
            ("last-seen-at", &seconds, Some(DateTime)),
            ("CREATEDAT", &seconds, Some(DateTime)),
            ("created_at", "18446744073709551615", Some(DateTime)),
            ("created_at", "18446744073709551616", Some(Numeric)),
            ("created_at", "-1", Some(Numeric)),
            ("created_at", &float, Some(Numeric)),
            ("created_at", "null", None),
            ("created_at", "true", Some(Boolean)),
            ("$time", "1795405514.401", Some(Numeric)),
            ("candidate_salary", "5000000000", Some(DateTime)),
            ("update_count", "7", Some(Numeric)),
            ("hedgehogs", &seconds, Some(Numeric)),
            ("timestamp", "\"15:45:30\"", Some(String)),
            ("signup_date", "\"true\"", Some(Boolean)),
            ("when", "\" 2026-01-02 \"", Some(DateTime)),
            ("UTM_Source", "[]", Some(String)),
            ("$FEATURE/x", "{}", Some(String)),
            ("$feature_flag_response", "true", Some(String)),
            ("$feature_flag_response_", "true", Some(Boolean)),
            ("$survey_response_2", "7", Some(String)),
            ("$initial_utm_x", "7", Some(String)),
            ("initial_utm_x", "7", Some(Numeric)),
            ("$feature_enrollment/x", "true", Some(Boolean)),
            ("$active_feature_flags", "[\"a\"]", None),
            ("nested", "{\"a\": 1}", None),
            ("$geoip_disable", "true", Some(Boolean)),
        ] {
            assert_eq!(of(key, json), expected, "{key}: {json}");
            let value = serde_json::from_str(json).unwrap();
            assert_eq!(has_type(key, &value), expected.is_some(), "{key}: {json}");
        }
    }
}
