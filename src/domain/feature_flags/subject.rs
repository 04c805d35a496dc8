//! Whom flags are evaluated for.

use std::collections::HashMap;

use super::given::{Given, GivenProperties, as_text, properties};
use crate::model::{DISTINCT_ID_LENGTH, Json, Text};

/// Whom flags are evaluated for: what a request says of a person and the groups that it belongs to.
#[derive(Debug, Default)]
pub struct FlagSubject {
    pub distinct_id: String,
    pub person: GivenProperties,
    /// The key of each group, by the name of its type.
    pub groups: HashMap<String, String>,
    pub group_properties: HashMap<String, GivenProperties>,
}

impl FlagSubject {
    /// What the body of a request says; `None` without a distinct id.
    pub fn read(body: &Json) -> Option<FlagSubject> {
        let distinct_id = id(body.get("distinct_id"))?;
        let distinct_id: String = distinct_id.chars().take(DISTINCT_ID_LENGTH).collect();
        let mut person = properties(body.get("person_properties"));
        complete(&mut person, "distinct_id", &distinct_id);
        let groups: HashMap<_, _> = members(body.get("groups"))
            .filter_map(|(group_type, key)| Some((group_type.clone(), id(Some(key))?)))
            .collect();
        let sent = body.get("group_properties");
        let group_properties = groups.iter().map(|(group_type, key)| {
            let mut group = properties(sent.and_then(|sent| sent.get(group_type)));
            complete(&mut group, "$group_key", key);
            (group_type.clone(), group)
        });
        Some(FlagSubject {
            group_properties: group_properties.collect(),
            distinct_id,
            person,
            groups,
        })
    }
}

/// Adds a property that conditions may name although clients do not send it.
fn complete(properties: &mut GivenProperties, name: &str, value: &str) {
    if !properties.contains_key(name)
        && let Some(given) = Given::new(&value.into())
    {
        properties.insert(name.to_owned(), given);
    }
}

fn members(object: Option<&Json>) -> impl Iterator<Item = &(String, Json)> {
    match object {
        Some(Json::Object(members)) => members.iter(),
        _ => [].iter(),
    }
}

/// A text or a number.
fn id(value: Option<&Json>) -> Option<String> {
    match value? {
        Json::Text(Text { value, .. }) => Some(value.clone()),
        number @ (Json::Int(_) | Json::Float(_)) => Some(as_text(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_without_a_distinct_id_has_no_subject() {
        for body in [
            json!({}),
            json!([]),
            json!({"distinct_id": null}),
            json!({"distinct_id": ["d"]}),
        ] {
            assert!(FlagSubject::read(&body.clone().into()).is_none(), "{body}");
        }
    }
}
