//! What the activity log says of definitions.

use serde_json::{Value, json};

use super::{BASE, bulk, id, list, server_with};

#[test]
fn deeds_are_in_the_activity_log() {
    let server = server_with(
        json!([{"name": "plan", "type": "person"}, "seats"]),
        json!([]),
        &[],
    );
    let person = list(&server, "type=person&properties=plan")[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("{BASE}{person}/");
    server.patch(&path, json!({"description": "x", "tags": ["b", "a"], "verified": true, "property_type": "String"})).ok(200);
    server
        .ask("PATCH", &path)
        .key("phx_mel")
        .json(json!({"hidden": true, "description": null}))
        .send()
        .ok(200);
    server.patch(&path, json!({"tags": []})).ok(200);
    server.patch(&path, json!({})).ok(200);
    server.patch(&path, json!({"verified": 7})).invalid(
        "invalid_input",
        "Must be a valid boolean.",
        "verified",
    );
    server.delete(&path);

    let log = server.get("/api/projects/1/activity_log/").ok(200);
    let entries = log["results"].as_array().unwrap();
    let change = |action: &str, field: &str, before: Value, after: Value| json!({"type": "PropertyDefinition", "action": action, "field": field, "before": before, "after": after});
    let expected = [
        ("deleted", 1, Value::Null),
        ("changed", 1, json!([])),
        (
            "changed",
            1,
            json!([change("changed", "tags", json!(["a", "b"]), json!([]))]),
        ),
        (
            "changed",
            2,
            json!([
                change("deleted", "description", json!("x"), Value::Null),
                change("changed", "verified", json!(true), json!(false)),
                change("changed", "hidden", json!(false), json!(true)),
            ]),
        ),
        (
            "changed",
            1,
            json!([
                change("changed", "description", json!(""), json!("x")),
                change("changed", "tags", json!([]), json!(["a", "b"])),
                change("created", "property_type", Value::Null, json!("String")),
                change("changed", "verified", json!(false), json!(true)),
            ]),
        ),
    ];
    assert_eq!(entries.len(), expected.len(), "{log}");
    for (entry, (activity, user, changes)) in entries.iter().zip(expected) {
        assert_eq!(entry["scope"], "PropertyDefinition");
        assert_eq!(
            (&entry["activity"], &entry["item_id"], &entry["user"]["id"]),
            (&json!(activity), &json!(person), &json!(user))
        );
        let detail = json!({
            "name": "plan", "type": "person", "changes": changes, "context": null, "trigger": null, "short_id": null,
        });
        assert_eq!(entry["detail"], detail);
    }
}

#[test]
fn changes_of_tags_are_in_the_activity_log() {
    let definitions = json!([{"name": "a", "tags": ["one", "two"]}, "b"]);
    let server = server_with(definitions, json!([]), &[]);
    let (a, b) = (id(&server, "a"), id(&server, "b"));
    bulk(
        &server,
        json!({"ids": [a, b], "action": "add", "tags": ["one"]}),
    )
    .ok(200);
    let log = server.get("/api/projects/1/activity_log/").ok(200);
    assert_eq!(
        log["results"].as_array().unwrap().len(),
        1,
        "only what changed: {log}"
    );
    let entry = &log["results"][0];
    assert_eq!(
        (&entry["item_id"], &entry["activity"]),
        (&json!(b), &json!("changed"))
    );
    let change = json!([{"type": "PropertyDefinition", "action": "changed", "field": "tags", "before": [], "after": ["one"]}]);
    assert_eq!(entry["detail"]["changes"], change);
}
