//! Notes: what people say of a definition, of an event's or a property's.

use super::*;

/// What people say of a definition: made by the first look at it (`property-definitions.md` 2.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Notes {
    /// May be empty, and null when somebody says so.
    pub description: Option<String>,
    /// Whether somebody vouches for it; never together with hidden.
    pub verified: bool,
    /// When it was verified.
    pub verified_at: Option<Timestamp>,
    /// Who verified it.
    pub verified_by: Option<UserId>,
    /// Whether pickers should leave it out; null when somebody says so.
    pub hidden: Option<bool>,
    /// The last change, else the first look.
    pub updated_at: Timestamp,
    /// Who made the last change.
    pub updated_by: Option<UserId>,
}

impl Notes {
    /// What a look at `now` makes.
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
