//! The activity log.

use uuid::Uuid;

use super::*;

/// Something that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// Its uuid.
    pub id: Uuid,
    /// Who did it; `None`: the server itself.
    pub user: Option<UserId>,
    /// Whether it counts as the server's own doing.
    pub is_system: bool,
    /// The kind of thing that it was done to: `Insight`, `PropertyDefinition`, ….
    pub scope: String,
    /// That thing's id.
    pub item: Option<String>,
    /// What was done: `created`, `updated`, ….
    pub activity: String,
    /// What more there is to say: an object.
    pub detail: JsonText,
    /// When it was done.
    pub created_at: Timestamp,
}
