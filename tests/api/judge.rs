//! Checks values against JSON schemas, for the keywords that the OpenAPI document uses.
//!
//! The crate jsonschema would check more keywords, but it enables serde_json's `float_roundtrip` for the whole build: the
//! tests would run a server that reads numbers differently from the released one.

use serde_json::{Map, Value, json};

/// A JSON schema's judgement of a value, for the keywords that the document uses. Fields that the schema does not name
/// are faults too, unless it says that others may come.
pub struct Judge<'d> {
    /// The whole document, which references lead into.
    pub document: &'d Value,
}

impl<'d> Judge<'d> {
    /// What `schema` says, or what it refers to.
    pub fn resolve(&self, schema: &'d Value) -> &'d Value {
        match schema["$ref"].as_str() {
            Some(target) => self.resolve(self.document.pointer(&target[1..]).unwrap()),
            None => schema,
        }
    }

    /// What is wrong with `value`, each fault with its place.
    pub fn faults(&self, schema: &'d Value, value: &Value, place: &str) -> Vec<String> {
        let mut faults = self.shape_faults(schema, value, place);
        let (named, open) = self.properties(schema);
        if let (false, false, Value::Object(members)) = (open, named.is_empty(), value) {
            let unknown = members.keys().filter(|key| !named.contains(&key.as_str()));
            faults.extend(unknown.map(|key| format!("{place}.{key} is not in the document")));
        }
        faults
    }

    fn shape_faults(&self, schema: &'d Value, value: &Value, place: &str) -> Vec<String> {
        let schema = self.resolve(schema);
        let mut faults = Vec::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            faults.extend(self.shape_faults(part, value, place));
        }
        if let Some(choices) = schema["anyOf"].as_array() {
            let tried: Vec<_> = choices
                .iter()
                .map(|choice| self.faults(choice, value, place))
                .collect();
            if tried.iter().all(|faults| !faults.is_empty()) {
                faults.extend(tried.into_iter().flatten());
            }
        }
        let types: Vec<_> = match &schema["type"] {
            Value::Array(types) => types.iter().collect(),
            Value::Null => Vec::new(),
            one => vec![one],
        };
        if !types.is_empty() && !types.iter().any(|name| is_a(value, name.as_str().unwrap())) {
            faults.push(format!("{place} is no {types:?}: {value}"));
        }
        let wrong_choice = schema["enum"]
            .as_array()
            .is_some_and(|choices| !choices.contains(value));
        let wrong_constant = schema
            .get("const")
            .is_some_and(|constant| constant != value);
        if wrong_choice || wrong_constant {
            faults.push(format!("{place} cannot be {value}"));
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            let items = match &schema["items"] {
                Value::Array(each) => each.get(index),
                Value::Null => None,
                all => Some(all),
            };
            if let Some(items) = items {
                faults.extend(self.faults(items, item, &format!("{place}[{index}]")));
            }
        }
        faults.extend(bound_faults(schema, value, place));
        if let Some(members) = value.as_object() {
            faults.extend(self.member_faults(schema, members, place));
        }
        faults
    }

    fn member_faults(
        &self,
        schema: &'d Value,
        members: &Map<String, Value>,
        place: &str,
    ) -> Vec<String> {
        let required = schema["required"].as_array().into_iter().flatten();
        let required = required.map(|name| name.as_str().unwrap());
        let missing = required.filter(|name| !members.contains_key(*name));
        let mut faults: Vec<_> = missing
            .map(|name| format!("{place}.{name} is missing"))
            .collect();
        for (name, member) in members {
            let known = schema["properties"].get(name);
            let other = schema
                .get("additionalProperties")
                .filter(|other| other.is_object());
            if let Some(schema) = known.or(other) {
                faults.extend(self.faults(schema, member, &format!("{place}.{name}")));
            }
        }
        faults
    }

    /// The fields that `schema` names, and whether there may be others.
    fn properties(&self, schema: &'d Value) -> (Vec<&'d str>, bool) {
        let schema = self.resolve(schema);
        let own = schema["properties"]
            .as_object()
            .into_iter()
            .flat_map(|own| own.keys());
        let mut named: Vec<_> = own.map(String::as_str).collect();
        let others = schema.get("additionalProperties");
        let mut open =
            others.is_some_and(|others| *others != false) || schema.get("anyOf").is_some();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            let (more, more_open) = self.properties(part);
            named.extend(more);
            open |= more_open;
        }
        (named, open)
    }
}

/// What is wrong with the size of `value`.
fn bound_faults(schema: &Value, value: &Value, place: &str) -> Vec<String> {
    let length = value.as_str().map(|text| text.chars().count() as i64);
    let items = value.as_array().map(|items| items.len() as i64);
    let bounds = [
        ("minimum", "maximum", value.as_i64()),
        ("minLength", "maxLength", length),
        ("minItems", "maxItems", items),
    ];
    let is_outside = |(least, most, size): &(&str, &str, Option<i64>)| {
        let bound = |name: &str| schema[name].as_i64();
        size.is_some_and(|size| {
            bound(least).is_some_and(|least| size < least)
                || bound(most).is_some_and(|most| size > most)
        })
    };
    let outside = bounds.into_iter().filter(is_outside);
    outside
        .map(|(least, most, _)| format!("{place} is outside {least} or {most}: {value}"))
        .collect()
}

fn is_a(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    }
}

#[test]
fn the_judge_finds_what_is_wrong() {
    let document = json!({"components": {"schemas": {"Thing": {
        "type": "object", "required": ["id", "tags"],
        "properties": {
            "id": {"type": "integer", "maximum": 9}, "tags": {"type": "array", "items": {"type": "string"}},
            "kind": {"enum": ["a", null]}, "name": {"type": "string", "maxLength": 2},
            "pair": {"type": "array", "items": [{"type": "string"}, {"type": "integer"}], "minItems": 2},
        },
        "additionalProperties": false,
    }}}});
    let schema = json!({"anyOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]});
    let document: &'static Value = Box::leak(Box::new(document));
    let schema: &'static Value = Box::leak(Box::new(schema));
    let judge = Judge { document };
    let count = |value: Value| judge.faults(schema, &value, "$").len();
    assert_eq!(count(json!(null)), 0);
    assert_eq!(count(json!({"id": 1, "tags": ["x"], "kind": null})), 0);
    let pair = json!({"id": 9, "tags": [], "name": "äö", "pair": ["a", 1]});
    assert_eq!(count(pair), 0);
    for wrong in [
        json!({"id": 1}),
        json!({"id": "1", "tags": []}),
        json!({"id": 1, "tags": [1]}),
        json!({"id": 1, "tags": [], "kind": "b"}),
        json!({"id": 1, "tags": [], "more": 1}),
        json!({"id": 10, "tags": []}),
        json!({"id": 1, "tags": [], "name": "abc"}),
        json!({"id": 1, "tags": [], "pair": ["a"]}),
        json!({"id": 1, "tags": [], "pair": ["a", "b"]}),
        json!([]),
    ] {
        assert_ne!(count(wrong.clone()), 0, "{wrong}");
    }
}
