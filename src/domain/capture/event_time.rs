//! When an event happened, and the forms in which clients write it (`ingestion.md` 5a).
//!
//! A timestamp is free text: the service parses RFC 3339 and then about everything that looks like a date. So after the few
//! forms that the `time` library knows, [`Reader`] takes a text apart from left to right: a date in one of several orders, a
//! time of day, a zone. It accepts each form that the service accepts, and some mixtures that the service does not.

use time::{
    Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset,
    format_description::well_known::{Iso8601, Rfc2822, Rfc3339},
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
    parsed.ok().map(to_timestamp)
}

/// Parses an instant; one without a zone is UTC. What it lacks is taken from `now`: the time of day, the day, the year.
pub fn parse(text: &str, now: Timestamp) -> Option<Timestamp> {
    if text.len() > LONGEST {
        return None;
    }
    if let Ok(instant) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some(to_timestamp(instant));
    }
    if let Some(instant) = epoch(text) {
        return Some(instant);
    }
    if let Ok(instant) = OffsetDateTime::parse(text, &Rfc2822) {
        return Some(to_timestamp(instant));
    }
    let now = OffsetDateTime::from_unix_timestamp_nanos(i128::from(now.0) * 1_000).ok()?;
    Reader { rest: text, now }.instant().map(to_timestamp)
}

fn to_timestamp(instant: OffsetDateTime) -> Timestamp {
    Timestamp((instant.unix_timestamp_nanos() / 1_000) as i64)
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

/// What is left of a text.
struct Reader<'t> {
    rest: &'t str,
    now: OffsetDateTime,
}

impl Reader<'_> {
    fn instant(mut self) -> Option<OffsetDateTime> {
        let start = self.rest;
        if let Some(time) = self.time_of_day() {
            let date = self.now.date();
            return self.with_zone(date, time);
        }
        self.rest = start;
        let (date, needs_time) = self.date()?;
        let time = match self.between() {
            true => self.time_of_day()?,
            false if needs_time => return None,
            false => self.now.time(),
        };
        self.with_zone(date, time)
    }

    fn with_zone(mut self, date: Date, time: Time) -> Option<OffsetDateTime> {
        self.blanks();
        let offset = self.zone()?;
        let ended = self.rest.is_empty();
        ended.then(|| PrimitiveDateTime::new(date, time).assume_offset(offset))
    }

    /// A date, and whether it is one only if a time of day follows.
    fn date(&mut self) -> Option<(Date, bool)> {
        if self
            .rest
            .starts_with(|first: char| first.is_ascii_alphabetic())
        {
            return self.month_first();
        }
        let (first, digits) = self.number()?;
        let separator = self.rest.chars().next()?;
        self.rest = &self.rest[separator.len_utf8()..];
        match (digits, separator) {
            (4, '-' | '/') => {
                let month = match self.number() {
                    Some((month, 1..=2)) => month,
                    Some(_) => return None,
                    None => self.month_name()?,
                };
                let again = self.eat(separator);
                let (day, _) = again.then(|| self.number()).flatten()?;
                Some((date(first, month, day)?, false))
            }
            (4, '.') => {
                let (month, _) = self.number()?;
                let day = match self.eat('.') {
                    true => self.number()?.0,
                    false => u32::from(self.now.day()),
                };
                Some((date(first, month, day)?, false))
            }
            (4, '年') => {
                let (month, _) = self.number()?;
                let (day, _) = self.eat('月').then(|| self.number()).flatten()?;
                let date = date(first, month, day)?;
                self.eat('日').then_some((date, false))
            }
            (1..=2, '/' | '-' | '.') => {
                let (day, _) = self.number()?;
                let year = self.eat(separator).then(|| self.year()).flatten()?;
                Some((date(year, first, day)?, false))
            }
            (1..=2, ' ') => {
                self.blanks();
                let month = self.month_name()?;
                self.blanks();
                let year = self.year()?;
                Some((date(year, month, first)?, false))
            }
            (6, ' ') => {
                let year = full_year(first / 10_000);
                let date = date(year, first / 100 % 100, first % 100)?;
                self.rest
                    .starts_with(|next: char| next.is_ascii_digit())
                    .then_some((date, true))
            }
            _ => None,
        }
    }

    /// `May 8, 2009`, or `May 8` of this year before a time of day.
    fn month_first(&mut self) -> Option<(Date, bool)> {
        let month = self.month_name()?;
        self.eat('.');
        self.blanks();
        let (day, _) = self.number()?;
        let start = self.rest;
        self.eat(',');
        self.blanks();
        match self.number() {
            Some((year, digits @ (2 | 4))) if !self.rest.starts_with(':') => {
                let year = if digits == 2 { full_year(year) } else { year };
                Some((date(year, month, day)?, false))
            }
            _ => {
                self.rest = start;
                let year = u32::try_from(self.now.year()).ok()?;
                Some((date(year, month, day)?, true))
            }
        }
    }

    /// Passes over what separates a date from a time of day. Returns whether a time can follow.
    fn between(&mut self) -> bool {
        let start = self.rest;
        self.eat(',');
        self.blanks();
        if let Some(rest) = self.rest.strip_prefix("at ") {
            self.rest = rest;
            self.blanks();
        }
        if self.rest.len() == start.len() {
            self.rest = self.rest.strip_prefix(['T', 't']).unwrap_or(self.rest);
        }
        let is_time = self.rest.starts_with(|next: char| next.is_ascii_digit());
        if !is_time {
            self.rest = start;
        }
        is_time
    }

    /// `17:24`, `17:24:37.123`, `5:24 PM`, `17时24分37秒`.
    fn time_of_day(&mut self) -> Option<Time> {
        let (hour, 1..=2) = self.number()? else {
            return None;
        };
        let is_chinese = self.eat('时');
        let (minute, 2) = (is_chinese || self.eat(':'))
            .then(|| self.number())
            .flatten()?
        else {
            return None;
        };
        let (mut second, mut nanos) = (0, 0);
        if self.eat(if is_chinese { '分' } else { ':' }) {
            let (sent, 2) = self.number()? else {
                return None;
            };
            second = sent;
            if is_chinese && !self.eat('秒') {
                return None;
            }
            if self.eat('.') || self.eat(',') {
                let (fraction, digits @ 1..=9) = self.number()? else {
                    return None;
                };
                nanos = fraction * 10_u32.pow(9 - digits as u32);
            }
        }
        let start = self.rest;
        self.blanks();
        let half = self.rest.get(..2).unwrap_or_default().to_ascii_lowercase();
        let hour = match (&*half, hour) {
            ("am" | "pm", 0 | 13..) => return None,
            ("am" | "pm", hour) => {
                self.rest = &self.rest[2..];
                hour % 12 + if half == "pm" { 12 } else { 0 }
            }
            _ => {
                self.rest = start;
                hour
            }
        };
        let part = |part: u32| u8::try_from(part).ok();
        Time::from_hms_nano(part(hour)?, part(minute)?, part(second)?, nanos).ok()
    }

    /// `Z`, `+03`, `+0300`, `+03:00`, or the name of a zone; nothing is UTC.
    fn zone(&mut self) -> Option<UtcOffset> {
        let Some(first) = self.rest.chars().next() else {
            return Some(UtcOffset::UTC);
        };
        if first.is_ascii_alphabetic() {
            let hours = match &*self.word().to_ascii_lowercase() {
                "edt" => -4,
                "est" | "cdt" => -5,
                "cst" | "mdt" => -6,
                "mst" | "pdt" => -7,
                "pst" => -8,
                "z" | "ut" => 0,
                name if (3..=6).contains(&name.len()) => 0, // RFC 2822: an unknown zone is UTC
                _ => return None,
            };
            return UtcOffset::from_hms(hours, 0, 0).ok();
        }
        if !(self.eat('+') || self.eat('-')) {
            return None;
        }
        let (hours, minutes) = match self.number()? {
            (hours, 2) if self.eat(':') => match self.number()? {
                (minutes, 2) => (hours, minutes),
                _ => return None,
            },
            (hours, 2) => (hours, 0),
            (both, 4) => (both / 100, both % 100),
            _ => return None,
        };
        let sign = if first == '-' { -1 } else { 1 };
        UtcOffset::from_hms(sign * hours as i8, sign * minutes as i8, 0).ok()
    }

    /// A number of at most nine digits, and how many it has.
    fn number(&mut self) -> Option<(u32, usize)> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at(digits);
        if digits > 9 {
            return None;
        }
        let number = number.parse().ok()?;
        self.rest = rest;
        Some((number, digits))
    }

    fn year(&mut self) -> Option<u32> {
        match self.number()? {
            (year, 2) => Some(full_year(year)),
            (year, 4) => Some(year),
            _ => None,
        }
    }

    /// The number of the month whose name, or its first three letters, comes next.
    fn month_name(&mut self) -> Option<u32> {
        let word = self.word().to_ascii_lowercase();
        let is_named = |number: &u8| {
            let month = Month::try_from(*number).expect("a year has twelve months");
            let name = month.to_string().to_ascii_lowercase();
            word == name || word == name[..3]
        };
        (1..=12).find(is_named).map(u32::from)
    }

    fn word(&mut self) -> &str {
        let letters = self
            .rest
            .bytes()
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let (word, rest) = self.rest.split_at(letters);
        self.rest = rest;
        word
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn eat(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

/// The year that two digits stand for.
fn full_year(short: u32) -> u32 {
    short + if short < 69 { 2000 } else { 1900 }
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(year.try_into().ok()?, month, day.try_into().ok()?).ok()
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
            ("2026-11-20T07:03", "2026-11-20T07:03:00Z"),
            ("2026-11-20 07:03:11.913767", "2026-11-20T07:03:11.913767Z"),
            ("2026-11-20 07:03:11", "2026-11-20T07:03:11Z"),
            ("2026-11-20 07:03", "2026-11-20T07:03:00Z"),
            ("2026-11-20 07:03:11-08", "2026-11-20T15:03:11Z"),
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
            ("2026-11-20 EST", "2026-11-21T02:43:05.500000Z"),
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
            ("8/8/65 12:00:00 AM", "2065-08-08T00:00:00Z"),
            ("03/19/2012 10:11:59.3186369", "2012-03-19T10:11:59.318636Z"),
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
            "2026-11-20T07:03:11.1234567890",
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
