//! Clients that send slowly, or not at all, are not waited for.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use crate::harness::Server;

/// What a request begins with that is answered before its body is read.
const UNREAD: [&str; 4] = [
    "POST /nothing HTTP/1.1\r\nhost: localhost\r\n",
    "TRACE /api/users/@me/ HTTP/1.1\r\nhost: localhost\r\n",
    "OPTIONS /e/ HTTP/1.1\r\nhost: localhost\r\n",
    "POST /admin/login HTTP/1.1\r\nhost: elsewhere.example\r\n",
];

/// Sends `start`, then `rest` again and again until the server hangs up. Returns its answer.
fn ask(server: &Server, start: &str, rest: &str) -> String {
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let step = Duration::from_millis(200);
    socket.set_read_timeout(Some(step)).unwrap();
    socket.write_all(start.as_bytes()).unwrap();
    let (began, mut answer, mut chunk) = (Instant::now(), Vec::new(), [0; 4096]);
    loop {
        match socket.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => answer.extend(&chunk[..count]),
            Err(_) if socket.write_all(rest.as_bytes()).is_err() => break,
            Err(_) => assert!(
                began.elapsed() < Duration::from_secs(15),
                "{start:?} is waited for, {} bytes were answered",
                answer.len()
            ),
        }
    }
    String::from_utf8(answer).unwrap()
}

#[test]
fn a_request_that_does_not_come_is_answered_408_and_the_connection_closed() {
    let server = Server::with(&["--request-timeout", "1"]);
    let body = r#"{"type":"invalid_request","code":"request_timeout","detail":"Request body did not come in time.","attr":null}"#;
    let late = |start: String, rest: &str, body: &str| {
        let answer = ask(&server, &start, rest);
        assert!(answer.starts_with("HTTP/1.1 408 "), "{start:?}: {answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
        assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{answer}");
    };
    thread::scope(|scope| {
        for path in [
            "/e/",
            "/batch",
            "/s/",
            "/i/v1/analytics/events",
            "/flags/",
            "/api/users/@me/",
        ] {
            let start =
                move |more: &str| format!("POST {path} HTTP/1.1\r\nhost: localhost\r\n{more}");
            scope.spawn(move || late(start(""), "", ""));
            scope.spawn(move || late(start("content-length: 5\r\n\r\n{"), "", body));
            scope.spawn(move || late(start("content-length: 5000\r\n\r\n{"), " ", body));
            scope.spawn(move || late(start("transfer-encoding: chunked\r\n\r\n5\r\n{"), "", body));
        }
    });
    assert_eq!(server.get("/api/users/@me/").status, 200);
}

#[test]
fn a_body_that_nobody_reads_is_not_waited_for() {
    let server = Server::start();
    thread::scope(|scope| {
        for start in UNREAD {
            for body in [
                "content-length: 5\r\n\r\n{",
                "transfer-encoding: chunked\r\n\r\n5\r\n{",
            ] {
                let server = &server;
                scope.spawn(move || {
                    let answer = ask(server, &format!("{start}{body}"), "");
                    assert!(
                        answer.contains("connection: close\r\n"),
                        "{start:?}: {answer}"
                    );
                });
            }
        }
    });
}

#[test]
fn a_body_in_broken_pieces_is_told_so() {
    let server = Server::start();
    let answer = ask(
        &server,
        "POST /e/ HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "",
    );
    let body = r#"{"type":"invalid_request","code":"parse_error","detail":"Request body cannot be read.","attr":null}"#;
    assert!(
        answer.starts_with("HTTP/1.1 400 ") && answer.ends_with(body),
        "{answer}"
    );
}

/// Clients such as those of SDKs send all of a request before they read.
#[test]
fn a_client_that_sends_a_body_too_long_for_seconds_can_read_its_response() {
    let server = Server::start();
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let head = "POST /i/v1/logs?token=phc_main HTTP/1.1\r\nhost: localhost\r\ncontent-length: 20971521\r\n\r\n";
    socket.write_all(head.as_bytes()).unwrap();
    for _ in 0..4 {
        thread::sleep(Duration::from_millis(500));
        socket.write_all(&[b' '; 1024]).unwrap(); // fails after the server has closed the connection
    }
    let mut start = [0; 12];
    socket.read_exact(&mut start).unwrap();
    assert_eq!(start.as_slice(), b"HTTP/1.1 413");
}
