//! Paths and query strings that are sent as they were typed.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::Duration,
};

use crate::harness::Server;

const LIST: &[u8] = b"/api/projects/1/property_definitions/";

/// The bytes that do not belong in a URI, with how they are encoded.
const FOREIGN: [(&[u8], &str); 11] = [
    (b"\"", "%22"),
    (b"<", "%3C"),
    (b">", "%3E"),
    (b"\\", "%5C"),
    (b"^", "%5E"),
    (b"`", "%60"),
    (b"{", "%7B"),
    (b"|", "%7C"),
    (b"}", "%7D"),
    ("é".as_bytes(), "%C3%A9"),
    (b"\xff", "%FF"),
];

/// The answer to a GET of each of `targets`, all sent on one connection in `pieces`, without the headers that differ each time.
fn get(server: &Server, targets: &[Vec<u8>], pieces: usize) -> String {
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let mut bytes = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        let end = if index + 1 == targets.len() {
            "close"
        } else {
            "keep-alive"
        };
        bytes.extend([b"GET ", &target[..], b" HTTP/1.1\r\nHost: localhost\r\n"].concat());
        bytes.extend(format!("Authorization: Bearer phx_ada\r\nConnection: {end}\r\n\r\n").bytes());
    }
    socket.set_nodelay(true).unwrap();
    for piece in bytes.chunks(bytes.len().div_ceil(pieces)) {
        socket.write_all(piece).unwrap();
        if pieces > 1 {
            thread::sleep(Duration::from_millis(20));
        }
    }
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let differs = ["date: ", "x-request-id: "];
    let is_same = |line: &&str| !differs.iter().any(|name| line.starts_with(name));
    let mut lines: Vec<_> = answer.lines().filter(is_same).collect();
    lines.sort_unstable(); // headers come in any order
    lines.join("\n")
}

#[test]
fn what_does_not_belong_in_a_target_is_read_as_if_it_were_encoded() {
    let server = Server::start();
    let in_path = |text: &[u8]| [LIST, b"a", text, b"/"].concat();
    let in_query = |text: &[u8]| [LIST, b"?search=p", text].concat();
    let as_json = |text: &[u8]| [LIST, b"?properties=[", text, b"]"].concat();
    for make in [&in_path as &dyn Fn(&[u8]) -> Vec<u8>, &in_query, &as_json] {
        for (typed, encoded) in FOREIGN {
            let expected = get(&server, &[make(encoded.as_bytes())], 1);
            assert!(expected.contains("{\""), "{encoded}: {expected}");
            assert_eq!(get(&server, &[make(typed)], 1), expected, "{encoded}");
        }
        let all = |which: fn(&(&[u8], &str)) -> Vec<u8>| {
            FOREIGN.iter().map(which).collect::<Vec<_>>().concat()
        };
        let typed = make(&all(|(typed, _)| typed.to_vec()).repeat(20));
        let encoded = make(&all(|(_, encoded)| encoded.as_bytes().to_vec()).repeat(20));
        for (count, pieces) in [(1, 1), (3, 1), (1, 7), (3, 7)] {
            let expected = get(&server, &vec![encoded.clone(); count], 1);
            assert_eq!(get(&server, &vec![typed.clone(); count], pieces), expected);
        }
    }
}

#[test]
fn control_characters_in_a_target_are_refused() {
    let server = Server::start();
    for byte in [0, 1, b'\t', 0x7f] {
        let answer = get(&server, &[[LIST, &[byte]].concat()], 1);
        assert!(answer.contains("HTTP/1.1 400 "), "{byte}: {answer}");
    }
}
