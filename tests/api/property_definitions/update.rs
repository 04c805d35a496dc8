//! PATCH and PUT: what a change does.

use serde_json::{Value, json};

use super::{listed, server_with, url};
use crate::harness::Answer;

fn ada() -> Value {
    json!({"id": 1, "uuid": "0195f3a0-0000-0000-8000-0000000000a1", "distinct_id": "ada-1", "first_name": "Ada", "last_name": "Lovelace",
           "email": "ada@example.com", "is_email_verified": true, "hedgehog_config": null, "role_at_organization": "engineering"})
}

#[test]
fn a_change_answers_with_the_whole_object_and_stays() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let url = url(&server, "plan");
    let body = json!({"description": " What they pay ", "tags": ["B", " a ", "b"], "property_type": "Duration", "verified": true});
    let changed = server.patch(&url, body).ok(200);
    let stamp = &changed["updated_at"];
    let expected = json!({
        "id": changed["id"], "name": "plan", "description": "What they pay", "tags": ["a", "b"], "is_numerical": false,
        "updated_at": stamp, "updated_by": ada(), "is_seen_on_filtered_events": null, "property_type": "Duration",
        "verified": true, "verified_at": stamp, "verified_by": ada(), "hidden": false
    });
    assert_eq!(changed.to_string(), expected.to_string());
    assert_eq!(listed(&server, "plan"), changed);
    assert_eq!(server.get(&url).ok(200), changed);
}

#[test]
fn tags_come_last_unless_the_change_has_them() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let url = url(&server, "plan");
    let place = |answer: Answer| {
        let text = answer.ok(200).to_string();
        match text.ends_with("\"tags\":[\"x\"]}") {
            true => "last",
            false if text.contains("\"description\":\"\",\"tags\":[\"x\"],\"is_") => "declared",
            false => panic!("{text}"),
        }
    };
    let ask = |method: &str| server.ask(method, &url).key("phx_ada");
    for method in ["PATCH", "PUT"] {
        assert_eq!(
            place(ask(method).json(json!({"tags": ["x"]})).send()),
            "declared"
        );
        assert_eq!(place(ask(method).form("tags=X").send()), "declared");
        assert_eq!(place(ask(method).form("tags[0]=x").send()), "declared");
        assert_eq!(place(ask(method).json(json!({})).send()), "last");
        assert_eq!(place(ask(method).form("tagsx=1").send()), "last");
    }
    assert_eq!(place(ask("GET").send()), "last");
}

#[test]
fn every_change_is_signed_even_an_empty_one() {
    let server = server_with(
        json!([{"name": "plan", "description": "x"}]),
        json!([]),
        &[],
    );
    let url = url(&server, "plan");
    let before = server.get(&url).ok(200);
    assert_eq!(before["updated_by"], Value::Null);
    for method in ["PATCH", "PUT"] {
        let changed = server
            .ask(method, &url)
            .key("phx_mel")
            .json(json!({}))
            .send()
            .ok(200);
        assert_eq!(
            (&changed["updated_by"]["email"], &changed["description"]),
            (&json!("mel@example.com"), &json!("x"))
        );
        assert!(changed["updated_at"].as_str() > before["updated_at"].as_str());
    }
    assert_eq!(
        server.ask("PATCH", &url).key("phx_ada").send().ok(200)["updated_by"],
        ada()
    );
}

#[test]
fn read_only_and_unknown_fields_are_ignored() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let url = url(&server, "plan");
    let before = server.get(&url).ok(200);
    let body = json!({
        "id": 1, "name": "other", "is_numerical": "x", "updated_at": "nonsense", "updated_by": [], "verified_at": {},
        "is_seen_on_filtered_events": 7, "verified_by": 3, "warehouse_origin": {}, "type": "person", "whatever": null
    });
    for method in ["PATCH", "PUT"] {
        let mut after = server
            .ask(method, &url)
            .key("phx_ada")
            .json(body.clone())
            .send()
            .ok(200);
        assert_eq!(after["updated_by"]["id"], 1);
        (after["updated_at"], after["updated_by"]) = (before["updated_at"].clone(), Value::Null);
        assert_eq!(after, before);
    }
}

#[test]
fn values_are_read_as_the_framework_reads_them() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let url = url(&server, "plan");
    let long = "ü".repeat(100_000);
    for (body, field, expected) in [
        (json!({"description": null}), "description", Value::Null),
        (json!({"description": ""}), "description", json!("")),
        (json!({"description": " \t\n "}), "description", json!("")),
        (json!({"description": 12}), "description", json!("12")),
        (json!({"description": 1.5}), "description", json!("1.5")),
        (
            json!({"description": "\u{a0}x\u{200b} "}),
            "description",
            json!("x\u{200b}"),
        ),
        (json!({"description": &long}), "description", json!(long)),
        (
            json!({"tags": ["ÄÖ", "äö", " b ", "", "  ", "A"]}),
            "tags",
            json!(["a", "b", "äö"]),
        ),
        (
            json!({"tags": ["x".repeat(255)]}),
            "tags",
            json!(["x".repeat(255)]),
        ),
        (json!({"tags": []}), "tags", json!([])),
        (json!({"verified": "T"}), "verified", json!(true)),
        (json!({"verified": 0}), "verified", json!(false)),
        (json!({"verified": "yes"}), "verified", json!(true)),
        (json!({"verified": "off"}), "verified", json!(false)),
        (json!({"hidden": 1.0}), "hidden", json!(true)),
        (json!({"hidden": ""}), "hidden", Value::Null),
        (json!({"hidden": "N"}), "hidden", json!(false)),
        (json!({"hidden": "nULL"}), "hidden", Value::Null),
        (json!({"hidden": false}), "hidden", json!(false)),
        (json!({"hidden": null}), "hidden", Value::Null),
    ] {
        assert_eq!(server.patch(&url, body).ok(200)[field], expected);
        assert_eq!(listed(&server, "plan")[field], expected);
    }
}

#[test]
fn verifying_and_hiding_exclude_each_other() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let url = url(&server, "plan");
    let ask = |key: &str, body: Value| server.ask("PATCH", &url).key(key).json(body).send().ok(200);
    let state = |body: &Value| {
        (
            body["verified"].clone(),
            body["hidden"].clone(),
            body["verified_by"]["id"].clone(),
        )
    };

    let hidden = ask("phx_ada", json!({"hidden": true}));
    assert_eq!(state(&hidden), (json!(false), json!(true), Value::Null));
    let verified = ask("phx_ada", json!({"verified": true}));
    assert_eq!(state(&verified), (json!(true), json!(false), json!(1)));
    assert_eq!(verified["verified_at"], verified["updated_at"]);

    ask("phx_ada", json!({"hidden": null}));
    let again = ask("phx_mel", json!({"verified": true}));
    assert_eq!(
        state(&again),
        (json!(true), json!(false), json!(1)),
        "who verified first stays"
    );
    assert_eq!(again["verified_at"], verified["verified_at"]);
    assert!(again["updated_at"].as_str() > verified["updated_at"].as_str());

    let hidden = ask("phx_mel", json!({"hidden": true, "verified": false}));
    assert_eq!(state(&hidden), (json!(false), json!(true), Value::Null));
    assert_eq!(hidden["verified_at"], Value::Null);
    assert_eq!(
        state(&ask("phx_mel", json!({"verified": false}))),
        (json!(false), json!(true), Value::Null)
    );
    let verified = ask("phx_mel", json!({"hidden": false, "verified": true}));
    assert_eq!(state(&verified), (json!(true), json!(false), json!(2)));
    assert_eq!(
        state(&ask("phx_ada", json!({"hidden": false}))),
        (json!(true), json!(false), json!(2))
    );
    assert_eq!(
        state(&ask("phx_ada", json!({"hidden": null}))),
        (json!(true), Value::Null, json!(2))
    );
    let cleared = ask("phx_ada", json!({"verified": false}));
    assert_eq!(state(&cleared), (json!(false), Value::Null, Value::Null));
    assert_eq!(cleared["verified_at"], Value::Null);
    ask("phx_ada", json!({"verified": true}));
    assert_eq!(
        state(&ask("phx_ada", json!({"hidden": true}))),
        (json!(false), json!(true), Value::Null)
    );
}

#[test]
fn is_numerical_follows_the_type() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let url = url(&server, "plan");
    for (property_type, is_numerical) in [
        (json!("Numeric"), true),
        (json!("String"), false),
        (json!("DateTime"), false),
        (json!("Numeric"), true),
        (json!("Boolean"), false),
        (json!("Duration"), false),
        (json!("Numeric"), true),
        (Value::Null, false),
    ] {
        let body = server
            .patch(&url, json!({"property_type": property_type}))
            .ok(200);
        assert_eq!(
            (&body["property_type"], &body["is_numerical"]),
            (&property_type, &json!(is_numerical))
        );
        assert_eq!(
            server.patch(&url, json!({})).ok(200)["is_numerical"],
            is_numerical
        );
    }
}
