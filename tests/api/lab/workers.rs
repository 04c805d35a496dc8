//! A test suite with many workers, as hoglet's users have it: each test has a project of its own on one server.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use serde_json::{Value, json};

use super::{capture, start};
use crate::harness::Server;

const WORKERS: usize = 32;
const TESTS: usize = 1000;

/// One test: it captures events, waits for them, and expects them and nothing else. Half of them send late.
fn test(server: &Server, number: usize) {
    let ask = |method: &str, path: &str| server.ask(method, path);
    let made = ask("POST", "/_lab/projects/")
        .json(json!({}))
        .send()
        .ok(201);
    let (id, token) = (&made["project_id"], made["project_token"].as_str().unwrap());
    let key = made["personal_api_key"].as_str().unwrap();
    // The same names in all projects, so that an event of another test would be taken for one of this.
    let event =
        |name: &str| json!({"event": name, "distinct_id": "ada", "properties": {"test": number}});
    let send = || capture(server, token, json!([event("viewed"), event("signed up")]));
    let expected = json!({
        "project": id, "wait": "30s", "only": true,
        "events": [event("signed up"), event("viewed")],
    });
    let expect = || ask("POST", "/_lab/expect/").json(expected).send().ok(200);
    thread::scope(|scope| {
        if number.is_multiple_of(2) {
            send();
        } else {
            scope.spawn(send);
        }
        let path = format!("/api/projects/{id}/events/?wait=30s&count=2");
        let list = ask("GET", &path).key(key).send().ok(200);
        let tests: Vec<&Value> = list["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| &event["properties"]["test"])
            .collect();
        assert_eq!(tests, [number, number], "{list}");
        expect();
    });
    let path = format!("/_lab/projects/{id}/");
    assert_eq!(ask("DELETE", &path).send().status, 204);
}

#[test]
fn a_thousand_tests_of_32_workers_do_not_see_each_other() {
    let server = start();
    let count = || server.get("/api/projects/").ok(200)["count"].clone();
    let (before, next) = (count(), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let number @ ..TESTS = next.fetch_add(1, Ordering::Relaxed) {
                    test(&server, number);
                }
            });
        }
    });
    assert_eq!(count(), before, "each test has deleted its own project");
}
