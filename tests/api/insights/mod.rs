//! Insights: what they say, and how they are found (`resources.md` 1).

mod activity;
mod changes;
mod fields;
mod list;

use serde_json::{Value, json};

use crate::harness::Server;

const INSIGHTS: &str = "/api/projects/1/insights/";

/// The names that the list gives for `query`, in its order.
fn names(server: &Server, query: &str) -> Vec<String> {
    let listed = server.get(&format!("{INSIGHTS}?{query}")).ok(200);
    let found = listed["results"].as_array().unwrap();
    assert_eq!(listed["count"], found.len(), "{query}");
    let name = |insight: &Value| insight["name"].as_str().unwrap_or_default().to_owned();
    found.iter().map(name).collect()
}

/// The user object of `phx_ada`, but for what the server made up.
fn ada(seen: &Value) -> Value {
    json!({"id": 1, "uuid": seen["uuid"], "distinct_id": seen["distinct_id"], "first_name": "Ada", "last_name": "Lovelace",
           "email": "ada@example.com", "is_email_verified": true, "hedgehog_config": null, "role_at_organization": "engineering"})
}

#[test]
fn an_insight_is_told_whole_and_in_order() {
    let server = Server::start();
    let query = json!({"kind": "InsightVizNode", "source": {"kind": "TrendsQuery", "series": [{"kind": "EventsNode", "event": "$pageview"}]}});
    let answer = server.post(
        INSIGHTS,
        json!({"name": "  Visits ", "query": query, "tags": ["b ", "A", "b"], "favorited": true, "dashboards": [1], "result": [1]}),
    );
    let seen = answer.body.clone();
    let expected = json!({
        "id": seen["id"], "short_id": seen["short_id"], "name": "Visits", "derived_name": null, "filters": {}, "query": query,
        "order": null, "deleted": false, "dashboards": [1],
        "dashboard_tiles": [{"id": seen["dashboard_tiles"][0]["id"], "dashboard_id": 1, "deleted": null}],
        "last_refresh": null, "cache_target_age": null, "next_allowed_client_refresh": null, "result": [1], "hasMore": null, "columns": null,
        "created_at": seen["created_at"], "created_by": ada(&seen["created_by"]), "description": null, "updated_at": seen["updated_at"],
        "favorited": true, "saved": true, "last_modified_at": seen["last_modified_at"], "last_modified_by": ada(&seen["created_by"]),
        "is_sample": false, "effective_restriction_level": 21, "effective_privilege_level": 37, "user_access_level": "manager",
        "timezone": null, "is_cached": false, "query_status": null, "hogql": null, "types": null, "resolved_date_range": null, "alerts": [],
        "last_viewed_at": null, "tags": ["a", "b"], "filters_hash": seen["filters_hash"],
    });
    assert_eq!((answer.status, answer.text), (201, expected.to_string()));
    let short_id = seen["short_id"].as_str().unwrap();
    assert!(
        short_id.len() == 8 && short_id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{short_id}"
    );
    assert!(
        seen["filters_hash"]
            .as_str()
            .unwrap()
            .starts_with("cache_1_")
    );
    assert!(seen["created_at"].as_str().unwrap().ends_with('Z'));
    for path in [
        format!("{INSIGHTS}{}/", seen["id"]),
        format!("/api/environments/1/insights/{short_id}"),
    ] {
        assert_eq!(server.get(&path).text, expected.to_string());
    }

    let listed = server.get(&format!("{INSIGHTS}?short_id={short_id}&basic=true"));
    let last_viewed_at = &listed.body["results"][0]["last_viewed_at"];
    assert!(last_viewed_at.is_string());
    let basic = json!({"count": 1, "next": null, "previous": null, "results": [{
        "id": seen["id"], "short_id": short_id, "name": "Visits", "derived_name": null, "filters": {}, "query": query, "dashboards": [1],
        "dashboard_tiles": seen["dashboard_tiles"], "description": null, "last_refresh": null, "refreshing": false, "saved": true,
        "updated_at": seen["updated_at"], "created_by": ada(&seen["created_by"]), "created_at": seen["created_at"],
        "last_modified_at": seen["last_modified_at"], "favorited": true, "user_access_level": "manager", "last_viewed_at": last_viewed_at,
        "tags": ["a", "b"],
    }]});
    assert_eq!((listed.status, listed.text), (200, basic.to_string()));
    let whole = server
        .get(&format!("{INSIGHTS}?short_id={short_id}"))
        .ok(200);
    let mut expected = expected;
    expected["last_viewed_at"] = last_viewed_at.clone();
    assert_eq!(whole["results"].to_string(), json!([expected]).to_string());
}

#[test]
fn a_query_comes_back_as_it_was_sent() {
    let server = Server::start();
    let query = r#"{"zeta":1,"kind":"DataTableNode","alpha":{"y":1.0,"x":123456789012345678901234567890},"ünï":"\"\\é/","e":[[],{},null,true]}"#;
    let send = |method: &str, path: &str, body: String| {
        server
            .ask(method, path)
            .key("phx_ada")
            .body("application/json", body)
            .send()
    };
    let made = send("POST", INSIGHTS, format!(r#"{{"query":{query}}}"#));
    assert!(
        made.text.contains(&format!(r#""query":{query},"order""#)),
        "{}",
        made.text
    );
    let path = format!("{INSIGHTS}{}/", made.body["id"]);
    assert!(server.get(&path).text.contains(query));
    let changed = send(
        "PATCH",
        &path,
        r#"{"query":{"b":1,"a":2},"filters":{"insight":"TRENDS","b":1,"a":2}}"#.into(),
    );
    assert!(
        changed
            .text
            .contains(r#""filters":{},"query":{"b":1,"a":2}"#),
        "{}",
        changed.text
    );
    let changed = send("PATCH", &path, r#"{"query":null}"#.into());
    assert!(
        changed
            .text
            .contains(r#""filters":{"insight":"TRENDS","b":1,"a":2},"query":null"#),
        "{}",
        changed.text
    );
    let changed = send("PATCH", &path, r#"{"result":{"b":[1.50],"a":1}}"#.into());
    assert!(
        changed.text.contains(r#""result":{"b":[1.5],"a":1}"#),
        "{}",
        changed.text
    );
    assert_eq!(
        server.patch(&path, json!({"result": null})).ok(200)["result"],
        Value::Null
    );
}

#[test]
fn an_insight_is_found_by_number_or_short_id_in_its_own_project_only() {
    let server = Server::seeded(
        &json!({
            "users": [{"ref": "ada", "email": "ada@example.com"}],
            "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
            "projects": [{"ref": "one", "org": "acme", "name": "One", "id": 1}, {"ref": "two", "org": "acme", "name": "Two", "id": 2}],
            "personal_api_keys": [{"ref": "K", "user": "ada", "scopes": ["*"], "value": "phx_ada"}],
            "insights": [{"project": "one", "id": 7, "short_id": "AaVQ8Ijw", "name": "seven", "result": {"b": 1}, "tags": ["X"]},
                         {"project": "one", "id": 8, "short_id": "12345678", "name": "digits"},
                         {"project": "one", "id": 9, "short_id": "8", "name": "hidden by a number"},
                         {"project": "two", "id": 10, "short_id": "AaVQ8Ijx", "name": "ten"}],
        }),
        &[],
    );
    for (id, name) in [
        ("7", "seven"),
        ("AaVQ8Ijw", "seven"),
        ("12345678", "digits"),
        ("8", "digits"),
        ("007", "seven"),
    ] {
        assert_eq!(
            server.get(&format!("{INSIGHTS}{id}/")).ok(200)["name"],
            name,
            "{id}"
        );
    }
    let seven = server.get(&format!("{INSIGHTS}7")).ok(200);
    assert_eq!(
        (&seven["result"], &seven["tags"], &seven["created_by"]),
        (&json!({"b": 1}), &json!(["x"]), &Value::Null)
    );
    for id in [
        "10",
        "AaVQ8Ijx",
        "aavq8ijw",
        "0",
        "-1",
        "99999999999999999999",
        "999999",
        "%20",
    ] {
        let path = format!("{INSIGHTS}{id}/");
        server.get(&path).not_found("Not found.");
        server
            .patch(&path, json!({"name": 1, "favorited": []}))
            .not_found("Not found.");
        server
            .ask("PUT", &path)
            .key("phx_ada")
            .json(json!({"name": "x"}))
            .send()
            .not_found("Not found.");
    }
    assert_eq!(
        server.get("/api/projects/2/insights/10/").ok(200)["name"],
        "ten"
    );
    let next = server.post(INSIGHTS, json!({})).ok(201);
    assert_eq!(next["id"], 11);
}

#[test]
fn looking_at_an_insight_is_a_view() {
    let server = Server::start();
    let listed = || server.get(INSIGHTS).ok(200)["results"][0].clone();
    assert_eq!(listed()["last_viewed_at"], Value::Null);
    let before = listed();
    assert_eq!(
        server
            .ask("GET", &format!("{INSIGHTS}InsMain1/"))
            .key("phx_read")
            .send()
            .ok(200)["last_viewed_at"],
        Value::Null
    );
    let after = listed();
    assert!(after["last_viewed_at"].is_string());
    assert_eq!(after["updated_at"], before["updated_at"]);
}

#[test]
fn scopes_open_and_close_insights() {
    let server = Server::start();
    let ask = |method: &str, path: &str, key: &str| {
        server.ask(method, path).key(key).json(json!({})).send()
    };
    let one = format!("{INSIGHTS}1/");
    for (method, path) in [("POST", INSIGHTS), ("PATCH", &one), ("PUT", &one)] {
        ask(method, path, "phx_read").denied("API key missing required scope 'insight:write'");
    }
    for path in [INSIGHTS, &one] {
        server
            .ask("GET", path)
            .key("phx_write")
            .send()
            .denied("API key missing required scope 'insight:read'");
        server.ask("GET", path).key("phx_read").send().ok(200);
        server
            .ask("GET", path)
            .key("phx_bob")
            .send()
            .denied("You don't have access to the project.");
    }
}
