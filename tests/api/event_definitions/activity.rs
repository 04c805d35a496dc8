//! What the activity log says of event definitions.

use serde_json::{Value, json};

use super::{BASE, server_with};

#[test]
fn deeds_are_in_the_activity_log() {
    let server = server_with(json!([]));
    let made = server
        .post(BASE, json!({"name": "plan", "tags": ["x"]}))
        .ok(201);
    let path = format!("{BASE}{}/", made["id"].as_str().unwrap());
    let body = json!({"owner": 2, "description": "d", "tags": ["b", "a"], "verified": true, "default_columns": ["c"]});
    server.patch(&path, body).ok(200);
    let hide = json!({"hidden": true, "description": null});
    server
        .ask("PUT", &path)
        .key("phx_mel")
        .json(hide)
        .send()
        .ok(200);
    server.patch(&path, json!({})).ok(200);
    let boolean = "Must be a valid boolean.";
    server
        .patch(&path, json!({"verified": 7}))
        .invalid("invalid_input", boolean, "verified");
    for tags in [["a"], ["c"]] {
        let bulk = json!({"ids": [made["id"]], "action": "add", "tags": tags});
        server
            .post(&format!("{BASE}bulk_update_tags/"), bulk)
            .ok(200);
    }
    server.get(&path).ok(200);
    server.delete(&path);

    let log = server
        .get("/api/projects/1/activity_log/?scope=EventDefinition")
        .ok(200);
    let change = |action: &str, field: &str, before: Value, after: Value| json!({"type": "EventDefinition", "action": action, "field": field, "before": before, "after": after});
    let expected = [
        ("deleted", 1, Value::Null),
        (
            "changed",
            1,
            json!([change(
                "changed",
                "tags",
                json!(["a", "b"]),
                json!(["a", "b", "c"])
            )]),
        ),
        ("changed", 1, json!([])),
        (
            "changed",
            2,
            json!([
                change("deleted", "description", json!("d"), Value::Null),
                change("changed", "verified", json!(true), json!(false)),
                change("changed", "hidden", json!(false), json!(true)),
            ]),
        ),
        (
            "changed",
            1,
            json!([
                change("created", "owner", Value::Null, json!(2)),
                change("changed", "description", json!(""), json!("d")),
                change("changed", "tags", json!(["x"]), json!(["a", "b"])),
                change("changed", "verified", json!(false), json!(true)),
                change("changed", "default_columns", json!([]), json!(["c"])),
            ]),
        ),
        ("created", 1, Value::Null),
    ];
    let entries = log["results"].as_array().unwrap();
    assert_eq!(entries.len(), expected.len(), "{log}");
    for (entry, (activity, user, changes)) in entries.iter().zip(expected) {
        assert_eq!(
            (&entry["activity"], &entry["item_id"], &entry["user"]["id"]),
            (&json!(activity), &made["id"], &json!(user))
        );
        assert_eq!(
            entry["detail"],
            json!({
                "name": "plan", "type": null, "changes": changes, "context": null, "trigger": null, "short_id": null,
            })
        );
    }
}
