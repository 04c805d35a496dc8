//! Project secret API keys: which actions appear in the activity log (`keys-and-auth.md` 2.8).

use serde_json::{Value, json};

use crate::{
    accounts::ACME,
    harness::Server,
    project_secret_api_keys::{KEYS, create, path},
};

/// The log entries about project secret keys, newest first.
fn log(server: &Server) -> Vec<Value> {
    let log = server
        .get("/api/projects/1/activity_log/?scope=ProjectSecretAPIKey")
        .ok(200);
    log["results"].as_array().unwrap().clone()
}

/// The expected log entry of an action on `key`; the values that only the server can choose are taken from `shown`.
fn entry(shown: &Value, key: &Value, activity: &str, changes: Value) -> Value {
    json!({
        "id": shown["id"], "user": null, "unread": false, "team_id": 1, "organization_id": ACME, "was_impersonated": false,
        "is_system": true, "client": null, "ip_address": "127.0.0.1", "activity": activity, "item_id": key["id"],
        "scope": "ProjectSecretAPIKey",
        "detail": {
            "name": key["label"], "type": null, "changes": changes,
            "context": {
                "scopes": key["scopes"], "project_name": "Main", "created_by_name": "Ada Lovelace",
                "created_by_email": "ada@example.com", "organization_name": "Acme",
            },
            "trigger": null, "short_id": null,
        },
        "created_at": shown["created_at"],
    })
}

fn change(field: &str, action: &str, before: &Value, after: &Value) -> Value {
    json!({"type": "ProjectSecretAPIKey", "after": after, "field": field, "action": action, "before": before})
}

/// An instant as it is written in `changes`: with an offset.
fn offset(at: &Value) -> Value {
    json!(at.as_str().unwrap().replace('Z', "+00:00"))
}

#[test]
fn each_action_adds_one_entry() {
    let server = Server::start();
    let made = create(&server, "CI");
    let newest = || log(&server)[0].clone();
    let shown = newest();
    assert_eq!(
        shown.to_string(),
        entry(&shown, &made, "created", json!([])).to_string()
    );
    assert_eq!(shown["created_at"], made["created_at"]);

    let both = json!({"scopes": ["loop:write", "account:read"], "label": "CD"});
    let updated = server
        .ask("PATCH", &path(&made))
        .key("phx_mel")
        .json(both)
        .send()
        .ok(200);
    let changes = json!([
        change("label", "changed", &json!("CI"), &json!("CD")),
        change(
            "scopes",
            "changed",
            &json!(["endpoint:read"]),
            &json!(["loop:write", "account:read"])
        ),
    ]);
    let shown = newest();
    assert_eq!(
        shown.to_string(),
        entry(&shown, &updated, "updated", changes).to_string()
    );

    let once = server
        .post(&format!("{}roll/", path(&made)), json!({}))
        .ok(200);
    let changes = json!([
        change(
            "mask_value",
            "changed",
            &made["mask_value"],
            &once["mask_value"]
        ),
        change(
            "last_rolled_at",
            "created",
            &json!(null),
            &offset(&once["last_rolled_at"])
        ),
    ]);
    let shown = newest();
    assert_eq!(
        shown.to_string(),
        entry(&shown, &once, "updated", changes).to_string()
    );

    let twice = server
        .post(&format!("{}roll/", path(&made)), json!({}))
        .ok(200);
    let changes = json!([
        change(
            "mask_value",
            "changed",
            &once["mask_value"],
            &twice["mask_value"]
        ),
        change(
            "last_rolled_at",
            "changed",
            &offset(&once["last_rolled_at"]),
            &offset(&twice["last_rolled_at"])
        ),
    ]);
    let shown = newest();
    assert_eq!(
        shown.to_string(),
        entry(&shown, &twice, "updated", changes).to_string()
    );

    server.delete(&path(&made)).ok(204);
    let shown = newest();
    assert_eq!(
        shown.to_string(),
        entry(&shown, &twice, "deleted", json!(null)).to_string()
    );
    assert_eq!(log(&server).len(), 5);
    let text = json!(log(&server)).to_string();
    for key in [&made, &once, &twice] {
        assert!(
            !text.contains(key["value"].as_str().unwrap()),
            "a secret stands in the log"
        );
    }
}

#[test]
fn what_changes_nothing_leaves_none() {
    let server = Server::start();
    let made = create(&server, "CI");
    let other = create(&server, "other");
    let count = log(&server).len();
    for (status, body) in [
        (200, json!({})),
        (
            200,
            json!({"label": " CI ", "scopes": ["endpoint:read"], "value": "x"}),
        ),
        (400, json!({"label": "other"})),
        (400, json!({"label": "new", "scopes": ["*"]})),
    ] {
        server.patch(&path(&made), body).ok(status);
    }
    server
        .post(KEYS, json!({"label": "CI", "scopes": ["endpoint:read"]}))
        .ok(400);
    server.delete(&format!("{KEYS}nokey/")).ok(404);
    server
        .post("/api/projects/2/project_secret_api_keys/x/roll", json!({}))
        .ok(404);
    server.get(&path(&other)).ok(200);
    assert_eq!(log(&server).len(), count);
}
