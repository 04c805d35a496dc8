//! Lists, and which of several invalid fields is reported.
use serde_json::{Value, json};

use crate::{
    fields::{key, patch},
    harness::Server,
};

const KEYS: &str = "/api/projects/1/project_secret_api_keys/";
const DEFINITIONS: &str = "/api/projects/1/property_definitions/";
const PLAN: &str = "/api/projects/1/property_definitions/0195f3a0-0000-0000-8000-0000000000d1/";
const SHARING: &str = "/api/projects/1/insights/1/sharing/";

#[test]
fn lists() {
    let server = Server::start();
    for (value, kind) in [
        ("\"a\"", "str"),
        ("{}", "dict"),
        ("5", "int"),
        ("1.5", "float"),
        ("true", "bool"),
    ] {
        let words = format!("Expected a list of items but got type \"{kind}\".");
        patch(&server, PLAN, "tags", value).invalid("not_a_list", &words, "tags");
    }
    patch(&server, PLAN, "tags", "null").invalid("null", "This field may not be null.", "tags");
    let key = key(&server);
    patch(&server, &key, "scopes", "[]").invalid("empty", "This list may not be empty.", "scopes");
    for (value, code, words, attr) in [
        (
            "[\"endpoint:read\",null,true]",
            "null",
            "This field may not be null.",
            "scopes__1",
        ),
        (
            "[\" \",null]",
            "blank",
            "This field may not be blank.",
            "scopes__0",
        ),
        (
            "[\"endpoint:read\",{}]",
            "invalid_input",
            "Not a valid string.",
            "scopes__1",
        ),
        (
            "[\"endpoint:read\",\"\\u0000\"]",
            "null_characters_not_allowed",
            "Null characters are not allowed.",
            "scopes__1",
        ),
    ] {
        patch(&server, &key, "scopes", value).invalid(code, words, attr);
    }
}

#[test]
fn uuids_and_long_lists() {
    let server = Server::start();
    let path = format!("{DEFINITIONS}bulk_update_tags/");
    let plan = "0195f3a0-0000-0000-8000-0000000000d1";
    let bulk = |ids: Value| server.post(&path, json!({"ids": ids, "action": "add", "tags": ["x"]}));
    for id in [
        plan.to_owned(),
        plan.to_uppercase(),
        plan.replace('-', ""),
        format!("urn:uuid:{plan}"),
        format!("{{{plan}}}"),
    ] {
        assert_eq!(bulk(json!([id])).ok(200)["updated"][0]["id"], plan, "{id}");
    }
    let skipped = json!([{"id": "00000000-0000-0000-0000-000000000001", "reason": "Not found"}]);
    assert_eq!(bulk(json!([1])).ok(200)["skipped"], skipped);
    for id in [
        json!("x"),
        json!(""),
        json!(1.5),
        json!([]),
        json!({}),
        json!(-1),
    ] {
        bulk(json!([plan, id, "y"])).invalid("invalid_input", "Must be a valid UUID.", "ids__1");
    }
    let many = |id: &str| vec![Value::from(id); 501];
    let words = "Ensure this field has no more than 500 elements.";
    bulk(many(plan).into()).invalid("max_length", words, "ids");
    let mut one_bad = many(plan);
    one_bad[500] = "x".into();
    bulk(one_bad.into()).invalid("invalid_input", "Must be a valid UUID.", "ids__500");
    bulk(many(plan)[..500].into()).ok(200);
}

#[test]
fn the_first_invalid_field_in_declaration_order_is_reported() {
    let server = Server::start();
    let body = r#"{"hidden":"x","verified":"maybe","property_type":"Foo"}"#;
    let answer = server
        .ask("PATCH", PLAN)
        .key("phx_ada")
        .body("application/json", body)
        .send();
    answer.invalid(
        "invalid_choice",
        "\"Foo\" is not a valid choice.",
        "property_type",
    );
    let body = json!({"scopes": 5, "label": null});
    server
        .post(KEYS, body)
        .invalid("null", "This field may not be null.", "label");
    let body = json!({"password_required": 5, "settings": 5, "enabled": 5});
    server
        .patch(SHARING, body)
        .invalid("invalid_input", "Must be a valid boolean.", "enabled");
    let body = json!({"password_required": 5, "settings": 5});
    server
        .patch(SHARING, body)
        .invalid("invalid_input", "Invalid settings format", "settings");
    // A rule that spans several fields is checked only when each field is valid by itself.
    let both = json!({"hidden": true, "verified": true, "property_type": "Foo"});
    server.patch(PLAN, both).invalid(
        "invalid_choice",
        "\"Foo\" is not a valid choice.",
        "property_type",
    );
    let both = json!({"hidden": true, "verified": true, "description": "new"});
    server.patch(PLAN, both).invalid(
        "invalid_input",
        "A property cannot be both hidden and verified",
        None,
    );
    // The rejected requests changed nothing.
    let plan = server.get(PLAN).ok(200);
    assert_eq!(
        (&plan["description"], &plan["hidden"], &plan["verified"]),
        (&json!(""), &json!(false), &json!(false))
    );
}
