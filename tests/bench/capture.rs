//! How fast events come in when all their names are known, against serde_json alone reading the same batches; then how fast
//! new names are defined, by their number in one request, and how long another writer waits meanwhile.
//!
//! `cargo bench --bench capture`. Aims: at least half of serde_json's rate on one core; as many names a second in a large
//! request as in a small one; no other writer waits longer than 100 ms.

#[allow(dead_code)] // each benchmark uses its part
mod bare;
#[path = "../support/mod.rs"]
mod harness;
#[allow(dead_code)]
mod load;
mod names;
#[allow(dead_code)]
mod server;

use std::time::{Duration, Instant};

use load::{Connection, Load};
use serde_json::{Value, json};
use server::Process;

/// Events in a batch, and how long each side works on batches.
const EVENTS: usize = 1_000;
const TIME: Duration = Duration::from_secs(2);
const TURNS: usize = 5;

fn main() {
    let hoglet = Process::hoglet();
    let body = batch();
    println!("batches of {EVENTS} events, {} KiB", body.len() >> 10);
    let load = Load {
        method: "POST",
        path: "/batch/".into(),
        body,
        connections: 1,
        time: TIME,
    };
    Connection::open(&hoglet.address).ask(&load); // the first one is news
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(load::run(&hoglet.address, &load) * EVENTS as f64);
        limit.push(parsed(load.body.as_bytes()) * EVENTS as f64);
    }
    ours.sort_by(f64::total_cmp);
    limit.sort_by(f64::total_cmp);
    let (ours, limit) = (ours[TURNS / 2], limit[TURNS / 2]);
    println!(
        "hoglet {ours:.0} events/s, serde_json alone {limit:.0} events/s, ratio {:.2}",
        ours / limit
    );
    names::run();
}

/// Batches a second that serde_json reads into values.
fn parsed(body: &[u8]) -> f64 {
    let (started, mut count) = (Instant::now(), 0);
    while started.elapsed() < TIME {
        let value: Value = serde_json::from_slice(body).expect("the batch is JSON");
        assert!(value["batch"].is_array());
        count += 1;
    }
    f64::from(count) / started.elapsed().as_secs_f64()
}

/// A batch as the Python SDK sends them: some properties that every event has, some of its own.
fn batch() -> String {
    let event = |number: usize| {
        json!({
            "event": format!("event {}", number % 20),
            "distinct_id": format!("user-{}", number % 300),
            "uuid": format!("01a2076a-b746-7000-a77d-{number:012x}"),
            "timestamp": "2026-11-23T03:42:35.733389+00:00",
            "properties": {
                "$lib": "posthog-python", "$lib_version": "7.91.1", "$os": "Linux", "$os_version": "6.1", "$is_server": true,
                "$geoip_disable": true, "$python_version": "3.11.7", "plan": "pro", "seats": number % 50, "is_trial": false,
                "amount": 12.5, "started_at": "2026-11-23T03:42:35Z", "$groups": {"company": "acme"},
                format!("detail_{}", number % 40): format!("value {number}"),
                "$set": {"email": "ada@example.com", "seats": 5},
            },
        })
    };
    let events: Vec<_> = (0..EVENTS).map(event).collect();
    json!({"api_key": "phc_bench", "sent_at": "2026-11-23T03:42:36Z", "historical_migration": false, "batch": events}).to_string()
}
