//! Event definitions: what a project knows about an event of one name.

use super::*;

/// One event by name, which is unique in a project.
#[derive(Clone, Debug, PartialEq)]
pub struct EventDefinition {
    /// Names the definition in URLs.
    pub id: EventDefinitionId,
    /// The event's name; at most 400 characters.
    pub name: String,
    /// Who looks after it.
    pub owner: Option<UserId>,
    /// Sorted, lower case, each once.
    pub tags: Vec<String>,
    /// The columns that lists of such events start with.
    pub default_columns: Vec<String>,
    /// When the first one came in; `None` while none has.
    pub created_at: Option<Timestamp>,
    /// When the last one came in, to the hour; `None` while none has.
    pub last_seen_at: Option<Timestamp>,
    /// What people say of it; `None` while nobody has opened or edited the definition.
    pub notes: Option<Notes>,
}
