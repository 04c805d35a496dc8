//! `/api/backups`: the database as a download, for admins of all that is in it.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    thread::sleep,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    harness::{Server, hoglet},
    objects::keys,
    sessions::Visitor,
};

const BACKUPS: &str = "/api/backups/";

fn list(server: &Server, key: &str) -> Value {
    Visitor::with(server, key)
        .ask("GET", BACKUPS)
        .send()
        .ok(200)
}

/// Sends a request for a backup and reads the head of the response.
fn begin(visitor: &Visitor, server: &Server) -> (TcpStream, String) {
    let address = server.url.trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).unwrap();
    let lines = visitor.lines();
    let request =
        format!("POST {BACKUPS} HTTP/1.0\r\nHost: {address}\r\n{lines}Content-Length: 0\r\n\r\n");
    socket.write_all(request.as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    (socket, String::from_utf8(head).unwrap())
}

/// What stands beside the database, the files of SQLite aside.
fn beside(database: &Path) -> Vec<String> {
    let entries = fs::read_dir(database.parent().unwrap()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.contains("copy")).collect();
    names.sort();
    names
}

#[test]
fn an_admin_of_everything_downloads_a_whole_backup() {
    let server = Server::demo(&[]);
    let view = list(&server, "phx_demo");
    assert_eq!(
        keys(&view),
        ["is_allowed", "database", "directory", "results"]
    );
    let database = server.database();
    assert_eq!(
        [&view["is_allowed"], &view["database"]],
        [&json!(true), &json!(database)]
    );
    assert_eq!(
        [&view["directory"], &view["results"]],
        [&Value::Null, &json!([])]
    );
    let path = "/api/projects/1/event_definitions/";
    let new = server
        .ask("POST", path)
        .key("phx_demo")
        .json(json!({"name": "just now"}));
    new.send().ok(201);

    let visitor = Visitor::with(&server, "phx_demo");
    let (mut socket, head) = begin(&visitor, &server);
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).unwrap();
    assert!(head.starts_with("HTTP/1.0 200 "), "{head}");
    let head = head.to_lowercase();
    assert!(
        head.contains("content-type: application/vnd.sqlite3\r\n"),
        "{head}"
    );
    assert!(
        head.contains("content-disposition: attachment; filename=\"hoglet-2"),
        "{head}"
    );
    assert!(head.contains("cache-control: no-store\r\n"), "{head}");
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("copy.db");
    fs::write(&copy, bytes).unwrap();
    let checked = hoglet(&["check", "--db"]).arg(&copy).output().unwrap();
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    let copy = Connection::open(&copy).unwrap();
    let count = "SELECT count(*) FROM event_definition WHERE name = 'just now'";
    let count: i64 = copy.query_row(count, [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
    assert_eq!(beside(&database), [""; 0]);
    assert!(
        server.log().contains("a backup is downloaded"),
        "{}",
        server.log()
    );
}

#[test]
fn an_admin_of_some_organizations_gets_none_and_learns_nothing() {
    let server = Server::start(); // Ada is no member of Globex, Mel is no admin
    for key in ["phx_ada", "phx_mel"] {
        let view = list(&server, key);
        let expected =
            json!({"is_allowed": false, "database": null, "directory": null, "results": []});
        assert_eq!(view, expected, "{key}");
        let refused = Visitor::with(&server, key).ask("POST", BACKUPS).send();
        refused.denied("You do not have permission to perform this action.");
    }
    // An admin, not an owner, of the only organization is one of everything.
    let of = |level: &str| {
        let seed = json!({
            "users": [{"ref": "o", "email": "o@example.com"}, {"ref": "a", "email": "a@example.com"}],
            "organizations": [{"ref": "acme", "name": "Acme", "members": [["o", "owner"], ["a", level]]}],
            "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 1}],
            "personal_api_keys": [{"ref": "K", "user": "a", "scopes": ["*"], "value": "phx_a"}],
        });
        let server = Server::seeded(&seed, &[]);
        let view = list(&server, "phx_a");
        let made = Visitor::with(&server, "phx_a").ask("POST", BACKUPS);
        (
            view["is_allowed"].clone(),
            made.try_send().map_or(200, |answer| answer.status),
        )
    };
    assert_eq!(of("member"), (json!(false), 403));
    assert_eq!(of("admin"), (json!(true), 200));
}

#[test]
fn keys_other_sites_and_visitors_without_a_session_get_none() {
    let server = Server::demo(&[]);
    for key in ["phx_demo", "phs_demo"] {
        for method in ["GET", "POST"] {
            let status = server.ask(method, BACKUPS).key(key).send().status;
            assert!([401, 403].contains(&status), "{method} {key}: {status}");
        }
    }
    assert_eq!(server.ask("POST", BACKUPS).send().status, 401);
    let visitor = Visitor::with(&server, "phx_demo");
    let ask = || visitor.ask("POST", BACKUPS);
    let foreign = ask().header("origin", "https://evil.example").send();
    assert_eq!(foreign.status, 403, "{}", foreign.text);
    let forged = ask().header("sec-fetch-site", "cross-site").send();
    assert_eq!(forged.status, 403, "{}", forged.text);
    let bare = visitor.bare("POST", BACKUPS).send();
    assert!(bare.text.contains("CSRF"), "{} {}", bare.status, bare.text);
}

#[test]
fn one_backup_is_made_at_a_time_and_ends_with_its_client() {
    let server = Server::demo(&[]);
    // More than sockets hold: the response is still under way when its head has arrived.
    let path = "/api/projects/1/property_definitions/";
    let all = server
        .ask("GET", &format!("{path}?limit=4"))
        .key("phx_demo")
        .send()
        .ok(200);
    for definition in all["results"].as_array().unwrap() {
        let path = format!("{path}{}/", definition["id"].as_str().unwrap());
        let text = "long ".repeat(1_000_000);
        let change = server
            .ask("PATCH", &path)
            .key("phx_demo")
            .json(json!({"description": text}));
        change.send().ok(200);
    }
    let visitor = Visitor::with(&server, "phx_demo");
    let (socket, head) = begin(&visitor, &server);
    assert!(head.starts_with("HTTP/1.0 200 "), "{head}");
    assert_eq!(
        beside(&server.database()),
        [""; 0],
        "it has no name while it is sent"
    );
    let second = visitor.ask("POST", BACKUPS).send();
    second.invalid(
        "invalid_input",
        "Another backup is being made or restored. Try again when that is done.",
        None,
    );
    // Others are answered meanwhile.
    assert_eq!(server.ask("GET", path).key("phx_demo").send().status, 200);
    drop(socket);
    let start = Instant::now();
    while begin(&visitor, &server).1.starts_with("HTTP/1.0 400 ") {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "the turn is not given back"
        );
        sleep(Duration::from_millis(50));
    }
}

#[test]
fn backups_that_the_server_has_written_are_listed() {
    let folder = TempDir::new().unwrap();
    let directory = folder.path().join("copies");
    let server = Server::demo(&["--auto-backup", directory.to_str().unwrap()]);
    let start = Instant::now();
    while list(&server, "phx_demo")["results"] == json!([]) {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{}",
            server.log()
        );
        sleep(Duration::from_millis(50));
    }
    fs::write(directory.join("notes.db"), "not a backup").unwrap();
    fs::write(directory.join("hoglet-20200102T030405Z.db"), "older").unwrap();
    let view = list(&server, "phx_demo");
    assert_eq!(view["directory"], json!(directory));
    let written = view["results"].as_array().unwrap();
    assert_eq!(written.len(), 2, "{view}");
    assert_eq!(keys(&written[0]), ["name", "size", "created_at"]);
    let path: PathBuf = directory.join(written[0]["name"].as_str().unwrap());
    assert_eq!(written[0]["size"], json!(fs::metadata(path).unwrap().len()));
    assert!(
        written[0]["created_at"].as_str().unwrap().ends_with('Z'),
        "{view}"
    );
    assert_eq!(written[1]["name"], "hoglet-20200102T030405Z.db");
}

#[test]
fn an_ephemeral_database_has_no_backups() {
    let server = Server::demo(&["--ephemeral"]);
    assert_eq!(list(&server, "phx_demo")["is_allowed"], false);
    let made = Visitor::with(&server, "phx_demo")
        .ask("POST", BACKUPS)
        .send();
    made.not_found("An ephemeral database has no backups.");
}

#[test]
fn a_database_that_was_replaced_is_not_downloaded() {
    let server = Server::demo(&[]);
    let visitor = Visitor::with(&server, "phx_demo");
    let database = server.database();
    let beside = database.with_extension("copy");
    fs::copy(&database, &beside).unwrap();
    fs::rename(&beside, &database).unwrap();
    let refused = visitor.ask("POST", BACKUPS).send();
    assert_eq!(refused.status, 503, "{}", refused.body);
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("lost its database"), "{detail}");
}
