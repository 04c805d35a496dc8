//! Events about AI, which SDKs send to endpoints of their own (`capture_ai`).
use serde_json::{Value, json};

use crate::harness::{Answer, Ask, Server};

/// The most bytes of an event.
const LIMIT: usize = 8 << 20;

const UUID: &str = "0197c0de-7777-7000-8000-000000000001";

/// An event whose properties take at least `size` bytes.
fn event(size: usize) -> Value {
    let prompt = "p".repeat(size);
    json!({
        "event": "$ai_generation", "distinct_id": "reader-7", "uuid": UUID, "timestamp": "2026-11-23T03:59:44.498700+00:00",
        "properties": {
            "$ai_model": "small-1", "$ai_input_tokens": 12, "$ai_is_error": false, "$ai_input": prompt, "$set": {"reads": 3},
        },
    })
}

fn send(server: &Server, path: &str, event: Value) -> Answer {
    let body = json!({"api_key": "phc_main", "batch": [event]});
    server.ask("POST", path).json(body).send()
}

/// A request of the newer protocol.
fn ask_v1(server: &Server, path: &str, event: Value) -> Ask {
    let ask = server.ask("POST", path).key("phc_main");
    let ask = ask.header("posthog-sdk-info", "posthog-rs/0.30.0");
    ask.header("posthog-attempt", "1")
        .header("posthog-request-id", UUID)
        .header("posthog-request-timestamp", "2026-11-23T03:59:44Z")
        .json(json!({"created_at": "2026-11-23T03:59:44Z", "batch": [event]}))
}

/// The inferred type of a property, `None` if it is not defined.
fn type_of(server: &Server, kind: &str, name: &str) -> Option<Value> {
    let name = name.replace('$', "%24");
    let path = format!("/api/projects/1/property_definitions/?type={kind}&properties={name}");
    let list = server.get(&path).ok(200);
    list["results"]
        .get(0)
        .map(|found| found["property_type"].clone())
}

#[test]
fn events_about_ai_define_what_they_carry() {
    for path in [
        "/i/v0/ai/batch/",
        "/i/v0/ai/batch",
        "/i/v1/ai/events",
        "/i/v1/ai/events/",
    ] {
        let server = Server::start();
        match path.starts_with("/i/v0") {
            true => assert_eq!(
                send(&server, path, event(1)).ok(200),
                json!({"status": "Ok"})
            ),
            false => assert_eq!(
                ask_v1(&server, path, event(1)).send().ok(200),
                json!({"results": {UUID: {"result": "ok"}}})
            ),
        }
        for (kind, name, expected) in [
            ("event", "$ai_input_tokens", "Numeric"),
            ("event", "$ai_is_error", "Boolean"),
            ("event", "$ai_model", "String"),
            ("person", "reads", "Numeric"),
        ] {
            assert_eq!(
                type_of(&server, kind, name),
                Some(json!(expected)),
                "{path} {name}"
            );
        }
        let events = server
            .get("/api/projects/1/events/?event=%24ai_generation")
            .ok(200);
        assert_eq!(events["results"][0]["distinct_id"], "reader-7", "{path}");
    }
}

#[test]
fn an_event_of_eight_mebibytes_is_the_largest() {
    let server = Server::start();
    let (large, larger) = (event(LIMIT - 1000), event(LIMIT));
    let size = larger.to_string().len();
    let refused = send(&server, "/i/v0/ai/batch/", larger.clone());
    let expected =
        format!("maximum event size exceeded: AI event size limit {LIMIT} exceeded: {size}");
    assert_eq!((refused.status, refused.text), (413, expected));
    assert_eq!(
        ask_v1(&server, "/i/v1/ai/events", larger.clone())
            .send()
            .ok(200),
        json!({"results": {UUID: {"result": "drop", "details": "ai_event_too_big"}}})
    );
    assert_eq!(type_of(&server, "event", "$ai_model"), None);

    send(&server, "/i/v0/ai/batch/", large.clone()).ok(200);
    assert_eq!(
        type_of(&server, "event", "$ai_model"),
        Some(json!("String"))
    );
    assert_eq!(
        ask_v1(&server, "/i/v1/ai/events", large).send().ok(200),
        json!({"results": {UUID: {"result": "ok"}}})
    );
    // Elsewhere only the whole request is limited.
    send(&server, "/batch/", larger.clone()).ok(200);
    assert_eq!(
        ask_v1(&server, "/i/v1/analytics/events", larger)
            .send()
            .ok(200),
        json!({"results": {UUID: {"result": "ok"}}})
    );
}

#[test]
fn a_request_without_a_token_or_an_event_is_refused_as_elsewhere() {
    let server = Server::start();
    for (body, status, text) in [
        (
            json!({"api_key": "phc_main", "batch": []}),
            400,
            "request holds no event",
        ),
        (json!([event(1)]), 401, "event submitted without an api_key"),
    ] {
        let answer = server.ask("POST", "/i/v0/ai/batch/").json(body).send();
        assert_eq!((answer.status, &*answer.text), (status, text));
    }
}
