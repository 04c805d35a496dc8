//! What the activity log says of definitions.

use serde_json::json;

use super::{BASE, bulk, id, list, server_with};
use crate::activity_log::told;

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
    insta::assert_snapshot!(told(entries), @r#"
    deleted plan by 1
    changed plan by 1:
    changed plan by 1:
      changed tags: ["a","b"] -> []
    changed plan by 2:
      deleted description: "x" -> null
      changed verified: true -> false
      changed hidden: false -> true
    changed plan by 1:
      changed description: "" -> "x"
      changed tags: [] -> ["a","b"]
      created property_type: null -> "String"
      changed verified: false -> true
    "#);
    for entry in entries {
        assert_eq!(
            (&entry["scope"], &entry["item_id"]),
            (&json!("PropertyDefinition"), &json!(person))
        );
        let mut detail = entry["detail"].clone();
        detail["changes"].take();
        let expected = json!({
            "name": "plan", "type": "person", "changes": null, "context": null, "trigger": null, "short_id": null,
        });
        assert_eq!(detail, expected);
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
    let entries = log["results"].as_array().unwrap();
    insta::assert_snapshot!(told(entries), @r#"
    changed b by 1:
      changed tags: [] -> ["one"]
    "#);
    assert_eq!(entries[0]["item_id"], json!(b));
}
