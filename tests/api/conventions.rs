//! What holds for every endpoint: the challenge of a 401, project ids, the old alias.
use serde_json::json;

use crate::harness::{Answer, Server};

const KEYS: &str = "/api/projects/1/project_secret_api_keys/";
const DEFINITIONS: &str = "/api/projects/1/property_definitions/";

/// 401 for want of a key.
#[track_caller]
pub fn unauthenticated(answer: &Answer) {
    let words = "Authentication credentials were not provided.";
    answer.error(
        401,
        "authentication_error",
        "not_authenticated",
        words,
        None,
    );
}

#[test]
fn every_401_and_nothing_else_carries_the_challenge() {
    let server = Server::with(&["--site-url", "https://hog.example"]);
    let challenge =
        "Bearer resource_metadata=\"https://hog.example/.well-known/oauth-protected-resource\"";
    for ask in [
        server.ask("GET", KEYS),
        server.ask("PUT", KEYS),
        server.ask("GET", KEYS).key("phx_wrong"),
        server.ask("OPTIONS", KEYS),
        server.ask("HEAD", KEYS),
        server.ask("GET", "/api/users/@me/"),
    ] {
        let answer = ask.send();
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (401, challenge)
        );
    }
    for (key, path, status) in [
        ("phx_ada", KEYS, 200),
        ("phx_none", KEYS, 403),
        ("phx_ada", "/api/nothing/", 404),
        ("phx_ada", "/api/projects/999/project_secret_api_keys/", 404),
    ] {
        let answer = server.ask("GET", path).key(key).send();
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (status, "")
        );
    }
}

#[test]
fn project_ids() {
    let server = Server::start();
    let list = |id: &str| server.get(&format!("/api/projects/{id}/property_definitions/"));
    for id in ["1", "@current"] {
        assert_eq!(list(id).ok(200)["results"][0]["name"], "plan", "{id}");
    }
    let beyond = "9".repeat(40);
    for id in [
        "999",
        "0",
        "-1",
        &beyond,
        "abc",
        "@me",
        "1_0",
        "1e0",
        "%C3%A9",
        "9223372036854775808",
    ] {
        list(id).not_found("Project not found.");
    }
    for id in ["", "1.0", "1%2F2", "%2e"] {
        list(id).not_found("Endpoint not found.");
    }
    list("4").denied("You don't have access to the project.");
    for id in ["1", "4", "999", "abc", "@current"] {
        unauthenticated(
            &server
                .ask("GET", &format!("/api/projects/{id}/property_definitions/"))
                .send(),
        );
    }
}

#[test]
fn a_project_token_in_the_query_changes_nothing() {
    let server = Server::start();
    for query in [
        "token=phc_side",
        "api_key=phc_side",
        "token=phc_unknown",
        "api_key=",
    ] {
        let found = server
            .get(&format!("{DEFINITIONS}?limit=1&{query}"))
            .ok(200);
        assert_eq!(
            found["results"][0]["id"], "0195f3a0-0000-0000-8000-0000000000d1",
            "{query}"
        );
    }
}

#[test]
fn environments_are_another_name_for_projects() {
    let server = Server::start();
    for path in [
        "property_definitions/?limit=1",
        "property_definitions/0195f3a0-0000-0000-8000-0000000000d1",
        "project_secret_api_keys/",
        "insights/1/sharing/",
        "dashboards/1/sharing/",
        "notebooks/NoteMain1/sharing",
        "session_recordings/rec-main/sharing/",
    ] {
        for project in ["1", "@current"] {
            let answer = server.get(&format!("/api/environments/{project}/{path}"));
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("deprecation"), "true");
            let link = format!("</api/projects/{project}/{path}>; rel=\"successor-version\"");
            assert_eq!(answer.header("link"), link);
            let direct = server.get(&format!("/api/projects/{project}/{path}"));
            assert_eq!(
                (direct.header("deprecation"), direct.header("link")),
                ("", "")
            );
        }
    }
    // A URL in a header is encoded: decoded it could end early, or be no header at all.
    for id in ["%20", "%C3%A9", "%3E%3B%22", "%0D%0A", "a%25b"] {
        let path = format!("session_recordings/{id}/sharing");
        let answer = server.get(&format!("/api/environments/1/{path}"));
        let link = format!("</api/projects/1/{path}>; rel=\"successor-version\"");
        assert_eq!(answer.header("link"), link);
    }
    let page = server
        .get("/api/environments/1/property_definitions/?limit=1")
        .ok(200);
    let next = format!(
        "{}/api/projects/1/property_definitions/?limit=1&offset=1",
        server.url
    );
    assert_eq!(page["next"], next);
    let made = server.post(
        "/api/environments/1/project_secret_api_keys/",
        json!({"label": "alias", "scopes": ["endpoint:read"]}),
    );
    assert_eq!((made.status, made.header("deprecation")), (201, "true"));
    // Errors carry the headers as well; a path that is none under the other name does not.
    let refused = server
        .ask("GET", "/api/environments/1/property_definitions/")
        .send();
    assert_eq!(
        (refused.status, refused.header("deprecation")),
        (401, "true")
    );
    let nothing = server.get("/api/environments/1/nothing/");
    nothing.not_found("Endpoint not found.");
    assert_eq!(
        (nothing.header("deprecation"), nothing.header("link")),
        ("", "")
    );
}
