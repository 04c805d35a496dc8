//! Rate limits of keys (`http-conventions.md` 7, `keys-and-auth.md` 3.3).

use std::time::Duration;

use crate::{
    config::RateLimit,
    domain::limiter::{Limiter, Window, seconds},
    model::{PersonalApiKeyNumber, ProjectId, ProjectSecretApiKeyId, clock},
};

/// Counts the requests of each key, and those with project secret keys also for each project.
pub struct Throttle(Limiter<Counted>);

/// Whose requests are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    Personal(PersonalApiKeyNumber),
    ProjectSecret(ProjectSecretApiKeyId),
    /// All project secret keys of a project.
    Project(ProjectId),
}

impl Throttle {
    /// Creates a throttle that has counted nothing.
    pub fn new(limit: RateLimit) -> Throttle {
        let hour = Window {
            most: limit.sustained,
            length: Duration::from_secs(3600),
        };
        Throttle(Limiter::new([Window::minute(limit.burst), hour]))
    }

    /// Forgets all that was counted.
    pub fn clear(&self) {
        self.0.clear();
    }

    /// Counts a request for each of `counted`. If one has had too many, returns the seconds to wait and counts nothing.
    pub fn try_count(&self, counted: &[Counted]) -> Option<u64> {
        self.0
            .try_count_all(counted, clock::elapsed())
            .err()
            .map(seconds)
    }
}
