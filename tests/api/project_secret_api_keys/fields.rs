//! Project secret API keys: valid values of their two fields (`keys-and-auth.md` 2.5, 2.6).

use serde_json::json;

use crate::{
    harness::{Answer, Server},
    project_secret_api_keys::{KEYS, create, hidden, path},
};

/// The responses to POST, PUT and PATCH with `field` set to the JSON text `sent`; the other field is valid.
fn send(server: &Server, path: &str, field: &str, sent: &str) -> [Answer; 3] {
    let other = match field {
        "label" => r#""scopes": ["endpoint:read"]"#,
        _ => r#""label": "fine""#,
    };
    // The order of fields in a body does not matter.
    let bodies = [
        ("POST", KEYS, format!("{{\"{field}\": {sent}, {other}}}")),
        ("PUT", path, format!("{{{other}, \"{field}\": {sent}}}")),
        ("PATCH", path, format!("{{\"{field}\": {sent}}}")),
    ];
    bodies.map(|(method, path, body)| {
        server
            .ask(method, path)
            .key("phx_ada")
            .body("application/json", body)
            .send()
    })
}

#[test]
fn a_label_has_one_to_forty_characters() {
    let server = Server::start();
    let key = create(&server, "CI");
    let too_long = format!("\"{}\"", "é".repeat(41));
    let too_long_and_null = format!("\"{}\\u0000\"", "a".repeat(41));
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        ("null", "null", "This field may not be null."),
        (r#""""#, "blank", "This field may not be blank."),
        (r#"" \t\u00a0\u2003\u001c""#, "blank", "This field may not be blank."),
        (&too_long, "max_length", "Ensure this field has no more than 40 characters."),
        (&too_long_and_null, "max_length", "Ensure this field has no more than 40 characters."),
        ("true", "invalid_input", "Not a valid string."),
        ("[]", "invalid_input", "Not a valid string."),
        ("[\"CI\"]", "invalid_input", "Not a valid string."),
        ("{}", "invalid_input", "Not a valid string."),
        (r#""a\u0000b""#, "null_characters_not_allowed", "Null characters are not allowed."),
        (r#""a\ud800b""#, "surrogate_characters_not_allowed", "Surrogate characters are not allowed: U+D800."),
        (r#""\udfff""#, "surrogate_characters_not_allowed", "Surrogate characters are not allowed: U+DFFF."),
    ];
    for (sent, code, detail) in rows {
        for answer in send(&server, &path(&key), "label", sent) {
            answer.invalid(code, detail, "label");
        }
    }
    assert_eq!(server.get(&path(&key)).text, hidden(&key).to_string());
    assert_eq!(server.get(KEYS).ok(200)["count"], 2);
}

#[test]
fn numbers_become_labels_and_blanks_around_one_go() {
    let server = Server::start();
    let forty = format!("{}\u{1f994}", "é".repeat(39));
    let spaced = format!("\" \\u00a0{forty}\\t \"");
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        ("7", "7"),
        ("-1.50", "-1.5"),
        ("1e2", "100.0"),
        ("NaN", "nan"),
        ("1e400", "inf"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        (&spaced, &forty),
        (r#""\u200b""#, "\u{200b}"),
        (r#""a\"<&'\n\u2028z""#, "a\"<&'\n\u{2028}z"),
        (r#""Robert'); DROP TABLE project_secret_""#, "Robert'); DROP TABLE project_secret_"),
    ];
    for (sent, label) in rows {
        // PUT and PATCH go to the key that POST created, which already has the label.
        let body = format!("{{\"label\": {sent}, \"scopes\": [\"endpoint:read\"]}}");
        let made = server
            .ask("POST", KEYS)
            .key("phx_ada")
            .body("application/json", &body)
            .send()
            .ok(201);
        assert_eq!(made["label"], label, "{sent}");
        for method in ["PUT", "PATCH"] {
            let ask = server.ask(method, &path(&made)).key("phx_ada");
            let answer = ask.body("application/json", &body).send();
            assert_eq!(answer.ok(200), hidden(&made), "{method} {sent}");
        }
    }
}

#[test]
fn scopes_are_a_list_of_texts() {
    let server = Server::start();
    let key = create(&server, "CI");
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        ("null", "null", "This field may not be null.", "scopes"),
        ("[]", "empty", "This list may not be empty.", "scopes"),
        (r#""endpoint:read""#, "not_a_list", "Expected a list of items but got type \"str\".", "scopes"),
        ("{}", "not_a_list", "Expected a list of items but got type \"dict\".", "scopes"),
        ("5", "not_a_list", "Expected a list of items but got type \"int\".", "scopes"),
        ("1.5", "not_a_list", "Expected a list of items but got type \"float\".", "scopes"),
        ("true", "not_a_list", "Expected a list of items but got type \"bool\".", "scopes"),
        (r#"[""]"#, "blank", "This field may not be blank.", "scopes__0"),
        (r#"["endpoint:read", null]"#, "null", "This field may not be null.", "scopes__1"),
        (r#"["*", "endpoint:read", " ", null]"#, "blank", "This field may not be blank.", "scopes__2"),
        ("[{}]", "invalid_input", "Not a valid string.", "scopes__0"),
        ("[[]]", "invalid_input", "Not a valid string.", "scopes__0"),
        ("[true]", "invalid_input", "Not a valid string.", "scopes__0"),
        (r#"["a\u0000"]"#, "null_characters_not_allowed", "Null characters are not allowed.", "scopes__0"),
    ];
    for (sent, code, detail, attr) in rows {
        for answer in send(&server, &path(&key), "scopes", sent) {
            answer.invalid(code, detail, attr);
        }
    }
    assert_eq!(server.get(&path(&key)).text, hidden(&key).to_string());
}

#[test]
fn only_some_scopes_can_be_given_to_a_project() {
    let server = Server::start();
    let key = create(&server, "CI");
    let wildcard =
        "Wildcard scope '*' is not allowed for project API keys. Please specify explicit scopes.";
    let gateway = "LLM gateway scope is not available for this project. Contact support to enable this feature.";
    let other = |scope: &str| {
        format!(
            "Scope '{scope}' can not be assigned to a project secret API key. Allowed scopes: account:read, \
             endpoint:read, experiment:read, feature_flag:read, hog_flow:write, loop:write, \
             transactional_email:read, transactional_email:write"
        )
    };
    let invalid = |scope: &str| format!("Invalid scope: {scope}");
    let rows = [
        (json!(["*"]), wildcard.to_owned()),
        (json!(["endpoint"]), invalid("endpoint")),
        (json!([5]), invalid("5")),
        (json!([":"]), invalid(":")),
        (json!(["Endpoint:read"]), invalid("Endpoint:read")),
        (json!(["endpoint:delete"]), invalid("endpoint:delete")),
        (
            json!(["endpoint:read:write"]),
            invalid("endpoint:read:write"),
        ),
        (json!(["endpoint: read"]), invalid("endpoint: read")),
        (json!(["nothing:read"]), invalid("nothing:read")),
        (json!(["internal_run:read"]), invalid("internal_run:read")),
        (json!(["llm_gateway:read"]), gateway.to_owned()),
        (json!(["llm_gateway:write"]), other("llm_gateway:write")),
        (json!(["insight:read"]), other("insight:read")),
        (json!(["endpoint:write"]), other("endpoint:write")),
        (json!(["feature_flag:write"]), other("feature_flag:write")),
        (json!(["loop:read"]), other("loop:read")),
        (json!(["hog_flow:read"]), other("hog_flow:read")),
        (
            json!(["transactional_emails:read"]),
            invalid("transactional_emails:read"),
        ),
        // The first invalid scope is reported.
        (
            json!(["endpoint:read", "insight:read", "*"]),
            other("insight:read"),
        ),
        (json!(["endpoint:read", "x", "insight:read"]), invalid("x")),
    ];
    for (scopes, detail) in rows {
        for answer in send(&server, &path(&key), "scopes", &scopes.to_string()) {
            answer.invalid("invalid_input", &detail, "scopes");
        }
    }
    let all = json!([
        "transactional_email:write",
        "transactional_email:read",
        "hog_flow:write",
        "loop:write",
        "feature_flag:read",
        "experiment:read",
        "endpoint:read",
        "account:read"
    ]);
    assert_eq!(
        server.patch(&path(&key), json!({"scopes": all})).ok(200)["scopes"],
        all
    );
}

#[test]
fn what_is_missing_counts_where_all_must_be_said() {
    let server = Server::start();
    let key = create(&server, "CI");
    let required =
        |answer: Answer, field| answer.invalid("required", "This field is required.", field);
    for (method, path) in [("POST", KEYS), ("PUT", &path(&key))] {
        let ask = || server.ask(method, path).key("phx_ada");
        required(ask().send(), "label");
        required(ask().json(json!({})).send(), "label");
        required(
            ask().json(json!({"Label": "x", "scopes": []})).send(),
            "label",
        );
        required(ask().json(json!({"scopes": "x"})).send(), "label");
        required(ask().json(json!({"label": "x"})).send(), "scopes");
        required(
            ask().form("label=x&scopes[]=endpoint:read").send(),
            "scopes",
        );
        // The label is validated first, wherever it is in the body.
        let both = json!({"scopes": null, "label": null});
        ask()
            .json(both)
            .send()
            .invalid("null", "This field may not be null.", "label");
        ask().form("label=+&scopes=x").send().invalid(
            "blank",
            "This field may not be blank.",
            "label",
        );
        let item = ask().form("label=x&scopes=").send();
        item.invalid("blank", "This field may not be blank.", "scopes__0");
        let joined = ask().form("label=x&scopes=endpoint:read,loop:write").send();
        joined.invalid(
            "invalid_input",
            "Invalid scope: endpoint:read,loop:write",
            "scopes",
        );
        let list = "Invalid data. Expected a dictionary, but got list.";
        ask()
            .json(json!([]))
            .send()
            .invalid("invalid_input", list, None);
        ask()
            .json(json!(null))
            .send()
            .invalid("null", "No data provided", None);
    }
    assert_eq!(server.get(&path(&key)).text, hidden(&key).to_string());
    let indexed = server
        .ask("POST", KEYS)
        .key("phx_ada")
        .form("label=x&label=y&scopes[0]=loop:write&scopes[1]=account:read");
    let made = indexed.send().ok(201);
    assert_eq!(
        (&made["label"], &made["scopes"]),
        (&json!("y"), &json!(["loop:write", "account:read"]))
    );
}
