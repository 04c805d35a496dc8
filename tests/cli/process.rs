//! Runs the real binary in a folder of its own, with no `HOGLET_…` variable but those that a test sets.

use std::{
    fs,
    io::Write,
    net::TcpStream,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

pub use crate::harness::Process as Running;
use crate::harness::{Ask, hoglet, print_secrets, without_settings};

/// Part of the text of a 503 for a database that is locked, or too busy.
pub const BUSY: &str = "couldn't reach the database";

/// An empty working directory.
pub struct Folder(TempDir);

/// What a command that ended left behind.
#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    pub fn new() -> Folder {
        Folder(TempDir::new().unwrap())
    }

    /// The path of `name` in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Puts a file into it.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The names of all in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// hoglet with `arguments`, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = hoglet(arguments);
        command.current_dir(self.0.path());
        command
    }

    /// Any program in this folder; `$HOGLET` is ours.
    pub fn program(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(name);
        command.args(arguments).current_dir(self.0.path());
        without_settings(&mut command);
        command.env("HOGLET", env!("CARGO_BIN_EXE_hoglet"));
        print_secrets(&mut command);
        command
    }

    /// Runs hoglet until it ends.
    pub fn run(&self, arguments: &[&str]) -> Done {
        finish(self.command(arguments))
    }

    /// The same; it has to succeed. Returns standard output.
    #[track_caller]
    pub fn ok(&self, arguments: &[&str]) -> String {
        let done = self.run(arguments);
        assert_eq!(done.code, Some(0), "{done:?}");
        done.stdout
    }

    /// The same; it has to fail with code 1, nothing on standard output, and one line that holds each of `words`.
    #[track_caller]
    pub fn fails(&self, arguments: &[&str], words: &[&str]) {
        self.run(arguments).failed(words);
    }

    /// Starts a server on any free port; `arguments` come after `serve --listen 127.0.0.1:0`.
    pub fn serve(&self, arguments: &[&str]) -> Running {
        let start = ["serve", "--listen", "127.0.0.1:0"];
        self.start(self.command(&[&start, arguments].concat()))
    }

    /// Starts `command`, which has to say where it listens.
    pub fn start(&self, command: Command) -> Running {
        Running::start(command)
    }
}

/// Runs `command` until it ends.
pub fn finish(mut command: Command) -> Done {
    let output = command.stdin(Stdio::null()).output().unwrap();
    Done {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Done {
    /// Checks that it failed: code 1, nothing on standard output, one line that holds each of `words`.
    #[track_caller]
    pub fn failed(&self, words: &[&str]) {
        assert_eq!((self.code, &*self.stdout), (Some(1), ""), "{self:?}");
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        assert!(self.stderr.starts_with("hoglet: "), "{}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "no {word:?} in {}", self.stderr);
        }
    }
}

impl Running {
    /// GET with `key`: status and body.
    pub fn get(&self, key: &str, path: &str) -> (u16, Value) {
        self.ask("GET", key, path, &Value::Null)
    }

    /// Any request with `key` and a JSON body, left out when null: status and body of the answer.
    pub fn ask(&self, method: &str, key: &str, path: &str, body: &Value) -> (u16, Value) {
        let ask = Ask::new(method, format!("{}{path}", self.url)).key(key);
        let answer = match body {
            Value::Null => ask.send(),
            body => ask.json(body.clone()).send(),
        };
        (answer.status, answer.body)
    }

    /// Checks that a change is refused for now: 503 with the envelope and a `Retry-After`, in which `words` stand.
    #[track_caller]
    pub fn refuses(&self, method: &str, path: &str, body: &Value, words: &str) {
        let ask = Ask::new(method, format!("{}{path}", self.url)).key("phx_demo");
        let answer = ask.json(body.clone()).send();
        let detail = answer.body["detail"].as_str().unwrap_or_default();
        assert!(
            detail.contains(words),
            "{path}: {} {}",
            answer.status,
            answer.text
        );
        let envelope = json!({"type": "server_error", "code": "database_unavailable", "detail": detail, "attr": null});
        assert_eq!((answer.status, &answer.body), (503, &envelope), "{path}");
        let retry_after = answer.header("retry-after").parse().unwrap_or(0);
        assert!(retry_after > 0, "{path} says when to come again");
        assert_eq!(retry_after == 1, words == BUSY, "{path}: {retry_after}");
    }

    /// Waits until `words` are in its log.
    #[track_caller]
    pub fn wait_for_log(&self, words: &str) {
        let start = Instant::now();
        while !self.log().contains(words) {
            assert!(start.elapsed() < Duration::from_secs(60), "{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A connection with `bytes` on it.
    pub fn send(&self, bytes: &str) -> TcpStream {
        let mut socket = TcpStream::connect(self.address()).unwrap();
        socket.write_all(bytes.as_bytes()).unwrap();
        socket
    }
}
