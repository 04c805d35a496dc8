//! Event definitions: what a project knows about an event of one name.

use super::*;

/// One event by name, which is unique in a project.
#[derive(Clone, Debug, PartialEq)]
pub struct EventDefinition {
    /// Names the definition in URLs.
    pub id: EventDefinitionId,
    /// The event's name; at most 400 characters.
    pub name: String,
    pub owner: Option<UserId>,
    /// Sorted, lower case, each once.
    pub tags: Vec<String>,
    /// The columns that lists of such events start with.
    pub default_columns: Vec<String>,
    /// When the first one came in; `None` while none has.
    pub created_at: Option<Timestamp>,
    /// When the last one came in, to the hour; `None` while none has.
    pub last_seen_at: Option<Timestamp>,
    /// The property that is shown beside the event's name; at most 400 characters.
    pub primary_property: Option<String>,
    /// Its editable half; `None` until someone views or edits the definition.
    pub notes: Option<Notes>,
}

impl EventDefinition {
    /// A new definition that says nothing but the name.
    pub fn new(name: impl Into<String>) -> EventDefinition {
        EventDefinition {
            id: EventDefinitionId(ordered_uuid()),
            name: name.into(),
            owner: None,
            tags: Vec::new(),
            default_columns: Vec::new(),
            created_at: None,
            last_seen_at: None,
            primary_property: None,
            notes: None,
        }
    }
}

/// Which definitions a list is to have, in which order; the default is all. Empty lists leave all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventFilter {
    /// What the folded name must contain, every one; `_` and `%` are wild as in LIKE, `\` takes that from them.
    pub words: Vec<String>,
    /// Those that PostHog's libraries send, which begin with `$`, or the others.
    pub sent_by_posthog: Option<bool>,
    /// Only verified ones and the core events, or all others.
    pub verified: Option<bool>,
    /// The names of the core events.
    pub core: &'static [&'static str],
    /// No hidden ones.
    pub exclude_hidden: bool,
    /// Only hidden ones.
    pub only_hidden: bool,
    /// Those that were seen later than this, or never yet.
    pub seen_after: Option<Timestamp>,
    /// Those with one of these names.
    pub names: Vec<String>,
    /// Those that have one of these tags.
    pub tags: Vec<String>,
    /// The one tag that they must have, in normal form.
    pub tag: Option<String>,
    /// Those with none of these names.
    pub excluded: Vec<String>,
    /// The first decides, the next where the first finds no difference, and so on; then names.
    pub order: Vec<EventOrder>,
}

/// An order of lists. Null is smaller than anything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EventOrder {
    pub by: EventColumn,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// What lists can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventColumn {
    /// The name, by its bytes.
    Name,
    /// The instant of the last event.
    LastSeenAt,
    /// Its day, in UTC.
    LastSeenDay,
    /// The instant of the first event.
    CreatedAt,
    /// Its day, in UTC.
    CreatedDay,
    /// The last change, which only hoglet orders by.
    UpdatedAt,
}

impl EventOrder {
    /// The order that `text` names, such as `-last_seen_at::date`; `None` if there is no such order.
    pub fn named(text: &str) -> Option<EventOrder> {
        let column = text.strip_prefix('-');
        let by = match column.unwrap_or(text) {
            "name" => EventColumn::Name,
            "last_seen_at" => EventColumn::LastSeenAt,
            "last_seen_at::date" => EventColumn::LastSeenDay,
            "created_at" => EventColumn::CreatedAt,
            "created_at::date" => EventColumn::CreatedDay,
            "updated_at" => EventColumn::UpdatedAt,
            _ => return None,
        };
        let descending = column.is_some();
        Some(EventOrder { by, descending })
    }
}
