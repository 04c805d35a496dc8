//! Notes: what users add to the definition of an event or a property.

use super::{Timestamp, UserId};

/// What users add to a definition. The first request for a definition creates its notes (`property-definitions.md` 2.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Notes {
    /// May be empty, and null if a client sets it to null.
    pub description: Option<String>,
    /// Whether a user has verified the definition; never together with `hidden`.
    pub verified: bool,
    pub verified_at: Option<Timestamp>,
    /// The user who verified it.
    pub verified_by: Option<UserId>,
    /// Whether pickers should omit it; null if a client sets it to null.
    pub hidden: Option<bool>,
    /// When the notes were last updated, or created.
    pub updated_at: Timestamp,
    /// The user who updated them last.
    pub updated_by: Option<UserId>,
}

impl Notes {
    /// The notes that the first request creates.
    pub fn blank(now: Timestamp) -> Notes {
        Notes {
            description: Some(String::new()),
            verified: false,
            verified_at: None,
            verified_by: None,
            hidden: Some(false),
            updated_at: now,
            updated_by: None,
        }
    }
}
