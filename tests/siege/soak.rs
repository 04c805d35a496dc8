//! Everyday work for a long time: memory, descriptors and threads must not grow.
//!
//! All clients use a fixed set of names, so that nothing new has to be kept: what grows is a leak.

use std::{
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    client::{Client, JSON, Outcome, Outcomes, head},
    measure::mib,
    server::{DEFINITION, PASSWORD, Server, Setup, TOKEN, share_token},
};

/// How often the process is looked at.
const SAMPLE: Duration = Duration::from_secs(10);

/// Shares that are unlocked in turns.
const SHARES: usize = 6;

/// What a median may grow by from the second third to the last: noise, not a leak.
const GROWTH: [u64; 3] = [8 << 20, 16, 8];
const NAMES: [&str; 3] = ["memory", "descriptors", "threads"];

/// One kind of client.
struct Job {
    name: &'static str,
    every: Duration,
    /// What it sends in its turn of this number.
    work: fn(&Client, usize) -> Outcome,
    /// The responses that are right.
    right: &'static [u16],
}

/// Wrong guesses stay below the limit of each share, 10 a minute, and right ones below 60.
#[rustfmt::skip] // a table: read it by columns
const JOBS: &[Job] = &[
    Job { name: "read",         every: Duration::from_millis(10),    work: read,        right: &[200] },
    Job { name: "list",         every: Duration::from_millis(50),    work: list,        right: &[200] },
    Job { name: "write",        every: Duration::from_millis(20),    work: change,      right: &[200] },
    Job { name: "capture",      every: Duration::from_millis(10),    work: capture,     right: &[200] },
    Job { name: "unlock",       every: Duration::from_millis(500),   work: unlock,      right: &[200] },
    Job { name: "wrong guess",  every: Duration::from_millis(2_000), work: wrong_guess, right: &[401] },
    Job { name: "shared page",  every: Duration::from_millis(50),    work: shared_page, right: &[200] },
    Job { name: "page",         every: Duration::from_millis(50),    work: page,        right: &[200] },
    Job { name: "no key",       every: Duration::from_millis(50),    work: no_key,      right: &[401] },
];

/// Works for `time`; fails when something grew, a response was wrong or the server died.
pub fn run(time: Duration) -> ExitCode {
    let server = Server::start(&Setup {
        definitions: 1_000,
        shares: SHARES,
        passwords: 2,
        ..Setup::default()
    });
    let over = AtomicBool::new(false);
    let tallies: Vec<_> = JOBS
        .iter()
        .map(|_| Mutex::new(Outcomes::default()))
        .collect();
    let mut samples = Vec::new();
    thread::scope(|scope| {
        for (job, tally) in JOBS.iter().zip(&tallies) {
            let (client, over) = (server.client(), &over);
            scope.spawn(move || {
                let outcomes = repeat(job, &client, over);
                *tally.lock().expect("no client panics") += outcomes;
            });
        }
        let begun = Instant::now();
        println!(
            "{:>6} {:>10} {:>12} {:>8}",
            "s", "memory/KiB", "descriptors", "threads"
        );
        while begun.elapsed() < time && server.is_alive() {
            thread::sleep(SAMPLE.min(time.saturating_sub(begun.elapsed())));
            let sample = [server.resident(), server.descriptors(), server.threads()];
            let [memory, descriptors, threads] = sample;
            let seconds = begun.elapsed().as_secs();
            println!(
                "{seconds:>6} {:>10} {descriptors:>12} {threads:>8}",
                memory >> 10
            );
            samples.push(sample);
        }
        over.store(true, Ordering::Relaxed);
    });
    let mut problems = growth(&samples);
    if !server.is_alive() {
        problems.push("the server died".into());
    }
    for (job, tally) in JOBS.iter().zip(tallies) {
        let outcomes = tally.into_inner().expect("no client panics");
        println!("{:<12} {outcomes}", job.name);
        let is_wrong = |outcome: &Outcome| match outcome {
            Outcome::Status(status) => !job.right.contains(status),
            _ => true,
        };
        if outcomes.0.keys().any(is_wrong) {
            problems.push(format!("{}: {outcomes}", job.name));
        }
    }
    if server.log().contains("panicked") {
        problems.push(server.log());
    }
    problems
        .iter()
        .for_each(|problem| println!("broken  {problem}"));
    println!("peak {} MiB", mib(server.peak()));
    match problems.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// What grew: the medians of the second and the last third are compared, since the first third fills caches and pools.
fn growth(samples: &[[u64; 3]]) -> Vec<String> {
    let third = samples.len() / 3;
    let (second, last) = (
        &samples[third..2 * third],
        &samples[samples.len() - third..],
    );
    if third == 0 {
        return vec![format!("{} samples are too few", samples.len())];
    }
    let median = |part: &[[u64; 3]], column: usize| {
        let mut figures: Vec<_> = part.iter().map(|sample| sample[column]).collect();
        figures.sort_unstable();
        figures[figures.len() / 2]
    };
    let compare = |column: usize| {
        let (before, after) = (median(second, column), median(last, column));
        println!("{:<12} {before} -> {after}", NAMES[column]);
        let grew = after > before + GROWTH[column].max(before / 20);
        grew.then(|| format!("{} grew from {before} to {after}", NAMES[column]))
    };
    (0..NAMES.len()).filter_map(compare).collect()
}

fn repeat(job: &Job, client: &Client, over: &AtomicBool) -> Outcomes {
    let mut outcomes = Outcomes::default();
    let mut turn = 0;
    while !over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        outcomes.add((job.work)(client, turn));
        turn += 1;
        thread::sleep(job.every.saturating_sub(begun.elapsed()));
    }
    outcomes
}

fn read(client: &Client, _: usize) -> Outcome {
    client.keyed("GET", DEFINITION, None)
}

fn list(client: &Client, turn: usize) -> Outcome {
    let offset = turn % 10 * 100;
    let path = format!("/api/projects/1/property_definitions/?limit=100&offset={offset}");
    client.keyed("GET", &path, None)
}

fn change(client: &Client, turn: usize) -> Outcome {
    let body = json!({"description": format!("changed {}", turn % 10)}).to_string();
    client.keyed("PATCH", DEFINITION, Some(&body))
}

/// A batch of 20 events out of 50 kinds with 100 properties.
fn capture(client: &Client, turn: usize) -> Outcome {
    let event = |number: usize| {
        let number = turn * 20 + number;
        let property = format!("soak_{}", number % 100);
        json!({"event": format!("soak {}", number % 50), "distinct_id": "d",
               "properties": {"$lib": "soak", property: number}})
    };
    let batch: Vec<_> = (0..20).map(event).collect();
    let body = json!({"api_key": TOKEN, "batch": batch}).to_string();
    client.send(
        &head("POST", "/batch/", &[JSON], Some(body.len())),
        body.as_bytes(),
    )
}

fn unlock(client: &Client, turn: usize) -> Outcome {
    guess(client, turn, &format!("{PASSWORD}-{}", turn % 2))
}

fn wrong_guess(client: &Client, turn: usize) -> Outcome {
    guess(client, turn, "wrong")
}

fn guess(client: &Client, turn: usize, password: &str) -> Outcome {
    let path = format!("/shared/{}", share_token(turn % SHARES));
    let body = json!({"password": password}).to_string();
    client.send(
        &head("POST", &path, &[JSON], Some(body.len())),
        body.as_bytes(),
    )
}

fn shared_page(client: &Client, turn: usize) -> Outcome {
    client.get(&format!("/shared/{}", share_token(turn % SHARES)))
}

fn page(client: &Client, turn: usize) -> Outcome {
    let pages = [
        "/docs",
        "/docs/cli",
        "/docs/api",
        "/_preflight/",
        "/api/schema/",
    ];
    client.get(pages[turn % pages.len()])
}

fn no_key(client: &Client, _: usize) -> Outcome {
    client.get(DEFINITION)
}
