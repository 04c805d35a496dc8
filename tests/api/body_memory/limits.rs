//! What one body may cost, and when it is received at all.

use super::*;
use crate::{bodies::parse_error, conventions::unauthenticated};

const WRONG_KEY: &str = "Personal API key found in request Authorization header is invalid.";

#[test]
fn a_large_body_without_a_right_key_gets_401_before_it_is_received() {
    let server = Server::start();
    let before = memory(&server, "VmHWM");
    let (status, answer) = finish(begin(&server, KEYS, "", LIMIT, b"[0,"));
    assert_eq!(status, 401, "{answer}");
    assert!(answer.contains("not_authenticated"), "{answer}");
    let wrong = "authorization: Bearer phx_wrong\r\n";
    let (status, answer) = finish(begin(&server, KEYS, wrong, LIMIT, b"[0,"));
    assert!(status == 401 && answer.contains(WRONG_KEY), "{answer}");
    // In pieces, which announce no length.
    let chunked =
        "POST /api/users/@me/ HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("{:x}\r\n{}\r\n", 128 << 10, "0".repeat(128 << 10));
    let answer = server.raw((chunked.to_owned() + &chunk).as_bytes());
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    // All of it.
    let whole = format!("[{}0]", "0,".repeat(LIMIT / 2 - 2));
    assert!(matches!(
        finish(begin(&server, KEYS, "", LIMIT, whole.as_bytes())).0,
        401 | 0
    ));
    let grown = memory(&server, "VmHWM") - before;
    assert!(grown < 32, "20 MiB without a key took {grown} MiB");
}

#[test]
fn a_key_is_searched_only_in_small_bodies() {
    let server = Server::start();
    let body = |length: usize, key: Value| {
        let extra = "x".repeat(length);
        json!({"label": format!("of {length} {key}"), "scopes": ["endpoint:read"], "extra": extra, "personal_api_key": key})
    };
    let small = body(1000, "phx_ada".into());
    server.ask("POST", KEYS).json(small).send().ok(201);
    let long = body(100 << 10, "phx_ada".into());
    unauthenticated(&server.ask("POST", KEYS).json(long.clone()).send());
    server.post(KEYS, long).ok(201);
    let query = format!("{KEYS}?personal_api_key=phx_ada");
    let unsearched = body(100 << 10, "phx_wrong".into());
    server.ask("POST", &query).json(unsearched).send().ok(201);
}

#[test]
fn pages_take_only_small_bodies() {
    let server = Server::start();
    for path in [
        "/admin/login",
        "/shared/tokMainDash0000000000000000001",
        "/docs",
    ] {
        let (status, answer) = finish(begin(&server, path, "", 100 << 10, b"{"));
        assert_eq!(status, 413, "{path}: {answer}");
    }
}

#[test]
fn json_of_too_many_values_is_a_parse_error() {
    let server = Server::start();
    let list = |count: usize| format!("{{\"label\":[{}0]}}", "0,".repeat(count));
    let send = |body: &str| {
        server
            .ask("POST", KEYS)
            .key("phx_ada")
            .body("application/json", body)
            .send()
    };
    parse_error(&send(&list(1_500_000)), "More than 1500000 values");
    send(&list(1_400_000)).invalid("invalid_input", "Not a valid string.", "label");
    let text = ",[{".repeat(1_000_000);
    send(&format!(
        r#"{{"label":"x","scopes":["endpoint:read"],"extra":"{text}"}}"#
    ))
    .ok(201);
}

#[test]
fn a_form_is_split_only_into_as_many_fields_as_it_may_have() {
    let server = Server::start();
    let before = memory(&server, "VmHWM");
    let fields = "a&".repeat(LIMIT / 2);
    let answer = server.ask("POST", KEYS).key("phx_ada").form(&fields).send();
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (400, &json!("parse_error"))
    );
    let grown = memory(&server, "VmHWM") - before;
    assert!(grown < 128, "a form took {grown} MiB"); // 20 MiB, and as much again while it moves
    let sdk = |count: usize| {
        let form = format!("data={}{}", event("form"), "&x=1".repeat(count - 1));
        server.ask("POST", "/e/").form(&form).send()
    };
    sdk(1000).ok(200);
    let answer = sdk(1001);
    let text = "failed to decode request: invalid urlencoded form data";
    assert_eq!((answer.status, &*answer.text), (400, text));
}

#[test]
fn a_body_that_can_never_fit_is_too_large() {
    let server = Server::with(&["--body-memory", "8"]);
    let body = large(10 << 20);
    assert_eq!(post(&server, "/e/", &body).status, 413);
    assert_eq!(post(&server, "/e/", &gzip(&body)).status, 413);
    let (status, answer) = finish(begin(
        &server,
        "/i/v1/analytics/events",
        V1,
        body.len(),
        &body,
    ));
    assert!(
        status == 413 && answer.contains("payload_too_large"),
        "{answer}"
    );
    let answer = server
        .ask("POST", KEYS)
        .key("phx_ada")
        .body("application/json", &*body)
        .send();
    answer.error(
        413,
        "invalid_request",
        "parse_error",
        "Request body is too large.",
        None,
    );
    serves_small_requests(&server);
}

#[test]
fn both_members_of_a_gzip_body_are_read() {
    let server = Server::start();
    let halves = |text: String| {
        let (first, second) = text.as_bytes().split_at(text.len() / 2);
        [gzip(first), gzip(second)].concat()
    };
    let seen = |event: &str| {
        let path = format!("/api/projects/1/event_definitions/?search={event}");
        server.get(&path).ok(200)["count"] == 1
    };
    post(&server, "/e/", &halves(event("two members").to_string())).ok(200);
    assert!(seen("two+members"));
    let event = json!({"event": "two more", "uuid": "cb4cc75e-eebc-471a-9ac1-000000000001", "distinct_id": "d",
        "timestamp": "2026-11-23T03:59:44Z", "properties": {}});
    let batch = json!({"created_at": "2026-11-23T03:59:44Z", "batch": [event]});
    let body = halves(batch.to_string());
    let headers = format!("{V1}content-encoding: gzip\r\nconnection: close\r\n");
    let (status, answer) = finish(begin(
        &server,
        "/i/v1/analytics/events",
        &headers,
        body.len(),
        &body,
    ));
    assert_eq!(status, 200, "{answer}");
    assert!(seen("two+more"));
}
