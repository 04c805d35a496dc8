//! Which kind of events an endpoint is for.

use super::Rejection;

/// The most bytes of an event about AI: SDKs drop larger ones, and the service refuses them.
const AI_EVENT_LIMIT: usize = 8 << 20;

/// The endpoints of each protocol come in two kinds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lane {
    /// For events of every kind; only the size of a request is limited.
    Analytics,
    /// For events about AI (`capture_ai`), which carry whole prompts: each may be as large as [`AI_EVENT_LIMIT`].
    Ai,
}

impl Lane {
    /// Whether an event of `length` bytes is too large.
    pub fn refuses(self, length: usize) -> bool {
        self == Lane::Ai && length > AI_EVENT_LIMIT
    }

    /// Errors: `TooLarge` if an event of `length` bytes is.
    pub fn check(self, length: usize) -> Result<(), Rejection> {
        if self.refuses(length) {
            return Err(Rejection::TooLarge(format!(
                "AI event size limit {AI_EVENT_LIMIT} exceeded: {length}"
            )));
        }
        Ok(())
    }
}
