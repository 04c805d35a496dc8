//! The activity log.

use uuid::Uuid;

use super::{JsonText, Timestamp, UserId};

/// An entry of the activity log.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    pub id: Uuid,
    /// The user who acted; `None` for the server.
    pub user: Option<UserId>,
    /// Whether the entry is attributed to the server.
    pub is_system: bool,
    /// The type of the object: `Insight`, `PropertyDefinition`, ….
    pub scope: String,
    pub item: Option<String>,
    /// What was done: `created`, `updated`, ….
    pub activity: String,
    /// An object with the details.
    pub detail: JsonText,
    pub created_at: Timestamp,
}
