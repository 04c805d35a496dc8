//! Project secret API keys.

use super::{ProjectSecretApiKeyId, Timestamp, UserId};

/// A key with which a backend acts for one project. Only the hash of its secret is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectSecretApiKey {
    /// The id in URLs.
    pub id: ProjectSecretApiKeyId,
    /// 1 to 40 characters, unique in the project.
    pub label: String,
    /// The first and last characters of the secret, to tell keys apart.
    pub mask: String,
    /// What it may do, in the order sent, including duplicates.
    pub scopes: Vec<String>,
    /// The user who created it, if known.
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
    /// When it was last used, with a precision of an hour.
    pub last_used_at: Option<Timestamp>,
    /// When its secret was last replaced.
    pub last_rolled_at: Option<Timestamp>,
}
