//! Which path reaches what: slashes, suffixes, names that are none.
use serde_json::json;

use crate::{harness::Server, methods::ALLOW};

const PROJECT: &str = "/api/projects/1";

#[test]
fn a_slash_at_the_end_makes_no_difference() {
    let server = Server::start();
    for (path, _) in ALLOW {
        for method in ["GET", "PUT", "OPTIONS", "HEAD"] {
            let ask = |slash: &str| {
                let answer = server
                    .ask(method, &format!("{PROJECT}/{path}{slash}"))
                    .key("phx_ada")
                    .send();
                (
                    answer.status,
                    answer.text.len(),
                    answer.header("allow").to_owned(),
                )
            };
            assert_eq!(ask(""), ask("/"), "{method} {path}");
            assert_ne!(ask("").0, 301, "{method} {path}");
            let answer = server
                .ask(method, &format!("{PROJECT}/{path}//"))
                .key("phx_ada")
                .send();
            assert_eq!(
                answer.status,
                if method == "OPTIONS" { 200 } else { 404 },
                "{method} {path}//"
            );
        }
    }
    let keys = format!("{PROJECT}/project_secret_api_keys");
    for (label, slash) in [("a", ""), ("b", "/")] {
        let new = json!({"label": label, "scopes": ["endpoint:read"]});
        let key = server.post(&format!("{keys}{slash}"), new).ok(201);
        let key = format!("{keys}/{}{slash}", key["id"].as_str().unwrap());
        server
            .patch(&key, json!({"label": format!("{label}2")}))
            .ok(200);
        server.delete(&key).ok(204);
    }
}

#[test]
fn paths_that_are_none() {
    let server = Server::start();
    for path in [
        "/api/nothing",
        "/apifoo",
        "/api/projects/1/nothing/",
        "/api/projects/1//property_definitions/",
        "/api//projects/1/property_definitions/",
        "/api/projects//property_definitions/",
        "/api/projects/1/Property_definitions/",
        "/api/projects/1/property_definitions/a%2Fb",
        "/api/projects/1/property_definitions/a/b",
        "/api/projects/1/session_recordings/a.b/sharing",
        "/api/projects/1/insights/%2e/sharing",
        "/api/projects/1/notebooks/NoteMain1/sharing/passwords/1/2",
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            for key in ["", "phx_ada", "phx_wrong"] {
                let ask = server.ask(method, path);
                let answer = if key.is_empty() { ask } else { ask.key(key) }.send();
                answer.not_found("Endpoint not found.");
                let mut allow: Vec<_> = answer.header("allow").split(", ").collect();
                allow.sort_unstable();
                assert_eq!(
                    allow,
                    ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
                    "{path}"
                );
            }
        }
        assert_eq!(server.ask("HEAD", path).send().status, 404, "{path}");
    }
    // Its body is not looked at, whatever it is.
    let broken = server
        .ask("POST", "/api/nothing/")
        .body("application/json", "{");
    broken.send().not_found("Endpoint not found.");
}

#[test]
fn a_suffix_is_taken_for_a_format() {
    let server = Server::start();
    for path in [
        "property_definitions.xml",
        "property_definitions.xml/",
        "property_definitions/a.b",
        "property_definitions/a.b/",
        "project_secret_api_keys/a.b/",
        "project_secret_api_keys.csv",
        "notebooks/NoteMain1/sharing.xml",
    ] {
        server
            .get(&format!("{PROJECT}/{path}"))
            .not_found("Not found.");
        server
            .ask("GET", &format!("{PROJECT}/{path}"))
            .send()
            .not_found("Not found.");
    }
}

#[test]
fn fixed_names_beat_ids() {
    let server = Server::start();
    let path = format!("{PROJECT}/property_definitions/seen_together/");
    server
        .get(&path)
        .invalid("required", "This field is required.", "event_names");
    let path = format!("{PROJECT}/property_definitions/bulk_update_tags/");
    server
        .post(&path, json!({}))
        .invalid("required", "This field is required.", "ids");
}

#[test]
fn a_browser_gets_a_page_for_an_address_that_does_not_exist() {
    let server = Server::start();
    let ask = |method: &str, path: &str, accept: &str| {
        server.ask(method, path).header("accept", accept).send()
    };
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for path in [
        "/foo",
        "/foo/bar/",
        "/docs/foo",
        "/docs/cli.xml",
        "/api",
        "/admin/foo",
    ] {
        let page = ask("GET", path, browser);
        assert_eq!(page.status, 404, "{path}");
        assert_eq!(
            page.header("content-type"),
            "text/html; charset=utf-8",
            "{path}"
        );
        assert!(page.text.contains("<h1>Page not found</h1>"), "{path}");
        assert!(
            page.header("content-security-policy")
                .contains("script-src 'self'")
        );
        assert_eq!(ask("HEAD", path, browser).status, 404, "{path}");
        for accept in ["*/*", "application/json"] {
            let plain = ask("GET", path, accept);
            let is_plain = plain.text == "Not found\n" || path.ends_with(".xml");
            assert!(plain.status == 404 && is_plain, "{path}: {}", plain.text);
            assert!(
                !plain.header("content-type").starts_with("text/html"),
                "{path}"
            );
        }
    }
    for path in ["/api/foo", "/array/phc_main/foo"] {
        let answer = ask("GET", path, browser);
        assert!(
            answer.status == 404 && !answer.text.contains("<h1>"),
            "{path}: {}",
            answer.text
        );
    }
}

#[test]
fn the_api_without_its_slash_is_a_page_that_does_not_exist() {
    let server = Server::start();
    let answer = server.get("/api");
    assert_eq!((answer.status, &*answer.text), (404, "Not found\n"));
    assert_eq!(
        (answer.header("vary"), answer.header("allow")),
        ("Cookie", "")
    );
}
