//! PATCH and PUT: what a change does, and which bodies are rejected.

use serde_json::{Value, json};

use super::{ada, listed, server_with, url};

#[test]
fn a_change_answers_with_the_whole_object_and_stays() {
    let server = server_with(json!([{"name": "plan", "last_seen_at": "2026-07-01T12:00:00Z"}]));
    let url = url(&server, "plan");
    let created_at = listed(&server, "plan")["created_at"].clone();
    let body = json!({"description": " What they pay ", "tags": ["B", " a ", "b"], "owner": 1, "verified": true, "default_columns": ["x"]});
    let changed = server.patch(&url, body).ok(200);
    let stamp = &changed["updated_at"];
    // `tags` are in this place because the body has them.
    let mut expected = json!({
        "id": changed["id"], "name": "plan", "owner": ada(), "description": "What they pay", "tags": ["a", "b"], "created_at": created_at,
        "updated_at": stamp, "updated_by": ada(), "last_seen_at": "2026-07-01T12:00:00Z", "verified": true, "verified_at": stamp,
        "verified_by": ada(), "hidden": false, "enforcement_mode": "allow", "primary_property": null, "is_action": false,
        "default_columns": ["x"], "media_preview_urls": []
    });
    assert_eq!(changed.to_string(), expected.to_string()); // without post_to_slack
    expected["post_to_slack"] = json!(false);
    assert_eq!(listed(&server, "plan"), expected);
    assert_eq!(server.get(&url).ok(200), expected);
    let put = server
        .ask("PUT", &url)
        .key("phx_mel")
        .json(json!({}))
        .send()
        .ok(200);
    assert_eq!(
        (&put["post_to_slack"], &put["updated_by"]["id"]),
        (&json!(false), &json!(2))
    );
    assert_eq!(
        (&put["tags"], &put["description"]),
        (&expected["tags"], &expected["description"])
    );
}

#[test]
fn names_and_other_read_only_fields_stay() {
    let server = server_with(json!(["plan"]));
    let url = url(&server, "plan");
    let before = server.get(&url).ok(200);
    let body = json!({
        "id": 1, "name": "other", "created_at": "x", "updated_at": [], "updated_by": 2, "last_seen_at": {}, "verified_at": 1,
        "verified_by": 2, "enforcement_mode": "reject", "is_action": true, "post_to_slack": true,
        "media_preview_urls": ["x"], "whatever": null
    });
    for method in ["PATCH", "PUT"] {
        let ask = server.ask(method, &url).key("phx_ada");
        let after = ask.json(body.clone()).send().ok(200);
        assert_eq!(after["updated_by"], ada());
        for (field, value) in after.as_object().unwrap() {
            if !["updated_at", "updated_by"].contains(&field.as_str()) {
                assert_eq!(*value, before[field], "{field}");
            }
        }
    }
}

#[test]
fn verifying_and_hiding_exclude_each_other() {
    let server = server_with(json!(["plan"]));
    let url = url(&server, "plan");
    let ask = |key: &str, body: Value| server.ask("PATCH", &url).key(key).json(body).send().ok(200);
    let state = |body: &Value| {
        let by = body["verified_by"]["id"].clone();
        json!([
            body["verified"],
            body["hidden"],
            by,
            body["verified_at"].is_string()
        ])
    };
    assert_eq!(
        state(&ask("phx_ada", json!({"hidden": true}))),
        json!([false, true, null, false])
    );
    let verified = ask("phx_ada", json!({"verified": true}));
    assert_eq!(state(&verified), json!([true, false, 1, true]));
    let again = ask("phx_mel", json!({"verified": true}));
    assert_eq!(
        state(&again),
        json!([true, false, 1, true]),
        "who verified first stays"
    );
    assert_eq!(again["verified_at"], verified["verified_at"]);
    assert_eq!(
        state(&ask("phx_ada", json!({"hidden": null}))),
        json!([true, null, 1, true])
    );
    assert_eq!(
        state(&ask("phx_ada", json!({"verified": false}))),
        json!([false, null, null, false])
    );
    ask("phx_mel", json!({"verified": true}));
    assert_eq!(
        state(&ask("phx_ada", json!({"hidden": true}))),
        json!([false, true, null, false])
    );
    let before = listed(&server, "plan");
    let both = server.patch(&url, json!({"hidden": "on", "verified": 1}));
    both.invalid(
        "invalid_input",
        "An event cannot be both hidden and verified",
        None,
    );
    assert_eq!(listed(&server, "plan"), before);
}

#[test]
fn owners_and_columns_can_be_set_and_cleared() {
    let server = server_with(json!(["plan"]));
    let url = url(&server, "plan");
    let patch = |body: Value| server.patch(&url, body).ok(200);
    assert_eq!(
        patch(json!({"owner": "2"}))["owner"]["email"],
        "mel@example.com"
    );
    assert_eq!(patch(json!({}))["owner"]["id"], 2);
    assert_eq!(patch(json!({"owner": null}))["owner"], Value::Null);
    assert_eq!(
        patch(json!({"default_columns": ["b", 1, "a", "b"]}))["default_columns"],
        json!(["b", "1", "a", "b"])
    );
    assert_eq!(
        patch(json!({"default_columns": []}))["default_columns"],
        json!([])
    );
    let form = |body: &str| {
        server
            .ask("PATCH", &url)
            .key("phx_ada")
            .form(body)
            .send()
            .ok(200)
    };
    assert_eq!(form("owner=1&default_columns=x")["owner"]["id"], 1);
    assert_eq!(form("owner=&hidden=")["owner"], Value::Null);
    assert_eq!(listed(&server, "plan")["default_columns"], json!(["x"]));
    let put = server
        .ask("PUT", &url)
        .key("phx_ada")
        .form("verified=1")
        .send()
        .ok(200);
    assert_eq!(
        (&put["verified"], &put["hidden"]),
        (&json!(true), &json!(false))
    );
    let put = server
        .ask("PUT", &url)
        .key("phx_ada")
        .form("description=x")
        .send()
        .ok(200);
    assert_eq!(
        (&put["verified"], &put["hidden"]),
        (&json!(false), &Value::Null),
        "boxes not ticked"
    );
}

#[test]
fn bodies_are_validated_in_field_order_and_a_refused_one_changes_nothing() {
    let server = server_with(json!([{"name": "plan", "description": "x"}]));
    let url = url(&server, "plan");
    let before = server.get(&url).ok(200);
    let string = ("invalid_input", "Not a valid string.");
    let boolean = ("invalid_input", "Must be a valid boolean.");
    let null = ("null", "This field may not be null.");
    let pk = |kind: &str| format!("Incorrect type. Expected pk value, received {kind}.");
    let nobody = |id: &str| format!("Invalid pk \"{id}\" - object does not exist.");
    let own = |(code, detail): (&'static str, &str)| (code, detail.to_owned());
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        (json!({"owner": 99}), ("does_not_exist", nobody("99")), "owner"),
        (json!({"owner": 3}), ("does_not_exist", nobody("3")), "owner"), // a user of another organization
        (json!({"owner": u128::MAX.to_string()}), ("does_not_exist", nobody(&u128::MAX.to_string())), "owner"),
        (json!({"owner": "ada"}), ("incorrect_type", pk("str")), "owner"),
        (json!({"owner": {}}), ("incorrect_type", pk("dict")), "owner"),
        (json!({"owner": true}), ("incorrect_type", pk("bool")), "owner"),
        (json!({"description": true}), own(string), "description"),
        (json!({"tags": null}), own(null), "tags"),
        (json!({"tags": "abc"}), ("not_a_list", "Expected a list of items but got type \"str\".".into()), "tags"),
        (json!({"tags": [1]}), own(string), "tags__0"),
        (json!({"verified": null}), own(null), "verified"),
        (json!({"verified": "maybe"}), own(boolean), "verified"),
        (json!({"hidden": "none"}), own(boolean), "hidden"),
        (json!({"default_columns": null}), own(null), "default_columns"),
        (json!({"default_columns": "a"}), ("not_a_list", "Expected a list of items but got type \"str\".".into()), "default_columns"),
        (json!({"default_columns": ["a", []]}), own(string), "default_columns__1"),
        (json!({"default_columns": [""]}), ("blank", "This field may not be blank.".into()), "default_columns__0"),
        // the first invalid field in declaration order is reported
        (json!({"default_columns": 1, "hidden": "x", "verified": null, "tags": null, "description": [], "owner": []}), ("incorrect_type", pk("list")), "owner"),
        (json!({"default_columns": 1, "hidden": "x", "verified": null, "tags": null, "description": []}), own(string), "description"),
        (json!({"default_columns": 1, "hidden": "x", "verified": null, "tags": null}), own(null), "tags"),
        (json!({"default_columns": 1, "hidden": "x", "verified": null}), own(null), "verified"),
        (json!({"default_columns": 1, "hidden": "x"}), own(boolean), "hidden"),
        (json!({"default_columns": [null], "hidden": true, "verified": true}), own(null), "default_columns__0"),
    ];
    for (body, (code, detail), attr) in rows {
        for method in ["PATCH", "PUT"] {
            let answer = server
                .ask(method, &url)
                .key("phx_ada")
                .json(body.clone())
                .send();
            answer.invalid(code, &detail, attr);
        }
    }
    let list = "Invalid data. Expected a dictionary, but got list.";
    server
        .patch(&url, json!([]))
        .invalid("invalid_input", list, None);
    assert_eq!(server.get(&url).ok(200), before);
}
