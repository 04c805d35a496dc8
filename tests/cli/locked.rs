//! A database that another program has locked, or that has much to do: changes wait for a bounded time.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use rusqlite::Connection;
use serde_json::{Map, Value, json};

use crate::process::{BUSY, Folder};

const KEYS: &str = "/api/projects/1/project_secret_api_keys/";
const INSIGHTS: &str = "/api/projects/1/insights/";

/// The changes that tests try, none of which may be answered 500.
pub fn changes() -> [(&'static str, &'static str, Value); 5] {
    let event = json!({"event": "never seen", "distinct_id": "d", "properties": {"never seen": 1}});
    [
        ("POST", INSIGHTS, json!({"name": "refused"})),
        (
            "POST",
            KEYS,
            json!({"label": "refused", "scopes": ["feature_flag:read"]}),
        ),
        ("POST", "/e/", with(&event, "api_key", "phc_demo")),
        (
            "POST",
            "/batch/",
            json!({"api_key": "phc_demo", "batch": [event]}),
        ),
        ("POST", "/admin/login", json!({"secret": "phx_demo"})),
    ]
}

fn with(object: &Value, key: &str, value: &str) -> Value {
    let mut object = object.clone();
    object[key] = value.into();
    object
}

#[test]
fn changes_are_answered_503_after_a_bounded_wait_and_are_never_made() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--queue-timeout", "1"]);
    let other = Connection::open(folder.path("hoglet.db")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    thread::scope(|scope| {
        for (method, path, body) in changes() {
            let server = &server;
            scope.spawn(move || server.refuses(method, path, &body, BUSY));
        }
    });
    server.wait_for_log("changes are refused: the database is locked by another program");
    other.execute_batch("ROLLBACK").unwrap();
    server.wait_for_log("changes are written again"); // by itself
    let kept = json!({"name": "kept"});
    assert_eq!(server.ask("POST", "phx_demo", INSIGHTS, &kept).0, 201);
    let count = |query: &str| {
        other
            .query_row(query, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(
        count("SELECT count(*) FROM insight WHERE name = 'refused'"),
        0
    );
    assert_eq!(count("SELECT count(*) FROM insight WHERE name = 'kept'"), 1);
    assert_eq!(
        count("SELECT count(*) FROM project_secret_api_key WHERE label = 'refused'"),
        0
    );
    assert_eq!(
        count("SELECT count(*) FROM event_definition WHERE name = 'never seen'"),
        0
    );
    assert_eq!(count("SELECT count(*) FROM session"), 0);
    let log = server.log();
    assert_eq!(log.matches("changes are refused").count(), 1, "{log}");
    server.stop();
}

/// A lock that comes and goes at about the time when callers give up: each change is either acknowledged and there, or refused
/// and not there.
#[test]
fn what_is_refused_is_not_there_and_what_is_acknowledged_is() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--queue-timeout", "1"]);
    let (is_over, number) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (made, refused) = (Mutex::new(BTreeSet::new()), Mutex::new(BTreeSet::new()));
    let client = || {
        while !is_over.load(Relaxed) {
            let name = format!("insight {}", number.fetch_add(1, Relaxed));
            let (status, answer) = server.ask("POST", "phx_demo", INSIGHTS, &json!({"name": name}));
            let list = match status {
                201 => &made,
                503 => &refused,
                _ => panic!("{status} {answer}"),
            };
            list.lock().unwrap().insert(name);
        }
    };
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(client);
        }
        let other = Connection::open(folder.path("hoglet.db")).unwrap();
        other.busy_timeout(Duration::from_secs(60)).unwrap();
        for milliseconds in [2000, 980, 1000, 1005, 990, 1010, 995] {
            other.execute_batch("BEGIN IMMEDIATE").unwrap();
            thread::sleep(Duration::from_millis(milliseconds));
            other.execute_batch("ROLLBACK").unwrap();
            thread::sleep(Duration::from_millis(30));
        }
        is_over.store(true, Relaxed);
    });
    server.stop();
    let other = Connection::open(folder.path("hoglet.db")).unwrap();
    let mut names = other
        .prepare("SELECT name FROM insight WHERE name LIKE 'insight %'")
        .unwrap();
    let names = names.query_map([], |row| row.get(0)).unwrap();
    let names: BTreeSet<String> = names.collect::<Result<_, _>>().unwrap();
    let (made, refused) = (made.into_inner().unwrap(), refused.into_inner().unwrap());
    assert_eq!(names, made);
    assert!(!made.is_empty() && !refused.is_empty());
}

/// A request full of new names is written bit by bit, and other changes go in between.
#[test]
fn a_flood_of_new_names_lets_others_write() {
    const NAMES: usize = 5_000;
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let path = format!(
        "{KEYS}{}/",
        server.get("phx_demo", KEYS).1["results"][0]["id"]
            .as_str()
            .unwrap()
    );
    let properties: Map<_, _> = (0..NAMES)
        .map(|n| (format!("flood {n:05}"), n.into()))
        .collect();
    let events: Vec<_> = properties
        .into_iter()
        .map(|property| json!({"event": "flood", "distinct_id": "d", "properties": Map::from_iter([property])}))
        .collect();
    let is_over = AtomicBool::new(false);
    let changes = thread::scope(|scope| {
        scope.spawn(|| {
            let batch = json!({"api_key": "phc_demo", "batch": events});
            assert_eq!(server.ask("POST", "", "/batch/", &batch).0, 200);
            is_over.store(true, Relaxed);
        });
        let mut changes = 0;
        while !is_over.load(Relaxed) {
            let label = json!({"label": changes.to_string()});
            assert_eq!(server.ask("PATCH", "phx_demo", &path, &label).0, 200);
            changes += 1;
        }
        changes
    });
    assert!(changes >= 5, "only {changes} changes were made meanwhile");
    let listed = server.get(
        "phx_demo",
        "/api/projects/1/property_definitions/?search=flood&limit=1",
    );
    assert_eq!(
        listed.1["count"], NAMES,
        "all are defined once the request is answered"
    );
    server.stop();
}
