//! Backups, what brings them back, and the upkeep of the file.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    thread,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use serde_json::json;

use crate::process::{Folder, Running, finish};

const DEFINITIONS: &str = "/api/projects/1/property_definitions/?limit=1";
const INSIGHTS: &str = "/api/projects/1/insights/";

fn count(server: &Running) -> i64 {
    let (status, list) = server.get("phx_demo", INSIGHTS);
    assert_eq!(status, 200, "{list}");
    list["count"].as_i64().unwrap()
}

fn create(server: &Running, name: &str) {
    let (status, made) = server.ask("POST", "phx_demo", INSIGHTS, &json!({"name": name}));
    assert_eq!(status, 201, "{made}");
}

/// The names in `folder` that begin with `start`.
fn names(folder: &Folder, start: &str) -> Vec<String> {
    let mut names = folder.names();
    names.retain(|name| name.starts_with(start));
    names
}

#[test]
fn a_backup_of_a_running_server_is_a_database_of_its_own() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let before = count(&server);
    folder.ok(&["backup", "copy.db"]);
    create(&server, "later");
    let mode = fs::metadata(folder.path("copy.db")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    assert_eq!(
        names(&folder, "copy"),
        ["copy.db"],
        "nothing is left beside it"
    );
    let copy = folder.serve(&["--db", "copy.db"]);
    assert_eq!((count(&copy), count(&server)), (before, before + 1));
    copy.stop();
    folder.ok(&["backup", "copy.db"]);
    server.stop();
    let copy = folder.serve(&["--db", "copy.db"]);
    assert_eq!(
        count(&copy),
        before + 1,
        "a later backup takes the place of an earlier one"
    );
    copy.stop();
}

#[test]
fn backups_are_taken_while_clients_write() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let start = count(&server);
    thread::scope(|scope| {
        let writer =
            scope.spawn(|| (0..60).for_each(|number| create(&server, &number.to_string())));
        let mut last = 0;
        while !writer.is_finished() {
            folder.ok(&["backup", "copy.db"]);
            let copy = Connection::open(folder.path("copy.db")).unwrap();
            let number = |sql: &str| copy.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
            let insights = number("SELECT count(*) FROM insight");
            let logged = number(
                "SELECT count(*) FROM activity WHERE scope = 'Insight' AND activity = 'created'",
            );
            assert!(insights >= last && insights <= start + 60);
            assert!(logged <= insights, "one instant: {logged} of {insights}");
            last = insights;
        }
    });
    server.stop();
}

#[test]
fn a_backup_goes_to_standard_output_as_well() {
    let folder = Folder::new();
    folder.serve(&["--demo"]).stop();
    let script = "\"$HOGLET\" backup - > copy.db";
    assert_eq!(finish(folder.program("sh", &["-c", script])).code, Some(0));
    folder.ok(&["check", "--db", "copy.db"]);
    folder.fails(&["backup", "-", "--db", "no.db"], &["no.db does not exist"]);
}

#[test]
fn old_backups_of_the_same_name_are_deleted() {
    let folder = Folder::new();
    folder.serve(&["--demo"]).stop();
    fs::create_dir(folder.path("copies")).unwrap();
    let others = [
        "a-20260101T000000Z.db",
        "a-20260101.db",
        "b-20260102T000000Z.db",
        "a-20260103T000000Z.db",
    ];
    for other in others {
        folder.write(&format!("copies/{other}"), "");
    }
    let done = folder.run(&["backup", "copies/a-{time}.db", "--keep", "2"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.stderr.contains("a-20260101T000000Z.db is deleted"),
        "{}",
        done.stderr
    );
    let mut left: Vec<_> = fs::read_dir(folder.path("copies"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left.len(), 4);
    assert_eq!(
        [&*left[0], &*left[1]],
        ["a-20260101.db", "a-20260103T000000Z.db"]
    );
    assert_eq!(left[3], "b-20260102T000000Z.db");
    // In the working directory, names are printed as they were given.
    folder.write("a-20260101T000000Z.db", "");
    let done = folder.run(&["backup", "a-{time}.db", "--keep", "1"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let lines: Vec<_> = done.stderr.lines().collect();
    assert!(lines[0].starts_with("a-2"), "{lines:?}");
    assert_eq!(lines[1..], ["a-20260101T000000Z.db is deleted"]);
    folder.fails(&["backup", "copy.db", "--keep", "2"], &["--keep", "{time}"]);
    folder.fails(&["backup", "{time}/copy.db"], &["{time}", "directory"]);
}

#[test]
fn a_backup_overwrites_nothing_else() {
    let folder = Folder::new();
    folder.serve(&["--demo"]).stop();
    folder.write("diary.txt", "Dear diary");
    folder.fails(
        &["backup", "diary.txt"],
        &["diary.txt exists", "name another file"],
    );
    folder.fails(&["backup", "./hoglet.db"], &["the database itself"]);
    folder.fails(&["backup", "no/copy.db"], &["no/copy.db cannot be written"]);
    assert_eq!(
        fs::read_to_string(folder.path("diary.txt")).unwrap(),
        "Dear diary"
    );
    folder.ok(&["check"]);
}

#[test]
fn a_restored_database_is_what_the_backup_holds_and_keeps_what_it_was() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let before = count(&server);
    folder.ok(&["backup", "copy.db"]);
    create(&server, "later");
    folder.fails(
        &["restore", "copy.db"],
        &["hoglet.db is in use", "stop the server"],
    );
    assert_eq!(count(&server), before + 1);
    server.stop();
    let done = folder.run(&["restore", "copy.db"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let kept = names(&folder, "hoglet.db.before-restore-");
    assert_eq!(kept.len(), 1);
    assert!(done.stderr.contains(&kept[0]), "{}", done.stderr);
    for (name, expected) in [("hoglet.db", before), (&kept[0], before + 1)] {
        folder.ok(&["check", "--db", name]);
        let server = folder.serve(&["--db", name]);
        assert_eq!(count(&server), expected, "{name}");
        server.stop();
    }
    folder.ok(&["restore", "copy.db", "--db", "new.db"]);
    let server = folder.serve(&["--db", "new.db"]);
    assert_eq!(count(&server), before);
    server.stop();
}

#[test]
fn what_is_no_backup_is_not_restored() {
    let folder = Folder::new();
    folder.serve(&["--demo"]).stop();
    folder.write("diary.txt", "Dear diary, ".repeat(1000));
    folder.write("empty.db", "");
    folder.ok(&["backup", "damaged.db"]);
    let mut bytes = fs::read(folder.path("damaged.db")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xa5);
    folder.write("damaged.db", &bytes);
    let before = fs::read(folder.path("hoglet.db")).unwrap();
    for (name, words) in [
        ("diary.txt", "not a database"),
        ("empty.db", "empty"),
        ("damaged.db", "damaged"),
        ("missing.db", "missing.db"),
    ] {
        folder.fails(&["restore", name], &[name, words]);
    }
    assert!(fs::read(folder.path("hoglet.db")).unwrap() == before);
    assert_eq!(names(&folder, "hoglet.db"), ["hoglet.db"]);
}

#[test]
fn check_names_what_is_wrong() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let done = folder.run(&["check"]);
    assert_eq!((done.code, &*done.stdout), (Some(0), ""), "{done:?}");
    server.stop();
    let database = Connection::open(folder.path("hoglet.db")).unwrap();
    database
        .execute_batch(
            "PRAGMA foreign_keys = OFF;
             UPDATE insight SET created_by = 999 WHERE id = 1;
             UPDATE sharing_configuration SET parent_id = '998' WHERE number = 1;
             UPDATE property_definition SET is_seen = 1 - is_seen WHERE number = 1 AND type = 1;
             DROP INDEX insight_by_name;",
        )
        .unwrap();
    drop(database);
    let done = folder.run(&["check"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    for words in [
        "insight 1 refers to a missing user",
        "share 1 belongs to",
        "998, which does not exist",
        "property $browser of project 1 is not marked as seen on events, but is on some",
        "index insight_by_name is missing",
    ] {
        assert!(
            done.stdout.contains(words),
            "no {words:?} in {}",
            done.stdout
        );
    }
    assert_eq!(done.stderr.lines().count(), 1);
    assert!(done.stderr.contains("4 problems"), "{}", done.stderr);
}

#[test]
fn compacting_gives_room_back_beside_a_server() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let database = Connection::open(folder.path("hoglet.db")).unwrap();
    database
        .execute_batch(
            "CREATE TABLE filler (bytes BLOB); INSERT INTO filler VALUES (zeroblob(3000000)); DROP TABLE filler;",
        )
        .unwrap();
    drop(database);
    let length = || fs::metadata(folder.path("hoglet.db")).unwrap().len();
    folder.ok(&["compact"]);
    assert!(length() < 2_000_000, "{}", length());
    assert_eq!(server.get("phx_demo", DEFINITIONS).0, 200);
    create(&server, "after");
    server.stop();
    folder.ok(&["check"]);
}

#[test]
fn a_server_writes_backups_by_itself_and_keeps_the_latest() {
    let folder = Folder::new();
    let options = [
        "--auto-backup",
        "copies",
        "--backup-every",
        "1s",
        "--backup-keep",
        "2",
    ];
    let server = folder.serve(&[&["--demo"], &options[..]].concat());
    let files = || {
        let entries = fs::read_dir(folder.path("copies")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    };
    let start = Instant::now();
    let mut seen = std::collections::BTreeSet::new();
    while seen.len() < 4 {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{seen:?} {}",
            server.log()
        );
        let found = files();
        assert!(found.len() <= 3, "{found:?}");
        seen.extend(found);
        thread::sleep(Duration::from_millis(100));
    }
    server.stop();
    let left = files();
    assert_eq!(
        left,
        seen.into_iter()
            .rev()
            .take(2)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
    );
    folder.ok(&["check", "--db", &format!("copies/{}", left[0])]);
    let mode = fs::metadata(folder.path("copies")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o700);
    folder.write("file", "");
    folder.fails(
        &["serve", "--listen", "127.0.0.1:0", "--auto-backup", "file"],
        &["--auto-backup file"],
    );
}

#[test]
fn a_replaced_or_deleted_database_is_not_backed_up_in_place_of_the_right_one() {
    let folder = Folder::new();
    folder.serve(&["--demo", "--db", "other.db"]).stop();
    let options = ["--auto-backup", "copies", "--backup-every", "1s"];
    let keep = ["--backup-keep", "2"];
    let server = folder.serve(&[&["--demo"], &options[..], &keep].concat());
    let copies = || {
        let entries = fs::read_dir(folder.path("copies")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort();
        names
    };
    server.wait_for_log("backup written to");
    fs::rename(folder.path("hoglet.db"), folder.path("kept.db")).unwrap();
    fs::rename(folder.path("other.db"), folder.path("hoglet.db")).unwrap();
    let failure = "ERROR hoglet::cli::upkeep: no backup was written: ";
    let gone = "hoglet.db was deleted or replaced; put it back, or start again";
    server.wait_for_log(failure);
    assert!(server.log().contains(gone), "{}", server.log());
    let before = copies();
    let count = server.log().matches(failure).count();
    let wait_for = |is_over: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !is_over() {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "{}",
                server.log()
            );
            thread::sleep(Duration::from_millis(100));
        }
    };
    wait_for(&|| server.log().matches(failure).count() >= count + 2);
    assert_eq!(copies(), before);
    fs::remove_file(folder.path("hoglet.db")).unwrap();
    wait_for(&|| server.log().matches(failure).count() >= count + 4);
    assert_eq!(copies(), before);
    // Back under its name, it is backed up again.
    fs::rename(folder.path("kept.db"), folder.path("hoglet.db")).unwrap();
    wait_for(&|| copies() != before);
    server.stop();
}
