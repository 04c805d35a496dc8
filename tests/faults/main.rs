//! Disks that fail: writes that fail or stop half way, no room, syncs and reads that fail, at random points of real work.
//!
//! ```text
//! cargo test --test faults                    a few rounds, with a seed that is printed
//! FAULT_ROUNDS=200 FAULT_SEED=7 cargo test --test faults
//! ```
//!
//! The server is this program, started again as `faults serve …`: hoglet on a [`faulty_disk`]. It learns over standard input when
//! to break and when to heal. In every round clients write while the disk fails, and then:
//!
//! - what was acknowledged is there and what was refused is not, in the running server and, after every few rounds, in
//!   one that was killed and started again; `PRAGMA integrity_check` is `ok`,
//! - every refusal is a 503, the server does not panic, and it works as before once the disk does,
//! - reads are served as long as only writes fail.
//!
//! One thing no database promises: a transaction whose sync failed may be in the log all the same, and a crash at this very
//! moment brings it back. The next write puts an end to that, so each round makes one before the server is killed.

mod clients;
mod server;

use std::{
    env,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use clients::{Things, Writer, read_all};
use serde_json::Value;
use server::Faulty;

/// Clients that write, each to things of its own.
const WRITERS: usize = 3;

/// What each sends in a round.
const WRITES: usize = 8;

/// After so many rounds the server is killed and started again.
const RESTART: usize = 4;

/// Kinds of faults; see [`faulty_disk::Fault`].
const FAULTS: [&str; 5] = ["write", "short-write", "full", "sync", "read"];

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "serve") {
        return server::serve();
    }
    if is_left_out(&arguments) {
        return ExitCode::SUCCESS;
    }
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>());
    let number = |name: &str| number(name).transpose().expect("a number");
    let rounds = number("FAULT_ROUNDS").unwrap_or(20) as usize;
    let seed = number("FAULT_SEED").unwrap_or_else(|| getrandom::u64().expect("randomness"));
    println!("{rounds} rounds, FAULT_SEED={seed}");
    let report = run(rounds, Dice(seed));
    println!("{report}");
    ExitCode::SUCCESS
}

/// Whether `cargo test NAME` is about other tests, or only asks what there is.
fn is_left_out(arguments: &[String]) -> bool {
    let mut names = arguments.iter().filter(|text| !text.starts_with('-'));
    let is_listing = arguments.iter().any(|text| text == "--list");
    is_listing
        || names
            .next()
            .is_some_and(|name| !"faults".contains(name.as_str()))
}

/// Random numbers that a seed repeats (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

fn run(rounds: usize, mut dice: Dice) -> String {
    let mut server = Faulty::start();
    let mut writers: Vec<_> = (0..WRITERS).map(Writer::new).collect();
    let (mut failed, mut restarts) = (0, 0);
    for round in 0..rounds {
        let fault = FAULTS[dice.below(FAULTS.len() as u64) as usize];
        let times = if dice.below(2) == 0 { 1 } else { u32::MAX };
        let skip = dice.below(30);
        let (calls, reads) = work(&mut server, &mut writers, round, (fault, skip, times));
        let name = format!("round {round}, {fault} after {skip}, {times} times");
        if fault != "read" {
            assert_eq!(reads, Vec::<String>::new(), "{name}: reads were refused");
        }
        failed += calls;
        recovers(&server, &mut writers, round, &name);
        check(&server, &writers, &name);
        if round % RESTART == RESTART - 1 || round + 1 == rounds {
            server.kill_and_restart();
            restarts += 1;
            check(&server, &writers, &format!("{name}, restarted"));
            server.is_sound();
        }
        let log = server.log();
        assert!(!log.contains("panicked"), "{name}: {log}");
    }
    let sum = |count: fn(&Writer) -> usize| writers.iter().map(count).sum::<usize>();
    let (acknowledged, refused) = (sum(|one| one.acknowledged), sum(|one| one.refused));
    assert!(acknowledged > 0, "every write was refused");
    assert!(refused > 0 || rounds < 20, "no fault ever hit a write");
    format!(
        "{failed} calls failed, {acknowledged} writes acknowledged, {refused} refused, {restarts} kills: \
         nothing lost, nothing refused kept, the file sound"
    )
}

/// Writes and reads while the disk breaks. Returns how many calls failed, and the reads that were refused.
fn work(
    server: &mut Faulty,
    writers: &mut [Writer],
    round: usize,
    (fault, skip, times): (&str, u64, u32),
) -> (u32, Vec<String>) {
    server.tell(&format!("break {fault} {skip} {times}"));
    let (url, over) = (&server.url, &AtomicBool::new(false));
    let refused = thread::scope(|scope| {
        let reader = scope.spawn(move || read_until(url, over));
        let work = |writer| scope.spawn(move || Writer::work(writer, url, round, WRITES));
        let threads: Vec<_> = writers.iter_mut().map(work).collect();
        for thread in threads {
            thread.join().expect("a writer ends well");
        }
        over.store(true, Ordering::Relaxed);
        reader.join().expect("the reader ends well")
    });
    let answer = server.tell("heal");
    (answer.parse().expect("a number"), refused)
}

fn read_until(url: &str, over: &AtomicBool) -> Vec<String> {
    let mut refused = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let answer = clients::ask(url, "GET", clients::DEFINITIONS, Value::Null);
        if answer.status != 200 {
            refused.push(format!("{} {}", answer.status, answer.text));
        }
    }
    refused
}

/// The disk works again: so does the server, at once or nearly so.
fn recovers(server: &Faulty, writers: &mut [Writer], round: usize, name: &str) {
    let begun = Instant::now();
    while !writers[0].recover(&server.url, round) {
        let waited = begun.elapsed();
        assert!(
            waited < Duration::from_secs(10),
            "{name}: no write succeeds {waited:?} after the fault: {}",
            server.log()
        );
        thread::sleep(Duration::from_millis(20));
    }
}

/// What is there is what was acknowledged.
fn check(server: &Faulty, writers: &[Writer], name: &str) {
    let expected: Things = writers.iter().flat_map(|one| one.things.clone()).collect();
    let found = read_all(&server.url);
    for (thing, state) in &expected {
        assert_eq!(
            found.get(thing),
            Some(state),
            "{name}: {thing} was acknowledged"
        );
    }
    for (thing, state) in &found {
        let is_known = expected.contains_key(thing);
        assert!(
            is_known,
            "{name}: {thing} is there as {state:?}, but was refused"
        );
    }
}
