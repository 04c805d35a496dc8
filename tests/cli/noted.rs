//! What reads note in passing, when keys were used and things were viewed, on a database that cannot be written for a while.

use std::{
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::json;

use crate::process::{Folder, Running};

/// Reads that are noted, each for the first time: of keys, definitions, an insight, a dashboard, a shared page.
pub fn noted_reads(server: &Running) {
    let ok = |key: &str, path: &str| {
        let (status, answer) = server.get(key, path);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    };
    ok("phx_demoread", "/api/projects/1/");
    ok("phs_demo", "/flags/definitions");
    for kind in ["event_definitions", "property_definitions"] {
        let path = format!("/api/projects/1/{kind}/");
        let listed = ok("phx_demo", &format!("{path}?limit=100"));
        let mut listed = listed["results"].as_array().unwrap().iter();
        let unseen = listed.find(|one| one["updated_at"].is_null()).unwrap();
        let path = format!("{path}{}/", unseen["id"].as_str().unwrap());
        assert!(ok("phx_demo", &path)["updated_at"].is_string(), "{path}");
    }
    ok("phx_demo", "/api/projects/1/insights/1/");
    let dashboard = ok("phx_demo", "/api/projects/1/dashboards/1/");
    assert!(dashboard["last_accessed_at"].is_string(), "{dashboard}");
    ok("", "/shared/demo-overview.json");
    ok("", "/shared/demo-overview.json");
}

/// How much of what [`noted_reads`] notes is written.
pub fn noted(database: &Connection) -> i64 {
    let written = "
        SELECT (SELECT count(*) FROM personal_api_key WHERE label = 'Read only' AND last_used_at IS NOT NULL)
             + (SELECT count(*) FROM project_secret_api_key WHERE last_used_at IS NOT NULL)
             + (SELECT count(*) FROM event_definition WHERE description = '')
             + (SELECT count(*) FROM property_definition WHERE description = '')
             + (SELECT count(*) FROM insight WHERE id = 1 AND last_viewed_at IS NOT NULL)
             + (SELECT count(*) FROM dashboard WHERE id = 1 AND last_accessed_at IS NOT NULL)
             + (SELECT views FROM sharing_configuration WHERE access_token = 'demo-overview')";
    database.query_row(written, [], |row| row.get(0)).unwrap()
}

#[test]
fn reads_do_not_wait_and_what_they_note_is_written_later() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--queue-timeout", "60"]);
    let other = Connection::open(folder.path("hoglet.db")).unwrap();
    let before = noted(&other);
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let start = Instant::now();
    noted_reads(&server);
    let took = start.elapsed();
    assert!(
        took < Duration::from_secs(60),
        "one waited for its change: {took:?}"
    );
    assert_eq!(noted(&other), before);
    other.execute_batch("ROLLBACK").unwrap();
    let limit = Instant::now() + Duration::from_secs(60);
    while noted(&other) < before + 8 {
        assert!(
            Instant::now() < limit,
            "{} of {} are written",
            noted(&other),
            before + 8
        );
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(noted(&other), before + 8);
    server.stop();
}

#[test]
fn what_is_noted_is_written_at_the_end_if_not_before() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--queue-timeout", "60"]);
    let other = Connection::open(folder.path("hoglet.db")).unwrap();
    let before = noted(&other);
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    noted_reads(&server);
    server.signal("TERM");
    thread::sleep(Duration::from_millis(300));
    other.execute_batch("ROLLBACK").unwrap();
    let (status, _, log) = server.end(Duration::from_secs(60));
    assert_eq!(status.code(), Some(0), "{log}");
    assert_eq!(noted(&other), before + 8);
}

#[test]
fn what_cannot_be_noted_for_long_is_dropped_with_one_line() {
    const EVENTS: usize = 1_100; // a hundred more than can wait
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--queue-timeout", "1"]);
    let event = |n| json!({"event": format!("event {n}"), "distinct_id": "d"});
    let events: Vec<_> = (0..EVENTS).map(event).collect();
    let batch = json!({"api_key": "phc_demo", "batch": events});
    assert_eq!(server.ask("POST", "", "/batch/", &batch).0, 200);
    let other = Connection::open(folder.path("hoglet.db")).unwrap();
    let query = "SELECT id FROM event_definition WHERE name LIKE 'event %'";
    let mut ids = other.prepare(query).unwrap();
    let ids = ids.query_map([], |row| row.get(0)).unwrap();
    let ids: Vec<String> = ids.collect::<Result<_, _>>().unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for id in &ids {
        let path = format!("/api/projects/1/event_definitions/{id}/");
        assert_eq!(server.get("phx_demo", &path).0, 200);
    }
    other.execute_batch("ROLLBACK").unwrap();
    server.wait_for_log("changes are written again");
    let log = server.log();
    let dropped = "what was used or viewed cannot be noted for now: dropped";
    assert_eq!(log.matches(dropped).count(), 1, "{log}");
    server.stop();
    let noted =
        "SELECT count(*) FROM event_definition WHERE description = '' AND name LIKE 'event %'";
    let noted: i64 = other.query_row(noted, [], |row| row.get(0)).unwrap();
    assert!((900..EVENTS as i64).contains(&noted), "{noted} are noted");
}
