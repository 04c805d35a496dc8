//! Hoglet on a faulty disk: both ends of it.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio},
    thread,
};

use faulty_disk::Fault;
use serde_json::json;
use tempfile::TempDir;

use super::clients::{KEY, TOKEN, definition_id};

/// The server's end: hoglet as `arguments` say, with a thread that obeys the lines on standard input.
pub fn serve() -> ExitCode {
    faulty_disk::install();
    thread::spawn(|| {
        for line in io::stdin().lines().map_while(Result::ok) {
            println!("{}", obey(&line));
        }
    });
    hoglet::cli::run()
}

/// `break FAULT SKIP TIMES`, or `heal`, which returns how many calls failed.
fn obey(line: &str) -> String {
    let words: Vec<_> = line.split(' ').collect();
    let [_, fault, skip, times] = words[..] else {
        return faulty_disk::heal().to_string();
    };
    let fault = match fault {
        "read" => Fault::Read,
        "write" => Fault::Write,
        "short-write" => Fault::ShortWrite,
        "full" => Fault::Full,
        "sync" => Fault::Sync,
        _ => panic!("no fault is called {fault}"),
    };
    let number = |text: &str| text.parse().expect("a number");
    faulty_disk::break_after(fault, number(skip), number(times));
    "broken".into()
}

/// The test's end: a running server, killed when dropped.
pub struct Faulty {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    files: TempDir,
}

impl Faulty {
    /// Starts one over a project with a definition for each writer.
    pub fn start() -> Faulty {
        let files = TempDir::new().expect("a folder");
        let definition = |writer: usize| json!({"project": "main", "name": format!("own {writer}"), "id": definition_id(writer), "description": "first"});
        let seed = json!({
            "users": [{"ref": "ada", "email": "ada@example.com"}],
            "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
            "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 1, "api_token": TOKEN}],
            "personal_api_keys": [{"ref": "K", "user": "ada", "scopes": ["*"], "value": KEY}],
            "property_definitions": (0..super::WRITERS).map(definition).collect::<Vec<_>>(),
        });
        fs::write(files.path().join("seed.json"), seed.to_string()).expect("a seed file");
        let (child, stdin, stdout, url) = launch(&files);
        Faulty {
            child,
            stdin,
            stdout,
            url,
            files,
        }
    }

    /// Sends a line and returns the one that it is answered with.
    pub fn tell(&mut self, line: &str) -> String {
        writeln!(self.stdin, "{line}").expect("the server reads");
        let mut answer = String::new();
        self.stdout.read_line(&mut answer).expect("it answers");
        answer.trim().to_owned()
    }

    /// Ends it as `kill -9` does and starts it on the same file.
    pub fn kill_and_restart(&mut self) {
        drop((self.child.kill(), self.child.wait()));
        (self.child, self.stdin, self.stdout, self.url) = launch(&self.files);
    }

    /// SQLite finds no fault with the file. It is read through a connection of this process, whose disk works.
    pub fn is_sound(&self) {
        let path = self.files.path().join("faults.db");
        let database = rusqlite::Connection::open(path).expect("the database opens");
        let verdict: String = database
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .expect("a verdict");
        assert_eq!(verdict, "ok");
    }

    /// What it has written to standard error since it was started first.
    pub fn log(&self) -> String {
        fs::read_to_string(self.files.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        drop((self.child.kill(), self.child.wait()));
    }
}

fn launch(files: &TempDir) -> (Child, ChildStdin, BufReader<ChildStdout>, String) {
    let log = files.path().join("log");
    let log_file = fs::File::options().create(true).append(true).open(&log);
    let mut command = Command::new(env::current_exe().expect("this program's path"));
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--db"])
        .arg(files.path().join("faults.db"))
        .arg("--seed")
        .arg(files.path().join("seed.json"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log_file.expect("a log file"));
    for (variable, _) in env::vars() {
        if variable.starts_with("HOGLET_") {
            command.env_remove(variable);
        }
    }
    let mut child = command.spawn().expect("the server starts");
    let stdin = child.stdin.take().expect("a pipe");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("its first line");
    let url = line.trim().strip_prefix("listening on ");
    let said = || fs::read_to_string(&log).unwrap_or_default();
    let url = url.unwrap_or_else(|| panic!("the server did not start: {line} {}", said()));
    (child, stdin, stdout, url.to_owned())
}
