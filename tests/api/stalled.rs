//! Clients that do not read their answers, or do not go on with what they began, are disconnected.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::harness::Server;

/// How many clients ask for a large list and do not read it.
const STALLED: usize = 40;

/// The largest file that everyone may read.
const SCRIPT: &str = "/static/vendor/rapidoc-9.3.8/rapidoc-min.js";

fn connect(server: &Server) -> TcpStream {
    let socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let limit = Some(Duration::from_secs(30));
    socket.set_read_timeout(limit).unwrap();
    socket
}

/// A connection on which `path` was asked for `times` times.
fn asking(server: &Server, path: &str, times: usize) -> TcpStream {
    let mut socket = connect(server);
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer phx_ada\r\n\r\n");
    socket.write_all(request.repeat(times).as_bytes()).unwrap();
    socket
}

/// How many bytes come until the connection ends, either way.
fn rest(socket: &mut TcpStream) -> usize {
    let (mut count, mut chunk) = (0, vec![0; 1 << 16]);
    loop {
        match socket.read(&mut chunk) {
            Ok(0) => return count,
            Ok(length) => count += length,
            Err(error) => {
                let is_end = error.kind() == std::io::ErrorKind::ConnectionReset;
                assert!(is_end, "after {count} bytes: {error}");
                return count;
            }
        }
    }
}

/// Waits until the server has logged that it closed `count` connections.
fn closed(server: &Server, count: usize) {
    let start = Instant::now();
    while server.log().matches("connection closed").count() < count {
        assert!(start.elapsed() < Duration::from_secs(30), "none is closed");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_client_that_reads_nothing_is_disconnected() {
    let server = Server::with(&["--request-timeout", "1", "--log", "hoglet=debug"]);
    let length = server.ask("GET", SCRIPT).send().text.len();
    let mut socket = asking(&server, SCRIPT, 64);
    closed(&server, 1);
    assert!(rest(&mut socket) < 64 * length);
}

#[test]
fn a_client_that_reads_slowly_is_served() {
    let server = Server::with(&["--request-timeout", "1"]);
    let length = server.ask("GET", SCRIPT).send().text.len();
    let mut socket = asking(&server, SCRIPT, 16);
    let (mut count, mut chunk, start) = (0, vec![0; 1 << 18], Instant::now());
    while start.elapsed() < Duration::from_secs(4) {
        count += socket.read(&mut chunk).unwrap();
        thread::sleep(Duration::from_millis(100));
    }
    assert!(count < 15 * length, "{count} bytes are read too quickly");
    let rest = rest(&mut socket); // which ends because nothing more is asked
    assert!(count + rest > 16 * length, "{count} + {rest}");
}

#[test]
fn a_second_head_that_does_not_end_is_not_waited_for() {
    let server = Server::with(&["--request-timeout", "1"]);
    let mut socket = asking(&server, "/_livez", 1);
    let mut chunk = [0; 4096];
    assert!(socket.read(&mut chunk).unwrap() > 0);
    let start = Instant::now();
    socket.write_all(b"GET /_livez HTTP/1.1\r\n").unwrap();
    socket
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    loop {
        match socket.read(&mut chunk) {
            Ok(0) => break,
            Ok(_) => panic!("there is nothing to answer"),
            Err(_) if socket.write_all(b"x: y\r\n").is_err() => break,
            Err(_) => assert!(
                start.elapsed() < Duration::from_secs(20),
                "it is waited for"
            ),
        }
    }
}

#[test]
fn responses_that_nobody_reads_are_kept_only_within_a_bound() {
    let names: Vec<_> = (0..20_000)
        .map(
            |n| json!({"project": "main", "name": format!("{n:0>100}"), "property_type": "String"}),
        )
        .collect();
    let seed = json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 1}],
        "personal_api_keys": [{"ref": "K", "user": "ada", "scopes": ["*"], "value": "phx_ada"}],
        "property_definitions": names,
    });
    // On a busy machine the lists hold the readers for longer than the usual two seconds.
    let server = Server::seeded(&seed, &["--log", "hoglet=debug", "--queue-timeout", "60"]);
    let list = "/api/projects/1/property_definitions/?limit=20000";
    let length = rest(&mut asking(&server, list, 1)) as u64 >> 20;
    assert!(length >= 6, "{length} MiB");
    let mut stalled = Vec::new();
    for _ in 0..STALLED {
        stalled.push(asking(&server, list, 1));
        let answer = server.get("/api/users/@me/");
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    // Each is refused, or disconnected to make room for another, or kept.
    let refused = stalled.iter_mut().map(status);
    let refused = refused.filter(|status| *status == Some(503)).count();
    let disconnected = server.log().matches("connection closed").count();
    let kept = STALLED - refused - disconnected;
    assert!(
        kept as u64 * length <= 64,
        "{kept} responses of {length} MiB are kept, {refused} refused"
    );
    assert!(kept > 0, "none is kept");
}

/// The status of the response that begins to arrive; none of a connection that was reset.
fn status(socket: &mut TcpStream) -> Option<u16> {
    let mut start = [0; 12];
    match socket.read_exact(&mut start) {
        Ok(()) => str::from_utf8(&start[9..]).unwrap().parse().ok(),
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::WouldBlock, "no response came");
            None
        }
    }
}
