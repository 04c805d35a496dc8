//! The fields of a definition, what reading it changes, and how it is deleted.

use serde_json::{Value, json};

use super::{BASE, listed, names, server_with, url};

const NOT_UUIDS: [&str; 5] = [
    "undefined",
    "123",
    "$builtin_$virt_is_bot",
    "0195f3a0",
    "%20",
];

const UNKNOWN: &str = "0195f3a0-0000-0000-8000-00000000ffff";

#[test]
fn a_definition_that_was_never_opened_is_mostly_null_in_lists() {
    let server = server_with(
        json!([{"name": "seats", "property_type": "Numeric"}]),
        json!([]),
        &[],
    );
    let entry = listed(&server, "seats");
    let id = entry["id"].as_str().unwrap();
    assert_eq!(
        id.split('-').map(str::len).collect::<Vec<_>>(),
        [8, 4, 4, 4, 12]
    );
    assert_eq!(
        id.split('-').nth(2),
        Some("0000"),
        "ids are not RFC version 7"
    );
    let expected = json!({
        "id": id, "name": "seats", "description": null, "is_numerical": true, "updated_at": null, "updated_by": null,
        "is_seen_on_filtered_events": null, "property_type": "Numeric", "verified": null, "verified_at": null,
        "verified_by": null, "hidden": null, "tags": []
    });
    assert_eq!(entry.to_string(), expected.to_string());
}

#[test]
fn the_first_look_makes_the_editable_half_and_later_looks_leave_it() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let url = url(&server, "plan");
    let first = server.get(&url).ok(200);
    let expected = json!({
        "id": first["id"], "name": "plan", "description": "", "is_numerical": false, "updated_at": first["updated_at"],
        "updated_by": null, "is_seen_on_filtered_events": null, "property_type": null, "verified": false,
        "verified_at": null, "verified_by": null, "hidden": false, "tags": []
    });
    assert_eq!(first.to_string(), expected.to_string());
    let stamp = first["updated_at"].as_str().unwrap();
    assert!(stamp.ends_with('Z') && stamp.contains('T'), "{stamp}");
    assert_eq!(server.get(&url).ok(200), first);
    assert_eq!(listed(&server, "plan"), first);
}

#[test]
fn a_reader_may_look_first() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let url = url(&server, "plan");
    let seen = server.ask("GET", &url).key("phx_read").send().ok(200);
    assert_eq!(
        (&seen["description"], &seen["updated_by"]),
        (&json!(""), &Value::Null)
    );
}

#[test]
fn ids_are_read_in_any_spelling() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let entry = listed(&server, "plan");
    let id = entry["id"].as_str().unwrap();
    for spelling in [id.to_uppercase(), id.replace('-', ""), id.to_owned()] {
        for end in ["", "/"] {
            assert_eq!(
                server.get(&format!("{BASE}{spelling}{end}")).ok(200)["id"],
                entry["id"]
            );
        }
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let server = server_with(
        json!(["plan", "gone", {"project": "side", "name": "aside"}]),
        json!([]),
        &[],
    );
    let gone = url(&server, "gone");
    assert_eq!(
        (server.delete(&gone).status, server.delete(&gone).status),
        (204, 404)
    );
    let aside = server
        .get("/api/projects/2/property_definitions/?properties=aside")
        .ok(200);
    let foreign = aside["results"][0]["id"].as_str().unwrap();
    let gone = gone.trim_start_matches(BASE).trim_end_matches('/');
    for id in NOT_UUIDS.into_iter().chain([UNKNOWN, foreign, gone, "a.b"]) {
        let path = format!("{BASE}{id}/");
        server.get(&path).not_found("Not found.");
        server.delete(&path).not_found("Not found.");
        for method in ["PATCH", "PUT"] {
            // also when the body is invalid
            server
                .ask(method, &path)
                .key("phx_ada")
                .json(json!({"verified": "maybe"}))
                .send()
                .not_found("Not found.");
        }
    }
    for id in ["a/b", "a%2Fb"] {
        server
            .get(&format!("{BASE}{id}/"))
            .not_found("Endpoint not found.");
    }
    assert_eq!(
        server
            .get(&format!("/api/projects/2/property_definitions/{foreign}/"))
            .status,
        200
    );
}

#[test]
fn parameters_of_the_list_are_not_looked_at_elsewhere() {
    let server = server_with(json!(["plan"]), json!([]), &[]);
    let url = url(&server, "plan");
    assert_eq!(server.get(&format!("{url}?type=bogus")).status, 200);
}

#[test]
fn deleting_takes_the_definition_and_its_tags_but_not_where_it_was_seen() {
    let server = server_with(
        json!([{"name": "plan", "tags": ["billing"]}]),
        json!([["signed up", "plan"]]),
        &[],
    );
    let url = url(&server, "plan");
    let answer = server.delete(&url);
    assert_eq!(
        (answer.status, &*answer.text, answer.header("content-type")),
        (204, "", "")
    );
    assert_eq!(names(&server, ""), Vec::<String>::new());
    server.get(&url).not_found("Not found.");
    let seen = server.get(&format!(
        "{BASE}seen_together/?event_names=signed%20up&property_name=plan"
    ));
    assert_eq!(seen.ok(200), json!({"signed up": true}));
}
