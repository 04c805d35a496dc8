//! POST: a definition before its first event.

use serde_json::{Value, json};

use super::{BASE, ada, listed, server_with};

#[test]
fn a_name_is_enough() {
    let server = server_with(json!([]));
    let made = server.post(BASE, json!({"name": " signed up "})).ok(201);
    let expected = json!({
        "id": made["id"], "name": "signed up", "owner": null, "description": "", "created_at": null,
        "updated_at": made["updated_at"], "updated_by": ada(), "last_seen_at": null, "verified": false, "verified_at": null,
        "verified_by": null, "hidden": false, "enforcement_mode": "allow", "primary_property": null, "is_action": false,
        "post_to_slack": false, "default_columns": [], "media_preview_urls": [], "tags": []
    });
    assert_eq!(made.to_string(), expected.to_string());
    assert_eq!(made["id"].as_str().unwrap().split('-').nth(2), Some("0000"));
    assert_eq!(listed(&server, "signed+up"), made);
}

#[test]
fn all_that_can_be_changed_can_be_told_at_once() {
    let server = server_with(json!([]));
    let body = json!({
        "name": "paid", "description": " Money ", "tags": ["B", "a", "b"], "owner": 2, "verified": true,
        "default_columns": ["timestamp", "amount"], "id": 1, "created_at": "2020-01-01T00:00:00Z", "last_seen_at": 1,
        "is_action": true, "post_to_slack": true, "enforcement_mode": "reject"
    });
    let made = server.post(BASE, body).ok(201);
    let stamp = &made["updated_at"];
    let place = "\"description\":\"Money\",\"tags\":[\"a\",\"b\"],\"created_at\"";
    assert!(made.to_string().contains(place), "{made}");
    for (field, expected) in [
        ("description", json!("Money")),
        ("tags", json!(["a", "b"])),
        ("verified", json!(true)),
        ("verified_by", ada()),
        ("verified_at", stamp.clone()),
        ("hidden", json!(false)),
        ("default_columns", json!(["timestamp", "amount"])),
        ("created_at", Value::Null),
        ("last_seen_at", Value::Null),
        ("is_action", json!(false)),
        ("post_to_slack", json!(false)),
        ("enforcement_mode", json!("allow")),
    ] {
        assert_eq!(made[field], expected, "{field}");
    }
    assert_eq!(made["owner"]["email"], "mel@example.com");
    assert_eq!(listed(&server, "paid"), made);
    let hidden = server
        .post(BASE, json!({"name": "secret", "hidden": true}))
        .ok(201);
    assert_eq!(
        (&hidden["hidden"], &hidden["verified"]),
        (&json!(true), &json!(false))
    );
}

#[test]
fn bodies_are_validated_in_field_order() {
    let server = server_with(json!(["taken", {"name": "aside", "project": "side"}]));
    let required = ("required", "This field is required.");
    let blank = ("blank", "This field may not be blank.");
    let null = ("null", "This field may not be null.");
    let string = ("invalid_input", "Not a valid string.");
    let taken = (
        "invalid_input",
        "Event definition with name 'taken' already exists",
    );
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        (json!({}), required, "name"),
        (json!({"description": true}), required, "name"),
        (json!({"name": null}), null, "name"),
        (json!({"name": ""}), blank, "name"),
        (json!({"name": " \t"}), blank, "name"),
        (json!({"name": []}), string, "name"),
        (json!({"name": true}), string, "name"),
        (json!({"name": "a\u{0}"}), ("null_characters_not_allowed", "Null characters are not allowed."), "name"),
        (json!({"name": "x".repeat(401)}), ("max_length", "Ensure this field has no more than 400 characters."), "name"),
        (json!({"name": "taken"}), taken, "name"),
        (json!({"name": " taken "}), taken, "name"),
        (json!({"name": "a", "owner": 99}), ("does_not_exist", "Invalid pk \"99\" - object does not exist."), "owner"),
        (json!({"name": "taken", "tags": null}), null, "tags"),
        (json!({"name": "a", "verified": null}), null, "verified"),
    ];
    for (body, (code, detail), attr) in rows {
        server.post(BASE, body).invalid(code, detail, attr);
    }
    let both = json!({"name": "a", "hidden": true, "verified": true});
    let detail = "An event cannot be both hidden and verified";
    server
        .post(BASE, both)
        .invalid("invalid_input", detail, None);
    assert_eq!(server.get(BASE).ok(200)["count"], 1, "nothing was made");
    for name in ["aside", "Taken", &"x".repeat(400), "5"] {
        assert_eq!(
            server.post(BASE, json!({"name": name})).ok(201)["name"],
            name
        );
    }
    assert_eq!(server.post(BASE, json!({"name": 7})).ok(201)["name"], "7");
    let form = server
        .ask("POST", BASE)
        .key("phx_event")
        .form("name=a+b&tags=x&tags=y")
        .send()
        .ok(201);
    assert_eq!(
        (&form["name"], &form["tags"]),
        (&json!("a b"), &json!(["x", "y"]))
    );
}
