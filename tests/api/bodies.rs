//! JSON bodies: what cannot be read, what can though it is not JSON, and where the two contracts differ.
use serde_json::{Value, json};

use crate::harness::{Answer, Server};

const KEYS: &str = "/api/projects/1/project_secret_api_keys/";
const PLAN: &str = "/api/projects/1/property_definitions/0195f3a0-0000-0000-8000-0000000000d1/";
const SHARING: &str = "/api/projects/1/notebooks/NoteMain1/sharing/";

/// 400 with what the parser says.
#[track_caller]
pub fn parse_error(answer: &Answer, words: &str) {
    let words = format!("JSON parse error - {words}");
    answer.error(400, "invalid_request", "parse_error", &words, None);
}

/// 415 for a body of this type.
#[track_caller]
pub fn unsupported(answer: &Answer, kind: &str) {
    let words = format!("Unsupported media type \"{kind}\" in request.");
    answer.error(
        415,
        "invalid_request",
        "unsupported_media_type",
        &words,
        None,
    );
}

#[test]
fn broken_json_is_told_in_the_words_of_python() {
    let server = Server::start();
    for (body, words) in [
        (&b"tru"[..], "Expecting value: line 1 column 1 (char 0)"),
        (b"   ", "Expecting value: line 1 column 4 (char 3)"),
        (
            b"{'a':1}",
            "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        (
            b"{\"a\":1",
            "Expecting ',' delimiter: line 1 column 7 (char 6)",
        ),
        (
            b"{\"a\":1,}",
            "Illegal trailing comma before end of object: line 1 column 7 (char 6)",
        ),
        (b"{\"a\":1} x", "Extra data: line 1 column 9 (char 8)"),
        (
            b"{\n \"a\": x}",
            "Expecting value: line 2 column 7 (char 8)",
        ),
        (
            b"\xef\xbb\xbf{}",
            "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)",
        ),
        (
            b"{\"abcdef\":\xff}",
            "'utf-8' codec can't decode byte 0xff in position 10: invalid start byte",
        ),
    ] {
        for (method, path) in [("POST", KEYS), ("PATCH", PLAN), ("PATCH", SHARING)] {
            let answer = server
                .ask(method, path)
                .key("phx_ada")
                .body("application/json", body)
                .send();
            parse_error(&answer, words);
        }
        let refresh = server
            .ask("POST", &format!("{SHARING}refresh/"))
            .key("phx_ada");
        parse_error(&refresh.body("application/json", body).send(), words);
    }
    let deep = "[".repeat(200_000);
    let answer = server
        .ask("PATCH", PLAN)
        .key("phx_ada")
        .body("application/json", deep)
        .send();
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (400, &json!("parse_error")),
        "{}",
        answer.text
    );
}

#[test]
fn python_is_lenient() {
    let server = Server::start();
    for (body, description) in [
        (r#"{"description": 1, "description": 2}"#, json!("2")),
        (r#" {"description": NaN} "#, json!("nan")),
        (r#"{"description": 1e400}"#, json!("inf")),
        (r#"{"description": -Infinity}"#, json!("-inf")),
        (
            r#"{"description": 123456789012345678901234567890}"#,
            json!("123456789012345678901234567890"),
        ),
        (r#"{"description": "\ud83d\ude00"}"#, json!("😀")),
        ("\t\r\n{\"description\": null}\t\r\n", json!(null)),
    ] {
        let answer = server
            .ask("PATCH", PLAN)
            .key("phx_ada")
            .body("application/json", body)
            .send();
        assert_eq!(answer.ok(200)["description"], description, "{body}");
    }
}

#[test]
fn what_stands_at_the_top_must_be_an_object() {
    let server = Server::start();
    for (body, kind) in [
        ("[]", "list"),
        ("[1]", "list"),
        ("5", "int"),
        ("0", "int"),
        ("1.5", "float"),
        ("NaN", "float"),
        ("\"str\"", "str"),
        ("\"\"", "str"),
        ("true", "bool"),
        ("false", "bool"),
    ] {
        for (method, path) in [
            ("POST", KEYS),
            ("PATCH", PLAN),
            ("PUT", PLAN),
            ("PATCH", SHARING),
        ] {
            let answer = server
                .ask(method, path)
                .key("phx_ada")
                .body("application/json", body)
                .send();
            let words = format!("Invalid data. Expected a dictionary, but got {kind}.");
            answer.invalid("invalid_input", &words, None);
        }
        let refresh = server
            .ask("POST", &format!("{SHARING}refresh/"))
            .key("phx_ada");
        refresh.body("application/json", body).send().ok(200);
    }
    for (method, path) in [("POST", KEYS), ("PATCH", PLAN), ("PATCH", SHARING)] {
        let answer = server
            .ask(method, path)
            .key("phx_ada")
            .json(Value::Null)
            .send();
        answer.invalid("null", "No data provided", None);
    }
    server.patch(PLAN, json!({})).ok(200);
    server
        .patch(
            PLAN,
            json!({"unknown": [], "id": 5, "name": {}, "updated_at": "nonsense"}),
        )
        .ok(200);
}

#[test]
fn a_form_declared_as_json_is_read_as_one_by_the_documented_contract() {
    let server = Server::with(&["--contract", "documented"]);
    let ask = |method: &str, path: &str, body: &str| {
        server
            .ask(method, path)
            .key("phx_ada")
            .body("application/json", body)
            .send()
    };
    let key = ask(
        "POST",
        KEYS,
        "label=string&scopes=endpoint:read&scopes=feature_flag:read",
    )
    .ok(201);
    assert_eq!(key["label"], "string");
    assert_eq!(key["scopes"], json!(["endpoint:read", "feature_flag:read"]));
    ask(
        "POST",
        &format!("{SHARING}refresh/"),
        "created_at=string&enabled=true",
    )
    .ok(200);
    assert_eq!(
        ask("PATCH", SHARING, "enabled=true").ok(200)["enabled"],
        true
    );
    assert_eq!(
        ask("PATCH", PLAN, "description=a+b%20c&name=x").ok(200)["description"],
        "a b c"
    );
    let words = "Expecting value: line 1 column 1 (char 0)";
    for body in [
        "string",
        "=",
        "=x",
        "&",
        "a",
        "a&b=1",
        "tru",
        "a b=c",
        "<a href=b>",
        "'a'=1",
        "\"a\"=1",
    ] {
        let answer = ask("PATCH", PLAN, body);
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (400, &json!("parse_error")),
            "{body}"
        );
    }
    parse_error(&ask("PATCH", PLAN, "string"), words);
}

#[test]
fn a_form_declared_as_json_is_an_error_of_the_live_contract() {
    let server = Server::with(&["--contract", "live"]);
    let words = "Expecting value: line 1 column 1 (char 0)";
    for (path, body) in [
        (format!("{SHARING}refresh/"), "created_at=string"),
        (
            format!("{SHARING}passwords/"),
            "raw_password=string&note=string",
        ),
        (KEYS.into(), "label=string&scopes=endpoint:read"),
    ] {
        let ask = |kind: &str| {
            server
                .ask("POST", &path)
                .key("phx_ada")
                .body(kind, body)
                .send()
        };
        parse_error(&ask("application/json"), words);
    }
    let form = server
        .ask("POST", KEYS)
        .key("phx_ada")
        .form("label=string&scopes=endpoint:read");
    form.send().ok(201);
}
