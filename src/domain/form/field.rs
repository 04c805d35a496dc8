//! What a request says about one field.

use super::values::null;
use crate::domain::{Error, Result};

/// What a request says about a field: nothing, null, or a value. `Option` cannot distinguish the first two.
#[derive(Clone, Debug, PartialEq)]
pub enum Field<T> {
    /// Not sent: the field keeps its value.
    Absent,
    /// Sent as null: the field is cleared.
    Null,
    Value(T),
}

impl<T> Field<T> {
    /// Returns the value. Errors: `Invalid` with code `required` or `null`.
    pub fn required(self, name: &'static str) -> Result<T> {
        match self.not_null(name)? {
            Some(value) => Ok(value),
            None => Err(Error::field(name, "required", "This field is required.")),
        }
    }

    /// Returns the value if the field was sent. Errors: `Invalid` with code `null`.
    pub fn not_null(self, name: &'static str) -> Result<Option<T>> {
        match self {
            Field::Absent => Ok(None),
            Field::Null => Err(null(name)),
            Field::Value(value) => Ok(Some(value)),
        }
    }

    /// Returns what to store: the value, `None` for null, `current` if the field was not sent.
    pub fn or_keep(self, current: Option<T>) -> Option<T> {
        match self {
            Field::Absent => current,
            Field::Null => None,
            Field::Value(value) => Some(value),
        }
    }

    /// Returns the value; `None` if the field was null or not sent.
    pub fn value(self) -> Option<T> {
        match self {
            Field::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Applies `change` to the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Field::Absent => Field::Absent,
            Field::Null => Field::Null,
            Field::Value(value) => Field::Value(change(value)),
        }
    }
}
