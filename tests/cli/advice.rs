//! Failures say what to do, in one line, and leave nothing behind.

use std::fs;

use rusqlite::Connection;

use crate::process::Folder;

#[test]
fn a_path_that_cannot_be_written_is_explained() {
    let folder = Folder::new();
    folder.serve(&["--demo"]).stop();
    let before = folder.names();
    let missing = "its directory does not exist; create that first";
    for (command, advice) in [
        (&["backup", "nowhere/b.db"][..], missing),
        (&["export", "nowhere/all.jsonl"], missing),
        (
            &["share", "export", "demo-overview", "-o", "nowhere/p.html"],
            "check its directory",
        ),
        (&["man", "nowhere"], "name a directory that exists"),
    ] {
        let path = command.iter().find(|word| word.starts_with("nowhere"));
        folder.fails(command, &[path.unwrap(), "cannot be written", advice]);
        let done = folder.run(command);
        assert!(!done.stderr.contains(".hoglet-"), "{done:?}");
    }
    assert_eq!(folder.names(), before);
}

#[test]
fn what_is_no_backup_is_explained_as_one() {
    let folder = Folder::new();
    folder.serve(&["--demo"]).stop();
    folder.write(
        "text.db",
        "no database at all, but long enough for its head".repeat(100),
    );
    let other = Connection::open(folder.path("other.db")).unwrap();
    other.execute_batch("CREATE TABLE t (x)").unwrap();
    drop(other);
    let whole = fs::read(folder.path("hoglet.db")).unwrap();
    folder.write("cut.db", &whole[..whole.len() / 2]);
    let before = folder.names();
    for (file, why) in [
        ("nowhere.db", "does not exist"),
        ("text.db", "is not a database"),
        ("other.db", "is another program's database"),
        ("cut.db", "is damaged"),
        (".", "is a folder"),
        ("hoglet.db", "is the database itself"),
        ("./hoglet.db", "is the database itself"),
    ] {
        folder.fails(&["restore", file], &[why, "name a backup"]);
        let done = folder.run(&["restore", file]);
        assert!(!done.stderr.contains("--db"), "{done:?}");
    }
    assert_eq!(folder.names(), before);
}

#[test]
fn a_health_check_says_how_to_name_the_server() {
    let folder = Folder::new();
    for address in ["localhost", "127.0.0.1", "127.0.0.1:80000"] {
        folder.fails(
            &["healthcheck", "--listen", address],
            &[address, "write HOST:PORT, such as 127.0.0.1:8010"],
        );
    }
    folder.fails(
        &["healthcheck", "--listen", "127.0.0.1:1"],
        &[
            "no server answers at 127.0.0.1:1",
            "start it, or name its address with --listen",
        ],
    );
}

#[test]
fn a_command_that_upgrades_a_database_says_so() {
    let folder = Folder::new();
    let database = Connection::open(folder.path("hoglet.db")).unwrap();
    database
        .execute_batch(include_str!("../upgrades/3.sql"))
        .unwrap();
    drop(database);
    let done = folder.run(&["keys", "list"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.stdout.starts_with("ID "), "{done:?}");
    let kept = folder
        .names()
        .into_iter()
        .find(|name| name.contains("before-v"));
    let kept = kept.expect("a copy");
    for line in [
        format!("hoglet.db is of version 3: copying it to {kept} before the upgrade\n"),
        format!("hoglet.db: upgraded; {kept} is as it was before, delete it when all is well\n"),
    ] {
        assert!(done.stderr.contains(&line), "{done:?}");
    }
    let done = folder.run(&["keys", "list"]);
    assert_eq!((done.code, &*done.stderr), (Some(0), ""), "{done:?}");
    assert!(fs::metadata(folder.path(&kept)).is_ok());
}
