//! Keys limited to projects or organizations (`keys-and-auth.md` 4.3, 5.4).

use serde_json::{Value, json};

use crate::harness::{Answer, Server};

const ACME: &str = "0195f3a0-0000-7000-8000-00000000000a";
const BARE: &str = "0195f3a0-0000-7000-8000-00000000000b";
const CLOSED: &str = "This action does not support personal API key access";
const PROJECTS_ONLY: &str =
    "API keys with scoped projects are only supported on project-based endpoints.";

fn other_project(id: i64) -> String {
    format!("API key does not have access to the requested project: ID {id}.")
}

fn other_organization(id: &str) -> String {
    format!("API key does not have access to the requested organization: ID {id}.")
}

fn missing(scope: &str) -> String {
    format!("API key missing required scope '{scope}'")
}

#[test]
fn a_key_limited_to_projects_or_organizations_stays_there() {
    let server = Server::start();
    let projects = Some(PROJECTS_ONLY.to_owned());
    let project = |id| Some(other_project(id));
    let (not_acme, not_bare) = (
        Some(other_organization(ACME)),
        Some(other_organization(BARE)),
    );
    let nested = |id: &str| format!("/api/projects/{id}/project_secret_api_keys/");
    let organization = |id: &str| format!("/api/organizations/{id}/");
    let projects_of = |id: &str| format!("/api/organizations/{id}/projects/");
    // The `detail` of the 403 for each limited key; `None`: 200. ada's own current project is 1, of Acme.
    let rows = [
        (nested("1"), None, None, not_acme.clone()),
        (nested("@current"), None, None, not_acme.clone()),
        (nested("2"), project(2), None, not_acme.clone()),
        (nested("3"), project(3), not_bare.clone(), None),
        ("/api/projects/1/".into(), None, None, not_acme.clone()),
        (
            "/api/projects/@current/".into(),
            None,
            None,
            not_acme.clone(),
        ),
        (
            "/api/projects/2/".into(),
            project(2),
            None,
            not_acme.clone(),
        ),
        (
            "/api/projects/3/".into(),
            project(3),
            not_bare.clone(),
            None,
        ),
        (
            format!("{}2/", projects_of(ACME)),
            project(2),
            None,
            not_acme.clone(),
        ),
        (
            "/api/projects/".into(),
            projects.clone(),
            None,
            not_acme.clone(),
        ),
        (
            "/api/organizations/".into(),
            projects.clone(),
            None,
            not_acme.clone(),
        ),
        (
            organization("@current"),
            projects.clone(),
            None,
            not_acme.clone(),
        ),
        (organization(ACME), projects.clone(), None, not_acme.clone()),
        (organization(BARE), projects.clone(), not_bare.clone(), None),
        (projects_of(ACME), projects.clone(), None, not_acme),
        (projects_of(BARE), projects, not_bare, None),
        ("/api/users/@me/".into(), None, None, None),
        ("/api/users/".into(), None, None, None),
        ("/api/personal_api_keys/@current/".into(), None, None, None),
    ];
    for (path, only_main, only_acme, only_bare) in rows {
        for (key, expected) in [
            ("phx_onlymain", only_main),
            ("phx_onlyacme", only_acme),
            ("phx_onlybare", only_bare),
        ] {
            let answer: Answer = server.ask("GET", &path).key(key).send();
            match expected {
                None => assert_eq!(answer.status, 200, "{key} {path}: {}", answer.text),
                Some(detail) => answer.denied(&detail),
            }
        }
    }
    // The limit does not change the 404 for projects that the user cannot see, nor the order of the checks.
    let key = "phx_onlymain";
    let nowhere = server
        .ask("GET", "/api/projects/99/project_secret_api_keys/")
        .key(key)
        .send();
    nowhere.not_found("Project not found.");
    server
        .ask("GET", "/api/projects/99/")
        .key(key)
        .send()
        .not_found("Not found.");
    server
        .ask("GET", "/api/projects/4/")
        .key(key)
        .send()
        .not_found("Not found.");
    server
        .ask("GET", &nested("4"))
        .key(key)
        .send()
        .denied(&other_project(4));
    server
        .ask("PUT", &nested("2"))
        .key(key)
        .send()
        .denied(CLOSED);
    server
        .ask("PATCH", &nested("2"))
        .key(key)
        .send()
        .denied(&other_project(2));
}

#[test]
fn a_key_limited_to_an_organization_lists_only_that() {
    let server = Server::start();
    let ids = |key: &str, path: &str| -> Vec<Value> {
        let list = server.ask("GET", path).key(key).send().ok(200);
        let results = list["results"].as_array().unwrap();
        assert_eq!(list["count"], results.len());
        results.iter().map(|thing| thing["id"].clone()).collect()
    };
    assert_eq!(ids("phx_onlyacme", "/api/projects/"), [1, 2]);
    assert_eq!(ids("phx_onlyacme", "/api/organizations/"), [ACME]);
    assert_eq!(
        ids(
            "phx_onlybare",
            &format!("/api/organizations/{BARE}/projects/")
        ),
        [3]
    );
    assert_eq!(ids("phx_ada", "/api/projects/"), [1, 2, 3, 5]);
}

#[test]
fn both_limits_hold_and_come_before_the_scope() {
    let seed = json!({
        "users": [{"ref": "u", "email": "u@example.com"}],
        "organizations": [
            {"ref": "a", "id": ACME, "name": "A", "members": [["u", "owner"]]},
            {"ref": "b", "id": BARE, "name": "B", "members": [["u", "owner"]]},
        ],
        "projects": [{"ref": "p", "org": "a", "name": "P"}, {"ref": "q", "org": "b", "name": "Q"}],
        "personal_api_keys": [
            {"ref": "k", "user": "u", "scopes": [], "scoped_teams": ["p", "q"], "scoped_organizations": ["b"], "value": "phx_both"},
            {"ref": "m", "user": "u", "scopes": [], "scoped_teams": ["q"], "value": "phx_onlyq"},
            {"ref": "n", "user": "u", "scopes": [], "scoped_organizations": ["b"], "value": "phx_onlyb"},
            {"ref": "l", "user": "u", "scopes": ["user:read"], "scoped_teams": ["p"], "value": "phx_one"},
        ],
    });
    let server = Server::seeded(&seed, &[]);
    let ask = |key: &str, path: &str| server.ask("GET", path).key(key).send();
    ask("phx_both", "/api/projects/1/project_secret_api_keys").denied(&other_organization(ACME));
    ask("phx_both", "/api/projects/2/project_secret_api_keys").denied(&missing("project:read"));
    ask("phx_both", "/api/projects/2").denied(&missing("project:read"));
    for path in [
        "/api/projects/1",
        "/api/projects/@current",
        &format!("/api/organizations/{ACME}/projects/1"),
        "/api/projects/1/property_definitions",
        "/api/projects/1/insights/1/sharing",
    ] {
        ask("phx_onlyq", path).denied(&other_project(1));
        ask("phx_onlyb", path).denied(&other_organization(ACME));
        let options = server.ask("OPTIONS", path).key("phx_onlyq").send();
        options.denied(&other_project(1));
    }
    ask("phx_onlyq", "/api/projects/2").denied(&missing("project:read"));
    ask("phx_onlyq", "/api/projects/99").denied(&missing("project:read"));
    ask("phx_onlyq", "/api/projects/abc").denied(&missing("project:read"));
    ask("phx_onlyb", "/api/organizations").denied(&other_organization(ACME));
    ask("phx_both", "/api/organizations").denied(PROJECTS_ONLY);
    ask("phx_both", "/api/users/@me").denied(&missing("user:read"));
    ask("phx_one", "/api/users/@me").ok(200);
    ask("phx_one", "/api/projects/2/project_secret_api_keys").denied(&other_project(2));
    ask("phx_one", "/api/projects/1/project_secret_api_keys").denied(&missing("project:read"));
}
