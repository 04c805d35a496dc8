//! Property definitions: what a project knows about the properties of its events, persons, groups and sessions.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::*;

/// What has the property; the API's `type`, and for groups which of the project's group types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DefinitionType {
    Event,
    Person,
    /// Groups of the type with this index, 0 to 4.
    Group(u8),
    Session,
}

impl DefinitionType {
    /// The number of the type: 1 event, 2 person, 3 group, 4 session.
    pub fn code(self) -> i64 {
        match self {
            DefinitionType::Event => 1,
            DefinitionType::Person => 2,
            DefinitionType::Group(_) => 3,
            DefinitionType::Session => 4,
        }
    }

    /// The index of the group type; −1 when the property is not of groups.
    pub fn group_type_index(self) -> i64 {
        match self {
            DefinitionType::Group(index) => index.into(),
            _ => -1,
        }
    }

    /// The type with [`code`](Self::code) and [`group_type_index`](Self::group_type_index); `None` when there is none.
    pub fn from_codes(code: i64, group_type_index: i64) -> Option<DefinitionType> {
        match (code, group_type_index) {
            (1, -1) => Some(DefinitionType::Event),
            (2, -1) => Some(DefinitionType::Person),
            (3, index @ 0..=4) => Some(DefinitionType::Group(index as u8)),
            (4, -1) => Some(DefinitionType::Session),
            _ => None,
        }
    }

    /// `event`, `person`, `group` or `session`.
    pub fn name(self) -> &'static str {
        match self {
            DefinitionType::Event => "event",
            DefinitionType::Person => "person",
            DefinitionType::Group(_) => "group",
            DefinitionType::Session => "session",
        }
    }
}

/// What the values of a property are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PropertyType {
    DateTime,
    String,
    Numeric,
    Boolean,
    /// Lengths of time. Never inferred, only set by hand.
    Duration,
}

/// Every property type with the name it has on the wire.
pub const PROPERTY_TYPES: [(PropertyType, &str); 5] = [
    (PropertyType::DateTime, "DateTime"),
    (PropertyType::String, "String"),
    (PropertyType::Numeric, "Numeric"),
    (PropertyType::Boolean, "Boolean"),
    (PropertyType::Duration, "Duration"),
];

impl PropertyType {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        PROPERTY_TYPES[self as usize].1
    }
}

impl FromStr for PropertyType {
    type Err = ();

    fn from_str(text: &str) -> Result<PropertyType, ()> {
        let found = PROPERTY_TYPES.iter().find(|(_, name)| *name == text);
        found.map(|(property_type, _)| *property_type).ok_or(())
    }
}

/// What a name is to PostHog: decides which lists of event properties leave it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameClass {
    Custom = 0,
    /// Sent by PostHog's libraries.
    Core = 1,
    /// A feature flag's value, `$feature/…`; core as well.
    FeatureFlag = 2,
    /// Core, and listed only if the caller asks for no core properties at all.
    NeverListed = 3,
}

/// One property by name. Unique in a project: its type and name.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyDefinition {
    /// Names the definition in URLs.
    pub id: PropertyDefinitionId,
    pub of: DefinitionType,
    /// The key in the event, person or group; at most 400 characters.
    pub name: String,
    /// The type of its values; `None` until a value shows it.
    pub property_type: Option<PropertyType>,
    /// Sorted, lower case, each once.
    pub tags: Vec<String>,
    /// Its editable half; `None` until someone views or edits the definition.
    pub notes: Option<Notes>,
}

/// Which stored definitions a list is to have: all filters together.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyFilter {
    pub of: DefinitionType,
    /// The only names to be listed.
    pub names: Option<Vec<String>>,
    /// Names not to be listed.
    pub excluded: Vec<String>,
    /// Only numbers, without the two that are no measure: `distinct_id` and `timestamp`.
    pub only_numerical: bool,
    /// Only feature flags, or none.
    pub is_feature_flag: Option<bool>,
    /// Only the project's own names.
    pub exclude_core: bool,
    /// No hidden ones.
    pub exclude_hidden: bool,
    /// Only hidden ones.
    pub only_hidden: bool,
    /// Only verified ones, or none.
    pub verified: Option<bool>,
    /// The events that count as asked about; empty: none.
    pub events: Vec<String>,
    /// Only what was seen on the events asked about, or on any when none are.
    pub only_seen: bool,
    /// What names or labels must contain.
    pub search: Option<PropertySearch>,
    /// The one tag that they must have, in normal form.
    pub tag: Option<String>,
    /// Another order than the usual one.
    pub order: Option<PropertyOrder>,
}

/// An order of lists; equal ones come by their names, upwards. Null is smaller than anything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PropertyOrder {
    pub by: PropertyColumn,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// What lists can be ordered by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PropertyColumn {
    /// The name, by its bytes.
    Name,
    /// The property type, by its name.
    PropertyType,
    UpdatedAt,
}

impl PropertyOrder {
    /// The order that `text` names, such as `-updated_at`; `None` if there is no such order.
    pub fn named(text: &str) -> Option<PropertyOrder> {
        let column = text.strip_prefix('-');
        let by = match column.unwrap_or(text) {
            "name" => PropertyColumn::Name,
            "property_type" => PropertyColumn::PropertyType,
            "updated_at" => PropertyColumn::UpdatedAt,
            _ => return None,
        };
        let descending = column.is_some();
        Some(PropertyOrder { by, descending })
    }
}

/// A search that is not blank.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertySearch {
    /// What the folded name must contain, every one; `_` and `%` are wild as in LIKE, `\` takes that from them.
    pub words: Vec<String>,
    /// Names that fit because of their label.
    pub labelled: Vec<&'static str>,
}

/// `text` as searches compare it: without difference between capital and small letters of any script.
///
/// Letter by letter: a part of a text folds to a part of the folded text, which `to_lowercase` does not promise (`Σ`).
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

impl PropertyDefinition {
    /// Whether its values are numbers.
    pub fn is_numerical(&self) -> bool {
        self.property_type == Some(PropertyType::Numeric)
    }
}
