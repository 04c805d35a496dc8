//! How lists do with a million definitions and ten million pairs, against raw rusqlite answering the same.
//!
//! `cargo bench --bench scale`. The database is made once, in `target/scale.db` (two to four minutes), and used again.

#[allow(dead_code)] // each benchmark uses its part
#[path = "load.rs"]
mod load;
#[path = "scale/make.rs"]
mod make;
#[path = "scale/raw.rs"]
mod raw;
#[allow(dead_code)]
#[path = "server.rs"]
mod server;

use std::{fs, path::Path, time::Instant};

use load::{Connection, Load};
use server::Process;

/// Requests of one kind; the median is told.
const REQUESTS: usize = 15;

fn main() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scale.db");
    make::once(&file);
    let hoglet = Process::hoglet_on(&file);
    println!(
        "start to first response: {:.1} ms",
        hoglet.started.as_secs_f64() * 1e3
    );
    let list = "/api/projects/1/property_definitions/";
    let first = Instant::now();
    get(&hoglet, list);
    println!(
        "first list, which reads the catalogue: {:.0} ms\n",
        first.elapsed().as_secs_f64() * 1e3
    );

    let raw = raw::Raw::open(&file);
    println!(
        "{:<38} {:>12} {:>12} {:>8}",
        "", "hoglet ms", "raw ms", "ratio"
    );
    for question in raw::QUESTIONS {
        let ours = median(|| get(&hoglet, &format!("{list}{}", question.path)));
        row(question.name, ours, median(|| raw.ask(question)));
    }
    let definition = make::DEFINITION;
    row(
        "retrieve",
        median(|| get(&hoglet, &format!("{list}{definition}/"))),
        median(|| raw.retrieve()),
    );
    let patch =
        |body: &str, path: &str, method| send(&hoglet, method, &format!("{list}{path}"), body);
    let describe = r#"{"description": "changed"}"#;
    row(
        "PATCH",
        median(|| patch(describe, &format!("{definition}/"), "PATCH")),
        median(|| raw.describe()),
    );
    let tags = make::bulk_tags();
    row(
        "bulk tags of 500",
        median(|| patch(&tags, "bulk_update_tags/", "POST")),
        median(|| raw.tag_500()),
    );
    println!("\nmemory: {} MiB", resident(hoglet.id()) >> 10);
}

fn get(hoglet: &Process, path: &str) {
    send(hoglet, "GET", path, "");
}

fn send(hoglet: &Process, method: &'static str, path: &str, body: &str) {
    let load = Load {
        method,
        path: path.into(),
        body: body.into(),
        connections: 1,
        time: Default::default(),
    };
    Connection::open(&hoglet.address).ask(&load);
}

/// The median time of `deed`, in milliseconds.
fn median(mut deed: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = Vec::new();
    let begun = Instant::now();
    // A statement that takes seconds is not asked fifteen times.
    while times.len() < REQUESTS && (times.len() < 3 || begun.elapsed().as_secs() < 10) {
        let start = Instant::now();
        deed();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn row(name: &str, ours: f64, raw: f64) {
    println!("{name:<38} {ours:>12.2} {raw:>12.2} {:>8.2}", ours / raw);
}

/// The memory of process `id` that is its own, in KiB.
fn resident(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).expect("the process runs");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .expect("the kernel tells");
    line.split_whitespace()
        .nth(1)
        .and_then(|number| number.parse().ok())
        .expect("a number of KiB")
}
