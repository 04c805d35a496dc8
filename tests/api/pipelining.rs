//! Several requests sent at once on one connection: each gets its own answer, in their order.

use crate::harness::Server;

const BODY: &str = r#"{"event": "e", "distinct_id": "d", "api_key": "nobody"}"#;

/// A request, and whether its answer has no body.
struct Asked {
    text: String,
    is_head: bool,
}

fn ask(method: &str, path: &str, headers: &str, body: &str) -> Asked {
    Asked {
        text: format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer phx_ada\r\n{headers}\r\n{body}"
        ),
        is_head: method == "HEAD",
    }
}

fn with_body(method: &str, path: &str, body: &str) -> Asked {
    let length = format!("Content-Length: {}\r\n", body.len());
    ask(method, path, &length, body)
}

fn chunked(path: &str, body: &str) -> Asked {
    let (one, two) = body.split_at(20);
    let body = format!(
        "{:x}\r\n{one}\r\n{:X};x=1\r\n{two}\r\n0\r\n\r\n",
        one.len(),
        two.len()
    );
    ask("POST", path, "Transfer-Encoding: chunked\r\n", &body)
}

/// The status and the body of each of the answers in `text`.
fn answers<'t>(mut text: &'t str, asked: &[Asked]) -> Vec<(&'t str, &'t str)> {
    let mut found = Vec::new();
    for asked in asked {
        let Some((head, rest)) = text.split_once("\r\n\r\n") else {
            break;
        };
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length: ")
                .map(|length| length.parse::<usize>().unwrap())
        });
        let length = length.filter(|_| !asked.is_head).unwrap_or(0);
        let (body, rest) = rest.split_at_checked(length).unwrap_or((rest, ""));
        found.push((head.split(' ').nth(1).unwrap_or(head), body));
        text = rest;
    }
    found.push(("end", text));
    found
}

/// Sends all of `asked` in one packet and expects what each is answered by itself.
fn check(server: &Server, asked: &[Asked], rounds: usize) {
    let last = |text: &str| text.replacen("/1.1\r\n", "/1.1\r\nConnection: close\r\n", 1);
    let mut expected = Vec::new();
    for one in asked {
        let answer = server.raw(last(&one.text).as_bytes());
        let answer = answers(&answer, std::slice::from_ref(one));
        expected.push((answer[0].0.to_owned(), answer[0].1.to_owned()));
    }
    expected.push(("end".into(), String::new()));
    let (end, start) = asked.split_last().unwrap();
    let start: String = start.iter().map(|asked| &*asked.text).collect();
    let all = start + &last(&end.text);
    for round in 0..rounds {
        let text = server.raw(all.as_bytes());
        let found = answers(&text, asked);
        let found: Vec<_> = found
            .iter()
            .map(|(status, body)| ((*status).to_owned(), (*body).to_owned()))
            .collect();
        assert_eq!(found, expected, "round {round} of {all}");
    }
}

const LIST: &str = "/api/projects/1/property_definitions/";

#[test]
fn a_get_before_a_head_keeps_its_body() {
    let server = Server::start();
    let asked = [ask("GET", LIST, "", ""), ask("HEAD", LIST, "", "")];
    check(&server, &asked, 50);
}

#[test]
fn a_head_before_a_get_has_no_body() {
    let server = Server::start();
    let asked = [ask("HEAD", LIST, "", ""), ask("GET", LIST, "", "")];
    check(&server, &asked, 50);
}

#[test]
fn any_requests_in_one_packet_are_answered_one_by_one() {
    let server = Server::start();
    let file = "/static/viewer/viewer.js";
    let head = || ask("HEAD", LIST, "", "");
    for asked in [
        vec![ask("GET", file, "", ""), ask("OPTIONS", LIST, "", "")],
        vec![ask("OPTIONS", LIST, "", ""), ask("GET", "/", "", "")],
        vec![
            ask("DELETE", "/api/nothing", "", ""),
            head(),
            ask("GET", file, "", ""),
        ],
        vec![ask("GET", "/_livez", "", ""), head()],
        vec![head(), ask("GET", "/_livez", "", "")],
        vec![with_body("POST", "/e/", BODY), head()],
        vec![chunked("/e/", BODY), head()],
        vec![chunked("/e/", BODY), chunked("/e/", BODY), head()],
        vec![head(), with_body("PATCH", LIST, BODY), head()],
        // An empty line before a request is skipped.
        vec![
            ask("GET", LIST, "", ""),
            Asked {
                text: format!("\r\n{}", head().text),
                ..head()
            },
            ask("GET", file, "", ""),
        ],
        (0..40)
            .map(|n| ask(["GET", "HEAD"][n % 2], LIST, "", ""))
            .collect(),
    ] {
        check(&server, &asked, 5);
    }
}

#[test]
fn the_version_and_the_connection_header_of_a_request_are_its_own() {
    let server = Server::start();
    let old = "GET /_livez HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";
    let new = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let text = server.raw(format!("{old}{new}").as_bytes());
    assert!(
        text.starts_with("HTTP/1.0 200 OK\r\n"),
        "{}",
        &text[..200.min(text.len())]
    );
    assert!(text.contains("\r\nconnection: keep-alive\r\n"));
    assert!(text.contains("{\"http\": true}HTTP/1.1 200 OK\r\n"));
}

#[test]
fn a_body_that_is_not_read_ends_the_connection_and_is_no_request() {
    let server = Server::start();
    let hidden = "GET /_livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let request = format!(
        "POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{hidden}",
        hidden.len() + 1
    );
    let text = server.raw(request.as_bytes());
    assert!(text.starts_with("HTTP/1.1 404 "), "{text}");
    assert!(text.contains("\r\nconnection: close\r\n"), "{text}");
    assert_eq!(text.matches("HTTP/1.1").count(), 1, "{text}");
}
