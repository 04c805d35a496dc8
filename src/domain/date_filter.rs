//! Parsing the dates in filters of lists: absolute (`2025-04-23`, `2025-04-23T10:00:00Z`) or relative (`-7d`, `-1mStart`).

use time::{
    Date, Duration, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset,
    format_description::BorrowedFormatItem, macros::format_description,
};

use super::{Error, Form, Result};
use crate::model::Timestamp;

/// The accepted formats of a date with a time. Seconds are optional.
const FORMATS: [&[BorrowedFormatItem]; 2] = [
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond]"),
    format_description!("[year]-[month]-[day]T[hour]:[minute][optional [:[second]]]"),
];
const DAY: &[BorrowedFormatItem] = format_description!("[year]-[month]-[day]");
const OFFSET: &[BorrowedFormatItem] =
    format_description!("[offset_hour sign:mandatory]:[offset_minute]");

/// Reads the parameter `name` of `query`; `None` if it was not sent or is empty. Errors: `Invalid` for a malformed date.
pub fn read(query: &Form, name: &'static str, now: Timestamp) -> Result<Option<Timestamp>> {
    let Some(text) = query.field(name).nullable().text(None)?.value() else {
        return Ok(None);
    };
    let detail = "Enter a date such as 2025-04-23 or -7d.";
    let wrong = || Error::field(name, "invalid_input", detail);
    parse(&text, now).ok_or_else(wrong).map(Some)
}

/// Parses `text`; `None` if it is malformed or outside the supported range.
///
/// A date without a time is its first instant; a time without an offset is UTC. A relative date is an optional `-`, a number
/// and a unit (`h`, `d`, `w`, `m` for months, `q`, `y`), and always lies before `now`. A trailing `Start` or `End` selects the
/// first or last instant of that unit.
pub fn parse(text: &str, now: Timestamp) -> Option<Timestamp> {
    absolute(text)
        .or_else(|| relative(text, now))
        .map(Timestamp::from)
}

fn absolute(text: &str) -> Option<OffsetDateTime> {
    if let Ok(day) = Date::parse(text, DAY) {
        return Some(day.midnight().assume_utc());
    }
    let text = text.replacen(' ', "T", 1);
    let (text, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(rest) => (rest, UtcOffset::UTC),
        None => match text
            .len()
            .checked_sub(6)
            .and_then(|at| text.split_at_checked(at))
        {
            Some((rest, tail)) if tail.starts_with(['+', '-']) && rest.contains('T') => {
                (rest, UtcOffset::parse(tail, OFFSET).ok()?)
            }
            _ => (&*text, UtcOffset::UTC),
        },
    };
    let parsed = FORMATS
        .iter()
        .find_map(|format| PrimitiveDateTime::parse(text, format).ok());
    parsed.map(|time| time.assume_offset(offset))
}

fn relative(text: &str, now: Timestamp) -> Option<OffsetDateTime> {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = rest.split_at(digits);
    let number: i32 = if number.is_empty() {
        0
    } else {
        number.parse().ok()?
    };
    let unit = rest.chars().next()?;
    let position = &rest[unit.len_utf8()..];
    let now = OffsetDateTime::from_unix_timestamp_nanos(i128::from(now.0) * 1_000).ok()?;
    let then = match unit {
        'h' => now.checked_sub(Duration::hours(number.into()))?,
        'd' => now.checked_sub(Duration::days(number.into()))?,
        'w' => now.checked_sub(Duration::weeks(number.into()))?,
        'm' => months_back(now, number)?,
        'q' => months_back(now, number.checked_mul(3)?)?,
        'y' => months_back(now, number.checked_mul(12)?)?,
        _ => return None,
    };
    match position {
        "" => Some(then),
        "Start" => start_of(unit, then),
        "End" => {
            let next = match unit {
                'h' => then.checked_add(Duration::HOUR)?,
                'd' => then.checked_add(Duration::DAY)?,
                'w' => then.checked_add(Duration::WEEK)?,
                'm' => months_back(then, -1)?,
                'q' => months_back(then, -3)?,
                _ => months_back(then, -12)?,
            };
            start_of(unit, next)?.checked_sub(Duration::MICROSECOND)
        }
        _ => None,
    }
}

/// The same day and time `count` months earlier; the last day of the month if it is shorter.
fn months_back(time: OffsetDateTime, count: i32) -> Option<OffsetDateTime> {
    let month = time.year() * 12 + i32::from(u8::from(time.month())) - 1;
    let month = month.checked_sub(count)?;
    let (year, month) = (
        month.div_euclid(12),
        Month::try_from(month.rem_euclid(12) as u8 + 1).ok()?,
    );
    let day = time.day().min(month.length(year));
    Some(time.replace_date(Date::from_calendar_date(year, month, day).ok()?))
}

fn start_of(unit: char, time: OffsetDateTime) -> Option<OffsetDateTime> {
    let date = match unit {
        'h' => return Some(time.replace_time(Time::from_hms(time.hour(), 0, 0).ok()?)),
        'd' => time.date(),
        'w' => time.date().checked_sub(Duration::days(
            time.weekday().number_days_from_monday().into(),
        ))?,
        'm' => time.date().replace_day(1).ok()?,
        'q' => {
            let first = (u8::from(time.month()) - 1) / 3 * 3 + 1;
            Date::from_calendar_date(time.year(), Month::try_from(first).ok()?, 1).ok()?
        }
        _ => Date::from_calendar_date(time.year(), Month::January, 1).ok()?,
    };
    Some(date.midnight().assume_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result of parsing `text` on Thursday, 31 July 2025, at 10:20:30.5.
    fn parsed(text: &str) -> String {
        let now = Timestamp(1_753_957_230_500_000);
        assert_eq!(now.to_string(), "2025-07-31T10:20:30.500000Z");
        parse(text, now).map_or("none".into(), |time| time.to_string())
    }

    #[test]
    fn absolute_dates_are_utc_unless_they_say_otherwise() {
        assert_eq!(parsed("2025-04-23"), "2025-04-23T00:00:00Z");
        assert_eq!(parsed("2025-04-23T10:11"), "2025-04-23T10:11:00Z");
        assert_eq!(parsed("2025-04-23 10:11:12Z"), "2025-04-23T10:11:12Z");
        assert_eq!(
            parsed("2025-04-23T10:11:12.5+02:00"),
            "2025-04-23T08:11:12.500000Z"
        );
        assert_eq!(parsed("2025-04-23T10:11:12-05:30"), "2025-04-23T15:41:12Z");
    }

    #[test]
    fn relative_dates_go_back_from_now() {
        assert_eq!(parsed("-7d"), "2025-07-24T10:20:30.500000Z");
        assert_eq!(parsed("3h"), "2025-07-31T07:20:30.500000Z");
        assert_eq!(parsed("-2w"), "2025-07-17T10:20:30.500000Z");
        assert_eq!(parsed("-1m"), "2025-06-30T10:20:30.500000Z");
        assert_eq!(parsed("-1q"), "2025-04-30T10:20:30.500000Z");
        assert_eq!(parsed("-1y"), "2024-07-31T10:20:30.500000Z");
        assert_eq!(parsed("dStart"), "2025-07-31T00:00:00Z");
        assert_eq!(parsed("-1dEnd"), "2025-07-30T23:59:59.999999Z");
        assert_eq!(parsed("-1hStart"), "2025-07-31T09:00:00Z");
        assert_eq!(parsed("wStart"), "2025-07-28T00:00:00Z");
        assert_eq!(parsed("-1mStart"), "2025-06-01T00:00:00Z");
        assert_eq!(parsed("-1mEnd"), "2025-06-30T23:59:59.999999Z");
        assert_eq!(parsed("-1qStart"), "2025-04-01T00:00:00Z");
        assert_eq!(parsed("yEnd"), "2025-12-31T23:59:59.999999Z");
    }

    #[test]
    fn malformed_dates_are_rejected() {
        let wrong = [
            "",
            "-",
            "soon",
            "-7",
            "7x",
            "-7dd",
            "2025-13-01",
            "2025-04-23T",
            "2025-04-23T25:00",
            "é",
            "-é",
            "99999-01-01",
            "+é:00",
        ];
        for text in wrong.into_iter().chain([
            "-99999999999d",
            "-2000000000y",
            "-2000000000h",
            "-9999999d",
            "2025-04-23T10:11éé:00",
        ]) {
            assert_eq!(parsed(text), "none", "{text}");
        }
    }
}
