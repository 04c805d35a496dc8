//! `GET /_lab/events`: events as they come in.

use std::{
    io::{BufRead, BufReader, ErrorKind, Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{capture, start};
use crate::harness::Server;

/// The most streams at once.
const STREAMS: usize = 64;

/// A text that does not fit the buffers of a connection.
const LARGE: usize = 1 << 19;

/// A client of a stream.
pub struct Client {
    lines: BufReader<TcpStream>,
    head: String,
}

/// A server-sent event.
#[derive(Debug, Default, PartialEq)]
pub struct Message {
    pub kind: String,
    pub id: String,
    pub data: String,
}

impl Client {
    /// Opens the stream at `path` and reads the head of the response.
    pub fn open(server: &Server, path: &str, headers: &str) -> Client {
        let mut client = Client::asking(server, path, headers);
        while !client.head.ends_with("\r\n\r\n") {
            assert!(client.lines.read_line(&mut client.head).unwrap() > 0);
        }
        client
    }

    /// Asks for `path` without reading anything. By HTTP 1.0, in which the body is not in chunks.
    fn asking(server: &Server, path: &str, headers: &str) -> Client {
        let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
        let limit = Some(Duration::from_secs(20));
        socket.set_read_timeout(limit).unwrap();
        let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n{headers}\r\n");
        socket.write_all(request.as_bytes()).unwrap();
        Client {
            lines: BufReader::new(socket),
            head: String::new(),
        }
    }

    /// Whether the response is a stream.
    pub fn is_stream(&self) -> bool {
        let head = self.head.to_lowercase();
        head.starts_with("http/1.0 200") && head.contains("content-type: text/event-stream")
    }

    /// The next message.
    pub fn next(&mut self) -> Message {
        let mut message = Message::default();
        loop {
            let mut line = String::new();
            assert!(self.lines.read_line(&mut line).unwrap() > 0, "it has ended");
            let line = line.trim_end_matches('\n');
            match line.split_once(": ") {
                Some(("event", kind)) => message.kind = kind.to_owned(),
                Some(("id", id)) => message.id = id.to_owned(),
                Some(("data", data)) => message.data = data.to_owned(),
                None if line.is_empty() => return message,
                _ => panic!("{line}"),
            }
        }
    }

    /// The id of the next message and the name of its event.
    fn name(&mut self) -> (String, String) {
        let message = self.next();
        let data: Value = serde_json::from_str(&message.data).unwrap();
        (message.id, data["event"].as_str().unwrap().to_owned())
    }

    /// How many bytes come until the stream ends, if it ends as it should.
    pub fn rest(&mut self) -> Option<usize> {
        let mut rest = Vec::new();
        match self.lines.read_to_end(&mut rest) {
            Ok(length) => Some(length),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) => panic!("{error} after {} bytes", rest.len()),
        }
    }
}

fn event(name: &str) -> Value {
    json!({"event": name, "distinct_id": "d"})
}

fn named(id: u64, name: &str) -> (String, String) {
    (id.to_string(), name.to_owned())
}

#[test]
fn events_are_sent_as_they_come_in() {
    let server = start();
    capture(&server, "phc_main", json!([event("before")]));
    let mut client = Client::open(&server, "/_lab/events/", "");
    let head = client.head.to_lowercase();
    for line in [
        "http/1.0 200 ok",
        "content-type: text/event-stream",
        "cache-control: no-store",
        "hoglet-lab: 1",
    ] {
        assert!(head.contains(line), "{line}: {head}");
    }
    let uuid = "0195f3a0-0000-4000-8000-0000000000aa";
    let sent = format!(
        r#"{{"api_key": "phc_side", "event": "told", "distinct_id": "visitor", "uuid": "{uuid}",
           "timestamp": "2026-01-02T03:04:05Z", "properties": {{"a":
           1.50}}}}"#
    );
    let sent = server.ask("POST", "/e/").body("application/json", sent);
    sent.send().ok(200);
    let message = client.next();
    assert_eq!((&*message.kind, &*message.id), ("", "2"));
    let data: Value = serde_json::from_str(&message.data).unwrap();
    assert_eq!(
        data,
        json!({"number": 2, "project": 2, "id": uuid, "distinct_id": "visitor", "properties": {"a": 1.5}, "event": "told",
               "timestamp": "2026-01-02T03:04:05Z"})
    );
    capture(&server, "phc_main", json!([event("b"), event("c")]));
    assert_eq!(client.name(), named(3, "b"));
    assert_eq!(client.name(), named(4, "c"));
}

#[test]
fn a_stream_is_of_a_project_and_of_a_name() {
    let server = start();
    let mut of_project = Client::open(&server, "/_lab/events?project=2", "");
    let mut of_token = Client::open(&server, "/_lab/events?project=phc_side&event=b", "");
    let mut of_name = Client::open(&server, "/_lab/events?event=b", "");
    capture(&server, "phc_main", json!([event("a"), event("b")]));
    capture(&server, "phc_side", json!([event("a"), event("b")]));
    assert_eq!(of_project.name(), named(3, "a"));
    assert_eq!(of_project.name(), named(4, "b"));
    assert_eq!(of_token.name(), named(4, "b"));
    assert_eq!(of_name.name(), named(2, "b"));
    assert_eq!(of_name.name(), named(4, "b"));
}

#[test]
fn a_client_that_comes_again_goes_on_after_the_last_event() {
    let server = start();
    capture(
        &server,
        "phc_main",
        json!([event("a"), event("b"), event("c")]),
    );
    let first = |query: &str, headers: &str| {
        Client::open(&server, &format!("/_lab/events{query}"), headers).name()
    };
    assert_eq!(first("?since=0", ""), named(1, "a"));
    assert_eq!(first("?since=2", ""), named(3, "c"));
    assert_eq!(first("?since=0", "Last-Event-ID: 1\r\n"), named(2, "b"));
    // The id of an event of an earlier start of the server.
    assert_eq!(first("", "Last-Event-ID: 700\r\n"), named(1, "a"));
}

#[test]
fn a_client_is_told_what_it_has_lost() {
    let server = Server::with(&["--lab", "--keep-events", "2"]);
    let check = |client: &mut Client, lost: u64| {
        let message = client.next();
        assert_eq!((&*message.kind, &*message.id), ("lost", ""));
        let text = format!("Some events up to id {lost} are missing");
        assert!(message.data.contains(&text), "{}", message.data);
        assert_eq!(client.name(), named(lost + 1, "b"));
        assert_eq!(client.name(), named(lost + 2, "c"));
    };
    for name in ["a", "b", "c"] {
        capture(&server, "phc_main", json!([event(name)]));
    }
    let mut client = Client::open(&server, "/_lab/events?since=0", "");
    check(&mut client, 1);
    // One request with more events than are kept.
    let events = ["a", "a", "a", "b", "c"].map(event);
    capture(&server, "phc_main", json!(events));
    check(&mut client, 6);
}

#[test]
fn parameters_are_checked() {
    let server = start();
    let ask = |query: &str| server.ask("GET", &format!("/_lab/events?{query}")).send();
    for since in ["x", "-1", ""] {
        let answer = ask(&format!("since={since}"));
        answer.invalid("invalid_input", "A valid integer is required.", "since");
    }
    let detail = "No project has this id or token.";
    for project in ["", "77", "phc_nobody"] {
        let answer = ask(&format!("project={project}"));
        answer.invalid("does_not_exist", detail, "project");
    }
    let foreign = server
        .ask("GET", "/_lab/events")
        .header("origin", "https://evil.example");
    assert_eq!(foreign.send().status, 403);
}

#[test]
fn head_has_no_body_and_chunks_end() {
    let server = start();
    let request = "HEAD /_lab/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = server.raw(request.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    let address = server.url.trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).unwrap();
    let request = request
        .replace("HEAD", "GET")
        .replace("close", "keep-alive");
    socket.write_all(request.as_bytes()).unwrap();
    let mut head = [0; 12];
    socket.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");
    server.stop();
    let mut rest = String::new();
    socket.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("transfer-encoding: chunked"), "{rest}");
    assert!(rest.ends_with("\r\n\r\n0\r\n\r\n"), "{rest}");
}

#[test]
fn streams_are_bounded_and_end_with_their_clients() {
    let server = start();
    let open = || Client::open(&server, "/_lab/events", "");
    let mut clients: Vec<_> = (0..STREAMS).map(|_| open()).collect();
    assert!(clients.iter().all(|client| client.head.contains("200 OK")));
    let refused = server.ask("GET", "/_lab/events").send();
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"));
    clients.pop();
    let start = Instant::now();
    while !open().head.contains("200 OK") {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "no place is free"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn streams_do_not_hold_up_the_end_of_the_server() {
    let server = start();
    let mut client = Client::open(&server, "/_lab/events", "");
    let start = Instant::now();
    server.stop();
    assert!(start.elapsed() < Duration::from_secs(5), "{start:?}");
    assert_eq!(client.rest(), Some(0));
}

#[test]
fn a_client_that_takes_nothing_is_disconnected() {
    let server = Server::with(&["--lab", "--request-timeout", "1", "--log", "hoglet=debug"]);
    let mut slow = Client::asking(&server, "/_lab/events", "");
    let mut quick = Client::open(&server, "/_lab/events", "");
    let large =
        json!({"event": "large", "distinct_id": "d", "properties": {"text": "x".repeat(LARGE)}});
    let start = Instant::now();
    while !server.log().contains("connection closed") {
        assert!(start.elapsed() < Duration::from_secs(30), "it is kept");
        capture(&server, "phc_main", json!([large]));
        assert_eq!(quick.name().1, "large");
    }
    assert!(slow.rest().is_none_or(|length| length < LARGE));
    capture(&server, "phc_main", json!([event("small")]));
    assert_eq!(quick.name().1, "small");
}
