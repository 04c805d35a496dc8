//! Time as the wire and the database have it.

use std::fmt;

use serde::{Serialize, Serializer};
use time::{OffsetDateTime, macros::format_description};

/// An instant, UTC: microseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant of the call.
    pub fn now() -> Self {
        Self((OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000) as i64)
    }

    /// `seconds` later.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }
}

/// `2026-01-02T03:04:05.678901Z`; the fraction has six digits, or is left out when it is zero (`http-conventions.md` 5.1).
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
        let micros = format_description!(
            "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]"
        );
        let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000)
            .map_err(|_| fmt::Error)?;
        let format = if self.0 % 1_000_000 == 0 {
            whole
        } else {
            micros
        };
        write!(f, "{}Z", instant.format(format).map_err(|_| fmt::Error)?)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
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
    }
}
