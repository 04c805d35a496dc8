//! Which methods a path has: `Allow`, closed and missing ones, HEAD, OPTIONS.
use serde_json::json;

use crate::{conventions::unauthenticated, harness::Server};

const PROJECT: &str = "/api/projects/1";
const PLAN: &str = "property_definitions/0195f3a0-0000-0000-8000-0000000000d1";
const CLOSED: &str = "This action does not support personal API key access";

/// Every route with the methods it names in `Allow`.
#[rustfmt::skip] // a table: read it by columns
pub const ALLOW: &[(&str, &str)] = &[
    ("project_secret_api_keys", "GET, POST, HEAD, OPTIONS"),
    ("project_secret_api_keys/nokey", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("project_secret_api_keys/nokey/roll", "POST, OPTIONS"),
    (PLAN, "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("property_definitions", "GET, HEAD, OPTIONS"),
    ("property_definitions/seen_together", "GET, HEAD, OPTIONS"),
    ("property_definitions/bulk_update_tags", "POST, OPTIONS"),
    ("property_definitions/bulk_update", "POST, OPTIONS"),
    ("event_definitions", "GET, POST, HEAD, OPTIONS"),
    ("event_definitions/1", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("event_definitions/bulk_update_tags", "POST, OPTIONS"),
    ("event_definitions/bulk_update", "POST, OPTIONS"),
    ("event_definitions/bulk_update_verified", "POST, OPTIONS"),
    ("event_definitions/by_name", "GET, HEAD, OPTIONS"),
    ("event_definitions/primary_properties", "GET, HEAD, OPTIONS"),
    ("event_definitions/1/metrics", "GET, HEAD, OPTIONS"),
    ("insights/1/sharing", "GET, PATCH, HEAD, OPTIONS"),
    ("dashboards/1/sharing", "GET, PATCH, HEAD, OPTIONS"),
    ("notebooks/NoteMain1/sharing", "GET, PATCH, HEAD, OPTIONS"),
    ("session_recordings/rec-main/sharing", "GET, PATCH, HEAD, OPTIONS"),
    ("insights/1/sharing/refresh", "POST, OPTIONS"),
    ("notebooks/NoteMain1/sharing/passwords", "POST, OPTIONS"),
    ("notebooks/NoteMain1/sharing/passwords/1", "DELETE, OPTIONS"),
];

/// `Allow` of paths outside projects, and of others where it names more methods than hoglet has or where there is no route.
#[rustfmt::skip] // a table: read it by columns
const ALLOW_BY_PATH: &[(&str, &str)] = &[
    ("/api/personal_api_keys/", "GET, POST, HEAD, OPTIONS"),
    ("/api/personal_api_keys/@current/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/personal_api_keys/nokey/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/personal_api_keys/nokey/roll/", "POST, OPTIONS"),
    ("/api/projects/", "GET, POST, HEAD, OPTIONS"),
    ("/api/projects/1/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/projects/@current/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/projects/999/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/organizations/", "GET, POST, HEAD, OPTIONS"),
    ("/api/organizations/@current/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/organizations/nothing/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/organizations/@current/projects/", "GET, POST, HEAD, OPTIONS"),
    ("/api/organizations/@current/projects/1/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/users/", "GET, HEAD, OPTIONS"),
    ("/api/users/@me/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/users/0195f3a0-0000-7000-8000-000000000001/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/projects/1/activity_log/", "GET, HEAD, OPTIONS"),
    ("/api/projects/1/insights/", "GET, POST, HEAD, OPTIONS"),
    ("/api/projects/1/insights/1/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/projects/1/dashboards/", "GET, POST, HEAD, OPTIONS"),
    ("/api/projects/1/dashboards/1/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/projects/1/notebooks/", "GET, POST, HEAD, OPTIONS"),
    ("/api/projects/1/notebooks/NoteMain1/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/projects/1/session_recordings/rec-main/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/projects/1/feature_flags/", "GET, POST, HEAD, OPTIONS"),
    ("/api/projects/1/cohorts/", "GET, POST, HEAD, OPTIONS"),
    ("/api/organizations/@current/members/", "GET, HEAD, OPTIONS"),
    ("/api/", "GET, HEAD, OPTIONS"),
    // A wrong suffix makes no difference.
    ("/api/projects/1/property_definitions.xml", "GET, HEAD, OPTIONS"),
    ("/api/projects/1/property_definitions/a.b/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/projects/1/insights/1/sharing.csv", "GET, PATCH, HEAD, OPTIONS"),
    ("/api/projects/1.json", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ("/api/environments/1/insights.csv", "GET, POST, HEAD, OPTIONS"),
];

/// What a method that the path lacks is answered with.
enum Missing {
    Closed,
    NotAllowed,
}
use Missing::{Closed, NotAllowed};

/// The methods that each kind of path lacks.
#[rustfmt::skip] // a table: read it by columns
const MISSING: &[(&str, &[(&str, Missing)])] = &[
    ("property_definitions", &[("POST", Closed), ("PUT", Closed), ("DELETE", Closed), ("PATCH", NotAllowed), ("FOO", Closed)]),
    (PLAN, &[("POST", Closed), ("FOO", Closed)]),
    ("property_definitions/seen_together", &[("POST", NotAllowed), ("PUT", NotAllowed), ("PATCH", NotAllowed), ("DELETE", NotAllowed), ("FOO", NotAllowed)]),
    ("property_definitions/bulk_update_tags", &[("GET", Closed), ("PUT", Closed), ("DELETE", Closed), ("PATCH", NotAllowed)]),
    ("event_definitions/by_name", &[("POST", NotAllowed), ("PUT", NotAllowed), ("PATCH", NotAllowed), ("DELETE", NotAllowed)]),
    ("event_definitions/primary_properties", &[("POST", NotAllowed), ("PUT", NotAllowed), ("PATCH", NotAllowed), ("DELETE", NotAllowed)]),
    ("event_definitions/1/metrics", &[("POST", Closed), ("PUT", Closed), ("PATCH", Closed), ("DELETE", Closed)]),
    ("event_definitions", &[("PUT", Closed), ("DELETE", Closed), ("PATCH", NotAllowed)]),
    ("event_definitions/1", &[("POST", Closed), ("FOO", Closed)]),
    ("event_definitions/bulk_update_tags", &[("GET", Closed), ("PUT", Closed), ("DELETE", Closed), ("PATCH", NotAllowed)]),
    ("project_secret_api_keys", &[("PUT", Closed), ("DELETE", Closed), ("PATCH", NotAllowed)]),
    ("project_secret_api_keys/nokey", &[("POST", Closed)]),
    ("project_secret_api_keys/nokey/roll", &[("GET", Closed), ("PUT", Closed), ("DELETE", Closed), ("PATCH", Closed), ("HEAD", Closed)]),
    ("insights/1/sharing", &[("POST", Closed), ("PUT", Closed), ("DELETE", Closed)]),
    ("session_recordings/rec-main/sharing", &[("POST", Closed), ("PUT", Closed), ("DELETE", Closed)]),
    ("notebooks/NoteMain1/sharing/refresh", &[("GET", Closed), ("PUT", Closed), ("DELETE", Closed), ("PATCH", NotAllowed)]),
    ("notebooks/NoteMain1/sharing/passwords", &[("GET", Closed), ("PUT", Closed), ("DELETE", Closed), ("PATCH", NotAllowed)]),
    ("notebooks/NoteMain1/sharing/passwords/1", &[("GET", Closed), ("POST", Closed), ("PUT", Closed), ("PATCH", Closed)]),
];

#[test]
fn every_answer_names_the_methods_of_its_path() {
    let server = Server::start();
    for (path, allow) in ALLOW {
        for method in [
            "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "FOO",
        ] {
            let answer = server.ask(method, &format!("{PROJECT}/{path}")).send();
            assert_eq!(
                (answer.status, answer.header("allow")),
                (401, *allow),
                "{method} {path}"
            );
        }
        let answer = server
            .ask("OPTIONS", &format!("{PROJECT}/{path}"))
            .key("phx_ada")
            .send();
        assert_eq!(
            (answer.status, answer.header("allow")),
            (200, *allow),
            "{path}"
        );
    }
    for (path, status) in [
        ("project_secret_api_keys", 201),
        ("project_secret_api_keys/?format=xml", 404),
    ] {
        let new = json!({"label": "x", "scopes": ["endpoint:read"]});
        let answer = server.post(&format!("{PROJECT}/{path}"), new);
        assert_eq!(
            (answer.status, answer.header("allow")),
            (status, "GET, POST, HEAD, OPTIONS")
        );
    }
}

#[test]
fn allow_names_the_methods_of_the_service_on_every_status() {
    let server = Server::start();
    for (path, allow) in ALLOW_BY_PATH {
        for method in [
            "GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "FOO", "TRACE",
        ] {
            for key in ["", "phx_wrong", "phx_none", "phx_onlymain", "phx_read"] {
                let answer = server.ask(method, path).key(key).send();
                let status = answer.status;
                assert_eq!(
                    answer.header("allow"),
                    *allow,
                    "{method} {path} {key} {status}"
                );
            }
        }
    }
    for (path, status) in [
        ("/api/projects/1/", 200),
        ("/api/projects/999/", 404),
        ("/api/projects/1.json", 404),
        ("/api/", 401),
    ] {
        assert_eq!(server.get(path).status, status, "{path}");
    }
}

#[test]
fn the_root_of_the_api_is_for_the_web_app_of_the_service() {
    let server = Server::start();
    for method in ["GET", "POST", "OPTIONS"] {
        for key in ["", "phx_ada"] {
            unauthenticated(&server.ask(method, "/api/").key(key).send());
        }
    }
}

#[test]
fn every_405_names_what_is_allowed() {
    let server = Server::start();
    let words = "Method \"PUT\" not allowed.";
    for (path, key, allow) in [
        ("/robots.txt", "", "GET, HEAD, OPTIONS"),
        ("/", "", "GET, HEAD, OPTIONS"),
        ("/docs", "", "GET, HEAD, OPTIONS"),
        ("/admin/login", "", "GET, POST, HEAD, OPTIONS"),
        ("/admin/logout", "", "POST, OPTIONS"),
        ("/shared/nothing", "", "GET, POST, HEAD, OPTIONS"),
        ("/static/viewer/viewer.js", "", "GET, HEAD, OPTIONS"),
        ("/api/schema/", "", "GET, HEAD, OPTIONS"),
    ] {
        let answer = server.ask("PUT", path).key(key).send();
        answer.error(405, "invalid_request", "method_not_allowed", words, None);
        assert_eq!(answer.header("allow"), allow, "{path}");
    }
    let flags = server
        .ask("PATCH", "/flags/definitions")
        .key("phx_ada")
        .send();
    let words = "Method \"PATCH\" not allowed.";
    flags.error(405, "invalid_request", "method_not_allowed", words, None);
    assert_eq!(flags.header("allow"), "GET, HEAD, OPTIONS");
    let sdk = server.ask("PUT", "/e/").send();
    assert_eq!(
        (sdk.status, sdk.header("allow")),
        (405, "POST,GET,HEAD,OPTIONS")
    );
}

#[test]
fn trace_is_not_allowed_anywhere() {
    let server = Server::start();
    for path in [
        "/",
        "/_health",
        "/_livez",
        "/_readyz",
        "/_preflight",
        "/robots.txt",
        "/docs",
        "/admin",
        "/docs/docs.css",
        "/admin/login",
        "/shared/nothing",
        "/static/viewer/viewer.js",
        "/e/",
        "/flags/",
        "/flags/definitions",
        "/array/phc_main/config.js",
        "/api/schema/",
        "/api/",
        "/api/users/@me/",
        "/api/projects/1/insights/",
        "/api/projects/1/insights/1/sharing/",
        "/api/nothing",
        "/apifoo",
        "/nothing",
        "/i/nothing",
    ] {
        for key in ["", "phx_ada", "phx_wrong"] {
            let answer = server.ask("TRACE", path).key(key).send();
            assert_eq!(answer.status, 405, "{path}: {}", answer.text);
            assert!(answer.header("allow").contains("OPTIONS"), "{path}");
            assert!(!answer.text.contains("phx_"), "{path}: {}", answer.text);
        }
    }
    let words = "Method \"TRACE\" not allowed.";
    let answer = server.ask("TRACE", "/api/users/@me/").send();
    answer.error(405, "invalid_request", "method_not_allowed", words, None);
}

#[test]
fn a_method_that_a_path_lacks() {
    let server = Server::start();
    for (path, missing) in MISSING {
        let path = format!("{PROJECT}/{path}/");
        for (method, kind) in *missing {
            let answer = server.ask(method, &path).key("phx_ada").send();
            let without_key = server.ask(method, &path).send();
            assert_eq!(without_key.status, 401, "{method} {path}");
            match kind {
                Closed if *method == "HEAD" => assert_eq!(answer.status, 403),
                Closed => answer.denied(CLOSED),
                NotAllowed => {
                    let words = format!("Method \"{method}\" not allowed.");
                    answer.error(405, "invalid_request", "method_not_allowed", &words, None);
                }
            }
        }
    }
}

#[test]
fn a_405_needs_the_scope_first() {
    let server = Server::start();
    for (method, path, key, scope) in [
        (
            "PATCH",
            "property_definitions",
            "phx_read",
            "property_definition:write",
        ),
        (
            "PATCH",
            "project_secret_api_keys",
            "phx_read",
            "project:write",
        ),
        (
            "PATCH",
            "property_definitions/bulk_update_tags",
            "phx_read",
            "property_definition:write",
        ),
        (
            "PATCH",
            "notebooks/NoteMain1/sharing/refresh",
            "phx_read",
            "sharing_configuration:write",
        ),
        (
            "PATCH",
            "notebooks/NoteMain1/sharing/passwords",
            "phx_read",
            "sharing_configuration:write",
        ),
        (
            "POST",
            "property_definitions/seen_together",
            "phx_none",
            "property_definition:read",
        ),
        (
            "PATCH",
            "property_definitions/seen_together",
            "phx_none",
            "property_definition:read",
        ),
    ] {
        let answer = server
            .ask(method, &format!("{PROJECT}/{path}/"))
            .key(key)
            .send();
        answer.denied(&format!("API key missing required scope '{scope}'"));
    }
    let path = format!("{PROJECT}/property_definitions/seen_together/");
    assert_eq!(
        server.ask("PATCH", &path).key("phx_read").send().status,
        405
    );
}

#[test]
fn head_is_get_without_its_body() {
    let server = Server::start();
    for (path, key, status) in [
        ("/api/projects/1/property_definitions/", "phx_ada", 200),
        (
            "/api/projects/1/property_definitions/00000000-0000-0000-0000-000000000000/",
            "phx_ada",
            404,
        ),
        ("/api/projects/1/property_definitions/", "phx_none", 403),
        ("/api/projects/1/property_definitions/", "phx_wrong", 401),
        ("/api/nothing/", "phx_ada", 404),
    ] {
        let get = server.ask("GET", path).key(key).send();
        let raw = server.raw(
            format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\r\n")
                .as_bytes(),
        );
        let (head, body) = raw.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, "", "{path}");
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status} ")),
            "{path}: {head}"
        );
        let mut asked_host_differs = get.headers.clone();
        for name in ["date", "connection", "content-length", "x-request-id"] {
            asked_host_differs.remove(name);
        }
        for (name, value) in &asked_host_differs {
            let line = format!("{name}: {}", value.to_str().unwrap());
            assert!(
                head.lines().any(|found| found.eq_ignore_ascii_case(&line)),
                "{path} {line}\n{head}"
            );
        }
        let same_host = server.ask("HEAD", path).key(key).send();
        assert_eq!(
            same_host.header("content-length"),
            get.text.len().to_string(),
            "{path}"
        );
    }
}

#[test]
fn options_describes_the_path_to_who_may_read_it() {
    let server = Server::start();
    for (path, name) in [
        ("property_definitions/", "Property Definition List"),
        (PLAN, "Property Definition Instance"),
        ("project_secret_api_keys", "Project Secret Api Key List"),
        (
            "project_secret_api_keys/nokey/",
            "Project Secret Api Key Instance",
        ),
        ("project_secret_api_keys/nokey/roll/", "Roll"),
        ("property_definitions/seen_together/", "Seen together"),
        ("property_definitions/bulk_update_tags/", "Bulk update tags"),
        ("notebooks/NoteMain1/sharing", "Sharing Configuration List"),
        ("insights/999/sharing/refresh/", "Refresh"),
        ("notebooks/NoteMain1/sharing/passwords/", "Create password"),
        ("dashboards/1/sharing/passwords/1", "Delete password"),
    ] {
        let ask = || server.ask("OPTIONS", &format!("{PROJECT}/{path}"));
        let answer = ask().key("phx_read").send();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let expected = json!({"name": name, "description": "", "renders": ["application/json"], "parses":
            ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]});
        assert_eq!(answer.text, expected.to_string(), "{path}");
        assert_eq!(ask().send().status, 401, "{path}");
        assert_eq!(ask().key("phx_none").send().status, 403, "{path}");
    }
    let elsewhere = server.ask("OPTIONS", "/api/nothing").send();
    assert_eq!(elsewhere.status, 200);
    assert_eq!(elsewhere.body["renders"], json!(["application/json"]));
}

#[test]
fn options_of_a_share_names_its_viewer() {
    let server = Server::start();
    for path in [
        "/shared/nothing",
        "/embedded/nothing",
        "/shared_dashboard/x",
    ] {
        let answer = server.ask("OPTIONS", path).send().ok(200);
        assert_eq!(answer["name"], "Sharing Viewer Page", "{path}");
    }
}
