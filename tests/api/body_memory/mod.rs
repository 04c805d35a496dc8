//! What bodies may cost: who is asked for a key before the body is received, how much memory bodies and connections take, and
//! what a client gets when there is none.

mod buffers;
mod floods;
mod limits;

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::{Value, json};

use crate::harness::{Answer, Server};

const KEYS: &str = "/api/projects/1/project_secret_api_keys/";
const LIMIT: usize = 20 << 20;

/// The headers of a request of the newer protocol.
const V1: &str = "authorization: Bearer phc_main\r\nposthog-sdk-info: a/1\r\nposthog-attempt: 1\r\nposthog-request-id: 1\r\n\
                  posthog-request-timestamp: 2026-11-23T03:59:44Z\r\n";

/// Sends the head of a POST that announces `length` bytes, and `body`.
fn begin(server: &Server, path: &str, headers: &str, length: usize, body: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let patience = Some(Duration::from_secs(20));
    socket.set_read_timeout(patience).unwrap();
    socket.set_write_timeout(patience).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n"
    );
    socket.write_all(head.as_bytes()).unwrap();
    // The server may answer and hang up before everything is sent.
    socket.write_all(body).unwrap_or_default();
    socket
}

/// The status of the answer, and the answer.
fn finish(mut socket: TcpStream) -> (u16, String) {
    let (mut answer, mut chunk) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = socket.read(&mut chunk) {
        answer.extend(&chunk[..count]);
    }
    let answer = String::from_utf8(answer).unwrap();
    let status = answer.get(9..12).and_then(|status| status.parse().ok());
    (status.unwrap_or_default(), answer)
}

/// A figure of the process in MiB: `VmHWM`, the most memory it ever had, or `VmRSS`.
fn memory(server: &Server, name: &str) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    let kibibytes = line.split_whitespace().nth(1).unwrap();
    kibibytes.parse::<usize>().unwrap() >> 10
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Zstandard, in blocks of 128 KiB or less.
fn zstd(text: &[u8]) -> Vec<u8> {
    compress_to_vec(text, CompressionLevel::Fastest)
}

fn event(name: &str) -> Value {
    json!({"api_key": "phc_main", "event": name, "distinct_id": "d", "properties": {"a": 1}})
}

/// Small requests of every kind, all of which must be served.
#[track_caller]
fn serves_small_requests(server: &Server) {
    server
        .ask("POST", "/e/")
        .json(event("small"))
        .send()
        .ok(200);
    server.get("/api/users/@me/").ok(200);
    server
        .patch(
            "/api/projects/1/notebooks/NoteMain1/sharing/",
            json!({"enabled": true}),
        )
        .ok(200);
}

/// An event of `length` bytes.
fn large(length: usize) -> Vec<u8> {
    let mut text = event("large").to_string();
    text += &" ".repeat(length - text.len());
    text.into_bytes()
}

fn post(server: &Server, path: &str, body: &[u8]) -> Answer {
    server
        .ask("POST", path)
        .body("application/json", body)
        .send()
}
