//! When an event happened, and the forms in which clients write it (`ingestion.md` 5a).
//!
//! A timestamp is free text: the service parses RFC 3339 and then about everything that looks like a date. So after the few
//! standards that the `time` library knows, a text is read by tables of forms: a date, a time of day, a zone. Some mixtures
//! that the service does not accept are read too.
//!
//! The service reads them with the crate `dateparser`. We do not: its newest version (0.3.1) panics at an offset of 24 hours
//! or more (its issue 62, whose fix has waited since 2025), and it reads the present day from the clock, not from its caller.

use time::{
    Date, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset,
    format_description::{
        BorrowedFormatItem as Item,
        well_known::{Iso8601, Rfc2822, Rfc3339},
    },
    macros::format_description,
    parsing::Parsed,
};

use super::Event;
use crate::model::Timestamp;

/// An event that is further ahead than this happened now.
const MOST_AHEAD: i64 = 23 * 60 * 60 * 1_000_000; // microseconds

/// The first microsecond of the year 0. What lies before it is shown as the epoch.
const YEAR_ZERO: i64 = -62_167_219_200_000_000;

/// The most bytes of a text that is parsed. RFC 2822 allows comments within comments, which the library reads recursively.
const LONGEST: usize = 100;

/// When a request was received, and when its sender says that it was sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clock {
    /// When it was received.
    pub now: Timestamp,
    /// When it was sent, by the clock of its sender.
    pub sent_at: Option<Timestamp>,
}

/// When `event` happened. If the request says when it was sent, the sender's clock is put right by the difference, unless the
/// event `ignores_sent_at`. Without a timestamp that can be parsed it happened when it was received.
pub fn of(event: &Event, ignores_sent_at: bool, clock: Clock) -> Timestamp {
    let Clock { now, sent_at } = clock;
    let ahead = sent_at.filter(|_| !ignores_sent_at);
    let ahead = ahead.map_or(0, |sent_at| sent_at.0.saturating_sub(now.0));
    let sent = event.timestamp.as_deref();
    let micros = match event.offset {
        Some(offset) => now.0.saturating_sub(offset.saturating_mul(1_000)),
        None => match sent.and_then(|text| parse(text, now)) {
            Some(parsed) => parsed.0.saturating_sub(ahead),
            None => now.0,
        },
    };
    match micros {
        _ if micros.saturating_sub(now.0) > MOST_AHEAD => now,
        ..YEAR_ZERO => Timestamp(0),
        _ => Timestamp(micros),
    }
}

/// The `sent_at` of a request, which has to be ISO 8601 with an offset.
pub fn sent_at(text: &str) -> Option<Timestamp> {
    let parsed = OffsetDateTime::parse(text, &Rfc3339);
    let parsed = parsed.or_else(|_| OffsetDateTime::parse(text, &Iso8601::DEFAULT));
    parsed.ok().map(Timestamp::from)
}

/// Parses an instant; one without a zone is UTC. What it lacks is taken from `now`: the time of day, the day, the year.
pub fn parse(text: &str, now: Timestamp) -> Option<Timestamp> {
    if text.len() > LONGEST {
        return None;
    }
    if let Ok(instant) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some(instant.into());
    }
    if let Some(instant) = epoch(text) {
        return Some(instant);
    }
    if let Ok(instant) = OffsetDateTime::parse(text, &Rfc2822) {
        return Some(instant.into());
    }
    let now = OffsetDateTime::from_unix_timestamp_nanos(i128::from(now.0) * 1_000).ok()?;
    by_form(text, now).map(Timestamp::from)
}

/// Seconds, milliseconds or nanoseconds since 1970: the number of digits says which.
fn epoch(text: &str) -> Option<Timestamp> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    match text.len() {
        10 => Some(Timestamp(number * 1_000_000)),
        13 => Some(Timestamp(number * 1_000)),
        19 => Some(Timestamp(number / 1_000)),
        _ => None,
    }
}

macro_rules! form {
    ($text:tt) => {
        format_description!(version = 2, $text)
    };
}

const MONTH: Item = Item::First(form!(
    "[month repr:long case_sensitive:false][month repr:short case_sensitive:false]"
));
const DAY: Item = Item::Compound(form!("[day padding:none]"));
const YEAR: Item = Item::First(form!("[year][year repr:last_two]"));
const BLANK: Item = Item::StringLiteral(" ");
const HYPHEN: Item = Item::StringLiteral("-");
const COMMA: Item = Item::Optional(&Item::StringLiteral(","));
const DOT: Item = Item::Optional(&Item::StringLiteral("."));

/// The orders of a date. The last two hold a time of day.
const DATES: [&[Item]; 12] = [
    form!("[year]-[month]-[day]"),
    form!("[year]/[month padding:none]/[day padding:none]"),
    form!("[year].[month padding:none][optional [.[day padding:none]]]"),
    form!("[month padding:none]/[day padding:none]/[first [[year]][[year repr:last_two]]]"),
    form!("[month padding:none]-[day padding:none]-[first [[year]][[year repr:last_two]]]"),
    form!("[month padding:none].[day padding:none].[first [[year]][[year repr:last_two]]]"),
    &[YEAR, HYPHEN, MONTH, HYPHEN, DAY],
    &[DAY, BLANK, MONTH, BLANK, YEAR],
    &[MONTH, DOT, BLANK, DAY, COMMA, BLANK, YEAR],
    &[MONTH, DOT, BLANK, DAY],
    form!("[year]年[month]月[day]日[optional [[hour]时[minute]分[second]秒]]"),
    form!("[year repr:last_two][month][day] [hour]:[minute]:[second]"),
];

/// What stands between a date and a time of day.
const BETWEEN: &[Item] = form!("[first [T][t][[optional [,]] [optional [at ]]]]");

const TIMES: [&[Item]; 2] = [
    form!(
        "[hour repr:12 padding:none]:[minute][optional [:[second]]]\
         [optional [ ]][period case_sensitive:false]"
    ),
    form!(
        "[hour padding:none]:[minute]\
         [optional [:[second][optional [[first [.][,]][subsecond]]]]]"
    ),
];

const OFFSET: &[Item] =
    form!("[offset_hour sign:mandatory][optional [[optional [:]][offset_minute]]]");

/// What has been read of a text, and what is left of it.
type Partly<'t> = (Parsed, &'t [u8]);

fn read<'t>((mut parsed, rest): Partly<'t>, form: &[Item]) -> Option<Partly<'t>> {
    let rest = parsed.parse_items(rest, form).ok()?;
    Some((parsed, rest))
}

/// Tries each date, alone and with each time of day, and each time of day alone. The first that leaves only a zone counts.
fn by_form(text: &str, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let text = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let start = (Parsed::new(), text.as_bytes());
    let dates = DATES.iter().filter_map(|form| read(start, form));
    let before_time = dates.clone().filter_map(|date| read(date, BETWEEN));
    let times = before_time
        .chain([start])
        .flat_map(|date| TIMES.iter().filter_map(move |form| read(date, form)));
    dates.chain(times).find_map(|(parsed, rest)| {
        let offset = zone(str::from_utf8(rest).ok()?.trim_start())?;
        completed(parsed, now.checked_to_offset(offset)?)
    })
}

/// The instant in the zone of `now`, from which comes what has not been read.
fn completed(parsed: Parsed, now: OffsetDateTime) -> Option<OffsetDateTime> {
    let time = match parsed.minute() {
        Some(_) => Some(Time::try_from(parsed).ok()?),
        None => None,
    };
    let short = parsed.year_last_two().map(i32::from);
    let year = match parsed.year().or(short.map(full_year)) {
        Some(year) => (year >= 0).then_some(year)?,
        None => time.map(|_| now.year())?, // `May 6` alone is no date
    };
    let month = parsed.month().unwrap_or(now.month());
    let day = parsed.day().map_or(now.day(), |day| day.get());
    let date = Date::from_calendar_date(year, month, day).ok()?;
    let instant = PrimitiveDateTime::new(date, time.unwrap_or(now.time()));
    Some(instant.assume_offset(now.offset()))
}

/// `Z`, `+03`, `+0300`, `+03:00`, or the name of a zone; nothing is UTC.
fn zone(text: &str) -> Option<UtcOffset> {
    let is_letters = text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let hours = match &*text.to_ascii_lowercase() {
        "edt" => -4,
        "est" | "cdt" => -5,
        "cst" | "mdt" => -6,
        "mst" | "pdt" => -7,
        "pst" => -8,
        "" | "z" => 0,
        name if is_letters && (3..=6).contains(&name.len()) => 0, // RFC 2822: an unknown zone is UTC
        _ => return UtcOffset::parse(text, OFFSET).ok(),
    };
    UtcOffset::from_hms(hours, 0, 0).ok()
}

/// The year that two digits stand for.
fn full_year(short: i32) -> i32 {
    short + if short < 70 { 2000 } else { 1900 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-25T21:43:05.5Z
    const NOW: Timestamp = Timestamp(1_795_642_985_500_000);

    #[test]
    fn every_form_of_a_date_is_parsed() {
        for (text, expected) in [
            ("2026-11-20T07:03:11.913767Z", "2026-11-20T07:03:11.913767Z"),
            ("2026-11-20t07:03:11z", "2026-11-20T07:03:11Z"),
            ("2026-11-20T07:03:11+05:30", "2026-11-20T01:33:11Z"),
            ("2026-11-20T07:03:11.5+03", "2026-11-20T04:03:11.500000Z"),
            ("2026-11-20T07:03:11-0330", "2026-11-20T10:33:11Z"),
            ("2026-11-20T07:03:11.913767", "2026-11-20T07:03:11.913767Z"),
            (
                "2026-11-20T07:03:11.1234567890",
                "2026-11-20T07:03:11.123456Z",
            ),
            ("2026-11-20T07:03", "2026-11-20T07:03:00Z"),
            ("2026-11-20 07:03:11.913767", "2026-11-20T07:03:11.913767Z"),
            ("2026-11-20 07:03:11", "2026-11-20T07:03:11Z"),
            ("2026-11-20 07:03", "2026-11-20T07:03:00Z"),
            ("2026-11-20 07:03:11-08", "2026-11-20T15:03:11Z"),
            ("2026-11-20 07:03 -00:30", "2026-11-20T07:33:00Z"),
            ("2026-11-20 07:03:11 +0800", "2026-11-19T23:03:11Z"),
            (
                "2026-11-20 07:03:11.123456789 +09:00",
                "2026-11-19T22:03:11.123456Z",
            ),
            ("2026-11-20 07:03:11 UTC", "2026-11-20T07:03:11Z"),
            ("2026-11-20 07:03 PST", "2026-11-20T15:03:00Z"),
            ("2026-11-20 05:24:37 PM", "2026-11-20T17:24:37Z"),
            ("2026-11-20 12:00 am", "2026-11-20T00:00:00Z"),
            ("2026-11-20", "2026-11-20T21:43:05.500000Z"),
            ("2026-11-20 EST", "2026-11-20T21:43:05.500000Z"),
            ("2026-Nov-20", "2026-11-20T21:43:05.500000Z"),
            ("Fri, 20 Nov 2026 07:03:11 +0200", "2026-11-20T05:03:11Z"),
            ("20 Nov 2026 07:03:11 GMT", "2026-11-20T07:03:11Z"),
            ("1795642985", "2026-11-25T21:43:05Z"),
            ("1795642985500", "2026-11-25T21:43:05.500000Z"),
            ("1795642985500000000", "2026-11-25T21:43:05.500000Z"),
            ("May 8, 2009 5:57:51 PM", "2009-05-08T17:57:51Z"),
            ("September 17, 2012 10:09am", "2012-09-17T10:09:00Z"),
            ("September 17, 2012, 10:10:09", "2012-09-17T10:10:09Z"),
            ("September 17, 2012 at 10:09am PST", "2012-09-17T18:09:00Z"),
            ("oct. 7, 70", "1970-10-07T21:43:05.500000Z"),
            ("October 7, 1970", "1970-10-07T21:43:05.500000Z"),
            ("May 27 02:45:27", "2026-05-27T02:45:27Z"),
            ("May 6 at 9:24 PM", "2026-05-06T21:24:00Z"),
            ("12 Feb 2006, 19:17", "2006-02-12T19:17:00Z"),
            ("14 May 2019 19:11:40.164", "2019-05-14T19:11:40.164000Z"),
            ("7 oct 1970", "1970-10-07T21:43:05.500000Z"),
            ("4/8/2014 22:05", "2014-04-08T22:05:00Z"),
            ("8/8/69 12:00:00 AM", "2069-08-08T00:00:00Z"),
            ("03/19/2012 10:11:59.3186369", "2012-03-19T10:11:59.318636Z"),
            ("03/19/1912 10:11:59.3186369", "1912-03-19T10:11:59.318636Z"),
            ("3/31/2014", "2014-03-31T21:43:05.500000Z"),
            ("03-31-2014", "2014-03-31T21:43:05.500000Z"),
            ("2014/4/8 22:05", "2014-04-08T22:05:00Z"),
            ("2014/03/31", "2014-03-31T21:43:05.500000Z"),
            ("3.31.2014", "2014-03-31T21:43:05.500000Z"),
            ("2014.03.30", "2014-03-30T21:43:05.500000Z"),
            ("2014.03", "2014-03-25T21:43:05.500000Z"),
            ("171113 14:14:20", "2017-11-13T14:14:20Z"),
            ("2014年04月08日11时25分18秒", "2014-04-08T11:25:18Z"),
            ("2014年04月08日", "2014-04-08T21:43:05.500000Z"),
            ("15:45:30", "2026-11-25T15:45:30Z"),
            ("4:00pm", "2026-11-25T16:00:00Z"),
            ("6:00 AM PST", "2026-11-25T14:00:00Z"),
            ("7:03:11 +0300", "2026-11-26T04:03:11Z"),
        ] {
            let parsed = parse(text, NOW).map(|at| at.to_string());
            assert_eq!(parsed.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_text_is_no_date() {
        for text in [
            "",
            " ",
            "yesterday",
            "5",
            "15116",
            "123456789",
            "99999999999999999999",
            "2026-13-01",
            "2026-11-31",
            "2026-1-20",
            "-2026-11-20",
            "2026-11-20 07:03 +99:00",
            "2026-11-20T",
            "2026-11-20 25:00",
            "2026-11-20T07:03:11+",
            "2026-11-20T07:03:11+3",
            "2026-11-20T07:03:11+99:99",
            "2026-11-20x",
            "2026-11-20 07:03:11 PM AM",
            "13:00 pm",
            "0:00 am",
            "May",
            "May 6",
            "31/12/2026",
            "171113",
            "é",
            "2026é",
            "2014年04",
            "Fri Nov 20 2026 07:03:11 GMT+0000 (Coordinated Universal Time)",
            "1795642985.5",
            &format!("20 Nov 2026 07:03:11 GMT{}", "(".repeat(1_000_000)),
        ] {
            assert_eq!(parse(text, NOW), None, "{text}");
        }
    }

    fn happened(json: &str, ignores_sent_at: bool, sent_at: Option<&str>) -> String {
        let event: Event = serde_json::from_str(json).unwrap();
        let clock = Clock {
            now: NOW,
            sent_at: sent_at.and_then(super::sent_at),
        };
        of(&event, ignores_sent_at, clock).to_string()
    }

    #[test]
    fn the_clock_of_the_sender_is_put_right() {
        let now = "2026-11-25T21:43:05.500000Z";
        let sent = |timestamp: &str| format!(r#"{{"event": "e", "timestamp": "{timestamp}"}}"#);
        let fast = Some("2026-11-25T22:43:05.500Z");
        let at = |timestamp: &str, sent_at| happened(&sent(timestamp), false, sent_at);
        assert_eq!(at("2026-11-25T22:40:00Z", fast), "2026-11-25T21:40:00Z");
        assert_eq!(at("2026-11-25T22:40:00Z", None), "2026-11-25T22:40:00Z");
        assert_eq!(
            happened(&sent("2026-11-25T22:40:00Z"), true, fast),
            "2026-11-25T22:40:00Z"
        );
        assert_eq!(
            at("2026-11-26T20:43:05.500Z", None),
            "2026-11-26T20:43:05.500000Z"
        );
        assert_eq!(at("2026-11-26T20:43:05.501Z", None), now);
        assert_eq!(at("whenever", fast), now);
        assert_eq!(at("0001-01-01T00:00:00Z", fast), "0000-12-31T23:00:00Z");
        assert_eq!(at("0000-01-01T00:00:00Z", fast), "1970-01-01T00:00:00Z");
        assert_eq!(
            at("9999-12-31T23:59:59Z", Some("9999-12-31T23:59:59Z")),
            now
        );
        let offset = |json: &str| happened(json, false, fast);
        assert_eq!(offset(r#"{"event": "e"}"#), now);
        assert_eq!(
            offset(r#"{"event": "e", "offset": 5500}"#),
            "2026-11-25T21:43:00Z"
        );
        let both = r#"{"event": "e", "timestamp": "2020-01-01T00:00:00Z", "offset": 0}"#;
        assert_eq!(offset(both), now);
        for extreme in [i64::MIN, i64::MAX] {
            offset(&format!(r#"{{"event": "e", "offset": {extreme}}}"#));
        }
    }

    #[test]
    fn sent_at_is_iso_8601() {
        for text in [
            "2026-11-25T21:43:05.5Z",
            "2026-11-25T23:43:05.500000+02:00",
            "2026-11-25T23:43:05,5+02",
        ] {
            assert_eq!(sent_at(text), Some(NOW), "{text}");
        }
        for other in [
            "1795642985",
            "2026-11-25",
            "Wed, 25 Nov 2026 21:43:05 GMT",
            "",
        ] {
            assert_eq!(sent_at(other), None, "{other}");
        }
    }
}
