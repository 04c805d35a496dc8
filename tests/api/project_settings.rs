//! Creating projects and changing their settings (`keys-and-auth.md` 6.4).

use serde_json::{Value, json};

use crate::{
    accounts::{ACME, BARE, GLOBEX, each, get},
    activity_log::told,
    harness::{Answer, Server},
    projects::full,
};

const PROJECT: &str = "/api/projects/1/";

/// Values that every setting takes, other than those of a new project.
fn settings() -> Value {
    json!({
        "name": "Renamed", "product_description": "A shop", "app_urls": ["https://a.example.com", "https://b.example.com"],
        "anonymize_ips": true, "completed_snippet_onboarding": true,
        "test_account_filters": [{"key": "email", "value": ["@example.com", 1.5, null], "operator": "not_icontains"}],
        "timezone": "Europe/Zurich", "autocapture_opt_out": true, "autocapture_exceptions_opt_in": false,
        "session_recording_opt_in": true, "week_start_day": 1, "primary_dashboard": 1,
        "recording_domains": ["https://c.example.com"], "has_completed_onboarding_for": {"product_analytics": true},
        "surveys_opt_in": true, "heatmaps_opt_in": false,
    })
}

fn patch(server: &Server, key: &str, path: &str, body: Value) -> Answer {
    server.ask("PATCH", path).key(key).json(body).send()
}

#[test]
fn an_admin_changes_every_setting_that_a_project_shows() {
    let server = Server::start();
    let before = server.get(PROJECT).ok(200);
    let answer = server.patch(PROJECT, settings());
    let mut expected = before.clone();
    for (name, value) in settings().as_object().unwrap() {
        assert_ne!(expected[name], *value, "{name}");
        expected[name] = value.clone();
    }
    expected["updated_at"] = answer.body["updated_at"].clone();
    assert_ne!(expected["updated_at"], before["updated_at"]);
    assert_eq!((answer.status, &answer.text), (200, &expected.to_string()));
    assert_eq!(server.get(PROJECT).text, answer.text);
    let listed = server.get("/api/projects/").ok(200)["results"][0].clone();
    assert_eq!(
        [
            &listed["name"],
            &listed["timezone"],
            &listed["completed_snippet_onboarding"]
        ],
        [&json!("Renamed"), &json!("Europe/Zurich"), &json!(true)]
    );
    assert_eq!(
        listed["has_completed_onboarding_for"],
        json!({"product_analytics": true})
    );
    // What is left out stays, what can be null is cleared by it, and the rest cannot be written.
    assert_eq!(server.patch(PROJECT, json!({})).text, answer.text);
    let read_only = json!({
        "id": 9, "uuid": "x", "organization": GLOBEX, "api_token": "phc_x", "created_at": 1, "ingested_event": true,
        "is_demo": true, "access_control": true, "effective_membership_level": 1, "nonsense": 1,
    });
    assert_eq!(server.patch(PROJECT, read_only).text, answer.text);
    let nulls = json!({
        "product_description": null, "autocapture_opt_out": null, "autocapture_exceptions_opt_in": null,
        "week_start_day": null, "primary_dashboard": null, "recording_domains": null,
        "has_completed_onboarding_for": null, "surveys_opt_in": null, "heatmaps_opt_in": null,
    });
    let cleared = server.patch(PROJECT, nulls.clone()).ok(200);
    for name in nulls.as_object().unwrap().keys() {
        assert_eq!(cleared[name], json!(null), "{name}");
    }
    assert_eq!(cleared["app_urls"], expected["app_urls"]);
    // Another project keeps its settings, and the alias and the path of the organization change the same one.
    assert_eq!(
        server.get("/api/projects/2/").text,
        full(2, ACME, "Side", &server.get("/api/projects/2/").body).to_string()
    );
    for (path, name) in [
        ("/api/environments/1".to_owned(), "by alias"),
        (
            format!("/api/organizations/{ACME}/projects/1/"),
            "by organization",
        ),
        ("/api/projects/@current".to_owned(), "as the current one"),
    ] {
        assert_eq!(
            server.patch(&path, json!({"name": name})).ok(200)["name"],
            name
        );
        assert_eq!(server.get(PROJECT).ok(200)["name"], name);
    }
    let form = server.ask("PATCH", PROJECT).key("phx_ada");
    let form =
        form.form("week_start_day=0&test_account_filters=%5B%7B%7D%5D&app_urls=a&app_urls=b");
    let form = form.send().ok(200);
    assert_eq!(
        (
            &form["week_start_day"],
            &form["test_account_filters"],
            &form["app_urls"]
        ),
        (&json!(0), &json!([{}]), &json!(["a", "b"]))
    );
}

#[test]
fn a_wrong_setting_is_refused_and_nothing_changes() {
    let server = Server::start();
    let before = server.get(PROJECT).text;
    let deep = |depth| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    let null = "This field may not be null.";
    let boolean = "Must be a valid boolean.";
    let long = |most| format!("Ensure this field has no more than {most} characters.");
    let choice = |sent: &str| format!("\"{sent}\" is not a valid choice.");
    for (field, value, code, detail, attr) in [
        (
            "name",
            json!(""),
            "blank",
            "This field may not be blank.".into(),
            "name",
        ),
        ("name", json!(null), "null", null.into(), "name"),
        (
            "name",
            json!([]),
            "invalid_input",
            "Not a valid string.".into(),
            "name",
        ),
        (
            "name",
            json!("x".repeat(201)),
            "max_length",
            long(200),
            "name",
        ),
        (
            "product_description",
            json!("x".repeat(1001)),
            "max_length",
            long(1000),
            "product_description",
        ),
        (
            "app_urls",
            json!("x"),
            "not_a_list",
            "Expected a list of items but got type \"str\".".into(),
            "app_urls",
        ),
        (
            "app_urls",
            json!(["a", 1, {}]),
            "invalid_input",
            "Not a valid string.".into(),
            "app_urls__2",
        ),
        (
            "app_urls",
            json!(["x".repeat(201)]),
            "max_length",
            long(200),
            "app_urls__0",
        ),
        (
            "app_urls",
            json!(vec!["x"; 501]),
            "max_length",
            "Ensure this field has no more than 500 elements.".into(),
            "app_urls",
        ),
        ("app_urls", json!(null), "null", null.into(), "app_urls"),
        (
            "anonymize_ips",
            json!("maybe"),
            "invalid_input",
            boolean.into(),
            "anonymize_ips",
        ),
        (
            "session_recording_opt_in",
            json!(null),
            "null",
            null.into(),
            "session_recording_opt_in",
        ),
        (
            "session_recording_opt_in",
            json!(2),
            "invalid_input",
            boolean.into(),
            "session_recording_opt_in",
        ),
        (
            "autocapture_opt_out",
            json!([]),
            "invalid_input",
            boolean.into(),
            "autocapture_opt_out",
        ),
        (
            "test_account_filters",
            json!({}),
            "invalid_input",
            "test_account_filters must be a list.".into(),
            "test_account_filters",
        ),
        (
            "test_account_filters",
            json!(null),
            "null",
            null.into(),
            "test_account_filters",
        ),
        (
            "test_account_filters",
            json!(["x".repeat(20_000)]),
            "max_length",
            long(20_000),
            "test_account_filters",
        ),
        (
            "test_account_filters",
            deep(130),
            "invalid_input",
            "Value must be valid JSON.".into(),
            "test_account_filters",
        ),
        (
            "timezone",
            json!("Mars/Olympus"),
            "invalid_choice",
            choice("Mars/Olympus"),
            "timezone",
        ),
        (
            "timezone",
            json!("europe/zurich"),
            "invalid_choice",
            choice("europe/zurich"),
            "timezone",
        ),
        (
            "timezone",
            json!(true),
            "invalid_choice",
            choice("True"),
            "timezone",
        ),
        ("timezone", json!(null), "null", null.into(), "timezone"),
        (
            "week_start_day",
            json!(2),
            "invalid_choice",
            choice("2"),
            "week_start_day",
        ),
        (
            "week_start_day",
            json!("+1"),
            "invalid_choice",
            choice("+1"),
            "week_start_day",
        ),
        (
            "primary_dashboard",
            json!(99),
            "does_not_exist",
            "Invalid pk \"99\" - object does not exist.".into(),
            "primary_dashboard",
        ),
        (
            "primary_dashboard",
            json!(2),
            "does_not_exist",
            "Invalid pk \"2\" - object does not exist.".into(),
            "primary_dashboard",
        ),
        (
            "primary_dashboard",
            json!("99999999999999999999"),
            "does_not_exist",
            "Invalid pk \"99999999999999999999\" - object does not exist.".into(),
            "primary_dashboard",
        ),
        (
            "primary_dashboard",
            json!("x"),
            "incorrect_type",
            "Incorrect type. Expected pk value, received str.".into(),
            "primary_dashboard",
        ),
        (
            "recording_domains",
            json!(5),
            "not_a_list",
            "Expected a list of items but got type \"int\".".into(),
            "recording_domains",
        ),
        (
            "has_completed_onboarding_for",
            json!("x".repeat(20_000)),
            "max_length",
            long(20_000),
            "has_completed_onboarding_for",
        ),
        (
            "heatmaps_opt_in",
            json!("x"),
            "invalid_input",
            boolean.into(),
            "heatmaps_opt_in",
        ),
    ] {
        let sent = json!({"heatmaps_opt_in": true, field: value});
        server
            .patch(PROJECT, sent.clone())
            .invalid(code, &detail, attr);
        // A new project is checked in the same way.
        server
            .post("/api/projects/", sent)
            .invalid(code, &detail, attr);
    }
    assert_eq!(server.get(PROJECT).text, before);
    // The deepest value that is taken can be read again, by every request.
    let deepest = json!({"test_account_filters": deep(100)});
    assert_eq!(
        server.patch(PROJECT, deepest).ok(200)["test_account_filters"],
        deep(100)
    );
    server.get("/api/projects/1/insights/").ok(200);
}

#[test]
fn only_admins_with_the_scope_change_a_project() {
    let server = Server::start();
    let name = || json!({"name": "N"});
    patch(&server, "phx_mel", "/api/projects/3/", name())
        .denied("You don't have sufficient permissions in the project.");
    // With access control a member counts as an admin.
    patch(&server, "phx_mel", PROJECT, name()).ok(200);
    patch(&server, "phx_read", PROJECT, name())
        .denied("API key missing required scope 'project:write'");
    patch(&server, "phx_write", PROJECT, name()).ok(200);
    patch(&server, "phx_bob", PROJECT, name()).not_found("Not found.");
    patch(&server, "phx_ada", "/api/projects/99/", name()).not_found("Not found.");
    patch(
        &server,
        "phx_ada",
        &format!("/api/organizations/{BARE}/projects/1/"),
        name(),
    )
    .not_found("Not found.");
    patch(&server, "phx_ada", "/api/projects/abc/", name()).invalid(
        "invalid_input",
        "Field 'id' expected a number but got 'abc'.",
        None,
    );
    patch(&server, "phx_onlymain", "/api/projects/2/", name())
        .denied("API key does not have access to the requested project: ID 2.");
    patch(&server, "phx_onlymain", PROJECT, name()).ok(200);
    patch(&server, "phx_ada", PROJECT, json!([])).invalid(
        "invalid_input",
        "Invalid data. Expected a dictionary, but got list.",
        None,
    );
    assert_eq!(server.get("/api/projects/3/").ok(200)["name"], "Plain");
}

#[test]
fn a_new_project_is_complete_and_current() {
    let server = Server::start();
    let answer = server.post("/api/projects/", json!({}));
    let expected = full(6, ACME, "Default project", &answer.body);
    assert_eq!((answer.status, &answer.text), (201, &expected.to_string()));
    let token = answer.body["api_token"].as_str().unwrap();
    assert!(token.starts_with("phc_") && token.len() > 40, "{token}");
    assert_eq!(server.get("/api/projects/6/").text, answer.text);
    assert_eq!(server.get("/api/projects/@current/").text, answer.text);
    let mut sent = settings();
    sent["primary_dashboard"] = json!(null);
    let other = server
        .post(
            &format!("/api/organizations/{BARE}/projects/"),
            sent.clone(),
        )
        .ok(201);
    assert_eq!(
        (&other["id"], &other["organization"]),
        (&json!(7), &json!(BARE))
    );
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(other[name], *value, "{name}");
    }
    assert_eq!(
        each(&server.get("/api/projects/").ok(200)["results"], "id"),
        json!([1, 2, 3, 5, 6, 7])
    );
    // It can be worked in at once.
    let event = json!({"api_key": token, "event": "first", "distinct_id": "d"});
    server.ask("POST", "/i/v0/e/").json(event).send().ok(200);
    let events = server.get("/api/projects/6/event_definitions/").ok(200);
    assert_eq!(each(&events["results"], "name"), json!(["first"]));
    // Others still have their own current project.
    assert_eq!(
        get(&server, "phx_dan", "/api/projects/@current/").ok(200)["id"],
        1
    );
}

#[test]
fn only_admins_with_the_scope_create_projects_and_not_without_end() {
    let server = Server::start();
    let post = |key: &str, path: &str| server.ask("POST", path).key(key).json(json!({})).send();
    let of = |organization: &str| format!("/api/organizations/{organization}/projects/");
    let denied = "You need to be an organization admin or above to create new projects.";
    post("phx_mel", "/api/projects/").denied(denied);
    post("phx_mel", &of(BARE)).denied(denied);
    post("phx_dan", "/api/projects/").ok(201);
    post("phx_read", "/api/projects/").denied("API key missing required scope 'project:write'");
    post("phx_ada", &of(GLOBEX)).not_found("Organization not found.");
    post("phx_ada", &of("none")).not_found("Organization not found.");
    post("phx_onlymain", "/api/projects/")
        .denied("API keys with scoped projects are only supported on project-based endpoints.");
    post("phx_onlybare", &of(ACME)).denied(&format!(
        "API key does not have access to the requested organization: ID {ACME}."
    ));
    post("phx_onlybare", &of(BARE)).ok(201);

    let projects: Vec<_> = (1..1000)
        .map(|n| json!({"org": "a", "name": format!("p{n}")}))
        .collect();
    let seed = json!({
        "users": [{"ref": "u", "email": "u@example.com"}], "organizations": [{"ref": "a", "name": "A", "members": [["u", "owner"]]}],
        "projects": projects, "personal_api_keys": [{"user": "u", "label": "k", "scopes": ["*"], "value": "phx_u"}],
    });
    let full = Server::seeded(&seed, &[]);
    let post = || {
        full.ask("POST", "/api/projects/")
            .key("phx_u")
            .json(json!({}))
            .send()
    };
    post().ok(201);
    post().denied(
        "You have reached the maximum limit of allowed projects for your current plan. \
         Upgrade your plan to be able to create and manage more projects.",
    );
}

#[test]
fn changes_of_a_project_are_in_its_activity_log() {
    let server = Server::start();
    let created = server
        .post("/api/projects/", json!({"name": "New"}))
        .ok(201);
    let log = |id: &Value| {
        let log = server
            .get(&format!("/api/projects/{id}/activity_log/"))
            .ok(200);
        log["results"].as_array().unwrap().clone()
    };
    let scopes = |entries: &[Value]| {
        let scopes: Vec<_> = entries.iter().map(|entry| entry["scope"].clone()).collect();
        assert_eq!(scopes, ["Project", "Team"]);
    };
    let entries = log(&created["id"]);
    scopes(&entries);
    insta::assert_snapshot!(told(&entries), @r"
    created New by 1
    created New by 1
    ");
    for entry in &entries {
        assert_eq!(
            (
                &entry["item_id"],
                &entry["detail"]["name"],
                &entry["organization_id"]
            ),
            (
                &json!(created["id"].to_string()),
                &json!("New"),
                &json!(ACME)
            )
        );
        assert_eq!(entry["user"]["email"], "ada@example.com");
    }
    server
        .patch(PROJECT, json!({"name": "M", "heatmaps_opt_in": true}))
        .ok(200);
    server.patch(PROJECT, json!({"name": "M"})).ok(200);
    let entries = log(&json!(1));
    scopes(&entries);
    insta::assert_snapshot!(told(&entries), @r#"
    updated M by 1:
      changed name: "Main" -> "M"
    updated M by 1:
      changed name: "Main" -> "M"
      created heatmaps_opt_in: null -> true
    "#);
}
