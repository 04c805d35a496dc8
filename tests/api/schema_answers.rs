//! What the server sends is what the OpenAPI document says: every answer here is held against its schema.
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Ask, Server},
    judge::Judge,
};

/// The operation that serves `path`, which has no query.
fn operation<'d>(document: &'d Value, method: &str, path: &str) -> &'d Value {
    let asked: Vec<_> = path.trim_matches('/').split('/').collect();
    let fits = |template: &str| {
        let parts: Vec<_> = template.trim_matches('/').split('/').collect();
        parts.len() == asked.len()
            && parts
                .iter()
                .zip(&asked)
                .all(|(part, asked)| part == asked || part.starts_with('{'))
    };
    let paths = document["paths"].as_object().unwrap();
    let found = paths.iter().filter(|(template, _)| fits(template));
    let closest = found.min_by_key(|(template, _)| template.matches('{').count());
    let (template, item) = closest.unwrap_or_else(|| panic!("{path} is not in the document"));
    item.get(method.to_lowercase())
        .unwrap_or_else(|| panic!("{template} has no {method}"))
}

/// Checks that the document has this answer, and that it is as the document says.
#[track_caller]
pub fn check(document: &Value, method: &str, path: &str, answer: &Answer) {
    let judge = Judge { document };
    let place = format!("{method} {path} {}", answer.status);
    let bare = path.split('?').next().unwrap();
    let response = &operation(document, method, bare)["responses"][answer.status.to_string()];
    assert!(
        !response.is_null(),
        "{place} is not in the document: {}",
        answer.text
    );
    let content = judge.resolve(response)["content"].as_object();
    match content.and_then(|content| content.get(answer.header("content-type"))) {
        Some(content) => {
            let faults = judge.faults(&content["schema"], &answer.body, "$");
            assert!(faults.is_empty(), "{place}: {faults:#?}\n{}", answer.text);
        }
        None => assert_eq!((answer.text.as_str(), content), ("", None), "{place}"),
    }
}

/// A server, and what its document says.
pub fn server_and_document(arguments: &[&str]) -> (Server, Value) {
    let server = Server::with(arguments);
    let document = server.ask("GET", "/api/schema/?format=json").send().ok(200);
    (server, document)
}

const PLAN: &str = "0195f3a0-0000-0000-8000-0000000000d1";

/// Sends requests in their order and holds each answer against the document. A null body sends none.
fn judge_all(arguments: &[&str], requests: &[(&str, &str, Value)]) {
    let (server, document) = server_and_document(arguments);
    for (method, path, body) in requests {
        let path = if path.starts_with('/') {
            (*path).to_owned()
        } else {
            format!("/api/projects/1/{path}")
        };
        let ask = |with_body: fn(Ask, Value) -> Ask| {
            let ask = server.ask(method, &path).key("phx_ada");
            if body.is_null() {
                ask
            } else {
                with_body(ask, body.clone())
            }
        };
        check(&document, method, &path, &ask(Ask::json).send());
        let stranger = server.ask(method, &path).send();
        let guarded =
            operation(&document, method, path.split('?').next().unwrap())["security"] != json!([]);
        assert_eq!(stranger.status == 401, guarded, "{method} {path}");
        if guarded {
            check(&document, method, &path, &stranger);
            let weak = server.ask(method, &path).key("phx_none").send();
            check(&document, method, &path, &weak);
        }
    }
}

#[test]
fn another_format_of_a_user_is_a_documented_404() {
    let (server, document) = server_and_document(&[]);
    let path = "/api/users/1?format=xml";
    let answer = server.get(path);
    answer.not_found("Not found.");
    check(&document, "GET", path, &answer);
}

#[test]
fn what_can_be_looked_at() {
    let look = |path: &'static str| ("GET", path, Value::Null);
    judge_all(
        &[],
        &[
            look("/_livez"),
            look("/_readyz"),
            look("/_preflight"),
            look("/flags/definitions"),
            look("/api/feature_flag"),
            look("/api/feature_flag/local_evaluation"),
            look("feature_flags"),
            look("feature_flags/99"),
            look("feature_flags/none/remote_config"),
            look("/api/users/@me"),
            look("/api/users"),
            look("/api/users/1"),
            look("/api/personal_api_keys/@current"),
            look("/api/personal_api_keys/none"),
            look("/api/organizations"),
            look("/api/organizations/@current"),
            look("/api/organizations/none"),
            look("/api/organizations/@current/members"),
            look("/api/organizations/none/members"),
            look("/api/organizations/@current/projects"),
            look("/api/organizations/@current/projects/1"),
            look("/api/projects"),
            look("/api/projects/1"),
            look("/api/projects/abc"),
            look("project_secret_api_keys"),
            look("project_secret_api_keys/none"),
            look("property_definitions"),
            look("property_definitions?type=person&event_names=%5B%22a%22%5D"),
            look("property_definitions?type=person"),
            look("property_definitions/seen_together?event_names=a&property_name=b"),
            look("property_definitions/seen_together"),
            look("property_definitions/0195f3a0-0000-0000-8000-0000000000d1"),
            look("event_definitions"),
            look("event_definitions?event_type=x"),
            look("event_definitions/none"),
            look("event_definitions/by_name?name=none"),
            look("event_definitions/by_name"),
            look("event_definitions/primary_properties"),
            look("event_definitions/none/metrics"),
            look("insights"),
            look("insights?basic=true"),
            look("insights/1"),
            look("insights/InsMain1"),
            look("dashboards"),
            look("dashboards/1"),
            look("notebooks"),
            look("notebooks?created_by=x"),
            look("notebooks/NoteMain1"),
            look("session_recordings"),
            look("session_recordings/rec-main"),
            look("insights/1/sharing"),
            look("dashboards/1/sharing"),
            look("dashboards/99/sharing"),
            look("notebooks/NoteMain1/sharing"),
            look("session_recordings/any/sharing"),
            look("events"),
            look("events?event=a&search=b"),
            look("activity_log"),
            look("activity_log?page=1"),
            look("activity_log?page=9"),
            look("activity_log?cursor=x"),
        ],
    );
}

/// All that changes something, in an order that leaves something to change.
fn changes() -> Vec<(&'static str, &'static str, Value)> {
    let key = json!({"label": "x", "scopes": ["endpoint:read"]});
    let bulk = json!({"ids": [PLAN, 1], "action": "add", "tags": ["b"]});
    vec![
        ("POST", "project_secret_api_keys", key),
        ("POST", "project_secret_api_keys", json!({})),
        ("PATCH", "project_secret_api_keys/none", json!({})),
        ("POST", "project_secret_api_keys/none/roll", Value::Null),
        (
            "PATCH",
            "property_definitions/0195f3a0-0000-0000-8000-0000000000d1",
            json!({"verified": true, "tags": ["a"]}),
        ),
        (
            "PUT",
            "property_definitions/0195f3a0-0000-0000-8000-0000000000d1",
            json!({"hidden": true}),
        ),
        (
            "PATCH",
            "property_definitions/0195f3a0-0000-0000-8000-0000000000d1",
            json!({"hidden": "x"}),
        ),
        ("POST", "property_definitions/bulk_update_tags", bulk),
        (
            "POST",
            "property_definitions/bulk_update",
            json!({"updates": [{"id": PLAN, "verified": true}, {"id": "0195f3a0-0000-0000-8000-0000000000d9"}]}),
        ),
        ("POST", "property_definitions/bulk_update", json!({})),
        (
            "DELETE",
            "property_definitions/0195f3a0-0000-0000-8000-0000000000d2",
            Value::Null,
        ),
        (
            "POST",
            "event_definitions",
            json!({"name": "e", "owner": 1}),
        ),
        ("POST", "event_definitions", json!({"name": "e"})),
        ("PATCH", "event_definitions/none", json!({"hidden": true})),
        (
            "POST",
            "event_definitions/bulk_update_tags",
            json!({"ids": [1], "action": "set", "tags": []}),
        ),
        (
            "POST",
            "event_definitions/bulk_update",
            json!({"updates": [{"id": PLAN, "deleted": true}]}),
        ),
        (
            "POST",
            "event_definitions/bulk_update_verified",
            json!({"ids": [PLAN], "verified": true}),
        ),
        ("GET", "event_definitions/by_name?name=e", Value::Null),
        ("DELETE", "event_definitions/none", Value::Null),
        ("POST", "dashboards", json!({"name": "d"})),
        (
            "POST",
            "insights",
            json!({"name": "i", "query": {"kind": "x"}, "dashboards": [1], "tags": ["t"]}),
        ),
        (
            "PATCH",
            "insights/1",
            json!({"dashboards": [1], "result": [1]}),
        ),
        ("PUT", "insights/1", json!({"order": "x"})),
        ("GET", "insights", Value::Null),
        (
            "PATCH",
            "dashboards/1",
            json!({"tiles": [{"text": {"body": "hello"}}], "filters": {"a": 1}}),
        ),
        ("GET", "dashboards/1", Value::Null),
        (
            "PATCH",
            "dashboards/1",
            json!({"tiles": [{"widget": {"a": 1}}, {"hologram": {"b": 2}}]}),
        ),
        ("GET", "dashboards/1/run_insights", Value::Null),
        (
            "POST",
            "dashboards/1/reorder_tiles",
            json!({"tile_order": [1], "layout": "two_column"}),
        ),
        (
            "POST",
            "dashboards/1/reorder_tiles",
            json!({"tile_order": [1, 1]}),
        ),
        (
            "POST",
            "dashboards/1/reorder_tiles",
            json!({"tile_order": [99]}),
        ),
        ("POST", "dashboards/1/reorder_tiles", json!({})),
        ("GET", "insights/activity", Value::Null),
        ("GET", "insights/1/activity?limit=1", Value::Null),
        ("GET", "insights/1/activity?page=x", Value::Null),
        ("DELETE", "insights/1", Value::Null),
        ("DELETE", "dashboards/1", Value::Null),
        (
            "POST",
            "notebooks",
            json!({"title": "n", "content": {"type": "doc"}}),
        ),
        (
            "PATCH",
            "notebooks/NoteMain1",
            json!({"content": {"type": "doc"}, "version": 0}),
        ),
        (
            "PATCH",
            "notebooks/NoteMain1",
            json!({"content": {"type": "doc"}, "version": 0}),
        ),
        ("PUT", "notebooks/NoteMain1", json!({"title": "m"})),
        ("DELETE", "notebooks/NoteMain1", Value::Null),
        (
            "PATCH",
            "session_recordings/rec-main",
            json!({"viewed": true}),
        ),
        ("GET", "session_recordings", Value::Null),
        (
            "PATCH",
            "insights/1/sharing",
            json!({"enabled": true, "settings": {"legend": true}, "password_required": true}),
        ),
        ("POST", "insights/1/sharing/passwords", json!({"note": "n"})),
        (
            "POST",
            "insights/1/sharing/passwords",
            json!({"raw_password": "short"}),
        ),
        ("POST", "dashboards/1/sharing/passwords", json!({})),
        ("POST", "insights/1/sharing/refresh", Value::Null),
        ("DELETE", "insights/1/sharing/passwords/99", Value::Null),
        ("GET", "insights/1/sharing", Value::Null),
        (
            "PATCH",
            "/api/projects/1",
            json!({"heatmaps_opt_in": true, "week_start_day": 1, "recording_domains": ["a"], "primary_dashboard": 1}),
        ),
        ("PATCH", "/api/projects/1", json!({"name": ""})),
        (
            "PATCH",
            "/api/organizations/@current/projects/1",
            json!({"has_completed_onboarding_for": {"a": true}, "product_description": "p"}),
        ),
        ("GET", "/api/projects/1", Value::Null),
        ("GET", "/api/organizations/@current", Value::Null),
        ("PATCH", "/api/users/@me", json!({"first_name": "A"})),
        ("PATCH", "/api/users/@me", json!({"first_name": null})),
        ("GET", "activity_log", Value::Null),
        ("POST", "/api/projects", json!({"name": "P"})),
        ("POST", "/api/projects", json!({"timezone": "x"})),
        ("POST", "/api/organizations/@current/projects", Value::Null),
        ("DELETE", "session_recordings/rec-main", Value::Null),
    ]
}

#[test]
fn what_can_be_changed() {
    judge_all(&[], &changes());
}

#[test]
fn what_can_be_changed_under_the_live_contract() {
    judge_all(&["--contract", "live"], &changes());
}

#[test]
fn refusals_that_any_operation_may_give() {
    let (server, document) = server_and_document(&["--rate-limit", "1/1000"]);
    let path = "/api/projects/1/project_secret_api_keys";
    let post = || server.ask("POST", path).key("phx_ada");
    check(
        &document,
        "POST",
        path,
        &post().body("application/json", "{").send(),
    );
    check(
        &document,
        "POST",
        path,
        &post().body("text/plain", "x").send(),
    );
    check(
        &document,
        "POST",
        path,
        &post().body("application/json", " ".repeat(21 << 20)).send(),
    );
    check(&document, "POST", path, &post().send());
    let throttled = post().send();
    assert_eq!(throttled.status, 429);
    check(&document, "POST", path, &throttled);
}
