//! What is read at each scrape.

use prometheus_client::{
    metrics::{
        counter::ConstCounter,
        family::Family,
        gauge::{ConstGauge, Gauge},
    },
    registry::Registry,
};

use super::{Metrics, process};
use crate::{
    domain::{Store, passwords},
    http::State,
};

/// Everything that is read at this moment.
pub fn read(state: &State, metrics: &Metrics) -> Registry {
    let mut sheet = Sheet(Registry::default());
    read_server(&mut sheet, state, metrics);
    read_memory(&mut sheet, state);
    read_database(&mut sheet, &state.store);
    read_process(&mut sheet);
    sheet.0
}

fn read_server(sheet: &mut Sheet, state: &State, metrics: &Metrics) {
    let uptime = metrics.started.elapsed().as_secs_f64();
    sheet.seconds("hoglet_uptime_seconds", "Time since the start", uptime);
    let help = "The most connections at once";
    sheet.gauge("hoglet_connections_max", help, metrics.most_connections);
    let bodies = state.bodies.load();
    let help = "Memory that the bodies of requests take";
    sheet.gauge("hoglet_body_memory_bytes", help, bodies.held);
    let help = "The most that they may take together";
    sheet.gauge("hoglet_body_memory_limit_bytes", help, bodies.limit);
    let help = "Requests refused because bodies took all of their memory";
    sheet.counter("hoglet_body_memory_refusals", help, bodies.refused);
    let help = "Bodies given up while they arrived, for others";
    sheet.counter("hoglet_body_memory_evictions", help, bodies.evicted);
    let hashing = passwords::load();
    let help = "Password hashes being computed";
    sheet.gauge("hoglet_passwords_hashing", help, hashing.running);
    let help = "Passwords that wait to be hashed";
    sheet.gauge("hoglet_passwords_waiting", help, hashing.waiting);
}

fn read_memory(sheet: &mut Sheet, state: &State) {
    let known = state.capture.known();
    sheet.gauges(
        "hoglet_known_names",
        "Definitions that ingestion knows to be in the database",
        "kind",
        [
            ("event", known.events),
            ("property", known.properties),
            ("pair", known.pairs),
        ],
    );
    let recent = state.capture.recent.sizes();
    let help = "Events received since the start, those of a seed file included";
    sheet.counter("hoglet_events_received", help, recent.received);
    let help = "Latest events kept in memory";
    sheet.gauge("hoglet_recent_events", help, recent.kept);
    let help = "Bytes of the latest events kept in memory";
    sheet.gauge("hoglet_recent_events_bytes", help, recent.bytes);
}

fn read_database(sheet: &mut Sheet, store: &Store) {
    let load = store.load();
    sheet.gauges(
        "hoglet_writer_queue_length",
        "Changes that wait for the writer",
        "priority",
        [("usual", load.waiting.usual), ("bulk", load.waiting.bulk)],
    );
    let help = "Connections that read the database";
    sheet.gauge("hoglet_readers", help, load.readers);
    let help = "Those of them that are in use";
    sheet.gauge("hoglet_readers_busy", help, load.readers_busy);
    sheet.gauges(
        "hoglet_taxonomy_index_entries",
        "Definitions in the index in memory",
        "kind",
        [
            ("event", load.indexed_events),
            ("property", load.indexed_properties),
        ],
    );
    let help = "1 while changes can be written, otherwise 0";
    let is_writable = u8::from(store.condition().is_ok());
    sheet.gauge("hoglet_database_writable", help, is_writable);
    let contents = match store.contents() {
        Ok(contents) => contents,
        Err(error) => return tracing::debug!("metrics lack the contents of the database: {error}"),
    };
    let help = "Size of the database file";
    sheet.gauge("hoglet_database_size_bytes", help, contents.bytes);
    let help = "Room in it that `hoglet compact` gives back";
    sheet.gauge("hoglet_database_free_bytes", help, contents.free_bytes);
    if let Some(bytes) = contents.wal_bytes {
        let help = "Size of the write-ahead log beside it";
        sheet.gauge("hoglet_database_wal_size_bytes", help, bytes);
    }
    sheet.gauges(
        "hoglet_definitions",
        "Definitions in the database, of all projects",
        "kind",
        [
            ("event", contents.events),
            ("property", contents.properties),
        ],
    );
}

/// What every program shows, by the usual names. What the system does not say is left out.
fn read_process(sheet: &mut Sheet) {
    let help = "Processor time used";
    sheet.counter("process_cpu_seconds", help, process::cpu_seconds());
    if let Some(memory) = process::memory() {
        let help = "Memory in use";
        sheet.gauge("process_resident_memory_bytes", help, memory.resident);
        let help = "Addresses in use";
        sheet.gauge("process_virtual_memory_bytes", help, memory.addresses);
    }
    if let Some(open) = process::open_files() {
        sheet.gauge("process_open_fds", "Open file descriptors", open);
    }
    if let Some(most) = process::most_files() {
        let help = "The most file descriptors";
        sheet.gauge("process_max_fds", help, most);
    }
}

/// What was read.
struct Sheet(Registry);

impl Sheet {
    fn gauge<N: TryInto<i64>>(&mut self, name: &str, help: &str, value: N) {
        self.0.register(name, help, ConstGauge::new(whole(value)));
    }

    /// One gauge for each value of `label`.
    fn gauges<N: TryInto<i64>, const COUNT: usize>(
        &mut self,
        name: &str,
        help: &str,
        label: &'static str,
        values: [(&'static str, N); COUNT],
    ) {
        let family = Family::<[(&str, &str); 1], Gauge>::default();
        for (of, value) in values {
            family.get_or_create(&[(label, of)]).set(whole(value));
        }
        self.0.register(name, help, family);
    }

    fn seconds(&mut self, name: &str, help: &str, value: f64) {
        self.0.register(name, help, ConstGauge::new(value));
    }

    /// A counter; `_total` is added to its name.
    fn counter<N>(&mut self, name: &str, help: &str, value: N)
    where
        ConstCounter<N>: prometheus_client::registry::Metric,
    {
        self.0.register(name, help, ConstCounter::new(value));
    }
}

fn whole<N: TryInto<i64>>(value: N) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}
