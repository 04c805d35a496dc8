//! How close hoglet comes to the limit: a bare actix-web server that answers constant bytes, and raw rusqlite.
//!
//! Both sides run in the same minutes on the same machine, in turns, and only their ratio is a result: `cargo bench`.

mod bare;
#[path = "../support/mod.rs"]
mod harness;
#[allow(dead_code)] // each benchmark uses its part
mod load;
#[allow(dead_code)] // each benchmark uses its part
mod server;

use std::time::{Duration, Instant};

use load::{Load, run};
use server::Process;

/// How long one turn loads one side.
const TURN: Duration = Duration::from_millis(700);

/// Turns of each side for one figure; the medians are compared.
const TURNS: usize = 5;

fn main() {
    if bare::is_asked_for() {
        return;
    }
    let hoglet = Process::hoglet();
    println!(
        "{:<34} {:>5} {:>12} {:>12} {:>8}",
        "", "conns", "hoglet", "limit", "ratio"
    );
    for (name, path) in [
        ("GET one property definition", hoglet.definition.as_str()),
        (
            "GET a list of 100 definitions",
            "/api/projects/1/property_definitions/",
        ),
        (
            "GET sharing of an insight",
            "/api/projects/1/insights/1/sharing/",
        ),
    ] {
        for connections in [1, 16] {
            reads(&hoglet, name, path, connections);
        }
    }
    for connections in [1, 64] {
        writes(&hoglet, connections);
    }
    starts();
    lab();
}

/// Requests a second, hoglet against the bare server with a body of the same size.
fn reads(hoglet: &Process, name: &str, path: &str, connections: usize) {
    let load = Load {
        method: "GET",
        path: path.into(),
        body: String::new(),
        connections,
        time: TURN,
    };
    let size = load::size_of_answer(&hoglet.address, &load);
    let bare = Process::bare(size);
    let (ours, limit) = medians(|| run(&hoglet.address, &load), || run(&bare.address, &load));
    row(name, connections, ours, limit, "/s");
}

/// Durable changes a second, against the bare server, and against raw rusqlite that commits one UPDATE at a time.
fn writes(hoglet: &Process, connections: usize) {
    let body = r#"{"description":"changed by the benchmark"}"#.to_owned();
    let load = Load {
        method: "PATCH",
        path: hoglet.definition.clone(),
        body,
        connections,
        time: TURN,
    };
    let size = load::size_of_answer(&hoglet.address, &load);
    let bare = Process::bare(size);
    let (ours, limit) = medians(|| run(&hoglet.address, &load), || run(&bare.address, &load));
    row(
        "PATCH, against the bare server",
        connections,
        ours,
        limit,
        "/s",
    );
    let (ours, limit) = medians(|| run(&hoglet.address, &load), || bare::commits(TURN));
    row(
        "PATCH, against raw rusqlite",
        connections,
        ours,
        limit,
        "/s",
    );
}

/// Milliseconds from starting the process to its first response.
fn starts() {
    let ours = || Process::hoglet_on_new_file().started.as_secs_f64() * 1e3;
    let (ours, limit) = medians(ours, || Process::bare(2).started.as_secs_f64() * 1e3);
    row("start to first response", 1, ours, limit, "ms");
}

/// Milliseconds of what tests do to the server again and again, with the aims as limits.
fn lab() {
    let server = Process::lab();
    let post = |path: &str| Load {
        method: "POST",
        path: path.into(),
        body: String::new(),
        connections: 1,
        time: TURN,
    };
    let once = |path| load::size_of_answer(&server.address, &post(path));
    once("/_lab/snapshots/bench");
    for (name, path, aim) in [
        ("reset, demo data", "/_lab/reset", 10.0),
        ("snapshot", "/_lab/snapshots/bench", 10.0),
        ("restore", "/_lab/snapshots/bench/restore", 10.0),
        ("new project", "/_lab/projects", 5.0),
    ] {
        let ours = || {
            once("/_lab/reset"); // or there would soon be too many projects
            1e3 / run(&server.address, &post(path))
        };
        let (ours, aim) = medians(ours, || aim);
        row(name, 1, ours, aim, "ms");
    }
    let command = || {
        let begun = Instant::now();
        let done = harness::hoglet(&["exec", "--", "true"]).status();
        assert!(done.expect("hoglet runs").success());
        begun.elapsed().as_secs_f64() * 1e3
    };
    let (ours, aim) = medians(command, || 60.0);
    row("exec -- true, whole process", 1, ours, aim, "ms");
}

/// The medians of both sides over `TURNS` turns, taken in turns.
fn medians(mut ours: impl FnMut() -> f64, mut limit: impl FnMut() -> f64) -> (f64, f64) {
    let (mut one, mut other) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        one.push(ours());
        other.push(limit());
    }
    (median(one), median(other))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn row(name: &str, connections: usize, ours: f64, limit: f64, unit: &str) {
    let (ours_text, limit_text) = (format!("{ours:.1} {unit}"), format!("{limit:.1} {unit}"));
    println!(
        "{name:<34} {connections:>5} {ours_text:>12} {limit_text:>12} {:>8.2}",
        ours / limit
    );
}
