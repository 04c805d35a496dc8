//! Projects as clients list and show them (`keys-and-auth.md` 6.3, 6.4, `http-conventions.md` 2.9).

use serde_json::{Value, json};

use crate::{
    accounts::{ACME, BARE, SHUT, each, get, project},
    harness::Server,
};

/// A new project as an owner of its organization sees it; uuid and instants are as the server made them.
pub fn full(id: i64, organization: &str, name: &str, shown: &Value) -> Value {
    json!({
        "id": id, "organization": organization, "name": name, "product_description": null,
        "created_at": shown["created_at"], "effective_membership_level": 15, "has_group_types": false, "group_types": [],
        "live_events_token": null, "updated_at": shown["updated_at"], "uuid": shown["uuid"],
        "api_token": shown["api_token"], "app_urls": [], "anonymize_ips": false,
        "completed_snippet_onboarding": false, "ingested_event": false, "test_account_filters": [], "is_demo": false,
        "timezone": "UTC", "autocapture_opt_out": null, "autocapture_exceptions_opt_in": null,
        "session_recording_opt_in": false, "access_control": false, "week_start_day": null, "primary_dashboard": null,
        "recording_domains": null, "has_completed_onboarding_for": null, "surveys_opt_in": null, "heatmaps_opt_in": null,
        "secret_api_token": null, "secret_api_token_backup": null, "project_id": id,
    })
}

#[test]
fn a_project_is_shown_to_who_belongs_to_its_organization() {
    let server = Server::start();
    let answer = server.get("/api/projects/1/");
    let expected = full(1, ACME, "Main", &answer.body);
    assert_eq!((answer.status, &answer.text), (200, &expected.to_string()));
    assert!(answer.body["created_at"].is_string() && answer.body["updated_at"].is_string());
    let in_acme = format!("/api/organizations/{ACME}/projects");
    for path in [
        "/api/projects/1",
        "/api/projects/@current/",
        "/api/environments/1/",
        "/api/environments/@current",
        &format!("{in_acme}/1/"),
        &format!("{in_acme}/@current"),
        "/api/organizations/@current/projects/1",
    ] {
        assert_eq!(server.get(path).text, answer.text, "{path}");
    }
    // In an organization with access control a member counts as an admin.
    let level = |key: &str, path: &str| {
        get(&server, key, path).ok(200)["effective_membership_level"].clone()
    };
    assert_eq!(
        [
            level("phx_mel", "/api/projects/1"),
            level("phx_dan", "/api/projects/1"),
            level("phx_mel", "/api/projects/3"),
            level("phx_ada", "/api/projects/3")
        ],
        [8, 8, 1, 15]
    );
    let without = Server::with(&["--without-feature", "access_control"]);
    assert_eq!(
        get(&without, "phx_mel", "/api/projects/1").ok(200)["effective_membership_level"],
        1
    );
    assert_eq!(
        get(&server, "phx_bob", "/api/projects/@current/").ok(200)["id"],
        4
    );
    // Unknown, another organization's, or reached through the wrong one.
    for (key, path) in [
        ("phx_ada", "/api/projects/99/"),
        ("phx_ada", "/api/projects/0"),
        ("phx_ada", "/api/projects/-1"),
        ("phx_ada", "/api/projects/99999999999999999999"),
        ("phx_ada", "/api/projects/4/"),
        ("phx_bob", "/api/projects/1/"),
        ("phx_ada", &format!("{in_acme}/3/")),
        ("phx_ada", &format!("{in_acme}/99/")),
    ] {
        get(&server, key, path).not_found("Not found.");
    }
    for (path, detail) in [
        (
            "/api/projects/abc/",
            "Field 'id' expected a number but got 'abc'.",
        ),
        (
            "/api/projects/@me",
            "Field 'id' expected a number but got '@me'.",
        ),
        (
            "/api/projects/1a",
            "Field 'id' expected a number but got '1a'.",
        ),
        (
            &format!("{in_acme}/x"),
            "Field 'id' expected a number but got 'x'.",
        ),
    ] {
        server.get(path).invalid("invalid_input", detail, None);
    }
}

#[test]
fn projects_are_listed_in_pages_and_can_be_searched() {
    let server = Server::start();
    let answer = server.get("/api/projects/");
    let shown = &answer.body["results"];
    let all = json!([
        project(1, ACME, "Main", &shown[0]),
        project(2, ACME, "Side", &shown[1]),
        project(3, BARE, "Plain", &shown[2]),
        project(5, SHUT, "Closed", &shown[3]),
    ]);
    let expected = json!({"count": 4, "next": null, "previous": null, "results": all});
    assert_eq!((answer.status, &answer.text), (200, &expected.to_string()));
    let list = |key: &str, path: &str| get(&server, key, path).ok(200);
    let page = list("phx_ada", "/api/projects/?limit=2&offset=1");
    let link = |query: &str| json!(format!("{}/api/projects/{query}", server.url));
    assert_eq!(
        (&page["count"], &page["next"]),
        (&json!(4), &link("?limit=2&offset=3"))
    );
    assert_eq!(
        (&page["previous"], each(&page["results"], "id")),
        (&link("?limit=2"), json!([2, 3]))
    );
    let beyond = list("phx_ada", "/api/projects/?offset=9");
    assert_eq!(
        (&beyond["count"], &beyond["results"]),
        (&json!(4), &json!([]))
    );
    for (key, path, ids) in [
        ("phx_ada", "/api/projects?search=AI", &[1, 3][..]),
        ("phx_ada", "/api/projects?search=nothing", &[]),
        ("phx_ada", "/api/projects?search=", &[1, 2, 3, 5]),
        ("phx_mel", "/api/projects/", &[1, 2, 3]),
        ("phx_dan", "/api/projects/", &[1, 2]),
        ("phx_bob", "/api/projects/", &[4]),
        ("phx_bob", "/api/projects/?search=a", &[]),
        ("phx_ada", "/api/organizations/@current/projects/", &[1, 2]),
        (
            "phx_ada",
            "/api/organizations/@current/projects/?search=side",
            &[2],
        ),
        ("phx_bob", "/api/organizations/@current/projects", &[4]),
    ] {
        let list = list(key, path);
        let expected = (json!(ids), &json!(ids.len()));
        assert_eq!(
            (each(&list["results"], "id"), &list["count"]),
            expected,
            "{key} {path}"
        );
    }
}
