//! Creating and retrieving notebooks: reference `resources.md` 3.

mod changes;
mod list;
mod preview;

use serde_json::{Value, json};

use crate::{harness::Server, objects::keys};

pub const NOTEBOOKS: &str = "/api/projects/1/notebooks/";

/// The path of `notebook`, as the API returned it.
pub fn path(notebook: &Value) -> String {
    format!("{NOTEBOOKS}{}/", notebook["short_id"].as_str().unwrap())
}

/// Creates a notebook by a POST of `body` and returns it.
pub fn create(server: &Server, body: Value) -> Value {
    server.post(NOTEBOOKS, body).ok(201)
}

#[rustfmt::skip]
const FULL: [&str; 13] = [
    "id", "short_id", "title", "content", "text_content", "version", "deleted", "created_at", "created_by",
    "last_modified_at", "last_modified_by", "user_access_level", "parent_resource",
];

#[test]
fn a_notebook_is_created_shown_and_changed_with_all_its_keys_in_order() {
    let server = Server::start();
    let content = json!({"type": "doc", "content": [{"type": "paragraph"}]});
    let made = create(
        &server,
        json!({"title": " My notebook ", "content": content, "text_content": "hello"}),
    );
    assert_eq!(keys(&made), FULL);
    let ada = json!({
        "id": 1, "uuid": made["created_by"]["uuid"], "distinct_id": made["created_by"]["distinct_id"], "first_name": "Ada",
        "last_name": "Lovelace", "email": "ada@example.com", "is_email_verified": made["created_by"]["is_email_verified"],
        "hedgehog_config": null, "role_at_organization": "engineering"
    });
    assert_eq!(made["created_by"].to_string(), ada.to_string());
    assert_eq!(
        made,
        json!({
            "id": made["id"], "short_id": made["short_id"], "title": "My notebook", "content": content, "text_content": "hello",
            "version": 0, "deleted": false, "created_at": made["created_at"], "created_by": ada,
            "last_modified_at": made["created_at"], "last_modified_by": ada, "user_access_level": "manager", "parent_resource": null
        })
    );
    let (id, short_id) = (
        made["id"].as_str().unwrap(),
        made["short_id"].as_str().unwrap(),
    );
    assert!(id.len() == 36 && id == id.to_lowercase(), "{id}");
    assert!(
        short_id.len() == 8 && short_id.bytes().all(|b| b.is_ascii_alphanumeric()),
        "{short_id}"
    );

    let shown = server.get(&path(&made));
    assert_eq!(
        shown.text,
        server.get(path(&made).trim_end_matches('/')).text
    );
    assert_eq!(shown.ok(200), made);

    let changed = server
        .ask("PUT", &path(&made))
        .key("phx_mel")
        .json(json!({"title": "Renamed"}));
    let changed = changed.send().ok(200);
    assert_eq!(keys(&changed), FULL);
    assert_eq!(changed["last_modified_by"]["email"], "mel@example.com");
    assert_eq!(changed["created_by"], ada);
    assert!(changed["last_modified_at"].as_str() > made["last_modified_at"].as_str());
    assert_eq!(
        (
            &changed["title"],
            &changed["text_content"],
            &changed["version"],
            &changed["created_at"]
        ),
        (
            &json!("Renamed"),
            &json!("hello"),
            &json!(0),
            &made["created_at"]
        )
    );
    assert_eq!(server.get(&path(&made)).ok(200), changed);
}

#[test]
fn what_a_new_notebook_leaves_out_is_null_and_unknown_keys_are_ignored() {
    let server = Server::start();
    let ignored = json!({"id": "x", "created_by": 7, "_create_in_folder": "Unfiled/Notebooks", "nonsense": [1]});
    for body in [json!({}), ignored] {
        let made = create(&server, body);
        assert_eq!(
            [
                &made["title"],
                &made["content"],
                &made["text_content"],
                &made["version"],
                &made["deleted"]
            ],
            [
                &json!(null),
                &json!(null),
                &json!(null),
                &json!(0),
                &json!(false)
            ]
        );
    }
    let empty = server.ask("POST", NOTEBOOKS).key("phx_ada").send();
    assert_eq!(empty.ok(201)["title"], json!(null));
    let given = create(
        &server,
        json!({"title": "", "text_content": null, "version": 7}),
    );
    assert_eq!(
        (&given["title"], &given["text_content"], &given["version"]),
        (&json!(""), &json!(null), &json!(7))
    );
}

#[test]
fn content_comes_back_as_it_was_sent() {
    let server = Server::start();
    let contents = [
        r#"{"z":1,"a":{"é":"\n\"\\/","😀":[1.0,1e+300,12345678901234567890123,-0.5,true,null]},"m":[]}"#,
        r#"[1,"two",{"three":3}]"#,
        r#""just text""#,
        "5",
        "false",
        "{}",
        "null",
    ];
    for content in contents {
        let body = format!(r#"{{"title":"x","content":{content},"text_content":"y"}}"#);
        let made = server
            .ask("POST", NOTEBOOKS)
            .key("phx_ada")
            .body("application/json", &body)
            .send();
        let expected = format!(r#""title":"x","content":{content},"text_content":"y""#);
        assert!(
            made.text.contains(&expected),
            "{content} became {}",
            made.text
        );
        let shown = server.get(&path(&made.ok(201))).text;
        assert!(shown.contains(&expected), "{content} became {shown}");
    }
    let spaced = server.ask("POST", NOTEBOOKS).key("phx_ada");
    let made = spaced
        .body(
            "application/json",
            "{\"content\": { \"a b\" :\n [ 1 , 2 ] } }",
        )
        .send();
    assert!(
        made.text.contains(r#""content":{"a b":[1,2]},"#),
        "{}",
        made.text
    );

    let form = server
        .ask("POST", NOTEBOOKS)
        .key("phx_ada")
        .form("title=Form&content={\"a\":[1]}")
        .send()
        .ok(201);
    assert_eq!(
        (&form["title"], &form["content"]),
        (&json!("Form"), &json!({"a": [1]}))
    );
    let bad = server
        .ask("POST", NOTEBOOKS)
        .key("phx_ada")
        .form("content={\"a\"")
        .send();
    bad.invalid("invalid_input", "Value must be valid JSON.", "content");
}

#[test]
fn an_invalid_body_returns_400_with_the_field_and_changes_nothing() {
    let server = Server::start();
    let made = create(&server, json!({"title": "Kept", "content": {}}));
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        (json!({"title": "x".repeat(257)}), "max_length", "Ensure this field has no more than 256 characters.", "title"),
        (json!({"title": ["x"]}), "invalid_input", "Not a valid string.", "title"),
        (json!({"title": true}), "invalid_input", "Not a valid string.", "title"),
        (json!({"title": "a\0b"}), "null_characters_not_allowed", "Null characters are not allowed.", "title"),
        (json!({"text_content": {}}), "invalid_input", "Not a valid string.", "text_content"),
        (json!({"version": "one"}), "invalid_input", "A valid integer is required.", "version"),
        (json!({"version": 1.5}), "invalid_input", "A valid integer is required.", "version"),
        (json!({"version": null}), "null", "This field may not be null.", "version"),
        (
            json!({"version": 2147483648_u64}),
            "max_value",
            "Ensure this value is less than or equal to 2147483647.",
            "version",
        ),
        (
            json!({"version": -2147483649_i64}),
            "min_value",
            "Ensure this value is greater than or equal to -2147483648.",
            "version",
        ),
        (json!({"deleted": "perhaps"}), "invalid_input", "Must be a valid boolean.", "deleted"),
        (json!({"deleted": null}), "null", "This field may not be null.", "deleted"),
        // The first invalid field in declaration order is reported, whatever the order of the body.
        (json!({"deleted": 7, "version": [], "title": {}}), "invalid_input", "Not a valid string.", "title"),
    ];
    for (body, code, detail, field) in rows {
        server
            .post(NOTEBOOKS, body.clone())
            .invalid(code, detail, field);
        server
            .patch(&path(&made), body)
            .invalid(code, detail, field);
    }
    for (body, detail) in [("[]", "list"), ("5", "int"), ("\"x\"", "str")] {
        let answer = server
            .ask("PATCH", &path(&made))
            .key("phx_ada")
            .body("application/json", body)
            .send();
        let detail = format!("Invalid data. Expected a dictionary, but got {detail}.");
        answer.invalid("invalid_input", &detail, None);
    }
    assert_eq!(server.get(&path(&made)).ok(200), made);
    assert_eq!(server.get(NOTEBOOKS).ok(200)["count"], 2); // NoteMain1 and this one
}

#[test]
fn a_new_notebook_may_bring_its_short_id_and_keeps_it() {
    let server = Server::start();
    let made = create(
        &server,
        json!({"short_id": "Mine12345678", "title": "Mine"}),
    );
    assert_eq!(made["short_id"], "Mine12345678");
    let text = "short_id must be an alphanumeric string up to 12 characters.";
    for short_id in [
        json!("Thirteen45678"),
        json!("with-dash"),
        json!("a b"),
        json!("é"),
        json!(12),
        json!(["x"]),
        json!(true),
    ] {
        server
            .post(NOTEBOOKS, json!({"short_id": short_id}))
            .invalid("invalid_input", text, "short_id");
    }
    for falsy in [json!(""), json!(null), json!(0), json!(false)] {
        let made = create(&server, json!({"short_id": falsy}));
        assert_eq!(made["short_id"].as_str().unwrap().len(), 8);
    }
    let taken = server.post(NOTEBOOKS, json!({"short_id": "Mine12345678"}));
    taken.invalid("unique", "This field must be unique.", "short_id");
    // A deleted notebook keeps its short_id; another project may use the same one.
    server.patch(&path(&made), json!({"deleted": true})).ok(200);
    assert_eq!(
        server
            .post(NOTEBOOKS, json!({"short_id": "Mine12345678"}))
            .status,
        400
    );
    server
        .post(
            "/api/projects/2/notebooks/",
            json!({"short_id": "Mine12345678"}),
        )
        .ok(201);

    let kept = server
        .patch(&path(&made), json!({"short_id": "Other", "deleted": false}))
        .ok(200);
    assert_eq!(kept["short_id"], "Mine12345678");
}
