//! Lab mode: what tests can do to the server.

mod clock;
mod determinism;
mod expect;
mod faults;
mod flags;
mod projects;
mod requests;
mod snapshots;
pub mod streams;
mod strict;
mod waiting;
mod workers;

use serde_json::{Value, json};

use crate::harness::Server;

/// Sends events to the project of `token`.
#[track_caller]
fn capture(server: &Server, token: &str, events: Value) {
    let body = json!({"api_key": token, "batch": events});
    server.ask("POST", "/batch/").json(body).send().ok(200);
}

fn start() -> Server {
    Server::with(&["--lab"])
}

#[test]
fn without_lab_mode_its_paths_do_not_exist() {
    let server = Server::start();
    for path in ["/_lab", "/_lab/", "/_lab/nothing"] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, &*answer.text),
            (404, "Not found\n"),
            "{path}"
        );
        assert_eq!(answer.header("hoglet-lab"), "", "{path}");
    }
}

#[test]
fn every_response_says_that_it_is_from_lab_mode() {
    let server = start();
    for path in ["/_lab/", "/_health", "/api/projects/", "/nothing", "/e/"] {
        assert_eq!(server.get(path).header("hoglet-lab"), "1", "{path}");
    }
    let shown = server.ask("GET", "/_lab/").send();
    assert_eq!(shown.body["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn pages_of_other_sites_cannot_use_lab_mode() {
    let server = start();
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        for method in ["GET", "POST"] {
            let answer = server.ask(method, "/_lab/").header(name, value).send();
            assert_eq!(answer.status, 403, "{method} {name}");
        }
    }
    let allowed = server
        .ask("GET", "/_lab/")
        .header("sec-fetch-site", "same-origin");
    assert_eq!(allowed.send().status, 200);
    let refused = server.ask("POST", "/_lab/").send();
    assert_eq!(
        (refused.status, refused.header("allow")),
        (405, "GET, HEAD, OPTIONS")
    );
    assert_eq!(refused.body["code"], json!("method_not_allowed"));
}
