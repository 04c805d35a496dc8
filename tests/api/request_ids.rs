//! `X-Request-Id` and the access log.

use std::{
    io::Write,
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use rustix::net::sockopt::set_socket_linger;
use serde_json::{Value, json};

use crate::{
    harness::Server,
    metrics::{start, until},
    project_secret_api_keys::KEYS,
};

const DEFINITIONS: &str = "/api/projects/1/property_definitions/";

fn id(server: &Server, path: &str, sent: &str) -> String {
    let mut request = server.ask("GET", path).key("phx_ada");
    if !sent.is_empty() {
        request = request.header("x-request-id", sent);
    }
    request.send().header("x-request-id").to_owned()
}

/// The lines of the access log, once there are `count`: a line may be written after its client has the response.
#[track_caller]
fn lines(server: &Server, count: usize) -> Vec<Value> {
    let start = Instant::now();
    loop {
        let log = server.log();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|line| line["target"] == "hoglet::access");
        let lines: Vec<_> = lines.map(|line| line["fields"].clone()).collect();
        if lines.len() >= count {
            return lines;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{log}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_sane_request_id_is_taken_over_and_another_replaced() {
    let server = Server::start();
    let longest = "x".repeat(128);
    for sent in ["a", "0af7-651916:cd/43=+@_.", &longest] {
        for path in [DEFINITIONS, "/nothing", "/_livez", "/flags/", "/docs/"] {
            assert_eq!(id(&server, path, sent), sent, "{path}");
        }
    }
    let mut made = vec![id(&server, DEFINITIONS, "")];
    for sent in ["a b", "\"", "a,b", "{}", "ä", "\t", &"x".repeat(129)] {
        made.push(id(&server, DEFINITIONS, sent));
    }
    for path in ["/nothing", "/shared/nothing", "/docs/", "/flags/"] {
        made.push(id(&server, path, ""));
    }
    let starts: Vec<_> = made
        .iter()
        .map(|id| id.split_once('-').unwrap().0)
        .collect();
    assert!(
        starts
            .iter()
            .all(|start| *start == starts[0] && start.len() == 12)
    );
    let count = made.len();
    made.sort();
    made.dedup();
    assert_eq!(made.len(), count, "{made:?}");
}

#[test]
fn with_a_seed_what_asks_repeatedly_for_health_and_in_the_lab_changes_no_id() {
    let ids = |repeats: usize| {
        let server = Server::with(&["--lab", "--rng-seed", "7"]);
        let mut ids = Vec::new();
        for _ in 0..3 {
            for _ in 0..repeats {
                assert_eq!(id(&server, "/_readyz", ""), "");
                assert_eq!(id(&server, "/_lab/requests", ""), "");
                assert_eq!(id(&server, "/docs/docs.css", ""), "");
            }
            ids.push(id(&server, DEFINITIONS, ""));
        }
        ids
    };
    assert_eq!(ids(0), ids(3));
}

#[test]
fn the_log_names_the_request_that_failed() {
    let server = Server::start();
    let database = Connection::open(server.database()).unwrap();
    let broken = "ALTER TABLE property_definition RENAME TO other";
    database.execute_batch(broken).unwrap();
    let answer = server
        .ask("GET", DEFINITIONS)
        .key("phx_ada")
        .header("x-request-id", "mine-1")
        .send();
    assert_eq!(
        (answer.status, answer.header("x-request-id")),
        (500, "mine-1")
    );
    let log = server.log();
    let line = log.lines().find(|line| line.contains("mine-1")).unwrap();
    for word in [
        "ERROR",
        "no such table",
        "{project_id}/property_definitions",
    ] {
        assert!(line.contains(word), "{line}");
    }
}

#[test]
fn the_access_log_has_one_line_for_each_request() {
    // A filter that would hide it does not.
    let server = Server::with(&["--access-log", "--log-format", "json", "--log", "error"]);
    let key = server.get("/api/personal_api_keys/@current/").ok(200)["id"].clone();
    let list = server
        .ask("GET", DEFINITIONS)
        .key("phx_ada")
        .header("x-request-id", "mine-2")
        .send();
    server.ask("GET", "/shared/secretsecretsecret").send();
    server.ask("HEAD", DEFINITIONS).key("phx_wrong").send();
    server.ask("GET", "/nothing/secretsecretsecret").send();
    server.ask("GET", "/_livez").send();
    let lines = lines(&server, 6);
    assert_eq!(lines.len(), 6, "{lines:?}");
    let of = |index: usize| {
        let mut line = lines[index].clone();
        assert!(line["micros"].as_u64().unwrap() > 0, "{line}");
        let line = line.as_object_mut().unwrap();
        line.remove("micros");
        (Value::from(line.clone()), line.remove("id"))
    };
    let (listed, _) = of(1);
    let expected = json!({
        "message": "answered", "method": "GET", "route": "/api/projects/{project_id}/property_definitions", "status": 200,
        "bytes": list.text.len(), "key": key, "id": "mine-2",
    });
    assert_eq!(listed, expected);
    let (shared, made) = of(2);
    assert_eq!(
        (&shared["route"], &shared["status"]),
        (&json!("/shared/{share.}"), &json!(404))
    );
    assert!(made.unwrap().as_str().unwrap().contains('-'));
    let (refused, _) = of(3);
    assert_eq!(
        (&refused["status"], &refused["bytes"], refused.get("key")),
        (&json!(401), &json!(0), None)
    );
    let (unknown, _) = of(4);
    assert_eq!(
        (unknown.get("route"), &unknown["status"]),
        (None, &json!(404))
    );
    let (probe, without) = of(5);
    assert_eq!((&probe["route"], without), (&json!("/_livez"), None));
    for secret in ["secretsecret", "phx_"] {
        assert!(!server.log().contains(secret), "{}", server.log());
    }
}

#[test]
fn the_access_log_names_keys_by_their_ids_and_nothing_that_gives_access() {
    let server = Server::with(&["--access-log", "--log-format", "json"]);
    let new = json!({"label": "for flags", "scopes": ["feature_flag:read"]});
    let made = server.post("/api/projects/1/project_secret_api_keys/", new);
    let made = made.ok(201);
    let secret = made["value"].as_str().unwrap();
    let login = server.ask("POST", "/admin/login");
    let login = login.json(json!({"secret": "phx_ada"})).send();
    assert_eq!(login.status, 204);
    let cookie = login.header("set-cookie").split(';').next().unwrap();
    let flags = "/flags/definitions?token=phc_main";
    server.ask("GET", flags).key(secret).send().ok(200);
    let listed = server.ask("GET", DEFINITIONS).header("cookie", cookie);
    listed.send().ok(200);
    let event = json!({"api_key": "phc_main", "event": "x", "distinct_id": "d"});
    server.ask("POST", "/e/").json(event).send().ok(200);
    let lines = lines(&server, 5);
    let keys: Vec<_> = lines.iter().map(|line| line.get("key")).collect();
    assert_eq!(keys[2..], [Some(&made["id"]), None, None], "{lines:#?}");
    assert!(keys[0].is_some() && keys[1].is_none());
    let (_, session) = cookie.split_once('=').unwrap();
    for hidden in [secret, session, "phc_main", "phx_ada"] {
        assert!(!server.log().contains(hidden), "{hidden}: {}", server.log());
    }
}

#[test]
fn the_access_log_has_requests_whose_clients_leave_before_the_response() {
    let server = start(&[
        "--access-log",
        "--log-format",
        "json",
        "--queue-timeout",
        "60",
    ]);
    let other = Connection::open(server.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    abandon(&server, "insights", json!({"name": "abandoned"}));
    let line = lines(&server, 1).remove(0);
    assert_eq!(
        (
            &line["message"],
            &line["route"],
            &line["id"],
            &line["bytes"]
        ),
        (
            &json!("client left before the response"),
            &json!("/api/projects/{project_id}/insights"),
            &json!("left-1"),
            &json!(0)
        )
    );
    assert_eq!(line.get("status"), None);
    assert!(line["micros"].as_u64().unwrap() > 0);
    other.execute_batch("ROLLBACK").unwrap();
}

/// Sends a change, and resets the connection while it waits for the writer.
fn abandon(server: &Server, resource: &str, body: Value) {
    let mut client = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let body = body.to_string();
    let request = format!(
        "POST /api/projects/1/{resource}/ HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer phx_ada\r\n\
         content-type: application/json\r\nx-request-id: left-1\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    client.write_all(request.as_bytes()).unwrap();
    until(server, "hoglet_writer_queue_length", &[], |length| {
        length == 1.0
    });
    set_socket_linger(&client, Some(Duration::ZERO)).unwrap();
}

#[test]
fn a_change_whose_client_leaves_before_it_is_begun_is_not_made() {
    let server = start(&["--queue-timeout", "60"]);
    let other = Connection::open(server.database()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let key = json!({"label": "abandoned", "scopes": ["feature_flag:read"]});
    abandon(&server, "project_secret_api_keys", key);
    until(&server, "hoglet_writer_queue_length", &[], |length| {
        length == 0.0
    });
    other.execute_batch("ROLLBACK").unwrap();
    // This one comes after it.
    let key = json!({"label": "kept", "scopes": ["feature_flag:read"]});
    server.post(KEYS, key).ok(201);
    let keys = server.get(KEYS).ok(200);
    let labels = keys["results"].as_array().unwrap().iter();
    let labels: Vec<_> = labels.map(|key| key["label"].as_str().unwrap()).collect();
    assert!(
        labels.contains(&"kept") && !labels.contains(&"abandoned"),
        "{labels:?}"
    );
    // The database refused none of them.
    until(&server, "hoglet_writes_refused_total", &[], |refused| {
        refused == 0.0
    });
}

#[test]
fn without_the_option_no_request_is_logged() {
    let server = Server::start();
    server.get(DEFINITIONS).ok(200);
    assert!(
        !server.log().contains("property_definitions"),
        "{}",
        server.log()
    );
}
