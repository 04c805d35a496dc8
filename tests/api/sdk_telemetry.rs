//! What SDKs and browsers send besides events, which hoglet accepts and discards.
use serde_json::json;

use crate::harness::{Ask, Server};

const TELEMETRY: [&str; 4] = [
    "/i/v0/ai/otel",
    "/i/v1/logs",
    "/i/v1/metrics",
    "/i/v1/traces",
];

fn ask(server: &Server, path: &str) -> Ask {
    let ask = server.ask("POST", path);
    ask.header("origin", "https://shop.example")
        .body("application/json", r#"{"resourceLogs": []}"#)
}

#[test]
fn telemetry_is_accepted_in_every_encoding() {
    let server = Server::start();
    for path in TELEMETRY {
        for path in [path.to_owned(), format!("{path}/")] {
            let by_query = ask(&server, &format!("{path}?token=phc_main")).send();
            let origin = by_query.header("access-control-allow-origin");
            assert_eq!(origin, "https://shop.example", "{path}");
            assert_eq!(by_query.ok(200), json!({}), "{path}");
            for (kind, body) in [
                ("application/json", &br#"{"resourceSpans": []}"#[..]),
                ("application/x-protobuf", b"\x0a\x00"),
                ("application/x-protobuf", b""),
                ("text/plain", b"\x1f\x8b\x08\x00"),
            ] {
                let ask = server.ask("POST", &path).key("phc_main");
                let answer = ask.body(kind, body).send();
                assert_eq!(answer.ok(200), json!({}), "{path} {kind}");
            }
        }
    }
    let events = server.get("/api/projects/1/events/").ok(200);
    assert_eq!(events["count"], 0);
}

#[test]
fn telemetry_needs_the_token_of_a_project() {
    let server = Server::start();
    for path in TELEMETRY {
        for (query, key, text) in [
            ("", None, "event submitted without an api_key"),
            ("?token=", None, "API key is not valid: empty"),
            (
                "",
                Some("phx_ada"),
                "API key is not valid: personal_api_key",
            ),
            // The header counts, whatever the query string says.
            (
                "?token=phc_main",
                Some("phx_ada"),
                "API key is not valid: personal_api_key",
            ),
        ] {
            let ask = ask(&server, &format!("{path}{query}"));
            let answer = match key {
                Some(key) => ask.key(key).send(),
                None => ask.send(),
            };
            assert_eq!((answer.status, &*answer.text), (401, text), "{path}{query}");
        }
    }
}

#[test]
fn telemetry_is_limited_as_events_are() {
    let server = Server::start();
    for path in ["/i/v1/logs?token=phc_main", "/report/?token=phc_main"] {
        let ask = server.ask("POST", path);
        let answer = ask
            .body("application/json", vec![b' '; (20 << 20) + 1])
            .send();
        assert_eq!(answer.status, 413, "{path}");
    }
}

#[test]
fn reports_of_browsers_are_accepted() {
    let server = Server::start();
    for path in [
        "/report/?token=phc_main",
        "/report?token=phc_main&sample_rate=0.1",
    ] {
        for (kind, body) in [
            (
                "application/csp-report",
                r#"{"csp-report": {"document-uri": "https://shop.example/"}}"#,
            ),
            (
                "application/reports+json",
                r#"[{"type": "csp-violation", "body": {}}]"#,
            ),
        ] {
            let ask = server.ask("POST", path).body(kind, body);
            let answer = ask.header("origin", "https://shop.example").send();
            let origin = answer.header("access-control-allow-origin");
            assert_eq!(origin, "https://shop.example", "{path}");
            assert_eq!((answer.status, &*answer.text), (204, ""), "{path} {kind}");
        }
    }
}

#[test]
fn browsers_may_ask_first_whether_they_may_send() {
    let server = Server::start();
    for path in [&TELEMETRY[..], &["/report/"]].concat() {
        let ask = server
            .ask("OPTIONS", path)
            .header("origin", "https://shop.example");
        let ask = ask.header("access-control-request-method", "POST");
        let answer = ask
            .header("access-control-request-headers", "content-type")
            .send();
        let allowed = answer.header("access-control-allow-headers");
        assert_eq!((answer.status, allowed), (200, "content-type"), "{path}");
    }
}
