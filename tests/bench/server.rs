//! Processes under load: hoglet, and the bare server, which is this program called again.

use std::{
    env, fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness;

/// A running server; it ends when dropped.
pub struct Process {
    process: harness::Process,
    pub address: String,
    /// From the start of the process to its first response.
    pub started: Duration,
    /// The path of one property definition.
    pub definition: String,
    _files: Option<TempDir>,
}

impl Process {
    /// Hoglet over a hundred definitions, one of them with a fixed id, and one insight.
    pub fn hoglet() -> Process {
        let files = tempfile::tempdir().expect("a folder");
        let seed = files.path().join("seed.json");
        fs::write(&seed, seed_file().to_string()).expect("a seed file");
        let mut command = hoglet(&files);
        command.arg("--seed").arg(seed);
        Process::start(command, Some(files))
    }

    /// Hoglet in lab mode with the data of `--demo`, as `exec` starts it.
    pub fn lab() -> Process {
        let files = tempfile::tempdir().expect("a folder");
        let mut command = hoglet(&files);
        command.args(["--demo", "--lab", "--ephemeral"]);
        Process::start(command, Some(files))
    }

    /// Hoglet as it starts the very first time.
    pub fn hoglet_on_new_file() -> Process {
        let files = tempfile::tempdir().expect("a folder");
        Process::start(hoglet(&files), Some(files))
    }

    /// Hoglet on a new file at `path`, with the data of [`hoglet`](Self::hoglet).
    pub fn hoglet_filled(path: &Path) -> Process {
        let files = tempfile::tempdir().expect("a folder");
        let seed = files.path().join("seed.json");
        fs::write(&seed, seed_file().to_string()).expect("a seed file");
        let mut command = hoglet_at(path);
        command.arg("--seed").arg(seed);
        Process::start(command, Some(files))
    }

    /// Hoglet on a new file of its own, filled as in [`hoglet`](Self::hoglet).
    pub fn hoglet_seeded(path: &Path) -> Process {
        let files = tempfile::tempdir().expect("a folder");
        let seed = files.path().join("seed.json");
        fs::write(&seed, accounts().to_string()).expect("a seed file");
        let mut command = hoglet_at(path);
        command.arg("--seed").arg(seed);
        Process::start(command, Some(files))
    }

    /// Hoglet on a file that is there.
    pub fn hoglet_on(path: &Path) -> Process {
        Process::start(hoglet_at(path), None)
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The bare server with bodies of `size` bytes; `hops`: after one hop to the thread pool.
    pub fn bare(size: usize, hops: bool) -> Process {
        let mut command = Command::new(env::current_exe().expect("this program's path"));
        command.args(["--bare", &size.to_string()]);
        if hops {
            command.arg("--hop");
        }
        Process::start(command, None)
    }

    /// The bare server that makes the statements of a change in the database at `path`.
    pub fn bare_with(path: &Path) -> Process {
        let mut command = Command::new(env::current_exe().expect("this program's path"));
        command.arg("--raw").arg(path);
        Process::start(command, None)
    }

    /// The memory that is resident, in MiB.
    pub fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kibibytes.expect("a line").parse::<f64>().expect("a number") / 1024.0
    }

    fn start(command: Command, files: Option<TempDir>) -> Process {
        let begun = Instant::now();
        let process = harness::Process::start(command);
        let address = process.address().to_owned();
        first_response(&address);
        let definition = format!("/api/projects/1/property_definitions/{DEFINITION}/");
        Process {
            process,
            address,
            started: begun.elapsed(),
            definition,
            _files: files,
        }
    }
}

/// The id of one property definition.
pub const DEFINITION: &str = "0195f3a0-0000-0000-8000-000000000001";

fn hoglet(files: &TempDir) -> Command {
    hoglet_at(&files.path().join("bench.db"))
}

fn hoglet_at(path: &Path) -> Command {
    let mut command = harness::hoglet(&["serve", "--listen", "127.0.0.1:0", "--db"]);
    command.arg(path);
    command
}

fn first_response(address: &str) {
    let mut socket = TcpStream::connect(address).expect("the server listens");
    let request = b"GET /_health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    socket.write_all(request).expect("the server reads");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn seed_file() -> Value {
    let definition = |number: usize| {
        let mut definition = json!({"project": "main", "name": format!("property_{number:03}"), "property_type": "String",
                                    "description": "One of a hundred", "tags": ["bench"]});
        if number == 0 {
            definition["id"] = DEFINITION.into();
        }
        definition
    };
    let mut file = accounts();
    file["insights"] = json!([{"ref": "insight", "project": "main", "id": 1, "name": "Signups"}]);
    file["sharing_configurations"] = json!([{"project": "main", "insight": "insight"}]);
    file["property_definitions"] = (0..100).map(definition).collect();
    file
}

fn accounts() -> Value {
    json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 1, "api_token": "phc_bench"}],
        "personal_api_keys": [{"ref": "key", "user": "ada", "scopes": ["*"], "value": "phx_bench"}],
    })
}
