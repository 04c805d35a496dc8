//! Who may do what, for every row of the plan: a new row is covered once it is written.

use std::collections::BTreeSet;

use hoglet::{
    http::routes::{Endpoint, Family, Limits},
    model::{Level, SCOPE_OBJECTS},
};
use serde_json::{Value, json};

use crate::{
    accounts::{ACME, GLOBEX},
    harness::{Answer, Server},
    table::{Row, rows},
};

const CLOSED: &str = "This action does not support personal API key access";

/// The rows that are not open to anyone. Those that take project secret keys too have tests of their own.
fn guarded() -> impl Iterator<Item = Row> {
    rows().filter(|row| {
        !matches!(
            row.endpoint,
            Endpoint::Probe(_) | Endpoint::Public(_) | Endpoint::ProjectKey(..)
        )
    })
}

/// The paths of `route` in `project` and `organization`, by both prefixes and in both slash forms; nothing else in them
/// names anything.
fn paths(row: &Row, project: &str, organization: &str) -> Vec<String> {
    let filled = row.segments().map(|segment| match segment {
        "{project_id}" => project,
        "{organization_id}" => organization,
        named if named.starts_with('{') => "nothing",
        literal => literal,
    });
    let path = filled.fold(String::new(), |path, segment| format!("{path}/{segment}"));
    let alias = path.replacen("/api/projects/", "/api/environments/", 1);
    match row.is_of_a_project() {
        true => vec![format!("{alias}/"), path],
        false => vec![format!("{path}/"), path],
    }
}

/// What `key` is answered by every path of `route` in `project`, with what was asked.
fn ask(server: &Server, row: &Row, project: &str, key: &str) -> Vec<(String, Answer)> {
    let ask = |path: String| {
        let answer = server.ask(&row.method, &path).key(key).send();
        (format!("{} {path} as {key}", row.method), answer)
    };
    paths(row, project, ACME).into_iter().map(ask).collect()
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
    let open = rows().filter(|row| {
        matches!(row.endpoint, Endpoint::Public(_)) && row.route.family != Family::Sdk
    });
    for Row { path, .. } in open {
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
    for row in guarded() {
        for path in paths(&row, "1", ACME) {
            let stranger = server.ask(&row.method, &path).send();
            let code = &stranger.body["code"];
            assert_eq!(
                (stranger.status, code),
                (401, &json!("not_authenticated")),
                "{} {path}",
                row.method
            );
        }
        for key in ["phx_unknown", "phs_main", "phc_main", "phx_gil"] {
            for (asked, answer) in ask(&server, &row, "1", key) {
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
    for row in guarded() {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "FOO"] {
            let mut methods = row.route.endpoints();
            if methods.any(|(known, _)| known == method) {
                continue;
            }
            let path = &paths(&row, "1", ACME)[0];
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
fn seed_with_a_key_for_every_scope() -> (Value, BTreeSet<String>) {
    let mut seed: Value = serde_json::from_str(include_str!("seed.json")).unwrap();
    let scopes: BTreeSet<_> = guarded()
        .filter_map(|row| row.need()?.scope)
        .map(|scope| scope.to_string())
        .collect();
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
    for row in guarded() {
        let Some(need) = row.need() else {
            all_denied(ask(&server, &row, "1", "phx_ada"), CLOSED);
            continue;
        };
        let Some(scope) = need.scope.map(|scope| scope.to_string()) else {
            for (asked, answer) in ask(&server, &row, "1", "phx_none") {
                assert!(
                    [200, 404].contains(&answer.status),
                    "{asked}: {}",
                    answer.text
                );
            }
            continue;
        };
        let missing = format!("API key missing required scope '{scope}'");
        all_denied(ask(&server, &row, "1", "phx_none"), &missing);
        all_denied(ask(&server, &row, "1", &key_of("but", &scope)), &missing);
        for (asked, answer) in ask(&server, &row, "1", &key_of("only", &scope)) {
            let let_in =
                answer.status < 500 && answer.status != 401 && !answer.text.contains("API key");
            assert!(let_in, "{asked}: {}", answer.text);
        }
    }
}

#[test]
fn a_limited_key_is_kept_to_its_projects_and_organizations() {
    let server = Server::start();
    for row in guarded() {
        let Some(need) = row.need() else { continue };
        let of_a_project = row.segments().any(|segment| segment == "{project_id}");
        if !of_a_project && matches!(row.endpoint, Endpoint::Project(..)) {
            continue; // the token in its query string names the project: see `sdk_lists.rs`
        }
        let project = "API key does not have access to the requested project: ID 2.";
        let nowhere =
            "API keys with scoped projects are only supported on project-based endpoints.";
        let organization =
            format!("API key does not have access to the requested organization: ID {ACME}.");
        if of_a_project || need.limits == Limits::Checked {
            let detail = if of_a_project { project } else { nowhere };
            all_denied(ask(&server, &row, "2", "phx_onlymain"), detail);
            all_denied(ask(&server, &row, "2", "phx_onlybare"), &organization);
        } else {
            for key in ["phx_onlymain", "phx_onlybare"] {
                for (asked, answer) in ask(&server, &row, "2", key) {
                    assert!(!answer.text.contains("API key"), "{asked}: {}", answer.text);
                }
            }
        }
    }
}

#[test]
fn an_unknown_project_is_not_found_and_a_foreign_one_is_closed() {
    let server = Server::start();
    for row in guarded().filter(|row| row.path.contains("{project_id}")) {
        let nested = row.is_of_a_project();
        for unknown in ["99", "0", "-1", "99999999999999999999"] {
            for (asked, answer) in ask(&server, &row, unknown, "phx_ada") {
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
                    ask(&server, &row, project, key),
                    "You don't have access to the project.",
                ),
                false => {
                    for (asked, answer) in ask(&server, &row, project, key) {
                        assert_eq!(answer.status, 404, "{asked}: {}", answer.text);
                    }
                }
            }
        }
    }
    for row in guarded().filter(|row| row.path.contains("{organization_id}")) {
        for path in paths(&row, "4", GLOBEX) {
            assert_eq!(server.get(&path).status, 404, "{path}");
        }
    }
}

#[test]
fn what_needs_an_admin_is_not_for_members() {
    let server = Server::start();
    for row in guarded().filter(Row::is_of_a_project) {
        let denied = "You don't have sufficient permissions in the project.";
        match row.need().is_some_and(|need| need.level == Level::Admin) {
            true => all_denied(ask(&server, &row, "3", "phx_mel"), denied),
            false => {
                for (asked, answer) in ask(&server, &row, "3", "phx_mel") {
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
    for row in guarded().filter(|row| row.need().is_some_and(|need| need.contract.is_some())) {
        for key in ["phx_ada", "phx_none", "phx_onlymain"] {
            all_denied(ask(&server, &row, "2", key), CLOSED);
        }
    }
}
