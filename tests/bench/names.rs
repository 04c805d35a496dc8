//! Requests full of names that the project does not know yet.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Map, Value, json};

use super::{
    load::{Connection, Load},
    server::Process,
};

/// New names in one request.
const NUMBERS: [usize; 3] = [1_000, 10_000, 100_000];

/// Properties of one event.
const PROPERTIES: usize = 1_000;

/// Measures each number, as names of properties and as names of events, on a file of its own.
pub fn run() {
    for number in NUMBERS {
        measure("properties", number, &properties(number));
    }
    for number in NUMBERS {
        measure("events", number, &events(number));
    }
}

fn measure(kind: &str, number: usize, batch: &Value) {
    let hoglet = Process::hoglet();
    let names = Load {
        method: "POST",
        path: "/batch/".into(),
        body: json!({"api_key": "phc_bench", "batch": batch}).to_string(),
        connections: 1,
        time: Duration::ZERO,
    };
    let is_done = AtomicBool::new(false);
    let (took, waits) = thread::scope(|scope| {
        let writer = scope.spawn(|| write_until(&is_done, &hoglet.address));
        thread::sleep(Duration::from_millis(200)); // both are on their way
        let started = Instant::now();
        Connection::open(&hoglet.address).ask(&names);
        let took = started.elapsed();
        is_done.store(true, Relaxed);
        (took, writer.join().expect("the writer ends well"))
    });
    let per_second = number as f64 / took.as_secs_f64();
    let (median, longest) = (waits[waits.len() / 2], waits[waits.len() - 1]);
    println!(
        "{number} new {kind}: {took:.1?}, {per_second:.0} names/s; another writer waited {median:.1?}, at most {longest:.1?}"
    );
}

/// Changes an insight again and again. Returns how long each change took, sorted.
fn write_until(is_done: &AtomicBool, address: &str) -> Vec<Duration> {
    let change = Load {
        method: "PATCH",
        path: "/api/projects/1/insights/1/".into(),
        body: json!({"name": "Signups"}).to_string(),
        connections: 1,
        time: Duration::ZERO,
    };
    let (mut connection, mut waits) = (Connection::open(address), Vec::new());
    while !is_done.load(Relaxed) {
        let started = Instant::now();
        connection.ask(&change);
        waits.push(started.elapsed());
    }
    waits.sort();
    waits
}

fn properties(number: usize) -> Value {
    let event = |first: usize| {
        let names = first..number.min(first + PROPERTIES);
        let properties: Map<_, _> = names.map(|n| (format!("name {n}"), n.into())).collect();
        json!({"event": "e", "distinct_id": "d", "properties": properties})
    };
    (0..number).step_by(PROPERTIES).map(event).collect()
}

fn events(number: usize) -> Value {
    let event = |n: usize| json!({"event": format!("name {n}"), "distinct_id": "d"});
    (0..number).map(event).collect()
}
