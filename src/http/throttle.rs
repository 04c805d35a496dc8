//! How often a key may ask (`http-conventions.md` 7).

use std::time::{Duration, Instant};

use crate::{
    config::RateLimit,
    domain::limiter::{Limiter, Window, seconds},
    model::PersonalApiKeyNumber,
};

/// Counts the requests of every key.
pub struct Throttle(Limiter<PersonalApiKeyNumber>);

impl Throttle {
    /// A throttle that has seen nothing.
    pub fn new(limit: RateLimit) -> Throttle {
        let hour = Window {
            most: limit.sustained,
            length: Duration::from_secs(3600),
        };
        Throttle(Limiter::new([Window::minute(limit.burst), hour]))
    }

    /// Counts a request of `key`; when there were too many it is not counted, and the seconds to wait are returned.
    pub fn admit(&self, key: PersonalApiKeyNumber) -> Option<u64> {
        self.0.admit(key, Instant::now()).err().map(seconds)
    }
}
