//! What the activity log says of shares.

use serde_json::{Value, json};

use crate::{
    harness::Server,
    sharing::{NOTEBOOK, PARENTS},
};

/// The project's entries, newest first.
fn entries(server: &Server) -> Vec<Value> {
    server.get("/api/projects/1/activity_log/").ok(200)["results"]
        .as_array()
        .unwrap()
        .clone()
}

/// Checks that `entry` says that ada did `activity` to the thing.
#[track_caller]
fn says(entry: &Value, scope: &str, item: &str, activity: &str) {
    let said = (
        &entry["scope"],
        &entry["item_id"],
        &entry["activity"],
        &entry["user"]["email"],
    );
    assert_eq!(
        said,
        (
            &json!(scope),
            &json!(item),
            &json!(activity),
            &json!("ada@example.com")
        )
    );
}

#[test]
fn every_change_of_an_insights_or_notebooks_share_is_logged() {
    let server = Server::start();
    for (parent, scope, item, name, short_id) in [
        (PARENTS[0], "Insight", "1", "Signups", "InsMain1"),
        (
            "/api/projects/1/insights/InsMain1",
            "Insight",
            "1",
            "Signups",
            "InsMain1",
        ),
        (PARENTS[2], "Notebook", "NoteMain1", "Plan", "NoteMain1"),
    ] {
        for (change, enabled) in [
            (json!({"enabled": true}), true),
            (json!({"settings": {"legend": true}}), true),
            (json!({"enabled": false}), false),
            (json!({}), false), // "disabled" although only looked at: as the reference does
        ] {
            let before = entries(&server).len();
            server.patch(&format!("{parent}/sharing"), change).ok(200);
            let entries = entries(&server);
            assert_eq!(entries.len(), before + 1);
            says(
                &entries[0],
                scope,
                item,
                if enabled {
                    "sharing enabled"
                } else {
                    "sharing disabled"
                },
            );
            let detail = &entries[0]["detail"];
            assert_eq!(
                (&detail["name"], &detail["short_id"]),
                (&json!(name), &json!(short_id))
            );
            let changes = detail["changes"].as_array().unwrap();
            let change = &changes[0];
            assert_eq!(changes.len(), 1);
            assert_eq!(
                (
                    &change["type"],
                    &change["action"],
                    &change["field"],
                    &change["after"]
                ),
                (
                    &json!(scope),
                    &json!("changed"),
                    &json!("sharing"),
                    &json!(enabled)
                )
            );
        }
    }
}

#[test]
fn a_dashboards_share_is_logged_when_it_is_switched() {
    let server = Server::start();
    let path = format!("{}/sharing", PARENTS[1]);
    server
        .patch(&path, json!({"settings": {"legend": true}}))
        .ok(200);
    assert_eq!(entries(&server), Vec::<Value>::new());
    for (enabled, activity) in [(true, "sharing enabled"), (false, "sharing disabled")] {
        server.patch(&path, json!({"enabled": enabled})).ok(200);
        let entries = entries(&server);
        says(&entries[0], "Dashboard", "1", activity);
        assert_eq!(entries[0]["detail"]["name"], "Overview");
    }
    assert_eq!(entries(&server).len(), 2);
}

#[test]
fn a_rotation_is_logged_without_changes() {
    let server = Server::start();
    for (parent, scope, item, name) in [
        (PARENTS[0], "Insight", "1", "Signups"),
        (PARENTS[1], "Dashboard", "1", "Overview"),
        (PARENTS[2], "Notebook", "NoteMain1", "Plan"),
    ] {
        server
            .post(&format!("{parent}/sharing/refresh"), json!({}))
            .ok(200);
        let entry = &entries(&server)[0];
        says(entry, scope, item, "access token refreshed");
        assert_eq!(entry["detail"]["name"], name);
        assert_eq!(entry["detail"]["changes"], json!(null));
    }
    assert_eq!(entries(&server).len(), 3);
}

#[test]
fn adding_and_deleting_a_password_is_logged() {
    let server = Server::start();
    for (parent, scope, item, name) in [
        (PARENTS[0], "Insight", "1", json!("Signups")),
        (PARENTS[1], "Dashboard", "1", json!("Overview")),
        (PARENTS[2], "Notebook", "NoteMain1", json!("Plan")),
        (PARENTS[3], "Replay", "rec-main", json!(null)),
    ] {
        let share = format!("{parent}/sharing");
        server
            .patch(&share, json!({"password_required": true}))
            .ok(200);
        let passwords = format!("{share}/passwords");
        let secret = "correct horse battery";
        let made = server
            .post(&passwords, json!({"note": "Ed", "raw_password": secret}))
            .ok(200);
        let it = json!({"id": made["id"].to_string().trim_matches('"'), "note": "Ed"});
        let change = |action: &str, before: &Value, after: &Value| json!([{"type": scope, "action": action, "field": "share_password", "before": before, "after": after}]);
        let added = entries(&server)[0].clone();
        says(&added, scope, item, "share password added");
        assert_eq!(added["detail"]["name"], name);
        assert_eq!(
            added["detail"]["changes"],
            change("created", &json!(null), &it)
        );
        assert!(!added.to_string().contains(secret), "{added}");

        let path = format!("{passwords}/{}", made["id"]);
        server.delete(&path).ok(204);
        let deleted = entries(&server)[0].clone();
        says(&deleted, scope, item, "share password deleted");
        assert_eq!(
            deleted["detail"]["changes"],
            change("deleted", &it, &json!(null))
        );
        // What is refused is not logged.
        let count = entries(&server).len();
        server.delete(&path).ok(404);
        server
            .post(&passwords, json!({"raw_password": "short"}))
            .ok(400);
        assert_eq!(entries(&server).len(), count);
    }
}

#[test]
fn recordings_looks_and_refusals_are_not_logged() {
    let server = Server::start();
    let recording = format!("{}/sharing", PARENTS[3]);
    server
        .patch(
            &recording,
            json!({"enabled": true, "password_required": true}),
        )
        .ok(200);
    server
        .post(&format!("{recording}/refresh"), json!({}))
        .ok(200);
    server.get(NOTEBOOK).ok(200);
    assert_eq!(
        server.patch(NOTEBOOK, json!({"enabled": "maybe"})).status,
        400
    );
    assert_eq!(entries(&server), Vec::<Value>::new());
}
