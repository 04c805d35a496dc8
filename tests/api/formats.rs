//! `Accept` and `?format=`: JSON is all there is.
use crate::harness::Server;

const DEFINITIONS: &str = "/api/projects/1/property_definitions/";

/// A GET with exactly these header lines, of which there may be none.
fn raw(server: &Server, lines: &str) -> String {
    server.raw(
        format!(
            "GET {DEFINITIONS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer phx_ada\r\n{lines}\r\n"
        )
        .as_bytes(),
    )
}

#[test]
fn what_accept_may_ask_for() {
    let server = Server::start();
    for accept in [
        "",
        "Accept: */*\r\n",
        "Accept: */json\r\n",
        "Accept: text/html, */JSON;q=0.1\r\n",
        "Accept: application/*\r\n",
        "Accept: application/json\r\n",
        "Accept: APPLICATION/JSON\r\n",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n",
        "Accept: application/json; indent=4\r\n",
        "Accept: application/json;q=0.1, text/html\r\n",
        "Accept: text/html, application/json\r\n",
    ] {
        let answer = raw(&server, accept);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{accept}: {answer}");
        assert!(
            answer.contains("\r\ncontent-type: application/json\r\n"),
            "{accept}: {answer}"
        );
        assert!(
            answer.contains("{\"count\":7,\"next\":null,"),
            "{accept}: {answer}"
        );
    }
    for accept in [
        "Accept: text/html\r\n",
        "Accept: application/xml\r\n",
        "Accept:\r\n",
        "Accept: text/*\r\n",
        "Accept: */xml\r\n",
        "Accept: json\r\n",
        "Accept: *\r\n",
    ] {
        let answer = raw(&server, accept);
        let envelope = r#"{"type":"invalid_request","code":"not_acceptable","detail":"Could not satisfy the request Accept header.","attr":null}"#;
        assert!(answer.starts_with("HTTP/1.1 406 "), "{accept}: {answer}");
        assert!(answer.ends_with(envelope), "{accept}: {answer}");
    }
}

#[test]
fn what_format_may_ask_for() {
    let server = Server::start();
    for (query, next) in [
        ("format=json&limit=1", "?format=json&limit=1&offset=1"),
        ("format=&limit=1", "?format=&limit=1&offset=1"),
    ] {
        let page = server.get(&format!("{DEFINITIONS}?{query}")).ok(200);
        assert_eq!(page["next"], format!("{}{DEFINITIONS}{next}", server.url));
    }
    for format in ["xml", "api", "JSON", "json%20"] {
        server
            .get(&format!("{DEFINITIONS}?format={format}"))
            .not_found("Not found.");
    }
}
