//! Response times of lists over a million definitions and ten million pairs, compared with raw rusqlite.
//!
//! `cargo bench --bench scale`. Creates the database once, in `target/tmp/scale.db` (two to four minutes), and reuses it.

#[allow(dead_code)] // each benchmark uses a part of it
#[path = "bare.rs"]
mod bare;
#[path = "../support/mod.rs"]
mod harness;
#[allow(dead_code)]
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

/// How many times each request is sent; the median is printed.
const REQUESTS: usize = 15;

fn main() {
    if bare::is_asked_for() {
        return;
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scale.db");
    make::once(&file);
    let hoglet = Process::hoglet_on(&file);
    println!(
        "start to first response: {:.1} ms",
        hoglet.started.as_secs_f64() * 1e3
    );
    let ask = |method, path: &str, body: &str| Load {
        method,
        path: format!("/api/projects/1/{path}"),
        body: body.into(),
        connections: 1,
        time: Default::default(),
    };
    let mut connection = Connection::open(&hoglet.address);
    let first = Instant::now();
    connection.ask(&ask("GET", "property_definitions/", ""));
    println!(
        "first list, which reads the catalogue: {:.0} ms\n",
        first.elapsed().as_secs_f64() * 1e3
    );

    let raw = raw::Raw::open(&file);
    println!(
        "{:<26} {:>10} {:>10} {:>10} {:>8}",
        "median, ms", "hoglet", "raw", "bare HTTP", "ratio"
    );
    let row = |name: &str, load: Load, deed: &dyn Fn()| {
        let mut connection = Connection::open(&hoglet.address); // the server closes a connection that stays idle
        let bare = Process::bare(connection.ask(&load), false);
        let mut bare = Connection::open(&bare.address);
        let ours = median(|| {
            connection.ask(&load);
        });
        let answered = median(|| {
            bare.ask(&load);
        });
        let raw = median(deed);
        println!(
            "{name:<26} {ours:>10.2} {raw:>10.2} {answered:>10.2} {:>8.2}",
            ours / (raw + answered)
        );
    };
    for question in raw::QUESTIONS {
        let path = format!("{}{}", question.base, question.query);
        row(question.name, ask("GET", &path, ""), &|| raw.ask(question));
    }
    let definition = format!("property_definitions/{}/", make::DEFINITION);
    row("retrieve", ask("GET", &definition, ""), &|| raw.retrieve());
    row(
        "PATCH",
        ask("PATCH", &definition, r#"{"description": "changed"}"#),
        &|| raw.describe(),
    );
    row(
        "bulk tags of 500",
        ask(
            "POST",
            "property_definitions/bulk_update_tags/",
            &make::bulk_tags(),
        ),
        &|| raw.tag_500(),
    );
    println!();
    for question in raw::EVENTS {
        let path = format!("{}{}", question.base, question.query);
        row(question.name, ask("GET", &path, ""), &|| raw.ask(question));
    }
    println!(
        "\nmemory: {} MiB, at most {} MiB",
        memory(hoglet.id(), "VmRSS:") >> 10,
        memory(hoglet.id(), "VmHWM:") >> 10
    );
    println!("ratio: hoglet to the sum of raw and bare HTTP");
}

/// The median time of `deed`, in milliseconds.
fn median(mut deed: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = Vec::new();
    let begun = Instant::now();
    // A statement that takes seconds is not repeated fifteen times.
    while times.len() < REQUESTS && (times.len() < 3 || begun.elapsed().as_secs() < 10) {
        let start = Instant::now();
        deed();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The memory of process `id` that the kernel reports as `what`, in KiB.
fn memory(id: u32, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).expect("the process runs");
    let line = status.lines().find(|line| line.starts_with(what));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("a number of KiB")
}
