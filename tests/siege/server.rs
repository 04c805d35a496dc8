//! The server under attack: a process over a seed of its own, and what the system says of its memory.

use std::{
    env,
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::client::Client;

/// A key that may do everything in project 1.
pub const KEY: &str = "phx_siege";

/// The public token that events are sent with.
pub const TOKEN: &str = "phc_siege";

/// The path of the definition that well-behaved clients read and change.
pub const DEFINITION: &str =
    "/api/projects/1/property_definitions/0195f3a0-0000-0000-8000-000000000001/";

/// The password of every share, before its number.
pub const PASSWORD: &str = "correct-horse";

/// What a server is started with.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Property definitions in the project: one, at least.
    pub definitions: usize,
    /// Shares with a password, `share0` and so on.
    pub shares: usize,
    /// Passwords of each share.
    pub passwords: usize,
    /// More arguments of `hoglet serve`.
    pub arguments: Vec<String>,
    /// The `ulimit` of descriptors, such as `-Sn 1024`.
    pub descriptors: Option<&'static str>,
    /// How long well-behaved clients wait for a response.
    pub patience: Duration,
}

/// A running server; it ends when dropped.
pub struct Server {
    child: Child,
    /// `127.0.0.1:PORT`
    pub address: String,
    /// Whether it was killed because it took too much memory.
    pub stopped: AtomicBool,
    files: TempDir,
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts the binary that `HOGLET_BINARY` names (default: the one of this build) and waits until it listens.
    pub fn start(setup: &Setup) -> Server {
        let binary = env::var_os("HOGLET_BINARY").map(PathBuf::from);
        let binary = binary.unwrap_or_else(|| env!("CARGO_BIN_EXE_hoglet").into());
        let files = tempfile::tempdir().expect("a folder");
        let seed = files.path().join("seed.json");
        fs::write(&seed, seed_file(setup).to_string()).expect("a seed file");
        let limit = setup.descriptors.map(|limit| format!("ulimit {limit} && "));
        let script = limit.unwrap_or_default() + "exec \"$@\"";
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, "sh"])
            .arg(binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--db"])
            .arg(files.path().join("siege.db"))
            .arg("--seed")
            .arg(seed)
            .args(&setup.arguments)
            .stdout(Stdio::piped())
            .stderr(fs::File::create(files.path().join("log")).expect("a log file"));
        for (variable, _) in env::vars() {
            if variable.starts_with("HOGLET_") {
                command.env_remove(variable);
            }
        }
        let mut child = command.spawn().expect("the server starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("its first line");
        let address = line.trim().strip_prefix("listening on http://");
        let log = || fs::read_to_string(files.path().join("log")).unwrap_or_default();
        let address = address
            .unwrap_or_else(|| panic!("the server did not start: {line} {}", log()))
            .to_owned();
        Server {
            child,
            address,
            stopped: AtomicBool::new(false),
            files,
            _stdout: stdout,
        }
    }

    /// A client of it.
    pub fn client(&self) -> Client {
        Client::new(&self.address)
    }

    /// What it has written to standard error.
    pub fn log(&self) -> String {
        fs::read_to_string(self.files.path().join("log")).unwrap_or_default()
    }

    /// The most memory that was resident at any time, in bytes.
    pub fn peak(&self) -> u64 {
        self.status("VmHWM:") << 10
    }

    /// The memory that is resident now, in bytes.
    pub fn resident(&self) -> u64 {
        self.status("VmRSS:") << 10
    }

    /// Its threads.
    pub fn threads(&self) -> u64 {
        self.status("Threads:")
    }

    /// Its open descriptors.
    pub fn descriptors(&self) -> u64 {
        let folder = fs::read_dir(format!("/proc/{}/fd", self.child.id()));
        folder.map_or(0, |entries| entries.count() as u64)
    }

    /// Kills it, to protect the machine.
    pub fn stop(&self) {
        if !self.stopped.swap(true, Ordering::Relaxed) {
            let pid = self.child.id().to_string();
            let killed = Command::new("kill").args(["-9", &pid]).status();
            assert!(killed.expect("`kill` runs").success());
        }
    }

    /// Whether the process still runs.
    pub fn is_alive(&self) -> bool {
        fs::read_to_string(format!("/proc/{}/stat", self.child.id()))
            .is_ok_and(|stat| !stat.contains(") Z "))
    }

    /// A line of `/proc/PID/status`; 0 once the process is gone.
    fn status(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok())
            .unwrap_or(0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop((self.child.kill(), self.child.wait())); // it may be gone already
    }
}

fn seed_file(setup: &Setup) -> Value {
    let definition = |number: usize| {
        let mut definition = json!({
            "project": "main", "name": format!("property_{number:05}"), "property_type": "String",
            "description": "One of many, with a description of the usual length", "tags": ["siege"],
        });
        if number == 0 {
            definition["id"] = DEFINITION.rsplit('/').nth(1).into();
        }
        definition
    };
    let insight =
        |number: usize| json!({"ref": format!("i{number}"), "project": "main", "name": "Signups"});
    let share = |number: usize| {
        let password = |index| json!({"password": format!("{PASSWORD}-{index}"), "note": "Siege"});
        let passwords: Vec<_> = (0..setup.passwords).map(password).collect();
        json!({
            "project": "main", "insight": format!("i{number}"), "access_token": share_token(number),
            "password_required": true, "passwords": passwords,
        })
    };
    json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 1, "api_token": TOKEN}],
        "personal_api_keys": [{"ref": "key", "user": "ada", "scopes": ["*"], "value": KEY}],
        "property_definitions": (0..setup.definitions.max(1)).map(definition).collect::<Vec<_>>(),
        "insights": (0..setup.shares).map(insight).collect::<Vec<_>>(),
        "sharing_configurations": (0..setup.shares).map(share).collect::<Vec<_>>(),
    })
}

/// The access token of share `number`.
pub fn share_token(number: usize) -> String {
    let mut token = String::from("siege");
    write!(token, "{number:025}").expect("writing to a string never fails");
    token
}
