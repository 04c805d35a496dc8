//! `hoglet seed`, `serve --seed` and `--demo`.

use std::{io::Write, process::Stdio};

use serde_json::{Value, json};

use crate::process::Folder;

const SMALL: &str = r#"{
  "users": [{"ref": "ada", "id": 7, "email": "ada@example.com"}],
  "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
  "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 3, "api_token": "phc_main"}],
  "personal_api_keys": [{"ref": "K", "user": "ada", "scopes": ["*"], "value": "phx_local"}],
  "insights": [{"ref": "I", "project": "main", "id": 5, "short_id": "abc"}]
}"#;

#[test]
fn seed_prints_what_a_client_needs_and_it_is_there() {
    let folder = Folder::new();
    folder.write("small.json", SMALL);
    let told: Value =
        serde_json::from_str(&folder.ok(&["seed", "small.json", "--db", "a.db"])).unwrap();
    assert_eq!(told["K"]["value"], "phx_local");
    assert_eq!(told["I"], json!({"id": 5, "short_id": "abc"}));
    let server = folder.serve(&["--db", "a.db"]);
    let (status, project) = server.get("phx_local", "/api/projects/@current/");
    assert_eq!(
        (status, &project["id"], &project["uuid"]),
        (200, &json!(3), &told["main"]["uuid"])
    );
    let (_, me) = server.get("phx_local", "/api/users/@me/");
    assert_eq!(
        [&me["id"], &me["uuid"], &me["distinct_id"]],
        [&json!(7), &told["ada"]["uuid"], &told["ada"]["distinct_id"]]
    );

    // A second file, while the server runs; from standard input.
    let mut more = folder.command(&["seed", "-", "--db", "a.db"]);
    let mut more = more
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let file = r#"{"users": [{"ref": "b", "email": "b@example.com"}], "personal_api_keys": [{"ref": "B", "user": "b", "scopes": ["user:read"]}]}"#;
    more.stdin
        .take()
        .unwrap()
        .write_all(file.as_bytes())
        .unwrap();
    let told: Value = serde_json::from_slice(&more.wait_with_output().unwrap().stdout).unwrap();
    let key = told["B"]["value"].as_str().unwrap();
    assert_eq!(
        server.get(key, "/api/users/@me/").1["email"],
        "b@example.com"
    );
}

#[test]
fn what_a_file_lists_can_be_seen_over_the_api() {
    let folder = Folder::new();
    let mut file: Value = serde_json::from_str(SMALL).unwrap();
    let more = json!({
        "project_secret_api_keys": [{"ref": "S", "project": "main", "scopes": ["insight:read"], "created_by": "ada"}],
        "group_types": [{"project": "main", "group_type": "company", "index": 2}],
        "property_definitions": [
            {"project": "main", "name": "plan", "property_type": "String", "tags": [" Billing", "a"], "verified": true},
            {"project": "main", "name": "seats", "property_type": "Numeric"},
            {"project": "main", "name": "size", "type": "group", "group_type_index": 2}],
        "event_properties": [["main", "signed up", "plan"]],
        "notebooks": [{"ref": "N", "project": "main", "title": "Plan", "content": {"type": "doc"}, "version": 4}],
        "session_recordings": [{"ref": "R", "project": "main", "id": "rec-1", "start_time": "2026-01-01T10:00:00+01:00"}],
        "sharing_configurations": [
            {"ref": "open", "notebook": "N", "access_token": "tok", "settings": {"legend": true},
             "passwords": [{"password": "open sesame", "note": "for Eve"}]},
            {"ref": "R1", "session_recording": "R", "enabled": false},
            {"ref": "R2", "project": "main", "session_recording": "never-recorded"}],
    });
    let lists = file.as_object_mut().unwrap();
    lists.extend(more.as_object().unwrap().clone());
    folder.write("all.json", file.to_string());
    let told: Value = serde_json::from_str(&folder.ok(&["seed", "all.json"])).unwrap();
    let server = folder.serve(&[]);
    let get = |path: &str| {
        let (status, body) = server.get("phx_local", &format!("/api/projects/3/{path}"));
        assert_eq!(status, 200, "{path}: {body}");
        body
    };
    let share = get(&format!(
        "notebooks/{}/sharing/",
        told["N"]["short_id"].as_str().unwrap()
    ));
    assert_eq!(
        [
            &share["access_token"],
            &share["enabled"],
            &share["password_required"],
            &share["settings"]
        ],
        [
            &json!("tok"),
            &json!(true),
            &json!(true),
            &json!({"legend": true})
        ]
    );
    let password = &share["share_passwords"][0];
    assert_eq!(
        [&password["note"], &password["created_by_email"]],
        ["for Eve", "ada@example.com"]
    );
    let share = |id: &str| get(&format!("session_recordings/{id}/sharing/"));
    assert_eq!(
        [&share("rec-1")["enabled"], &share("rec-1")["access_token"]],
        [&json!(false), &told["R1"]["access_token"]]
    );
    assert_eq!(
        share("never-recorded")["access_token"],
        told["R2"]["access_token"]
    );
    assert_eq!(
        get("session_recordings/rec-1/")["start_time"],
        "2026-01-01T09:00:00Z"
    );
    let (_, missing) = server.get(
        "phx_local",
        "/api/projects/3/session_recordings/never-recorded/",
    );
    assert_eq!(missing["code"], "not_found");
    let notebook = get(&format!(
        "notebooks/{}/",
        told["N"]["short_id"].as_str().unwrap()
    ));
    assert_eq!(
        [
            &notebook["version"],
            &notebook["content"],
            &notebook["created_by"]
        ],
        [&json!(4), &json!({"type": "doc"}), &Value::Null]
    );
    let key = &get("project_secret_api_keys/")["results"][0];
    assert_eq!(
        [&key["label"], &key["id"], &key["created_by"]["id"]],
        [&json!("S"), &told["S"]["id"], &json!(7)]
    );

    let (plan, seats) = (
        get("property_definitions/?search=plan")["results"][0].clone(),
        get("property_definitions/?search=seats")["results"][0].clone(),
    );
    assert_eq!(
        [
            &plan["tags"],
            &plan["verified"],
            &plan["verified_by"]["id"],
            &plan["description"]
        ],
        [
            &json!(["a", "billing"]),
            &json!(true),
            &json!(7),
            &json!("")
        ]
    );
    assert_eq!(
        [
            &seats["verified"],
            &seats["description"],
            &seats["is_numerical"]
        ],
        [&Value::Null, &Value::Null, &json!(true)]
    );
    assert_eq!(
        get("property_definitions/?type=group&group_type_index=2&search=size")["count"],
        1
    );
    assert_eq!(
        get("property_definitions/seen_together/?event_names=signed%20up&property_name=plan"),
        json!({"signed up": true})
    );
}

#[test]
fn a_seed_that_is_wrong_names_the_place_and_leaves_nothing() {
    let folder = Folder::new();
    folder.write("small.json", SMALL);
    folder.ok(&["seed", "small.json"]);
    let before = folder.ok(&["keys", "list"]);
    let key = |scope: &str| json!({"ref": scope, "user": "u", "scopes": [scope]});
    let keys = json!([key("*"), key("*"), key("*"), key("insigt:read")]);
    folder.write("bad.json", json!({"personal_api_keys": keys}).to_string());
    let place = "bad.json: personal_api_keys[3].scopes[0]: Invalid scope: insigt:read\n";
    folder.fails(&["seed", "bad.json"], &[place]);
    folder.fails(&["serve", "--seed", "bad.json", "--db", "new.db"], &[place]);
    folder.write(
        "late.json",
        r#"{"users": [{"ref": "u", "email": "u@example.com"}], "personal_api_keys": [
        {"ref": "1", "user": "u", "scopes": ["*"]}, {"ref": "2", "user": "v", "scopes": ["*"]}]}"#,
    );
    folder.fails(
        &["seed", "late.json"],
        &["late.json: personal_api_keys[1].user: ", "\"v\""],
    );
    folder.fails(
        &[
            "serve",
            "--seed",
            "late.json",
            "--db",
            "late.db",
            "--listen",
            "127.0.0.1:0",
        ],
        &["late.json: personal_api_keys[1].user: "],
    );
    folder.fails(
        &["seed", "small.json"],
        &["small.json: users[0].", "in use already"],
    );
    folder.write(
        "events.json",
        r#"{"events": [{"project": "p", "event": "x"}]}"#,
    );
    folder.fails(
        &["seed", "events.json"],
        &["events.json: events: capturing events is not supported yet\n"],
    );
    folder.write("half.json", "{\"users\": [");
    folder.fails(
        &["seed", "half.json"],
        &["half.json: is not JSON: ", "line 1 column 11"],
    );
    folder.fails(&["seed", "nowhere.json"], &["nowhere.json cannot be read"]);
    folder.fails(&["seed", "."], &[". cannot be read"]);
    folder.write("latin.json", b"{\"users\": [{\"email\": \"\xe4\"}]}");
    folder.fails(
        &["seed", "latin.json"],
        &["latin.json cannot be read", "UTF-8"],
    );
    assert_eq!(folder.ok(&["keys", "list"]), before);
    // Nor does a database that could not be filled count as one that is not new.
    let server = folder.serve(&["--seed", "small.json", "--db", "late.db"]);
    assert_eq!(server.get("phx_local", "/api/users/@me/").0, 200);
}

#[test]
fn serve_fills_only_a_new_database() {
    let folder = Folder::new();
    folder.write("small.json", SMALL);
    folder.serve(&["--seed", "small.json"]).stop();
    folder.write("other.json", SMALL.replace("phx_local", "phx_other"));
    let server = folder.serve(&["--seed", "other.json"]);
    assert!(
        server
            .log()
            .contains("hoglet.db is not new: it is left as it is"),
        "{}",
        server.log()
    );
    assert_eq!(server.get("phx_local", "/api/users/@me/").0, 200);
    assert_eq!(server.get("phx_other", "/api/users/@me/").0, 401);
}

#[test]
fn short_keys_are_warned_of_where_strangers_can_reach_them() {
    let folder = Folder::new();
    folder.write("small.json", SMALL);
    let server = folder.serve(&["--seed", "small.json"]);
    assert!(!server.log().contains("easily guessed"), "{}", server.log());
    server.stop();
    let everywhere = ["serve", "--listen", "0.0.0.0:0"];
    let server = folder.start(folder.command(&everywhere));
    assert!(
        server.log().contains("1 key is shorter than 40 characters"),
        "{}",
        server.log()
    );
    server.stop();
    let id = folder
        .ok(&["keys", "list"])
        .lines()
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    folder.ok(&["keys", "revoke", &id]);
    let server = folder.start(folder.command(&everywhere));
    assert!(!server.log().contains("easily guessed"), "{}", server.log());
}

#[test]
fn the_demonstration_is_what_the_readme_says() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--ephemeral"]);
    let (status, project) = server.get("phx_demo", "/api/projects/1/");
    assert_eq!((status, &project["api_token"]), (200, &json!("phc_demo")));
    assert_eq!(server.get("phx_demoread", "/api/projects/1/").0, 200);
    assert!(
        server.log().contains("phx_demo") && server.log().contains("use it on this machine only"),
        "{}",
        server.log()
    );
}
