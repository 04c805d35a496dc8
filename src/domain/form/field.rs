//! What was said of one field.

use super::values::null;
use crate::domain::{Error, Result};

/// What a change says of a field: nothing, null, or a value. `Option` cannot tell the first two apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Field<T> {
    /// Not sent: keep what is there.
    Absent,
    /// Sent as null: clear it.
    Null,
    /// Sent.
    Value(T),
}

impl<T> Field<T> {
    /// The value, which must have been sent. Errors: code `required` or `null`.
    pub fn required(self, name: &'static str) -> Result<T> {
        match self.not_null(name)? {
            Some(value) => Ok(value),
            None => Err(Error::field(name, "required", "This field is required.")),
        }
    }

    /// The value, if one was sent. Errors: code `null`.
    pub fn not_null(self, name: &'static str) -> Result<Option<T>> {
        match self {
            Field::Absent => Ok(None),
            Field::Null => Err(null(name)),
            Field::Value(value) => Ok(Some(value)),
        }
    }

    /// What to store: null clears, nothing sent keeps `current`.
    pub fn or_keep(self, current: Option<T>) -> Option<T> {
        match self {
            Field::Absent => current,
            Field::Null => None,
            Field::Value(value) => Some(value),
        }
    }

    /// The value, if one was sent that is not null.
    pub fn value(self) -> Option<T> {
        match self {
            Field::Value(value) => Some(value),
            _ => None,
        }
    }

    /// `change` applied to the value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Field::Absent => Field::Absent,
            Field::Null => Field::Null,
            Field::Value(value) => Field::Value(change(value)),
        }
    }
}
