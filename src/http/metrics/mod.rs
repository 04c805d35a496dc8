//! `--metrics`: what the server counts, in Prometheus' text format, at an address of its own.
//!
//! Requests, connections and what the database does are counted where they happen, into counters that exist only with this
//! option. Everything else, such as lengths of queues and sizes of caches, is read at each scrape ([`readings`]).
//!
//! The number of series has a bound: the labels are methods and routes of the route table, statuses, and reasons from this
//! program. What clients choose freely never becomes a label.

mod process;
mod readings;
mod scrape;

pub use scrape::answer;

use std::time::{Duration, Instant};

use actix_web::http::{Method, StatusCode};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram, info::Info},
    registry::Registry,
};

use super::connections::ConnectionMetrics;
use crate::domain::Store;

/// The route of requests to paths that are not in the route table.
const UNROUTED: &str = "unrouted";

/// The buckets of the time until a response is ready, in seconds: a list from memory takes less than the first, a hashed
/// password about 50 ms, and a request that waits for its turn two seconds.
const SECONDS: [f64; 13] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// The reasons of a 429.
const TOO_MANY: [&str; 4] = ["rate_limit", "share_passwords", "logins", "fault"];

/// The reasons of a 503.
const TOO_LITTLE: [&str; 15] = [
    "body_memory",
    "response_memory",
    "long_lists",
    "password_hashing",
    "database_busy",
    "database_locked",
    "disk_full",
    "disk_unwritable",
    "file_gone",
    "not_ready",
    "stopping",
    "fault",
    "removed",
    "waiting",
    "streams",
];

/// What is counted while the server runs.
pub struct Metrics {
    registry: Registry,
    requests: Family<AnswerLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    bytes: Family<RouteLabels, Counter>,
    refusals: Family<RefusalLabels, Counter>,
    /// Counts connections.
    pub connections: ConnectionMetrics,
    /// The most connections at once.
    most_connections: usize,
    started: Instant,
}

/// A request whose response is ready.
pub struct Answered<'a> {
    pub method: &'a Method,
    pub route: Option<&'static str>,
    pub status: StatusCode,
    /// What there was too little, or too many, of.
    pub reason: Option<&'static str>,
    pub time: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnswerLabels {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RefusalLabels {
    status: u16,
    reason: &'static str,
}

impl Metrics {
    /// Counts from now on what a server with this database does, which has at most so many connections.
    pub fn new(store: &Store, most_connections: usize) -> Metrics {
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        let mut metrics = Metrics {
            registry: Registry::with_prefix("hoglet"),
            requests: Family::default(),
            durations: Family::new_with_constructor(histogram),
            bytes: Family::default(),
            refusals: Family::default(),
            connections: ConnectionMetrics::default(),
            most_connections,
            started: Instant::now(),
        };
        // The first refusal shows as an increase.
        for labels in refusals() {
            drop(metrics.refusals.get_or_create(&labels));
        }
        metrics.register(store);
        metrics
    }

    fn register(&mut self, store: &Store) {
        let registry = &mut self.registry;
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The version of hoglet", build);
        let help = "Requests answered, by method, route and status";
        registry.register("http_requests", help, self.requests.clone());
        let help = "Time from the head of a request until its response is ready";
        registry.register(
            "http_request_duration_seconds",
            help,
            self.durations.clone(),
        );
        let help = "Bytes of response bodies handed to the network";
        registry.register("http_response_bytes", help, self.bytes.clone());
        let help = "Requests answered with 429 or 503, by reason";
        registry.register("http_refusals", help, self.refusals.clone());
        let connections = &self.connections;
        let help = "Connections that are open";
        registry.register("connections", help, connections.open.clone());
        let help = "Connections accepted";
        registry.register("connections_accepted", help, connections.accepted.clone());
        let help = "Connections refused because there was no place";
        registry.register("connections_refused", help, connections.refused.clone());
        let Some(store) = store.metrics() else {
            return;
        };
        let help = "Changes committed together; 0 if only uses of keys and views were noted";
        registry.register("writer_batch_size", help, store.batch_size.clone());
        let help = "Time of a commit, with its flush to the disk";
        registry.register("writer_commit_seconds", help, store.commit.clone());
        let help = "Changes refused because the database could not take them, by reason";
        registry.register("writes_refused", help, store.refused.clone());
        let help = "Time that a read waited for a connection to the database";
        registry.register("reader_wait_seconds", help, store.reader_wait.clone());
    }

    /// Counts a request. Returns what counts the bytes of its response, if it has a body.
    pub fn count(&self, answered: &Answered) -> Option<Counter> {
        let method = method(answered.method);
        let route = answered.route.unwrap_or(UNROUTED);
        let status = answered.status.as_u16();
        let labels = AnswerLabels {
            method,
            route,
            status,
        };
        self.requests.get_or_create(&labels).inc();
        if matches!(status, 429 | 503) {
            let reason = answered.reason.unwrap_or_default();
            let labels = RefusalLabels { status, reason };
            debug_assert!(refusals().any(|known| known == labels), "{labels:?}");
            self.refusals.get_or_create(&labels).inc();
        }
        let labels = RouteLabels { method, route };
        let seconds = answered.time.as_secs_f64();
        self.durations.get_or_create(&labels).observe(seconds);
        let has_body = answered.method != Method::HEAD;
        has_body.then(|| self.bytes.get_or_create_owned(&labels))
    }
}

fn refusals() -> impl Iterator<Item = RefusalLabels> {
    let labels = |status| move |reason| RefusalLabels { status, reason };
    let too_many = TOO_MANY.into_iter().map(labels(429));
    too_many.chain(TOO_LITTLE.into_iter().map(labels(503)))
}

/// A method as a label; clients may invent others.
fn method(method: &Method) -> &'static str {
    const KNOWN: [&str; 8] = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
    ];
    let known = KNOWN.into_iter().find(|known| *known == method.as_str());
    known.unwrap_or("other")
}
