//! `bulk_update` of event definitions. Bodies are read as those of property definitions.

use serde_json::{Value, json};

use super::{BASE, id, listed, names, server_under, server_with};

#[test]
fn events_are_verified_hidden_and_deleted_in_one_request() {
    let server = server_with(json!(["a", "b", "c", {"name": "aside", "project": "side"}]));
    let [a, b, c] = ["a", "b", "c"].map(|name| id(&server, name));
    let aside =
        server.get("/api/projects/2/event_definitions/").ok(200)["results"][0]["id"].clone();
    let body = json!({"updates": [
        {"id": a, "verified": true, "owner": 2, "primary_property": "seats"}, {"id": b, "hidden": true}, {"id": c, "deleted": true},
        {"id": aside, "deleted": true}
    ]});
    let bulk = |body: Value| server.post(&format!("{BASE}bulk_update/"), body);
    let done = bulk(body).ok(200);
    assert_eq!(
        done["updated"],
        json!([listed(&server, "a"), listed(&server, "b")])
    );
    assert_eq!(
        (&done["deleted"], &done["skipped"]),
        (&json!([c]), &json!([{"id": aside, "reason": "Not found"}]))
    );
    let state = |name: &str| {
        let it = listed(&server, name);
        json!([
            it["verified"],
            it["hidden"],
            it["owner"]["id"],
            it["primary_property"]
        ])
    };
    assert_eq!(state("a"), json!([true, false, 2, "seats"]));
    assert_eq!(state("b"), json!([false, true, null, null]));
    assert_eq!(names(&server, "ordering=name"), ["a", "b"]);
    let conflict = "An event cannot be both hidden and verified";
    bulk(json!({"updates": [{"id": a}, {"id": b, "hidden": true, "verified": true}]})).invalid(
        "invalid_input",
        conflict,
        "updates__1",
    );
    let owner = bulk(json!({"updates": [{"id": a, "description": "x"}, {"id": b, "owner": 3}]}));
    owner.invalid(
        "does_not_exist",
        "Invalid pk \"3\" - object does not exist.",
        "updates__1__owner",
    );
    assert_eq!(
        listed(&server, "a")["description"],
        "",
        "a request that fails changes nothing"
    );
    let weak = server
        .ask("POST", &format!("{BASE}bulk_update/"))
        .key("phx_write");
    let scope = "API key missing required scope 'event_definition:write'";
    weak.json(json!({"updates": [{"id": a}]})).send().error(
        403,
        "authentication_error",
        "permission_denied",
        scope,
        None,
    );
}

#[test]
fn many_events_are_verified_as_the_service_does() {
    let server = server_under(
        json!(["a", {"name": "b", "verified": true}, {"name": "c", "hidden": true}]),
        &["--contract", "live"],
    );
    let [a, b, c] = ["a", "b", "c"].map(|name| id(&server, name));
    let bulk = |body: Value| server.post(&format!("{BASE}bulk_update_verified/"), body);
    let unknown = "0195f3a0-0000-0000-8000-00000000ffff";
    let before = listed(&server, "b");
    let done =
        bulk(json!({"ids": [c, unknown, b, a.to_uppercase(), c, unknown], "verified": "yes"}));
    let expected = json!({
        "updated": [{"id": c, "verified": true}, {"id": a, "verified": true}],
        "skipped": [{"id": unknown, "reason": "Not found"}]
    });
    assert_eq!(done.ok(200).to_string(), expected.to_string());
    assert_eq!(listed(&server, "b"), before, "it was verified");
    let state = |name: &str| {
        let it = listed(&server, name);
        json!([it["verified"], it["hidden"], it["verified_by"]["id"]])
    };
    assert_eq!(state("a"), json!([true, false, 1]));
    assert_eq!(state("c"), json!([true, false, 1]));
    let undone = bulk(json!({"ids": [a, b], "verified": false})).ok(200);
    assert_eq!(undone["updated"].as_array().unwrap().len(), 2);
    assert_eq!(state("b"), json!([false, false, null]));
    let required = "This field is required.";
    bulk(json!({"verified": true})).invalid("required", required, "ids");
    bulk(json!({"ids": [a]})).invalid("required", required, "verified");
    bulk(json!({"ids": [a], "verified": null})).invalid(
        "null",
        "This field may not be null.",
        "verified",
    );
    let boolean = "Must be a valid boolean.";
    bulk(json!({"ids": [a], "verified": "x"})).invalid("invalid_input", boolean, "verified");
    bulk(json!({"ids": ["x"], "verified": "x"})).invalid(
        "invalid_input",
        "Must be a valid UUID.",
        "ids__0",
    );
    let many = vec![unknown; 501];
    let most = "Ensure this field has no more than 500 elements.";
    bulk(json!({"ids": many, "verified": true})).invalid("max_length", most, "ids");
}
