//! `?sharing_access_token=` on the API (`sharing.md` 6.6).
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Server},
    viewer::{DASHBOARD, INSIGHT, NOTEBOOK, look, share, share_with},
};

/// GET below project 1 with a share's token.
fn ask(server: &Server, path: &str, token: &str) -> Answer {
    look(
        server,
        &format!("/api/projects/1/{path}?sharing_access_token={token}"),
    )
}

#[track_caller]
fn is_refused(answer: &Answer, detail: &str) {
    answer.error(
        403,
        "authentication_error",
        "authentication_failed",
        detail,
        None,
    );
}

#[track_caller]
fn is_anonymous(answer: &Answer) {
    let detail = "Authentication credentials were not provided.";
    answer.error(
        401,
        "authentication_error",
        "not_authenticated",
        detail,
        None,
    );
}

fn ids(listing: Answer) -> Vec<Value> {
    let results = listing.ok(200)["results"].as_array().unwrap().clone();
    results
        .iter()
        .map(|insight| insight["id"].clone())
        .collect()
}

#[test]
fn a_share_gives_away_its_own_insights_and_no_other() {
    let server = Server::start();
    let make = |body: Value| server.post("/api/projects/1/insights", body).ok(201)["id"].clone();
    let tile = make(json!({"name": "On the board", "dashboards": [1]}));
    let cited = make(json!({"name": "Cited"}));
    let name = server
        .get(&format!("/api/projects/1/insights/{cited}"))
        .ok(200)["short_id"]
        .clone();
    let cite = |nodes: Value| {
        let notebook = "/api/projects/1/notebooks/NoteMain1";
        let version = server.get(notebook).ok(200)["version"].clone();
        server
            .patch(
                notebook,
                json!({"content": {"type": "doc", "content": nodes}, "version": version}),
            )
            .ok(200);
    };
    cite(
        json!([{"type": "ph-query", "attrs": {"query": {"kind": "SavedInsightNode", "shortId": name}}}]),
    );
    for (path, shown) in [
        (INSIGHT, json!(1)),
        (DASHBOARD, tile.clone()),
        (NOTEBOOK, cited.clone()),
    ] {
        let token = share(&server, path);
        assert_eq!(
            ids(ask(&server, "insights", &token)),
            std::slice::from_ref(&shown)
        );
        for id in [&json!(1), &tile, &cited] {
            let answer = ask(&server, &format!("insights/{id}"), &token);
            match *id == shown {
                true => assert_eq!(answer.ok(200)["created_by"]["email"], ""),
                false => answer.not_found("Not found."),
            }
        }
    }
    let token = share(&server, INSIGHT);
    assert_eq!(ask(&server, "insights/InsMain1", &token).ok(200)["id"], 1);
    let current = format!("/api/projects/@current/insights/1?sharing_access_token={token}");
    look(&server, &current).ok(200);
    let picked = format!("/api/projects/1/insights?sharing_access_token={token}&short_id=other");
    assert_eq!(look(&server, &picked).ok(200)["count"], 0);

    let token = share(&server, NOTEBOOK);
    cite(json!([]));
    ask(&server, &format!("insights/{cited}"), &token).not_found("Not found.");
}

#[test]
fn a_recording_is_given_away_without_its_person() {
    let server = Server::seeded(
        &json!({
            "users": [{"ref": "u", "email": "u@example.com"}],
            "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
            "projects": [{"ref": "p", "org": "o", "name": "P", "id": 1}],
            "session_recordings": [{"ref": "r", "project": "p", "id": "rec", "distinct_id": "secret",
                "start_time": "2026-11-01T10:00:00Z", "end_time": "2026-11-01T10:01:01Z"}],
            "sharing_configurations": [
                {"ref": "s", "project": "p", "session_recording": "r", "access_token": "token-of-s"}],
        }),
        &[],
    );
    let body = ask(&server, "session_recordings/rec", "token-of-s");
    let expected = json!({"id": "rec", "recording_duration": 61, "start_time": "2026-11-01T10:00:00Z",
                          "end_time": "2026-11-01T10:01:01Z"});
    assert_eq!(body.ok(200).to_string(), expected.to_string());
    ask(&server, "session_recordings/other", "token-of-s").not_found("Not found.");
    is_anonymous(&ask(&server, "session_recordings", "token-of-s"));
}

#[test]
fn tokens_that_open_nothing_are_refused() {
    let server = Server::start();
    let token = share(&server, INSIGHT);
    for path in ["insights", "insights/1", "session_recordings/x"] {
        is_refused(
            &ask(&server, path, "wrong"),
            "Sharing access token is invalid.",
        );
    }
    for method in ["POST", "PATCH", "PUT"] {
        let path = format!("/api/projects/1/insights/1?sharing_access_token={token}");
        let answer = server
            .ask(method, &path)
            .key("phx_ada")
            .json(json!({}))
            .send();
        is_refused(
            &answer,
            "Sharing access token can only be used for GET requests.",
        );
    }
    let elsewhere = format!("/api/projects/2/insights?sharing_access_token={token}");
    look(&server, &elsewhere).denied("You do not have permission to perform this action.");
    server.patch(INSIGHT, json!({"enabled": false})).ok(200);
    is_refused(
        &ask(&server, "insights/1", &token),
        "Sharing access token is invalid.",
    );
}

#[test]
fn other_endpoints_take_no_notice_of_it() {
    let server = Server::start();
    let token = share(&server, DASHBOARD);
    for path in [
        "dashboards",
        "dashboards/1",
        "dashboards/1/sharing",
        "notebooks",
        "notebooks/NoteMain1",
        "property_definitions",
        "project_secret_api_keys",
    ] {
        is_anonymous(&ask(&server, path, &token));
    }
}

#[test]
fn a_protected_share_is_read_with_a_session() {
    let server = Server::start();
    let token = share_with(
        &server,
        INSIGHT,
        json!({"enabled": true, "password_required": true}),
    );
    let password = server
        .post(&format!("{INSIGHT}/passwords"), json!({}))
        .ok(200)["password"]
        .clone();
    is_anonymous(&ask(&server, "insights/1", &token));
    let unlocked = server
        .ask("POST", &format!("/shared/{token}"))
        .json(json!({"password": password}))
        .send();
    let session = unlocked.ok(200)["shareToken"].clone();
    let session = session.as_str().unwrap();
    let get = |path: &str| server.ask("GET", path).key(session).send();
    assert_eq!(
        get("/api/projects/1/insights/1").ok(200)["short_id"],
        "InsMain1"
    );
    assert_eq!(get("/api/projects/1/insights").ok(200)["count"], 1);
    let wrong = "Personal API key found in request Authorization header is invalid.";
    let elsewhere = get("/api/projects/1/dashboards/1");
    elsewhere.error(
        401,
        "authentication_error",
        "authentication_failed",
        wrong,
        None,
    );
    server.patch(INSIGHT, json!({"enabled": false})).ok(200);
    is_refused(
        &get("/api/projects/1/insights/1"),
        "Sharing access token is invalid.",
    );
}
