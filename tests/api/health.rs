//! Whether the server lives, asked without a key.
use serde_json::json;

use crate::harness::Server;

#[test]
fn health() {
    let server = Server::start();
    for path in ["/_health", "/_health/"] {
        for method in ["GET", "POST"] {
            let answer = server.ask(method, path).send();
            assert_eq!((answer.status, answer.text.as_str()), (200, "ok"), "{path}");
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
