//! Every error in a seed file names its place; a file that is applied reports what it created.

use serde_json::{Value, json};

use crate::process::Folder;

/// What `hoglet seed` prints for `file` on a new database: the objects that it created, or what is wrong.
pub fn seed(file: &str) -> Result<Value, String> {
    let folder = Folder::new();
    folder.write("seed.json", file);
    let done = folder.run(&["seed", "seed.json"]);
    if done.code == Some(0) {
        return Ok(serde_json::from_str(&done.stdout).unwrap());
    }
    let problem = done.stderr.strip_prefix("hoglet: seed.json: ");
    let problem = problem.unwrap_or_else(|| panic!("{done:?}"));
    Err(problem.trim_end().to_owned())
}

/// A file with a user `ada`, who owns the organization `acme` with the project `main`; then `more`.
pub fn with(more: Value) -> String {
    let mut file = json!({
        "users": [{"ref": "ada", "id": 7, "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [{"ref": "main", "org": "acme", "name": "Main", "api_token": "phc_main"}],
    });
    for (list, items) in more.as_object().unwrap() {
        let known = file
            .as_object_mut()
            .unwrap()
            .entry(list)
            .or_insert(json!([]));
        known
            .as_array_mut()
            .unwrap()
            .extend(items.as_array().unwrap().iter().cloned());
    }
    file.to_string()
}

#[test]
fn an_error_in_the_text_names_its_place() {
    let key = |more: Value| {
        let mut key = json!({"ref": "K", "user": "ada", "scopes": []});
        key.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        with(json!({"personal_api_keys": [key]}))
    };
    let rows = [
        (
            "{".to_owned(),
            "is not JSON: EOF while parsing an object at line 1 column 1",
        ),
        (
            "{} x".into(),
            "is not JSON: trailing characters at line 1 column 4",
        ),
        ("[]".into(), "invalid type: sequence, expected an object"),
        ("[]x".into(), "invalid type: sequence, expected an object"),
        (
            json!({"users": [["a"]]}).to_string(),
            "users[0]: expected an object",
        ),
        (
            r#"{"users": [], "projects": [], "users": []}"#.into(),
            "duplicate field `users`",
        ),
        (
            r#"{"users": [{"email": "a@b.c", "email": "d@e.f"}]}"#.into(),
            "users[0]: duplicate field `email`",
        ),
        (
            json!({"usrs": []}).to_string(),
            "usrs: unknown field `usrs`",
        ),
        (
            json!({"users": [{"email": "a@b.c"}, {"emial": "a@b.c"}]}).to_string(),
            "users[1].emial: unknown field `emial`",
        ),
        (
            json!({"users": [{"email": "a@b.c", "is_email_verified": "perhaps"}]}).to_string(),
            "users[0].is_email_verified: Must be a valid boolean.",
        ),
        (
            with(
                json!({"projects": [{"org": "acme", "name": "P", "session_recording_opt_in": null}]}),
            ),
            "projects[1].session_recording_opt_in: This field may not be null.",
        ),
        (
            with(json!({"projects": [{"org": "acme", "name": "P", "session_recording": true}]})),
            "projects[1].session_recording: unknown field `session_recording`",
        ),
        (
            json!({"users": [{}]}).to_string(),
            "users[0].email: This field is required.",
        ),
        (
            json!({"users": [{"email": true}]}).to_string(),
            "users[0].email: Not a valid string.",
        ),
        (
            key(json!({"scopes": ["*", "insigt:read"]})),
            "personal_api_keys[0].scopes[1]: Invalid scope: insigt:read",
        ),
        (
            key(json!({"value": "phs_x"})),
            "personal_api_keys[0].value: must be phx_ and then letters and digits",
        ),
        (
            key(json!({"value": "phx_a-b"})),
            "personal_api_keys[0].value: must be phx_ and then letters and digits",
        ),
        (
            with(json!({"organizations": [{"name": "B", "members": [["ada", "boss"]]}]})),
            "organizations[1].members[0][1]: \"boss\" is not a valid choice.",
        ),
        (
            with(json!({"organizations": [{"name": "B", "features": ["acess_control"]}]})),
            "organizations[1].features[0]: \"acess_control\": no such feature",
        ),
        (
            with(json!({"projects": [{"org": "acme", "name": "x", "api_token": "abc"}]})),
            "projects[1].api_token: must be phc_ and then letters, digits, - and _",
        ),
        (
            with(json!({"projects": [{"org": "acme", "name": "x", "id": 0}]})),
            "projects[1].id: Ensure this value is greater than or equal to 1.",
        ),
    ];
    for (file, problem) in rows {
        let found = seed(&file).unwrap_err();
        assert!(found.starts_with(problem), "{found}\n{problem}");
        assert!(!found.contains('\n'), "{found}");
    }
}

#[test]
fn a_reference_or_value_that_conflicts_names_its_place() {
    let secret_key = |label: &str, value: &str| json!({"project": "main", "label": label, "scopes": ["feature_flag:read"], "value": value});
    let rows = [
        (
            json!({"projects": [{"org": "acne", "name": "x"}]}),
            "projects[1].org: nothing in the file has the ref \"acne\"",
        ),
        (
            json!({"projects": [{"org": "ada", "name": "x"}]}),
            "projects[1].org: \"ada\" is users[0], not an organization",
        ),
        (
            json!({"projects": [{"ref": "ada", "org": "acme", "name": "x"}]}),
            "projects[1].ref: \"ada\" is the ref of users[0] already",
        ),
        (
            json!({"users": [{"email": "ada@example.com"}]}),
            "users[1].email: This field must be unique.",
        ),
        (
            json!({"users": [{"email": "b@example.com", "id": 7}]}),
            "users[1].id: This field must be unique.",
        ),
        (
            json!({"projects": [{"org": "acme", "name": "x", "api_token": "phc_main"}]}),
            "projects[1].api_token: This field must be unique.",
        ),
        (
            json!({"organizations": [{"name": "B", "members": [["ada", "owner"], ["ada", "member"]]}]}),
            "organizations[1].members[1][0]: is a member already",
        ),
        (
            json!({"personal_api_keys": [{"user": "ada", "scopes": []}]}),
            "personal_api_keys[0]: needs a label or a ref",
        ),
        (
            json!({"personal_api_keys": [{"ref": "K", "user": "ada", "scopes": [], "scoped_teams": ["main", "acme"]}]}),
            "personal_api_keys[0].scoped_teams[1]: \"acme\" is organizations[0], not a project",
        ),
        (
            json!({"project_secret_api_keys": [secret_key("CI", "phs_a"), secret_key("CI", "phs_b")]}),
            "project_secret_api_keys[1]: Project secret API key with label 'CI' already exists.",
        ),
        (
            json!({"project_secret_api_keys": [secret_key("A", "phs_a"), secret_key("B", "phs_a")]}),
            "project_secret_api_keys[1].value: This field must be unique.",
        ),
    ];
    for (more, problem) in rows {
        assert_eq!(seed(&with(more)), Err(problem.to_owned()));
    }
}

#[test]
fn refs_keep_the_blanks_at_their_ends() {
    let file = |name: &str| {
        with(json!({
            "users": [{"ref": " eve ", "email": "eve@example.com"}],
            "personal_api_keys": [{"ref": "key", "user": " eve ", "scopes": []}],
            "dashboards": [{"ref": " board ", "project": "main"}],
            "insights": [{"ref": " trend ", "project": "main", "dashboards": [name]}, {"ref": "other", "project": "main"}],
            "dashboard_tiles": [{"dashboard": " board ", "text": "x"}, {"dashboard": name, "insight": "other"}],
            "session_recordings": [{"project": "main", "id": "r", "viewed_by": [" eve "]}],
            "sharing_configurations": [{"dashboard": " board "}, {"insight": " trend "}],
        }))
    };
    assert!(seed(&file(" board ")).is_ok());
    let missing = "insights[0].dashboards[0]: nothing in the file has the ref \"board\"";
    assert_eq!(seed(&file("board")), Err(missing.to_owned()));
}

#[test]
fn a_file_reports_what_a_client_needs() {
    let file = with(json!({
        "personal_api_keys": [{"ref": "K", "user": "ada", "scopes": ["*"], "value": "phx_local"}, {"ref": "L", "user": "ada", "scopes": []}],
        "project_secret_api_keys": [{"ref": "S", "project": "main", "scopes": []}],
    }));
    let mut refs = seed(&file).unwrap();
    assert_eq!(
        refs.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["ada", "acme", "main", "K", "L", "S"]
    );
    let mut blank = |object: &str, key: &str, length: usize| {
        let text = refs[object][key].take();
        assert!(
            text.as_str().unwrap().len().abs_diff(length) <= 1,
            "{object}.{key} = {text}"
        );
    };
    for (object, key) in [("ada", "uuid"), ("acme", "id"), ("main", "uuid")] {
        blank(object, key, 36);
    }
    for (object, key) in [
        ("ada", "distinct_id"),
        ("K", "id"),
        ("L", "id"),
        ("S", "id"),
    ] {
        blank(object, key, 44);
    }
    blank("L", "value", 52);
    blank("S", "value", 52);
    let expected = json!({
        "ada": {"id": 7, "uuid": null, "distinct_id": null, "email": "ada@example.com"},
        "acme": {"id": null},
        "main": {"id": 1, "uuid": null, "api_token": "phc_main"},
        "K": {"id": null, "value": "phx_local"},
        "L": {"id": null, "value": null},
        "S": {"id": null, "value": null},
    });
    assert_eq!(refs, expected);
}

#[test]
fn the_demonstration_data_and_the_tests_own_can_be_made() {
    for file in [
        include_str!("../../static/demo.json"),
        include_str!("../api/seed.json"),
    ] {
        let refs = seed(file).unwrap();
        assert!(refs.as_object().unwrap().len() > 15, "{refs}");
    }
}
