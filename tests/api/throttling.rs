//! Rate limits: off unless asked for, then counted for each key, and for the project of project secret keys.
use serde_json::json;

use crate::harness::{Answer, Server};

const DEFINITIONS: &str = "/api/projects/1/property_definitions/";

/// Checks a refusal and returns how long it says to wait, in seconds.
#[track_caller]
fn wait(answer: &Answer) -> u32 {
    let seconds: u32 = answer.header("retry-after").parse().unwrap();
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let words = format!("Request was throttled. Expected available in {seconds} {unit}.");
    answer.error(429, "throttled_error", "throttled", &words, None);
    seconds
}

#[test]
fn the_minute_is_counted_for_each_key() {
    let server = Server::with(&["--rate-limit", "5/100"]);
    for _ in 0..5 {
        let answer = server.get(DEFINITIONS);
        assert_eq!((answer.status, answer.header("retry-after")), (200, ""));
        assert!(
            answer
                .headers
                .keys()
                .all(|name| !name.as_str().starts_with("x-ratelimit"))
        );
    }
    for _ in 0..3 {
        let seconds = wait(&server.get(DEFINITIONS));
        assert!((50..=60).contains(&seconds), "{seconds}");
    }
    // One counter for all that the key asks, and none of it is shared with another key of the same user.
    wait(&server.get("/api/projects/2/project_secret_api_keys/"));
    wait(&server.get("/api/users/@me/"));
    server
        .ask("GET", DEFINITIONS)
        .key("phx_read")
        .send()
        .ok(200);
}

#[test]
fn a_refusal_comes_after_permissions_and_before_the_rest() {
    let server = Server::with(&["--rate-limit", "1/100"]);
    // What permissions refuse is not counted.
    for _ in 0..3 {
        assert_eq!(server.post(DEFINITIONS, json!({})).status, 403);
        assert_eq!(
            server.get("/api/projects/4/property_definitions/").status,
            403
        );
        assert_eq!(
            server.get("/api/projects/999/property_definitions/").status,
            404
        );
    }
    server.get(DEFINITIONS).ok(200);
    wait(&server.patch(DEFINITIONS, json!({})));
    wait(&server.get(&format!(
        "{DEFINITIONS}00000000-0000-0000-0000-000000000000/"
    )));
    wait(&server.post("/api/projects/1/project_secret_api_keys/", json!({})));
    assert_eq!(server.post(DEFINITIONS, json!({})).status, 403);
    assert_eq!(
        server.get("/api/projects/4/property_definitions/").status,
        403
    );
    let broken = server
        .ask("PATCH", DEFINITIONS)
        .key("phx_ada")
        .body("application/json", "{")
        .send();
    assert_eq!(broken.status, 400);
    assert_eq!(
        server
            .ask("GET", DEFINITIONS)
            .key("phx_wrong")
            .send()
            .status,
        401
    );
    assert_eq!(server.get("/api/nothing/").status, 404);
    assert_eq!(server.ask("GET", "/_health").send().status, 200);
}

#[test]
fn the_hour_is_counted_too() {
    let server = Server::with(&["--rate-limit", "100/2"]);
    server.get(DEFINITIONS).ok(200);
    server.get(DEFINITIONS).ok(200);
    let seconds = wait(&server.get(DEFINITIONS));
    assert!((3590..=3600).contains(&seconds), "{seconds}");
}

#[test]
fn project_secret_keys_count_each_and_together_for_their_project() {
    let server = Server::with(&["--rate-limit", "4/100"]);
    let make = |label: &str| {
        let body = json!({"label": label, "scopes": ["feature_flag:read"]});
        let made = server
            .ask("POST", "/api/projects/1/project_secret_api_keys/")
            .key("phx_ada")
            .json(body);
        made.send().ok(201)["value"].as_str().unwrap().to_owned()
    };
    let (one, two) = (make("one"), make("two"));
    let paths = ["/flags/definitions", "/api/feature_flag/local_evaluation/"];
    let ask = |key: &str, path: &str| server.ask("GET", path).key(key).send();
    // Both paths count alike; what is refused for its key or scope does not count.
    for path in paths {
        ask(&one, path).ok(200);
        ask(&two, path).ok(200);
        assert_eq!(ask("phs_unknown", path).status, 401);
    }
    for (key, path) in [(&one, paths[0]), (&two, paths[1])] {
        let seconds = wait(&ask(key, path));
        assert!((50..=60).contains(&seconds), "{seconds}");
    }
    // The project has had its four requests; another project's key and personal keys have their own counts.
    for _ in 0..4 {
        ask("phs_side", paths[0]).ok(200);
    }
    wait(&ask("phs_side", paths[0]));
    ask("phx_ada", paths[0]).ok(200);
}

#[test]
fn there_is_no_limit_by_default() {
    let server = Server::start();
    let path = format!("{DEFINITIONS}0195f3a0-0000-0000-8000-0000000000d1/");
    let ask = |close: &str| {
        format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer phx_ada\r\n{close}\r\n"
        )
    };
    // Twenty requests more than upstream allows in a minute, on one connection.
    let many = ask("").repeat(499) + &ask("Connection: close\r\n");
    let answers = server.raw(many.as_bytes());
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 500);
}
