//! Which of several errors in a request is reported.
use serde_json::{Value, json};

use crate::{
    bodies::{parse_error, unsupported},
    conventions::unauthenticated,
    harness::{Ask, Server},
};

const KEYS: &str = "/api/projects/1/project_secret_api_keys/";
const DEFINITIONS: &str = "/api/projects/1/property_definitions/";
const PLAN: &str = "/api/projects/1/property_definitions/0195f3a0-0000-0000-8000-0000000000d1/";

const CLOSED: &str = "This action does not support personal API key access";
const WRONG_KEY: &str = "Personal API key found in request Authorization header is invalid.";
const NO_NAME: &str = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)";

fn broken(ask: Ask) -> Ask {
    ask.body("application/json", "{")
}

#[test]
fn the_path_is_looked_at_first_then_the_format() {
    let server = Server::start();
    let asked = |path: &str| server.ask("GET", path).header("accept", "text/html").send();
    asked("/api/projects/1/nothing/?format=xml").not_found("Endpoint not found.");
    asked(&format!("{KEYS}?format=xml")).not_found("Not found.");
    let words = "Could not satisfy the request Accept header.";
    asked(KEYS).error(406, "invalid_request", "not_acceptable", words, None);
    let wrong_key = server
        .ask("GET", KEYS)
        .key("phx_wrong")
        .header("accept", "text/html");
    assert_eq!(wrong_key.send().status, 406);
    let closed = broken(
        server
            .ask("POST", DEFINITIONS)
            .header("accept", "text/html"),
    );
    assert_eq!(closed.send().status, 406);
}

#[test]
fn a_wrong_key_is_refused_before_the_body_is_read() {
    let server = Server::start();
    for method in ["POST", "PATCH", "PUT", "DELETE"] {
        let answer = broken(server.ask(method, KEYS).key("phx_wrong")).send();
        answer.error(
            401,
            "authentication_error",
            "authentication_failed",
            WRONG_KEY,
            None,
        );
    }
    // Without a key in the header, the server looks for one in the body, so the body must be readable.
    parse_error(&broken(server.ask("POST", KEYS)).send(), NO_NAME);
    parse_error(&broken(server.ask("POST", DEFINITIONS)).send(), NO_NAME);
    let basic = server
        .ask("POST", KEYS)
        .header("authorization", "Basic YTpi");
    parse_error(&broken(basic).send(), NO_NAME);
    unsupported(
        &server.ask("POST", KEYS).body("text/plain", "x").send(),
        "text/plain",
    );
    unauthenticated(&server.ask("POST", KEYS).json(json!({"label": 1})).send());
    unauthenticated(&server.ask("POST", KEYS).json(json!([])).send());
    unauthenticated(&server.ask("POST", DEFINITIONS).send());
    unauthenticated(
        &server
            .ask("GET", "/api/projects/999/property_definitions/")
            .send(),
    );
}

#[test]
fn an_action_closed_to_keys_is_reported_before_the_body_and_the_project() {
    let server = Server::start();
    broken(server.ask("POST", DEFINITIONS).key("phx_ada"))
        .send()
        .denied(CLOSED);
    server
        .ask("POST", DEFINITIONS)
        .key("phx_ada")
        .body("text/plain", "x")
        .send()
        .denied(CLOSED);
    server
        .post("/api/projects/999/property_definitions/", json!({}))
        .denied(CLOSED);
    server
        .ask("PUT", KEYS)
        .key("phx_none")
        .send()
        .denied(CLOSED);
}

#[test]
fn the_body_is_read_before_the_project_and_the_scope_are_looked_at() {
    let server = Server::start();
    for (method, path) in [
        ("POST", KEYS),
        ("PATCH", PLAN),
        ("DELETE", PLAN),
        ("GET", PLAN),
        ("POST", "/api/projects/999/project_secret_api_keys/"),
        ("POST", "/api/projects/4/project_secret_api_keys/"),
        ("PATCH", DEFINITIONS),
    ] {
        parse_error(
            &broken(server.ask(method, path).key("phx_none")).send(),
            NO_NAME,
        );
        let plain = server
            .ask(method, path)
            .key("phx_none")
            .body("text/plain", "x");
        unsupported(&plain.send(), "text/plain");
    }
    // None of these requests deleted anything.
    server.get(PLAN).ok(200);
}

#[test]
fn an_unknown_project_wins_over_a_missing_scope_and_that_over_a_foreign_one() {
    let server = Server::start();
    let ask = |method: &str, path: &str| server.ask(method, path).key("phx_none").send();
    let write = "API key missing required scope 'project:write'";
    let read = "API key missing required scope 'property_definition:read'";
    ask("POST", "/api/projects/999/project_secret_api_keys/").not_found("Project not found.");
    ask("GET", "/api/projects/999/property_definitions/").not_found("Project not found.");
    ask("POST", "/api/projects/4/project_secret_api_keys/").denied(write);
    ask("GET", "/api/projects/4/property_definitions/").denied(read);
    let no_access = "You don't have access to the project.";
    server
        .get("/api/projects/4/property_definitions/")
        .denied(no_access);
    server
        .post("/api/projects/4/project_secret_api_keys/", json!({}))
        .denied(no_access);
    server
        .patch("/api/projects/4/property_definitions/", json!({}))
        .denied(no_access);
}

#[test]
fn scope_and_role_come_before_method_object_and_fields() {
    let server = Server::start();
    let write = "API key missing required scope 'property_definition:write'";
    let unknown = format!("{DEFINITIONS}00000000-0000-0000-0000-000000000000/");
    let ask = |method: &str, path: &str, body: Value| {
        server.ask(method, path).key("phx_read").json(body).send()
    };
    ask("PATCH", DEFINITIONS, json!({})).denied(write);
    ask("PATCH", &unknown, json!({"verified": "maybe"})).denied(write);
    ask("PATCH", PLAN, json!({"verified": "maybe"})).denied(write);
    let role = "You don't have sufficient permissions in the project.";
    let member = |method: &str, path: &str| {
        server
            .ask(method, path)
            .key("phx_mel")
            .json(json!({"label": 5}))
            .send()
    };
    member("POST", "/api/projects/3/project_secret_api_keys/").denied(role);
    member("DELETE", "/api/projects/3/project_secret_api_keys/nokey/").denied(role);
    member("PATCH", "/api/projects/3/project_secret_api_keys/").denied(role);
}

#[test]
fn method_then_object_then_fields() {
    let server = Server::start();
    let bad = json!({"verified": "maybe", "enabled": "maybe", "label": [], "scopes": 1});
    let words = "Method \"PATCH\" not allowed.";
    for path in [
        DEFINITIONS,
        "/api/projects/1/notebooks/none/sharing/refresh/",
    ] {
        let answer = server.patch(path, bad.clone());
        answer.error(405, "invalid_request", "method_not_allowed", words, None);
    }
    let unknown = format!("{DEFINITIONS}00000000-0000-0000-0000-000000000000/");
    server.patch(&unknown, bad.clone()).not_found("Not found.");
    server
        .patch(&format!("{KEYS}nokey/"), bad.clone())
        .not_found("Not found.");
    server.patch(&unknown, json!([])).not_found("Not found.");
    let sharing = "/api/projects/1/notebooks/none/sharing/";
    server
        .patch(sharing, bad.clone())
        .not_found("Notebook not found.");
    server
        .patch(PLAN, bad)
        .invalid("invalid_input", "Must be a valid boolean.", "verified");
}
