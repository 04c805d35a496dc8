//! What a project knows of its events and properties, in the one form that files and servers are compared in.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What is said of an event or a property: its fields, without those that have their default.
pub type DefinitionFields = Map<String, Value>;

/// The definitions of some kinds, by name. A kind that is missing is none of the caller's business, other than one without
/// definitions.
pub type Taxonomy = BTreeMap<Kind, BTreeMap<String, DefinitionFields>>;

/// What a definition is of.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    Event,
    EventProperty,
    PersonProperty,
    /// A property of the groups of a type, by the index of the type.
    GroupProperty(u8),
    SessionProperty,
}

/// Group types are numbered from 0.
pub const GROUP_TYPES: u8 = 5;

const EVENT_FIELDS: [&str; 7] = [
    "description",
    "owner",
    "tags",
    "verified",
    "hidden",
    "primary_property",
    "default_columns",
];

const PROPERTY_FIELDS: [&str; 5] = ["description", "property_type", "tags", "verified", "hidden"];

impl Kind {
    /// Every kind, in the order of files.
    pub fn all() -> impl Iterator<Item = Kind> {
        let first = [Kind::Event, Kind::EventProperty, Kind::PersonProperty];
        let groups = (0..GROUP_TYPES).map(Kind::GroupProperty);
        first
            .into_iter()
            .chain(groups)
            .chain([Kind::SessionProperty])
    }

    /// The fields that clients can set, in the order of files.
    pub fn fields(self) -> &'static [&'static str] {
        match self {
            Kind::Event => &EVENT_FIELDS,
            _ => &PROPERTY_FIELDS,
        }
    }

    /// The heading of its definitions in a list for people.
    pub fn title(self) -> String {
        match self {
            Kind::Event => "Events".into(),
            Kind::EventProperty => "Event properties".into(),
            Kind::PersonProperty => "Person properties".into(),
            Kind::GroupProperty(index) => format!("Properties of group type {index}"),
            Kind::SessionProperty => "Session properties".into(),
        }
    }

    /// Reads what `object`, a definition as the API or a file has it, says in our fields.
    pub fn entry(self, object: &Value) -> DefinitionFields {
        let known = |name: &&str| {
            let value = match (*name, &object[*name]) {
                ("owner", Value::Object(owner)) => owner.get("email").cloned(),
                (_, value) => Some(value.clone()),
            };
            let mut value = value.filter(|value| !is_default(value))?;
            if let ("tags", Value::Array(tags)) = (*name, &mut value) {
                tags.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
            }
            Some((name.to_string(), value))
        };
        self.fields().iter().filter_map(known).collect()
    }

    /// What the API takes for a field that has its default.
    pub fn default_of(field: &str) -> Value {
        match field {
            "description" => "".into(),
            "tags" | "default_columns" => Value::Array(Vec::new()),
            "verified" | "hidden" => false.into(),
            _ => Value::Null,
        }
    }
}

/// A definition that was never edited has null where others have this.
fn is_default(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
