//! `/_lab/faults`: requests that fail on demand.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::start;
use crate::harness::{Answer, Server};

const INSIGHTS: &str = "/api/projects/1/insights/";

#[track_caller]
fn add(server: &Server, rule: Value) -> Value {
    server
        .ask("POST", "/_lab/faults/")
        .json(rule)
        .send()
        .ok(201)
}

fn rules(server: &Server) -> Vec<Value> {
    let list = server.ask("GET", "/_lab/faults/").send().ok(200);
    list["results"].as_array().unwrap().clone()
}

fn clear(server: &Server) {
    let cleared = server.ask("DELETE", "/_lab/faults/").send();
    assert_eq!((cleared.status, &*cleared.text), (204, ""));
}

fn statuses(server: &Server, count: usize) -> Vec<u16> {
    (0..count).map(|_| server.get(INSIGHTS).status).collect()
}

fn event(server: &Server, token: &str) -> Answer {
    let event = json!({"api_key": token, "event": "x", "distinct_id": "d"});
    server.ask("POST", "/e/").json(event).send()
}

/// Sends a request of its own and reads what comes until the connection ends: head and body.
fn raw(server: &Server, method: &str, path: &str, body: &str) -> (String, Vec<u8>) {
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer phx_ada\r\nContent-Type: application/json\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    if let Err(error) = socket.read_to_end(&mut answer) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
    }
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = end.map_or(Vec::new(), |end| answer.split_off(end + 4));
    (String::from_utf8(answer).unwrap(), body)
}

#[test]
fn each_status_has_the_body_that_the_service_sends() {
    let server = start();
    for (status, kind, code, detail) in [
        (
            400,
            "invalid_request",
            "parse_error",
            "JSON parse error - Expecting value: line 1 column 1 (char 0)",
        ),
        (
            401,
            "authentication_error",
            "authentication_failed",
            "Personal API key found in request Authorization header is invalid.",
        ),
        (
            403,
            "authentication_error",
            "permission_denied",
            "You do not have permission to perform this action.",
        ),
        (404, "invalid_request", "not_found", "Not found."),
        (
            409,
            "server_error",
            "conflict",
            "Someone else edited the Notebook",
        ),
        (
            429,
            "throttled_error",
            "throttled",
            "Request was throttled. Expected available in 1 second.",
        ),
        (500, "server_error", "error", "A server error occurred."),
        (
            503,
            "server_error",
            "database_unavailable",
            "We couldn't reach the database just now. Please try again in a moment.",
        ),
    ] {
        add(&server, json!({"status": status, "times": 1}));
        let answer = server.get(INSIGHTS);
        answer.error(status, kind, code, detail, None);
        let waits = [429, 503].contains(&status);
        assert_eq!(
            answer.header("retry-after"),
            if waits { "1" } else { "" },
            "{status}"
        );
        assert_eq!(
            answer.header("allow"),
            "GET, POST, HEAD, OPTIONS",
            "{status}"
        );
    }
    add(&server, json!({"status": 502, "times": 1}));
    let gateway = server.get(INSIGHTS);
    assert_eq!(
        (gateway.status, gateway.header("content-type")),
        (502, "text/html; charset=utf-8")
    );
    assert!(gateway.text.contains("502 Bad Gateway"), "{}", gateway.text);
    add(&server, json!({"status": 401, "times": 1}));
    let anonymous = server.ask("GET", INSIGHTS).send();
    assert_eq!(
        (anonymous.status, &anonymous.body["code"]),
        (401, &json!("not_authenticated"))
    );
    assert_eq!(server.get(INSIGHTS).status, 200);
}

#[test]
fn sdks_get_the_form_of_their_protocol() {
    let server = start();
    for (status, text, wait) in [
        (
            400,
            "failed to parse request: data did not match any variant of untagged enum RawRequest",
            "",
        ),
        (401, "event submitted without an api_key", ""),
        (403, "Forbidden", ""),
        (404, "Not Found", ""),
        (409, "Conflict", ""),
        (429, "rate limited", "7"),
        (500, "Internal Server Error", ""),
        (503, "The server is busy. Try again shortly.", "7"),
    ] {
        let mut rule = json!({"path": "/e/", "status": status, "times": 1});
        if !wait.is_empty() {
            rule["retry_after"] = json!(7);
        }
        add(&server, rule);
        let answer = event(&server, "phc_main");
        let kind = answer.header("content-type");
        assert_eq!(
            (answer.status, &*answer.text, kind),
            (status, text, "text/plain; charset=utf-8")
        );
        assert_eq!(answer.header("retry-after"), wait, "{status}");
    }
    for (status, tag, wait) in [
        (400, "request_parsing_error", ""),
        (401, "invalid_api_token", ""),
        (429, "rate_limited", "1"),
        (500, "internal_error", "1"),
        (503, "service_unavailable", "1"),
    ] {
        add(
            &server,
            json!({"path": "/i/v1/analytics/events/", "status": status, "times": 1}),
        );
        let answer = server
            .ask("POST", "/i/v1/analytics/events/")
            .json(json!({}))
            .send();
        assert_eq!(
            (answer.status, &answer.body["error"]),
            (status, &json!(tag))
        );
        assert_eq!(answer.body["error_uri"], "https://posthog.com/docs/api");
        assert_eq!(answer.header("retry-after"), wait, "{status}");
    }
    let cross = server
        .ask("POST", "/e/")
        .header("origin", "https://app.example");
    add(&server, json!({"status": 500, "times": 1}));
    let answer = cross.json(json!({})).send();
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (500, "https://app.example")
    );
}

/// What an SDK does: it sends a batch again after the time that the server asks for.
#[test]
fn a_client_that_retries_gets_through() {
    let server = start();
    add(
        &server,
        json!({"method": "POST", "path": "/batch/", "status": 429, "retry_after": 1, "times": 2}),
    );
    let batch = json!({"api_key": "phc_main", "batch": [{"event": "retried", "distinct_id": "d"}]});
    let (mut waits, start) = (0, Instant::now());
    let last = loop {
        let answer = server.ask("POST", "/batch/").json(batch.clone()).send();
        if answer.status != 429 {
            break answer;
        }
        let seconds: u64 = answer.header("retry-after").parse().unwrap();
        thread::sleep(Duration::from_secs(seconds));
        waits += 1;
    };
    assert_eq!((last.status, waits), (200, 2), "{}", last.text);
    assert!(start.elapsed() >= Duration::from_secs(2));
    let events = server.get("/api/projects/1/events/?event=retried").ok(200);
    assert_eq!(events["results"].as_array().unwrap().len(), 1, "{events}");
    let rule = &rules(&server)[0];
    assert_eq!((&rule["seen"], &rule["hits"]), (&json!(2), &json!(2)));
}

#[test]
fn rules_choose_by_method_path_project_and_key() {
    let server = start();
    let cases: [(Value, [u16; 4]); 11] = [
        (json!({}), [500, 500, 500, 500]),
        (json!({"method": "GET"}), [500, 500, 200, 200]),
        (
            json!({"path": "/api/projects/*/insights/"}),
            [500, 500, 200, 200],
        ),
        (json!({"path": "/api/projects/2/**"}), [200, 500, 200, 200]),
        (json!({"path": "/e"}), [200, 200, 500, 500]),
        (json!({"project": 1}), [500, 200, 500, 200]),
        (json!({"project": 2}), [200, 500, 200, 500]),
        (json!({"key": "phx_ada"}), [500, 500, 200, 200]),
        (json!({"key": "phx_other"}), [200, 200, 200, 200]),
        (json!({"key": "phc_side"}), [200, 200, 200, 500]),
        (
            json!({"key": "phx_ada", "project": 2, "method": "GET", "path": "**"}),
            [200, 500, 200, 200],
        ),
    ];
    for (mut rule, expected) in cases {
        rule["status"] = json!(500);
        let made = add(&server, rule.clone());
        let answers = [
            server.get(INSIGHTS).status,
            server.get("/api/projects/2/insights/").status,
            event(&server, "phc_main").status,
            event(&server, "phc_side").status,
        ];
        assert_eq!(answers, expected, "{rule}");
        let removed = server
            .ask("DELETE", &format!("/_lab/faults/{}/", made["id"]))
            .send();
        assert_eq!(removed.status, 204);
    }
    add(&server, json!({"project": 1, "status": 500}));
    assert_eq!(server.get("/api/projects/@current/insights/").status, 500);
    assert_eq!(server.get("/api/environments/1/insights/").status, 500);
    assert_eq!(server.get("/array/phc_main/config.js").status, 500);
    assert_eq!(server.get("/array/phc_side/config.js").status, 200);
}

#[test]
fn hoglets_own_pages_health_checks_and_lab_mode_never_fail() {
    let server = start();
    add(&server, json!({"status": 500}));
    for path in [
        "/_health",
        "/_readyz",
        "/_lab/",
        "/_lab/faults/",
        "/docs/",
        "/admin/",
    ] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
    assert_eq!(server.get("/api/nothing/").status, 500);
    assert_eq!(server.get("/shared/nothing").status, 500);
    assert_eq!(rules(&server)[0]["hits"], 2);
}

#[test]
fn rules_apply_to_some_requests_only() {
    let server = start();
    add(&server, json!({"status": 503, "times": 2}));
    assert_eq!(statuses(&server, 4), [503, 503, 200, 200]);
    clear(&server);
    add(&server, json!({"status": 503, "every": 3}));
    assert_eq!(statuses(&server, 7), [200, 200, 503, 200, 200, 503, 200]);
    clear(&server);
    add(&server, json!({"status": 503, "every": 2, "times": 1}));
    assert_eq!(statuses(&server, 5), [200, 503, 200, 200, 200]);
    clear(&server);
    add(&server, json!({"status": 503, "times": 1}));
    add(&server, json!({"status": 500, "times": 1}));
    assert_eq!(statuses(&server, 3), [503, 500, 200]);
    let counts: Vec<_> = rules(&server)
        .iter()
        .map(|rule| rule["hits"].clone())
        .collect();
    assert_eq!(counts, [1, 1]);
    clear(&server);
    add(&server, json!({"status": 503, "probability": 0.5}));
    let failed = statuses(&server, 100)
        .iter()
        .filter(|status| **status == 503)
        .count();
    assert!((15..85).contains(&failed), "{failed}");
    assert_eq!(rules(&server)[0]["seen"], 100);
}

#[test]
fn a_seed_makes_probability_the_same_in_every_run() {
    let run = || {
        let server = Server::with(&["--lab", "--rng-seed", "7"]);
        add(&server, json!({"status": 503, "probability": 0.3}));
        statuses(&server, 40)
    };
    let first = run();
    assert!(first.contains(&503) && first.contains(&200), "{first:?}");
    assert_eq!(first, run());
}

#[test]
fn a_delay_holds_no_thread() {
    let server = start();
    add(&server, json!({"path": INSIGHTS, "delay_ms": 5000}));
    let (begin, answered) = (Instant::now(), AtomicUsize::new(0));
    // More than the threads that may wait for the database.
    thread::scope(|scope| {
        for _ in 0..300 {
            scope.spawn(|| {
                assert_eq!(server.get(INSIGHTS).status, 200);
                answered.fetch_add(1, SeqCst);
            });
        }
        thread::sleep(Duration::from_millis(300));
        assert_eq!(server.get("/api/projects/1/dashboards/").status, 200);
        assert_eq!(answered.load(SeqCst), 0, "it waited for those");
    });
    assert!(begin.elapsed() >= Duration::from_secs(5));
    clear(&server);
    add(&server, json!({"delay_ms": [100, 200], "status": 429}));
    let begin = Instant::now();
    assert_eq!(server.get(INSIGHTS).status, 429);
    assert!(begin.elapsed() >= Duration::from_millis(100));
}

#[test]
fn a_connection_is_dropped_before_or_after_the_work_is_done() {
    let server = start();
    for (at, made) in [("before", 0), ("after", 1)] {
        add(&server, json!({"method": "POST", "drop": at, "times": 1}));
        let body = json!({"name": at}).to_string();
        assert_eq!(
            raw(&server, "POST", INSIGHTS, &body),
            (String::new(), Vec::new()),
            "{at}"
        );
        let found = server.get(&format!("{INSIGHTS}?search={at}")).ok(200);
        assert_eq!(found["count"], made, "{at}");
    }
    let entries = server
        .ask("GET", "/_lab/requests/?method=POST")
        .send()
        .ok(200);
    let entries = entries["results"].as_array().unwrap();
    assert_eq!(
        (&entries[0]["status"], &entries[0]["fault"]),
        (&Value::Null, &json!(1))
    );
    assert_eq!(
        (&entries[1]["status"], &entries[1]["fault"]),
        (&json!(201), &json!(2))
    );
    // A large body, of which only the start has been received when the server gives up.
    add(
        &server,
        json!({"method": "POST", "drop": "before", "times": 1}),
    );
    let large = json!({"name": "x".repeat(1 << 20)}).to_string();
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    socket
        .set_write_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let head = format!(
        "POST {INSIGHTS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{large}",
        large.len()
    );
    drop(socket.write_all(head.as_bytes())); // the server need not read all of it
    let mut answer = Vec::new();
    drop(socket.read_to_end(&mut answer));
    assert!(answer.is_empty(), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn a_body_breaks_off() {
    let server = start();
    let whole = raw(&server, "GET", INSIGHTS, "").1;
    for kept in [0, 10, whole.len() - 1] {
        add(&server, json!({"truncate_after": kept, "times": 1}));
        let (head, body) = raw(&server, "GET", INSIGHTS, "");
        assert!(
            head.contains(&format!("content-length: {}", whole.len())),
            "{head}"
        );
        assert_eq!(body, &whole[..kept], "{kept}");
    }
    add(&server, json!({"truncate_after": whole.len(), "times": 1}));
    assert_eq!(raw(&server, "GET", INSIGHTS, "").1, whole);
    add(
        &server,
        json!({"truncate_after": 5, "status": 500, "times": 1}),
    );
    let (head, body) = raw(&server, "GET", INSIGHTS, "");
    assert!(
        head.starts_with("HTTP/1.1 500") && body == b"{\"typ",
        "{head}"
    );
}

#[test]
fn a_body_comes_slowly() {
    let server = start();
    let whole = raw(&server, "GET", INSIGHTS, "").1;
    add(&server, json!({"slow_body_ms": 500, "times": 1}));
    let begin = Instant::now();
    assert_eq!(raw(&server, "GET", INSIGHTS, "").1, whole);
    let taken = begin.elapsed();
    assert!(
        taken >= Duration::from_millis(500) && taken < Duration::from_secs(10),
        "{taken:?}"
    );
    add(
        &server,
        json!({"slow_body_ms": 200, "truncate_after": 20, "times": 1}),
    );
    let begin = Instant::now();
    assert_eq!(raw(&server, "GET", INSIGHTS, "").1, &whole[..20]);
    assert!(begin.elapsed() >= Duration::from_millis(200));
}

#[test]
fn rules_are_listed_as_they_were_sent() {
    let server = start();
    let sent = json!({"method": "GET", "path": "/x/**", "project": 1, "status": 429, "retry_after": 3, "delay_ms": [1, 2],
                      "times": 5, "every": 2});
    let made = add(&server, sent.clone());
    let mut expected = sent;
    for (name, value) in [("id", 1), ("seen", 0), ("hits", 0)] {
        expected[name] = json!(value);
    }
    assert_eq!(made, expected);
    let second = add(
        &server,
        json!({"key": "phx_0123456789abcdef", "drop": "after", "probability": 1}),
    );
    assert_eq!(
        second,
        json!({"id": 2, "key": "phx_...cdef", "drop": "after", "probability": 1.0, "seen": 0, "hits": 0})
    );
    assert_eq!(rules(&server), [made.clone(), second]);
    assert_eq!(server.ask("GET", "/_lab/faults/1/").send().ok(200), made);
    for method in ["GET", "DELETE"] {
        server
            .ask(method, "/_lab/faults/9/")
            .send()
            .not_found("Not found.");
    }
    clear(&server);
    assert!(rules(&server).is_empty());
    assert_eq!(add(&server, json!({"status": 500}))["id"], 3);
}

#[test]
fn wrong_rules_are_refused() {
    let server = start();
    for (rule, attr) in [
        (json!({}), Value::Null),
        (json!([]), Value::Null),
        (json!({"status": 500, "tmies": 1}), Value::Null),
        (json!({"status": 418}), json!("status")),
        (json!({"status": "x"}), json!("status")),
        (json!({"status": null}), json!("status")),
        (json!({"status": 500, "retry_after": 1}), Value::Null),
        (json!({"status": 500, "drop": "after"}), Value::Null),
        (json!({"truncate_after": 1, "drop": "after"}), Value::Null),
        (json!({"drop": "during"}), json!("drop")),
        (json!({"delay_ms": 300_001}), json!("delay_ms")),
        (json!({"delay_ms": -1}), json!("delay_ms")),
        (json!({"delay_ms": [2, 1]}), json!("delay_ms")),
        (json!({"delay_ms": [1, 2, 3]}), json!("delay_ms")),
        (json!({"delay_ms": "x"}), json!("delay_ms")),
        (json!({"slow_body_ms": 0}), json!("slow_body_ms")),
        (json!({"status": 500, "times": 0}), json!("times")),
        (json!({"status": 500, "every": 0}), json!("every")),
        (
            json!({"status": 500, "probability": 0}),
            json!("probability"),
        ),
        (
            json!({"status": 500, "probability": 1.1}),
            json!("probability"),
        ),
        (
            json!({"status": 500, "probability": "1"}),
            json!("probability"),
        ),
        (
            json!({"status": 500, "every": 1, "probability": 1}),
            Value::Null,
        ),
        (json!({"status": 500, "method": "FETCH"}), json!("method")),
        (json!({"status": 500, "path": "api"}), json!("path")),
        (json!({"status": 500, "project": 0}), json!("project")),
    ] {
        let answer = server
            .ask("POST", "/_lab/faults/")
            .json(rule.clone())
            .send();
        assert_eq!(
            (answer.status, &answer.body["type"]),
            (400, &json!("validation_error")),
            "{rule}"
        );
        assert_eq!(answer.body["attr"], attr, "{rule} {}", answer.text);
    }
    assert!(rules(&server).is_empty());
    for _ in 0..100 {
        add(&server, json!({"status": 500}));
    }
    let more = server
        .ask("POST", "/_lab/faults/")
        .json(json!({"status": 500}))
        .send();
    more.invalid(
        "invalid_input",
        "There are 100 rules already. Delete some first.",
        None,
    );
}
