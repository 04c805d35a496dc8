//! What answers look like, whatever they say: bytes, headers, CORS.
use serde_json::json;

use hoglet::http::routes::Family;

use crate::{
    harness::{Answer, Server},
    table::rows,
};

const KEYS: &str = "/api/projects/1/project_secret_api_keys/";
const DEFINITIONS: &str = "/api/projects/1/property_definitions/";
const PLAN: &str = "/api/projects/1/property_definitions/0195f3a0-0000-0000-8000-0000000000d1/";

/// On every answer of the API.
const ALWAYS: &[(&str, &str)] = &[
    ("vary", "origin, Cookie"),
    ("x-frame-options", "SAMEORIGIN"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("content-security-policy", "default-src 'none'"),
];

const NEVER: &[&str] = &[
    "etag",
    "last-modified",
    "cache-control",
    "expires",
    "set-cookie",
    "strict-transport-security",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "retry-after",
    "location",
    "deprecation",
    "link",
    "sunset",
];

/// A few answers of each kind.
fn answers(server: &Server) -> Vec<(u16, Answer)> {
    let new = json!({"label": "x", "scopes": ["endpoint:read"]});
    vec![
        (200, server.get(DEFINITIONS)),
        (200, server.patch(PLAN, json!({}))),
        (200, server.ask("OPTIONS", KEYS).key("phx_ada").send()),
        (201, server.post(KEYS, new.clone())),
        (400, server.post(KEYS, new)),
        (
            400,
            server
                .ask("POST", KEYS)
                .key("phx_ada")
                .body("application/json", "{")
                .send(),
        ),
        (401, server.ask("GET", KEYS).send()),
        (403, server.post(DEFINITIONS, json!({}))),
        (404, server.get("/api/nothing")),
        (404, server.get(&format!("{KEYS}nokey"))),
        (405, server.patch(DEFINITIONS, json!({}))),
        (
            406,
            server.ask("GET", KEYS).header("accept", "text/html").send(),
        ),
        (
            413,
            server
                .ask("POST", KEYS)
                .key("phx_ada")
                .json(json!("x".repeat(21 << 20)))
                .send(),
        ),
        (
            415,
            server
                .ask("POST", KEYS)
                .key("phx_ada")
                .body("text/plain", "x")
                .send(),
        ),
    ]
}

#[test]
fn headers_of_every_answer() {
    let server = Server::start();
    for (status, answer) in answers(&server) {
        assert_eq!(answer.status, status, "{}", answer.text);
        let also = [
            ("content-type", "application/json"),
            ("x-content-type-options", "nosniff"),
        ];
        for (name, value) in ALWAYS.iter().chain(&also) {
            assert_eq!(answer.header(name), *value, "{status} {name}");
        }
        assert_eq!(
            answer.header("content-length"),
            answer.text.len().to_string(),
            "{status}"
        );
        assert!(answer.header("allow").contains("OPTIONS"), "{status}");
        for name in NEVER {
            assert!(!answer.headers.contains_key(*name), "{status} {name}");
        }
        assert!(
            answer
                .headers
                .keys()
                .all(|name| !name.as_str().starts_with("access-control")),
            "{status}"
        );
    }
}

#[test]
fn a_204_has_nothing_to_describe() {
    let server = Server::start();
    let answer = server.delete(PLAN);
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    for (name, value) in ALWAYS {
        assert_eq!(answer.header(name), *value, "{name}");
    }
    assert_eq!(
        answer.header("allow"),
        "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"
    );
    for name in [
        "content-type",
        "content-length",
        "x-content-type-options",
        "transfer-encoding",
    ] {
        assert!(!answer.headers.contains_key(name), "{name}");
    }
}

#[test]
fn json_is_compact_and_escapes_only_what_it_must() {
    let server = Server::start();
    let odd = "é😀/<>&'\u{7f}\u{2028}\u{2029}\"\\\n\u{1}\u{8}";
    let answer = server.patch(PLAN, json!({"description": format!("a{odd}z")}));
    let written = "\"description\":\"aé😀/<>&'\u{7f}\u{2028}\u{2029}\\\"\\\\\\n\\u0001\\bz\",\"is_numerical\":false,";
    assert!(answer.text.contains(written), "{}", answer.text);
    assert!(answer.text.starts_with('{') && answer.text.ends_with('}'));
    assert!(
        !answer.text.contains("\": ") && !answer.text.contains(", \""),
        "{}",
        answer.text
    );
    let body = answer.ok(200);
    let at = body["updated_at"].as_str().unwrap();
    let shape: String = at
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert!(
        ["0000-00-00T00:00:00.000000Z", "0000-00-00T00:00:00Z"].contains(&&*shape),
        "{at}"
    );
}

#[test]
fn any_origin_may_read_every_answer() {
    let server = Server::start();
    for origin in ["https://foo.example", "null"] {
        for (method, path, key, status) in [
            ("GET", DEFINITIONS, "phx_ada", 200),
            ("GET", DEFINITIONS, "phx_wrong", 401),
            ("PUT", DEFINITIONS, "phx_ada", 403),
            ("GET", "/api/nothing", "phx_ada", 404),
            ("PATCH", DEFINITIONS, "phx_ada", 405),
        ] {
            let answer = server
                .ask(method, path)
                .key(key)
                .header("origin", origin)
                .send();
            assert_eq!(answer.status, status);
            assert_eq!(
                answer.header("access-control-allow-origin"),
                "*",
                "{status}"
            );
            assert_eq!(answer.header("vary"), "origin, Cookie");
            for name in [
                "access-control-allow-credentials",
                "access-control-expose-headers",
                "access-control-allow-methods",
            ] {
                assert!(!answer.headers.contains_key(name), "{status} {name}");
            }
        }
    }
}

/// What a browser asks before it sends the real request.
const MAY: &[(&str, &str)] = &[
    ("access-control-allow-origin", "*"),
    (
        "access-control-allow-headers",
        "accept, authorization, content-type, user-agent, x-csrftoken, x-requested-with, traceparent, request-id, \
         request-context, x-amzn-trace-id, x-cloud-trace-context, Sentry-Trace, Baggage, x-highlight-request, \
         x-datadome-clientid, x-datadog-origin, x-datadog-trace-id, x-datadog-parent-id, x-datadog-sampling-priority, \
         x-datadog-tags, x-posthog-token, x-conversations-token, x-b3-sampled, x-b3-spanid, x-b3-traceid, x-b3-parentspanid, b3",
    ),
    (
        "access-control-allow-methods",
        "DELETE, GET, OPTIONS, PATCH, POST, PUT",
    ),
    ("access-control-max-age", "86400"),
];

#[test]
fn a_preflight_asks_for_nothing() {
    let server = Server::start();
    for path in [
        DEFINITIONS,
        "/api/projects/1/property_definitions",
        "/api/projects/999/nothing/",
        "/api/nothing",
    ] {
        for wanted in ["PATCH", "", "NONSENSE"] {
            let ask = server
                .ask("OPTIONS", path)
                .header("access-control-request-method", wanted);
            let answer = ask.header("origin", "https://foo.example").send();
            assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{path}");
            for (name, value) in MAY {
                assert_eq!(answer.header(name), *value, "{path} {name}");
            }
            assert_eq!(answer.header("vary"), "origin");
            assert_eq!(answer.header("content-length"), "0");
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("referrer-policy"), "same-origin");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
            for name in [
                "x-frame-options",
                "content-security-policy",
                "allow",
                "access-control-allow-credentials",
                "access-control-allow-private-network",
            ] {
                assert!(!answer.headers.contains_key(name), "{name}");
            }
        }
        let without_origin = server
            .ask("OPTIONS", path)
            .header("access-control-request-method", "PATCH")
            .send();
        assert_eq!(
            (without_origin.status, without_origin.header("vary")),
            (200, "origin")
        );
        assert!(
            !without_origin
                .headers
                .contains_key("access-control-allow-origin")
        );
    }
}

#[test]
fn options_with_an_origin_is_no_preflight_but_says_the_same() {
    let server = Server::start();
    let ask = || {
        server
            .ask("OPTIONS", DEFINITIONS)
            .header("origin", "https://foo.example")
    };
    assert_eq!(ask().send().status, 401);
    let answer = ask().key("phx_ada").send();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["renders"], json!(["application/json"]));
    for (name, value) in MAY {
        assert_eq!(answer.header(name), *value, "{name}");
    }
}

#[test]
fn vary_names_accept_where_the_service_has_more_than_json() {
    let server = Server::start();
    let with_formats = |path: &str| {
        let mut kinds = ["/insights", "/dashboards"].iter();
        let is_of_a_kind = kinds.any(|kind| path.contains(kind)) && !path.contains("/sharing");
        is_of_a_kind || path == "/api/schema/" || path.ends_with("/changes")
    };
    let routed = rows().map(|row| crate::security::path(&row));
    let others = [
        "/api/projects/1/insights.csv",
        "/api/projects/1/dashboards/1.xml",
        "/api/projects/1/insights/1/sharing.xml",
        "/api/projects/1/insights/?format=csv",
        "/api/environments/1/dashboards/",
        "/api/nothing",
        "/api/",
        "/api/schema/",
    ];
    let mut paths: Vec<_> = routed.chain(others.map(String::from)).collect();
    paths.dedup();
    for path in paths.iter().filter(|path| path.starts_with("/api/")) {
        let is_sdk = rows().any(|row| row.route.family == Family::Sdk && row.path == *path);
        if is_sdk || path == "/api/schema" {
            continue;
        }
        let expected = match with_formats(path) {
            true => "Accept, origin, Cookie",
            false => "origin, Cookie",
        };
        for method in ["GET", "POST", "DELETE", "OPTIONS", "FOO"] {
            for key in ["", "phx_read"] {
                let answer = server.ask(method, path).key(key).send();
                let status = answer.status;
                assert_eq!(answer.header("vary"), expected, "{method} {path} {status}");
            }
        }
    }
}

#[test]
fn a_path_that_only_begins_like_the_api_is_outside_cors() {
    let server = Server::start();
    for path in ["/apifoo", "/api.json", "/apifoo/projects/"] {
        let answer = server
            .ask("GET", path)
            .header("origin", "https://foo.example")
            .send();
        answer.not_found("Endpoint not found.");
        assert_eq!(answer.header("vary"), "Cookie", "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
    let share = server.ask("GET", "/shared/nothing").send();
    assert_eq!((share.status, share.header("vary")), (404, "Cookie"));
    for (path, vary) in [
        ("/_health", "Cookie"),
        ("/robots.txt", "Cookie"),
        ("/nothing", "Cookie"),
        ("/docs", "Cookie, Accept-Encoding"), // a file, which is stored compressed
    ] {
        let answer = server.ask("GET", path).send();
        assert_eq!(answer.header("vary"), vary, "{path}");
    }
}

#[test]
fn a_browser_may_read_the_404_of_a_path_that_sdks_call() {
    let server = Server::start();
    let origin = "https://shop.example";
    for path in [
        "/i/v1/nothing",
        "/i/v9/e/",
        "/static/nothing/at/all.js",
        "/array/phc_main/nothing.js",
        "/e/nothing",
        "/flags/nothing",
        "/s/nothing/",
    ] {
        for method in ["GET", "POST"] {
            let answer = server.ask(method, path).header("origin", origin).send();
            assert_eq!(
                (answer.status, &*answer.text),
                (404, "Not found\n"),
                "{path}"
            );
            assert_eq!(
                answer.header("access-control-allow-origin"),
                origin,
                "{path}"
            );
            let credentials = answer.header("access-control-allow-credentials");
            assert_eq!(credentials, "true", "{path}");
        }
        let asking = server
            .ask("OPTIONS", path)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        let answer = asking.send();
        assert_eq!((answer.status, &*answer.text), (200, ""), "{path}");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            origin,
            "{path}"
        );
        assert_eq!(
            answer.header("access-control-allow-headers"),
            "content-type"
        );
    }
    for path in [
        "/nothing",
        "/admin/nothing",
        "/static/vendor/uplot-1.6.32/uPlot.esm.js",
    ] {
        let answer = server.ask("GET", path).header("origin", origin).send();
        let open = answer.header("access-control-allow-credentials");
        assert_eq!(open, "", "{path}");
    }
}

/// Java's own client does so with each request, and `curl --http2`: the server closes the connection of such a client, which must
/// know that before it sends the next request on it.
#[test]
fn a_client_that_offers_http_2_learns_that_its_connection_ends() {
    let server = Server::start();
    for (line, body) in [
        ("GET /_health", ""),
        ("GET /docs/", ""),
        ("GET /api/projects/1/property_definitions/", ""),
        ("GET /nothing", ""),
        (
            "POST /i/v0/e/",
            r#"{"api_key": "phc_a", "event": "e", "distinct_id": "d"}"#,
        ),
    ] {
        let answer = server.raw(
            format!(
                "{line} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .as_bytes(),
        );
        let (head, _) = answer.split_once("\r\n\r\n").unwrap();
        let lines: Vec<_> = head
            .lines()
            .filter(|line| line.starts_with("connection:"))
            .collect();
        assert_eq!(lines, ["connection: close"], "{line}: {answer}");
    }
}
