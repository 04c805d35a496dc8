//! A full disk: an error if a command or a server starts on it, recoverable if it fills up later.
//!
//! Each test mounts a small file system of its own, and is skipped where the kernel does not allow that.

use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::Read,
    path::PathBuf,
    process::Command,
};

use serde_json::{Value, json};

use crate::{
    locked::changes,
    noted::noted_reads,
    process::{Folder, Running, finish},
};

const INSIGHTS: &str = "/api/projects/1/insights/";

const WORDS: [&str; 2] = ["full/hoglet.db: the disk is full", "make room"];

/// A folder with a database and an empty folder `full`; `None` if nothing can be mounted on `full`.
fn folder() -> Option<Folder> {
    let folder = Folder::new();
    folder.serve(&["--demo"]).stop();
    fs::create_dir(folder.path("full")).unwrap();
    if finish(within(&folder, "exit 0", &[])).code == Some(0) {
        return Some(folder);
    }
    eprintln!("no right to mount: the full disk is not tried");
    None
}

/// hoglet with `arguments` on a file system of one megabyte at `full`, after the shell has run `first`.
fn within(folder: &Folder, first: &str, arguments: &[&str]) -> Command {
    let script = format!("mount -t tmpfs -o size=1m none full && {first}; exec \"$HOGLET\" \"$@\"");
    folder.program(
        "unshare",
        &[&["-rm", "sh", "-c", &script, "sh"], arguments].concat(),
    )
}

#[test]
fn what_starts_on_a_full_disk_says_so() {
    let Some(folder) = folder() else { return };
    let commands: [&[&str]; 3] = [
        &["keys", "create", "--label", "x", "--scopes", "*"],
        &["projects", "create", "x"],
        &["serve", "--listen", "127.0.0.1:0"],
    ];
    for command in commands {
        let fill = "cp hoglet.db full/ && cat /dev/zero 2>&- > full/filler";
        let command = within(
            &folder,
            fill,
            &[command, &["--db", "full/hoglet.db"]].concat(),
        );
        finish(command).failed(&WORDS);
    }
    // A new database with no space at all, or some but not enough.
    for kilobytes in [0, 8, 40, 120, 200, 300, 400] {
        let room = 1024 - kilobytes;
        let fill = format!("head -c {room}k /dev/zero > full/filler");
        let start = [
            "serve",
            "--demo",
            "--listen",
            "127.0.0.1:0",
            "--db",
            "full/hoglet.db",
        ];
        finish(within(&folder, &fill, &start)).failed(&WORDS);
    }
}

#[test]
fn a_server_that_runs_out_of_room_refuses_changes_keeps_what_it_promised_and_recovers() {
    let Some(folder) = folder() else { return };
    let start = ["serve", "--listen", "127.0.0.1:0", "--db", "full/hoglet.db"];
    let server = folder.start(within(&folder, "cp hoglet.db full/", &start));
    let filler = PathBuf::from(format!("/proc/{}/root", server.id()));
    let filler = filler.join(folder.path("full/filler").strip_prefix("/").unwrap());
    let keys = "/api/projects/1/project_secret_api_keys/";
    let key = server.get("phx_demo", keys).1["results"][0].clone();
    let path = format!("{keys}{}/", key["id"].as_str().unwrap());
    let rename = |label: &str| server.ask("PATCH", "phx_demo", &path, &json!({"label": label}));
    let label = || server.get("phx_demo", &path).1["label"].clone();

    assert_eq!(rename("before").0, 200);
    assert!(
        fs::write(&filler, vec![0; 2 << 20]).is_err(),
        "the file system has a limit"
    );
    let mut kept: Value = "before".into();
    let refused = (0..5000).find_map(|number| {
        let (status, answer) = rename(&number.to_string());
        if status == 200 {
            kept = number.to_string().into();
        }
        (status != 200).then_some((status, answer))
    });
    let (status, answer) = refused.expect("the log has to grow at some time");
    assert_eq!(
        (status, &answer["detail"]),
        (503, &json!("The server's disk is full. Try again later.")),
        "{answer}"
    );
    assert_eq!(label(), kept);
    // The write-ahead log may have a little space left: only larger changes are certain to fail.
    for (method, path, body) in changes() {
        let mut body = body;
        if path == INSIGHTS {
            body["query"] = json!({"kind": "x".repeat(1 << 20)});
            server.refuses(method, path, &body, "disk is full");
        } else {
            let (status, answer) = server.ask(method, "phx_demo", path, &body);
            assert!(
                [200, 204, 503].contains(&status),
                "{path}: {status} {answer}"
            );
        }
    }
    noted_reads(&server);
    assert!(server.log().contains("disk is full"), "{}", server.log());
    fs::remove_file(&filler).unwrap();
    assert_eq!(rename("after").0, 200);
    assert_eq!(label(), "after");
    server.stop();
}

/// hoglet with `arguments` and the database on a file system of four megabytes at `full`, and the path of a file to fill it with.
fn with_room(folder: &Folder, arguments: &[&str]) -> (Running, PathBuf) {
    let mount = "mount -t tmpfs -o size=4m none full && cp hoglet.db full/";
    let script = format!("{mount} && exec \"$HOGLET\" \"$@\"");
    let command = folder.program(
        "unshare",
        &[&["-rm", "sh", "-c", &script, "sh"], arguments].concat(),
    );
    let server = folder.start(command);
    let filler = PathBuf::from(format!("/proc/{}/root", server.id()));
    let filler = filler.join(folder.path("full/filler").strip_prefix("/").unwrap());
    (server, filler)
}

/// Sends a POST with `lines` in its head; returns the whole response.
fn post(server: &Running, path: &str, lines: &str, body: &str) -> String {
    let length = body.len();
    let head =
        format!("POST {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n{lines}");
    let mut response = String::new();
    let mut socket = server.send(&format!("{head}\r\n{body}"));
    socket.read_to_string(&mut response).unwrap();
    response
}

/// Opens a session of the admin page; returns the lines that its requests have.
fn log_in(server: &Running) -> String {
    let json = "Content-Type: application/json\r\n";
    let login = post(server, "/admin/login", json, r#"{"secret":"phx_demo"}"#);
    let cookies = login
        .lines()
        .filter_map(|line| line.strip_prefix("set-cookie: "));
    let cookies: Vec<_> = cookies
        .filter_map(|cookie| cookie.split(';').next())
        .collect();
    let csrf = cookies
        .iter()
        .find_map(|cookie| cookie.strip_prefix("posthog_csrftoken="));
    let csrf = csrf.unwrap_or_else(|| panic!("{login}"));
    format!("Cookie: {}\r\nX-CSRFToken: {csrf}\r\n", cookies.join("; "))
}

#[test]
fn a_restore_that_finds_no_room_changes_nothing() {
    let Some(folder) = folder() else { return };
    let name = "hoglet-20200102T030405Z.db";
    fs::create_dir(folder.path("copies")).unwrap();
    folder.ok(&["backup", &format!("copies/{name}")]);
    let start = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--db",
        "full/hoglet.db",
        "--auto-backup",
        "copies",
    ];
    let (server, filler) = with_room(&folder, &start);
    let create = || {
        server
            .ask("POST", "phx_demo", INSIGHTS, &json!({"name": "New"}))
            .0
    };
    let count = || {
        server.get("phx_demo", INSIGHTS).1["count"]
            .as_u64()
            .unwrap()
    };
    let session = log_in(&server);
    let restore = || {
        post(
            &server,
            &format!("/api/backups/{name}/restore/"),
            &session,
            "",
        )
    };
    let before = count();
    assert_eq!(create(), 201);
    let names = || {
        let entries = fs::read_dir(filler.parent().unwrap()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| name.contains("copy") || name.contains("before"))
            .collect::<Vec<_>>()
    };
    // No room for the copy of the backup, then for it alone, then for what is kept as well, but not for the log.
    assert!(fs::write(&filler, vec![0; 5 << 20]).is_err());
    let file = OpenOptions::new().write(true).open(&filler).unwrap();
    let mut refusals = BTreeSet::new();
    while count() > before {
        assert_eq!((count(), names()), (before + 1, Vec::new()));
        let response = restore();
        if response.contains(" 200 ") {
            break;
        }
        refusals.insert(response[9..12].to_owned());
        assert!(
            response.contains("disk is full") || response.contains("No space left"),
            "{response}"
        );
        let length = file.metadata().unwrap().len();
        file.set_len(length - (64 << 10)).unwrap();
    }
    assert_eq!(refusals, ["400".to_owned(), "503".to_owned()].into());
    assert_eq!((count(), names().len()), (before, 1));
    assert_eq!(create(), 201);
    server.stop();
}

#[test]
fn a_reset_that_finds_no_room_changes_nothing() {
    let Some(folder) = folder() else { return };
    let start = [
        "serve",
        "--lab",
        "--listen",
        "127.0.0.1:0",
        "--db",
        "full/hoglet.db",
    ];
    let (server, filler) = with_room(&folder, &start);
    let post = |path: &str, body: Value| server.ask("POST", "phx_demo", path, &body).0;
    let capture = |name: &str| {
        let event = json!({"api_key": "phc_demo", "event": name, "distinct_id": "d"});
        post("/e/", event)
    };
    let lists = || {
        let paths = ["events/", "insights/?limit=100", "event_definitions/"];
        paths.map(|path| server.get("phx_demo", &format!("/api/projects/1/{path}")).1)
    };
    let count = |list: &Value| list["count"].as_u64().unwrap();
    let start = lists();
    assert_eq!(
        (post(INSIGHTS, json!({"name": "New"})), capture("new")),
        (201, 200)
    );
    let changed = lists();
    assert!((0..3).all(|list| count(&changed[list]) == count(&start[list]) + 1));
    assert!(fs::write(&filler, vec![0; 5 << 20]).is_err());
    for _ in 0..2 {
        server.refuses("POST", "/_lab/reset", &json!({}), "disk is full");
        assert_eq!(lists(), changed);
    }
    assert_eq!(capture("new"), 200);
    assert_eq!(count(&lists()[0]), count(&changed[0]) + 1);
    fs::remove_file(&filler).unwrap();
    for _ in 0..2 {
        assert_eq!(
            (post(INSIGHTS, json!({"name": "New"})), capture("new")),
            (201, 200)
        );
        assert_eq!(post("/_lab/reset", json!({})), 204);
        assert_eq!(lists(), start);
    }
    server.stop();
}

/// Without a handler, the signal that `ulimit -f` sends ends the process.
#[test]
fn a_limit_of_file_sizes_is_a_full_disk_and_not_the_end() {
    let folder = Folder::new();
    folder.serve(&["--demo"]).stop();
    let blocks = fs::metadata(folder.path("hoglet.db")).unwrap().len() / 512 + 200;
    let start = format!("ulimit -f {blocks}; exec \"$HOGLET\" serve --listen 127.0.0.1:0");
    let server = folder.start(folder.program("sh", &["-c", &start]));
    let create = |number: usize| {
        let insight = json!({"name": number.to_string(), "query": {"kind": "x".repeat(10_000)}});
        server.ask("POST", "phx_demo", INSIGHTS, &insight).0
    };
    let statuses: Vec<_> = (0..100).map(create).collect();
    let made = statuses.iter().filter(|status| **status == 201).count();
    assert!(
        statuses.iter().all(|status| [201, 503].contains(status)),
        "{statuses:?}"
    );
    assert!(0 < made && made < 100, "{statuses:?}");
    noted_reads(&server);
    server.wait_for_log("changes are refused: the disk cannot be written");
    server.stop();
    let again = folder.serve(&[]);
    let listed = again.get("phx_demo", &format!("{INSIGHTS}?limit=1"));
    assert_eq!(listed.1["count"], 6 + made);
    again.stop();

    let start = "ulimit -f 8; exec \"$HOGLET\" seed empty.json --db new.db";
    folder.write("empty.json", "{}");
    finish(folder.program("sh", &["-c", start])).failed(&["new.db", "ulimit -f"]);
}
