//! How often a key may ask (`http-conventions.md` 7).
//!
//! The service counts in sliding windows and tells the second at which the oldest request leaves one; the token buckets
//! of the libraries at hand tell another.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::{config::RateLimit, model::PersonalApiKeyNumber};

/// Counts the requests of every key.
pub struct Throttle {
    /// How many requests, in how long; the longest window last.
    windows: [(usize, Duration); 2],
    seen: Mutex<HashMap<PersonalApiKeyNumber, VecDeque<Instant>>>,
}

impl Throttle {
    /// A throttle that has seen nothing.
    pub fn new(limit: RateLimit) -> Throttle {
        let windows = [
            (limit.burst, Duration::from_secs(60)),
            (limit.sustained, Duration::from_secs(3600)),
        ];
        Throttle {
            windows,
            seen: Mutex::default(),
        }
    }

    /// Counts a request of `key`; when there were too many it is not counted, and the seconds to wait are returned.
    pub fn admit(&self, key: PersonalApiKeyNumber) -> Option<u64> {
        self.admit_at(key, Instant::now())
    }

    fn admit_at(&self, key: PersonalApiKeyNumber, now: Instant) -> Option<u64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let times = seen.entry(key).or_default();
        let longest = self.windows[1].1;
        while times.front().is_some_and(|time| now - *time >= longest) {
            times.pop_front();
        }
        let wait = |(most, window): &(usize, Duration)| {
            let oldest = times.get(times.len().checked_sub(*most)?)?;
            window
                .checked_sub(now - *oldest)
                .filter(|left| !left.is_zero())
        };
        let Some(left) = self.windows.iter().filter_map(wait).max() else {
            times.push_back(now);
            return None;
        };
        Some(left.as_millis().div_ceil(1000) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_slide_and_refusals_do_not_count() {
        let throttle = Throttle::new(RateLimit {
            burst: 2,
            sustained: 3,
        });
        let (one, other, start) = (
            PersonalApiKeyNumber(1),
            PersonalApiKeyNumber(2),
            Instant::now(),
        );
        let at = |key, seconds| throttle.admit_at(key, start + Duration::from_secs(seconds));
        assert_eq!(
            [at(one, 0), at(one, 10), at(one, 20), at(one, 59)],
            [None, None, Some(40), Some(1)]
        );
        assert_eq!(at(other, 20), None);
        assert_eq!(at(one, 60), None);
        assert_eq!(at(one, 71), Some(3529)); // the hour is full now
        assert_eq!(at(one, 3600), None);
    }
}
