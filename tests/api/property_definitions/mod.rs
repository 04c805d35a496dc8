//! `/api/projects/{project_id}/property_definitions`

mod access;
mod activity;
mod bodies;
mod bulk_tags;
mod bulk_update;
mod filters;
mod order;
mod ours;
mod parameters;
mod search;
mod seen_together;
mod shape;
mod sightings;
mod update;
mod virtuals;

use serde_json::{Map, Value, json};

use crate::harness::{Answer, Server};

/// Where the definitions of project 1 are.
pub const BASE: &str = "/api/projects/1/property_definitions/";

/// A server whose project 1 has the `definitions`, each a name or an entry of a seed file, and these pairs of
/// event and property. Project 2 is empty; Ada and Mel belong to both, Bob to neither.
pub fn server_with(definitions: Value, pairs: Value, arguments: &[&str]) -> Server {
    let pairs: Vec<_> = pairs
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| json!(["main", pair[0], pair[1]]))
        .collect();
    server_of(
        json!({"property_definitions": entries(definitions), "event_properties": pairs}),
        arguments,
    )
}

/// The `definitions`, each a name or an entry of a seed file, as entries that belong to project 1 unless they say otherwise.
pub fn entries(definitions: Value) -> Vec<Value> {
    let entry = |definition: &Value| {
        let mut entry = definition
            .as_object()
            .cloned()
            .unwrap_or_else(|| Map::from_iter([("name".into(), definition.clone())]));
        entry.entry("project").or_insert("main".into());
        Value::from(entry)
    };
    definitions.as_array().unwrap().iter().map(entry).collect()
}

/// The same server with these `lists` of a seed file, in which project 1 is `main` and project 2 `side`.
pub fn server_of(lists: Value, arguments: &[&str]) -> Server {
    let key = |name: &str, user: &str, scopes: Value| json!({"ref": name, "user": user, "value": name, "scopes": scopes});
    let mut seed = json!({
        "users": [
            {"ref": "ada", "id": 1, "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "distinct_id": "ada-1",
             "uuid": "0195f3a0-0000-0000-8000-0000000000a1", "role_at_organization": "engineering"},
            {"ref": "mel", "id": 2, "email": "mel@example.com", "first_name": "Mel"},
            {"ref": "bob", "id": 3, "email": "bob@example.com", "first_name": "Bob"}
        ],
        "organizations": [
            {"ref": "acme", "name": "Acme", "features": [], "members": [["ada", "owner"], ["mel", "member"]]},
            {"ref": "globex", "name": "Globex", "members": [["bob", "owner"]]}
        ],
        "projects": [
            {"ref": "main", "org": "acme", "name": "Main", "id": 1},
            {"ref": "side", "org": "acme", "name": "Side", "id": 2},
            {"ref": "foreign", "org": "globex", "name": "Foreign", "id": 4}
        ],
        "personal_api_keys": [
            key("phx_ada", "ada", json!(["*"])),
            key("phx_mel", "mel", json!(["*"])),
            key("phx_bob", "bob", json!(["*"])),
            key("phx_read", "ada", json!(["property_definition:read"])),
            key("phx_write", "ada", json!(["property_definition:write"])),
            key("phx_none", "ada", json!([])),
            key("phx_event", "ada", json!(["event_definition:write"]))
        ]
    });
    let lists = lists.as_object().unwrap().clone();
    seed.as_object_mut().unwrap().extend(lists);
    Server::seeded(&seed, arguments)
}

/// The stored and virtual entries that the list shows when asked with `query`.
#[track_caller]
pub fn list(server: &Server, query: &str) -> Vec<Value> {
    let body = server.get(&format!("{BASE}?{query}")).ok(200);
    body["results"].as_array().unwrap().clone()
}

/// The names of [`list`], virtual ones left out.
#[track_caller]
pub fn names(server: &Server, query: &str) -> Vec<String> {
    let stored = list(server, query)
        .into_iter()
        .filter(|entry| entry["virtual"].is_null());
    stored
        .map(|entry| entry["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The entry that the list of events' properties has for `name`.
#[track_caller]
pub fn listed(server: &Server, name: &str) -> Value {
    list(server, &format!("properties={name}"))
        .into_iter()
        .next()
        .unwrap()
}

/// The address of the event property `name`.
#[track_caller]
pub fn url(server: &Server, name: &str) -> String {
    format!("{BASE}{}/", listed(server, name)["id"].as_str().unwrap())
}

/// One definition of every sort that a filter can tell apart.
pub fn varied() -> Server {
    server_with(
        json!([
            "plain", {"name": "amount", "property_type": "Numeric"}, {"name": "timestamp", "property_type": "Numeric"},
            {"name": "distinct_id", "property_type": "Numeric"}, "$feature/flag", "$browser", "$set", "$session_entry_url", "$session_entry_",
            "utm_source", "url",
            {"name": "good", "verified": true}, {"name": "bad", "hidden": true}, {"name": "seen", "description": ""},
            {"name": "plain", "type": "person"}, {"name": "$set", "type": "person"}, {"name": "utm_source", "type": "person"},
            {"name": "$feature/flag", "type": "person"}, {"name": "distinct_id", "type": "person"},
            {"name": "members", "type": "group", "group_type_index": 0, "property_type": "Numeric"},
            {"name": "$initial_referrer", "type": "group", "group_type_index": 0},
            {"name": "rooms", "type": "group", "group_type_index": 4},
            {"name": "$session_duration", "type": "session"},
            {"name": "aside", "project": "side"}
        ]),
        json!([
            ["signed up", "plain"],
            ["signed up", "$browser"],
            ["logged in", "plain"],
            ["logged in", "url"]
        ]),
        &[],
    )
}

/// The event properties of [`varied`] that the list shows, in its order.
pub const ALL: [&str; 11] = [
    "good",
    "$browser",
    "$feature/flag",
    "$session_entry_",
    "amount",
    "bad",
    "plain",
    "seen",
    "timestamp",
    "url",
    "utm_source",
];

/// [`ALL`] without those that are `gone`.
pub fn all_but(gone: &[&str]) -> Vec<&'static str> {
    ALL.into_iter()
        .filter(|name| !gone.contains(name))
        .collect()
}

/// `text` as a query string may hold it.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The id of the event property `name`.
#[track_caller]
pub fn id(server: &Server, name: &str) -> String {
    listed(server, name)["id"].as_str().unwrap().to_owned()
}

/// Changes tags of many definitions of project 1.
pub fn bulk(server: &Server, body: Value) -> Answer {
    server.post(&format!("{BASE}bulk_update_tags/"), body)
}
