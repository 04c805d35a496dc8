//! Whatever is sent to be captured, it is answered by 200 or by a refusal of the reference's table, and the database stays
//! whole.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::json;

use crate::{
    harness::{Answer, Server},
    payloads::{newer_event, payload, value},
    whole,
};

/// Every answer that is not a success begins with one of these.
const REFUSALS: [(u16, &str); 14] = [
    (400, "request missing data payload"),
    (400, "failed to decode request: "),
    (400, "failed to parse request: "),
    (
        400,
        "failed to hydrate events from request: non-engage request missing event name attribute",
    ),
    (400, "request holds no event"),
    (400, "event submitted with an empty event name"),
    (400, "event submitted with invalid cookieless mode"),
    (400, "event submitted without a distinct_id"),
    (400, "replay event submitted without session id"),
    (400, "replay event has invalid session id"),
    (400, "replay event submitted without snapshot data"),
    (401, "event submitted without an api_key"),
    (401, "batch submitted with inconsistent api_key values"),
    (401, "API key is not valid: "),
];

fn server() -> Server {
    let seed = json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [
            {"ref": "main", "org": "acme", "name": "Main", "id": 1, "api_token": "phc_main"},
            {"ref": "side", "org": "acme", "name": "Side", "id": 2, "api_token": "phc_side"},
        ],
    });
    Server::seeded(&seed, &["--durability", "relaxed"])
}

fn runner() -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

/// Sends `body` by one of the paths, in one of the encodings.
fn send(server: &Server, way: usize, body: &[u8]) -> Answer {
    let path = ["/batch/", "/e/", "/engage/", "/i/v0/e/", "/s/", "/capture"][way % 6];
    let ask = server.ask("POST", path);
    match way / 6 % 3 {
        0 => ask.body("application/json", body).send(),
        1 => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(body).unwrap();
            ask.body("text/plain", encoder.finish().unwrap()).send()
        }
        _ => {
            let data: String = form_urlencoded::byte_serialize(body).collect();
            ask.form(&format!("data={data}")).send()
        }
    }
}

fn check(answer: &Answer) -> Result<(), TestCaseError> {
    let is_success = (answer.status, &*answer.text) == (200, r#"{"status":"Ok"}"#);
    let mut refusals = REFUSALS.iter();
    let is_refusal =
        refusals.any(|(status, text)| answer.status == *status && answer.text.starts_with(text));
    prop_assert!(
        is_success || is_refusal,
        "{} {}",
        answer.status,
        answer.text
    );
    Ok(())
}

#[test]
fn any_json_is_answered_by_the_table_and_leaves_the_database_whole() {
    let server = server();
    let cases = (payload(), 0..18usize);
    let outcome = runner().run(&cases, |(payload, way)| {
        check(&send(&server, way, payload.to_string().as_bytes()))
    });
    outcome.unwrap();
    let count = whole::check(&server);
    assert!(count > 30, "the events sent defined {count} properties");
}

#[test]
fn any_bytes_are_answered_by_the_table() {
    let server = server();
    let start = prop::sample::select(vec![
        "",
        "{",
        "[",
        "\x1f",
        "data=",
        "{\"api_key\":",
        "[{\"event\":\"x\",",
    ]);
    let bytes = (start, prop::collection::vec(any::<u8>(), 0..40));
    let bytes = bytes.prop_map(|(start, rest)| [start.as_bytes(), &rest].concat());
    let outcome = runner().run(&(bytes, 0..18usize), |(bytes, way)| {
        check(&send(&server, way, &bytes))
    });
    outcome.unwrap();
}

#[test]
fn any_json_is_answered_by_whatever_else_sdks_ask() {
    let server = server();
    let paths = prop::sample::select(vec![
        "/i/v1/analytics/events",
        "/flags/?v=2&config=true",
        "/decide/?v=3",
    ]);
    let uuid = "0190a1b2-0000-7000-8000-000000000001";
    let batch = newer_event(uuid)
        .prop_map(|event| json!({"created_at": "2026-01-02T03:04:05Z", "batch": [event]}));
    let bodies = prop_oneof![batch, value()];
    let outcome = runner().run(&(paths, bodies), |(path, body)| {
        let ask = server
            .ask("POST", path)
            .key("phc_main")
            .header("posthog-sdk-info", "x/1");
        let ask = ask
            .header("posthog-attempt", "1")
            .header("posthog-request-id", uuid);
        let answer = ask
            .header("posthog-request-timestamp", "2026-01-02T03:04:05Z")
            .json(body)
            .send();
        let is_told = match answer.status {
            200 => answer.body.is_object(),
            400 => path.starts_with("/i/v1") && answer.body["error"].is_string(),
            _ => false,
        };
        prop_assert!(is_told, "{path}: {} {}", answer.status, answer.text);
        Ok(())
    });
    outcome.unwrap();
    let count = whole::check(&server);
    assert!(count > 30, "the events sent defined {count} properties");
}
