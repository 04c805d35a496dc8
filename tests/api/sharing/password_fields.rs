//! `POST {parent}/sharing/passwords`: what its fields may be, how its body may come, how it is kept.

use std::fs;

use serde_json::{Value, json};

use crate::{
    sharing::NOTEBOOK,
    sharing::passwords::{PASSWORDS, listed, protected},
};

#[test]
fn without_one_a_password_is_generated() {
    let server = protected();
    let mut seen = Vec::new();
    for body in [
        json!({}),
        json!({"raw_password": ""}),
        json!({"raw_password": " \t\u{2003}"}),
        json!({"x": 1}),
    ] {
        let made = server.post(PASSWORDS, body.clone()).ok(200);
        let password = made["password"].as_str().unwrap().to_owned();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        assert!(
            password.len() == 22 && password.bytes().all(fits),
            "{body}: {password}"
        );
        seen.push(password);
    }
    let empty = server.ask("POST", PASSWORDS).key("phx_ada").send().ok(200);
    seen.push(empty["password"].as_str().unwrap().to_owned());
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

#[test]
fn what_a_password_and_a_note_may_be() {
    let server = protected();
    let long = "x".repeat(5000);
    let hundred = "é".repeat(100);
    for (body, password, note) in [
        (json!({"raw_password": "12345678"}), "12345678", ""),
        (json!({"raw_password": 12345678}), "12345678", ""),
        (json!({"raw_password": "  pässwörd\n"}), "pässwörd", ""),
        (json!({"raw_password": long}), &*long, ""),
        (
            json!({"raw_password": "12345678", "note": ""}),
            "12345678",
            "",
        ),
        (
            json!({"raw_password": "12345678", "note": 7}),
            "12345678",
            "7",
        ),
        (
            json!({"raw_password": "12345678", "note": format!(" {hundred} ")}),
            "12345678",
            &*hundred,
        ),
    ] {
        let made = server.post(PASSWORDS, body).ok(200);
        assert_eq!(
            (&made["password"], &made["note"]),
            (&json!(password), &json!(note))
        );
    }
    let before = server.get(NOTEBOOK).ok(200);
    let refused = |body: Value| server.post(PASSWORDS, body);
    for short in [
        json!("1234567"),
        json!(" 1234567 "),
        json!(1234),
        json!("ééééééé"),
    ] {
        let answer = refused(json!({"raw_password": short, "note": null}));
        answer.invalid(
            "invalid_input",
            "Password must be at least 8 characters long.",
            "raw_password",
        );
    }
    let null = "This field may not be null.";
    refused(json!({"raw_password": null})).invalid("null", null, "raw_password");
    refused(json!({"note": null})).invalid("null", null, "note");
    for wrong in [json!(true), json!(["12345678"]), json!({})] {
        refused(json!({"raw_password": wrong})).invalid(
            "invalid_input",
            "Not a valid string.",
            "raw_password",
        );
        refused(json!({"note": wrong})).invalid("invalid_input", "Not a valid string.", "note");
    }
    let nul = "Null characters are not allowed.";
    refused(json!({"raw_password": "1234\u{0}5678"})).invalid(
        "null_characters_not_allowed",
        nul,
        "raw_password",
    );
    refused(json!({"note": "a\u{0}b"})).invalid("null_characters_not_allowed", nul, "note");
    refused(json!({"note": "x".repeat(101)})).invalid(
        "max_length",
        "Ensure this field has no more than 100 characters.",
        "note",
    );
    assert_eq!(server.get(NOTEBOOK).ok(200), before);
}

#[test]
fn other_bodies_than_objects() {
    let server = protected();
    let send = |kind, body| {
        server
            .ask("POST", PASSWORDS)
            .key("phx_ada")
            .body(kind, body)
            .send()
    };
    let made = send(
        "application/x-www-form-urlencoded",
        "raw_password=from+a+form&note=f",
    )
    .ok(200);
    assert_eq!(
        (&made["password"], &made["note"]),
        (&json!("from a form"), &json!("f"))
    );
    for (body, code, detail) in [
        (
            "[]",
            "invalid_input",
            "Invalid data. Expected a dictionary, but got list.",
        ),
        (
            "\"x\"",
            "invalid_input",
            "Invalid data. Expected a dictionary, but got str.",
        ),
        ("null", "null", "No data provided"),
    ] {
        send("application/json", body).invalid(code, detail, None);
    }
    let detail = "JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)";
    send("application/json", "{").error(400, "invalid_request", "parse_error", detail, None);
    assert_eq!(listed(&server.get(NOTEBOOK).ok(200)).len(), 1);
}

#[test]
fn a_password_is_kept_as_an_argon2id_hash_only() {
    let server = protected();
    server
        .post(PASSWORDS, json!({"raw_password": "plainly readable"}))
        .ok(200);
    let given = server.post(PASSWORDS, json!({})).ok(200)["password"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut kept = fs::read(server.database()).unwrap();
    kept.extend(fs::read(server.database().with_extension("db-wal")).unwrap_or_default());
    let has = |text: &str| {
        kept.windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(has("$argon2id$v=19$"));
    assert!(!has("plainly readable") && !has(&given));
    assert!(
        !server.get(NOTEBOOK).text.contains("argon2") && !server.log().contains("plainly readable")
    );
}
