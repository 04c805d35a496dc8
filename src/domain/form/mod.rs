//! Reading what a client sent, field by field, with the framework's coercions and messages (`http-conventions.md` 3.5, 4).
//!
//! Read fields in the order in which the reference declares them: the first that breaks a rule is the one reported.

mod field;
mod reader;
#[cfg(test)]
mod tests;
mod values;

pub use field::Field;
pub use reader::Reader;
pub use values::{boolean, pk, text, trim};

use std::sync::Arc;

use crate::model::Json;

/// What a client sent: a JSON object, a form, or a query string. Clones share its fields, which may take much memory.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Arc<Vec<(String, Json)>>,
    is_encoded: bool,
}

impl Form {
    /// A JSON object's fields.
    pub fn object(fields: Vec<(String, Json)>) -> Form {
        Form {
            fields: Arc::new(fields),
            is_encoded: false,
        }
    }

    /// The pairs of a form or a query string.
    pub fn encoded(pairs: impl IntoIterator<Item = (String, String)>) -> Form {
        let fields = pairs
            .into_iter()
            .map(|(name, value)| (name, Json::from(value)));
        Form {
            fields: Arc::new(fields.collect()),
            is_encoded: true,
        }
    }

    /// Whether it is a form or a query string, where an empty value can mean "nothing".
    pub fn is_encoded(&self) -> bool {
        self.is_encoded
    }

    /// Whether it has no fields at all.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The names of its fields, in the order sent; a form may repeat one.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// What was sent as `name`, before any rule: the last one counts.
    pub fn raw(&self, name: &str) -> Option<&Json> {
        self.fields
            .iter()
            .rev()
            .find(|(sent, _)| sent == name)
            .map(|(_, value)| value)
    }

    /// Starts reading the field `name`, which is required, may not be null and may not be blank until told otherwise.
    pub fn field(&self, name: &'static str) -> Reader<'_> {
        Reader::new(self, name)
    }
}
