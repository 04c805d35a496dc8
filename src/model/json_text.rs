//! JSON that is stored and returned, but not inspected.

use serde::{Serialize, Serializer, ser::Error};
use serde_json::value::RawValue;

/// A JSON value as compact text, with keys in the order in which they were sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonText(String);

impl JsonText {
    /// The JSON of `value`.
    pub fn new(value: &impl Serialize) -> JsonText {
        JsonText(serde_json::to_string(value).expect("what came as JSON goes as JSON"))
    }

    /// Wraps text that [`JsonText::new`] returned before, such as a column of the database.
    pub fn stored(text: &str) -> JsonText {
        JsonText(text.to_owned())
    }

    /// The JSON as it was sent or stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Writes the value itself, not a string that contains it. Fails if the text is not JSON.
impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serialises_as_the_original_value() {
        let text = JsonText::new(&serde_json::json!({"b": [1.0, null], "a": "é\n"}));
        let again = JsonText::stored(text.as_str());
        assert_eq!(
            serde_json::to_string(&[text, again]).unwrap(),
            r#"[{"b":[1.0,null],"a":"é\n"},{"b":[1.0,null],"a":"é\n"}]"#
        );
    }
}
