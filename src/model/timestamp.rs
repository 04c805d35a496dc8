//! Points in time, as the API and the database represent them.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer, ser::Error};
use time::{
    OffsetDateTime, UtcOffset, error::ParseFromDescription, format_description::well_known::Rfc3339,
};

/// Microseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// `seconds` later, or earlier if negative.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }

    /// Its day in UTC: how many days after 1970-01-01.
    pub fn day(self) -> i64 {
        self.0.div_euclid(24 * 60 * 60 * 1_000_000)
    }
}

/// Drops what is below a microsecond.
impl From<OffsetDateTime> for Timestamp {
    fn from(instant: OffsetDateTime) -> Timestamp {
        Timestamp(instant.unix_timestamp_nanos().div_euclid(1_000) as i64)
    }
}

/// Parses the form of RFC 3339. Errors: also if the year in UTC, after the offset, does not have four digits.
impl FromStr for Timestamp {
    type Err = time::error::Parse;

    fn from_str(text: &str) -> Result<Timestamp, Self::Err> {
        let instant = OffsetDateTime::parse(text, &Rfc3339)?.checked_to_offset(UtcOffset::UTC);
        let instant = instant.filter(|instant| instant.year() >= 0);
        let out_of_range = ParseFromDescription::InvalidComponent("year");
        instant.map(Timestamp::from).ok_or(out_of_range.into())
    }
}

/// Formats as `2026-01-02T03:04:05.678901Z`, without the fraction if it is zero (`http-conventions.md` 5.1).
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.write(&mut [0; LONGEST]).ok_or(fmt::Error)?)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [0; LONGEST];
        let text = self.write(&mut text);
        serializer.serialize_str(text.ok_or_else(|| S::Error::custom("no year of four digits"))?)
    }
}

/// The maximum length of a formatted timestamp.
const LONGEST: usize = "2026-01-02T03:04:05.678901Z".len();

impl Timestamp {
    /// Formats digit by digit, which takes a tenth of the time of a format description: lists contain many timestamps.
    /// Returns `None` if the year does not have four digits.
    fn write(self, text: &mut [u8; LONGEST]) -> Option<&str> {
        let seconds = self.0.div_euclid(1_000_000);
        let micros = self.0.rem_euclid(1_000_000) as u32;
        let instant = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
        let (year, month, day) = instant.to_calendar_date();
        let (hour, minute, second) = instant.to_hms();
        *text = *b"0000-00-00T00:00:00.000000Z";
        put(&mut text[..4], u32::try_from(year).ok()?);
        put(&mut text[5..7], u8::from(month).into());
        put(&mut text[8..10], day.into());
        put(&mut text[11..13], hour.into());
        put(&mut text[14..16], minute.into());
        put(&mut text[17..19], second.into());
        put(&mut text[20..26], micros);
        if micros == 0 {
            text[19] = b'Z';
        }
        let length = if micros == 0 { 20 } else { LONGEST };
        std::str::from_utf8(&text[..length]).ok()
    }
}

/// Writes the last digits of `number`, one for each byte of `place`.
fn put(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_fraction_is_left_out() {
        assert_eq!(
            Timestamp(1_767_323_045_678_901).to_string(),
            "2026-01-02T03:04:05.678901Z"
        );
        assert_eq!(
            Timestamp(1_767_323_045_000_000).to_string(),
            "2026-01-02T03:04:05Z"
        );
        assert_eq!(
            Timestamp(1_767_323_045_000_100).to_string(),
            "2026-01-02T03:04:05.000100Z"
        );
        assert_eq!(Timestamp(-1).to_string(), "1969-12-31T23:59:59.999999Z");
        assert_eq!(
            Timestamp(253_402_300_799_999_999).to_string(),
            "9999-12-31T23:59:59.999999Z"
        );
    }

    #[test]
    fn an_instant_whose_year_cannot_be_written_is_no_instant() {
        for text in ["9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
        for text in ["9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z"] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
    }
}
