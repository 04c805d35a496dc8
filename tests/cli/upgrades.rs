//! A file of an older version: what an upgrade keeps, and what is left when it fails.

use std::{fs, process::Stdio, thread, time::Duration};

use rusqlite::Connection;

use crate::process::{Folder, finish};

const FIRST: &str = include_str!("../upgrades/1.sql");

/// A folder with a database of version 1 that has `entries` in its activity log.
fn old(entries: usize) -> Folder {
    let folder = Folder::new();
    let database = Connection::open(folder.path("hoglet.db")).unwrap();
    database.execute_batch(FIRST).unwrap();
    let rows = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {entries})
         INSERT INTO activity (id, project_id, scope, activity, detail, created_at)
         SELECT 'entry ' || i, 1, 'Insight', 'created', json_object('name', 'n' || i), i FROM n"
    );
    database.execute_batch(&rows).unwrap();
    folder
}

fn version(folder: &Folder, name: &str) -> i64 {
    let database = Connection::open(folder.path(name)).unwrap();
    database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap()
}

/// The names of copies from before an upgrade.
fn copies(folder: &Folder) -> Vec<String> {
    let mut names = folder.names();
    names.retain(|name| name.contains("before-v"));
    names
}

#[test]
fn an_upgrade_keeps_a_copy_of_the_file_as_it_was() {
    let folder = old(10);
    let server = folder.serve(&[]);
    let kept = copies(&folder);
    assert_eq!(kept.len(), 1);
    let log = server.log();
    for words in [
        "is of version 1",
        "upgrading to version 2",
        &kept[0],
        "delete it",
    ] {
        assert!(log.contains(words), "no {words:?} in {log}");
    }
    server.stop();
    assert_eq!(version(&folder, &kept[0]), 1);
    let new = version(&folder, "hoglet.db");
    assert_eq!(kept[0], format!("hoglet.db.before-v{new}"));
    folder.ok(&["check"]);
    let server = folder.serve(&[]);
    assert!(!server.log().contains("upgrad"), "{}", server.log());
    server.stop();
}

#[test]
fn a_copy_of_an_earlier_upgrade_stays() {
    let folder = old(10);
    let upgrade = || {
        let server = folder.serve(&[]);
        let log = server.log();
        server.stop();
        log
    };
    upgrade();
    let first = copies(&folder).remove(0);
    let original = fs::read(folder.path(&first)).unwrap();
    // Restored, the same again; then with something else in it.
    folder.ok(&["restore", &first]);
    let log = upgrade();
    assert_eq!(copies(&folder), [&*first], "{log}");
    assert!(
        log.contains(&format!("{first} is as it was before")),
        "{log}"
    );
    for number in [2, 3] {
        folder.ok(&["restore", &first]);
        let database = Connection::open(folder.path("hoglet.db")).unwrap();
        let change = format!("UPDATE activity SET created_at = {number}");
        database.execute_batch(&change).unwrap();
        drop(database);
        let log = upgrade();
        let next = format!("{first}-{number}");
        assert_eq!(copies(&folder).len(), number, "{log}");
        assert!(
            log.contains(&format!(
                "{first} is of an earlier upgrade and stays: this copy is {next}"
            )),
            "{log}"
        );
        assert!(
            log.contains(&format!("{next} is as it was before")),
            "{log}"
        );
        assert_eq!(version(&folder, &next), 1);
        let database = Connection::open(folder.path(&next)).unwrap();
        let changed = "SELECT min(created_at) FROM activity";
        let changed: u16 = database.query_row(changed, [], |row| row.get(0)).unwrap();
        assert_eq!(usize::from(changed), number);
    }
    assert!(fs::read(folder.path(&first)).unwrap() == original);
}

#[test]
fn a_file_that_is_not_upgraded_yet_is_well() {
    let folder = old(1);
    let done = folder.run(&["check"]);
    assert_eq!((done.code, &*done.stdout), (Some(0), ""), "{done:?}");
    let database = Connection::open(folder.path("hoglet.db")).unwrap();
    let orphan = "
        INSERT INTO sharing_configuration (project_id, parent, parent_id, access_token, created_at)
        VALUES (1, 'insight', '998', 't', 0)";
    database.execute_batch(orphan).unwrap();
    let done = folder.run(&["check"]);
    assert_eq!(
        (done.code, done.stdout.lines().count()),
        (Some(1), 1),
        "{done:?}"
    );
    assert!(
        done.stdout.contains("998, which does not exist"),
        "{done:?}"
    );
}

#[test]
fn an_upgrade_that_is_killed_leaves_the_old_file_or_the_new() {
    for millis in [0, 5, 10, 20, 40, 80, 160] {
        let folder = old(20_000);
        let mut command = folder.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        thread::sleep(Duration::from_millis(millis));
        server.kill().unwrap();
        server.wait().unwrap();
        let database = Connection::open(folder.path("hoglet.db")).unwrap();
        let count = |sql: &str| {
            database
                .query_row(sql, [], |row| row.get::<_, i64>(0))
                .unwrap()
        };
        assert_eq!(count("SELECT count(*) FROM activity"), 20_000);
        drop(database);
        for kept in copies(&folder) {
            assert_eq!(version(&folder, &kept), 1);
        }
        let server = folder.serve(&[]);
        server.stop();
        folder.ok(&["check"]);
        assert_eq!(copies(&folder).len(), 1);
    }
}

#[test]
fn an_upgrade_without_room_changes_nothing() {
    let folder = old(5_000);
    fs::create_dir(folder.path("full")).unwrap();
    // Room for the file, but not for a copy of it; then for the copy, but not for the log of the upgrade.
    for share in ["3 / 2", "9 / 4"] {
        let script = format!(
            "size=$(stat -c %s hoglet.db) && mount -t tmpfs -o size=$((size * {share})) none full && cp hoglet.db full/ &&
             (\"$HOGLET\" serve --listen 127.0.0.1:0 --db full/hoglet.db; echo $? > code) 2> log
             cp full/hoglet.db* ."
        );
        let done = finish(folder.program("unshare", &["-rm", "sh", "-c", &script]));
        if done.stderr.contains("unshare") || done.stderr.contains("mount") {
            eprintln!("no right to mount: the full disk is not tried");
            return;
        }
        let log = fs::read_to_string(folder.path("log")).unwrap();
        assert_eq!(
            fs::read_to_string(folder.path("code")).unwrap(),
            "1\n",
            "{log}"
        );
        assert!(log.contains("full"), "{log}");
        assert_eq!(version(&folder, "hoglet.db"), 1, "{log}");
    }
    let server = folder.serve(&[]);
    server.stop();
    folder.ok(&["check"]);
}

#[test]
fn files_from_before_the_first_release_and_after_this_one_are_refused_by_name() {
    let folder = old(0);
    let database = Connection::open(folder.path("hoglet.db")).unwrap();
    database
        .execute_batch("ALTER TABLE user DROP COLUMN role_at_organization")
        .unwrap();
    drop(database);
    folder.fails(&["keys", "list"], &["before its first release", "--db"]);
    assert_eq!(
        (version(&folder, "hoglet.db"), copies(&folder).len()),
        (1, 0)
    );
    let folder = Folder::new();
    folder.serve(&["--demo"]).stop();
    let database = Connection::open(folder.path("hoglet.db")).unwrap();
    database
        .execute_batch("PRAGMA user_version = 999; UPDATE setting SET value = '9.8.7' WHERE name = 'written_by'")
        .unwrap();
    drop(database);
    folder.fails(
        &["keys", "list"],
        &["hoglet 9.8.7", "999", "upgrade hoglet"],
    );
}
