//! `PATCH {parent}/sharing`: what its fields may be and how its body may come.

use serde_json::{Value, json};

use crate::{harness::Server, sharing::NOTEBOOK};

#[test]
fn booleans_have_many_spellings() {
    let server = Server::start();
    for field in ["enabled", "password_required"] {
        let said = |value: &Value| server.patch(NOTEBOOK, json!({field: value}));
        let words = "true True TRUE t T y Y yes Yes YES on On ON 1|false False FALSE f F n N no No NO off Off OFF 0";
        let (yes, no) = words.split_once('|').unwrap();
        let mut spellings: Vec<(Value, bool)> = Vec::new();
        spellings.extend(yes.split(' ').map(|word| (json!(word), true)));
        spellings.extend(no.split(' ').map(|word| (json!(word), false)));
        spellings.extend([
            (json!(1), true),
            (json!(0), false),
            (json!(1.0), true),
            (json!(0.0), false),
        ]);
        spellings.extend([(json!(true), true), (json!(false), false)]);
        for (value, meaning) in spellings {
            server.patch(NOTEBOOK, json!({field: !meaning})).ok(200);
            assert_eq!(said(&value).ok(200)[field], meaning, "{value}");
        }
        for value in [
            json!("maybe"),
            json!(""),
            json!([]),
            json!({}),
            json!(2),
            json!("null"),
            json!(" true "),
        ] {
            said(&value).invalid("invalid_input", "Must be a valid boolean.", field);
        }
        said(&Value::Null).invalid("null", "This field may not be null.", field);
    }
}

#[test]
fn settings_keep_what_is_known_and_drop_the_rest() {
    let server = Server::start();
    let mut rows = vec![
        (json!({}), json!({})),
        (Value::Null, Value::Null),
        (
            json!({"whitelabel": true, "customSetting": "x"}),
            json!({"whitelabel": true}),
        ),
        (json!({"legend": null, "theme": null}), json!({})),
        (json!({"legend": false}), json!({"legend": false})),
        (
            json!({"noHeader": "YES", "detailed": 0, "hideExtraDetails": "off", "showInspector": 1.0}),
            json!({"noHeader": true, "detailed": false, "hideExtraDetails": false, "showInspector": true}),
        ),
    ];
    for word in ["true", "t", "yes", "y", "on", "1", "True", "On"] {
        rows.push((json!({"legend": word}), json!({"legend": true})));
    }
    for word in ["false", "f", "no", "n", "off", "0", "FALSE", "No"] {
        rows.push((json!({"legend": word}), json!({"legend": false})));
    }
    for theme in ["light", "dark", "system"] {
        rows.push((json!({"theme": theme}), json!({"theme": theme})));
    }
    for (sent, kept) in rows {
        // What was there before is replaced, not merged with.
        server
            .patch(
                NOTEBOOK,
                json!({"settings": {"whitelabel": true, "theme": "dark"}}),
            )
            .ok(200);
        assert_eq!(
            server.patch(NOTEBOOK, json!({"settings": sent})).ok(200)["settings"],
            kept,
            "{sent}"
        );
        assert_eq!(server.get(NOTEBOOK).ok(200)["settings"], kept, "{sent}");
        server.patch(NOTEBOOK, json!({"enabled": true})).ok(200);
        assert_eq!(
            server.get(NOTEBOOK).ok(200)["settings"],
            kept,
            "what is not sent stays"
        );
    }
}

#[test]
fn settings_of_another_shape_are_refused_whole() {
    let server = Server::start();
    let before = server
        .patch(NOTEBOOK, json!({"settings": {"legend": true}}))
        .ok(200);
    let mut wrong = vec![
        json!("x"),
        json!(1),
        json!(true),
        json!([1]),
        json!(""),
        json!(0),
        json!(false),
        json!([]),
    ];
    for value in [
        json!(2),
        json!("maybe"),
        json!([]),
        json!({}),
        json!(" true "),
        json!(""),
        json!(0.5),
    ] {
        wrong.push(json!({"legend": value}));
    }
    for theme in [
        json!("blue"),
        json!("Dark"),
        json!(true),
        json!(""),
        json!(["dark"]),
    ] {
        wrong.push(json!({"theme": theme}));
    }
    for settings in wrong {
        let answer = server.patch(NOTEBOOK, json!({"enabled": true, "settings": settings}));
        answer.invalid("invalid_input", "Invalid settings format", "settings");
    }
    assert_eq!(server.get(NOTEBOOK).ok(200), before);
}

#[test]
fn one_fault_is_told_the_first_in_field_order_and_nothing_changes() {
    let server = Server::start();
    let before = server.patch(NOTEBOOK, json!({})).ok(200);
    let refused = |body: Value| server.patch(NOTEBOOK, body);
    refused(json!({"password_required": [], "settings": 1, "enabled": null})).invalid(
        "null",
        "This field may not be null.",
        "enabled",
    );
    refused(json!({"password_required": [], "settings": 1, "enabled": true})).invalid(
        "invalid_input",
        "Invalid settings format",
        "settings",
    );
    refused(json!({"password_required": "maybe", "settings": {}, "enabled": true})).invalid(
        "invalid_input",
        "Must be a valid boolean.",
        "password_required",
    );
    assert_eq!(server.get(NOTEBOOK).ok(200), before);
}

#[test]
fn read_only_and_unknown_fields_are_passed_over() {
    let server = Server::start();
    let before = server.patch(NOTEBOOK, json!({})).ok(200);
    let change = json!({"access_token": "mine", "created_at": 7, "share_passwords": [1], "id": {}, "views": 9});
    assert_eq!(server.patch(NOTEBOOK, change).ok(200), before);
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    let server = Server::start();
    for (body, detail) in [
        ("[]", "Invalid data. Expected a dictionary, but got list."),
        ("[1]", "Invalid data. Expected a dictionary, but got list."),
        ("5", "Invalid data. Expected a dictionary, but got int."),
        ("1.5", "Invalid data. Expected a dictionary, but got float."),
        (
            "\"enabled\"",
            "Invalid data. Expected a dictionary, but got str.",
        ),
        ("true", "Invalid data. Expected a dictionary, but got bool."),
    ] {
        let answer = server
            .ask("PATCH", NOTEBOOK)
            .key("phx_ada")
            .body("application/json", body)
            .send();
        answer.invalid("invalid_input", detail, None);
    }
    let answer = server
        .ask("PATCH", NOTEBOOK)
        .key("phx_ada")
        .body("application/json", "null")
        .send();
    answer.invalid("null", "No data provided", None);
    assert_eq!(server.get(NOTEBOOK).ok(200)["created_at"], Value::Null);
}

#[test]
fn bodies_that_cannot_be_read_store_nothing() {
    let server = Server::start();
    let send = |kind, body| {
        server
            .ask("PATCH", NOTEBOOK)
            .key("phx_ada")
            .body(kind, body)
            .send()
    };
    let detail = "JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)";
    send("application/json", "{").error(400, "invalid_request", "parse_error", detail, None);
    let detail = "Unsupported media type \"text/plain\" in request.";
    send("text/plain", "enabled=1").error(
        415,
        "invalid_request",
        "unsupported_media_type",
        detail,
        None,
    );
    assert_eq!(server.get(NOTEBOOK).ok(200)["created_at"], Value::Null);
    // An empty body of any type is an empty object.
    assert_ne!(send("text/plain", "").ok(200)["created_at"], Value::Null);
}

#[test]
fn form_bodies_work_too() {
    let server = Server::start();
    let send = |body| {
        server
            .ask("PATCH", NOTEBOOK)
            .key("phx_ada")
            .form(body)
            .send()
    };
    let changed = send("enabled=on&settings=%7B%22legend%22%3A+true%7D").ok(200);
    assert_eq!(
        (&changed["enabled"], &changed["settings"]),
        (&json!(true), &json!({"legend": true}))
    );
    // Absent and blank booleans stay.
    for body in [
        "password_required=",
        "enabled=",
        "settings=%7B%22legend%22%3A+true%7D",
        "other=1",
    ] {
        assert_eq!(send(body).ok(200), changed, "{body}");
    }
    for body in ["settings=", "settings=legend"] {
        send(body).invalid("invalid_input", "Value must be valid JSON.", "settings");
    }
    send("settings=%5B%5D").invalid("invalid_input", "Invalid settings format", "settings");
    send("enabled=maybe").invalid("invalid_input", "Must be a valid boolean.", "enabled");
    assert_eq!(server.get(NOTEBOOK).ok(200), changed);
}
