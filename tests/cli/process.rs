//! Runs the real binary in a folder of its own, with no `HOGLET_…` variable but those that a test sets.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

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
        self.program(env!("CARGO_BIN_EXE_hoglet"), arguments)
    }

    /// Any program in this folder; `$HOGLET` is ours.
    pub fn program(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(name);
        command.args(arguments).current_dir(self.0.path());
        for (variable, _) in std::env::vars() {
            if variable.starts_with("HOGLET_") {
                command.env_remove(variable);
            }
        }
        command.env("HOGLET", env!("CARGO_BIN_EXE_hoglet"));
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
    pub fn start(&self, mut command: Command) -> Running {
        let log = TempDir::new().unwrap();
        let stderr = fs::File::create(log.path().join("stderr")).unwrap();
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ");
        let url = url.unwrap_or_else(|| panic!("{line:?} {}", read(log.path())));
        Running {
            url: url.to_owned(),
            process,
            stdout,
            log,
        }
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

/// A server at work; killed when dropped.
pub struct Running {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    process: Child,
    stdout: BufReader<ChildStdout>,
    log: TempDir,
}

impl Running {
    /// Its address, `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// What it has written to standard error.
    pub fn log(&self) -> String {
        read(self.log.path())
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// GET with `key`: status and body.
    pub fn get(&self, key: &str, path: &str) -> (u16, Value) {
        self.ask("GET", key, path, &Value::Null)
    }

    /// Any request with `key` and a JSON body, left out when null: status and body of the answer.
    pub fn ask(&self, method: &str, key: &str, path: &str, body: &Value) -> (u16, Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {key}"));
        let answer = match body {
            Value::Null => agent.run(request.body(()).unwrap()),
            body => {
                let request = request.header("content-type", "application/json");
                agent.run(request.body(body.to_string()).unwrap())
            }
        };
        let mut answer = answer.unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        (answer.status().as_u16(), body)
    }

    /// A connection with `bytes` on it.
    pub fn send(&self, bytes: &str) -> TcpStream {
        let mut socket = TcpStream::connect(self.address()).unwrap();
        socket.write_all(bytes.as_bytes()).unwrap();
        socket
    }

    /// Sends it a signal, `TERM` or `INT`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.process.id().to_string())
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits at most `limit` for its end. Returns how it ended and what else it wrote to standard output.
    pub fn end(mut self, limit: Duration) -> (ExitStatus, String, String) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < limit, "it goes on: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        };
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        let log = self.log();
        (status, rest, log)
    }

    /// Ends it as a supervisor does, and checks that it ends well.
    #[track_caller]
    pub fn stop(self) {
        self.signal("TERM");
        let (status, rest, log) = self.end(Duration::from_secs(20));
        assert_eq!((status.code(), &*rest), (Some(0), ""), "{log}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read(folder: &Path) -> String {
    fs::read_to_string(folder.join("stderr")).unwrap()
}
