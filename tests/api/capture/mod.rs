//! What SDKs send: every way to send events, every reason to turn them away, and what they define.
mod cors;
mod decoding;
mod definitions;
mod limits;
mod rejections;
mod snapshots;
mod times;

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};

use crate::harness::{Answer, Server};

const OK: &str = r#"{"status":"Ok"}"#;

/// Every path that takes events, without the slash at the end.
const PATHS: [&str; 6] = ["/i/v0/e", "/e", "/capture", "/track", "/engage", "/batch"];

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zlib(text: &str) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// Deflate without the header of zlib.
fn deflate(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &str) -> Vec<u8> {
    compress_to_vec(text.as_bytes(), CompressionLevel::Fastest)
}

fn base64(text: impl AsRef<[u8]>) -> String {
    STANDARD.encode(text)
}

/// Sends JSON to `/batch/`.
fn send(server: &Server, body: Value) -> Answer {
    server.ask("POST", "/batch/").json(body).send()
}

/// Sends events to the project `phc_main`, number 1.
#[track_caller]
fn capture(server: &Server, events: Value) {
    let answer = send(server, json!({"api_key": "phc_main", "batch": events}));
    assert_eq!((answer.status, &*answer.text), (200, OK));
}

/// One event that nothing is wrong with.
fn event(name: &str, properties: Value) -> Value {
    json!({"event": name, "distinct_id": "d", "properties": properties})
}

/// A server that knows nothing of any event.
fn server() -> Server {
    Server::seeded(
        &json!({
            "users": [{"ref": "ada", "email": "ada@example.com"}],
            "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
            "projects": [
                {"ref": "main", "org": "acme", "name": "Main", "id": 1, "api_token": "phc_main"},
                {"ref": "side", "org": "acme", "name": "Side", "id": 2, "api_token": "phc_side"},
            ],
            "personal_api_keys": [{"user": "ada", "label": "ada", "scopes": ["*"], "value": "phx_ada"}],
        }),
        &[],
    )
}

/// The names and types of the properties of `kind` that project 1 has, without those that are computed.
fn properties(server: &Server, kind: &str) -> Vec<String> {
    let path = format!("/api/projects/1/property_definitions/?limit=1000&type={kind}");
    let list = server.get(&path).ok(200);
    let all = list["results"].as_array().unwrap().iter();
    let line = |item: &Value| {
        let property_type = item["property_type"].as_str().unwrap_or("null");
        assert_eq!(item["is_numerical"], json!(property_type == "Numeric"));
        format!("{} {property_type}", item["name"].as_str().unwrap())
    };
    let stored = all.filter(|item| item["virtual"].is_null());
    stored.map(line).collect()
}

/// The property definition called `name`, of events or another kind: the query string says.
fn definition(server: &Server, name: &str, query: &str) -> Value {
    let path = format!("/api/projects/1/property_definitions/?properties={name}&{query}");
    server.get(&path).ok(200)["results"][0].clone()
}

/// Whether `property` was seen on `event` in project 1.
fn seen(server: &Server, event: &str, property: &str) -> bool {
    let name = event.replace(' ', "+");
    let path = format!(
        "/api/projects/1/property_definitions/seen_together/?event_names={name}&property_name={property}"
    );
    server.get(&path).ok(200)[event] == json!(true)
}
