//! `/api/projects/{project_id}/event_definitions`

mod activity;
mod bulk_tags;
mod bulk_update;
mod by_name;
mod create;
mod filters;
mod list;
mod shape;
mod update;

use serde_json::{Value, json};

use crate::{
    harness::Server,
    property_definitions::{entries, server_of},
};

/// Where the definitions of project 1 are.
pub const BASE: &str = "/api/projects/1/event_definitions/";

/// A server whose project 1 has the `definitions`, each a name or an entry of a seed file. Project 2 is empty; Ada and Mel
/// belong to both, Bob to neither.
pub fn server_with(definitions: Value) -> Server {
    server_under(definitions, &[])
}

/// The same, started with more arguments.
pub fn server_under(definitions: Value, arguments: &[&str]) -> Server {
    server_of(
        json!({"event_definitions": entries(definitions)}),
        arguments,
    )
}

/// The names that the list shows when asked with `query`.
#[track_caller]
pub fn names(server: &Server, query: &str) -> Vec<String> {
    let body = server.get(&format!("{BASE}?{query}")).ok(200);
    let results = body["results"].as_array().unwrap();
    assert_eq!(body["count"], results.len(), "{query}");
    results
        .iter()
        .map(|entry| entry["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The entry that the list has for `name`.
#[track_caller]
pub fn listed(server: &Server, name: &str) -> Value {
    server.get(&format!("{BASE}?names={name}")).ok(200)["results"][0].clone()
}

/// The id of the event `name`.
#[track_caller]
pub fn id(server: &Server, name: &str) -> String {
    listed(server, name)["id"].as_str().unwrap().to_owned()
}

/// The address of the event `name`.
#[track_caller]
pub fn url(server: &Server, name: &str) -> String {
    format!("{BASE}{}/", id(server, name))
}

/// Ada, as answers show her.
pub fn ada() -> Value {
    json!({"id": 1, "uuid": "0195f3a0-0000-0000-8000-0000000000a1", "distinct_id": "ada-1", "first_name": "Ada", "last_name": "Lovelace",
           "email": "ada@example.com", "is_email_verified": true, "hedgehog_config": null, "role_at_organization": "engineering"})
}
