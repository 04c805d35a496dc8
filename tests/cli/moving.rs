//! `hoglet export` and `hoglet import`.

use std::{
    fmt::Write as _,
    fs,
    os::unix::fs::PermissionsExt,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{
    harness::Ask,
    process::{Folder, Running, finish},
    seeding::SMALL,
};

/// The export of `db` as JSON lines.
fn export(folder: &Folder, db: &str) -> String {
    folder.ok(&["export", "-", "--db", db])
}

/// The numbers that an import prints: new, changed, the same.
fn counts(printed: &str) -> [usize; 3] {
    let mut sums = [0; 3];
    for line in printed.lines().skip(1) {
        let numbers = line.split_whitespace().skip(1);
        for (sum, number) in sums.iter_mut().zip(numbers) {
            *sum += number.parse::<usize>().unwrap();
        }
    }
    sums
}

/// Imports `file` into `db` and returns its numbers.
#[track_caller]
fn import(folder: &Folder, file: &str, db: &str) -> [usize; 3] {
    counts(&folder.ok(&["import", file, "--db", db]))
}

/// What a file of JSON lines has of `list`.
fn items(lines: &str, list: &str) -> Vec<Value> {
    let items = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    items
        .filter_map(|line| Some(line.get(list)?.clone()))
        .collect()
}

/// What the API says about all that can be exported.
fn answers(server: &Running) -> Vec<(String, Value)> {
    let project = "/api/projects/1";
    let mut paths: Vec<_> = [
        "/api/users/@me/",
        "/api/organizations/@current/",
        "/api/personal_api_keys/@current/",
    ]
    .map(str::to_owned)
    .into();
    for path in [
        "/",
        "/insights/",
        "/insights/?saved=true&order=-created_at",
        "/dashboards/",
        "/dashboards/1/",
        "/notebooks/",
        "/notebooks/baskets1/",
        "/session_recordings/",
        "/sharing_configurations/",
        "/dashboards/1/sharing/",
        "/notebooks/baskets1/sharing/",
        "/event_definitions/?limit=500",
        "/property_definitions/?limit=500",
        "/property_definitions/?type=person",
        "/project_secret_api_keys/",
        "/feature_flags/",
        "/activity_log/",
    ] {
        paths.push(format!("{project}{path}"));
    }
    let answer = |path: String| {
        let (status, body) = server.get("phx_demo", &path);
        let text = body.to_string().replace(&server.url, "");
        let mut body: Value = serde_json::from_str(&text).unwrap();
        if path.ends_with("/dashboards/1/") {
            body["last_accessed_at"] = Value::Null; // this request
        }
        (format!("{path} {status}"), body)
    };
    paths.into_iter().map(answer).collect()
}

/// Changes the demo in every way that leaves traces. Returns a personal key, a project's secret key and a share's password.
fn live_in(folder: &Folder, server: &Running) -> [String; 3] {
    let ok = |method: &str, path: &str, body: Value| {
        let (status, answer) = server.ask(method, "phx_demo", path, &body);
        assert!(
            (200..300).contains(&status),
            "{method} {path}: {status} {answer}"
        );
        answer
    };
    let project = "/api/projects/1";
    let find = |kind: &str, name: &str| {
        let path = format!("{project}/{kind}/?search={name}");
        let (_, list) = server.get("phx_demo", &path);
        list["results"][0]["id"].as_str().unwrap().to_owned()
    };
    let property = find("property_definitions", "plant_name");
    let change = json!({"description": "As on the\n\"label\" é\u{1f335}", "tags": ["b", "a"], "verified": true});
    ok(
        "PATCH",
        &format!("{project}/property_definitions/{property}/"),
        change,
    );
    let hidden = find("property_definitions", "pot_size");
    ok(
        "PATCH",
        &format!("{project}/property_definitions/{hidden}/"),
        json!({"hidden": null, "description": null}),
    );
    let event = find("event_definitions", "order");
    ok(
        "PATCH",
        &format!("{project}/event_definitions/{event}/"),
        json!({"description": "Sold", "tags": ["money"]}),
    );
    let settings = json!({"name": "Shop", "timezone": "Europe/Berlin", "primary_dashboard": 2, "week_start_day": 1,
        "app_urls": ["https://shop.example.com"], "has_completed_onboarding_for": {"a": [1.5, true]}});
    ok("PATCH", &format!("{project}/"), settings);
    let tiles = json!({"tiles": [{"text": {"body": "**Hello**"}, "layouts": {"sm": {"x": 0, "y": 9}}, "color": "blue"},
        {"button_tile": {"url": "https://example.com", "text": "Go"}}]});
    ok("PATCH", &format!("{project}/dashboards/1/"), tiles);
    ok(
        "PATCH",
        &format!("{project}/insights/3/"),
        json!({"dashboards": []}),
    );
    ok(
        "PATCH",
        &format!("{project}/insights/5/"),
        json!({"deleted": true}),
    );
    ok(
        "POST",
        &format!("{project}/insights/"),
        json!({"name": "New", "query": {"a": [1e300, 0.1, 12345678901234567890u64, null]}}),
    );
    ok(
        "PATCH",
        &format!("{project}/notebooks/november/"),
        json!({"deleted": true}),
    );
    ok(
        "POST",
        &format!("{project}/insights/1/sharing/refresh/"),
        json!({}),
    );
    ok(
        "PATCH",
        &format!("{project}/insights/1/sharing/"),
        json!({"enabled": true, "password_required": true}),
    );
    let password = json!({"raw_password": "correct horse", "note": "Board"});
    ok(
        "POST",
        &format!("{project}/insights/1/sharing/passwords/"),
        password,
    );
    ok(
        "POST",
        &format!("{project}/insights/1/sharing/refresh/"),
        json!({}),
    );
    let order = "keys create --label CI --scopes insight:read --project 1 --db a.db";
    let key = folder.ok(&Vec::from_iter(order.split(' ')));
    let secret = ok(
        "POST",
        &format!("{project}/project_secret_api_keys/"),
        json!({"label": "S", "scopes": ["feature_flag:read"]}),
    );
    ok("GET", "/shared/demo-overview.json", Value::Null);
    let odd = [
        "with \"quotes\"",
        " blank ",
        "tab\there",
        "x\u{200b}y",
        "ünï\u{1f9a4}",
        "-",
        "1",
    ];
    let events = odd.map(|name| json!({"event": name, "distinct_id": "d", "properties": {name: 1, "$set": {name: "x"}}}));
    let batch = json!({"api_key": "phc_demo", "batch": events});
    let answer = Ask::new("POST", format!("{}/batch/", server.url))
        .json(batch)
        .send();
    assert_eq!(answer.status, 200, "{}", answer.text);
    [
        key.trim().into(),
        secret["value"].as_str().unwrap().into(),
        "correct horse".into(),
    ]
}

/// The access token of the share of the first insight.
fn token(server: &Running) -> String {
    let (_, share) = server.get("phx_demo", "/api/projects/1/insights/1/sharing/");
    share["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn an_export_makes_the_database_again() {
    let folder = Folder::new();
    let flags = json!({"users": [], "feature_flags": []});
    folder.write("more.json", flags.to_string());
    let server = folder.serve(&["--demo", "--db", "a.db"]);
    let [key, secret, password] = live_in(&folder, &server);
    let token = token(&server);
    server.stop();
    // What the API cannot make.
    let file = Connection::open(folder.path("a.db")).unwrap();
    file.execute_batch(
        "INSERT INTO feature_flag (project_id, key, filters, version, created_at, created_by, updated_at)
         VALUES (1, 'beta', '{\"groups\":[{\"properties\":[],\"rollout_percentage\":50}]}', 3, 1767323045678901, 1, 1767323045678902);
         INSERT INTO feature_flag_override (project_id, distinct_id, flag_id, value) VALUES (1, 'b', 1, 'true'), (1, 'a', 1, '\"x\"')",
    )
    .unwrap();
    drop(file);

    let lines = export(&folder, "a.db");
    folder.write("a.jsonl", &lines);
    folder.ok(&["export", "a.json", "--db", "a.db"]);
    let mode = fs::metadata(folder.path("a.json")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    for (file, db) in [("a.jsonl", "b.db"), ("a.json", "c.db")] {
        let [new, changed, same] = import(&folder, file, db);
        assert!(
            new > 200 && changed == 0 && same == 0,
            "{new} {changed} {same}"
        );
        assert_eq!(export(&folder, db), lines, "{file}");
        assert_eq!(import(&folder, file, db), [0, 0, new], "{file} again");
        assert_eq!(export(&folder, db), lines, "{file} again");
    }
    folder.ok(&["export", "b.json", "--db", "b.db"]);
    let whole = |name| fs::read_to_string(folder.path(name)).unwrap();
    assert_eq!(whole("a.json"), whole("b.json"));
    folder.ok(&["check", "--db", "b.db"]);
    // A seed file as well: the same functions read it.
    folder.ok(&["seed", "a.json", "--db", "d.db"]);
    assert_eq!(export(&folder, "d.db"), lines);

    let (before, after) = (
        folder.serve(&["--db", "a.db"]),
        folder.serve(&["--db", "b.db"]),
    );
    for ((path, one), (_, other)) in answers(&before).into_iter().zip(answers(&after)) {
        assert!(path.ends_with("200"), "{path} {one}");
        assert_eq!(one, other, "{path}");
    }
    assert_eq!(after.get(&key, "/api/projects/1/insights/").0, 200);
    assert_eq!(after.get(&key, "/api/projects/1/notebooks/").0, 403);
    let definitions = "/flags/definitions?token=phc_demo";
    assert_eq!(after.get(&secret, definitions).0, 200);
    assert_eq!(after.get("phs_unknown", definitions).0, 401);
    let unlock = |password: &str| {
        let body = json!({"password": password});
        Ask::new("POST", format!("{}/shared/{token}", after.url))
            .json(body)
            .send()
            .status
    };
    assert_eq!((unlock(&password), unlock("another horse")), (200, 401));
}

#[test]
fn what_events_bring_goes_there_and_back_as_it_is() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--db", "a.db"]);
    let send = |path: &str, event: Value| {
        let body = json!({"api_key": "phc_demo", "batch": [event]});
        let ask = Ask::new("POST", format!("{}{path}", server.url)).json(body);
        assert_eq!(ask.send().status, 200);
    };
    let names = json!({"": 1, " ": 2, " plan ": 3, "\u{2028}": 4, "$set": {"": 5, " ": 6}, "$groups": {" ": "a"}});
    for event in [" ", " checkout "] {
        send(
            "/batch/",
            json!({"event": event, "distinct_id": "ada", "properties": names}),
        );
    }
    let group = json!({"$group_type": " ", "$group_key": "a", "$group_set": {"": 1}});
    send(
        "/batch/",
        json!({"event": "$groupidentify", "distinct_id": "ada", "properties": group}),
    );
    for id in ["lead", " lead ", " "] {
        let snapshot = json!({"$session_id": id, "$snapshot_data": [{"timestamp": 1795405668609_u64, "type": 4, "data": {"href": "http://x\u{1f}"}}],
            "$snapshot_source": " web ", "$lib": " js "});
        send(
            "/s/",
            json!({"event": "$snapshot", "distinct_id": " ada ", "properties": snapshot}),
        );
        let path = format!(
            "{}/api/projects/1/session_recordings/{}/sharing",
            server.url,
            id.replace(' ', "%20")
        );
        let shared = Ask::new("PATCH", path)
            .key("phx_demo")
            .json(json!({"enabled": true}));
        assert_eq!(shared.send().status, 200);
    }
    server.stop();

    let lines = export(&folder, "a.db");
    for (list, name, value) in [
        ("event_definitions", "name", " checkout "),
        ("property_definitions", "name", ""),
        ("group_types", "group_type", " "),
        ("session_recordings", "id", " lead "),
    ] {
        let items = items(&lines, list);
        assert!(items.iter().any(|item| item[name] == value), "{items:?}");
    }
    folder.write("a.jsonl", &lines);
    for _ in 0..2 {
        import(&folder, "a.jsonl", "b.db");
        assert_eq!(export(&folder, "b.db"), lines);
    }
    folder.ok(&["export", "a.json", "--db", "a.db"]);
    folder.ok(&["seed", "a.json", "--db", "c.db"]);
    assert_eq!(export(&folder, "c.db"), lines);
}

#[test]
fn an_import_changes_what_differs_and_a_server_sees_it_at_once() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--db", "a.db"]);
    let names = |search: &str| {
        let path = format!("/api/projects/1/property_definitions/?limit=500&search={search}");
        let (_, list) = server.get("phx_demo", &path);
        let results = list["results"].as_array().unwrap().clone();
        results
            .into_iter()
            .map(|found| (found["name"].clone(), found["description"].clone()))
            .collect::<Vec<_>>()
    };
    let capture = |event: &str| {
        let body = json!({"api_key": "phc_demo", "event": event, "distinct_id": "d", "properties": {"pot_size": 1}});
        assert_eq!(
            Ask::new("POST", format!("{}/e/", server.url))
                .json(body)
                .send()
                .status,
            200
        );
    };
    capture("plant viewed");
    assert_eq!(names("pot_size").len(), 1, "the index in memory is built");
    let lines = export(&folder, "a.db");
    let total = lines.lines().count() - 2;

    let changed = lines
        .replace("\"name\":\"Plant shop\"", "\"name\":\"Garden\"")
        .replace("\"first_name\":\"Robin\"", "\"first_name\":\"Rob\"")
        .replace("\"name\":\"Fernwood Plants\"", "\"name\":\"Fern\"")
        .replace("\"label\":\"Demo key\"", "\"label\":\"Other key\"")
        .replace("\"name\":\"Bestsellers\"", "\"name\":\"Best\"");
    let mut changed: Vec<_> = changed.lines().map(str::to_owned).collect();
    for line in &mut changed {
        if line.contains("\"name\":\"pot_size\"") && line.contains("\"type\":\"event\"") {
            let mut item: Value = serde_json::from_str(line).unwrap();
            let found = &mut item["property_definitions"];
            found["description"] = "Across".into();
            found["updated_at"] = "2026-11-20T00:00:00Z".into();
            *line = item.to_string();
        }
    }
    folder.write("b.jsonl", changed.join("\n"));
    let printed = folder.ok(&["import", "b.jsonl", "--db", "a.db"]);
    let expected = changed
        .iter()
        .zip(lines.lines())
        .filter(|(new, old)| new != old)
        .count();
    assert!(expected >= 5);
    assert_eq!(
        counts(&printed),
        [0, expected, total - expected],
        "{printed}"
    );
    assert_eq!(names("pot_size"), [("pot_size".into(), "Across".into())]);
    let (_, project) = server.get("phx_demo", "/api/projects/1/");
    assert_eq!(project["name"], "Garden");
    let (_, me) = server.get("phx_demo", "/api/users/@me/");
    assert_eq!(
        (&me["first_name"], &me["team"]["id"]),
        (&json!("Rob"), &json!(1))
    );
    assert_eq!(import(&folder, "b.jsonl", "a.db"), [0, 0, total]);

    // Back again; what the file does not mention stays.
    folder.write("a.jsonl", &lines);
    assert_eq!(
        import(&folder, "a.jsonl", "a.db"),
        [0, expected, total - expected]
    );
    let some = json!({"property_definitions": [{"project": "project:1", "name": "pot_size", "tags": ["size"]}]});
    folder.write("some.json", some.to_string());
    assert_eq!(import(&folder, "some.json", "a.db"), [0, 1, 0]);
    assert_eq!(import(&folder, "some.json", "a.db"), [0, 0, 1]);
    capture("plant viewed");
    server.stop();
    folder.ok(&["check", "--db", "a.db"]);
}

#[test]
fn a_seed_file_can_be_imported_again_and_again() {
    let folder = Folder::new();
    let mut seed: Value = serde_json::from_str(SMALL).unwrap();
    seed["organizations"][0]["id"] = json!("0195f3a0-0000-0000-8000-000000000201");
    seed["dashboards"] = json!([{"ref": "D", "project": "main", "id": 4, "name": "Board"}]);
    seed["insights"][0]["dashboards"] = json!(["D"]);
    seed["event_properties"] = json!([["main", "paid", "seats"]]);
    seed["feature_flags"] = json!({"beta": true});
    folder.write("seed.json", seed.to_string());
    assert_eq!(import(&folder, "seed.json", "a.db"), [8, 0, 0]);
    let first = export(&folder, "a.db");
    assert_eq!(import(&folder, "seed.json", "a.db"), [0, 0, 8]);
    assert_eq!(export(&folder, "a.db"), first);
    let server = folder.serve(&["--db", "a.db"]);
    let (_, board) = server.get("phx_local", "/api/projects/3/dashboards/4/");
    assert_eq!(board["tiles"][0]["insight"]["short_id"], "abc");
    server.stop();
    let first = export(&folder, "a.db");
    for (list, item, words) in [
        (
            "insights",
            json!({"project": "main", "name": "x"}),
            "insights[0]: needs what names it",
        ),
        (
            "personal_api_keys",
            json!({"ref": "new", "user": "ada", "scopes": []}),
            "personal_api_keys[0]: needs what names it",
        ),
        (
            "personal_api_keys",
            json!({"id": "new", "user": "ada", "label": "x", "scopes": []}),
            "a new key needs a value or a hash",
        ),
        (
            "users",
            json!({"email": "b@example.com", "password": "x"}),
            "users[0].password: an import takes hashes",
        ),
        (
            "events",
            json!({"project": "main", "event": "e", "distinct_id": "d"}),
            "an import takes no events",
        ),
        (
            "insights",
            json!({"project": "project:9", "id": 77}),
            "nothing in the file has the ref \"project:9\"",
        ),
    ] {
        let mut seed = seed.clone();
        seed[list] = json!([item]);
        if list == "users" {
            seed = json!({"users": [item]});
        }
        folder.write("bad.json", seed.to_string());
        folder.fails(
            &["import", "bad.json", "--db", "a.db"],
            &["bad.json: ", words],
        );
        assert_eq!(export(&folder, "a.db"), first);
    }
}

#[test]
fn one_of_two_projects_and_parts_of_it_can_be_exported() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--db", "a.db"]);
    live_in(&folder, &server);
    server.stop();
    folder.ok(&["projects", "create", "Other", "--db", "a.db"]);
    let more = json!({
        "users": [{"ref": "eve", "email": "eve@example.com"}],
        "organizations": [{"ref": "o", "name": "Elsewhere", "members": [["eve", "owner"]]}],
        "projects": [{"ref": "p", "org": "o", "name": "Third"}],
        "personal_api_keys": [{"user": "eve", "label": "E", "scopes": ["*"], "value": "phx_eve"}],
        "property_definitions": [{"project": "p", "name": "secret property"}],
    });
    folder.write("more.json", more.to_string());
    folder.ok(&["seed", "more.json", "--db", "a.db"]);

    let one = folder.ok(&["export", "-", "--project", "1", "--db", "a.db"]);
    for absent in [
        "Other",
        "eve@example.com",
        "Elsewhere",
        "Third",
        "secret property",
    ] {
        assert!(!one.contains(absent), "{absent}");
    }
    folder.write("one.jsonl", &one);
    import(&folder, "one.jsonl", "b.db");
    assert_eq!(export(&folder, "b.db"), one);
    let third = folder.ok(&["export", "-", "--project", "3", "--db", "a.db"]);
    assert_eq!(
        items(&third, "property_definitions")[0]["name"],
        "secret property"
    );
    assert_eq!(
        (
            items(&third, "users").len(),
            items(&third, "personal_api_keys").len()
        ),
        (1, 1)
    );
    // Beside the first, in the same file.
    folder.write("third.jsonl", &third);
    import(&folder, "third.jsonl", "b.db");
    let server = folder.serve(&["--db", "b.db"]);
    assert_eq!(server.get("phx_eve", "/api/projects/3/").0, 200);
    assert_eq!(server.get("phx_demo", "/api/projects/1/").0, 200);
    drop(server);

    let lists = |what: &str| {
        let lines = folder.ok(&["export", "-", "--what", what, "--db", "a.db"]);
        assert!(
            !lines.contains("password_hash") && !lines.contains("api_key\":{"),
            "{what}"
        );
        folder.write("part.jsonl", &lines);
        let db = format!("{}.db", what.replace(',', "-"));
        import(&folder, "part.jsonl", &db);
        let mut names: Vec<String> = Vec::new();
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let name = line.as_object().unwrap().keys().next().unwrap();
            if names.last() != Some(name) {
                names.push(name.clone());
            }
        }
        names[4..names.len() - 1].join(" ")
    };
    let taxonomy = "group_types event_definitions property_definitions event_properties";
    let things = "dashboards insights dashboard_tiles notebooks session_recordings";
    assert_eq!(lists("taxonomy"), taxonomy);
    assert_eq!(lists("things"), things);
    assert_eq!(lists("shares"), format!("{things} sharing_configurations"));
    assert_eq!(lists("taxonomy,things"), format!("{taxonomy} {things}"));
    folder.fails(
        &["export", "x.json", "--project", "9", "--db", "a.db"],
        &["no project has the id 9"],
    );
    assert!(!folder.path("x.json").exists());
    let wrong = folder.run(&["export", "x.json", "--what", "nothing", "--db", "a.db"]);
    assert!(
        wrong
            .stderr
            .contains("expected one of taxonomy, shares, things, all"),
        "{wrong:?}"
    );
    folder.fails(
        &["export", "a.db", "--db", "a.db"],
        &["a.db is the database itself"],
    );
    folder.fails(
        &["export", "no/x.json", "--db", "a.db"],
        &["no/x.json cannot be written"],
    );
}

#[test]
fn conflicts_and_broken_files_change_nothing() {
    let folder = Folder::new();
    folder.serve(&["--demo", "--db", "a.db"]).stop();
    let lines = export(&folder, "a.db");
    let other = SMALL.replace("\"id\": 7", "\"id\": 1").replace(
        "\"name\": \"Acme\"",
        "\"name\": \"Acme\", \"slug\": \"acme\"",
    );
    folder.write("other.json", &other);
    let words = ["other.json: users[0].id: another user of the database has it"];
    folder.fails(&["import", "other.json", "--db", "a.db"], &words);

    let cut = |at: usize| lines[..at].to_owned();
    let mid = lines.find("property_definitions").unwrap();
    let line_end = mid + lines[mid..].find('\n').unwrap() + 1;
    let end = lines.rfind("{\"$end\"").unwrap();
    for (text, words) in [
        (cut(mid + 40), "is not a JSON object"),
        (cut(line_end), "ends before its last line: it is not whole"),
        (
            lines.replace("hoglet-lines-1", "hoglet-lines-9"),
            "line 1 has the format \"hoglet-lines-9\"",
        ),
        (
            format!(
                "{}{{\"users\":{{\"email\":\"\"}}}}\n{}",
                &lines[..end],
                &lines[end..]
            ),
            "must come before activity_log",
        ),
        (
            lines.replace("\"$end\":", "\"$end\":1"),
            "says that there are",
        ),
        (
            format!("{lines}{{\"users\":{{}}}}\n"),
            "comes after the last line",
        ),
        (
            lines.replace("\"timezone\":", "\"timezonne\":"),
            "projects[0].timezonne: unknown field `timezonne`",
        ),
        (
            lines.replace("\"project\":\"project:1\"", "\"project\":\"project:7\""),
            "nothing in the file has the ref \"project:7\"",
        ),
        (
            lines
                .replace("\"level\"", "")
                .replace("\"owner\",\"", "\"emperor\",\""),
            "organizations[0].members[0]",
        ),
        (
            lines.replace("$argon2id$", "$argon2id$v=19$m=4000000,"),
            "passwords[0].hash: must be a hash that hoglet has made",
        ),
    ] {
        folder.write("bad.jsonl", &text);
        for db in ["a.db", "new.db"] {
            folder.fails(
                &["import", "bad.jsonl", "--db", db],
                &["bad.jsonl: ", words],
            );
        }
        assert_eq!(export(&folder, "a.db"), lines, "{words}");
        assert_eq!(export(&folder, "new.db").lines().count(), 2, "{words}");
    }
    folder.ok(&["export", "a.json", "--db", "a.db"]);
    let whole = fs::read_to_string(folder.path("a.json")).unwrap();
    folder.write("bad.json", &whole[..whole.len() / 2]);
    folder.fails(
        &["import", "bad.json", "--db", "a.db"],
        &["bad.json: is not JSON"],
    );
    folder.fails(
        &["import", "no.json", "--db", "a.db"],
        &["no.json cannot be read"],
    );
    assert_eq!(export(&folder, "a.db"), lines);
}

#[test]
fn a_dry_run_changes_nothing() {
    let folder = Folder::new();
    folder.write(
        "seed.json",
        SMALL.replace(
            "\"name\": \"Acme\"",
            "\"name\": \"Acme\", \"slug\": \"acme\"",
        ),
    );
    let planned = folder.run(&["import", "seed.json", "--dry-run", "--db", "a.db"]);
    assert_eq!(
        (planned.code, counts(&planned.stdout)),
        (Some(0), [5, 0, 0]),
        "{planned:?}"
    );
    assert!(planned.stderr.contains("a.db is as it was"), "{planned:?}");
    assert_eq!(folder.names(), ["seed.json"]);
    import(&folder, "seed.json", "a.db");
    let before = export(&folder, "a.db");
    folder.write(
        "seed.json",
        SMALL.replace(
            "\"name\": \"Acme\"",
            "\"name\": \"Acme & Co\", \"slug\": \"acme\"",
        ),
    );
    let planned = folder.ok(&["import", "seed.json", "--dry-run", "--db", "a.db"]);
    assert_eq!(counts(&planned), [0, 1, 4]);
    assert_eq!(export(&folder, "a.db"), before);
    assert_eq!(folder.ok(&["import", "seed.json", "--db", "a.db"]), planned);
}

#[test]
fn exports_are_piped() {
    let folder = Folder::new();
    folder.serve(&["--demo", "--db", "a.db"]).stop();
    let script = "\"$HOGLET\" export - --db a.db | \"$HOGLET\" import - --db b.db && \"$HOGLET\" export - --db a.db | head -1";
    let done = finish(folder.program("sh", &["-c", script]));
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.stdout.ends_with("{\"$format\":\"hoglet-lines-1\"}\n"),
        "{done:?}"
    );
    assert_eq!(export(&folder, "b.db"), export(&folder, "a.db"));
}

/// JSON lines with so many definitions in a project of its own.
fn definitions(count: usize) -> String {
    let mut lines = String::from("{\"$format\":\"hoglet-lines-1\"}\n");
    let frame = json!([
        {"users": {"ref": "ada", "email": "ada@example.com"}},
        {"organizations": {"ref": "acme", "name": "Acme", "slug": "acme", "members": [["ada", "owner"]]}},
        {"projects": {"ref": "main", "org": "acme", "name": "Main", "api_token": "phc_many"}},
        {"personal_api_keys": {"user": "ada", "label": "K", "scopes": ["*"], "value": "phx_many"}},
    ]);
    for line in frame.as_array().unwrap() {
        writeln!(lines, "{line}").unwrap();
    }
    for number in 0..count {
        let item = match number % 4 {
            0 => {
                json!({"project": "main", "name": format!("property {number}"), "property_type": "String",
                        "description": format!("What {number} is"), "tags": ["many"], "verified": true})
            }
            _ => json!({"project": "main", "name": format!("property {number}")}),
        };
        writeln!(lines, "{}", json!({"property_definitions": item})).unwrap();
    }
    writeln!(lines, "{{\"$end\":{}}}", count + 4).unwrap();
    lines
}

#[test]
fn a_hundred_thousand_definitions_go_there_and_back_in_little_memory() {
    const COUNT: usize = 100_000;
    let folder = Folder::new();
    folder.write("many.jsonl", definitions(COUNT));
    // All that a process may allocate; the items of the file as a tree take several times as much.
    let little = |command: &str| {
        let done = finish(folder.program(
            "sh",
            &["-c", &format!("ulimit -d 98304; \"$HOGLET\" {command}")],
        ));
        assert_eq!(done.code, Some(0), "{done:?}");
        assert_eq!(
            done.stderr.lines().count(),
            1,
            "no bar where there is no terminal: {done:?}"
        );
        done.stdout
    };
    let imported = little("import many.jsonl --db a.db");
    assert_eq!(counts(&imported), [COUNT + 4, 0, 0]);
    little("export a.jsonl --db a.db");
    assert_eq!(
        counts(&little("import a.jsonl --db b.db")),
        [COUNT + 4, 0, 0]
    );
    little("export b.jsonl --db b.db");
    let read = |name| fs::read(folder.path(name)).unwrap();
    assert!(read("a.jsonl") == read("b.jsonl"), "the exports differ");
    assert_eq!(
        counts(&little("import b.jsonl --db a.db")),
        [0, 0, COUNT + 4]
    );
    let server = folder.serve(&["--db", "b.db"]);
    let (_, list) = server.get(
        "phx_many",
        "/api/projects/@current/property_definitions/?limit=1&search=99996",
    );
    assert_eq!(
        (&list["count"], &list["results"][0]["description"]),
        (&json!(1), &json!("What 99996 is"))
    );
}

#[test]
fn kill_9_in_the_middle_leaves_what_was() {
    let folder = Folder::new();
    folder.serve(&["--demo", "--db", "a.db"]).stop();
    let before = export(&folder, "a.db");
    folder.write("many.jsonl", definitions(100_000));
    let mut command = folder.command(&["import", "many.jsonl", "--db", "a.db"]);
    let mut running = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = folder.path("a.db-wal");
    let start = Instant::now();
    while fs::metadata(&log).map_or(0, |log| log.len()) < 4 << 20 {
        assert!(running.try_wait().unwrap().is_none(), "it was too fast");
        assert!(start.elapsed() < Duration::from_secs(120));
        thread::sleep(Duration::from_millis(5));
    }
    running.kill().unwrap();
    assert!(!running.wait().unwrap().success());
    assert_eq!(export(&folder, "a.db"), before);
    folder.ok(&["check", "--db", "a.db"]);
    // The same for an export: no file, or the one before.
    folder.write("a.jsonl", "old");
    import(&folder, "many.jsonl", "a.db");
    let mut running = folder
        .command(&["export", "a.jsonl", "--db", "a.db"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !folder
        .names()
        .iter()
        .any(|name| name.starts_with(".hoglet-export-"))
    {
        assert!(running.try_wait().unwrap().is_none(), "it was too fast");
    }
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(fs::read_to_string(folder.path("a.jsonl")).unwrap(), "old");
}

#[test]
fn an_export_is_of_one_instant_while_clients_write() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--db", "a.db"]);
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..60 {
                let body = json!({"name": format!("insight {number}")});
                let (status, made) =
                    server.ask("POST", "phx_demo", "/api/projects/1/insights/", &body);
                assert_eq!(status, 201, "{made}");
            }
        });
        while !writer.is_finished() {
            let lines = export(&folder, "a.db");
            let made = items(&lines, "insights");
            let made = made.iter().filter(|item| {
                item["name"]
                    .as_str()
                    .is_some_and(|name| name.starts_with("insight "))
            });
            let logged = items(&lines, "activity_log");
            let logged = logged.iter().filter(|item| {
                item["activity"] == "created"
                    && item["detail"]["name"]
                        .as_str()
                        .is_some_and(|name| name.starts_with("insight "))
            });
            assert_eq!(made.count(), logged.count());
        }
    });
}
