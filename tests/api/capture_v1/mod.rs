//! The newer protocol for events: each is judged by itself.
mod refusals;

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};

use hoglet::model::Timestamp;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::harness::{Answer, Ask, Server};

const BROTLI: &str = "G/cAgBwHzjkvzrLVkCb8LEW29lTnrr+vmelkiOO5/QlMEv2xdVi6+j49w0A8aau1VlsgYRjQ4UQnPYgc7zY2TriFwNJeOWK0vsDVvBJVOdLNVLNXs93caedGVhIJrDUVCtNvRl/xQhPggC8W8v/fA2JYRMlT5hwhVrSL91Ahzoo8NEhrwkFZaEr0nlC4Crlso2BmBFTj3wE=";
const ZSTD: &str = "KLUv/QRYZQUAcgwnIHAnzgEFo5er/Q6MMIZ0Fx0cQRVGTDcE3xZVOg+gqggBUUEU3YHv+maXd0gf2TXk58CXaQg8Zjsy4/rpS0GOD9KtcR2d8vSVarU91C6DqZYwKyYYrbGkXa+453l6H/j6bvjAhwj0htabPHFc1kDfOK4XHjgGWbY56HR0hqdnaiZAgeVxsADG9CBokQMFodZSBSKJ63sRhXsZtkMBBABQECyzIVb3HzYgBWX0q8Q=";
const PATH: &str = "/i/v1/analytics/events";

/// A request with all the headers that it must have.
pub fn ask(server: &Server) -> Ask {
    let ask = server
        .ask("POST", PATH)
        .key("phc_main")
        .header("posthog-sdk-info", "posthog-python/7.91.1");
    let ask = ask
        .header("posthog-attempt", "1")
        .header("posthog-request-id", "0190a1b2-0000-7000-8000-000000000001");
    ask.header(
        "posthog-request-timestamp",
        "2026-11-23T03:59:44.499046+00:00",
    )
}

fn uuid(number: usize) -> String {
    format!("cb4cc75e-eebc-471a-9ac1-{number:012}")
}

/// An event that nothing is wrong with; `changes` replace its fields.
pub fn event(number: usize, changes: Value) -> Value {
    let mut event = json!({
        "event": "evt", "uuid": uuid(number), "distinct_id": "user-1", "timestamp": "2026-11-23T03:59:44.498700+00:00",
        "properties": {"plan": "pro"},
    });
    for (key, value) in changes.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

pub fn batch(events: Value) -> Value {
    json!({"created_at": "2026-11-23T03:59:44.499046+00:00", "historical_migration": false, "batch": events})
}

/// The names and types of project 1's properties of `kind`.
fn properties(server: &Server, kind: &str) -> Vec<String> {
    let list = server
        .get(&format!(
            "/api/projects/1/property_definitions/?type={kind}"
        ))
        .ok(200);
    let stored = list["results"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["virtual"].is_null());
    let line = |item: &Value| {
        format!(
            "{} {}",
            item["name"].as_str().unwrap(),
            item["property_type"].as_str().unwrap_or("null")
        )
    };
    stored.map(line).collect()
}

#[test]
fn events_come_in_with_what_travels_beside_them() {
    let server = Server::start();
    let options = json!({"cookieless_mode": false, "disable_skew_correction": true, "product_tour_id": "x", "other": 1});
    let first = event(
        1,
        json!({
            "session_id": "0190-s", "window_id": "w", "options": options,
            "properties": {"spent": 5, "$set": {"name": "Bob"}},
        }),
    );
    let second = event(
        2,
        json!({"options": {"process_person_profile": false}, "properties": {"$set": {"never": 1}}}),
    );
    let answer = ask(&server).json(batch(json!([first, second]))).send();
    let results = json!({"results": {uuid(1): {"result": "ok"}, uuid(2): {"result": "ok"}}});
    assert_eq!((answer.status, answer.text), (200, results.to_string()));
    assert_eq!(
        properties(&server, "event"),
        [
            "$cookieless_mode Boolean",
            "$ignore_sent_at Boolean",
            "$ip String",
            "$lib String",
            "$lib_version String",
            "$process_person_profile Boolean",
            "$product_tour_id String",
            "$sent_at DateTime",
            "$session_id String",
            "$window_id String",
            "plan String",
            "seats Numeric",
            "spent Numeric"
        ]
    );
    assert_eq!(properties(&server, "person"), ["name String"]);
}

#[test]
fn each_event_is_judged_by_itself() {
    let server = Server::start();
    let long = "x".repeat(201);
    let cases = [
        (json!({}), None),
        (json!({"event": ""}), Some("missing_event_name")),
        (json!({"event": null}), Some("missing_event_name")),
        (json!({"event": long}), Some("event_name_too_long")),
        (json!({"distinct_id": null}), Some("missing_distinct_id")),
        (json!({"distinct_id": " "}), Some("missing_distinct_id")),
        (json!({"distinct_id": long}), Some("distinct_id_too_large")),
        (json!({"distinct_id": 5}), Some("malformed_distinct_id")),
        (
            json!({"distinct_id": "Anonymous"}),
            Some("malformed_distinct_id"),
        ),
        (
            json!({"distinct_id": "[object Object]"}),
            Some("malformed_distinct_id"),
        ),
        (
            json!({"distinct_id": "00000000-0000-0000-0000-000000000000"}),
            Some("malformed_distinct_id"),
        ),
        (
            json!({"timestamp": "yesterday"}),
            Some("invalid_event_timestamp"),
        ),
        (json!({"timestamp": 5}), Some("invalid_event_timestamp")),
        (
            json!({"properties": []}),
            Some("malformed_event_properties"),
        ),
        (
            json!({"options": {"process_person_profile": "no"}}),
            Some("invalid_options"),
        ),
        (json!({"options": []}), Some("invalid_options")),
        (json!({"options": null, "properties": {}}), None),
    ];
    let events: Vec<_> = cases
        .iter()
        .enumerate()
        .map(|(number, (changes, _))| event(number, changes.clone()))
        .collect();
    let results = ask(&server).json(batch(json!(events))).send().ok(200)["results"].clone();
    for (number, (changes, details)) in cases.iter().enumerate() {
        let expected = match details {
            None => json!({"result": "ok"}),
            Some(details) => json!({"result": "drop", "details": details}),
        };
        assert_eq!(results[uuid(number)], expected, "{changes}");
    }
    assert_eq!(results.as_object().unwrap().len(), cases.len());
    let stranger = server
        .ask("POST", PATH)
        .key("phc_stranger")
        .header("posthog-sdk-info", "x/1")
        .header("posthog-attempt", "1");
    let stranger = stranger
        .header("posthog-request-id", "x")
        .header("posthog-request-timestamp", "x");
    let results = stranger
        .json(batch(json!([event(1, json!({}))])))
        .send()
        .ok(200);
    assert_eq!(results["results"][uuid(1)], json!({"result": "ok"}));
}

#[test]
fn the_response_repeats_the_id_of_the_request() {
    let server = Server::start();
    let id = "0190a1b2-0000-7000-8000-000000000001";
    let good = batch(json!([event(1, json!({}))]));
    for (body, status) in [(good.clone(), 200), (json!({}), 400)] {
        let answer = ask(&server).json(body).send();
        assert_eq!(
            (answer.status, answer.header("posthog-request-id")),
            (status, id)
        );
    }
    // What is refused for its headers has an id as well, and one without an id has none.
    let ask = || server.ask("POST", PATH).json(good.clone());
    let answer = ask().header("posthog-request-id", "any text").send();
    assert_eq!(
        (answer.status, answer.header("posthog-request-id")),
        (400, "any text")
    );
    assert!(!ask().send().headers.contains_key("posthog-request-id"));
}

#[test]
fn the_clock_of_the_sender_is_put_right() {
    let server = Server::start();
    let at = |seconds: i64| Timestamp::now().plus_seconds(seconds).to_string();
    let send = |name: &str, sent_at: &str, timestamp: String, options: Value| {
        let changes = json!({"event": name, "timestamp": timestamp, "options": options});
        let ask = server
            .ask("POST", PATH)
            .key("phc_main")
            .header("posthog-sdk-info", "posthog-python/7.91.1")
            .header("posthog-attempt", "1")
            .header("posthog-request-id", "x")
            .header("posthog-request-timestamp", sent_at);
        ask.json(batch(json!([event(1, changes)]))).send().ok(200);
        let list = server
            .get(&format!("/api/projects/1/events/?event={name}"))
            .ok(200);
        let listed = list["results"][0]["timestamp"].as_str().unwrap().to_owned();
        let listed = OffsetDateTime::parse(&listed, &Rfc3339).unwrap();
        (listed - OffsetDateTime::now_utc())
            .as_seconds_f64()
            .round() as i64
    };
    const HOUR: i64 = 3_600;
    let near = |expected: i64| expected - 10..=expected + 10;
    let fast = send("fast", &at(HOUR), at(HOUR - 60), json!({}));
    assert!(near(-60).contains(&fast), "{fast}");
    let ignored = send(
        "ignored",
        &at(HOUR),
        at(-60),
        json!({"disable_skew_correction": true}),
    );
    assert!(near(-60).contains(&ignored), "{ignored}");
    let unreadable = send(
        "unreadable",
        "today",
        at(-60),
        json!({"disable_skew_correction": false}),
    );
    assert!(near(-60).contains(&unreadable), "{unreadable}");
    let ahead = send("ahead", &at(0), at(30 * HOUR), json!(null));
    assert!(near(0).contains(&ahead), "{ahead}");
}

#[test]
fn bodies_may_be_compressed() {
    let server = Server::start();
    let body = batch(json!([event(1, json!({}))])).to_string();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(body.as_bytes()).unwrap();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(body.as_bytes()).unwrap();
    let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
    raw.write_all(body.as_bytes()).unwrap();
    // The same batch, packed by the libraries in C.
    let [brotli, zstd_in_c] = [BROTLI, ZSTD].map(|packed| STANDARD.decode(packed).unwrap());
    for (encoding, bytes) in [
        ("gzip", gzip.finish().unwrap()),
        ("deflate", zlib.finish().unwrap()),
        ("deflate", raw.finish().unwrap()),
        (
            "zstd",
            compress_to_vec(body.as_bytes(), CompressionLevel::Fastest),
        ),
        ("ZSTD", zstd_in_c),
        ("br", brotli),
        ("identity", body.clone().into_bytes()),
        ("", body.into_bytes()),
    ] {
        let answer = ask(&server)
            .header("content-encoding", encoding)
            .body("application/json", bytes)
            .send();
        assert_eq!(
            answer.ok(200)["results"][uuid(1)],
            json!({"result": "ok"}),
            "{encoding}"
        );
    }
}
