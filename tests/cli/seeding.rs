//! `hoglet seed`, `serve --seed` and `--demo`.

use std::{fs, io::Write, process::Stdio};

use serde_json::{Value, json};

use crate::{harness::Ask, process::Folder};

pub const SMALL: &str = r#"{
  "users": [{"ref": "ada", "id": 7, "email": "ada@example.com"}],
  "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
  "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 3, "api_token": "phc_main-1_a"}],
  "personal_api_keys": [{"ref": "K", "user": "ada", "scopes": ["*"], "value": "phx_local"}],
  "insights": [{"ref": "I", "project": "main", "id": 5, "short_id": "abc"}]
}"#;

#[test]
fn seed_prints_what_a_client_needs_and_it_is_there() {
    let folder = Folder::new();
    folder.write("small.json", SMALL);
    let refs: Value =
        serde_json::from_str(&folder.ok(&["seed", "small.json", "--db", "a.db"])).unwrap();
    assert_eq!(refs["K"]["value"], "phx_local");
    assert_eq!(refs["I"], json!({"id": 5, "short_id": "abc"}));
    assert_eq!(refs["main"]["api_token"], "phc_main-1_a");
    let server = folder.serve(&["--db", "a.db"]);
    let (status, project) = server.get("phx_local", "/api/projects/@current/");
    assert_eq!(
        (status, &project["id"], &project["uuid"]),
        (200, &json!(3), &refs["main"]["uuid"])
    );
    let (_, me) = server.get("phx_local", "/api/users/@me/");
    assert_eq!(
        [&me["id"], &me["uuid"], &me["distinct_id"]],
        [&json!(7), &refs["ada"]["uuid"], &refs["ada"]["distinct_id"]]
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
    let refs: Value = serde_json::from_slice(&more.wait_with_output().unwrap().stdout).unwrap();
    let key = refs["B"]["value"].as_str().unwrap();
    assert_eq!(
        server.get(key, "/api/users/@me/").1["email"],
        "b@example.com"
    );
}

#[test]
fn an_error_names_its_place_and_leaves_nothing() {
    let folder = Folder::new();
    folder.write("small.json", SMALL);
    folder.ok(&["seed", "small.json"]);
    let before = folder.ok(&["keys", "list"]);
    let key = |scope: &str| json!({"label": scope, "user": "u", "scopes": [scope]});
    let keys = json!([key("*"), key("*"), key("*"), key("insigt:read")]);
    let users = json!([{"ref": "u", "email": "u@example.com"}]);
    let bad = json!({"users": users, "personal_api_keys": keys});
    folder.write("bad.json", bad.to_string());
    let place = "bad.json: personal_api_keys[3].scopes[0]: Invalid scope: insigt:read\n";
    folder.fails(&["seed", "bad.json"], &[place]);
    let serve = ["serve", "--listen", "127.0.0.1:0", "--db", "new.db"];
    folder.fails(&[&serve[..], &["--seed", "bad.json"]].concat(), &[place]);
    folder.write(
        "late.json",
        r#"{"users": [{"ref": "u", "email": "u@example.com"}], "personal_api_keys": [
        {"ref": "1", "user": "u", "scopes": ["*"]}, {"ref": "2", "user": "v", "scopes": ["*"]}]}"#,
    );
    folder.fails(
        &["seed", "late.json"],
        &["late.json: personal_api_keys[1].user: ", "\"v\""],
    );
    let serve = [
        "serve",
        "--seed",
        "late.json",
        "--db",
        "late.db",
        "--listen",
        "127.0.0.1:0",
    ];
    folder.fails(&serve, &["late.json: personal_api_keys[1].user: "]);
    folder.fails(
        &["seed", "small.json"],
        &[
            "small.json: users[0].",
            "This field must be unique. If the database has it already, `hoglet import`",
        ],
    );
    assert_eq!(folder.ok(&["keys", "list"]), before);
    // Nor does a database that could not be filled count as one that is not new.
    let server = folder.serve(&["--seed", "small.json", "--db", "late.db"]);
    assert_eq!(server.get("phx_local", "/api/users/@me/").0, 200);
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let folder = Folder::new();
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
        &["latin.json is not text in UTF-8; save it as such"],
    );
    assert!(!folder.names().contains(&"hoglet.db".to_owned()));
}

#[test]
fn what_a_file_holds_as_json_is_kept_to_the_digit() {
    let folder = Folder::new();
    let content = r#"{"b":123456789012345678901234567890,"a":[1.0,null,"\u00fc"]}"#;
    let notebook = r#"[{"ref": "N", "project": "main", "content": CONTENT}]"#;
    let notebook = notebook.replace("CONTENT", &content.replace(",", ",\n  "));
    let file = SMALL.replacen(
        "\"insights\"",
        &format!("\"notebooks\": {notebook}, \"insights\""),
        1,
    );
    folder.write("exact.json", format!("\u{feff}{file}")); // some editors begin a file so
    let refs: Value = serde_json::from_str(&folder.ok(&["seed", "exact.json"])).unwrap();
    let server = folder.serve(&[]);
    let path = format!(
        "{}/api/projects/3/notebooks/{}/",
        server.url,
        refs["N"]["short_id"].as_str().unwrap()
    );
    let text = Ask::new("GET", path).key("phx_local").send().text;
    let shown = r#"{"b":123456789012345678901234567890,"a":[1.0,null,"ü"]}"#;
    assert!(text.contains(shown), "{text}");
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

/// Hashing a password takes 19 MiB, which shows in the most memory that the process ever had.
#[test]
fn passwords_of_a_file_are_hashed_only_for_a_new_database() {
    let folder = Folder::new();
    let peak = || {
        let server = folder.serve(&["--demo"]);
        let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.unwrap().trim().trim_end_matches(" kB");
        kibibytes.parse::<usize>().unwrap() >> 10
    };
    let (new, existing) = (peak(), peak());
    assert!(existing + 15 < new, "{existing} MiB, at first {new}");
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
    assert!(server.url.starts_with("http://0.0.0.0:"), "{}", server.url);
    let link = "  http://127.0.0.1:"; // which works from here, as no browser goes to 0.0.0.0
    assert!(server.log().contains(link), "{}", server.log());
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
fn the_events_of_a_file_define_what_captured_ones_do() {
    let folder = Folder::new();
    let events = r#"[
        {"project": "main", "event": "paid", "distinct_id": "d", "properties": {"seats": 5, "$groups": {"company": "a"}}},
        {"project": "main", "batch": [
          {"event": "paid", "distinct_id": "d", "properties": {"seats": "x", "$browser": "Firefox"}, "$set": {"plan": "pro"}}]}]"#;
    let file = SMALL.trim_end().trim_end_matches('}');
    folder.write("events.json", format!("{file}, \"events\": {events}}}"));
    folder.ok(&["seed", "events.json"]);
    let server = folder.serve(&[]);
    let list = |query: &str| -> Vec<String> {
        let path = format!("/api/projects/3/{query}");
        let (status, body) = server.get("phx_local", &path);
        assert_eq!(status, 200, "{body}");
        let items = body["results"].as_array().unwrap().iter();
        let stored = items.filter(|item| item["virtual"].is_null());
        stored
            .map(|item| {
                let kind = item["property_type"].as_str().unwrap_or_default();
                format!("{} {kind}", item["name"].as_str().unwrap())
            })
            .collect()
    };
    assert_eq!(
        list("property_definitions/"),
        ["$browser String", "$ip String", "seats Numeric"]
    );
    assert_eq!(
        list("property_definitions/?type=person"),
        ["$browser String", "$initial_browser String", "plan String"]
    );
    assert_eq!(list("event_definitions/"), ["paid "]);
}

#[test]
fn an_error_in_an_event_names_its_place() {
    let folder = Folder::new();
    let file = SMALL.trim_end().trim_end_matches('}');
    for (event, problem) in [
        (r#"{}"#, "events[0].project: This field is required."),
        (
            r#"{"project": "main", "distinct_id": "d"}"#,
            "events[0]: needs a text `event`",
        ),
        (
            r#"{"project": "main", "batch": [{"event": "x", "distinct_id": "d"}, {"event": "x"}]}"#,
            "events[0].batch[1]: event submitted without a distinct_id",
        ),
    ] {
        folder.write("events.json", format!("{file}, \"events\": [{event}]}}"));
        folder.fails(&["seed", "events.json"], &[problem]);
    }
}
