//! Protecting shares and opening them, as the tests beside this file do.

use serde_json::{Value, json};

use super::{embedded, share_with};
use crate::harness::{Answer, Server};

/// What opens the shares that tests protect.
pub const PASSWORD: &str = "correct horse";

/// A protected share of what is behind `path`, opened by `PASSWORD`; returns its token.
pub fn protect(server: &Server, path: &str) -> String {
    let token = share_with(
        server,
        path,
        json!({"enabled": true, "password_required": true}),
    );
    add_password(
        server,
        path,
        json!({"raw_password": PASSWORD, "note": "Board"}),
    );
    token
}

/// Adds a password to what is behind `path`; returns its id.
pub fn add_password(server: &Server, path: &str, body: Value) -> Value {
    server.post(&format!("{path}/passwords"), body).ok(200)["id"].clone()
}

/// Tries `password` at `path`.
pub fn submit(server: &Server, path: &str, password: &str) -> Answer {
    let body = json!({"password": password});
    server.ask("POST", path).json(body).send()
}

/// A session at `path`.
pub fn unlock(server: &Server, path: &str) -> String {
    let body = submit(server, path, PASSWORD).ok(200);
    body["shareToken"].as_str().unwrap().to_owned()
}

/// Whether `session` opens `path`.
pub fn is_open(server: &Server, path: &str, session: &str) -> bool {
    let answer = server.ask("GET", path).key(session).send();
    assert_eq!(answer.status, 200, "{path}");
    embedded(&answer)["type"] != "unlock"
}

/// Checks that `answer` is the unlock page and tells nothing.
#[track_caller]
pub fn is_locked(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert_eq!(embedded(answer), json!({"type": "unlock"}));
    assert_eq!(answer.header("x-frame-options"), "");
    for secret in ["og:", "Signups", "Main", "insight"] {
        assert!(!answer.text.contains(secret), "{secret}");
    }
}
