//! Ingestion under stress: `kill -9` while events come in, and payloads that nobody would think of.

#[allow(dead_code)] // the other tests use the rest of it
#[path = "api/harness.rs"]
mod harness;

use std::{env, thread, time::Duration};

use harness::{Ask, Server};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Map, Value, json};

/// Threads that send events while the server is killed.
const SENDERS: usize = 4;

#[test]
fn what_an_answered_event_defines_outlives_a_kill() {
    let rounds = env::var("HOGLET_ROUNDS").map_or(5, |rounds| rounds.parse().expect("a number"));
    let mut server = Server::start();
    let mut answered = Vec::new();
    for round in 0..rounds {
        let url = &server.url.clone();
        thread::scope(|scope| {
            let senders: Vec<_> = (0..SENDERS)
                .map(|sender| scope.spawn(move || send_until_killed(url, round, sender)))
                .collect();
            thread::sleep(Duration::from_millis(100 + 37 * round as u64));
            server.kill();
            answered.extend(
                senders
                    .into_iter()
                    .flat_map(|sender| sender.join().unwrap()),
            );
        });
        server.restart();
        let missing: Vec<_> = answered
            .iter()
            .filter(|name| !is_defined(&server, name))
            .collect();
        assert!(
            missing.is_empty(),
            "round {round}: answered and gone: {missing:?}"
        );
    }
    assert!(answered.len() > rounds, "hardly anything was answered");
}

/// Sends events with a property of their own each; returns the names of those that were answered 200.
fn send_until_killed(url: &str, round: usize, sender: usize) -> Vec<String> {
    let mut answered = Vec::new();
    for turn in 0.. {
        let name = format!("p_{round}_{sender}_{turn}");
        let event = json!({"api_key": "phc_main", "event": "tick", "distinct_id": "d", "properties": {&name: turn}});
        match Ask::new("POST", format!("{url}/e/")).json(event).try_send() {
            Ok(answer) if answer.status == 200 => answered.push(name),
            _ => break,
        }
    }
    answered
}

fn is_defined(server: &Server, name: &str) -> bool {
    let definition = server
        .get(&format!(
            "/api/projects/1/property_definitions/?properties={name}"
        ))
        .ok(200);
    let path = format!(
        "/api/projects/1/property_definitions/seen_together/?event_names=tick&property_name={name}"
    );
    definition["results"][0]["property_type"] == "Numeric"
        && server.get(&path).ok(200)["tick"] == true
}

/// Any JSON value, keys that ingestion looks at among its keys.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop_oneof![
            Just("phc_main"),
            Just("$groupidentify"),
            Just("x"),
            Just("2026-01-02"),
            Just("\u{0}")
        ]
        .prop_map(Value::from),
    ];
    let known = prop::sample::select(vec![
        "event",
        "api_key",
        "token",
        "batch",
        "properties",
        "distinct_id",
        "$set",
        "$set_once",
        "$groups",
        "$group_type",
        "$group_set",
        "timestamp",
        "uuid",
        "sent_at",
        "$process_person_profile",
        "offset",
        "$unset",
        "$session_id",
    ]);
    let key = prop_oneof![4 => known.prop_map(str::to_owned), 1 => ".{0,8}"];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        let object = prop::collection::vec((key.clone(), inner.clone()), 0..8);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::from),
            object.prop_map(|fields| Value::Object(Map::from_iter(fields))),
        ]
    })
}

#[test]
fn any_payload_is_taken_in_or_refused_and_the_database_stays_whole() {
    let server = Server::start();
    let paths = [
        "/e/",
        "/batch/",
        "/i/v0/e/",
        "/engage/",
        "/s/",
        "/i/v1/analytics/events",
        "/flags/",
        "/decide/",
    ];
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let payloads = (
        any_json(),
        prop::sample::select(paths.to_vec()),
        any::<bool>(),
    );
    let outcome = runner.run(&payloads, |(payload, path, framed)| {
        // Half of them get as far as an event can: the rest of it is any JSON.
        let body = match framed {
            true => json!({"api_key": "phc_main", "event": "x", "distinct_id": "d", "properties": {"any": payload, "more": payload}}),
            false => payload,
        };
        let answer = server.ask("POST", path).key("phc_main").json(body).send();
        prop_assert!([200, 400, 401, 413, 415].contains(&answer.status), "{path}: {} {}", answer.status, answer.text);
        Ok(())
    });
    outcome.unwrap();
    let list = server
        .get("/api/projects/1/property_definitions/?properties=any,more")
        .ok(200);
    assert_eq!(list["results"].as_array().map(Vec::len), Some(2), "{list}");
    let database = rusqlite::Connection::open(server.database()).unwrap();
    let verdict: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
    let orphans: i64 = database
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(orphans, 0);
}
