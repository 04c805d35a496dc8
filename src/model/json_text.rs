//! JSON that is kept and sent on, but not looked into.

use serde::{Serialize, Serializer, ser::Error};
use serde_json::value::RawValue;

/// A JSON value as text, compact, its keys in the order in which they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonText(String);

impl JsonText {
    /// `value` written down.
    pub fn new(value: &impl Serialize) -> JsonText {
        JsonText(serde_json::to_string(value).expect("what came as JSON goes as JSON"))
    }

    /// A text that was made here before and has been in the database since.
    pub fn stored(text: &str) -> JsonText {
        JsonText(text.to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The value itself, not a string that holds it. Errors: the text is no JSON.
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
    fn it_goes_out_as_the_value_that_came_in() {
        let text = JsonText::new(&serde_json::json!({"b": [1.0, null], "a": "é\n"}));
        let again = JsonText::stored(text.as_str());
        assert_eq!(
            serde_json::to_string(&[text, again]).unwrap(),
            r#"[{"b":[1.0,null],"a":"é\n"},{"b":[1.0,null],"a":"é\n"}]"#
        );
    }
}
