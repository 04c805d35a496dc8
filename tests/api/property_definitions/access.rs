//! Scopes, projects, and methods that a route lacks.

use serde_json::json;

use super::{BASE, server_with, url};

#[test]
fn scopes_and_projects_guard_every_route() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let one = url(&server, "plan");
    let bulk = format!("{BASE}bulk_update_tags/");
    let seen = format!("{BASE}seen_together/?event_names=a&property_name=b");
    let read = "API key missing required scope 'property_definition:read'";
    let write = "API key missing required scope 'property_definition:write'";
    for (method, path, missing) in [
        ("GET", BASE, read),
        ("GET", &one, read),
        ("GET", &seen, read),
        ("PATCH", &one, write),
        ("PUT", &one, write),
        ("DELETE", &one, write),
        ("POST", &bulk, write),
    ] {
        let ask = |key| server.ask(method, path).key(key).json(json!({})).send();
        for key in ["phx_none", "phx_event"] {
            ask(key).denied(missing);
        }
        if missing == write {
            ask("phx_read").denied(missing);
        } else {
            assert_eq!(
                (ask("phx_read").status, ask("phx_write").status),
                (200, 200),
                "{path}"
            );
        }
        ask("phx_bob").denied("You don't have access to the project.");
        let stranger = server.ask(method, path).send();
        stranger.error(
            401,
            "authentication_error",
            "not_authenticated",
            "Authentication credentials were not provided.",
            None,
        );
    }
}

#[test]
fn methods_that_a_route_lacks_are_refused_as_the_service_does() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let one = url(&server, "plan");
    let (bulk, seen) = (
        format!("{BASE}bulk_update_tags/"),
        format!("{BASE}seen_together/"),
    );
    let closed = |method: &str, path: &str| {
        server
            .ask(method, path)
            .key("phx_ada")
            .send()
            .denied("This action does not support personal API key access");
    };
    let lacking = |method: &str, path: &str| {
        let detail = format!("Method \"{method}\" not allowed.");
        server.ask(method, path).key("phx_ada").send().error(
            405,
            "invalid_request",
            "method_not_allowed",
            &detail,
            None,
        );
    };
    for (method, path) in [
        ("POST", BASE),
        ("PUT", BASE),
        ("DELETE", BASE),
        ("POST", &one),
        ("GET", &bulk),
        ("PUT", &bulk),
        ("DELETE", &bulk),
    ] {
        closed(method, path);
    }
    for (method, path) in [
        ("PATCH", BASE),
        ("PATCH", &bulk),
        ("POST", &*seen),
        ("PUT", &seen),
        ("PATCH", &seen),
        ("DELETE", &seen),
    ] {
        lacking(method, path);
    }
    let allow = |path: &str| server.get(path).header("allow").to_owned();
    assert_eq!(allow(BASE), "GET, HEAD, OPTIONS");
    assert_eq!(allow(&seen), "GET, HEAD, OPTIONS");
    assert_eq!(allow(&one), "GET, PUT, PATCH, DELETE, HEAD, OPTIONS");
    assert_eq!(allow(&bulk), "POST, OPTIONS");
}
