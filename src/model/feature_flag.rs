//! Feature flags.

use serde::{Deserialize, Serialize};

use super::{FeatureFlagId, JsonText, Timestamp, UserId};

/// A feature flag as it is stored. What decides about its value is in `filters`.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureFlag {
    pub id: FeatureFlagId,
    /// The name in programs: 1 to 400 characters, unique in the project.
    pub key: String,
    /// What it is for, in words.
    pub name: String,
    /// Whether it can be on at all.
    pub active: bool,
    /// Release conditions, variants and payloads: an object in the service's form.
    pub filters: JsonText,
    /// Counts its changes, from 1.
    pub version: i64,
    pub created_at: Timestamp,
    /// The user who created it, if known.
    pub created_by: Option<UserId>,
    pub updated_at: Timestamp,
}

/// The value of a flag for a person or a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FlagValue {
    Switch(bool),
    /// On, with the key of one of its variants.
    Variant(String),
}

impl FlagValue {
    /// Whether the flag is on.
    pub fn is_on(&self) -> bool {
        *self != FlagValue::Switch(false)
    }

    /// The key of the variant, if it is one.
    pub fn variant(&self) -> Option<&str> {
        match self {
            FlagValue::Switch(_) => None,
            FlagValue::Variant(key) => Some(key),
        }
    }
}
