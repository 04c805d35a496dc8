//! What each of many connections takes besides bodies.

use super::*;

/// Connections to `server` on each of which `bytes` were sent.
fn connections(server: &Server, count: usize, bytes: &[u8]) -> Vec<TcpStream> {
    let connect = |_| {
        let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        socket.write_all(bytes).unwrap_or_default(); // another one may have needed its place
        socket
    };
    (0..count).map(connect).collect()
}

#[test]
fn heads_that_do_not_end_share_a_bound() {
    let server = Server::with(&["--max-connections", "1024"]);
    let before = memory(&server, "VmHWM");
    let head = format!(
        "GET / HTTP/1.1\r\nhost: localhost\r\nx: {}",
        "x".repeat(127 << 10)
    );
    let held = connections(&server, 800, head.as_bytes());
    serves_small_requests(&server);
    thread::sleep(Duration::from_secs(2)); // until the server has read what it reads
    let grown = memory(&server, "VmHWM") - before;
    assert!(grown < 100, "heads took {grown} MiB");
    serves_small_requests(&server);
    drop(held);
}

#[test]
fn bodies_that_wait_for_memory_are_not_read_ahead() {
    let server = Server::with(&["--max-connections", "1024", "--body-memory", "16"]);
    let before = memory(&server, "VmHWM");
    let head = "POST /batch/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: 8000000\r\n\r\n";
    let start = [head.as_bytes(), &vec![b' '; 200 << 10]].concat();
    let held = connections(&server, 800, &start);
    thread::sleep(Duration::from_secs(2));
    let grown = memory(&server, "VmHWM") - before;
    assert!(grown < 110, "bodies took {grown} MiB");
    drop(held);
}

#[test]
fn idle_connections_share_a_bound_for_what_they_keep_of_a_response() {
    let server = Server::with(&["--max-connections", "2048"]);
    let names = (0..400).map(|name| (format!("a_property_with_some_name_{name}"), json!("text")));
    let properties = names.collect::<serde_json::Map<_, _>>();
    let event =
        json!({"api_key": "phc_main", "event": "e", "distinct_id": "d", "properties": properties});
    server.ask("POST", "/e/").json(event).send().ok(200);
    // As much as leaves in one piece.
    let list = |limit: usize| format!("/api/projects/1/property_definitions/?limit={limit}");
    let length = |limit| {
        server
            .ask("GET", &list(limit))
            .key("phx_ada")
            .send()
            .text
            .len()
    };
    let limit = (1..)
        .find(|limit| length(limit + 1) > 64 << 10 || *limit == 400)
        .unwrap();
    assert!(length(limit) > 60 << 10, "{} bytes", length(limit));
    let request = format!(
        "GET {} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer phx_ada\r\n\r\n",
        list(limit)
    );
    let before = memory(&server, "VmHWM");
    let mut held = Vec::new();
    for _ in 0..1500 {
        let mut socket = connections(&server, 1, request.as_bytes()).remove(0);
        let mut answer = vec![0; length_of_answer(&mut socket)];
        socket.read_exact(&mut answer).unwrap();
        held.push(socket);
    }
    let grown = memory(&server, "VmHWM") - before;
    assert!(grown < 85, "idle connections took {grown} MiB");
}

/// Reads the head of an answer. Returns the length of its body.
fn length_of_answer(socket: &mut TcpStream) -> usize {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    length.unwrap().parse().unwrap()
}
