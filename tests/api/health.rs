//! Whether the server lives, asked without a key.
use std::fs;

use serde_json::json;

use crate::harness::Server;

#[test]
fn health() {
    let server = Server::start();
    for (path, text) in [
        ("/_health", "ok"),
        ("/_health/", "ok"),
        ("/_readiness", "capture"),
        ("/_readiness/", "capture"),
        ("/_liveness", "ok"),
        ("/_liveness/", "ok"),
    ] {
        for method in ["GET", "POST"] {
            let answer = server.ask(method, path).send();
            assert_eq!((answer.status, answer.text.as_str()), (200, text), "{path}");
            assert_eq!(answer.header("content-type"), "text/plain");
        }
        assert_eq!(server.ask("HEAD", path).send().status, 200);
    }
    let alive = server.ask("GET", "/_livez").send();
    assert_eq!(
        (alive.status, alive.text.as_str()),
        (200, "{\"http\": true}")
    );
    let ready = server.ask("GET", "/_readyz").send();
    let text = "{\"http\": true, \"postgres\": true, \"cache\": true}";
    assert_eq!((ready.status, ready.text.as_str()), (200, text));
    for answer in [alive, ready] {
        assert_eq!(answer.header("content-type"), "application/json");
        for name in [
            "vary",
            "x-frame-options",
            "access-control-allow-origin",
            "allow",
        ] {
            assert!(!answer.headers.contains_key(name), "{name}");
        }
    }
    // A wrong key is no reason to call a living server dead, nor is an origin one to answer otherwise.
    let odd = server
        .ask("GET", "/_health")
        .key("phx_wrong")
        .header("origin", "https://foo.example");
    let odd = odd.header("accept", "text/html").send();
    assert_eq!(
        (odd.status, odd.header("access-control-allow-origin")),
        (200, "")
    );
}

#[test]
fn readiness_is_of_a_role_and_may_leave_out_checks() {
    let server = Server::start();
    let ready = |query: &str| {
        let answer = server.ask("GET", &format!("/_readyz{query}")).send();
        assert_eq!(answer.header("content-type"), "application/json", "{query}");
        (answer.status, answer.text)
    };
    let all = "{\"http\": true, \"postgres\": true, \"cache\": true}";
    for (query, status, text) in [
        ("?role=", 200, all),
        ("?role=web", 200, "{\"postgres\": true, \"cache\": true}"),
        ("?role=worker", 200, "{\"postgres\": true}"),
        ("?role=events", 200, "{\"http\": true}"),
        ("?role=bogus", 400, "{\"error\": \"InvalidRole\"}"),
        ("?role=web&role=bogus", 400, "{\"error\": \"InvalidRole\"}"),
        ("?role=Web", 400, "{\"error\": \"InvalidRole\"}"),
        ("?exclude=kafka_connected", 200, all),
        ("?exclude=postgres&exclude=cache", 200, all),
    ] {
        assert_eq!(ready(query), (status, text.into()), "{query}");
    }
    // Without its file the server cannot write, which the next change finds out.
    fs::rename(server.database(), server.database().with_extension("gone")).unwrap();
    let key = json!({"label": "x", "scopes": ["endpoint:read"]});
    let refused = server.post("/api/projects/1/project_secret_api_keys/", key);
    assert_eq!(refused.status, 503);
    let down = |query: &str, status: u16, starts: &str| {
        let (found, text) = ready(query);
        let expected = (status, true);
        assert_eq!(
            (found, text.starts_with(starts)),
            expected,
            "{query}: {text}"
        );
        assert!(text.contains("\"reason\": "), "{query}: {text}");
    };
    let all = "{\"http\": true, \"postgres\": false, \"cache\": false, ";
    down("", 503, all);
    down("?role=web", 503, "{\"postgres\": false, \"cache\": false, ");
    down("?role=events", 200, "{\"http\": true, ");
    down("?exclude=postgres", 503, all);
    down("?exclude=postgres&exclude=cache", 200, all);
    down(
        "?role=worker&exclude=postgres",
        200,
        "{\"postgres\": false, ",
    );
    assert_eq!(server.ask("GET", "/_livez").send().status, 200);
    assert_eq!(server.ask("GET", "/_liveness").send().status, 200);
    for path in ["/_health", "/_readiness"] {
        assert_eq!(server.ask("GET", path).send().status, 503, "{path}");
    }
}

#[test]
fn probes_with_a_slash_at_the_end_are_no_probes() {
    let server = Server::start();
    for path in ["/_livez/", "/_readyz/", "/_readyz/?role=web"] {
        let answer = server.ask("GET", path).send();
        assert_eq!(
            (answer.status, &*answer.text),
            (404, "Not found\n"),
            "{path}"
        );
    }
}

#[test]
fn preflight_tells_what_the_installation_has() {
    let server = Server::start();
    for path in ["/_preflight", "/_preflight/"] {
        let answer = server.ask("GET", path).send();
        let expected = "max-age=0, no-cache, no-store, must-revalidate, private";
        assert_eq!(answer.header("cache-control"), expected);
        assert!(answer.header("expires").ends_with("GMT"));
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(
            answer
                .text
                .starts_with("{\"django\": true, \"redis\": true, "),
            "{}",
            answer.text
        );
        let body = answer.ok(200);
        let keys: Vec<_> = body
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let expected = "django redis plugins celery clickhouse kafka db initiated cloud demo realm region \
            available_social_auth_providers can_create_org email_service_available slack_service \
            data_warehouse_integrations object_storage public_egress_ip_addresses";
        assert!(
            keys.iter()
                .copied()
                .take(19)
                .eq(expected.split_whitespace()),
            "{keys:?}"
        );
        for (key, value) in [
            ("db", json!(true)),
            ("initiated", json!(true)),
            ("cloud", json!(false)),
            ("demo", json!(false)),
            ("realm", json!("hosted-clickhouse")),
            ("region", json!(null)),
            (
                "slack_service",
                json!({"available": false, "client_id": null}),
            ),
            ("public_egress_ip_addresses", json!([])),
        ] {
            assert_eq!(body[key], value, "{key}");
        }
        assert!(body["available_social_auth_providers"].is_object());
    }
}

#[test]
fn robots_are_sent_away() {
    let server = Server::start();
    let answer = server.ask("GET", "/robots.txt").send();
    assert_eq!(
        (answer.status, answer.text.trim_end()),
        (200, "User-agent: *\nDisallow: /")
    );
    assert!(answer.header("content-type").starts_with("text/plain"));
}
