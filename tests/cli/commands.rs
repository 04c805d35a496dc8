//! `hoglet keys` and `hoglet projects`, on a file that a server has open and on one that is closed.

use serde_json::{Value, json};

use crate::process::Folder;

const TEAM: &str = r#"{
  "users": [{"ref": "ada", "email": "ada@example.com"}, {"ref": "bob", "email": "bob@example.com"}],
  "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]},
                    {"ref": "other", "name": "Other Firm", "members": [["bob", "owner"]]}],
  "projects": [{"org": "acme", "name": "Main", "id": 1, "api_token": "phc_main"},
               {"org": "other", "name": "Theirs", "id": 2, "api_token": "phc_theirs"}],
  "personal_api_keys": [{"ref": "K", "user": "ada", "label": "Ada's", "scopes": ["*"], "value": "phx_ada"}]
}"#;

fn team() -> Folder {
    let folder = Folder::new();
    folder.write("team.json", TEAM);
    folder.ok(&["seed", "team.json"]);
    folder
}

#[test]
fn a_key_is_printed_alone_and_works_until_it_is_revoked() {
    let folder = team();
    // One key is created before the server starts, one while it runs.
    let early = folder.ok(&[
        "keys",
        "create",
        "--label",
        "early",
        "--scopes",
        "project:read,user:read",
    ]);
    let server = folder.serve(&[]);
    let made = folder.run(&["keys", "create", "--label", "late", "--scopes", "*"]);
    for key in [&early, &made.stdout] {
        assert!(
            key.starts_with("phx_") && key.ends_with('\n') && key.lines().count() == 1,
            "{key:?}"
        );
        assert_eq!(server.get(key.trim_end(), "/api/projects/1/").0, 200);
    }
    let (_, current) = server.get(early.trim_end(), "/api/personal_api_keys/@current/");
    assert_eq!(
        [
            &current["label"],
            &current["scopes"],
            &current["scoped_teams"]
        ],
        [
            &json!("early"),
            &json!(["project:read", "user:read"]),
            &json!([])
        ]
    );
    assert!(
        made.stderr.contains("ada@example.com") && made.stderr.contains("cannot be shown again"),
        "{}",
        made.stderr
    );

    let id = current["id"].as_str().unwrap();
    let revoked = folder.run(&["keys", "revoke", id]);
    assert_eq!(
        (revoked.code, &*revoked.stdout),
        (Some(0), ""),
        "{revoked:?}"
    );
    assert_eq!(server.get(early.trim_end(), "/api/projects/1/").0, 401);
    assert_eq!(
        server.get(made.stdout.trim_end(), "/api/projects/1/").0,
        200
    );
    folder.fails(&["keys", "revoke", id], &[id, "hoglet keys list"]);
}

#[test]
fn a_key_acts_as_whom_it_is_made_for_and_where() {
    let folder = team();
    let create = ["keys", "create", "--label", "x", "--scopes", "*"];
    let with = |more: &[&str]| folder.ok(&[&create, more].concat());
    let bobs = with(&["--user", "bob@example.com"]);
    let limited = with(&["--project", "1"]);
    let server = folder.serve(&[]);
    assert_eq!(
        server.get(bobs.trim_end(), "/api/users/@me/").1["email"],
        "bob@example.com"
    );
    assert_eq!(server.get(bobs.trim_end(), "/api/projects/1/").0, 404);
    let (_, current) = server.get(limited.trim_end(), "/api/personal_api_keys/@current/");
    assert_eq!(current["scoped_teams"], json!([1]));

    let refused =
        |more: &[&str], words: &[&str]| folder.fails(&[&create[..4], more].concat(), words);
    refused(
        &["--scopes", "*", "--user", "eve@example.com"],
        &["eve@example.com"],
    );
    refused(
        &["--scopes", "*", "--project", "2"],
        &["ada@example.com", "project 2"],
    );
    refused(
        &["--scopes", "*", "--project", "99"],
        &["--project: ", "project 99"],
    );
    refused(
        &["--scopes", "insigt:read"],
        &["--scopes: Invalid scope: insigt:read"],
    );
    folder.fails(
        &["keys", "create", "--label", " ", "--scopes", "*"],
        &["--label: ", "blank"],
    );
    let long = "x".repeat(41);
    folder.fails(
        &["keys", "create", "--label", &long, "--scopes", "*"],
        &["label", "40 characters"],
    );
}

#[test]
fn keys_are_listed_without_their_secrets() {
    let folder = team();
    let key = folder.ok(&[
        "keys",
        "create",
        "--label",
        "CI",
        "--scopes",
        "project:read,user:read",
        "--project",
        "1",
    ]);
    let list = folder.ok(&["keys", "list"]);
    let lines: Vec<_> = list
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .collect();
    assert_eq!(
        lines[0],
        [
            "ID", "LABEL", "KEY", "USER", "PROJECTS", "CREATED", "LAST", "USED", "SCOPES"
        ]
    );
    assert_eq!(lines.len(), 3, "{list}");
    assert_eq!(
        lines[1][1..5],
        ["Ada's", "********", "ada@example.com", "all"]
    );
    let mask = format!("phx_...{}", &key.trim_end()[key.trim_end().len() - 4..]);
    assert_eq!(lines[2][1..5], ["CI", &mask, "ada@example.com", "1"]);
    assert_eq!(lines[2][6..], ["never", "project:read,user:read"]);
    assert!(
        !list.contains("phx_ada") && !list.contains(key.trim_end()),
        "{list}"
    );
    // The columns are aligned.
    let column = |line: &str| line.find("ada@example.com");
    let rows: Vec<_> = list.lines().skip(1).map(column).collect();
    assert_eq!(rows[0], rows[1]);
}

#[test]
fn a_project_is_made_and_usable_at_once() {
    let folder = team();
    let server = folder.serve(&[]);
    let made: Value =
        serde_json::from_str(&folder.ok(&["projects", "create", " Staging "])).unwrap();
    assert_eq!(made["id"], 3);
    let (status, seen) = server.get("phx_ada", "/api/projects/3/");
    assert_eq!(
        (status, &seen["name"], &seen["api_token"]),
        (200, &json!("Staging"), &made["api_token"])
    );
    folder.ok(&[
        "projects",
        "create",
        "Second",
        "--organization",
        "other-firm",
    ]);
    assert_eq!(server.get("phx_ada", "/api/projects/4/").0, 404);
    folder.fails(
        &["projects", "create", "x", "--organization", "acne"],
        &["acne", "acme, other-firm"],
    );
    folder.fails(&["projects", "create", "  "], &["name"]);

    let list = folder.ok(&["projects", "list"]);
    let lines: Vec<_> = list.lines().collect();
    assert!(lines[0].starts_with("ID  NAME     TOKEN"), "{list}");
    assert!(lines[1].starts_with("1   Main     phc_main"), "{list}");
    assert!(
        lines[4].starts_with("4   Second   phc_") && lines[4].contains("other-firm"),
        "{list}"
    );
}

#[test]
fn commands_do_not_make_a_database_by_mistake() {
    let folder = Folder::new();
    for command in [
        &["keys", "list"][..],
        &["projects", "list"],
        &["keys", "revoke", "x"],
    ] {
        folder.fails(command, &["hoglet.db does not exist", "--db"]);
    }
    folder.fails(
        &[
            "keys", "create", "--label", "x", "--scopes", "*", "--db", "other.db",
        ],
        &["other.db"],
    );
    assert_eq!(folder.names(), [""; 0]);
    // A database without users.
    folder.write("empty.json", "{}");
    folder.ok(&["seed", "empty.json"]);
    folder.fails(
        &["keys", "create", "--label", "x", "--scopes", "*"],
        &["no users", "hoglet serve"],
    );
    folder.fails(
        &["projects", "create", "x"],
        &["no organizations", "hoglet serve"],
    );
}
