//! How close hoglet comes to the limit of its design: a bare actix-web server that answers constant bytes, the same with one hop to
//! the thread pool, which hoglet's handlers run on, the same statements in raw rusqlite, and these behind a bare server.
//!
//! All sides run in the same minutes on the same machine, in turns, and only their ratio is a result: `cargo bench`. With
//! `cargo bench --bench bench -- --json` each row is a line of JSON.

mod bare;
#[path = "../support/mod.rs"]
mod harness;
#[allow(dead_code)] // each benchmark uses its part
mod load;
mod raw;
#[allow(dead_code)] // each benchmark uses its part
mod server;

use std::{
    env, fs,
    time::{Duration, Instant},
};

use load::{Connection, Load, run};
use raw::Raw;
use serde_json::json;
use server::Process;

/// How long one turn loads one side.
const TURN: Duration = Duration::from_millis(500);

/// Turns of each side for one figure; the medians are compared.
const TURNS: usize = 9;

/// Where project secret API keys are.
const KEYS: &str = "/api/projects/1/project_secret_api_keys/";

/// Changes in one transaction, where many wait.
const BATCH: u32 = 64;

fn main() {
    if bare::is_asked_for() || raw::is_asked_for() {
        return;
    }
    let table = Table::begin();
    let hoglet = Process::hoglet();
    let mut connection = Connection::open(&hoglet.address);
    connection.ask(&Load::once("POST", KEYS, &key("kept")));
    let key = format!("{KEYS}{}/", connection.id());
    for (name, path) in [
        ("GET one property definition", &*hoglet.definition),
        (
            "GET sharing of an insight",
            "/api/projects/1/insights/1/sharing/",
        ),
        ("GET one project secret API key", &*key),
        (
            "GET a list of 100 definitions",
            "/api/projects/1/property_definitions/",
        ),
    ] {
        for connections in [1, 16] {
            reads(&table, &hoglet, name, path, connections);
        }
    }
    writes(&table, &hoglet);
    starts(&table);
    lab(&table);
}

/// Requests a second, against the bare servers with a body of the same size.
fn reads(table: &Table, hoglet: &Process, name: &str, path: &str, connections: usize) {
    let load = Load {
        connections,
        time: TURN,
        ..Load::once("GET", path, "")
    };
    let size = load::size_of_answer(&hoglet.address, &load);
    let (bare, hop) = (Process::bare(size, false), Process::bare(size, true));
    let rate = |process: &Process| run(&process.address, &load);
    let [ours, bare, hop] = medians([&mut || rate(hoglet), &mut || rate(&bare), &mut || {
        rate(&hop)
    }]);
    let limits = [("bare server", bare), ("bare server + hop", hop)];
    table.row(name, connections, ours, "/s", &limits);
}

/// Durable changes a second, against the same statements without a server, and behind one that does nothing else.
fn writes(table: &Table, hoglet: &Process) {
    let files = tempfile::tempdir().expect("a folder");
    let filled = |name| {
        let path = files.path().join(name);
        drop(Process::hoglet_filled(&path));
        path
    };
    let mut raw = Raw::open(&filled("raw.db"));
    let bare = Process::bare_with(&filled("bare.db"));
    let patch = |connections| Load {
        connections,
        time: TURN,
        ..Load::once(
            "PATCH",
            &hoglet.definition,
            r#"{"description": "changed by the benchmark"}"#,
        )
    };
    for (connections, batch, limit) in [
        (1, 1, "raw, 1 a transaction"),
        (BATCH as usize, BATCH, "raw, 64 a transaction"),
    ] {
        let load = patch(connections);
        let [ours, raw, bare] = medians([
            &mut || run(&hoglet.address, &load),
            &mut || raw.patches(TURN, batch),
            &mut || run(&bare.address, &load),
        ]);
        let limits = [(limit, raw), ("bare server + raw", bare)];
        table.row("PATCH one definition", connections, ours, "/s", &limits);
    }
    let mut connection = Connection::open(&hoglet.address);
    let [ours, raw] = medians([
        &mut || {
            let (started, mut done) = (Instant::now(), 0);
            while started.elapsed() < TURN {
                connection.ask(&Load::once("POST", KEYS, &key("short-lived")));
                let key = format!("{KEYS}{}/", connection.id());
                connection.ask(&Load::once("DELETE", &key, ""));
                done += 1;
            }
            f64::from(done) / started.elapsed().as_secs_f64()
        },
        &mut || raw.keys(TURN),
    ]);
    table.row(
        "create and delete a key",
        1,
        ours,
        "/s",
        &[("raw, 1 a transaction", raw)],
    );
}

/// Milliseconds from starting the process to its first response; what it then takes of memory and disk.
fn starts(table: &Table) {
    let files = tempfile::tempdir().expect("a folder");
    let path = files.path().join("kept.db");
    let hoglet = Process::hoglet_filled(&path);
    let bare = Process::bare(2, false);
    table.row(
        "resident memory, idle",
        1,
        hoglet.memory(),
        "MiB",
        &[("bare server", bare.memory())],
    );
    drop((hoglet, bare));
    let started = |process: Process| process.started.as_secs_f64() * 1e3;
    let [new, existing, bare] = medians([
        &mut || started(Process::hoglet_on_new_file()),
        &mut || started(Process::hoglet_on(&path)),
        &mut || started(Process::bare(2, false)),
    ]);
    for (name, ours) in [("start, new file", new), ("start, existing file", existing)] {
        table.row(name, 1, ours, "ms", &[("bare server", bare)]);
    }
    let program = harness::hoglet(&[]).get_program().to_owned();
    let bytes = fs::metadata(program).expect("the program").len();
    table.row("size of the program", 1, bytes as f64 / 1e6, "MB", &[]);
}

/// Milliseconds of what tests do to the server again and again, with the aims as limits.
fn lab(table: &Table) {
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
        let [ours] = medians([&mut || {
            once("/_lab/reset"); // or there would soon be too many projects
            1e3 / run(&server.address, &post(path))
        }]);
        table.row(name, 1, ours, "ms", &[("aim", aim)]);
    }
    let [ours] = medians([&mut || {
        let begun = Instant::now();
        let done = harness::hoglet(&["exec", "--", "true"]).status();
        assert!(done.expect("hoglet runs").success());
        begun.elapsed().as_secs_f64() * 1e3
    }]);
    table.row(
        "exec -- true, whole process",
        1,
        ours,
        "ms",
        &[("aim", 60.0)],
    );
}

/// The body that creates one; labels are unique.
fn key(label: &str) -> String {
    json!({"label": label, "scopes": ["feature_flag:read"]}).to_string()
}

/// The medians of all sides over `TURNS` turns, taken in turns.
fn medians<const SIDES: usize>(mut sides: [&mut dyn FnMut() -> f64; SIDES]) -> [f64; SIDES] {
    let mut figures = [const { Vec::new() }; SIDES];
    for _ in 0..TURNS {
        for (side, figures) in sides.iter_mut().zip(&mut figures) {
            figures.push(side());
        }
    }
    figures.map(|mut figures| {
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    })
}

/// Prints one row for each limit of a case.
struct Table {
    is_json: bool,
}

impl Table {
    fn begin() -> Table {
        let table = Table {
            is_json: env::args().any(|argument| argument == "--json"),
        };
        if !table.is_json {
            let head = ["hoglet", "limit", "ratio"];
            println!(
                "{:<32} {:>5} {:>13} {:>13} {:>6}",
                "", "conns", head[0], head[1], head[2]
            );
        }
        table
    }

    fn row(&self, name: &str, connections: usize, ours: f64, unit: &str, limits: &[(&str, f64)]) {
        if self.is_json {
            let limits = limits
                .iter()
                .map(|(name, figure)| json!({"name": name, "figure": figure}));
            let limits: Vec<_> = limits.collect();
            let row = json!({
                "name": name, "connections": connections, "unit": unit, "hoglet": ours, "limits": limits,
            });
            return println!("{row}");
        }
        let text = format!("{ours:.1} {unit}");
        if limits.is_empty() {
            println!("{name:<32} {connections:>5} {text:>13}");
        }
        for (limit, figure) in limits {
            let (limit_text, ratio) = (format!("{figure:.1} {unit}"), ours / figure);
            println!(
                "{name:<32} {connections:>5} {text:>13} {limit_text:>13} {ratio:>6.2}  {limit}"
            );
        }
    }
}
