//! Form-encoded and multipart bodies.
use serde_json::{Value, json};

use crate::harness::{Answer, Server};

const KEYS: &str = "/api/projects/1/project_secret_api_keys/";
const PLAN: &str = "/api/projects/1/property_definitions/0195f3a0-0000-0000-8000-0000000000d1/";
const SHARING: &str = "/api/projects/1/insights/1/sharing/";

fn form(server: &Server, method: &str, path: &str, body: &str) -> Answer {
    server.ask(method, path).key("phx_ada").form(body).send()
}

/// A multipart body with boundary `B`; a part is its disposition after `form-data; ` and its content.
fn multipart(parts: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (disposition, content) in parts {
        body +=
            &format!("--B\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n");
    }
    body + "--B--\r\n"
}

#[test]
fn text_is_decoded_and_trimmed() {
    let server = Server::start();
    for (body, description) in [
        ("description=a+b%20c", "a b c"),
        ("description=%C3%A9%26%3D%2B", "é&=+"),
        ("description=%FFx", "\u{fffd}x"),
        ("description=one&description=two", "two"),
        ("description=%22x%22", "\"x\""),
        ("description=\"x\"", "\"x\""),
        ("description=%20x%20", "x"),
        ("description=1%", "1%"),
        ("description=", ""),
        ("&&description=x&", "x"),
        ("description=a;b", "a;b"),
    ] {
        assert_eq!(
            form(&server, "PATCH", PLAN, body).ok(200)["description"],
            description,
            "{body}"
        );
    }
    let null = "Null characters are not allowed.";
    form(&server, "PATCH", PLAN, "description=a%00b").invalid(
        "null_characters_not_allowed",
        null,
        "description",
    );
    form(&server, "POST", KEYS, "label=&scopes=endpoint:read").invalid(
        "blank",
        "This field may not be blank.",
        "label",
    );
    form(&server, "POST", KEYS, "scopes=endpoint:read").invalid(
        "required",
        "This field is required.",
        "label",
    );
}

#[test]
fn a_list_is_a_key_repeated_or_indexed() {
    let server = Server::start();
    for (label, scopes, expected) in [
        (
            "a",
            "scopes=endpoint:read&scopes=feature_flag:read",
            json!(["endpoint:read", "feature_flag:read"]),
        ),
        (
            "b",
            "scopes[0]=endpoint:read&scopes[1]=feature_flag:read",
            json!(["endpoint:read", "feature_flag:read"]),
        ),
        ("c", "scopes%5B0%5D=endpoint:read", json!(["endpoint:read"])),
        ("d", "scopes=endpoint%3Aread", json!(["endpoint:read"])),
    ] {
        let key = form(&server, "POST", KEYS, &format!("label={label}&{scopes}")).ok(201);
        assert_eq!(key["scopes"], expected, "{scopes}");
    }
    for (scopes, code, words, attr) in [
        (
            "scopes[]=endpoint:read",
            "required",
            "This field is required.",
            "scopes",
        ),
        ("", "required", "This field is required.", "scopes"),
        (
            "scopes=endpoint:read,feature_flag:read",
            "invalid_input",
            "Invalid scope: endpoint:read,feature_flag:read",
            "scopes",
        ),
        (
            "scopes=[\"endpoint:read\"]",
            "invalid_input",
            "Invalid scope: [\"endpoint:read\"]",
            "scopes",
        ),
        (
            "scopes=",
            "blank",
            "This field may not be blank.",
            "scopes__0",
        ),
        (
            "scopes=endpoint:read&scopes=",
            "blank",
            "This field may not be blank.",
            "scopes__1",
        ),
    ] {
        form(&server, "POST", KEYS, &format!("label=x&{scopes}")).invalid(code, words, attr);
    }
}

#[test]
fn a_json_field_is_parsed_from_its_text() {
    let server = Server::start();
    let settings = |body: &str| form(&server, "PATCH", SHARING, body);
    assert_eq!(
        settings("settings={\"legend\":true}").ok(200)["settings"],
        json!({"legend": true})
    );
    assert_eq!(
        settings("settings=%7B%22legend%22%3A+%22no%22%7D").ok(200)["settings"],
        json!({"legend": false})
    );
    assert_eq!(settings("settings=null").ok(200)["settings"], json!(null));
    for text in ["", "{", "legend", "%00"] {
        let answer = settings(&format!("settings={text}"));
        answer.invalid("invalid_input", "Value must be valid JSON.", "settings");
    }
    settings("settings=[]").invalid("invalid_input", "Invalid settings format", "settings");
}

#[test]
fn blank_is_null_or_as_if_absent() {
    let server = Server::start();
    let patch = |body: &str| form(&server, "PATCH", PLAN, body).ok(200);
    assert_eq!(patch("verified=on")["verified"], true);
    assert_eq!(patch("verified=")["verified"], true);
    assert_eq!(patch("description=x")["verified"], true);
    assert_eq!(patch("hidden=yes")["hidden"], true);
    assert_eq!(patch("verified=")["hidden"], true);
    assert_eq!(patch("hidden=")["hidden"], json!(null));
    assert_eq!(patch("hidden=True")["hidden"], true);
    assert_eq!(patch("hidden=NULL")["hidden"], json!(null));
    assert_eq!(patch("property_type=Numeric")["property_type"], "Numeric");
    let blank =
        |name: &str| form(&server, "PATCH", SHARING, &format!("enabled=on&{name}=")).ok(200);
    assert_eq!(blank("enabled")["enabled"], false);
    assert_eq!(blank("password_required")["enabled"], true);
    assert_eq!(blank("unknown")["enabled"], true);
}

#[test]
fn a_whole_form_means_that_what_is_absent_is_false() {
    let server = Server::start();
    form(&server, "PATCH", PLAN, "verified=on").ok(200);
    let put = form(&server, "PUT", PLAN, "description=x").ok(200);
    assert_eq!(
        (&put["verified"], &put["hidden"]),
        (&json!(false), &json!(null))
    );
    server.patch(PLAN, json!({"hidden": true})).ok(200);
    let put = server
        .ask("PUT", PLAN)
        .key("phx_ada")
        .json(json!({"description": "y"}))
        .send()
        .ok(200);
    assert_eq!(put["hidden"], true);
}

#[test]
fn put_and_delete_take_forms_too() {
    let server = Server::start();
    let key = form(&server, "POST", KEYS, "label=a&scopes=endpoint:read").ok(201);
    let path = format!("{KEYS}{}/", key["id"].as_str().unwrap());
    assert_eq!(
        form(&server, "PATCH", &path, "label=b").ok(200)["label"],
        "b"
    );
    assert_eq!(
        form(&server, "PUT", &path, "label=c&scopes=feature_flag:read").ok(200)["label"],
        "c"
    );
    form(&server, "PUT", &path, "label=d").invalid("required", "This field is required.", "scopes");
    form(&server, "POST", &format!("{path}roll/"), "x=y").ok(200);
    form(&server, "DELETE", &path, "x=y").ok(204);
}

#[test]
fn multipart_is_a_form() {
    let server = Server::start();
    let send = |method: &str, path: &str, parts: &[(&str, &str)]| {
        let ask = server.ask(method, path).key("phx_ada");
        ask.body("multipart/form-data; boundary=B", multipart(parts))
            .send()
    };
    let parts = [
        ("name=\"label\"", " multi é "),
        ("name=\"scopes\"", "endpoint:read"),
        ("name=\"file\"; filename=\"a.txt\"", "ignored"),
        ("name=\"scopes\"", "feature_flag:read"),
    ];
    let key = send("POST", KEYS, &parts).ok(201);
    assert_eq!(key["label"], "multi é");
    assert_eq!(key["scopes"], json!(["endpoint:read", "feature_flag:read"]));
    let twice = [
        ("name=\"description\"", "one"),
        ("name=\"description\"", "two\r\nlines"),
    ];
    assert_eq!(
        send("PATCH", PLAN, &twice).ok(200)["description"],
        "two\r\nlines"
    );
    let on = send(
        "PATCH",
        SHARING,
        &[
            ("name=\"enabled\"", "on"),
            ("name=\"settings\"", "{\"legend\": 1}"),
        ],
    )
    .ok(200);
    assert_eq!(
        (&on["enabled"], &on["settings"]),
        (&json!(true), &json!({"legend": true}))
    );
    send("POST", KEYS, &[]).invalid("required", "This field is required.", "label");
}

#[test]
fn a_file_named_like_a_field_is_a_value_that_no_field_takes() {
    let server = Server::start();
    let send = |method: &str, path: &str, parts: &[(&str, &str)]| {
        let ask = server.ask(method, path).key("phx_ada");
        ask.body("multipart/form-data; boundary=B", multipart(parts))
            .send()
    };
    let scopes = ("name=\"scopes\"", "endpoint:read");
    let not_text = "Not a valid string.";
    let label = ("name=\"label\"; filename=\"a.txt\"", "text");
    send("POST", KEYS, &[label, scopes]).invalid("invalid_input", not_text, "label");
    // It counts instead of a text of its name, wherever it stands.
    for parts in [
        [label, ("name=\"label\"", "text"), scopes],
        [("name=\"label\"", "text"), label, scopes],
    ] {
        send("POST", KEYS, &parts).invalid("invalid_input", not_text, "label");
    }
    let parts = [
        ("name=\"label\"", "text"),
        ("name=\"scopes\"; filename=\"a\"", "endpoint:read"),
    ];
    send("POST", KEYS, &parts).invalid("invalid_input", not_text, "scopes__0");
    for (path, field, words) in [
        (PLAN, "description", not_text),
        (PLAN, "verified", "Must be a valid boolean."),
        (SHARING, "enabled", "Must be a valid boolean."),
        (SHARING, "settings", "Value must be valid JSON."),
    ] {
        let name = format!("name=\"{field}\"; filename=\"a\"");
        send("PATCH", path, &[(&name, "true")]).invalid("invalid_input", words, field);
    }
    // An input without a chosen file is sent with an empty file name: it is a text.
    let empty = ("name=\"label\"; filename=\"\"", "text");
    assert_eq!(
        send("POST", KEYS, &[empty, scopes]).ok(201)["label"],
        "text"
    );
    let key = ("name=\"personal_api_key\"; filename=\"a\"", "phx_ada");
    let ask = server.ask("POST", KEYS);
    let answer = ask.body("multipart/form-data; boundary=B", multipart(&[key]));
    assert_eq!(answer.send().status, 401);
}

#[test]
fn a_thousand_files_are_enough() {
    let server = Server::start();
    let send = |count: usize| {
        let part = ("name=\"x\"; filename=\"a\"", "");
        let body = multipart(&vec![part; count]);
        let ask = server.ask("PATCH", PLAN).key("phx_ada");
        ask.body("multipart/form-data; boundary=B", body).send()
    };
    send(1000).ok(200);
    let answer = send(1001);
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (400, &Value::from("parse_error")),
        "{}",
        answer.text
    );
}

#[test]
fn a_broken_multipart_body_is_a_parse_error() {
    let server = Server::start();
    let whole = multipart(&[
        ("name=\"label\"", "x"),
        ("name=\"scopes\"", "endpoint:read"),
    ]);
    for (kind, body) in [
        ("multipart/form-data", &*whole),
        ("multipart/form-data; boundary=", &*whole),
        ("multipart/form-data; boundary=B", "no parts at all"),
        ("multipart/form-data; boundary=B", &whole[..whole.len() / 2]),
        ("multipart/form-data; boundary=C", &*whole),
    ] {
        let answer = server
            .ask("POST", KEYS)
            .key("phx_ada")
            .body(kind, body)
            .send();
        let found = (answer.status, &answer.body["type"], &answer.body["code"]);
        assert_eq!(
            found,
            (400, &json!("invalid_request"), &json!("parse_error")),
            "{kind} {body:?}"
        );
    }
    assert_eq!(server.get(KEYS).ok(200)["count"], 1);
}

#[test]
fn a_thousand_fields_are_enough() {
    let server = Server::start();
    let fields = |count: usize| {
        let mut body = "label=many&scopes=endpoint:read".to_owned();
        (2..count).for_each(|n| body += &format!("&x{n}=1"));
        form(&server, "POST", KEYS, &body)
    };
    let answer = fields(1001);
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (400, &Value::from("parse_error")),
        "{}",
        answer.text
    );
    fields(1000).ok(201);
}
