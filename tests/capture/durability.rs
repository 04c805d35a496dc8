//! `kill -9` while events come in: every event that was answered 200 has its definitions after a restart, and what was not
//! answered has all of them or none.
//!
//! `HOGLET_ROUNDS` sets how often the server is killed.

use std::{collections::BTreeMap, env, thread, time::Duration};

use rusqlite::Connection;
use serde_json::json;

use crate::{
    harness::{Ask, Server},
    whole,
};

/// A key of this test's own: a server that takes over the address of a killed one does not know it, though it would answer
/// any events by 200.
const KEY: &str = "phx_capturedurability";

/// Who sends at the same time.
const SENDERS: usize = 6;

/// New properties in each batch.
const PROPERTIES: i64 = 5;

#[test]
fn a_killed_server_has_the_definitions_of_all_events_that_it_answered() {
    let rounds = env::var("HOGLET_ROUNDS").map_or(6, |rounds| rounds.parse().expect("a number"));
    let seed = json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 1, "api_token": "phc_main"}],
        "personal_api_keys": [{"user": "ada", "label": "ada", "scopes": ["*"], "value": KEY}],
    });
    let mut server = Server::seeded(&seed, &[]);
    // Batch -> whether it was answered.
    let mut sent = BTreeMap::new();
    for round in 0..rounds {
        sent.extend(send_and_kill(&mut server, round));
        server.restart();
        check(&server, &sent);
    }
    let answered = sent.values().filter(|answered| **answered).count();
    assert!(answered >= rounds, "only {answered} batches were answered");
}

/// Lets everybody send for a moment of any length, then kills the server.
fn send_and_kill(server: &mut Server, round: usize) -> Vec<(String, bool)> {
    let url = &server.url.clone();
    thread::scope(|scope| {
        let sender = |sender| scope.spawn(move || send(url, &format!("r{round}s{sender}")));
        let senders: Vec<_> = (0..SENDERS).map(sender).collect();
        let moment = 20 + getrandom::u32().unwrap() % 300;
        thread::sleep(Duration::from_millis(moment.into()));
        server.kill();
        let sent = senders.into_iter().map(|sender| sender.join().unwrap());
        sent.flatten().collect()
    })
}

/// Sends batch after batch, each with names of its own, until the server is gone. The last may not be answered.
fn send(url: &str, sender: &str) -> Vec<(String, bool)> {
    let mut sent = Vec::new();
    for turn in 0.. {
        let name = format!("{sender}t{turn}");
        let property = |number| (format!("{name}p{number}"), json!(number));
        let properties: serde_json::Map<_, _> = (0..PROPERTIES).map(property).collect();
        let event = json!({"event": name, "distinct_id": "d", "properties": properties, "$set": {name.clone(): "x"}});
        let known = json!({"event": "known", "distinct_id": "d"});
        let body = json!({"api_key": "phc_main", "batch": [event, known]});
        let answer = Ask::new("POST", format!("{url}/batch/"))
            .json(body)
            .try_send();
        let is_answered = answer.is_ok_and(|answer| answer.status == 200);
        let look = Ask::new("GET", format!("{url}/api/users/@me/")).key(KEY);
        match look.try_send() {
            Ok(answer) if answer.status == 401 => break, // another server by now: it was never ours that answered
            look => {
                sent.push((name, is_answered));
                if !is_answered || look.is_err() {
                    break;
                }
            }
        }
    }
    sent
}

fn check(server: &Server, sent: &BTreeMap<String, bool>) {
    let database = Connection::open(server.database()).unwrap();
    let count = |sql: &str, name: &str| -> i64 {
        let mut statement = database.prepare_cached(sql).unwrap();
        statement.query_row([name], |row| row.get(0)).unwrap()
    };
    for (name, is_answered) in sent {
        let counts = [
            count("SELECT count(*) FROM event_definition WHERE name = ?", name),
            count(
                "SELECT count(*) FROM property_definition WHERE type = 2 AND name = ?",
                name,
            ),
            count(
                "SELECT count(*) FROM property_definition WHERE type = 1 AND name GLOB ? || 'p*' AND property_type = 'Numeric'",
                name,
            ),
            count("SELECT count(*) FROM event_property WHERE event = ?", name),
        ];
        let whole = [1, 1, PROPERTIES, PROPERTIES + 1]; // one pair more: `$ip`
        let fits = counts == whole || !is_answered && counts == [0; 4];
        assert!(fits, "{name}, answered: {is_answered}: {counts:?}");
    }
    whole::check(server);
}
