//! Reading the fields of a request, with the coercions and messages of the service's framework (`http-conventions.md` 3.5, 4).
//!
//! Fields must be read in the order in which the reference declares them: the first that breaks a rule is reported.

mod asked;
mod field;
mod reader;
#[cfg(test)]
mod tests;
mod values;

pub use asked::AskedNames;
pub use field::Field;
pub use reader::FieldReader;
pub use values::{boolean, pk, text, trim};

use std::sync::Arc;

use crate::model::Json;

/// The fields of a JSON object, a form, or a query string. Clones share the fields, which can take much memory.
#[derive(Clone, Debug, Default)]
pub struct Form {
    fields: Arc<Vec<(String, Json)>>,
    is_encoded: bool,
    /// Notes which fields are asked for, if anyone wants to know.
    asked: Option<Arc<AskedNames>>,
}

impl Form {
    /// The fields of a JSON object.
    pub fn object(fields: Vec<(String, Json)>) -> Form {
        Form {
            fields: Arc::new(fields),
            is_encoded: false,
            asked: None,
        }
    }

    /// The pairs of a form or a query string.
    pub fn encoded(pairs: impl IntoIterator<Item = (String, String)>) -> Form {
        Form::multipart(pairs.into_iter().collect(), Vec::new())
    }

    /// The pairs of a form with `files`, the names of those of its fields that are files.
    ///
    /// A file is a value that no kind of field takes, here an empty object. It counts instead of a text of its name.
    pub fn multipart(pairs: Vec<(String, String)>, files: Vec<String>) -> Form {
        let texts = pairs
            .into_iter()
            .map(|(name, value)| (name, Json::from(value)));
        let files = files
            .into_iter()
            .map(|name| (name, Json::Object(Vec::new())));
        Form {
            fields: Arc::new(texts.chain(files).collect()),
            is_encoded: true,
            asked: None,
        }
    }

    /// Notes in `asked` which fields there are and which of them are asked for.
    pub fn watched(self, asked: Arc<AskedNames>) -> Form {
        asked.set_sent(self.names());
        Form {
            asked: Some(asked),
            ..self
        }
    }

    /// Adds the field `name`, unless it was sent.
    pub fn set_default(&mut self, name: &str, value: Json) {
        if self.raw(name).is_none() {
            Arc::make_mut(&mut self.fields).push((name.to_owned(), value));
        }
    }

    /// Whether the fields come from a form or a query string, where an empty value can mean null or not sent.
    pub fn is_encoded(&self) -> bool {
        self.is_encoded
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The names of the fields in the order sent. A form can repeat a name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// The value sent as `name`, unchecked. If the name is repeated, the last value counts.
    pub fn raw(&self, name: &str) -> Option<&Json> {
        if let Some(asked) = &self.asked {
            asked.note(name);
        }
        self.fields
            .iter()
            .rev()
            .find(|(sent, _)| sent == name)
            .map(|(_, value)| value)
    }

    /// Starts reading the field `name`. Unless the reader is changed, null and blank values are errors.
    pub fn field(&self, name: &'static str) -> FieldReader<'_> {
        FieldReader::new(self, name)
    }
}
