//! `?sharing_access_token=` on the API (`sharing.md` 6.6).
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Server},
    viewer::{DASHBOARD, INSIGHT, NOTEBOOK, RECORDING, look, share, share_with},
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
}

#[test]
fn the_token_of_a_recording_opens_neither_another_nor_a_list() {
    let server = Server::start();
    let forbidden = "You do not have permission to perform this action.";
    let recording = share(&server, RECORDING);
    for path in [
        "session_recordings/other",
        "session_recordings/rec-side",
        "session_recordings",
        "session_recordings/",
    ] {
        ask(&server, path, &recording).denied(forbidden);
    }
    for path in [
        "session_recordings",
        "session_recordings/rec-main",
        "insights",
        "insights/1",
    ] {
        for project in ["2", "999", "x"] {
            let path = format!("/api/projects/{project}/{path}?sharing_access_token={recording}");
            look(&server, &path).denied(forbidden);
        }
    }
    assert_eq!(ids(ask(&server, "insights", &recording)), [0; 0]);
    ask(&server, "insights/1", &recording).not_found("Not found.");
    for parent in [INSIGHT, DASHBOARD, NOTEBOOK] {
        let token = share(&server, parent);
        ask(&server, "session_recordings", &token).denied(forbidden);
        ask(&server, "session_recordings/rec-main", &token).denied(forbidden);
    }
}

#[test]
fn a_blank_token_counts_as_none() {
    let server = Server::start();
    for path in [
        "insights",
        "insights/1",
        "session_recordings",
        "session_recordings/rec-main",
    ] {
        for blank in ["", "%20", "+"] {
            is_anonymous(&ask(&server, path, blank));
        }
    }
    let path = "/api/projects/1/insights/1?sharing_access_token=";
    server.get(path).ok(200);
    server.patch(path, json!({})).ok(200);
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

/// A session at a protected share of `parent`, and the token of that share.
fn session_at(server: &Server, parent: &str) -> (String, String) {
    let token = share_with(
        server,
        parent,
        json!({"enabled": true, "password_required": true}),
    );
    let password = server.post(&format!("{parent}/passwords"), json!({}));
    let guess = json!({"password": password.ok(200)["password"]});
    let unlocked = server.ask("POST", &format!("/shared/{token}"));
    let session = unlocked.json(guess).send().ok(200)["shareToken"].clone();
    (session.as_str().unwrap().to_owned(), token)
}

#[test]
fn a_session_counts_as_bearer_and_as_cookie_beside_the_token_of_its_share() {
    let server = Server::start();
    let board = json!({"name": "On the board", "dashboards": [1]});
    let tile = server.post("/api/projects/1/insights", board).ok(201)["id"].clone();
    let open = share(&server, DASHBOARD);
    let (session, token) = session_at(&server, INSIGHT);
    let by_bearer = |path: &str| server.ask("GET", path).key(&session).send();
    let by_cookie = |path: &str| {
        let cookie = format!("a=b; posthog_sharing_token={session}");
        server.ask("GET", path).header("cookie", &cookie).send()
    };
    let get: [&dyn Fn(&str) -> Answer; 2] = [&by_bearer, &by_cookie];
    for get in get {
        // The session comes first, whatever the parameter says.
        for parameter in [
            String::new(),
            format!("?sharing_access_token={token}"),
            format!("?sharing_access_token={open}"),
            "?sharing_access_token=wrong".into(),
            "?sharing_access_token=".into(),
        ] {
            let one = get(&format!("/api/projects/1/insights/1{parameter}"));
            assert_eq!(one.ok(200)["short_id"], "InsMain1", "{parameter}");
            let all = get(&format!("/api/projects/1/insights{parameter}"));
            assert_eq!(ids(all), [1], "{parameter}");
        }
        get("/api/projects/1/session_recordings/x")
            .denied("You do not have permission to perform this action.");
    }
    is_anonymous(&by_cookie("/api/projects/1/dashboards/1"));
    for method in ["POST", "PATCH"] {
        let path = "/api/projects/1/insights/1";
        let cookie = format!("posthog_sharing_token={session}");
        let answer = server.ask(method, path).header("cookie", &cookie);
        is_anonymous(&answer.json(json!({})).send());
    }
    let head = server.ask("HEAD", "/api/projects/1/insights/1");
    assert_eq!(head.key(&session).send().status, 200);

    // A bearer token of another kind hides the cookie, and so does its scope.
    let cookie = format!("posthog_sharing_token={session}");
    let with_key = server.ask("GET", "/api/projects/1/insights");
    let with_key = with_key.key("phx_ada").header("cookie", &cookie).send();
    assert_eq!(with_key.ok(200)["count"], 2);

    // A session that is none leaves the word to the parameter.
    let forged = format!("{}x", session);
    let path = format!("/api/projects/1/insights?sharing_access_token={open}");
    let answer = server.ask("GET", &path).key(&forged).send();
    assert_eq!(ids(answer), [tile]);
    let path = format!("/api/projects/1/insights/1?sharing_access_token={token}");
    is_anonymous(&look(&server, &path));
}

#[test]
fn a_session_opens_what_each_kind_of_parent_shows() {
    let server = Server::seeded(
        &json!({
            "users": [{"ref": "u", "email": "ada@example.com"}],
            "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
            "projects": [{"ref": "p", "org": "o", "name": "P", "id": 1}],
            "personal_api_keys": [{"ref": "k", "user": "u", "scopes": ["*"], "value": "phx_ada"}],
            "dashboards": [{"ref": "d", "project": "p", "id": 1, "name": "D"}],
            "insights": [{"ref": "i", "project": "p", "id": 1, "short_id": "tile", "dashboards": ["d"]},
                         {"ref": "j", "project": "p", "id": 2, "short_id": "cited"}],
            "notebooks": [{"ref": "n", "project": "p", "short_id": "NoteMain1", "content": {"type": "doc", "content": [
                {"type": "ph-query", "attrs": {"query": {"kind": "SavedInsightNode", "shortId": "cited"}}}]}}],
            "session_recordings": [{"ref": "r", "project": "p", "id": "rec-main",
                "start_time": "2026-11-01T10:00:00Z", "end_time": "2026-11-01T10:01:01Z"}],
        }),
        &[],
    );
    for (parent, path) in [
        (INSIGHT, "insights/tile"),
        (DASHBOARD, "insights/1"),
        (NOTEBOOK, "insights/2"),
        (RECORDING, "session_recordings/rec-main"),
    ] {
        let (session, token) = session_at(&server, parent);
        let path = format!("/api/projects/1/{path}");
        let cookie = format!("posthog_sharing_token={session}");
        server
            .ask("GET", &path)
            .header("cookie", &cookie)
            .send()
            .ok(200);
        let both = format!("{path}?sharing_access_token={token}");
        server.ask("GET", &both).key(&session).send().ok(200);
        is_anonymous(&look(&server, &both));
    }
}
