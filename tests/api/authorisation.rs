//! Who may do what, for every row of the plan: a new row is covered once it is written.

use std::collections::BTreeSet;

use hoglet::{
    http::routes::{Base, Door, ROUTES, Route},
    model::SCOPE_OBJECTS,
};
use serde_json::{Value, json};

use crate::{
    accounts::{ACME, GLOBEX},
    harness::{Answer, Server},
};

const CLOSED: &str = "This action does not support personal API key access";

/// The rows that are not open to anyone. Those that take project secret keys too have tests of their own.
fn guarded() -> impl Iterator<Item = &'static Route> {
    ROUTES
        .iter()
        .filter(|route| !matches!(route.door, Door::Open(_) | Door::Sdk(_) | Door::Secret(..)))
}

/// The paths of `route` in `project` and `organization`, by both prefixes and in both slash forms; nothing else in them
/// names anything.
fn paths(route: &Route, project: &str, organization: &str) -> Vec<String> {
    let filled = route.segments().map(|segment| match segment {
        "{project_id}" => project,
        "{organization_id}" => organization,
        named if named.starts_with('{') => "nothing",
        literal => literal,
    });
    let path = filled.fold(String::new(), |path, segment| format!("{path}/{segment}"));
    let alias = path.replacen("/api/projects/", "/api/environments/", 1);
    match route.base {
        Base::Project => vec![format!("{alias}/"), path],
        Base::Root => vec![format!("{path}/"), path],
    }
}

/// What `key` is answered by every path of `route` in `project`, with what was asked.
fn ask(server: &Server, route: &Route, project: &str, key: &str) -> Vec<(String, Answer)> {
    let ask = |path: String| {
        let answer = server.ask(route.method.as_str(), &path).key(key).send();
        (format!("{} {path} as {key}", route.method), answer)
    };
    paths(route, project, ACME).into_iter().map(ask).collect()
}

#[track_caller]
fn all_denied(answers: Vec<(String, Answer)>, detail: &str) {
    for (asked, answer) in answers {
        assert_eq!(
            (answer.status, &answer.body["detail"]),
            (403, &json!(detail)),
            "{asked}"
        );
        answer.denied(detail);
    }
}

#[test]
fn nothing_of_the_api_is_open_but_its_description() {
    let open = ROUTES
        .iter()
        .filter(|route| matches!(route.door, Door::Open(_)));
    for route in open {
        let path = route.full_path();
        assert!(
            !path.starts_with("/api/") || path.starts_with("/api/schema"),
            "{path}"
        );
    }
}

#[test]
fn every_guarded_route_turns_strangers_away() {
    let server = Server::start();
    let wrong = "Personal API key found in request Authorization header is invalid.";
    for route in guarded() {
        for path in paths(route, "1", ACME) {
            let stranger = server.ask(route.method.as_str(), &path).send();
            let code = &stranger.body["code"];
            assert_eq!(
                (stranger.status, code),
                (401, &json!("not_authenticated")),
                "{} {path}",
                route.method
            );
        }
        for key in ["phx_unknown", "phs_main", "phc_main", "phx_gil"] {
            for (asked, answer) in ask(&server, route, "1", key) {
                assert_eq!(
                    (answer.status, &answer.body["detail"]),
                    (401, &json!(wrong)),
                    "{asked}"
                );
            }
        }
    }
}

#[test]
fn a_method_that_a_path_lacks_is_for_nobody() {
    let server = Server::start();
    for route in guarded() {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "FOO"] {
            let same = |row: &&Route| {
                (row.base, row.path, row.method.as_str()) == (route.base, route.path, method)
            };
            if ROUTES.iter().any(|row| same(&row)) {
                continue;
            }
            let path = &paths(route, "1", ACME)[0];
            assert_eq!(
                server.ask(method, path).send().status,
                401,
                "{method} {path}"
            );
            let answer = server.ask(method, path).key("phx_ada").send();
            match answer.status {
                405 => {}
                _ => all_denied(vec![(format!("{method} {path}"), answer)], CLOSED),
            }
        }
    }
}

/// The seed of every test, with two more keys of ada's for each scope of the plan: `phxonly…`, which has that scope alone,
/// and `phxbut…`, which has all but those that allow what it does.
fn seed_with_a_key_for_every_scope() -> (Value, BTreeSet<&'static str>) {
    let mut seed: Value = serde_json::from_str(include_str!("seed.json")).unwrap();
    let scopes: BTreeSet<_> = guarded().filter_map(|route| route.needs()?.scope).collect();
    let all: Vec<_> = SCOPE_OBJECTS
        .iter()
        .flat_map(|object| ["read", "write"].map(|action| format!("{object}:{action}")))
        .collect();
    let keys = seed["personal_api_keys"].as_array_mut().unwrap();
    for scope in &scopes {
        let allowing = [scope.to_string(), scope.replace(":read", ":write")];
        let but: Vec<_> = all
            .iter()
            .filter(|other| !allowing.contains(other))
            .collect();
        for (kind, scopes) in [("only", json!([scope])), ("but", json!(but))] {
            let value = key_of(kind, scope);
            keys.push(json!({"ref": value, "user": "ada", "scopes": scopes, "value": value}));
        }
    }
    (seed, scopes)
}

/// `phx_` and letters, as the value of a key must be.
fn key_of(kind: &str, scope: &str) -> String {
    format!("phx_{kind}{}", scope.replace([':', '_'], ""))
}

#[test]
fn every_route_asks_for_the_scope_that_its_row_names() {
    let (seed, scopes) = seed_with_a_key_for_every_scope();
    assert!(scopes.contains("project:write"), "{scopes:?}");
    let server = Server::seeded(&seed, &[]);
    for route in guarded() {
        let Some(needs) = route.needs() else {
            all_denied(ask(&server, route, "1", "phx_ada"), CLOSED);
            continue;
        };
        let Some(scope) = needs.scope else {
            for (asked, answer) in ask(&server, route, "1", "phx_none") {
                assert!(
                    [200, 404].contains(&answer.status),
                    "{asked}: {}",
                    answer.text
                );
            }
            continue;
        };
        let missing = format!("API key missing required scope '{scope}'");
        all_denied(ask(&server, route, "1", "phx_none"), &missing);
        all_denied(ask(&server, route, "1", &key_of("but", scope)), &missing);
        for (asked, answer) in ask(&server, route, "1", &key_of("only", scope)) {
            let let_in =
                answer.status < 500 && answer.status != 401 && !answer.text.contains("API key");
            assert!(let_in, "{asked}: {}", answer.text);
        }
    }
}

#[test]
fn a_limited_key_is_kept_to_its_projects_and_organizations() {
    let server = Server::start();
    for route in guarded() {
        let Some(needs) = route.needs() else { continue };
        let of_a_project = route.segments().any(|segment| segment == "{project_id}");
        let project = "API key does not have access to the requested project: ID 2.";
        let nowhere =
            "API keys with scoped projects are only supported on project-based endpoints.";
        let organization =
            format!("API key does not have access to the requested organization: ID {ACME}.");
        if of_a_project || !needs.unlimited {
            let detail = if of_a_project { project } else { nowhere };
            all_denied(ask(&server, route, "2", "phx_onlymain"), detail);
            all_denied(ask(&server, route, "2", "phx_onlybare"), &organization);
        } else {
            for key in ["phx_onlymain", "phx_onlybare"] {
                for (asked, answer) in ask(&server, route, "2", key) {
                    assert!(!answer.text.contains("API key"), "{asked}: {}", answer.text);
                }
            }
        }
    }
}

#[test]
fn an_unknown_project_is_not_found_and_a_foreign_one_is_closed() {
    let server = Server::start();
    for route in
        guarded().filter(|route| route.path.contains("{project_id}") || route.base == Base::Project)
    {
        let nested = route.base == Base::Project;
        for unknown in ["99", "0", "-1", "99999999999999999999"] {
            for (asked, answer) in ask(&server, route, unknown, "phx_ada") {
                let detail = if nested {
                    "Project not found."
                } else {
                    "Not found."
                };
                assert_eq!(
                    (answer.status, &answer.body["detail"]),
                    (404, &json!(detail)),
                    "{asked}"
                );
            }
        }
        for (project, key) in [("4", "phx_ada"), ("3", "phx_dan")] {
            match nested {
                true => all_denied(
                    ask(&server, route, project, key),
                    "You don't have access to the project.",
                ),
                false => {
                    for (asked, answer) in ask(&server, route, project, key) {
                        assert_eq!(answer.status, 404, "{asked}: {}", answer.text);
                    }
                }
            }
        }
    }
    for route in guarded().filter(|route| route.path.contains("{organization_id}")) {
        for path in paths(route, "4", GLOBEX) {
            assert_eq!(server.get(&path).status, 404, "{path}");
        }
    }
}

#[test]
fn what_needs_an_admin_is_not_for_members() {
    let server = Server::start();
    for route in guarded().filter(|route| route.base == Base::Project) {
        let denied = "You don't have sufficient permissions in the project.";
        match route.needs().is_some_and(|needs| needs.admin) {
            true => all_denied(ask(&server, route, "3", "phx_mel"), denied),
            false => {
                for (asked, answer) in ask(&server, route, "3", "phx_mel") {
                    let let_in = answer.status < 500 && answer.body["detail"] != denied;
                    assert!(let_in, "{asked}: {}", answer.text);
                }
            }
        }
    }
}

#[test]
fn what_the_service_closes_to_keys_is_closed_by_the_live_contract() {
    let server = Server::with(&["--contract", "live"]);
    for route in guarded().filter(|route| route.needs().is_some_and(|needs| needs.not_live)) {
        for key in ["phx_ada", "phx_none", "phx_onlymain"] {
            all_denied(ask(&server, route, "2", key), CLOSED);
        }
    }
}
