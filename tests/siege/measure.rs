//! What a load does to the server and to others meanwhile: memory, the health check, a well-behaved client.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::{
    client::{Client, Outcome, Outcomes},
    echo,
    server::{DEFINITION, Server},
};

/// More memory than this and the server is killed, in bytes: the machine has other things to do.
const MACHINE_LIMIT: u64 = 8 << 30;

/// How often the memory is read.
const SAMPLE: Duration = Duration::from_millis(20);

/// How long memory may take to go back after a load.
pub const SETTLE: Duration = Duration::from_secs(10);

/// How often each well-behaved client asks.
const HEALTH: Duration = Duration::from_millis(25);
const READS: Duration = Duration::from_millis(50);
const WRITES: Duration = Duration::from_millis(100);

/// How much more a debug build takes, in MiB: its code and its stacks are larger.
const DEBUG: u64 = if cfg!(debug_assertions) { 32 } else { 0 };

/// The bounds: the program itself, the default `--body-memory`, and two places to hash passwords. What connections and responses
/// may take beside that (the security page has it) is measured by tests of its own: no load here needs all of it.
pub const PEAK_BOUND: u64 = (64 + 256 + 2 * 19 + DEBUG) << 20;
pub const REST_BOUND: u64 = (64 + DEBUG) << 20;
pub const HEALTH_BOUND: Duration = Duration::from_millis(50);
pub const CLIENT_BOUND: Duration = Duration::from_secs(1);

/// How long requests took, and how they ended.
#[derive(Default)]
pub struct Latencies {
    times: Vec<Duration>,
    /// The responses.
    pub outcomes: Outcomes,
}

impl Latencies {
    /// The time that 99 of 100 requests stay below.
    pub fn p99(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort();
        let last = times.len().saturating_sub(1);
        times.get(last * 99 / 100).copied().unwrap_or_default()
    }

    /// Requests that had another response than 200.
    pub fn failures(&self) -> usize {
        let all: usize = self.outcomes.0.values().sum();
        all - self.outcomes.count(Outcome::Status(200))
    }
}

/// What one load did.
pub struct Figures {
    pub start: u64,
    pub peak: u64,
    pub rest: u64,
    /// Of the [`echo`].
    pub machine: Latencies,
    pub health: Latencies,
    pub reads: Latencies,
    pub writes: Latencies,
    pub outcomes: Outcomes,
    pub took: Duration,
    pub stopped: bool,
    pub alive: bool,
}

/// Runs `load` on `server` while others ask it for the usual things, and wait for each response at most for `patience`.
pub fn watch(
    server: &Server,
    patience: Duration,
    load: impl FnOnce(&Server) -> Outcomes,
) -> Figures {
    let over = AtomicBool::new(false);
    let patch = r#"{"description":"changed while under siege"}"#;
    let start = server.resident();
    let echo = echo::start();
    thread::scope(|scope| {
        scope.spawn(|| protect(server, &over));
        let client = server.client().patient(patience);
        let ask = |every, request: fn(&Client, &str) -> Outcome| {
            let (client, over) = (client.clone(), &over);
            scope.spawn(move || schedule(every, over, || request(&client, patch)))
        };
        let machine = scope.spawn(|| schedule(HEALTH, &over, || echo::ask(echo)));
        let health = ask(HEALTH, |client, _| client.get("/_health"));
        let reads = ask(READS, |client, _| client.keyed("GET", DEFINITION, None));
        let writes = ask(WRITES, |client, patch| {
            client.keyed("PATCH", DEFINITION, Some(patch))
        });
        thread::sleep(HEALTH * 4); // all are at work when the load begins
        let begun = Instant::now();
        let outcomes = load(server);
        let took = begun.elapsed();
        over.store(true, Ordering::Relaxed);
        let [machine, health, reads, writes] = [machine, health, reads, writes]
            .map(|client| client.join().expect("a client ends well"));
        Figures {
            start,
            rest: settled(server),
            peak: server.peak(),
            machine,
            health,
            reads,
            writes,
            outcomes,
            took,
            stopped: server.stopped.load(Ordering::Relaxed),
            alive: server.is_alive(),
        }
    })
}

/// Kills the server before it takes the machine down.
fn protect(server: &Server, over: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        if server.resident() > MACHINE_LIMIT {
            server.stop();
        }
        thread::sleep(SAMPLE);
    }
}

/// Asks every so often until all is over.
///
/// While a request takes longer than that, those that were due meanwhile are not sent, but count as if they had waited for
/// it: otherwise the longest stall is a single slow request among hundreds, and no percentile shows it.
fn schedule(every: Duration, over: &AtomicBool, ask: impl Fn() -> Outcome) -> Latencies {
    let mut found = Latencies::default();
    while !over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        found.outcomes.add(ask());
        let mut took = begun.elapsed();
        found.times.push(took);
        thread::sleep(every.saturating_sub(took));
        while took > every {
            took -= every;
            found.times.push(took);
        }
    }
    found
}

/// The memory once it is below the bound, or after [`SETTLE`].
fn settled(server: &Server) -> u64 {
    let begun = Instant::now();
    while server.resident() > REST_BOUND && begun.elapsed() < SETTLE {
        thread::sleep(SAMPLE);
    }
    server.resident()
}

impl Figures {
    /// The bounds that hold on any machine and do not: memory, statuses, whether others were served.
    pub fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut check = |holds: bool, words: String| {
            if !holds {
                broken.push(words);
            }
        };
        check(!self.stopped, "killed above 8 GiB".into());
        check(self.alive, "the server died".into());
        let over = |what, size, bound| format!("{what} {} MiB > {} MiB", mib(size), mib(bound));
        check(self.peak <= PEAK_BOUND, over("peak", self.peak, PEAK_BOUND));
        check(
            self.rest <= REST_BOUND,
            over("afterwards", self.rest, REST_BOUND),
        );
        for (who, found) in self.clients() {
            check(
                found.failures() == 0,
                format!("{who} not served: {}", found.outcomes),
            );
        }
        let fatal = self.outcomes.count(Outcome::Status(500));
        check(fatal == 0, format!("{fatal} responses were 500"));
        broken
    }

    /// The times that are above the goal. Not for a test: any machine can be busy.
    pub fn slow(&self) -> Vec<String> {
        let bounds = [HEALTH_BOUND, CLIENT_BOUND, CLIENT_BOUND];
        let slow = self
            .clients()
            .into_iter()
            .zip(bounds)
            .filter(|((_, found), bound)| found.p99() > *bound);
        slow.map(|((who, found), _)| format!("{who} p99 {:?}", found.p99()))
            .collect()
    }

    fn clients(&self) -> [(&'static str, &Latencies); 3] {
        [
            ("health checks", &self.health),
            ("reads", &self.reads),
            ("writes", &self.writes),
        ]
    }
}

/// The head of the table.
pub fn heading() -> String {
    format!(
        "{:<28} {:>6} {:>6} {:>6} {:>8} {:>8} {:>8} {:>8} {:>6}  {}",
        "load",
        "start",
        "peak",
        "after",
        "machine",
        "health",
        "GET",
        "PATCH",
        "took",
        "responses to the load"
    )
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let peak = match self.stopped {
            true => format!(">{}", mib(MACHINE_LIMIT)),
            false => mib(self.peak).to_string(),
        };
        write!(f, "{:>6} {peak:>6} {:>6}", mib(self.start), mib(self.rest))?;
        let machine = [("the machine", &self.machine)];
        for (_, found) in machine.into_iter().chain(self.clients()) {
            let mark = if found.failures() > 0 { "!" } else { "" };
            let time = format!("{mark}{:.0}ms", found.p99().as_secs_f64() * 1e3);
            write!(f, " {time:>8}")?;
        }
        write!(f, " {:>5.1}s  {}", self.took.as_secs_f64(), self.outcomes)
    }
}

/// `bytes` in MiB, rounded up.
pub fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}
