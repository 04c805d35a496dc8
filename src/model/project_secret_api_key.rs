//! Project secret API keys.

use super::*;

/// A key that lets a backend act for one project; its secret is known only when made or rolled.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectSecretApiKey {
    /// Names the key in URLs.
    pub id: ProjectSecretApiKeyId,
    /// What people call it: 1 to 40 characters, unique in the project.
    pub label: String,
    /// The secret's first and last characters, for telling keys apart.
    pub mask: String,
    /// What it may do, in the order given, duplicates kept.
    pub scopes: Vec<String>,
    /// Who made it; `None` when nobody is known.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last opened something, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// When its secret was last replaced.
    pub last_rolled_at: Option<Timestamp>,
}
