//! The OpenAPI document describes exactly what the server provides.
use std::collections::BTreeSet;

use hoglet::http::routes::{Endpoint, Family};
use serde_json::{Value, json};

use crate::{harness::Server, judge::Judge, table::rows};

fn document(server: &Server) -> Value {
    let answer = server.ask("GET", "/api/schema/?format=json").send();
    assert_eq!(
        answer.header("content-type"),
        "application/vnd.oai.openapi+json"
    );
    answer.ok(200)
}

/// Every operation of the document: method, path, description.
fn operations(document: &Value) -> Vec<(String, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let items = paths.iter().flat_map(|(path, item)| {
        let operations = item.as_object().unwrap().iter();
        operations.map(move |(method, operation)| (method.to_uppercase(), path.as_str(), operation))
    });
    items.collect()
}

/// Every `$ref` in `value`, at any depth.
fn references<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    if let Some(target) = value.get("$ref") {
        found.insert(target.as_str().unwrap());
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => members
            .values()
            .for_each(|member| references(member, found)),
        _ => {}
    }
}

#[test]
fn every_route_for_keys_is_documented_with_its_scope_and_nothing_else_is() {
    let document = document(&Server::start());
    let documented: BTreeSet<_> = operations(&document)
        .into_iter()
        .map(|(method, path, operation)| {
            let security = operation["security"].clone();
            (method, path.to_owned(), security.to_string())
        })
        .collect();
    let routed: BTreeSet<_> = rows()
        // SDK endpoints speak another protocol, which the README describes.
        .filter(|row| {
            let mut pages = ["/admin", "/docs", "/static"].iter();
            let is_page = row.path == "/" || pages.any(|page| row.path.starts_with(page));
            let is_session = matches!(row.endpoint, Endpoint::Session(_));
            !is_session && row.route.family != Family::Sdk && !is_page
        })
        .map(|row| {
            let security = match row.need() {
                None => json!([]),
                Some(need) => {
                    let kinds = ["PersonalAPIKeyAuth", "ProjectSecretAPIKeyAuth"];
                    let takes_both = matches!(row.endpoint, Endpoint::ProjectKey(..));
                    let kinds = kinds.iter().take(1 + usize::from(takes_both));
                    let scopes = Vec::from_iter(need.scope.map(|scope| scope.to_string()));
                    kinds.map(|kind| json!({*kind: scopes})).collect()
                }
            };
            // The document itself is the only resource that does not exist without the trailing slash.
            let slash = if row.path == "/api/schema" { "/" } else { "" };
            (
                row.method.clone(),
                row.path.clone() + slash,
                security.to_string(),
            )
        })
        .collect();
    let undocumented: Vec<_> = routed.difference(&documented).collect();
    let invented: Vec<_> = documented.difference(&routed).collect();
    assert!(
        undocumented.is_empty() && invented.is_empty(),
        "missing: {undocumented:#?}\ninvented: {invented:#?}"
    );
}

#[test]
fn the_document_is_sound() {
    let document = document(&Server::start());
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let place = format!("{method} {path}");
        assert!(
            names.insert(operation["operationId"].as_str().unwrap()),
            "{place}: its id is another's too"
        );
        for key in ["summary", "tags", "responses", "security"] {
            assert!(operation.get(key).is_some(), "{place} has no {key}");
        }
        // Exactly the parameters in the path are described.
        let described: BTreeSet<_> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| {
                parameter["$ref"]
                    .as_str()
                    .map_or(parameter, |target| document.pointer(&target[1..]).unwrap())
            })
            .filter(|parameter| parameter["in"] == "path")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let named: BTreeSet<_> = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(described, named, "{place}");
        let statuses = operation["responses"].as_object().unwrap();
        assert!(!statuses.is_empty(), "{place}");
        assert_eq!(
            statuses.contains_key("401"),
            operation["security"] != json!([]),
            "{place}"
        );
    }
}

/// The schemas in `value` that allow lists without an item type, and the parameters without a description.
fn vague<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    let kinds = value["type"].as_array().map_or(&[][..], Vec::as_slice);
    let is_list = value["type"] == "array" || kinds.iter().any(|kind| kind == "array");
    let is_parameter = value["in"].is_string() && value["schema"].is_object();
    if is_list && value.get("items").is_none() || is_parameter && !value["description"].is_string()
    {
        found.push(value);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| vague(item, found)),
        Value::Object(members) => members.values().for_each(|member| vague(member, found)),
        _ => {}
    }
}

#[test]
fn nothing_is_left_to_guess_for_a_generator_of_clients() {
    let (document, mut found) = (document(&Server::start()), Vec::new());
    vague(&document, &mut found);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document(&Server::start());
    let mut used = BTreeSet::new();
    references(&document, &mut used);
    let components = document["components"].as_object().unwrap();
    let mut there = BTreeSet::new();
    for kind in ["schemas", "responses", "parameters", "requestBodies"] {
        let names = components[kind].as_object().unwrap().keys();
        there.extend(names.map(|name| format!("#/components/{kind}/{name}")));
    }
    let used: BTreeSet<_> = used.into_iter().map(str::to_owned).collect();
    assert_eq!(used, there);
}

#[test]
fn yaml_or_json_as_the_client_likes() {
    let server = Server::start();
    let json = document(&server);
    let yaml_type = "application/vnd.oai.openapi; charset=utf-8";
    for (query, accept, kind, is_yaml) in [
        ("", "*/*", yaml_type, true),
        ("", "application/vnd.oai.openapi", yaml_type, true),
        ("", "text/html,*/*;q=0.8", yaml_type, true),
        ("?format=yaml", "*/*", yaml_type, true),
        (
            "?format=json",
            "*/*",
            "application/vnd.oai.openapi+json",
            false,
        ),
        ("", "application/json", "application/json", false),
        (
            "",
            "application/json, text/plain",
            "application/json",
            false,
        ),
    ] {
        let answer = server
            .ask("GET", &format!("/api/schema/{query}"))
            .header("accept", accept)
            .send();
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, kind),
            "{query} {accept}"
        );
        assert_eq!(answer.header("vary"), "Accept, origin, Cookie");
        let suffix = if is_yaml { "yaml" } else { "json" };
        let disposition = format!("inline; filename=\"schema.{suffix}\"");
        assert_eq!(answer.header("content-disposition"), disposition);
        let read: Value = match is_yaml {
            true => serde_yaml_ng::from_str(&answer.text).unwrap(),
            false => answer.body,
        };
        assert_eq!(read, json, "{query} {accept}");
        assert_eq!(is_yaml, !answer.text.starts_with('{'));
    }
    // A wrong key is ignored: the document is public.
    server
        .ask("GET", "/api/schema/")
        .key("phx_wrong")
        .send()
        .ok(200);
    server
        .ask("GET", "/api/schema/?format=xml")
        .send()
        .not_found("Not found.");
    server
        .ask("GET", "/api/schema")
        .send()
        .not_found("Endpoint not found.");
    let html = server
        .ask("GET", "/api/schema/")
        .header("accept", "text/html")
        .send();
    assert_eq!(html.status, 406);
}

/// Every example in `value`, with the schema next to it or around it.
fn examples<'v>(value: &'v Value, found: &mut Vec<(&'v Value, &'v Value)>) {
    if let (Some(schema), Some(example)) = (value.get("schema"), value.get("example")) {
        found.push((schema, example));
    }
    if value.get("type").is_some() {
        let own = value["examples"].as_array().into_iter().flatten();
        found.extend(own.map(|example| (value, example)));
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| examples(item, found)),
        Value::Object(members) => members.values().for_each(|member| examples(member, found)),
        _ => {}
    }
}

#[test]
fn examples_are_what_their_schemas_say() {
    let document = document(&Server::start());
    let mut found = Vec::new();
    examples(&document, &mut found);
    assert!(found.len() > 30, "{}", found.len());
    for (schema, example) in found {
        let faults = Judge {
            document: &document,
        }
        .faults(schema, example, "$");
        assert!(faults.is_empty(), "{faults:#?} {example}");
    }
}
