//! What tests ask of JSON objects.

use serde_json::Value;

/// The keys of `object`, in the order in which they came.
pub fn keys(object: &Value) -> Vec<&str> {
    let object = object.as_object().unwrap();
    object.keys().map(String::as_str).collect()
}
