//! Which types of request bodies are read, up to which size, and for which methods.
use serde_json::{Value, json};

use crate::{
    bodies::{parse_error, unsupported},
    harness::Server,
};

const KEYS: &str = "/api/projects/1/project_secret_api_keys/";
const PLAN: &str = "/api/projects/1/property_definitions/0195f3a0-0000-0000-8000-0000000000d1/";
const SHARING: &str = "/api/projects/1/notebooks/NoteMain1/sharing/";

/// A POST to `KEYS` with exactly these header lines besides host and key.
fn raw(server: &Server, lines: &str, body: &[u8]) -> String {
    let head = format!(
        "POST {KEYS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer phx_ada\r\n{lines}\r\n"
    );
    server.raw(&[head.as_bytes(), body].concat())
}

#[test]
fn json_under_any_spelling_of_its_type() {
    let server = Server::start();
    let patch = |kind: &str, body: &[u8]| {
        let answer = server
            .ask("PATCH", PLAN)
            .key("phx_ada")
            .body(kind, body)
            .send();
        answer.ok(200)["description"].clone()
    };
    for kind in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "application/json; charset=klingon",
        "application/json; v=1",
    ] {
        assert_eq!(
            patch(kind, "{\"description\":\"é\"}".as_bytes()),
            "é",
            "{kind}"
        );
    }
    assert_eq!(
        patch(
            "application/json; charset=latin-1",
            b"{\"description\":\"\xe9\"}"
        ),
        "é"
    );
    assert_eq!(
        patch(
            "application/json; charset=\"ISO-8859-1\"",
            b"{\"description\":\"\xe9\"}"
        ),
        "é"
    );
}

#[test]
fn a_charset_is_honoured_in_json_and_in_forms() {
    let server = Server::start();
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let json = "{\"description\":\"é😀,\\\"\"}";
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("application/json; charset=utf-16-le", wide(json), "é😀,\""),
        (
            "application/json;charset=\"UTF-16LE\"",
            wide(json),
            "é😀,\"",
        ),
        (
            "application/json; charset=cp1251",
            b"{\"description\":\"\xe4\xe0\"}".into(),
            "да",
        ),
        (
            "application/x-www-form-urlencoded; charset=latin-1",
            b"description=%E9+\xe9".into(),
            "é é",
        ),
        (
            "application/x-www-form-urlencoded; charset=iso-8859-1",
            b"verified=off&description=%e9&".into(),
            "é",
        ),
        (
            "application/x-www-form-urlencoded; charset=utf-16-le",
            wide("description=é"),
            "é",
        ),
        (
            "application/x-www-form-urlencoded; charset=klingon",
            b"description=%C3%A9".into(),
            "é",
        ),
        (
            "multipart/form-data; boundary=B; charset=latin-1",
            b"--B\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\n\xe9\r\n--B--\r\n"
                .into(),
            "é",
        ),
    ];
    for (kind, body, expected) in cases {
        server.patch(PLAN, json!({"description": "-"})).ok(200);
        let answer = server.ask("PATCH", PLAN).key("phx_ada").body(kind, body);
        assert_eq!(answer.send().ok(200)["description"], expected, "{kind}");
    }
    for (kind, body, words) in [
        (
            "application/json; charset=ascii",
            "{\"a\":\"é\"}".as_bytes(),
            "'ascii' codec can't decode byte 0xc3 in position 6: ordinal not in range(128)",
        ),
        (
            "application/json; charset=utf-16-le",
            b"{}x",
            "'utf-16le' codec can't decode the body",
        ),
        (
            "application/json; charset=utf-16-le",
            b"{}",
            "Expecting value: line 1 column 1 (char 0)",
        ),
    ] {
        let answer = server.ask("PATCH", PLAN).key("phx_ada").body(kind, body);
        parse_error(&answer.send(), words);
    }
}

#[test]
fn other_types_are_refused_and_told_as_they_were_sent() {
    let server = Server::start();
    for kind in [
        "text/plain",
        "text/plain; charset=utf-8",
        "text/json",
        "application/vnd.api+json",
        "application/octet-stream",
        "Text/HTML",
        "json",
    ] {
        let ask = |method: &str, path: &str| {
            server
                .ask(method, path)
                .key("phx_ada")
                .body(kind, "{}")
                .send()
        };
        unsupported(&ask("POST", KEYS), kind);
        unsupported(&ask("PATCH", PLAN), kind);
        unsupported(&ask("PATCH", SHARING), kind);
        unsupported(&ask("DELETE", PLAN), kind);
    }
    let nameless = raw(&server, "Content-Length: 2\r\n", b"{}");
    assert!(nameless.starts_with("HTTP/1.1 415 "), "{nameless}");
    assert!(
        nameless.contains(r#""detail":"Unsupported media type \"\" in request.""#),
        "{nameless}"
    );
}

#[test]
fn an_empty_body_is_no_data_whatever_its_type() {
    let server = Server::start();
    for kind in [
        "application/json",
        "text/plain",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "nonsense",
    ] {
        let ask = |method: &str, path: &str| {
            server
                .ask(method, path)
                .key("phx_ada")
                .header("content-type", kind)
                .send()
        };
        ask("POST", KEYS).invalid("required", "This field is required.", "label");
        ask("PATCH", PLAN).ok(200);
        ask("PATCH", SHARING).ok(200);
    }
    for lines in ["", "Content-Length: 0\r\n"] {
        assert!(raw(&server, lines, b"").starts_with("HTTP/1.1 400 "));
        assert!(raw(&server, lines, b"").contains(r#""code":"required""#));
    }
}

#[test]
fn a_chunked_body_is_read_and_a_compressed_one_is_not() {
    let server = Server::start();
    let chunked = raw(
        &server,
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
        b"10\r\n{\"label\":\"piece\"\r\n1d\r\n,\"scopes\":[\"endpoint:read\"]} \r\n0\r\n\r\n",
    );
    assert!(chunked.starts_with("HTTP/1.1 201 "), "{chunked}");
    let gzip =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00";
    let answer = server
        .ask("POST", KEYS)
        .key("phx_ada")
        .header("content-encoding", "gzip");
    parse_error(
        &answer.body("application/json", gzip).send(),
        "'utf-8' codec can't decode byte 0x8b in position 1: invalid start byte",
    );
}

#[test]
fn a_body_that_get_and_delete_do_not_need_must_still_be_readable() {
    let server = Server::start();
    for (method, status) in [("GET", 200), ("DELETE", 204)] {
        let ask = || server.ask(method, PLAN).key("phx_ada");
        let words = "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)";
        parse_error(&ask().body("application/json", "{").send(), words);
        unsupported(&ask().body("text/plain", "x").send(), "text/plain");
        ask().body("application/json", "[5]").send().ok(status);
    }
}

#[test]
fn more_than_20_mib_is_refused_unread() {
    let server = Server::start();
    let refused = |answer: &str| {
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(
            (&body["type"], &body["code"]),
            (&json!("invalid_request"), &json!("parse_error"))
        );
        assert!(
            !body["detail"].as_str().unwrap().is_empty() && body["attr"].is_null(),
            "{body}"
        );
    };
    for kind in ["application/json", "application/x-www-form-urlencoded"] {
        refused(&raw(
            &server,
            &format!("Content-Type: {kind}\r\nContent-Length: 20971521\r\n"),
            b"",
        ));
        refused(&raw(
            &server,
            &format!("Content-Type: {kind}\r\nContent-Length: 99999999999\r\n"),
            b"{}",
        ));
    }
    let mut body = b"{}".to_vec();
    body.resize(20_971_520, b' ');
    let answer = server
        .ask("PATCH", PLAN)
        .key("phx_ada")
        .body("application/json", body)
        .send();
    answer.ok(200);
}
