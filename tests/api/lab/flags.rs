//! Feature flags that tests create and change.

use serde_json::{Value, json};

use super::start;
use crate::harness::{Answer, Server};

fn send(server: &Server, method: &str, path: &str, body: Value) -> Answer {
    let path = format!("/_lab/flags{path}?project=1");
    match body {
        Value::Null => server.ask(method, &path).send(),
        body => server.ask(method, &path).json(body).send(),
    }
}

/// What an SDK gets for the flag `key` and a distinct id.
fn value(server: &Server, key: &str, distinct_id: &str) -> Value {
    let body = json!({"token": "phc_main", "distinct_id": distinct_id});
    let answer = server.ask("POST", "/flags/?v=1").json(body).send().ok(200);
    answer["featureFlags"][key].clone()
}

#[test]
fn a_flag_is_created_changed_and_deleted() {
    let server = start();
    let created = send(&server, "POST", "/beta", json!({"name": "Beta"})).ok(201);
    assert_eq!(
        (&created["key"], &created["name"], &created["version"]),
        (&json!("beta"), &json!("Beta"), &json!(1))
    );
    assert_eq!(
        created["filters"],
        json!({"groups": [{"properties": [], "rollout_percentage": 100}]})
    );
    assert_eq!(value(&server, "beta", "d"), true);
    let changed = send(&server, "PATCH", "/beta", json!({"active": false})).ok(200);
    assert_eq!(
        (&changed["name"], &changed["version"]),
        (&json!("Beta"), &json!(2))
    );
    assert_eq!(value(&server, "beta", "d"), false);
    let replaced = send(&server, "POST", "/beta", json!({"filters": {"groups": []}})).ok(200);
    assert_eq!(
        (&replaced["id"], &replaced["name"], &replaced["active"]),
        (&created["id"], &json!(""), &json!(true))
    );
    assert_eq!(value(&server, "beta", "d"), false);
    assert_eq!(send(&server, "GET", "/beta", json!(null)).ok(200), replaced);
    assert_eq!(
        send(&server, "GET", "", json!(null)).ok(200)["results"],
        json!([replaced])
    );
    assert_eq!(send(&server, "DELETE", "/beta", json!(null)).status, 204);
    for (method, path) in [("GET", "/beta"), ("DELETE", "/beta"), ("PATCH", "/beta")] {
        send(&server, method, path, json!(null)).not_found("Not found.");
    }
    assert_eq!(send(&server, "GET", "", json!(null)).ok(200)["count"], 0);
}

#[test]
fn a_value_alone_is_for_everybody() {
    let server = start();
    for body in [
        json!(true),
        json!(false),
        json!("blue"),
        json!({"value": "red"}),
        json!({"value": true}),
    ] {
        send(&server, "POST", "/beta", body.clone());
        let expected = body.get("value").unwrap_or(&body);
        assert_eq!(value(&server, "beta", "d"), *expected, "{body}");
    }
    send(&server, "PATCH", "/beta", json!("green")).ok(200);
    assert_eq!(value(&server, "beta", "d"), "green");
}

#[test]
fn a_flag_can_differ_for_one_distinct_id() {
    let server = start();
    send(
        &server,
        "POST",
        "/beta",
        json!({"value": true, "overrides": {"ada": false, "mel": "blue"}}),
    )
    .ok(201);
    let values = || ["ada", "mel", "bob"].map(|id| value(&server, "beta", id));
    assert_eq!(values(), [json!(false), json!("blue"), json!(true)]);
    let set = send(&server, "PUT", "/beta/overrides/bob", json!(false)).ok(200);
    assert_eq!(
        set["overrides"],
        json!({"ada": false, "bob": false, "mel": "blue"})
    );
    send(
        &server,
        "PUT",
        "/beta/overrides/ada",
        json!({"value": "red"}),
    )
    .ok(200);
    assert_eq!(values(), [json!("red"), json!("blue"), json!(false)]);
    assert_eq!(
        send(&server, "DELETE", "/beta/overrides/bob", json!(null)).status,
        204
    );
    send(&server, "DELETE", "/beta/overrides/bob", json!(null)).not_found("Not found.");
    assert_eq!(values(), [json!("red"), json!("blue"), json!(true)]);
    send(
        &server,
        "PUT",
        "/beta/overrides/user.name%40example.com",
        json!(false),
    )
    .ok(200);
    assert_eq!(value(&server, "beta", "user.name@example.com"), false);
    send(
        &server,
        "PATCH",
        "/beta",
        json!({"overrides": {"mel": true}}),
    )
    .ok(200);
    assert_eq!(values(), [json!(true), json!(true), json!(true)]);
    send(&server, "DELETE", "/beta", json!(null));
    send(&server, "POST", "/beta", json!(false)).ok(201);
    assert_eq!(values(), [json!(false), json!(false), json!(false)]);
    send(&server, "PUT", "/none/overrides/ada", json!(true)).not_found("Not found.");
}

#[test]
fn sdks_get_new_definitions_after_a_change() {
    let server = start();
    let ask = |tag: &str| {
        let ask = server
            .ask("GET", "/flags/definitions?token=phc_main")
            .key("phs_main");
        ask.header("if-none-match", tag).send()
    };
    let first = ask("\"none\"");
    assert_eq!(ask(first.header("etag")).status, 304);
    send(&server, "POST", "/beta", json!(true)).ok(201);
    let second = ask(first.header("etag"));
    assert_eq!(
        (second.status, &second.body["flags"][0]["key"]),
        (200, &json!("beta"))
    );
}

#[test]
fn wrong_requests_are_refused() {
    let server = start();
    let invalid = "Only letters, numbers, hyphens (-) & underscores (_) are allowed.";
    send(&server, "POST", "/a%20b", json!(true)).invalid("invalid_key", invalid, "key");
    let value = "Expected true, false, or the key of a variant.";
    send(&server, "POST", "/beta", json!({"value": 5})).invalid("invalid_input", value, "value");
    send(&server, "POST", "/beta", json!("")).invalid("invalid_input", value, "value");
    send(&server, "POST", "/beta", json!([])).invalid(
        "invalid_input",
        "Invalid data. Expected a dictionary, but got list.",
        None,
    );
    send(&server, "POST", "/beta", json!({"filters": {"groups": 5}})).invalid(
        "invalid_input",
        "groups of filters must be a list.",
        "filters",
    );
    send(&server, "POST", "/beta", json!(true)).ok(201);
    send(&server, "PUT", "/beta/overrides/ada", json!({})).invalid(
        "required",
        "This field is required.",
        "value",
    );
    let long = format!("/beta/overrides/{}", "x".repeat(201));
    let detail = "A distinct id has 1 to 200 characters.";
    send(&server, "PUT", &long, json!(true)).invalid("invalid_input", detail, "distinct_id");
    let which = server.ask("GET", "/_lab/flags").send();
    which.invalid(
        "required",
        "Name a project by its id or token, unless there is just one.",
        "project",
    );
    let none = server.ask("GET", "/_lab/flags?project=99").send();
    none.invalid(
        "does_not_exist",
        "No project has this id or token.",
        "project",
    );
    let by_token = server
        .ask("GET", "/_lab/flags/beta?project=phc_main")
        .send();
    assert_eq!(by_token.ok(200)["key"], "beta");
    let elsewhere = server
        .ask("GET", "/_lab/flags/beta?project=phc_side")
        .send();
    elsewhere.not_found("Not found.");
    let only = Server::demo(&["--lab"]);
    assert_eq!(only.ask("GET", "/_lab/flags").send().status, 200);
}

#[test]
fn one_flag_has_at_most_a_thousand_overrides() {
    let server = start();
    let many: serde_json::Map<_, _> = (0..1_000)
        .map(|id| (format!("id-{id}"), json!(false)))
        .collect();
    send(
        &server,
        "POST",
        "/beta",
        json!({"value": true, "overrides": many}),
    )
    .ok(201);
    send(&server, "PUT", "/beta/overrides/id-5", json!(true)).ok(200);
    let detail = "A flag has at most 1000 overrides.";
    send(&server, "PUT", "/beta/overrides/more", json!(true)).invalid(
        "invalid_input",
        detail,
        None,
    );
    assert_eq!(value(&server, "beta", "more"), true);
}

#[test]
fn a_project_of_a_test_has_flags_of_its_own() {
    let server = start();
    let seed = json!({"feature_flags": {"beta": true, "color": "blue"}});
    let body = json!({"name": "Mine", "seed": seed});
    let made = server
        .ask("POST", "/_lab/projects")
        .json(body)
        .send()
        .ok(201);
    let (id, token) = (
        made["project_id"].to_string(),
        made["project_token"].as_str().unwrap(),
    );
    let flags = || {
        let body = json!({"token": token, "distinct_id": "d"});
        let answer = server.ask("POST", "/flags/?v=1").json(body).send();
        answer.ok(200)["featureFlags"].clone()
    };
    assert_eq!(flags(), json!({"beta": true, "color": "blue"}));
    assert_eq!(value(&server, "beta", "d"), json!(null));
    let path = format!("/_lab/flags/beta/overrides/d?project={id}");
    server.ask("PUT", &path).json(json!(false)).send().ok(200);
    assert_eq!(flags(), json!({"beta": false, "color": "blue"}));
    let deleted = server.ask("DELETE", &format!("/_lab/projects/{id}")).send();
    assert_eq!(deleted.status, 204);
    assert_eq!(flags(), json!(null));
}

#[test]
fn flags_of_a_project_that_depend_on_each_other_too_much_are_rejected() {
    let server = start();
    let on = |key: &str| json!({"key": key, "type": "flag", "operator": "flag_evaluates_to", "value": true});
    let long = |number: usize| format!("{number:0>200}");
    let flag = |key: &str, on: Vec<Value>| json!({"key": key, "filters": {"groups": [{"properties": on}]}});
    let mut flags =
        Vec::from_iter((0..120).map(|number| flag(&long(number), vec![on(&long(number + 1))])));
    let create = |flags: &[Value]| {
        let body = json!({"name": "Mine", "seed": {"feature_flags": flags}});
        server.ask("POST", "/_lab/projects").json(body).send()
    };
    flags.push(flag("a", vec![on(&long(0)); 90]));
    create(&flags).ok(201);
    flags.extend(["b", "c", "d"].map(|key| flag(key, vec![on(&long(0)); 90])));
    let refused = create(&flags);
    let detail = refused.body["detail"].as_str().unwrap();
    assert_eq!(refused.status, 400);
    assert!(detail.starts_with("feature_flags[12"), "{detail}");
    assert!(detail.contains("depend on each other too much"), "{detail}");
}

#[test]
fn a_reset_brings_back_the_flags_of_the_seed() {
    let server = start();
    send(
        &server,
        "POST",
        "/beta",
        json!({"value": true, "overrides": {"ada": false}}),
    )
    .ok(201);
    assert_eq!(value(&server, "beta", "d"), true);
    let reset = server.ask("POST", "/_lab/reset").send();
    assert_eq!(reset.status, 204, "{}", reset.text);
    assert_eq!(send(&server, "GET", "", json!(null)).ok(200)["count"], 0);
    send(&server, "POST", "/beta", json!(true)).ok(201);
    assert_eq!(value(&server, "beta", "ada"), true);
}
