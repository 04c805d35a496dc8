//! Rate limits of personal API keys (`http-conventions.md` 7).

use std::time::{Duration, Instant};

use crate::{
    config::RateLimit,
    domain::limiter::{Limiter, Window, seconds},
    model::PersonalApiKeyNumber,
};

/// Counts the requests of each key.
pub struct Throttle(Limiter<PersonalApiKeyNumber>);

impl Throttle {
    /// Creates a throttle that has counted nothing.
    pub fn new(limit: RateLimit) -> Throttle {
        let hour = Window {
            most: limit.sustained,
            length: Duration::from_secs(3600),
        };
        Throttle(Limiter::new([Window::minute(limit.burst), hour]))
    }

    /// Counts a request of `key`. If there were too many, returns the seconds to wait and does not count it.
    pub fn try_count(&self, key: PersonalApiKeyNumber) -> Option<u64> {
        self.0.try_count(key, Instant::now()).err().map(seconds)
    }
}
