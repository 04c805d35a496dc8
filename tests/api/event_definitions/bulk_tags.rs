//! `bulk_update_tags`: what becomes of the tags, the two contracts. Bodies are read as those of property definitions.

use serde_json::{Value, json};

use super::{BASE, id, listed, server_under, server_with};
use crate::harness::{Answer, Server};

fn bulk(server: &Server, body: Value) -> Answer {
    server.post(&format!("{BASE}bulk_update_tags/"), body)
}

#[test]
fn tags_are_added_removed_and_set_and_nothing_else_changes() {
    let server = server_with(
        json!([{"name": "a", "tags": ["one", "two"]}, "b", {"name": "aside", "project": "side"}]),
    );
    let (a, b) = (id(&server, "a"), id(&server, "b"));
    let aside =
        server.get("/api/projects/2/event_definitions/").ok(200)["results"][0]["id"].clone();
    let untouched = listed(&server, "b");
    let skipped = |id: Value| json!({"id": id, "reason": "Not found"});
    for (action, tags, tags_a, tags_b) in [
        (
            "add",
            json!([" Three ", "one"]),
            json!(["one", "three", "two"]),
            json!(["one", "three"]),
        ),
        (
            "remove",
            json!(["ONE", "absent"]),
            json!(["three", "two"]),
            json!(["three"]),
        ),
        ("set", json!(["z", 5]), json!(["5", "z"]), json!(["5", "z"])),
        ("set", json!([]), json!([]), json!([])),
    ] {
        let ids = json!([b.to_uppercase(), 1, a, aside, b]);
        let answer = bulk(&server, json!({"ids": ids, "action": action, "tags": tags})).ok(200);
        let expected = json!({
            "updated": [{"id": b, "tags": tags_b}, {"id": a, "tags": tags_a}],
            "skipped": [skipped(json!("00000000-0000-0000-0000-000000000001")), skipped(aside.clone())]
        });
        assert_eq!(answer.to_string(), expected.to_string());
        assert_eq!(
            (&listed(&server, "a")["tags"], &listed(&server, "b")["tags"]),
            (&tags_a, &tags_b)
        );
    }
    assert_eq!(
        listed(&server, "b"),
        untouched,
        "a never-touched definition stays one"
    );
}

#[test]
fn bodies_are_validated() {
    let server = server_with(json!(["a"]));
    let a = id(&server, "a");
    bulk(&server, json!({})).invalid("required", "This field is required.", "ids");
    let body = json!({"ids": [a, "x"], "action": "add", "tags": ["t"]});
    bulk(&server, body).invalid("invalid_input", "Must be a valid UUID.", "ids__1");
    let body = json!({"ids": [a], "action": "upsert", "tags": ["t"]});
    bulk(&server, body).invalid(
        "invalid_choice",
        "\"upsert\" is not a valid choice.",
        "action",
    );
    let body = json!({"ids": [a], "action": "add", "tags": []});
    let detail = "tags must not be empty for action 'add'.";
    bulk(&server, body).invalid("invalid_input", detail, "tags");
    assert_eq!(listed(&server, "a")["tags"], json!([]));
}

#[test]
fn the_live_contract_closes_it_to_personal_keys() {
    let server = server_under(json!(["a"]), &["--contract", "live"]);
    let body = json!({"ids": [id(&server, "a")], "action": "add", "tags": ["x"]});
    let closed = "This action does not support personal API key access";
    bulk(&server, body).denied(closed);
    assert_eq!(listed(&server, "a")["tags"], json!([]));
}
