//! `wait` and `count` on the list of events: tests wait instead of sleeping.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{capture, start};
use crate::harness::Server;

const EVENTS: &str = "/api/projects/1/events/";

/// The most requests that wait at once.
const WAITING: usize = 256;

fn event(name: &str) -> Value {
    json!({"event": name, "distinct_id": "d"})
}

/// Asks for `path`, and returns the names of the events in the answer and how long it took.
#[track_caller]
fn ask(server: &Server, path: &str) -> (Vec<String>, Duration) {
    let start = Instant::now();
    let list = server.get(path).ok(200);
    let names = list["results"].as_array().unwrap().iter();
    let names = names.map(|event| event["event"].as_str().unwrap().to_owned());
    (names.collect(), start.elapsed())
}

/// A request for `path` that is not read yet.
fn asking(server: &Server, path: &str) -> TcpStream {
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer phx_ada\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).unwrap();
    socket
}

/// All that comes on `socket`.
fn rest(mut socket: TcpStream) -> String {
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let mut rest = String::new();
    socket.read_to_string(&mut rest).unwrap();
    rest
}

/// Gives the server time to receive a request that waits, of which it says nothing before it is answered. A test that goes on
/// too early still passes.
fn settle() {
    thread::sleep(Duration::from_millis(300));
}

#[test]
fn the_list_answers_as_soon_as_enough_events_fit() {
    let server = start();
    capture(&server, "phc_main", json!([event("a")]));
    let path = format!("{EVENTS}?event=a&wait=20s&count=2");
    let waiting = asking(&server, &path);
    settle();
    capture(&server, "phc_main", json!([event("b")]));
    capture(&server, "phc_side", json!([event("a")]));
    settle();
    let begun = Instant::now();
    capture(&server, "phc_main", json!([event("a")]));
    let answer = rest(waiting);
    assert!(begun.elapsed() < Duration::from_secs(5), "{answer}");
    assert!(answer.contains("\"count\":2"), "{answer}");
    // What is there already is not waited for.
    let (names, time) = ask(&server, &path);
    assert_eq!(names, ["a", "a"]);
    assert!(time < Duration::from_secs(5), "{time:?}");
}

#[test]
fn properties_choose_and_one_event_is_enough() {
    let server = start();
    let pro = json!({"event": "a", "distinct_id": "d", "properties": {"plan": "pro"}});
    capture(&server, "phc_main", json!([event("a")]));
    let waiting = asking(
        &server,
        &format!("{EVENTS}?event=a&properties=%7B%22plan%22%3A%22pro%22%7D&wait=20s"),
    );
    settle();
    capture(&server, "phc_main", json!([pro]));
    let answer = rest(waiting);
    assert!(
        answer.contains("\"count\":1") && answer.contains("pro"),
        "{answer}"
    );
}

#[test]
fn after_the_time_the_list_has_what_there_is() {
    let server = start();
    capture(&server, "phc_main", json!([event("a")]));
    let (names, time) = ask(&server, &format!("{EVENTS}?event=a&wait=400ms&count=2"));
    assert_eq!(names, ["a"]);
    assert!(time >= Duration::from_millis(400), "{time:?}");
    assert!(time < Duration::from_secs(10), "{time:?}");
}

#[test]
fn without_lab_mode_waiting_is_ignored() {
    let server = Server::start();
    let (names, time) = ask(&server, &format!("{EVENTS}?wait=30s&count=none"));
    assert!(names.is_empty());
    assert!(time < Duration::from_secs(10), "{time:?}");
}

#[test]
fn times_and_counts_are_checked_after_access() {
    let server = Server::with(&["--lab", "--keep-events", "50"]);
    for (query, code, detail, field) in [
        (
            "wait=5",
            "invalid_input",
            "Expected a time such as 5s or 500ms.",
            "wait",
        ),
        ("wait=61s", "max_value", "Waits take at most 60s.", "wait"),
        (
            "wait=1s&count=0",
            "min_value",
            "Ensure this value is greater than or equal to 1.",
            "count",
        ),
        (
            "wait=1s&count=51",
            "max_value",
            "Ensure this value is less than or equal to 50.",
            "count",
        ),
        (
            "wait=1s&count=x",
            "invalid_input",
            "A valid integer is required.",
            "count",
        ),
    ] {
        let answer = server.get(&format!("{EVENTS}?{query}"));
        answer.invalid(code, detail, field);
    }
    let start = Instant::now();
    let path = format!("{EVENTS}?wait=30s");
    assert_eq!(server.ask("GET", &path).send().status, 401);
    assert_eq!(server.ask("GET", &path).key("phx_bob").send().status, 403);
    assert!(start.elapsed() < Duration::from_secs(10));
}

/// Each of 32 clients waits for an event of its own, which comes while others come and go: in the query, before it, after it.
#[test]
fn many_clients_wait_at_once() {
    let server = start();
    thread::scope(|scope| {
        for client in 0..32 {
            let server = &server;
            scope.spawn(move || {
                for round in 0..10 {
                    let name = format!("{client} {round}");
                    let path = format!("{EVENTS}?event={client}+{round}&wait=30s");
                    thread::scope(|scope| {
                        scope.spawn(|| capture(server, "phc_main", json!([event(&name)])));
                        let (names, time) = ask(server, &path);
                        assert_eq!(names, [&*name]);
                        assert!(
                            time < Duration::from_secs(29),
                            "it came in between: {time:?}"
                        );
                    });
                }
            });
        }
    });
}

/// As many wait as the blocking pools of two workers have threads.
#[test]
fn waiting_requests_take_no_threads_and_are_bounded() {
    let server = start();
    let path = format!("{EVENTS}?event=never&wait=60s");
    let mut waiting: Vec<_> = (0..WAITING).map(|_| asking(&server, &path)).collect();
    let start = Instant::now();
    while server.get(&path.replace("60s", "10ms")).status != 503 {
        assert!(start.elapsed() < Duration::from_secs(30), "more may wait");
        waiting.push(asking(&server, &path)); // the request above may have taken a place from one of them
    }
    let refused = server.get(&path);
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"));
    // What does not wait is answered.
    let start = Instant::now();
    capture(&server, "phc_main", json!([event("a")]));
    assert_eq!(ask(&server, EVENTS).0, ["a"]);
    assert!(start.elapsed() < Duration::from_secs(10), "{start:?}");
    // Those who go leave their places.
    drop(waiting);
    let start = Instant::now();
    while server.get(&path.replace("60s", "10ms")).status != 200 {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "no place is free"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_second_request_on_the_connection_waits_for_the_first() {
    let server = start();
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let requests = format!(
        "GET {EVENTS}?event=a&wait=30s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer phx_ada\r\n\r\n\
         GET {EVENTS}?event=b HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer phx_ada\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(requests.as_bytes()).unwrap();
    settle();
    let start = Instant::now();
    capture(&server, "phc_main", json!([event("b"), event("a")]));
    let answers = rest(socket);
    assert!(start.elapsed() < Duration::from_secs(10), "{answers}");
    let place = |text: &str| answers.find(text).unwrap_or_else(|| panic!("{answers}"));
    assert_eq!(answers.matches("\"count\":1").count(), 2, "{answers}");
    assert!(place("\"event\":\"a\"") < place("\"event\":\"b\""));
}

#[test]
fn a_client_that_ends_its_side_is_answered_at_once() {
    let server = start();
    let waiting = asking(&server, &format!("{EVENTS}?wait=60s"));
    settle();
    let start = Instant::now();
    waiting.shutdown(Shutdown::Write).unwrap();
    assert!(rest(waiting).contains("\"count\":0"));
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn the_end_of_the_server_does_not_wait() {
    let server = start();
    let waiting = asking(&server, &format!("{EVENTS}?wait=60s"));
    settle();
    let start = Instant::now();
    server.stop();
    assert!(start.elapsed() < Duration::from_secs(5), "{start:?}");
    assert!(rest(waiting).contains("\"count\":0"));
}
