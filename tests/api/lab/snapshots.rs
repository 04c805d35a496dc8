//! Going back to the data of an earlier moment, while requests go on.

use std::{
    collections::HashSet,
    io::{Read, Write},
    net::TcpStream,
    sync::{
        Barrier, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use rusqlite::Connection;
use serde_json::{Value, json};

use super::start;
use crate::{
    harness::{Answer, Server},
    sessions::Visitor,
    viewer::locks,
};

/// What shows most of the data of the first project.
const LISTS: [&str; 11] = [
    "/api/projects/",
    "/api/projects/1/insights/",
    "/api/projects/1/dashboards/",
    "/api/projects/1/notebooks/",
    "/api/projects/1/session_recordings/",
    "/api/projects/1/sharing_configurations/",
    "/api/projects/1/property_definitions/",
    "/api/projects/1/event_definitions/",
    "/api/projects/1/events/",
    "/api/projects/1/activity_log/",
    "/api/projects/1/property_definitions/seen_together/?event_names=%5B%22signed%20up%22%5D&property_name=plan",
];

fn lists(server: &Server) -> Vec<String> {
    let list = |path: &&str| {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.text
    };
    LISTS.iter().map(list).collect()
}

#[track_caller]
fn lab(server: &Server, path: &str) {
    let answer = server.ask("POST", &format!("/_lab/{path}")).send();
    assert_eq!((answer.status, &*answer.text), (204, ""));
}

fn reset(server: &Server) {
    lab(server, "reset");
}

fn capture(server: &Server, token: &str, event: &str) -> Answer {
    let body = json!({"api_key": token, "event": event, "distinct_id": "d", "properties": {"plan": "pro", event: 1}});
    server.ask("POST", "/e/").json(body).send()
}

/// The names that a list shows.
fn names(server: &Server, path: &str, key: &str) -> Vec<String> {
    let list = server.get(path).ok(200);
    let items = list["results"].as_array().unwrap().iter();
    let mut names: Vec<_> = items
        .map(|item| item[key].as_str().unwrap_or_default().to_owned())
        .collect();
    names.sort();
    names
}

fn change_much(server: &Server) {
    capture(server, "phc_main", "ordered").ok(200);
    server
        .post("/api/projects/1/insights/", json!({"name": "New"}))
        .ok(201);
    server
        .patch("/api/projects/1/insights/1/", json!({"name": "Changed"}))
        .ok(200);
    let definition = "/api/projects/1/property_definitions/0195f3a0-0000-0000-8000-0000000000d1/";
    assert_eq!(server.delete(definition).status, 204);
    server
        .patch(
            "/api/projects/1/dashboards/1/sharing/",
            json!({"enabled": true}),
        )
        .ok(200);
    let notebook = "/api/projects/1/notebooks/NoteMain1/";
    server.patch(notebook, json!({"title": "New"})).ok(200);
    let more = server
        .post("/api/projects/", json!({"name": "More"}))
        .ok(201);
    assert_eq!(more["id"], 6); // ids go on where the seed file ended, also after a reset
    capture(server, more["api_token"].as_str().unwrap(), "ordered").ok(200);
}

#[test]
fn a_reset_brings_back_the_data_of_the_start() {
    for arguments in [&["--lab"][..], &["--lab", "--ephemeral"]] {
        let server = Server::with(arguments);
        let before = lists(&server);
        for _ in 0..3 {
            change_much(&server);
            let changed = lists(&server);
            let same = before
                .iter()
                .zip(&changed)
                .filter(|(one, other)| one == other);
            assert_eq!(same.count(), 2, "session recordings, and seen together");
            reset(&server);
            assert_eq!(lists(&server), before);
        }
    }
}

#[test]
fn what_a_reset_forgot_is_defined_again_by_the_next_event() {
    let server = start();
    for _ in 0..3 {
        let more = server
            .post("/api/projects/", json!({"name": "More"}))
            .ok(201);
        for (project, token) in [
            ("1", "phc_main"),
            ("6", more["api_token"].as_str().unwrap()),
        ] {
            let (events, definitions) = (
                format!("/api/projects/{project}/events/"),
                format!("/api/projects/{project}/event_definitions/"),
            );
            for _ in 0..2 {
                capture(&server, token, "ordered").ok(200);
            }
            assert_eq!(names(&server, &events, "event"), ["ordered"; 2]);
            let defined = names(&server, &definitions, "name");
            assert!(defined.contains(&"ordered".to_owned()), "{defined:?}");
        }
        reset(&server);
        assert_eq!(names(&server, "/api/projects/1/events/", "event"), [""; 0]);
    }
}

#[test]
fn snapshots_are_taken_restored_listed_and_deleted() {
    let server = start();
    let all = || server.get("/_lab/snapshots/").ok(200)["results"].clone();
    assert_eq!(all(), json!([]));
    capture(&server, "phc_main", "first").ok(200);
    let path = "/_lab/snapshots/after.first";
    let taken = server.ask("POST", path).send().ok(201);
    assert_eq!(taken["name"], "after.first");
    assert!(taken["size"].as_u64().unwrap() > 100_000, "{taken}");
    assert_eq!(all(), json!([taken]));
    let events = || names(&server, "/api/projects/1/events/", "event");
    let with_first = lists(&server);
    capture(&server, "phc_main", "second").ok(200);
    assert_eq!(events(), ["first", "second"]);
    reset(&server);
    assert_eq!(events(), [""; 0]);
    for _ in 0..2 {
        lab(&server, "snapshots/after.first/restore");
        assert_eq!(lists(&server), with_first);
        capture(&server, "phc_main", "second").ok(200);
        let defined = names(&server, "/api/projects/1/event_definitions/", "name");
        assert_eq!(defined, ["first", "second", "signed up"]);
    }
    let again = server.ask("POST", path).send().ok(201);
    assert_eq!(all(), json!([again]));
    reset(&server);
    lab(&server, "snapshots/after.first/restore");
    assert_eq!(events(), ["first", "second"]);
    assert_eq!(server.ask("DELETE", path).send().status, 204);
    assert_eq!(all(), json!([]));
    let missing = "There is no snapshot of this name. GET /_lab/snapshots/ lists all.";
    server.ask("DELETE", path).send().not_found(missing);
    server
        .ask("POST", &format!("{path}/restore"))
        .send()
        .not_found(missing);
}

#[test]
fn the_names_and_the_number_of_snapshots_are_limited() {
    let server = start();
    let take = |name: &str| {
        server
            .ask("POST", &format!("/_lab/snapshots/{name}"))
            .send()
    };
    for name in ["a%20b", "%C3%A4", &"x".repeat(65)] {
        take(name).invalid(
            "invalid_input",
            "A snapshot has a name of at most 64 letters, digits, dots, - and _.",
            "name",
        );
    }
    for number in 0..100 {
        take(&number.to_string()).ok(201);
    }
    let full = "There are 100 snapshots already. Delete one first.";
    take("another").invalid("invalid_input", full, None);
    take("99").ok(201);
}

#[test]
fn a_reset_forgets_what_was_counted() {
    let server = Server::with(&["--lab", "--rate-limit", "3/100"]);
    let path = "/api/projects/1/insights/";
    for _ in 0..2 {
        for _ in 0..3 {
            server.get(path).ok(200);
        }
        assert_eq!(server.get(path).status, 429);
        reset(&server);
    }
    let share = server.patch(
        "/api/projects/1/insights/1/sharing/",
        json!({"enabled": true, "password_required": true}),
    );
    let share = format!(
        "/shared/{}",
        share.ok(200)["access_token"].as_str().unwrap()
    );
    server.ask("POST", "/_lab/snapshots/shared").send().ok(201);
    for _ in 0..2 {
        let guess = || locks::submit(&server, &share, "wrong").status;
        let last = (0..20).map(|_| guess()).find(|status| *status == 429);
        assert_eq!(last, Some(429));
        lab(&server, "snapshots/shared/restore");
        assert_eq!(guess(), 401);
    }
}

#[test]
fn a_share_that_was_unlocked_before_a_reset_is_locked_after_it() {
    let server = start();
    let token = locks::protect(&server, "/api/projects/1/insights/1/sharing");
    let share = format!("/shared/{token}");
    server
        .ask("POST", "/_lab/snapshots/protected")
        .send()
        .ok(201);
    let session = locks::unlock(&server, &share);
    assert!(locks::is_open(&server, &share, &session));
    lab(&server, "snapshots/protected/restore");
    assert!(!locks::is_open(&server, &share, &session));
    let session = locks::unlock(&server, &share);
    assert!(locks::is_open(&server, &share, &session));
}

#[test]
fn sessions_of_the_admin_page_outlive_a_reset_if_what_opened_them_does() {
    let server = start();
    let visitor = Visitor::new(&server);
    let body =
        json!({"label": "Second", "scopes": ["*"], "scoped_teams": [], "scoped_organizations": []});
    let key = visitor
        .ask("POST", "/api/personal_api_keys/")
        .json(body)
        .send()
        .ok(201);
    let second = Visitor::with(&server, key["value"].as_str().unwrap());
    let me = |visitor: &Visitor| visitor.ask("GET", "/api/users/@me/").send().status;
    assert_eq!((me(&visitor), me(&second)), (200, 200));
    reset(&server);
    assert_eq!((me(&visitor), me(&second)), (200, 401));
}

#[test]
fn a_reset_of_a_file_is_durable_and_goes_back_to_the_start_of_the_server() {
    let mut server = start();
    let insights = |server: &Server| names(server, "/api/projects/1/insights/", "name");
    let add = |server: &Server, name: &str| {
        let answer = server.post("/api/projects/1/insights/", json!({"name": name}));
        answer.ok(201);
    };
    add(&server, "lost");
    reset(&server);
    server.kill();
    server.restart();
    assert_eq!(insights(&server), ["Signups"]);
    add(&server, "kept");
    server.kill();
    server.restart();
    add(&server, "lost");
    reset(&server);
    assert_eq!(insights(&server), ["Signups", "kept"]);
    server.kill();
    let verdict = |sql| {
        let database = Connection::open(server.database()).unwrap();
        database
            .query_row(sql, [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    assert_eq!(verdict("PRAGMA integrity_check"), "ok");
}

#[test]
fn a_server_that_is_killed_during_a_reset_has_all_of_the_change_or_none() {
    let mut server = start();
    let check = |server: &Server| {
        let database = Connection::open(server.database()).unwrap();
        let counts = "SELECT (SELECT count(*) FROM insight), (SELECT count(*) FROM project)";
        let counts = database.query_row(counts, [], |row| <(i64, i64)>::try_from(row));
        let intact = database.query_row("PRAGMA integrity_check", [], |row| row.get(0));
        assert_eq!(intact, Ok("ok".to_owned()));
        counts.unwrap()
    };
    for round in 0..16 {
        let (insights, projects) = check(&server);
        let body = json!({"name": "Added", "query": {"kind": "x".repeat(500_000)}});
        server.post("/api/projects/1/insights/", body).ok(201);
        server
            .post("/api/projects/", json!({"name": "Added"}))
            .ok(201);
        let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
        let request = "POST /_lab/reset HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n";
        socket.write_all(request.as_bytes()).unwrap();
        thread::sleep(Duration::from_micros(500 * round));
        server.kill();
        let found = check(&server);
        let expected = [(insights, projects), (insights + 1, projects + 1)];
        assert!(
            expected.contains(&found),
            "{found:?} is none of {expected:?}"
        );
        server.restart();
        server.get("/api/projects/1/insights/").ok(200);
    }
}

/// Of a bug such as this trigger the log has to say something, so it is a 500 until lab mode has removed anything.
#[test]
fn a_reference_to_nothing_is_a_bug_unless_something_was_removed() {
    let (usual, lab) = (Server::start(), start());
    let add = |server: &Server| {
        let notebook = json!({"title": "New"});
        server.post("/api/projects/1/notebooks/", notebook).status
    };
    for server in [&usual, &lab] {
        let trigger = "
            CREATE TRIGGER bug AFTER INSERT ON notebook BEGIN
                INSERT INTO group_type (project_id, group_type, group_type_index) VALUES (77, 'x', 0);
            END";
        let database = Connection::open(server.database()).unwrap();
        database.execute_batch(trigger).unwrap();
        assert_eq!(add(server), 500);
        assert!(server.log().contains("FOREIGN KEY"), "{}", server.log());
    }
    assert_eq!(lab.ask("DELETE", "/_lab/projects/2").send().status, 204);
    assert_eq!(add(&lab), 503);
    reset(&lab);
    assert_eq!(add(&lab), 201);
}

#[test]
fn many_resets_do_not_make_the_log_grow() {
    let server = start();
    (0..100).for_each(|_| reset(&server));
    let size = |path: &str| std::fs::metadata(path).unwrap().len();
    let database = server.database().display().to_string();
    let (file, log) = (size(&database), size(&format!("{database}-wal")));
    assert!(log < 8 * file + 8_000_000, "{log} bytes beside {file}");
}

#[test]
fn connections_stay_open() {
    let server = start();
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    for _ in 0..3 {
        let request = b"GET /_health HTTP/1.1\r\nhost: localhost\r\n\r\n";
        socket.write_all(request).unwrap();
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        let mut rest = [0; 4096];
        assert!(socket.read(&mut rest).unwrap() > 0);
        reset(&server);
    }
}

/// Writers and readers go on while the server is reset. What was answered before a reset began must not be in any list that is
/// asked for after it.
#[test]
fn no_list_shows_what_was_before_a_reset() {
    const CLIENTS: usize = 12;
    const ROUNDS: usize = 12;
    let server = start();
    let (rounds, faults) = (Barrier::new(CLIENTS + 1), Mutex::new(Vec::new()));
    let (resetting, done) = (AtomicBool::new(false), AtomicBool::new(false));
    // A thread that panics would let the others wait for ever.
    let fault = |text: String| faults.lock().unwrap().push(text);
    let check = |answer: Answer| {
        if ![200, 201, 503].contains(&answer.status) {
            fault(format!("{}: {}", answer.status, answer.text));
        }
        answer
    };
    let shown = [(1, "name"), (6, "name"), (7, "name"), (8, "event")];
    // Adds until a reset begins. Returns the names that were answered before.
    let add = |round: usize, client: usize| {
        let mut answered = HashSet::new();
        for number in 0.. {
            let name = format!("r{round}c{client}n{number}");
            check(capture(&server, "phc_main", &name));
            check(server.post(LISTS[1], json!({"name": name})));
            if resetting.load(SeqCst) {
                break; // this one may have come after it
            }
            answered.insert(name);
        }
        answered
    };
    let compare = |answered: &HashSet<String>| {
        for (list, key) in shown {
            let answer = check(server.get(&format!("{}?limit=1000", LISTS[list])));
            let items = answer.body["results"].as_array();
            let names = items.into_iter().flatten().map(|item| &item[key]);
            for name in names.filter_map(Value::as_str) {
                if answered.contains(name) {
                    fault(format!("{} shows {name}", LISTS[list]));
                }
            }
        }
    };
    thread::scope(|scope| {
        // They fill caches with what they began to read before a reset.
        for (list, _) in shown {
            let (server, done, check) = (&server, &done, &check);
            scope.spawn(move || {
                while !done.load(SeqCst) {
                    check(server.get(LISTS[list]));
                }
            });
        }
        for client in 0..CLIENTS {
            let (rounds, add, compare) = (&rounds, &add, &compare);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    rounds.wait();
                    let answered = add(round, client);
                    rounds.wait(); // the reset was answered
                    compare(&answered);
                    rounds.wait();
                }
            });
        }
        for _ in 0..ROUNDS {
            resetting.store(false, SeqCst);
            rounds.wait();
            thread::sleep(Duration::from_millis(60));
            resetting.store(true, SeqCst);
            let answer = server.ask("POST", "/_lab/reset").send();
            if answer.status != 204 {
                fault(answer.text);
            }
            rounds.wait();
            rounds.wait();
        }
        done.store(true, SeqCst);
    });
    assert_eq!(*faults.lock().unwrap(), [""; 0]);
    reset(&server);
    assert_eq!(server.get(LISTS[1]).ok(200)["count"], 1);
}
