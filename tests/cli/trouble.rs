//! What can be wrong with the surroundings: one line that says what and what to do, exit code 1; wrong usage is 2.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt, thread};

use crate::process::{Done, Folder, finish};

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// The commands that open the database, each of which has to say the same.
fn all_say(folder: &Folder, words: &[&str]) {
    folder.write("empty.json", "{}");
    folder.fails(&SERVE, words);
    for command in [
        &["keys", "list"][..],
        &["projects", "create", "x"],
        &["seed", "empty.json"],
        &["export", "out.jsonl"],
        &["backup", "out.db"],
        &["compact"],
        &["check"],
    ] {
        folder.fails(command, words);
        let done = folder.run(command);
        assert!(!done.stderr.contains("SQLite"), "{done:?}");
    }
    let made = |name: &String| name.starts_with("out");
    assert!(!folder.names().iter().any(made), "{:?}", folder.names());
}

/// A folder with a database that holds the demonstration data.
fn filled() -> Folder {
    let folder = Folder::new();
    folder.serve(&["--demo"]).stop();
    folder
}

#[test]
fn a_port_in_use() {
    let folder = Folder::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    folder.fails(
        &["serve", "--listen", &address],
        &[&address, "in use", "--listen"],
    );
    folder.fails(&["serve", "--listen", "nowhere"], &["nowhere", "HOST:PORT"]);
    folder.fails(
        &["serve", "--listen", "192.0.2.1:8010"],
        &["192.0.2.1:8010", "--listen"],
    );
    folder.fails(
        &["serve", "--log", "hoglet=loud"],
        &["--log hoglet=loud", "such as info, or hoglet=debug"],
    );
    assert_eq!(
        folder.names(),
        [""; 0],
        "nothing is made by a server that cannot start"
    );
}

#[test]
fn a_file_that_is_no_database() {
    let folder = Folder::new();
    let text = "Dear diary, today I was taken for a database.\n".repeat(200);
    folder.write("hoglet.db", &text);
    all_say(&folder, &["hoglet.db is not a database", "--db"]);
    assert_eq!(
        fs::read_to_string(folder.path("hoglet.db")).unwrap(),
        text,
        "it is left as it was"
    );
    fs::remove_file(folder.path("hoglet.db")).unwrap();
    fs::create_dir(folder.path("hoglet.db")).unwrap();
    all_say(&folder, &["hoglet.db", "a folder"]);
}

#[test]
fn what_is_no_file_at_all() {
    let folder = Folder::new();
    let made = finish(folder.program("mkfifo", &["hoglet.db"]));
    assert_eq!(made.code, Some(0), "{made:?}");
    all_say(&folder, &["hoglet.db is a pipe", "--db"]);
    folder.fails(
        &[&SERVE[..], &["--db", "/dev/null"]].concat(),
        &["/dev/null is a device", "--db"],
    );
}

#[test]
fn an_empty_database_of_another_program() {
    let folder = Folder::new();
    let other = rusqlite::Connection::open(folder.path("hoglet.db")).unwrap();
    other
        .execute_batch("CREATE TABLE t (a); DROP TABLE t;")
        .unwrap();
    drop(other);
    let before = fs::read(folder.path("hoglet.db")).unwrap();
    all_say(
        &folder,
        &["hoglet.db is another program's database", "--db"],
    );
    let after = fs::read(folder.path("hoglet.db")).unwrap();
    assert!(before == after, "it is left as it was");
}

#[test]
fn a_file_without_anything_in_it_and_one_whose_creation_was_cut_off() {
    let folder = Folder::new();
    folder.write("hoglet.db", "");
    folder.serve(&[]).stop();
    fs::remove_file(folder.path("hoglet.db")).unwrap();
    // What is on disk when the process ends before the tables are.
    let begun = rusqlite::Connection::open(folder.path("hoglet.db")).unwrap();
    let begin = "PRAGMA application_id = 0x686f676c; PRAGMA journal_mode = WAL;";
    begun.execute_batch(begin).unwrap();
    drop(begun);
    folder.serve(&[]).stop();
}

#[test]
fn a_database_that_is_damaged() {
    let folder = filled();
    let whole = fs::read(folder.path("hoglet.db")).unwrap();
    let words = ["hoglet.db is damaged", "restore it"];
    folder.write("hoglet.db", &whole[..whole.len() / 2]);
    all_say(&folder, &words);
    folder.write("hoglet.db", &whole[..3 * 4096 + 1000]);
    all_say(&folder, &words);
    let mut scrambled = whole.clone();
    for byte in &mut scrambled[2 * 4096..6 * 4096] {
        *byte ^= 0x5a;
    }
    folder.write("hoglet.db", &scrambled);
    all_say(&folder, &words);
}

#[test]
fn a_backup_of_what_is_damaged_blames_the_database() {
    let folder = filled();
    let mut file = fs::read(folder.path("hoglet.db")).unwrap();
    // The heads of pages, which a start sees at once, and a copy only when it is read again.
    for page in file.chunks_mut(4096).skip(4).take(20) {
        page[..100].fill(0xff);
    }
    folder.write("hoglet.db", &file);
    let words = ["hoglet.db is damaged; restore it from a copy"];
    folder.fails(&["backup", "copy.db"], &words);
    folder.fails(&["check"], &words);
    assert_eq!(folder.names(), ["hoglet.db"]);
}

#[test]
fn a_file_that_is_no_text() {
    let folder = filled();
    fs::copy(folder.path("hoglet.db"), folder.path("copy.db")).unwrap();
    let apply = [
        "taxonomy",
        "apply",
        "copy.db",
        "--to",
        "http://127.0.0.1:1",
        "--project",
        "1",
    ];
    for command in [
        &["seed", "copy.db"][..],
        &["import", "copy.db"],
        &apply,
        &[&SERVE[..], &["--ephemeral", "--seed", "copy.db"]].concat(),
        &["exec", "--seed", "copy.db", "--", "true"],
    ] {
        folder.fails(
            command,
            &["copy.db is not text in UTF-8; save it as such, or name another file"],
        );
    }
}

#[test]
fn a_database_that_is_not_ours_or_not_of_our_time() {
    let folder = filled();
    let mut file = fs::read(folder.path("hoglet.db")).unwrap();
    file[60..64].copy_from_slice(&999_u32.to_be_bytes()); // user_version, as the file format has it
    folder.write("hoglet.db", &file);
    all_say(
        &folder,
        &[
            "hoglet.db",
            "was written by hoglet",
            "schema 999",
            "upgrade",
        ],
    );
    file[60..64].copy_from_slice(&1_u32.to_be_bytes());
    file[68..72].copy_from_slice(b"GPKG"); // application_id
    folder.write("hoglet.db", &file);
    all_say(&folder, &["hoglet.db", "another program's", "--db"]);
}

#[test]
fn a_database_that_another_program_keeps_to_itself() {
    let folder = filled();
    let other = rusqlite::Connection::open(folder.path("hoglet.db")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let words = ["hoglet.db is locked by another program", "end it"];
    thread::scope(|scope| {
        // Each waits for a while before it gives up.
        scope.spawn(|| folder.fails(&SERVE, &words));
        scope.spawn(|| folder.fails(&["projects", "create", "x"], &words));
    });
    other.execute_batch("ROLLBACK").unwrap();
    folder.ok(&["projects", "create", "x"]);
}

#[test]
fn a_password_file_that_is_of_no_use() {
    let folder = Folder::new();
    let start = |file| [&SERVE[..], &["--admin-password-file", file]].concat();
    let option = "--admin-password-file password";
    folder.fails(
        &start("password"),
        &[option, "cannot be read", "check its path"],
    );
    folder.write("password", "short\nbut the second line is long");
    folder.fails(&start("password"), &[option, "12 characters"]);
    assert_eq!(folder.names(), ["password"]);
}

#[test]
fn a_place_that_cannot_be_written() {
    let folder = Folder::new();
    folder.fails(
        &[&SERVE[..], &["--db", "no/such/hoglet.db"]].concat(),
        &["no/such/hoglet.db", "folder"],
    );
    folder.write("empty.json", "{}");
    folder.fails(
        &["seed", "empty.json", "--db", "no/such/hoglet.db"],
        &["no/such/hoglet.db", "folder"],
    );
    folder.fails(
        &[&SERVE[..], &["--db", "empty.json/hoglet.db"]].concat(),
        &["empty.json/hoglet.db", "folder"],
    );

    let folder = filled();
    let set = |mode: u32, name: &str| {
        fs::set_permissions(folder.path(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    // Not by this process: while it has a file open for writing, a child that another test has just begun has it too, and what is
    // open for writing cannot be run.
    let copied = finish(folder.program("cp", &[env!("CARGO_BIN_EXE_hoglet"), "program"]));
    assert_eq!(copied.code, Some(0), "{copied:?}");
    set(0o444, "hoglet.db");
    set(0o555, "");
    // The superuser may write everywhere: there `nobody` tries.
    let as_other = |arguments: &[&str]| -> Done {
        if finish(folder.program("id", &["-u"])).stdout.trim() != "0" {
            return folder.run(arguments);
        }
        let program = folder.path("program");
        let program = program.to_str().unwrap();
        finish(
            folder.program(
                "setpriv",
                &[
                    &["--reuid=65534", "--regid=65534", "--clear-groups", program],
                    arguments,
                ]
                .concat(),
            ),
        )
    };
    let commands = [
        &SERVE[..],
        &["projects", "create", "x"],
        &["compact"],
        &["check"],
    ];
    for command in commands {
        as_other(command).failed(&["hoglet.db cannot be written", "permissions"]);
    }
    set(0o000, "hoglet.db");
    for command in commands {
        as_other(command).failed(&["hoglet.db cannot be opened; check its permissions"]);
    }
    set(0o755, "");
}

#[test]
fn wrong_usage() {
    let folder = Folder::new();
    let wrong: [&[&str]; 13] = [
        &["srve"],
        &["serve", "--port", "1"],
        &["serve", "--contract", "dead"],
        &["serve", "--durability", "none"],
        &["serve", "--without-feature", "sharing"],
        &["serve", "--rate-limit", "5"],
        &["serve", "--demo", "--seed", "x.json"],
        &["serve", "--site-url", "hog.example"],
        &["serve", "--site-url", "https://hog.example/under"],
        &["serve", "--site-url", "ftp://hog.example"],
        &["keys"],
        &["keys", "create", "--label", "x"],
        &["seed"],
    ];
    for arguments in wrong {
        let done = folder.run(arguments);
        assert_eq!(
            (done.code, &*done.stdout),
            (Some(2), ""),
            "{arguments:?}: {done:?}"
        );
        assert!(
            done.stderr.contains("Usage:") || done.stderr.contains("--help"),
            "{done:?}"
        );
        assert!(!done.stderr.contains("panicked"), "{done:?}");
    }
    assert_eq!(folder.names(), [""; 0]);
}
