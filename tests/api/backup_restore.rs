//! `/api/backups/NAME/restore`: all data becomes what a backup on the server's machine holds, while requests go on.

use std::{
    collections::HashSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread::{self, sleep},
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    harness::{Answer, Server, hoglet},
    objects::keys,
    sessions::Visitor,
};

const BACKUPS: &str = "/api/backups/";
const INSIGHTS: &str = "/api/projects/1/insights/";

/// What shows most of the data of the demo.
const LISTS: [&str; 7] = [
    "/api/projects/",
    INSIGHTS,
    "/api/projects/1/dashboards/",
    "/api/projects/1/sharing_configurations/",
    "/api/projects/1/property_definitions/",
    "/api/projects/1/event_definitions/",
    "/api/projects/1/activity_log/",
];

/// A server with the demo's data, which has written a backup of it.
struct Demo {
    server: Server,
    folder: TempDir,
    /// The name of the backup.
    written: String,
}

impl Demo {
    fn start() -> Demo {
        let folder = TempDir::new().unwrap();
        let server = Server::demo(&["--auto-backup", folder.path().to_str().unwrap()]);
        let start = Instant::now();
        let written = loop {
            if let [written] = &*names(&server) {
                break written.clone();
            }
            assert!(start.elapsed() < Duration::from_secs(60), "no backup");
            sleep(Duration::from_millis(50));
        };
        Demo {
            server,
            folder,
            written,
        }
    }

    fn restore(&self, name: &str) -> Answer {
        restore(&Visitor::with(&self.server, "phx_demo"), name)
    }

    fn lists(&self) -> Vec<String> {
        let list = |path: &&str| {
            let answer = self.server.ask("GET", path).key("phx_demo").send();
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            answer.text
        };
        LISTS.iter().map(list).collect()
    }

    fn create(&self, name: &str) -> Answer {
        let ask = self.server.ask("POST", INSIGHTS).key("phx_demo");
        ask.json(json!({"name": name})).send()
    }

    /// The path of a file beside the database.
    fn beside(&self, name: &str) -> PathBuf {
        self.server.database().with_file_name(name)
    }

    /// What stands beside the database and begins with `start`.
    fn all_beside(&self, start: &str) -> Vec<String> {
        let entries = fs::read_dir(self.server.database().parent().unwrap()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.starts_with(start)).collect()
    }
}

fn restore(visitor: &Visitor, name: &str) -> Answer {
    visitor
        .ask("POST", &format!("{BACKUPS}{name}/restore/"))
        .send()
}

/// The names of the files that can be restored.
fn names(server: &Server) -> Vec<String> {
    let list = Visitor::with(server, "phx_demo")
        .ask("GET", BACKUPS)
        .send()
        .ok(200);
    let files = list["results"].as_array().unwrap().iter();
    files
        .map(|file| file["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The names of the insights in a file.
fn insights(file: &Path) -> HashSet<String> {
    let file = Connection::open(file).unwrap();
    let mut statement = file.prepare("SELECT name FROM insight").unwrap();
    let names = statement
        .query_map([], |row| row.get::<_, Option<String>>(0))
        .unwrap();
    names.filter_map(Result::unwrap).collect()
}

#[test]
fn all_data_is_that_of_the_backup_and_what_it_replaces_is_kept() {
    let demo = Demo::start();
    let server = &demo.server;
    let capture = || {
        let event = json!({"api_key": "phc_demo", "event": "fresh", "distinct_id": "d", "properties": {"fresh": 1}});
        server.ask("POST", "/i/v0/e/").json(event).send().ok(200);
    };
    let visitor = Visitor::with(server, "phx_demo");
    let before = demo.lists();
    demo.create("later").ok(201);
    capture();
    let list: Value = serde_json::from_str(&before[4]).unwrap();
    let known = list["results"][0]["id"].as_str().unwrap();
    let known = format!("/api/projects/1/property_definitions/{known}/");
    let change = server.ask("PATCH", &known).key("phx_demo");
    change.json(json!({"description": "later"})).send().ok(200);
    let later = demo.lists();
    let same = later
        .iter()
        .zip(&before)
        .filter(|(later, before)| later == before);
    assert_eq!(
        same.count(),
        3,
        "insights, both kinds of definitions and the activity log have changed"
    );

    let restored = restore(&visitor, &demo.written).ok(200);
    assert_eq!(keys(&restored), ["kept"]);
    let kept = restored["kept"].as_str().unwrap();
    assert!(kept.contains(".db.before-restore-2"), "{kept}");
    assert_eq!(demo.lists(), before);
    assert_eq!(names(server), [&demo.written, kept]);
    let file = demo.beside(kept);
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(insights(&file).contains("later"));
    let log = server.log();
    assert!(
        log.contains(&format!("{} is restored", demo.written)),
        "{log}"
    );
    // The session goes on, since its user and key are in the backup, too.
    visitor.ask("GET", "/api/users/@me/").send().ok(200);
    // What was known before is not taken for known.
    capture();
    let found = server
        .ask("GET", "/api/projects/1/event_definitions/?search=fresh")
        .key("phx_demo");
    assert_eq!(found.send().ok(200)["count"], 1);

    let back = restore(&visitor, kept).ok(200);
    assert_eq!(demo.lists(), later);
    assert!(demo.beside(back["kept"].as_str().unwrap()).exists());
    assert_eq!(
        demo.all_beside(".hoglet-copy"),
        [""; 0],
        "copies are deleted"
    );
}

#[test]
fn what_is_restored_is_on_disk() {
    let Demo {
        mut server,
        folder: _folder,
        written,
    } = Demo::start();
    let ask = |server: &Server, method: &str| {
        server
            .ask(method, INSIGHTS)
            .key("phx_demo")
            .json(json!({"name": "later"}))
            .send()
    };
    ask(&server, "POST").ok(201);
    let restored = restore(&Visitor::with(&server, "phx_demo"), &written);
    restored.ok(200);
    ask(&server, "POST").ok(201);
    let count = |server: &Server| {
        let found = server
            .ask("GET", &format!("{INSIGHTS}?search=later"))
            .key("phx_demo");
        found.send().ok(200)["count"].clone()
    };
    assert_eq!(count(&server), 1);
    server.restart();
    assert_eq!(count(&server), 1);
    let checked = hoglet(&["check", "--db"])
        .arg(server.database())
        .output()
        .unwrap();
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
}

#[test]
fn changes_during_restores_are_in_the_database_or_in_what_is_kept() {
    let demo = Demo::start();
    let (made, is_over) = (Mutex::new(HashSet::new()), AtomicBool::new(false));
    thread::scope(|scope| {
        for writer in 0..4 {
            let (demo, made, is_over) = (&demo, &made, &is_over);
            scope.spawn(move || {
                for number in 0.. {
                    let name = format!("{writer}-{number}");
                    let answer = demo.create(&name);
                    match answer.status {
                        201 => drop(made.lock().unwrap().insert(name)),
                        status => assert_eq!(status, 503, "{}", answer.text),
                    }
                    if is_over.load(SeqCst) {
                        break;
                    }
                }
            });
        }
        for _ in 0..6 {
            sleep(Duration::from_millis(50));
            demo.restore(&demo.written).ok(200);
        }
        is_over.store(true, SeqCst);
    });
    let database = demo.server.database();
    let name = database.file_name().unwrap().to_str().unwrap();
    let kept = demo.all_beside(&format!("{name}.before-restore-"));
    assert_eq!(kept.len(), 6, "{kept:?}");
    let mut found = insights(&database);
    for name in kept {
        found.extend(insights(&demo.beside(&name)));
    }
    let made = made.into_inner().unwrap();
    assert!(made.len() > 20, "{}", made.len());
    let lost: Vec<_> = made.difference(&found).collect();
    assert_eq!(lost, [""; 0]);
}

#[test]
fn a_backup_of_an_older_version_is_upgraded() {
    let demo = Demo::start();
    let old = demo.folder.path().join("hoglet-20200102T030405Z.db");
    let made = Connection::open(&old).unwrap();
    made.execute_batch(include_str!("../upgrades/3.sql"))
        .unwrap();
    drop(made);
    let bytes = fs::read(&old).unwrap();
    let visitor = Visitor::with(&demo.server, "phx_demo");
    restore(&visitor, "hoglet-20200102T030405Z.db").ok(200);
    // No user of the demo is in it.
    assert_eq!(visitor.ask("GET", "/api/users/@me/").send().status, 401);
    let database = demo.server.database();
    let checked = hoglet(&["check", "--db"]).arg(&database).output().unwrap();
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
    let version = |file: &Path| {
        let file = Connection::open(file).unwrap();
        let version = file.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
        version.unwrap()
    };
    assert_eq!(
        version(&database),
        version(&demo.folder.path().join(&demo.written))
    );
    assert!(
        fs::read(&old).unwrap() == bytes,
        "the backup stays as it is"
    );
}

#[test]
fn a_file_that_cannot_be_restored_changes_nothing() {
    let demo = Demo::start();
    let before = demo.lists();
    let write = |name: &str, bytes: &[u8]| fs::write(demo.folder.path().join(name), bytes).unwrap();
    let refused = |name: &str, why: &str| {
        let answer = demo.restore(name);
        let detail = answer.body["detail"].as_str().unwrap_or_default();
        assert!(
            answer.status == 400 && detail.contains(why),
            "{}",
            answer.text
        );
    };
    write("hoglet-20200101T000000Z.db", b"");
    refused("hoglet-20200101T000000Z.db", "is empty");
    write("hoglet-20200101T000001Z.db", &[7; 9000]);
    refused("hoglet-20200101T000001Z.db", "hoglet-20200101T000001Z.db");
    let mut bytes = fs::read(demo.folder.path().join(&demo.written)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0x55);
    write("hoglet-20200101T000002Z.db", &bytes);
    refused("hoglet-20200101T000002Z.db", "damaged");
    let other = Connection::open(demo.folder.path().join("hoglet-20200101T000003Z.db")).unwrap();
    other.execute_batch("CREATE TABLE a (b)").unwrap();
    refused(
        "hoglet-20200101T000003Z.db",
        "is another program's database; name a backup",
    );
    let part = demo.folder.path().join("hoglet-20200101T000004Z.db");
    fs::copy(demo.folder.path().join(&demo.written), &part).unwrap();
    let part = Connection::open(part).unwrap();
    let drop = "PRAGMA foreign_keys = OFF; DROP TABLE event_property";
    part.execute_batch(drop).unwrap();
    refused("hoglet-20200101T000004Z.db", "hoglet-20200101T000004Z.db");
    let old = Connection::open(demo.folder.path().join("hoglet-20200101T000005Z.db")).unwrap();
    old.execute_batch(include_str!("../upgrades/3.sql"))
        .unwrap();
    old.execute_batch(drop).unwrap();
    refused("hoglet-20200101T000005Z.db", "hoglet-20200101T000005Z.db");
    write("notes.db", b"");
    for name in ["notes.db", "hoglet-20200101T000009Z.db", "..", "hoglet.db"] {
        let answer = demo.restore(name);
        answer.not_found("There is no backup of this name.");
    }
    assert_eq!(demo.lists(), before);
    assert!(
        names(&demo.server)
            .iter()
            .all(|name| !name.contains("before-restore"))
    );
    assert_eq!(demo.all_beside(".hoglet-copy"), [""; 0]);
}

#[test]
fn only_an_admin_of_everything_restores_and_only_from_the_page() {
    let folder = TempDir::new().unwrap();
    let server = Server::with(&["--auto-backup", folder.path().to_str().unwrap()]);
    let name = "hoglet-20200102T030405Z.db";
    for key in ["phx_ada", "phx_mel"] {
        let refused = restore(&Visitor::with(&server, key), name);
        refused.denied("You do not have permission to perform this action.");
    }
    let demo = Demo::start();
    let path = format!("{BACKUPS}{}/restore/", demo.written);
    for key in ["phx_demo", "phs_demo"] {
        let status = demo.server.ask("POST", &path).key(key).send().status;
        assert!([401, 403].contains(&status), "{key}: {status}");
    }
    let visitor = Visitor::with(&demo.server, "phx_demo");
    let foreign = visitor
        .ask("POST", &path)
        .header("origin", "https://evil.example");
    assert_eq!(foreign.send().status, 403);
    assert_eq!(visitor.bare("POST", &path).send().status, 403);
    let ephemeral = Server::demo(&["--ephemeral"]);
    let refused = restore(&Visitor::with(&ephemeral, "phx_demo"), name);
    refused.not_found("An ephemeral database has no backups.");
}

#[test]
fn nothing_is_restored_into_a_file_that_has_taken_the_place_of_the_database() {
    let demo = Demo::start();
    let visitor = Visitor::with(&demo.server, "phx_demo");
    let (database, other) = (demo.server.database(), demo.beside("other"));
    fs::copy(&database, &other).unwrap();
    fs::rename(&other, &database).unwrap();
    let before = fs::read(&database).unwrap();
    let refused = restore(&visitor, &demo.written);
    assert_eq!(refused.status, 503, "{}", refused.text);
    assert!(fs::read(&database).unwrap() == before);
}

#[test]
fn what_was_replaced_is_kept_although_nothing_can_be_written_afterwards() {
    let demo = Demo::start();
    demo.create("later").ok(201);
    let (database, moved) = (demo.server.database(), demo.beside("moved"));
    let name = database.file_name().unwrap().to_str().unwrap();
    let start = format!("{name}.before-restore-");
    let answer = thread::scope(|scope| {
        let restoring = scope.spawn(|| demo.restore(&demo.written));
        while demo.all_beside(&start).is_empty() && !restoring.is_finished() {}
        fs::rename(&database, &moved).unwrap();
        restoring.join().unwrap()
    });
    assert!([200, 503].contains(&answer.status), "{}", answer.text);
    let kept = demo.all_beside(&start);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(insights(&demo.beside(&kept[0])).contains("later"));
}
