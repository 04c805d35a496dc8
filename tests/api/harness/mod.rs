//! Starts the real binary on a port and a database file of its own, and stops it when dropped.

mod ask;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

pub use ask::{Answer, Ask};

/// A running hoglet.
pub struct Server {
    process: Child,
    _stdout: BufReader<ChildStdout>,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    arguments: Vec<String>,
    files: TempDir, // removed with the server
}

impl Server {
    /// A server over `tests/api/seed.json`, which says who and what there is.
    pub fn start() -> Server {
        Server::with(&[])
    }

    /// The same, started with more arguments.
    pub fn with(arguments: &[&str]) -> Server {
        Server::seeded_from(
            Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/seed.json")),
            arguments,
        )
    }

    /// A server over a seed of the test's own.
    pub fn seeded(seed: &Value, arguments: &[&str]) -> Server {
        let files = TempDir::new().unwrap();
        let path = files.path().join("seed.json");
        fs::write(&path, seed.to_string()).unwrap();
        Server::seeded_from(&path, arguments)
    }

    fn seeded_from(seed: &Path, arguments: &[&str]) -> Server {
        let files = TempDir::new().unwrap();
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.into()).collect();
        let seed = ["--seed".into(), seed.to_str().unwrap().into()];
        let (process, stdout, url) = launch(files.path(), &[&arguments[..], &seed].concat());
        Server {
            process,
            _stdout: stdout,
            url,
            arguments,
            files,
        }
    }

    /// Ends the process at once, as `kill -9` does.
    #[allow(dead_code)] // `tests/durability.rs` does
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts a killed server again, on the same file and an address of its own.
    #[allow(dead_code)] // `tests/durability.rs` does
    pub fn restart(&mut self) {
        (self.process, self._stdout, self.url) = launch(self.files.path(), &self.arguments);
    }

    /// The number of the process.
    #[allow(dead_code)] // the tests of captures do
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.files.path().join("test.db")
    }

    /// What the server has written to standard error.
    pub fn log(&self) -> String {
        fs::read_to_string(self.files.path().join("log")).unwrap()
    }

    /// A request to be sent without a key, unless one is given.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::new(method, format!("{}{path}", self.url))
    }

    /// GET as `phx_ada`, who may do everything in projects 1, 2 and 3.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).key("phx_ada").send()
    }

    /// POST of a JSON body as `phx_ada`.
    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path).key("phx_ada").json(body).send()
    }

    /// PATCH of a JSON body as `phx_ada`.
    pub fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask("PATCH", path).key("phx_ada").json(body).send()
    }

    /// DELETE as `phx_ada`.
    pub fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", path).key("phx_ada").send()
    }

    /// Sends `request` as it stands over a socket and returns all that comes back; it should ask to close.
    pub fn raw(&self, request: &[u8]) -> String {
        let mut socket = TcpStream::connect(self.url.trim_start_matches("http://")).unwrap();
        socket.write_all(request).unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// Starts the binary on the database in `files`. The server says where it listens only once it does: no port to
/// guess, no time to wait.
fn launch(files: &Path, arguments: &[String]) -> (Child, BufReader<ChildStdout>, String) {
    let log = files.join("log");
    let mut process = Command::new(env!("CARGO_BIN_EXE_hoglet"))
        .args(["serve", "--listen", "127.0.0.1:0", "--db"])
        .arg(files.join("test.db"))
        .args(arguments)
        .env_remove("HOGLET_DB")
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening on ");
    let failed = || -> &str {
        panic!(
            "the server did not start: {}",
            fs::read_to_string(&log).unwrap()
        )
    };
    let url = url.unwrap_or_else(failed).to_owned();
    (process, stdout, url)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
