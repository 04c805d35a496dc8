//! `bulk_update`: many changes and deletions in one request.

use serde_json::{Value, json};

use super::{BASE, id, listed, names, server_with};
use crate::harness::{Answer, Server};

const UNKNOWN: &str = "0195f3a0-0000-0000-8000-00000000ffff";

fn server(arguments: &[&str]) -> Server {
    let definitions = json!(["a", {"name": "b", "verified": true, "tags": ["x"]}, {"name": "c", "hidden": true}, "d"]);
    server_with(definitions, json!([]), arguments)
}

fn bulk(server: &Server, updates: Value) -> Answer {
    server.post(&format!("{BASE}bulk_update/"), json!({"updates": updates}))
}

/// What people can change of the definition `name`.
fn state(server: &Server, name: &str) -> Value {
    let it = listed(server, name);
    json!([
        it["verified"],
        it["hidden"],
        it["tags"],
        it["description"],
        it["property_type"]
    ])
}

#[test]
fn each_definition_changes_in_its_own_way() {
    for arguments in [&[][..], &["--contract", "live"]] {
        let server = server(arguments);
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| id(&server, name));
        let answer = bulk(&server, json!([
            {"id": c, "verified": true}, {"id": UNKNOWN, "hidden": true}, {"id": a.to_uppercase(), "tags": ["Z", "y"], "description": " text "},
            {"id": d, "deleted": true}, {"id": b, "hidden": "on", "property_type": "Numeric", "name": "ignored", "deleted": false}
        ])).ok(200);
        let skipped = json!([{"id": UNKNOWN, "reason": "Not found"}]);
        let updated: Vec<_> = ["c", "a", "b"]
            .iter()
            .map(|name| listed(&server, name))
            .collect();
        assert_eq!(
            answer.to_string(),
            json!({"updated": updated, "deleted": [d], "skipped": skipped}).to_string()
        );
        assert_eq!(
            state(&server, "a"),
            json!([false, false, ["y", "z"], "text", null])
        );
        assert_eq!(
            state(&server, "b"),
            json!([false, true, ["x"], "", "Numeric"])
        );
        assert_eq!(state(&server, "c"), json!([true, false, [], "", null]));
        assert_eq!(names(&server, ""), ["c", "a", "b"]);
        assert_eq!(
            listed(&server, "a")["updated_by"]["email"],
            "ada@example.com"
        );
        // Another request takes it back.
        let back = json!([{"id": c, "verified": false, "hidden": true}, {"id": b, "verified": true, "hidden": false}, {"id": a, "tags": []}, {"id": d}]);
        let answer = bulk(&server, back).ok(200);
        assert_eq!(answer["skipped"], json!([{"id": d, "reason": "Not found"}]));
        assert_eq!(
            (
                state(&server, "c")[1].clone(),
                state(&server, "b")[0].clone()
            ),
            (json!(true), json!(true))
        );
    }
}

#[test]
fn each_change_is_in_the_activity_log() {
    let server = server(&[]);
    let [a, b] = ["a", "b"].map(|name| id(&server, name));
    bulk(
        &server,
        json!([{"id": a, "verified": true}, {"id": b, "deleted": true}, {"id": UNKNOWN}]),
    )
    .ok(200);
    let log = server
        .get("/api/projects/1/activity_log/?scope=PropertyDefinition")
        .ok(200);
    let entries: Vec<_> = log["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["item_id"].clone(), entry["activity"].clone()))
        .collect();
    assert_eq!(
        entries,
        [(json!(b), json!("deleted")), (json!(a), json!("changed"))]
    );
}

#[test]
fn a_request_that_breaks_a_rule_changes_nothing() {
    let server = server(&[]);
    let [a, b] = ["a", "b"].map(|name| id(&server, name));
    let before = [listed(&server, "a"), listed(&server, "b")];
    let good = json!({"id": a, "verified": true});
    let with = |bad: Value| json!({"updates": [good, bad]});
    let uuid = "Must be a valid UUID.";
    let boolean = "Must be a valid boolean.";
    let both = "A property cannot be both hidden and verified";
    let list = "Expected a list of items but got type \"dict\".";
    let many: Vec<_> = (0..501)
        .map(|number| json!({"id": format!("0195f3a0-0000-0000-8000-{number:012}")}))
        .collect();
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        (json!({}), "required", "This field is required.", "updates"),
        (json!({"updates": null}), "null", "This field may not be null.", "updates"),
        (json!({"updates": {}}), "not_a_list", list, "updates"),
        (json!({"updates": []}), "empty", "This list may not be empty.", "updates"),
        (json!({"updates": many}), "max_length", "Ensure this field has no more than 500 elements.", "updates"),
        (with(json!("x")), "invalid_input", "Invalid data. Expected a dictionary, but got str.", "updates__1"),
        (with(json!({})), "required", "This field is required.", "updates__1__id"),
        (with(json!({"id": null})), "null", "This field may not be null.", "updates__1__id"),
        (with(json!({"id": "x"})), "invalid_input", uuid, "updates__1__id"),
        (with(json!({"id": a.replace('-', "")})), "invalid_input", "This definition is listed twice.", "updates__1__id"),
        (with(json!({"id": b, "verified": "maybe"})), "invalid_input", boolean, "updates__1__verified"),
        (with(json!({"id": UNKNOWN, "hidden": 7})), "invalid_input", boolean, "updates__1__hidden"),
        (with(json!({"id": b, "deleted": "maybe"})), "invalid_input", boolean, "updates__1__deleted"),
        (with(json!({"id": b, "tags": [1]})), "invalid_input", "Not a valid string.", "updates__1__tags__0"),
        (with(json!({"id": b, "verified": true, "hidden": true})), "invalid_input", both, "updates__1"),
    ];
    for (body, code, detail, attr) in rows {
        server
            .post(&format!("{BASE}bulk_update/"), body)
            .invalid(code, detail, attr);
    }
    assert_eq!([listed(&server, "a"), listed(&server, "b")], before);
    let form = server
        .ask("POST", &format!("{BASE}bulk_update/"))
        .key("phx_ada")
        .form("updates=x");
    assert_eq!(form.send().status, 415);
    let weak = server
        .ask("POST", &format!("{BASE}bulk_update/"))
        .key("phx_read");
    let scope = "API key missing required scope 'property_definition:write'";
    weak.json(with(json!({"id": b}))).send().error(
        403,
        "authentication_error",
        "permission_denied",
        scope,
        None,
    );
}

#[test]
fn a_full_request_is_made_at_once() {
    let all: Vec<_> = (0..500).map(|number| format!("name {number:03}")).collect();
    let server = server_with(json!(all), json!([]), &[]);
    let list = server
        .get(&format!("{BASE}?limit=1000&verified=false"))
        .ok(200);
    let updates: Vec<_> = list["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| json!({"id": it["id"], "verified": true}))
        .collect();
    let answer = bulk(&server, json!(updates)).ok(200);
    assert_eq!(answer["updated"].as_array().unwrap().len(), 500);
    assert_eq!(names(&server, "verified=true&limit=1000").len(), 500);
}
