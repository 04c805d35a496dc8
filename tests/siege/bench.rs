//! What a client that reaches the port can do to the server: each load of the table, with what it costs the server and others.
//!
//! ```text
//! cargo bench --bench siege                     the table
//! cargo bench --bench siege -- gzip             the loads whose name contains `gzip`
//! cargo bench --bench siege -- --short          a small part of each load
//! cargo bench --bench siege -- --check          exit code 1 when a bound is broken
//! cargo bench --bench siege -- --soak 30        30 minutes of everyday work instead: memory, descriptors, threads
//! HOGLET_BINARY=old/hoglet cargo bench …        the same against another binary
//! ```
//!
//! Memory is in MiB, times are the 99th percentile, `!` marks requests that were not served. `machine` is how long an echo took
//! meanwhile, in a thread that does nothing else: no server can be faster.

mod client;
mod echo;
mod loads;
mod measure;
mod server;
mod soak;

use std::{
    env,
    os::unix::process::CommandExt,
    process::{Command, ExitCode},
    time::Duration,
};

use loads::{LOADS, Scale};
use server::Server;

/// Set in the program that has all the descriptors it can have.
const RAISED: &str = "SIEGE_RAISED";

fn main() -> ExitCode {
    if env::var_os(RAISED).is_none() {
        raise_descriptors();
    }
    let arguments: Vec<_> = env::args()
        .skip(1)
        .filter(|text| text != "--bench")
        .collect();
    if let Some(at) = arguments.iter().position(|text| text == "--soak") {
        let minutes = arguments.get(at + 1).and_then(|text| text.parse().ok());
        let minutes: f64 = minutes.expect("--soak needs a number of minutes");
        return soak::run(Duration::from_secs_f64(minutes * 60.0));
    }
    let has = |flag: &str| arguments.iter().any(|text| text == flag);
    let is_checked = has("--check");
    let scale = if has("--short") {
        Scale::Short
    } else {
        Scale::Full
    };
    let wanted = arguments.iter().find(|text| !text.starts_with("--"));
    let (mut broken, mut slow) = (Vec::new(), Vec::new());
    println!("{}", measure::heading());
    for load in LOADS {
        if wanted.is_some_and(|wanted| !load.name.contains(&**wanted)) {
            continue;
        }
        let setup = (load.setup)(scale);
        let server = Server::start(&setup);
        let figures = measure::watch(&server, setup.patience, |server| (load.run)(server, scale));
        println!("{:<28} {figures}", load.name);
        let named = |words: String| format!("{}: {words}", load.name);
        broken.extend(figures.broken().into_iter().map(named));
        slow.extend(figures.slow().into_iter().map(named));
        if server.log().contains("panicked") {
            broken.push(format!("{}: a panic: {}", load.name, server.log()));
        }
    }
    slow.iter().for_each(|words| println!("slow    {words}"));
    broken.iter().for_each(|words| println!("broken  {words}"));
    match is_checked && !broken.is_empty() {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

/// Starts this program again with as many descriptors as it may have: a load needs thousands.
fn raise_descriptors() {
    let error = Command::new("sh")
        .args(["-c", "ulimit -Sn \"$(ulimit -Hn)\"; exec \"$@\"", "sh"])
        .args(env::args_os())
        .env(RAISED, "1")
        .exec();
    panic!("no shell: {error}");
}
