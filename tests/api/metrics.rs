//! `--metrics`: what is counted, where it is served, and what clients there can do.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::json;

use crate::{
    harness::{Answer, Ask, Server},
    viewer::locks::{protect, submit},
};

const DEFINITIONS: &str = "/api/projects/1/property_definitions/";
const INSIGHTS: &str = "/api/projects/1/insights/";
const INSIGHT: &str = "/api/projects/1/insights/1/sharing";
const GUIDE: &str = include_str!("../../static/docs/guide.html");

/// A server that shows metrics.
pub fn start(arguments: &[&str]) -> Server {
    Server::with(&[&["--metrics", "127.0.0.1:0"], arguments].concat())
}

/// Where the metrics of `server` are: `127.0.0.1:PORT`.
fn address(server: &Server) -> String {
    let log = server.log();
    let (_, rest) = log.split_once("metrics are at http://").expect(&log);
    rest.split_once("/metrics").unwrap().0.to_owned()
}

fn ask(server: &Server, method: &str, path: &str) -> Answer {
    Ask::new(method, format!("http://{}{path}", address(server))).send()
}

/// The samples at one moment, a line each: `name{label="value"} 1`.
struct Samples(Vec<String>);

impl Samples {
    #[track_caller]
    fn of(server: &Server) -> Samples {
        let answer = ask(server, "GET", "/metrics");
        assert_eq!(answer.status, 200, "{}", answer.text);
        let lines = answer.text.lines().filter(|line| !line.starts_with('#'));
        Samples(lines.map(str::to_owned).collect())
    }

    /// The sum of the samples called `name` that have all of these labels, such as `status="200"`.
    #[track_caller]
    fn sum(&self, name: &str, labels: &[&str]) -> f64 {
        let lines = self.0.iter().filter(|line| {
            let named = line.split(['{', ' ']).next() == Some(name);
            named && labels.iter().all(|label| line.contains(label))
        });
        let value = |line: &String| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap();
        lines.map(value).sum()
    }
}

/// Waits until a figure is as it should be.
#[track_caller]
pub fn until(server: &Server, name: &str, labels: &[&str], is_right: impl Fn(f64) -> bool) {
    let start = Instant::now();
    loop {
        let samples = Samples::of(server);
        let value = samples.sum(name, labels);
        if is_right(value) {
            return;
        }
        let is_over = start.elapsed() > Duration::from_secs(30);
        assert!(!is_over, "{name}: {value}\n{}", samples.0.join("\n"));
    }
}

/// Checks how many requests were refused for `reason`, which the guide explains.
#[track_caller]
fn assert_refused(server: &Server, status: u16, reason: &str, count: f64) {
    let labels = [
        format!("status=\"{status}\""),
        format!("reason=\"{reason}\""),
    ];
    let samples = Samples::of(server);
    let found = samples.sum("hoglet_http_refusals_total", &[&labels[0], &labels[1]]);
    assert_eq!(found, count, "{reason}: {}", samples.0.join("\n"));
    let (_, reasons) = GUIDE.split_once("<h3 id=\"refusals\">").unwrap();
    assert!(
        reasons.contains(&format!("<code>{reason}</code>")),
        "{reason}"
    );
}

#[test]
fn metrics_are_served_at_their_own_address_only() {
    let server = start(&[]);
    let answer = ask(&server, "GET", "/metrics");
    assert_eq!(answer.status, 200);
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    assert_eq!(answer.header("content-type"), kind);
    let head = ask(&server, "HEAD", "/metrics");
    assert_eq!((head.status, &*head.text), (200, ""));
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/metrics/"),
        ("GET", "/metrics2"),
        ("GET", DEFINITIONS),
        ("GET", "/_livez"),
        ("POST", "/metrics"),
        ("DELETE", "/metrics"),
    ] {
        assert_eq!(ask(&server, method, path).status, 404, "{method} {path}");
    }
    assert_eq!(ask(&server, "GET", "/metrics?a=b").status, 200);
    assert_eq!(server.ask("GET", "/metrics").send().status, 404);
    let without = Server::start();
    assert_eq!(without.ask("GET", "/metrics").send().status, 404);
    assert!(!without.log().contains("metrics"), "{}", without.log());
}

#[test]
fn requests_are_counted_by_method_route_and_status() {
    let server = start(&[]);
    let listed = server.get(DEFINITIONS);
    server
        .get("/api/environments/1/property_definitions")
        .ok(200);
    server.ask("GET", DEFINITIONS).send().ok(401);
    server.ask("HEAD", DEFINITIONS).key("phx_ada").send();
    server.post(INSIGHTS, json!({"name": "counted"})).ok(201);
    let samples = Samples::of(&server);
    let route = "route=\"/api/projects/{project_id}/property_definitions\"";
    let requests = |labels: &[&str]| samples.sum("hoglet_http_requests_total", labels);
    assert_eq!(requests(&[route, "method=\"GET\"", "status=\"200\""]), 2.0);
    assert_eq!(requests(&[route, "method=\"GET\"", "status=\"401\""]), 1.0);
    assert_eq!(requests(&[route, "method=\"HEAD\"", "status=\"200\""]), 1.0);
    assert_eq!(requests(&["method=\"POST\"", "status=\"201\""]), 1.0);
    assert_eq!(requests(&[]), 5.0);
    let times = |suffix: &str, labels: &[&str]| {
        samples.sum(
            &format!("hoglet_http_request_duration_seconds_{suffix}"),
            labels,
        )
    };
    assert_eq!(times("count", &[route, "method=\"GET\""]), 3.0);
    assert_eq!(
        times("bucket", &[route, "method=\"GET\"", "le=\"+Inf\""]),
        3.0
    );
    assert!(times("sum", &[route]) > 0.0);
    let bytes = |method: &str| samples.sum("hoglet_http_response_bytes_total", &[route, method]);
    assert!(bytes("method=\"GET\"") > 2.0 * listed.text.len() as f64);
    assert_eq!(bytes("method=\"HEAD\""), 0.0);
}

#[test]
fn what_clients_invent_does_not_become_a_label() {
    let server = start(&[]);
    for number in 0..30 {
        server.ask("GET", &format!("/secret{number}")).send();
        server.ask(&format!("BREW{number}"), "/api/secret").send();
        server.ask("GET", &format!("/shared/secret{number}")).send();
        server
            .ask("POST", "/api/secret.json")
            .body("", "secret")
            .send();
    }
    server.ask("GET", "/docs/docs.css").send();
    let samples = Samples::of(&server);
    let series = samples.0.iter();
    let series = series.filter(|line| line.starts_with("hoglet_http_requests_total"));
    let series: Vec<_> = series.collect();
    assert_eq!(samples.sum("hoglet_http_requests_total", &[]), 121.0);
    assert_eq!(
        samples.sum("hoglet_http_requests_total", &["unrouted"]),
        91.0
    );
    assert_eq!(samples.sum("hoglet_http_requests_total", &["other"]), 30.0);
    assert_eq!(series.len(), 5, "{series:#?}");
    let text = samples.0.join("\n");
    assert!(!text.contains("secret"), "{text}");
}

#[test]
fn refusals_are_counted_by_reason() {
    let server = start(&["--rate-limit", "2/100", "--lab"]);
    for _ in 0..5 {
        server.get(DEFINITIONS);
    }
    assert_refused(&server, 429, "rate_limit", 3.0);
    for _ in 0..12 {
        let login = server.ask("POST", "/admin/login");
        login.json(json!({"secret": "wrong"})).send();
    }
    assert_refused(&server, 429, "logins", 2.0);
    for (status, path) in [
        (429, DEFINITIONS),
        (503, "/e/"),
        (503, "/i/v1/analytics/events"),
    ] {
        let faults = server.ask("POST", "/_lab/faults/");
        let rule = json!({"path": path, "status": status, "times": 1});
        faults.json(rule).send().ok(201);
        let method = if path == DEFINITIONS { "GET" } else { "POST" };
        assert_eq!(server.ask(method, path).send().status, status);
    }
    assert_refused(&server, 429, "fault", 1.0);
    assert_refused(&server, 503, "fault", 2.0);
    let limited = start(&[]);
    let path = format!("/shared/{}", protect(&limited, INSIGHT));
    for _ in 0..13 {
        submit(&limited, &path, "wrong");
    }
    assert_refused(&limited, 429, "share_passwords", 3.0);
}

#[test]
fn a_database_that_another_program_locks_shows_in_queue_and_refusals() {
    let server = start(&["--queue-timeout", "2"]);
    let writable = || Samples::of(&server).sum("hoglet_database_writable", &[]);
    assert_eq!(writable(), 1.0);
    let other = Connection::open(server.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let refused = server.post(INSIGHTS, json!({"name": "refused"}));
                assert_eq!(refused.status, 503, "{}", refused.text);
            });
        }
        let queue = ["priority=\"usual\""];
        until(&server, "hoglet_writer_queue_length", &queue, |length| {
            length == 3.0
        });
    });
    until(&server, "hoglet_database_writable", &[], |value| {
        value == 0.0
    });
    assert_eq!(server.ask("GET", "/_readyz").send().status, 503);
    assert_refused(&server, 503, "not_ready", 1.0);
    assert_refused(&server, 503, "database_busy", 3.0);
    let samples = Samples::of(&server);
    let refused = samples.sum("hoglet_writes_refused_total", &["reason=\"database_busy\""]);
    assert_eq!(refused, 3.0);
    assert_eq!(samples.sum("hoglet_writer_queue_length", &[]), 0.0);
    other.execute_batch("ROLLBACK").unwrap();
    until(&server, "hoglet_database_writable", &[], |value| {
        value == 1.0
    });
}

#[test]
fn the_database_and_its_caches_are_measured() {
    let server = start(&[]);
    let before = Samples::of(&server);
    let event = json!({"api_key": "phc_main", "event": "never seen", "distinct_id": "d",
        "properties": {"never seen": 1, "not seen either": true}});
    server.ask("POST", "/e/").json(event.clone()).send().ok(200);
    let after = Samples::of(&server);
    let grown = |name: &str, label: &str| after.sum(name, &[label]) - before.sum(name, &[label]);
    assert_eq!(grown("hoglet_events_received_total", ""), 1.0);
    assert_eq!(grown("hoglet_recent_events", ""), 1.0);
    assert!(grown("hoglet_recent_events_bytes", "") > 50.0);
    assert_eq!(grown("hoglet_definitions", "kind=\"event\""), 1.0);
    assert!(grown("hoglet_definitions", "kind=\"property\"") >= 2.0);
    assert_eq!(grown("hoglet_known_names", "kind=\"event\""), 1.0);
    assert!(grown("hoglet_known_names", "kind=\"property\"") >= 2.0);
    assert!(grown("hoglet_known_names", "kind=\"pair\"") >= 2.0);
    assert!(grown("hoglet_writer_batch_size_count", "") >= 1.0);
    assert!(grown("hoglet_writer_batch_size_sum", "") >= 1.0);
    assert!(grown("hoglet_writer_commit_seconds_count", "") >= 1.0);
    assert!(grown("hoglet_writer_commit_seconds_sum", "") > 0.0);
    assert!(grown("hoglet_reader_wait_seconds_count", "") >= 1.0);
    // Known names write nothing.
    server.ask("POST", "/e/").json(event).send().ok(200);
    let again = Samples::of(&server);
    let commits = |samples: &Samples| samples.sum("hoglet_writer_commit_seconds_count", &[]);
    assert_eq!(commits(&again), commits(&after));

    let definitions = server.get(DEFINITIONS).ok(200)["count"].as_f64().unwrap();
    let samples = Samples::of(&server);
    let indexed = samples.sum("hoglet_taxonomy_index_entries", &["kind=\"property\""]);
    assert!(
        indexed > 0.0 && indexed <= definitions,
        "{indexed} of {definitions}"
    );
    let database = Connection::open(server.database()).unwrap();
    let count = "SELECT count(*) FROM property_definition";
    let count: f64 = database.query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(
        samples.sum("hoglet_definitions", &["kind=\"property\""]),
        count
    );
    database
        .execute_batch(
            "DELETE FROM property_definition; CREATE TABLE filler (x);
             INSERT INTO filler VALUES (zeroblob(100000)); DROP TABLE filler",
        )
        .unwrap(); // another process
    let emptied = Samples::of(&server);
    assert_eq!(
        emptied.sum("hoglet_definitions", &["kind=\"property\""]),
        0.0
    );
    assert!(emptied.sum("hoglet_database_free_bytes", &[]) > 0.0);
    let size = emptied.sum("hoglet_database_size_bytes", &[]);
    let pages: f64 = database
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    assert_eq!(size, pages * 4096.0);
    let log = server.database().with_extension("db-wal");
    let log = log.metadata().unwrap().len() as f64;
    assert_eq!(emptied.sum("hoglet_database_wal_size_bytes", &[]), log);
    assert!(emptied.sum("hoglet_readers", &[]) >= emptied.sum("hoglet_readers_busy", &[]));
}

#[test]
fn bodies_connections_and_the_process_are_measured() {
    let server = start(&["--body-memory", "8"]);
    until(&server, "hoglet_connections", &[], |open| open == 0.0);
    let accepted = |samples: &Samples| samples.sum("hoglet_connections_accepted_total", &[]);
    let before = accepted(&Samples::of(&server));
    let head = "POST /e/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: 6000000\r\n\r\n";
    let mut sockets = Vec::new();
    for _ in 0..3 {
        let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
        socket.write_all(head.as_bytes()).unwrap();
        socket.write_all(&vec![b' '; 4_000_000]).unwrap_or_default(); // the server may hang up
        sockets.push(socket);
    }
    until(&server, "hoglet_body_memory_bytes", &[], |held| {
        held >= 4_000_000.0
    });
    until(
        &server,
        "hoglet_body_memory_evictions_total",
        &[],
        |refused| refused >= 1.0,
    );
    until(
        &server,
        "hoglet_http_refusals_total",
        &["reason=\"body_memory\""],
        |it| it >= 1.0,
    );
    let samples = Samples::of(&server);
    assert_eq!(
        samples.sum("hoglet_body_memory_limit_bytes", &[]),
        8.0 * 1024.0 * 1024.0
    );
    assert!(samples.sum("hoglet_body_memory_bytes", &[]) <= 8.0 * 1024.0 * 1024.0);
    assert_eq!(accepted(&samples), before + 3.0);
    assert_eq!(samples.sum("hoglet_connections_max", &[]), 2048.0);
    assert!(samples.sum("process_resident_memory_bytes", &[]) > 1e6);
    assert!(samples.sum("process_open_fds", &[]) > 10.0);
    assert!(samples.sum("process_cpu_seconds_total", &[]) > 0.0);
    assert!(samples.sum("hoglet_uptime_seconds", &[]) > 0.0);
    let idle = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    until(&server, "hoglet_connections", &[], |open| open >= 1.0);
    drop((sockets, idle));
    until(&server, "hoglet_connections", &[], |open| open == 0.0);
    until(&server, "hoglet_body_memory_bytes", &[], |held| held == 0.0);
}

#[test]
fn requests_that_find_no_memory_are_counted() {
    let server = start(&["--lab", "--body-memory", "8", "--queue-timeout", "1"]);
    let slow = json!({"path": "/e/", "delay_ms": 4000});
    let faults = server.ask("POST", "/_lab/faults/");
    faults.json(slow).send().ok(201);
    let send = || {
        server
            .ask("POST", "/e/")
            .body("", " ".repeat(6_000_000))
            .send()
    };
    thread::scope(|scope| {
        scope.spawn(send);
        until(&server, "hoglet_body_memory_bytes", &[], |held| held >= 6e6);
        assert_eq!(send().status, 503); // the other has arrived, and cannot be given up any more
    });
    let samples = Samples::of(&server);
    let refused = samples.sum("hoglet_body_memory_refusals_total", &[]);
    assert_eq!(refused, 1.0);
    assert_refused(&server, 503, "body_memory", 1.0);
}

#[test]
fn password_hashing_shows_its_load() {
    let server = start(&[]);
    let paths = [(); 4].map(|()| {
        let made = server.post(INSIGHTS, json!({"name": "locked"})).ok(201);
        let sharing = format!("{INSIGHTS}{}/sharing", made["id"]);
        format!("/shared/{}", protect(&server, &sharing))
    });
    thread::scope(|scope| {
        for path in paths.iter().cycle().take(40) {
            scope.spawn(|| submit(&server, path, "wrong"));
        }
        until(&server, "hoglet_passwords_hashing", &[], |count| {
            count >= 1.0
        });
        until(&server, "hoglet_passwords_waiting", &[], |count| {
            count >= 1.0
        });
    });
    until(&server, "hoglet_passwords_hashing", &[], |count| {
        count == 0.0
    });
    until(&server, "hoglet_passwords_waiting", &[], |count| {
        count == 0.0
    });
}

#[test]
fn clients_of_the_metrics_cannot_disturb_others() {
    let server = start(&["--max-connections", "16"]);
    let address = address(&server);
    let hold = |bytes: &str| {
        let mut socket = TcpStream::connect(&address).unwrap();
        socket.write_all(bytes.as_bytes()).unwrap_or_default();
        socket
    };
    let asked = "GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut held: Vec<_> = (0..40).map(|_| hold("")).collect();
    held.extend((0..40).map(|_| hold("GET /metrics HTTP/1.1\r\nho")));
    held.extend((0..40).map(|_| hold(&asked.repeat(200)))); // reads nothing
    held.extend(
        (0..40).map(|_| hold("POST /metrics HTTP/1.1\r\ncontent-length: 9000000\r\n\r\nx")),
    );
    for _ in 0..20 {
        server.get(DEFINITIONS).ok(200); // would find no place among theirs
    }
    // Their places are for others after a second at most.
    let start = Instant::now();
    loop {
        let asking = Ask::new("GET", format!("http://{address}/metrics"));
        if let Ok(answer) = asking.try_send()
            && answer.status == 200
        {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(50));
    }
    let samples = Samples::of(&server);
    assert!(samples.sum("hoglet_connections_accepted_total", &[]) <= 22.0);
    drop(held);
}

#[test]
fn the_metrics_end_with_the_server() {
    let server = start(&[]);
    let address = address(&server);
    let mut open = TcpStream::connect(&address).unwrap();
    open.write_all(b"GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    let mut start = [0; 15];
    open.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 200 OK");
    server.stop();
    assert!(TcpStream::connect(&address).is_err());
}
