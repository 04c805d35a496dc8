//! A seed file is held to the rules of the API: a value that the API rejects is rejected in the same words, with the place.

use serde_json::{Value, json};

use crate::{process::Folder, seeding::SMALL};

const PLAN: &str = "0195f3a0-0000-0000-8000-000000000001";

/// Sends `body` to the API, which must reject it, and applies a file that has it, with `more`, as an item of `list`.
/// Checks that both say the same.
#[track_caller]
fn same(
    server: &crate::process::Running,
    list: &str,
    request: (&str, &str),
    body: Value,
    more: Value,
) {
    let (method, path) = request;
    let path = format!("/api/projects/3/{path}");
    let (status, answer) = server.ask(method, "phx_local", &path, &body);
    assert_eq!(status, 400, "{path} {body}: {answer}");
    let field = answer["attr"].as_str().map(|attr| {
        let parts = attr.split("__").map(|part| match part.parse::<u8>() {
            Ok(index) => format!("[{index}]"),
            Err(_) => format!(".{part}"),
        });
        parts.collect::<String>()
    });
    let mut item = body.clone();
    let more = more.as_object().unwrap().clone();
    item.as_object_mut().unwrap().extend(more);
    let mut file: Value = serde_json::from_str(SMALL).unwrap();
    let items = file
        .as_object_mut()
        .unwrap()
        .entry(list)
        .or_insert(json!([]));
    let items = items.as_array_mut().unwrap();
    items.push(item);
    let place = format!("{list}[{}]{}", items.len() - 1, field.unwrap_or_default());
    let folder = Folder::new();
    folder.write("seed.json", file.to_string());
    let what = answer["detail"].as_str().unwrap();
    folder.fails(
        &["seed", "seed.json"],
        &[&format!("hoglet: seed.json: {place}: {what}\n")],
    );
    assert!(
        !folder.ok(&["projects", "list"]).contains("phc_main-1_a"),
        "the whole file is undone"
    );
}

#[test]
fn values_that_the_api_rejects_are_rejected_in_the_same_words() {
    let folder = Folder::new();
    let mut file: Value = serde_json::from_str(SMALL).unwrap();
    file["property_definitions"] = json!([{"project": "main", "name": "plan", "id": PLAN}]);
    folder.write("small.json", file.to_string());
    let server = folder.serve(&["--seed", "small.json"]);
    let long = "x".repeat(401);
    let main = json!({"project": "main"});
    for (list, body) in [
        ("insights", json!({"name": long})),
        ("insights", json!({"derived_name": []})),
        ("insights", json!({"query": "select 1"})),
        ("insights", json!({"filters": []})),
        ("insights", json!({"result": 5})),
        ("insights", json!({"order": 2_147_483_648_u32})),
        ("insights", json!({"deleted": "perhaps"})),
        ("insights", json!({"saved": null})),
        ("insights", json!({"tags": ["a", 5]})),
        ("insights", json!({"favorited": 2, "description": long})),
        ("dashboards", json!({"restriction_level": 22})),
        ("dashboards", json!({"pinned": null})),
        ("dashboards", json!({"filters": [1]})),
        ("notebooks", json!({"short_id": "a-b"})),
        ("notebooks", json!({"version": -2_147_483_649_i64})),
        ("notebooks", json!({"title": long})),
        (
            "project_secret_api_keys",
            json!({"label": long, "scopes": []}),
        ),
        (
            "project_secret_api_keys",
            json!({"label": " ", "scopes": ["feature_flag:read"]}),
        ),
        ("project_secret_api_keys", json!({"label": "CI"})),
        ("event_definitions", json!({"name": null})),
        ("event_definitions", json!({"name": "x", "tags": "core"})),
        (
            "event_definitions",
            json!({"name": "x", "verified": true, "hidden": true}),
        ),
    ] {
        same(
            &server,
            list,
            ("POST", &format!("{list}/")),
            body,
            main.clone(),
        );
    }
    for body in [
        json!({"description": 5, "tags": [null]}),
        json!({"property_type": "Text"}),
        json!({"verified": "perhaps"}),
        json!({"verified": true, "hidden": true}),
    ] {
        let path = format!("property_definitions/{PLAN}/");
        let more = json!({"project": "main", "name": "other"});
        same(
            &server,
            "property_definitions",
            ("PATCH", &path),
            body,
            more,
        );
    }
    for body in [
        json!({"enabled": "perhaps"}),
        json!({"settings": {"theme": "blue"}}),
        json!({"password_required": null}),
    ] {
        let request = ("PATCH", "insights/5/sharing/");
        same(
            &server,
            "sharing_configurations",
            request,
            body,
            json!({"insight": "I"}),
        );
    }
}

#[test]
fn flags_that_depend_on_each_other_too_much_are_rejected_with_the_worst_of_them() {
    let folder = Folder::new();
    let mut file: Value = serde_json::from_str(SMALL).unwrap();
    file["organizations"][0]["id"] = json!(PLAN);
    let flag = |key: &str, on: &str, times: usize| {
        let on = json!({"key": on, "type": "flag", "operator": "flag_evaluates_to", "value": true});
        json!({"project": "main", "key": key, "filters": {"groups": [{"properties": vec![on; times]}]}})
    };
    // A chain of 24 KiB, which each condition on its end has: the conditions of the last three flags have 9 MiB of them.
    let long = |number: usize| format!("{number:0>200}");
    let chain = (0..119).map(|number| flag(&long(number), &long(number + 1), 1));
    let mut flags = vec![flag("end", &long(0), 1)];
    flags.extend(chain);
    flags.extend([("a", 50), ("b", 190), ("c", 100)].map(|(key, times)| flag(key, "end", times)));
    file["feature_flags"] = flags.into();
    folder.write("chains.json", file.to_string());
    let problem = "chains.json: feature_flags[121]: The flags of the project depend on each other too much, most of all b: \
                   all dependency chains of a project have at most 8 MiB.\n";
    let serve = ["serve", "--listen", "127.0.0.1:0", "--db", "b.db", "--seed"];
    for command in [&["seed"][..], &["import"], &serve] {
        folder.fails(&[command, &["chains.json"]].concat(), &[problem]);
    }
    assert!(!folder.ok(&["projects", "list"]).contains("phc_main-1_a"));
    // An import adds to what the database has.
    let all = file["feature_flags"].as_array_mut().unwrap();
    let mut last = all.pop().unwrap();
    folder.write("chains.json", file.to_string());
    folder.ok(&["import", "chains.json"]);
    last["project"] = json!("project:3");
    folder.write("more.json", json!({"feature_flags": [last]}).to_string());
    let problem = "more.json: feature_flags[0]: The flags of the project depend on each other too much, most of all b: ";
    folder.fails(&["import", "more.json"], &[problem]);
}
