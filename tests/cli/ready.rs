//! What a program that starts a server needs: when it is ready, what to use it with, and that it ends by itself.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    harness::Ask,
    process::{Folder, finish},
};

/// A server whose first line is JSON; killed when dropped.
struct Ready {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stdin: Option<ChildStdin>,
    /// The line.
    line: Value,
}

impl Ready {
    /// Starts `serve --ready-json` with more `arguments`.
    #[track_caller]
    fn start(folder: &Folder, arguments: &[&str]) -> Ready {
        let start = ["serve", "--ready-json", "--listen", "127.0.0.1:0"];
        let mut command = folder.command(&[&start, arguments].concat());
        let log = fs::File::create(folder.path("log")).unwrap();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let log = fs::read_to_string(folder.path("log")).unwrap();
        Ready {
            line: serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line:?} {log}")),
            stdin: child.stdin.take(),
            stdout,
            child,
        }
    }

    fn text(&self, field: &str) -> &str {
        self.line[field]
            .as_str()
            .unwrap_or_else(|| panic!("{field}: {}", self.line))
    }

    /// The status of GET with the key in `field`.
    fn get(&self, field: &str, path: &str) -> u16 {
        let ask = Ask::new("GET", format!("{}{path}", self.text("url")));
        ask.key(self.text(field)).send().status
    }

    fn stop(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
    }

    /// Waits for its end, which has to be a success, and returns how long that took.
    #[track_caller]
    fn end(mut self) -> Duration {
        let start = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < Duration::from_secs(30), "it goes on");
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
        start.elapsed()
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        drop((self.child.kill(), self.child.wait()));
    }
}

#[test]
fn one_line_of_json_says_all_that_a_program_needs() {
    for arguments in [&["--ephemeral"][..], &["--ephemeral", "--demo"], &[]] {
        let folder = Folder::new();
        let server = Ready::start(&folder, arguments);
        let fields: Vec<_> = server.line.as_object().unwrap().keys().collect();
        let expected = [
            "url",
            "pid",
            "project_id",
            "project_token",
            "personal_api_key",
            "project_secret_api_key",
            "admin_link",
        ];
        assert_eq!(fields, expected);
        assert_eq!(server.line["pid"], server.child.id());
        let project = format!("/api/projects/{}/", server.line["project_id"]);
        assert_eq!(server.get("personal_api_key", &project), 200);
        let definitions = format!("/flags/definitions?token={}", server.text("project_token"));
        assert_eq!(server.get("project_secret_api_key", &definitions), 200);
        let link = Ask::new("GET", server.text("admin_link").into()).send();
        assert!(link.status < 400, "{}", link.text);
        server.stop();
        server.end();
    }
}

#[test]
fn a_second_start_hands_out_no_keys() {
    let folder = Folder::new();
    let first = Ready::start(&folder, &[]);
    let token = first.text("project_token").to_owned();
    let key = first.text("personal_api_key").to_owned();
    first.stop();
    first.end();
    let again = Ready::start(&folder, &[]);
    assert_eq!(again.text("project_token"), token);
    assert_eq!(again.line["project_id"], 1);
    assert_eq!(again.line["personal_api_key"], json!(null));
    assert_eq!(again.line["project_secret_api_key"], json!(null));
    let url = format!(
        "{}/api/projects/1/project_secret_api_keys/",
        again.text("url")
    );
    let keys = Ask::new("GET", url).key(&key).send().ok(200);
    assert_eq!(keys["count"], 1, "{keys}");
}

#[test]
fn without_the_option_no_key_is_created() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo"]);
    let (_, keys) = server.get("phx_demo", "/api/projects/1/project_secret_api_keys/");
    assert_eq!(keys["count"], 2, "{keys}");
}

#[test]
fn a_file_holds_the_port_while_the_server_is_ready() {
    let folder = Folder::new();
    folder.write("port", "1\n"); // of a server that was killed
    let server = Ready::start(&folder, &["--ephemeral", "--port-file", "port"]);
    let port = fs::read_to_string(folder.path("port")).unwrap();
    assert_eq!(
        format!("http://127.0.0.1:{port}"),
        format!("{}\n", server.text("url"))
    );
    let mode = fs::metadata(folder.path("port"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o444, 0o444, "others may read it: {mode:o}");
    server.stop();
    server.end();
    assert_eq!(folder.names(), ["log"]);
    // It is deleted before anything can fail, and named if it cannot be written.
    folder.write("port", "1\n");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    folder.fails(
        &["--ephemeral", "--listen", &address, "--port-file", "port"],
        &["is in use"],
    );
    assert_eq!(folder.names(), ["log"]);
    let start = ["--ephemeral", "--listen", "127.0.0.1:0", "--print-secrets"];
    let done = folder.run(&[&start[..], &["--port-file", "none/port"]].concat());
    let words = "hoglet: --port-file none/port cannot be written: No such file";
    assert_eq!((done.code, &*done.stdout), (Some(1), ""));
    assert!(done.stderr.contains(words), "{done:?}");
}

#[test]
fn a_server_ends_with_its_standard_input_if_it_is_asked_to() {
    let folder = Folder::new();
    let mut server = Ready::start(&folder, &["--exit-with-parent", "--db", "a.db"]);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(server.get("personal_api_key", "/api/users/@me/"), 200);
    drop(server.stdin.take());
    server.end();
    assert!(
        !folder.names().contains(&"a.db-wal".to_owned()),
        "it is closed"
    );
    // Otherwise it does not read it.
    let mut server = Ready::start(&folder, &["--ephemeral"]);
    drop(server.stdin.take());
    thread::sleep(Duration::from_millis(300));
    assert_eq!(server.get("personal_api_key", "/api/users/@me/"), 200);
}

#[test]
fn a_server_without_requests_ends_after_its_idle_timeout() {
    let folder = Folder::new();
    let server = Ready::start(&folder, &["--ephemeral", "--idle-timeout", "2s"]);
    // Each request starts the time anew; health checks do not.
    for _ in 0..5 {
        thread::sleep(Duration::from_millis(700));
        assert_eq!(server.get("personal_api_key", "/api/users/@me/"), 200);
    }
    let health = format!("{}/_health", server.text("url"));
    let probing = thread::spawn(move || {
        while Ask::new("GET", health.clone()).try_send().is_ok() {
            thread::sleep(Duration::from_millis(100));
        }
    });
    let time = server.end();
    assert!(time >= Duration::from_millis(1500), "{time:?}");
    probing.join().unwrap();
}

#[test]
fn a_request_under_way_keeps_a_server_from_being_idle() {
    let folder = Folder::new();
    let server = folder.serve(&["--demo", "--ephemeral", "--idle-timeout", "1s"]);
    let head = format!(
        "POST /capture/ HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{",
        server.address()
    );
    let mut request = server.send(&head);
    thread::sleep(Duration::from_millis(2500));
    std::io::Write::write_all(&mut request, b"}").unwrap();
    let mut answer = [0; 12];
    request.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 400");
    let (status, ..) = server.end(Duration::from_secs(20));
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_time_has_a_unit() {
    let folder = Folder::new();
    for wrong in ["10", "m", "0s", "10 m", "1d", "-1s", "9999999h", ""] {
        let done = finish(folder.command(&["--ephemeral", "--idle-timeout", wrong]));
        assert_eq!(done.code, Some(2), "{wrong}: {done:?}");
    }
}
