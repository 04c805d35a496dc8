//! What clients list that no project has here, and the configuration of a flag that no project has.
use serde_json::json;

use crate::harness::{Answer, Server};

const LISTS: [(&str, &str); 5] = [
    ("feature_flags", "feature_flag"),
    ("surveys", "survey"),
    ("cohorts", "cohort"),
    ("annotations", "annotation"),
    ("actions", "action"),
];

const LEGACY: &str = "/api/feature_flag/";

#[test]
fn lists_of_what_no_project_has_are_empty_pages() {
    let server = Server::start();
    let paths = LISTS.map(|(name, _)| format!("/api/projects/1/{name}/"));
    let aliases = LISTS.map(|(name, _)| format!("/api/environments/@current/{name}"));
    let legacy = [
        LEGACY,
        "/api/feature_flag?token=phc_main",
        "/api/feature_flag/?token=phc_side",
    ];
    for path in paths
        .into_iter()
        .chain(aliases)
        .chain(legacy.map(str::to_owned))
    {
        let text = server.get(&path).text;
        assert_eq!(
            text, r#"{"count":0,"next":null,"previous":null,"results":[]}"#,
            "{path}"
        );
    }
    let second = server
        .get("/api/projects/1/feature_flags/?limit=10&offset=10")
        .ok(200);
    let previous = format!("{}/api/projects/1/feature_flags/?limit=10", server.url);
    assert_eq!(second["previous"], previous);
}

#[test]
fn a_list_needs_the_scope_of_what_it_lists() {
    let server = Server::start();
    let paths = LISTS.map(|(name, object)| (format!("/api/projects/1/{name}/"), object));
    for (path, object) in paths
        .into_iter()
        .chain([(LEGACY.to_owned(), "feature_flag")])
    {
        let detail = format!("API key missing required scope '{object}:read'");
        server
            .ask("GET", &path)
            .key("phx_read")
            .send()
            .denied(&detail);
        let keyless = server.ask("GET", &path).send();
        assert_eq!(
            (keyless.status, &keyless.body["code"]),
            (401, &json!("not_authenticated"))
        );
        for key in ["phs_main", "phc_main"] {
            let answer = server.ask("GET", &path).key(key).send();
            assert_eq!(
                (answer.status, &answer.body["code"]),
                (401, &json!("authentication_failed"))
            );
        }
    }
}

#[test]
fn the_older_list_of_flags_is_for_the_project_of_the_token() {
    let server = Server::start();
    let ask = |query: &str, key| {
        server
            .ask("GET", &format!("{LEGACY}{query}"))
            .key(key)
            .send()
    };
    ask("?token=phc_foreign", "phx_ada").denied("You don't have access to the project.");
    ask("?token=phc_nobody", "phx_ada").error(
        401,
        "authentication_error",
        "authentication_failed",
        "Incorrect authentication credentials.",
        None,
    );
    let limited = "API key does not have access to the requested project: ID 2.";
    ask("?token=phc_side", "phx_onlymain").denied(limited);
    ask("?token=phc_main", "phx_onlymain").ok(200);
    ask("", "phx_mel").ok(200);
}

#[test]
fn a_flag_that_no_project_has_has_no_configuration() {
    let server = Server::start();
    let ask = |path: &str, key| {
        let path = format!("/api/projects/{path}");
        server.ask("GET", &path).key(key).send()
    };
    let nothing = |answer: Answer| {
        assert_eq!(
            (answer.status, &*answer.text, answer.header("content-type")),
            (404, "", "")
        );
    };
    for path in [
        "1/feature_flags/x/remote_config/",
        "@current/feature_flags/x/remote_config?token=phc_main",
        "@current/feature_flags/x/remote_config",
    ] {
        nothing(ask(path, "phs_main"));
        nothing(ask(path, "phx_ada"));
    }
    // The token counts, as SDKs expect that have a key for several projects.
    nothing(ask(
        "@current/feature_flags/x/remote_config?token=phc_side",
        "phx_ada",
    ));
    let config = |project: &str| format!("{project}/feature_flags/x/remote_config");
    let other = "API key does not have access to the requested project: ID 2.";
    ask(&config("2"), "phs_main").denied(other);
    ask(
        "@current/feature_flags/x/remote_config?token=phc_side",
        "phs_main",
    )
    .denied(other);
    ask(&config("2"), "phx_onlymain").denied(other);
    let scope = "API key missing required scope 'feature_flag:read'";
    ask(&config("4"), "phs_foreign").denied(scope);
    ask(&config("1"), "phx_read").denied(scope);
    ask(&config("4"), "phx_ada").denied("You don't have access to the project.");
    for key in ["phs_main", "phx_ada"] {
        ask(&config("99"), key).not_found("Project not found.");
        ask(&config("abc"), key).not_found("Project not found.");
    }
    for (key, code) in [
        ("phs_unknown", "authentication_failed"),
        ("phc_main", "authentication_failed"),
    ] {
        let answer = ask(&config("1"), key);
        assert_eq!((answer.status, &answer.body["code"]), (401, &json!(code)));
    }
}
