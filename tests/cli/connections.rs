//! How many connections there may be, and what happens when there are more.

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream},
    thread,
    time::{Duration, Instant},
};

use rustix::net::{AddressFamily, SocketType, bind, connect as connect_to, socket};

use crate::process::{Folder, Running, finish};

const SERVE: [&str; 4] = ["serve", "--demo", "--listen", "127.0.0.1:0"];

/// Less than the time after which the kernel repeats a connection's first packet.
const REPEATED: Duration = Duration::from_millis(900);

/// hoglet with `arguments`, under a shell's `ulimit` with `limit`.
fn limited(folder: &Folder, limit: &str, arguments: &[&str]) -> std::process::Command {
    let script = format!("ulimit {limit} && exec \"$HOGLET\" \"$@\"");
    folder.program("sh", &[&["-c", &script, "sh"], arguments].concat())
}

/// `count` connections, each with `bytes` on it.
fn connect(server: &Running, count: usize, bytes: &str) -> Vec<TcpStream> {
    (0..count).map(|_| server.send(bytes)).collect()
}

/// Which of `sockets` the server has closed.
pub fn closed(sockets: &mut [TcpStream]) -> Vec<bool> {
    let mut is_closed = |socket: &mut TcpStream| {
        socket.set_nonblocking(true).unwrap();
        let read = socket.read(&mut [0; 1024]);
        !matches!(read, Err(error) if error.kind() == ErrorKind::WouldBlock)
    };
    sockets.iter_mut().map(&mut is_closed).collect()
}

/// A connection from `address`, one of this machine's own.
fn connect_from(server: &Running, address: [u8; 4]) -> TcpStream {
    let from = SocketAddrV4::new(Ipv4Addr::from(address), 0);
    let to: SocketAddr = server.address().parse().unwrap();
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&socket, &from).unwrap();
    connect_to(&socket, &to).unwrap();
    socket.into()
}

/// Asks for something on `socket`, which stays open. Returns whether it was answered.
fn is_answered(socket: &mut TcpStream) -> bool {
    socket.set_nonblocking(false).unwrap();
    let sent = socket.write_all(b"GET /_livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (mut answer, end) = (Vec::new(), b"{\"http\": true}");
    let mut byte = [0];
    while sent.is_ok() && !answer.ends_with(end) && matches!(socket.read(&mut byte), Ok(1)) {
        answer.extend(byte);
    }
    answer.ends_with(end)
}

fn is_served(server: &Running) {
    let (status, _) = server.get("phx_demo", "/api/users/@me/");
    assert_eq!(status, 200, "{}", server.log());
}

#[test]
fn idle_connections_beyond_the_descriptors_make_room() {
    let folder = Folder::new();
    let server = folder.start(limited(&folder, "-n 128", &SERVE));
    let mut idle = connect(&server, 300, "");
    for _ in 0..20 {
        is_served(&server);
    }
    let closed = closed(&mut idle);
    assert!(
        closed[0] && !closed[299],
        "the longest idle is closed first"
    );
    server.stop();
}

#[test]
fn connections_that_never_sent_a_request_make_room_first() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--max-connections", "80"]);
    let mut kept = connect(&server, 2, "");
    assert!(kept.iter_mut().all(is_answered));
    let mut silent = connect(&server, 60, "");
    silent.extend(connect(&server, 10, "GET / HTTP/1.1\r\nHost: loc"));
    thread::sleep(Duration::from_millis(1200)); // nothing is closed that may be about to send its request
    let late = connect(&server, 30, "");
    for _ in 0..10 {
        is_served(&server);
    }
    assert!(closed(&mut silent)[0], "the oldest is closed");
    assert!(kept.iter_mut().all(is_answered), "{}", server.log());
    drop(late);
    server.stop();
}

#[test]
fn a_client_with_many_connections_takes_its_own_places() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--max-connections", "40"]);
    let mut kept = connect(&server, 2, "");
    assert!(kept.iter_mut().all(is_answered));
    let connect = |_| {
        let mut socket = connect_from(&server, [127, 0, 0, 2]);
        assert!(is_answered(&mut socket));
        socket
    };
    let mut many: Vec<_> = (0..80).map(connect).collect();
    let closed = closed(&mut many);
    assert!(closed[0] && !closed[79], "its own are closed");
    assert!(kept.iter_mut().all(is_answered), "{}", server.log());
    server.stop();
}

#[test]
fn the_option_limits_connections_and_a_request_under_way_keeps_its_own() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--max-connections", "40"]);
    let body = r#"{"event": "e", "distinct_id": "d", "api_key": "phc_demo"}"#;
    let head = format!(
        "POST /e/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut busy = server.send(&head);
    thread::sleep(Duration::from_millis(200)); // until the server has read the head
    let mut idle = connect(&server, 100, "");
    is_served(&server);
    let open = closed(&mut idle).iter().filter(|closed| !**closed).count();
    assert!((20..40).contains(&open), "{open} are open");
    busy.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer:?}");
    server.stop();
}

#[test]
fn bodies_that_do_not_come_and_responses_that_are_not_read_make_room() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--max-connections", "20"]);
    let body = "POST /e/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{";
    let file = "GET /docs/guide.html HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(800);
    for bytes in [body, &file] {
        let held = connect(&server, 20, bytes);
        let start = Instant::now();
        thread::sleep(Duration::from_millis(1500)); // until the server has read what they sent
        // Each may keep the server waiting for a second from then, which is later on a busy machine. Meanwhile others get a
        // 503. By themselves they would stay for 30 seconds.
        let ask = || server.get("phx_demo", "/api/users/@me/").0;
        let mut status = ask();
        while status == 503 && start.elapsed() < Duration::from_secs(15) {
            thread::sleep(Duration::from_millis(100));
            status = ask();
        }
        assert_eq!(status, 200, "{}", server.log());
        drop(held);
    }
    server.stop();
}

/// Checks that `server`, in lab mode and with a limit of 4 connections, refuses those beyond with a 503 that the client can read
/// to its end, and serves again when there is a place. `connect` makes a connection. Those that take the places have a response
/// without end, so that none of them can make room.
pub fn refuses_those_beyond<S: Read + Write>(server: &Running, connect: impl Fn() -> S) {
    let ask = |path: &str| {
        let mut stream = connect();
        let head = "host: localhost\r\nconnection: close\r\naccept: text/event-stream";
        write!(stream, "GET {path} HTTP/1.1\r\n{head}\r\n\r\n").unwrap();
        stream.flush().unwrap();
        let mut answer = vec![0; 1];
        stream.read_exact(&mut answer).unwrap();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.extend(byte);
        }
        (stream, String::from_utf8(answer).unwrap())
    };
    let (mut held, mut refused) = (Vec::new(), 0);
    while refused < 10 {
        let (mut stream, head) = ask("/_lab/events");
        if head.starts_with("HTTP/1.1 200 ") {
            held.push(stream);
            continue;
        }
        assert!(head.starts_with("HTTP/1.1 503 "), "{head:?}");
        for header in ["retry-after: 1", "connection: close", "content-length: 0"] {
            assert!(head.contains(&format!("\r\n{header}\r\n")), "{head:?}");
        }
        let end = stream.read(&mut [0]);
        assert!(matches!(end, Ok(0)), "{end:?} instead of an end");
        refused += 1;
    }
    let most = thread::available_parallelism().unwrap().get().max(4);
    assert!((1..=most).contains(&held.len()), "{} places", held.len());
    drop(held);
    let start = Instant::now();
    while !ask("/_readyz").1.starts_with("HTTP/1.1 200 ") {
        let waited = start.elapsed();
        assert!(waited < Duration::from_secs(30), "{}", server.log());
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_connection_for_which_there_is_no_place_gets_503() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--lab", "--max-connections", "4"]);
    refuses_those_beyond(&server, || TcpStream::connect(server.address()).unwrap());
    server.get("phx_demo", "/_readyz");
    server.stop();
}

#[test]
fn a_burst_of_connections_waits_until_the_server_accepts_it() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let address = server.address().parse().unwrap();
    server.signal("STOP");
    let connected = (0..400).map(|_| TcpStream::connect_timeout(&address, REPEATED));
    let connected: Result<Vec<_>, _> = connected.collect();
    server.signal("CONT");
    assert!(connected.is_ok(), "{connected:?}");
    is_served(&server);
    server.stop();
}

#[test]
fn the_soft_limit_of_open_files_is_raised() {
    let folder = Folder::new();
    let server = folder.start(limited(&folder, "-Sn 100 && ulimit -Hn 300", &SERVE));
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .unwrap();
    let numbers: Vec<_> = line.split_whitespace().skip(3).take(2).collect();
    assert_eq!(numbers, ["300", "300"]);
    server.stop();
}

#[test]
fn a_server_that_may_open_too_few_files_does_not_start() {
    for limit in ["16", "32"] {
        let folder = Folder::new();
        let done = finish(limited(&folder, &format!("-n {limit}"), &SERVE));
        done.failed(&[&format!("may open {limit} files"), "ulimit -n 1024"]);
        assert!(folder.names().is_empty(), "nothing is begun");
    }
}

#[test]
fn idle_and_stalled_connections_do_not_hold_up_the_end() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let file = "GET /docs/guide.html HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(800);
    let held = [connect(&server, 20, ""), connect(&server, 20, &file)];
    thread::sleep(Duration::from_millis(300)); // until the responses are stuck
    server.signal("TERM");
    let (status, _, log) = server.end(Duration::from_secs(15));
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(!log.contains("ERROR") && !log.contains("panic"), "{log}");
    drop(held);
}
