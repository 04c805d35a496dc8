//! What can be shared, how it is named, and what a thing that is not there answers.

use serde_json::{Value, json};

use crate::{
    harness::Server,
    sharing::{NOTEBOOK, PARENTS, all_actions, token},
};

#[test]
fn every_spelling_of_the_path_is_the_same_configuration() {
    let server = Server::start();
    for (parent, short) in PARENTS.into_iter().zip(["InsMain1", "", "", ""]) {
        let stored = server
            .patch(&format!("{parent}/sharing"), json!({"enabled": true}))
            .ok(200);
        let current = parent.replace("/projects/1/", "/projects/@current/");
        let older = parent.replace("/projects/", "/environments/");
        for spelling in [
            format!("{parent}/sharing/"),
            format!("{current}/sharing"),
            format!("{older}/sharing/"),
        ] {
            assert_eq!(server.get(&spelling).ok(200), stored, "{spelling}");
        }
        if !short.is_empty() {
            let by_short_id = server
                .get(&format!("/api/projects/1/insights/{short}/sharing"))
                .ok(200);
            assert_eq!(by_short_id, stored);
        }
    }
}

#[test]
fn each_thing_has_a_configuration_of_its_own() {
    let server = Server::start();
    let others = [
        "/api/projects/2/insights/2",
        "/api/projects/2/dashboards/2",
        "/api/projects/2/notebooks/NoteSide1",
    ];
    let mut tokens: Vec<String> = Vec::new();
    for parent in PARENTS.into_iter().chain(others) {
        let stored = server
            .patch(&format!("{parent}/sharing"), json!({"enabled": true}))
            .ok(200);
        tokens.push(token(&stored));
    }
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 7);
    for parent in PARENTS {
        server
            .patch(&format!("{parent}/sharing"), json!({"enabled": false}))
            .ok(200);
    }
    for parent in others {
        assert_eq!(
            server.get(&format!("{parent}/sharing")).ok(200)["enabled"],
            true,
            "{parent}"
        );
    }
}

#[test]
fn a_parent_that_is_not_the_projects_is_not_found_by_any_action() {
    let server = Server::start();
    for (kind, name, ids) in [
        (
            "insights",
            "Insight",
            "2 999 0 -1 99999999999999999999 InsSide1 aBcD1234 %20 1%20 1e0",
        ),
        (
            "dashboards",
            "Dashboard",
            "2 999 0 -1 99999999999999999999 abc %20 NoteMain1",
        ),
        (
            "notebooks",
            "Notebook",
            "NoteSide1 nope 1 0195f3a0-0000-7000-8000-00000000000a notemain1 %20",
        ),
    ] {
        for id in ids.split(' ') {
            for answer in all_actions(&server, &format!("/api/projects/1/{kind}/{id}")) {
                answer.not_found(&format!("{name} not found."));
            }
        }
    }
}

#[test]
fn the_parent_is_looked_up_before_the_body_is_judged() {
    let server = Server::start();
    let path = "/api/projects/1/insights/999/sharing";
    server
        .patch(path, json!({"enabled": "maybe"}))
        .not_found("Insight not found.");
    server
        .patch(path, json!([]))
        .not_found("Insight not found.");
    server
        .post(&format!("{path}/passwords"), json!({"raw_password": "x"}))
        .not_found("Insight not found.");
}

#[test]
fn any_recording_can_be_shared_recorded_or_not() {
    let server = Server::start();
    for id in [
        "never-seen",
        "%20",
        "%C3%A9",
        "%FF",
        "rec-side",
        &"x".repeat(200),
    ] {
        let parent = format!("/api/projects/1/session_recordings/{id}");
        let look = server.get(&format!("{parent}/sharing")).ok(200);
        assert_eq!(look["created_at"], Value::Null, "{id}");
        let rotated = server
            .post(&format!("{parent}/sharing/refresh"), json!({}))
            .ok(200);
        assert_eq!(
            (&rotated["enabled"], &rotated["settings"]),
            (&json!(false), &Value::Null)
        );
        let stored = server
            .patch(&format!("{parent}/sharing"), json!({"enabled": true}))
            .ok(200);
        assert_eq!(token(&stored), token(&rotated), "{id}");
    }
    // The same id is another recording in another project.
    let elsewhere = server
        .get("/api/projects/2/session_recordings/rec-side/sharing")
        .ok(200);
    assert_eq!(elsewhere["created_at"], Value::Null);
}

#[test]
fn a_recordings_id_has_at_most_200_characters() {
    let server = Server::start();
    let parent = format!("/api/projects/1/session_recordings/{}", "x".repeat(201));
    for answer in all_actions(&server, &parent) {
        answer.invalid(
            "max_length",
            "Ensure this field has no more than 200 characters.",
            "recording_id",
        );
    }
    // Characters, not bytes.
    let accented = format!(
        "/api/projects/1/session_recordings/{}/sharing",
        "%C3%A9".repeat(200)
    );
    server.get(&accented).ok(200);
    server.patch(&accented, json!({})).ok(200);
}

#[test]
fn a_recordings_id_has_no_nul() {
    let server = Server::start();
    for answer in all_actions(&server, "/api/projects/1/session_recordings/rec%00main") {
        answer.invalid(
            "null_characters_not_allowed",
            "Null characters are not allowed.",
            "recording_id",
        );
    }
}

#[test]
fn what_is_not_a_recordings_id_is_no_endpoint() {
    let server = Server::start();
    for id in ["a.b", "a/b"] {
        let answer = server.get(&format!("/api/projects/1/session_recordings/{id}/sharing"));
        answer.not_found("Endpoint not found.");
    }
}

#[test]
fn a_deleted_insight_or_dashboard_takes_its_share_away_and_brings_it_back() {
    let server = Server::start();
    for (parent, name) in PARENTS.into_iter().zip(["Insight", "Dashboard"]) {
        let shared = server
            .patch(&format!("{parent}/sharing"), json!({"enabled": true}))
            .ok(200);
        server.patch(parent, json!({"deleted": true})).ok(200);
        for answer in all_actions(&server, parent) {
            answer.not_found(&format!("{name} not found."));
        }
        server.patch(parent, json!({"deleted": false})).ok(200);
        assert_eq!(server.get(&format!("{parent}/sharing")).ok(200), shared);
    }
}

#[test]
fn a_deleted_notebook_can_still_be_shared() {
    let server = Server::start();
    server.patch(NOTEBOOK, json!({"enabled": true})).ok(200);
    server
        .patch(
            "/api/projects/1/notebooks/NoteMain1",
            json!({"deleted": true}),
        )
        .ok(200);
    assert_eq!(server.get(NOTEBOOK).ok(200)["enabled"], true);
    assert_eq!(
        server.patch(NOTEBOOK, json!({"enabled": false})).ok(200)["enabled"],
        false
    );
    server
        .post(&format!("{NOTEBOOK}/refresh"), json!({}))
        .ok(200);
}
