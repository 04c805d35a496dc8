//! The object, before and after the first look; ids that lead nowhere.

use serde_json::json;

use super::{BASE, id, listed, server_with, url};
use crate::schema_answers::{check, server_and_document};

#[test]
fn a_definition_that_nobody_touched_is_null_in_lists_until_the_first_look() {
    let server = server_with(json!([
        {"name": "seen", "last_seen_at": "2026-07-01T12:00:00Z"},
        {"name": "told", "description": "x", "tags": ["B", "a"], "verified": true}
    ]));
    let before = listed(&server, "seen");
    let expected = json!({
        "id": before["id"], "name": "seen", "owner": null, "description": null, "created_at": before["created_at"],
        "updated_at": null, "updated_by": null, "last_seen_at": "2026-07-01T12:00:00Z", "verified": null, "verified_at": null,
        "verified_by": null, "hidden": null, "enforcement_mode": "allow", "primary_property": null, "is_action": false,
        "post_to_slack": false, "default_columns": [], "media_preview_urls": [], "tags": []
    });
    assert_eq!(before.to_string(), expected.to_string());
    assert!(before["created_at"].is_string());

    let looked = server.get(&url(&server, "seen")).ok(200);
    let mut expected = before.clone();
    (expected["description"], expected["updated_at"]) = (json!(""), looked["updated_at"].clone());
    (expected["verified"], expected["hidden"]) = (json!(false), json!(false));
    assert_eq!(looked.to_string(), expected.to_string());
    assert!(looked["updated_at"].is_string());
    assert_eq!(listed(&server, "seen"), looked);
    assert_eq!(server.get(&url(&server, "seen")).ok(200), looked);

    let told = listed(&server, "told");
    assert_eq!(
        (&told["description"], &told["tags"], &told["verified"]),
        (&json!("x"), &json!(["a", "b"]), &json!(true))
    );
    assert_eq!(server.get(&url(&server, "told")).ok(200), told);
}

#[test]
fn an_id_that_is_none_leads_nowhere() {
    let server = server_with(json!(["plan", {"name": "aside", "project": "side"}]));
    let aside =
        server.get("/api/projects/2/event_definitions/").ok(200)["results"][0]["id"].clone();
    let aside = aside.as_str().unwrap();
    let unknown = "0195f3a0-0000-0000-8000-00000000ffff";
    for id in [aside, unknown, "undefined", "123", "plan"] {
        for method in ["GET", "PATCH", "PUT", "DELETE"] {
            // 404 comes before 400
            let ask = server.ask(method, &format!("{BASE}{id}/")).key("phx_ada");
            ask.json(json!({"hidden": "x"}))
                .send()
                .not_found("Not found.");
        }
    }
    let plan = id(&server, "plan");
    for form in [plan.to_uppercase(), plan.replace('-', "")] {
        assert_eq!(
            server.get(&format!("{BASE}{form}/")).ok(200)["name"],
            "plan"
        );
    }
}

#[test]
fn a_deleted_definition_is_gone() {
    let server = server_with(json!(["plan", "other"]));
    let gone = id(&server, "plan");
    let url = format!("{BASE}{gone}/");
    let answer = server.delete(&url);
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    server.delete(&url).not_found("Not found.");
    server.get(&url).not_found("Not found.");
    let left = server.get(BASE).ok(200);
    assert_eq!(
        (&left["count"], &left["results"][0]["name"]),
        (&json!(1), &json!("other"))
    );
    let anew = server.post(BASE, json!({"name": "plan"})).ok(201);
    assert_ne!(anew["id"], json!(gone));
}

#[test]
fn scopes_and_projects_guard_every_route() {
    let server = server_with(json!(["plan"]));
    let one = url(&server, "plan");
    let bulk = format!("{BASE}bulk_update_tags/");
    let missing = |kind: &str| format!("API key missing required scope 'event_definition:{kind}'");
    for (method, path, kind) in [
        ("GET", BASE, "read"),
        ("GET", &one, "read"),
        ("POST", BASE, "write"),
        ("PATCH", &one, "write"),
        ("PUT", &one, "write"),
        ("POST", &bulk, "write"),
        ("DELETE", &one, "write"),
    ] {
        let ask = |key| server.ask(method, path).key(key).json(json!({})).send();
        ask("phx_none").denied(&missing(kind));
        ask("phx_write").denied(&missing(kind)); // property definitions only
        ask("phx_bob").denied("You don't have access to the project.");
        assert_eq!(
            server.ask(method, path).send().status,
            401,
            "{method} {path}"
        );
        let status = ask("phx_event").status;
        assert!(
            [200, 204, 400].contains(&status),
            "{method} {path} {status}"
        );
    }
}

#[test]
fn answers_are_what_the_document_says() {
    let (server, document) = server_and_document(&[]);
    let list = "/api/projects/1/event_definitions";
    let id = server.get(list).ok(200)["results"][0]["id"].clone();
    let path = format!("{list}/{}", id.as_str().unwrap());
    for (method, body, status) in [
        ("GET", json!({}), 200),
        ("PATCH", json!({"owner": 1, "verified": true}), 200),
        (
            "PUT",
            json!({"hidden": true, "default_columns": ["x"]}),
            200,
        ),
        ("PATCH", json!({"hidden": "x"}), 400),
        ("DELETE", json!({}), 204),
    ] {
        let answer = server.ask(method, &path).key("phx_ada").json(body).send();
        assert_eq!(answer.status, status, "{method}");
        check(&document, method, &path, &answer);
    }
}
