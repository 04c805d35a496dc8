//! Requests to a whole server in this process: bodies in every type and encoding, and query strings.
//!
//! The first bytes of an input choose the path and how the rest is sent, so that every input is a request.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{
    Compression,
    write::{GzEncoder, ZlibEncoder},
};

use super::server::{KEY, Response, TOKEN, send};

/// Where bodies are sent: method, path, and who sends them.
#[rustfmt::skip] // a table: read it by columns
const BODIES: [(&str, &str, Sender); 18] = [
    ("POST",  "/e/",                                                Sender::Anybody),
    ("POST",  "/batch/",                                            Sender::Anybody),
    ("POST",  "/engage/",                                           Sender::Anybody),
    ("POST",  "/s/",                                                Sender::Anybody),
    ("POST",  "/i/v0/e/?compression=gzip-js",                       Sender::Anybody),
    ("POST",  "/e/?compression=lz64",                               Sender::Anybody),
    ("POST",  "/i/v1/analytics/events",                             Sender::Sdk),
    ("POST",  "/flags/?v=2",                                        Sender::Anybody),
    ("POST",  "/shared/demo-notebook",                              Sender::Anybody),
    ("POST",  "/api/projects/1/project_secret_api_keys/",           Sender::Owner),
    ("POST",  "/api/projects/1/notebooks/",                         Sender::Owner),
    ("POST",  "/api/projects/1/insights/",                          Sender::Owner),
    ("PATCH", "/api/projects/1/dashboards/1/",                      Sender::Owner),
    ("PATCH", "/api/projects/1/insights/1/sharing/",                Sender::Owner),
    ("POST",  "/api/projects/1/property_definitions/bulk_update_tags/", Sender::Owner),
    ("POST",  "/api/projects/1/event_definitions/bulk_update/",     Sender::Owner),
    ("POST",  "/api/projects/1/event_definitions/bulk_update_verified/", Sender::Owner),
    ("PATCH", "/api/projects/1/notebooks/baskets1/",                Sender::Anybody),
];

const TYPES: [&str; 6] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "application/json; charset=latin-1",
    "text/plain",
    "",
];

/// Lists that read their query string.
const LISTS: [&str; 12] = [
    "/api/projects/1/property_definitions/",
    "/api/projects/1/event_definitions/",
    "/api/projects/1/insights/",
    "/api/projects/1/dashboards/",
    "/api/projects/1/notebooks/",
    "/api/projects/1/session_recordings/",
    "/api/projects/1/sharing_configurations/",
    "/api/projects/1/events/",
    "/api/projects/1/activity_log/",
    "/api/projects/1/property_definitions/seen_together/",
    "/api/projects/1/project_secret_api_keys/",
    "/e/",
];

#[derive(Clone, Copy, PartialEq)]
enum Sender {
    Anybody,
    /// An SDK of the newer protocol, which sends its token as a header.
    Sdk,
    /// A client with the key.
    Owner,
}

/// Sends a body: the path, its type, its encoding, then the body.
pub fn body(input: &[u8]) {
    let [path, kind, encoding, rest @ ..] = input else {
        return;
    };
    let (method, path, sender) = BODIES[usize::from(*path) % BODIES.len()];
    let kind = TYPES[usize::from(*kind) % TYPES.len()];
    let (encoding, body) = encoded(*encoding, rest);
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    match sender {
        Sender::Anybody => {}
        Sender::Sdk => head += &sdk_headers(),
        Sender::Owner => head += &format!("authorization: Bearer {KEY}\r\n"),
    }
    if !kind.is_empty() {
        head += &format!("content-type: {kind}\r\n");
    }
    if !encoding.is_empty() {
        head += &format!("content-encoding: {encoding}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    let request = [head.as_bytes(), &body].concat();
    check(&send(&request), &request);
}

/// Sends a query string: the list, then the string.
pub fn query(input: &[u8]) {
    let [list, rest @ ..] = input else {
        return;
    };
    let list = LISTS[usize::from(*list) % LISTS.len()];
    let query = rest.iter().fold(String::new(), |query, byte| match byte {
        b'!' | b'$'..=b'~' => query + &char::from(*byte).to_string(),
        other => query + &format!("%{other:02X}"),
    });
    if query.len() > 8_000 {
        return; // longer ones are refused before anything reads them
    }
    let request = format!(
        "GET {list}?{query} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n\r\n"
    );
    check(&send(request.as_bytes()), request.as_bytes());
}

/// What stands in `Content-Encoding`, and the body in it: as it is, or encoded, rightly or not as announced.
fn encoded(choice: u8, body: &[u8]) -> (&'static str, Vec<u8>) {
    let memory = "memory takes everything";
    let gzip = || {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).expect(memory);
        encoder.finish().expect(memory)
    };
    let deflate = || {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).expect(memory);
        encoder.finish().expect(memory)
    };
    match choice % 8 {
        0 => ("", body.to_vec()),
        1 => ("gzip", gzip()),
        2 => ("", gzip()),
        3 => ("deflate", deflate()),
        4 => ("gzip", body.to_vec()),
        5 => ("", STANDARD.encode(body).into_bytes()),
        6 => ("", format!("data={}", STANDARD.encode(body)).into_bytes()),
        _ => ("br", body.to_vec()),
    }
}

fn sdk_headers() -> String {
    format!(
        "authorization: Bearer {TOKEN}\r\nposthog-sdk-info: fuzz/1.0\r\nposthog-attempt: 1\r\nposthog-request-id: 1\r\n\
         posthog-request-timestamp: 2026-01-01T00:00:00Z\r\n"
    )
}

/// Nothing that is sent is a bug, and JSON is JSON.
fn check(response: &Response, request: &[u8]) {
    let shown = || String::from_utf8_lossy(request).into_owned();
    assert_ne!(response.status, 500, "{}", shown());
    if response.kind.starts_with("application/json") {
        let body = serde_json::from_slice::<serde_json::Value>(&response.body);
        assert!(
            body.is_ok(),
            "{}: {}",
            shown(),
            String::from_utf8_lossy(&response.body)
        );
    }
}
