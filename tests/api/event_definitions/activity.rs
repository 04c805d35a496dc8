//! What the activity log says of event definitions.

use serde_json::json;

use super::{BASE, server_with};
use crate::activity_log::told;

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
    let entries = log["results"].as_array().unwrap();
    insta::assert_snapshot!(told(entries), @r#"
    deleted plan by 1
    changed plan by 1:
      changed tags: ["a","b"] -> ["a","b","c"]
    changed plan by 1:
    changed plan by 2:
      deleted description: "d" -> null
      changed verified: true -> false
      changed hidden: false -> true
    changed plan by 1:
      created owner: null -> 2
      changed description: "" -> "d"
      changed tags: ["x"] -> ["a","b"]
      changed verified: false -> true
      changed default_columns: [] -> ["c"]
    created plan by 1
    "#);
    for entry in entries {
        assert_eq!(entry["item_id"], made["id"]);
        let mut detail = entry["detail"].clone();
        detail["changes"].take();
        assert_eq!(
            detail,
            json!({
                "name": "plan", "type": null, "changes": null, "context": null, "trigger": null, "short_id": null,
            })
        );
    }
}
