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

/// `path` without the names of its parameters, which the published document sometimes gives other names than the route table.
fn nameless(path: &str) -> String {
    let parts = path.split('/');
    let parts = parts.map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn every_route_for_keys_is_documented_with_its_scope_and_nothing_else_is() {
    let document = document(&Server::start());
    let documented: BTreeSet<_> = operations(&document)
        .into_iter()
        .filter(|(_, path, _)| !path.starts_with("/api/environments/"))
        .map(|(method, path, operation)| {
            let security = operation["security"].clone();
            (method, nameless(path), security.to_string())
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
            // Like the published document, this one ends all paths of the API in a slash.
            let slash = if row.path.starts_with("/api/") {
                "/"
            } else {
                ""
            };
            let path = nameless(&(row.path.clone() + slash));
            (row.method.clone(), path, security.to_string())
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
            true => serde_saphyr::from_str(&answer.text).unwrap(),
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

#[test]
fn operations_have_the_names_of_the_published_document() {
    let document = document(&Server::start());
    let operations = operations(&document);
    let table = include_str!("../reference/schemas.md");
    let table = table.split("## 2. The 18 operations").nth(1).unwrap();
    let mut count = 0;
    for row in table.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let Some((method, path)) = cells[2].split_once(' ') else {
            continue;
        };
        if cells[1].parse::<u8>().is_err() {
            continue;
        }
        count += 1;
        let path = format!("/api/projects/{{project_id}}{}", path.trim_matches('`'));
        let found = operations
            .iter()
            .find(|(other, at, _)| other == method && *at == path);
        let (_, _, operation) = found.unwrap_or_else(|| panic!("no {method} {path}"));
        assert_eq!(operation["operationId"], cells[3].trim_matches('`'));
        assert_eq!(
            operation["tags"],
            json!([path.split('/').nth(4).unwrap()]),
            "{path}"
        );
        assert!(operation["description"].is_string(), "{path}");
    }
    assert_eq!(count, 18);
    for name in [
        "BulkUpdateTagsRequest",
        "BulkUpdateTagsResponse",
        "EnterprisePropertyDefinition",
        "PaginatedEnterprisePropertyDefinitionList",
        "PaginatedProjectSecretAPIKeyList",
        "PatchedEnterprisePropertyDefinition",
        "PatchedProjectSecretAPIKey",
        "PatchedSharingConfiguration",
        "ProjectSecretAPIKey",
        "SharePassword",
        "SharingConfiguration",
        "UserBasic",
    ] {
        assert!(
            document["components"]["schemas"][name].is_object(),
            "{name}"
        );
    }
}

#[test]
fn environments_are_documented_as_deprecated_twins() {
    let server = Server::start();
    let document = document(&server);
    let operations = operations(&document);
    let twins = operations
        .iter()
        .filter(|(_, path, _)| path.starts_with("/api/environments/"));
    let mut resources = BTreeSet::new();
    for (method, path, operation) in twins {
        resources.insert(path.split('/').nth(4).unwrap());
        let path = path.replace("environments/{environment_id}", "projects/{project_id}");
        let origin = operations
            .iter()
            .find(|(other, at, _)| other == method && *at == path);
        let (_, _, origin) = origin.unwrap();
        let id = format!("environments_{}", origin["operationId"].as_str().unwrap());
        assert_eq!(
            (&operation["operationId"], &operation["deprecated"]),
            (&json!(id), &json!(true))
        );
        assert_eq!(operation["responses"], origin["responses"]);
    }
    let expected = [
        "dashboards",
        "events",
        "insights",
        "project_secret_api_keys",
        "session_recordings",
    ];
    assert_eq!(resources, BTreeSet::from(expected));
    server
        .get("/api/environments/1/insights/1/sharing/")
        .ok(200);
}

/// The schemas in `value` that generators of clients turn into useless types.
fn useless(value: &Value, place: &str, found: &mut Vec<String>) {
    let kinds = value["type"].as_array().map_or(0, Vec::len);
    let is_choice = place.contains("/anyOf/");
    if *value == json!({"type": "null"}) && !is_choice {
        found.push(format!("{place} is only null"));
    }
    if kinds > 2 {
        found.push(format!("{place} has several types"));
    }
    if value.get("const").is_some() && value["type"] != "string" {
        found.push(format!("{place} is a constant, which some take for a text"));
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                useless(item, &format!("{place}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members
                .iter()
                .filter(|(name, _)| !name.starts_with("example"))
            {
                useless(member, &format!("{place}/{name}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn generators_find_types_and_json_bodies() {
    let document = document(&Server::start());
    let mut found = Vec::new();
    useless(&document, "", &mut found);
    for (method, path, operation) in operations(&document) {
        let judge = Judge {
            document: &document,
        };
        let body = operation.get("requestBody").map(|body| judge.resolve(body));
        let kinds = body.map(|body| {
            body["content"]
                .as_object()
                .unwrap()
                .keys()
                .collect::<Vec<_>>()
        });
        if kinds.is_some_and(|kinds| kinds != ["application/json"]) {
            found.push(format!("{method} {path} takes other bodies than JSON"));
        }
        let description = operation["description"].as_str();
        if description.is_none_or(str::is_empty) {
            found.push(format!("{method} {path} is not described"));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
