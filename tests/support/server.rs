//! A server for tests of the API.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{Answer, Ask, Process, hoglet};

/// A running hoglet with its own database; both are removed when it is dropped.
pub struct Server {
    process: Process,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    arguments: Vec<String>,
    files: TempDir,
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

    /// A server with the data of `--demo`.
    pub fn demo(arguments: &[&str]) -> Server {
        let demo = ["--demo".to_owned()];
        let given = arguments.iter().map(|&argument| argument.to_owned());
        Server::launched(&Vec::from_iter(demo.into_iter().chain(given)), &[])
    }

    fn seeded_from(seed: &Path, arguments: &[&str]) -> Server {
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.into()).collect();
        Server::launched(
            &arguments,
            &["--seed".into(), seed.to_str().unwrap().into()],
        )
    }

    /// A server started with `arguments`, the first time with those of `first` too.
    fn launched(arguments: &[String], first: &[String]) -> Server {
        let files = TempDir::new().unwrap();
        let process = launch(files.path(), &[arguments, first].concat());
        Server {
            url: process.url.clone(),
            process,
            arguments: arguments.to_vec(),
            files,
        }
    }

    /// Ends the process at once, as `kill -9` does.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Ends the process as a supervisor does, and checks that it ends well.
    #[track_caller]
    pub fn stop(self) {
        self.process.stop();
    }

    /// Starts a killed server again, on the same file and an address of its own.
    pub fn restart(&mut self) {
        self.process = launch(self.files.path(), &self.arguments);
        self.url = self.process.url.clone();
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        self.files.path().join("test.db")
    }

    /// What the server has written to standard error.
    pub fn log(&self) -> String {
        self.process.log()
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
        let mut socket = TcpStream::connect(self.process.address()).unwrap();
        socket.write_all(request).unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn launch(files: &Path, arguments: &[String]) -> Process {
    let mut command = hoglet(&["serve", "--listen", "127.0.0.1:0", "--db"]);
    command.arg(files.join("test.db")).args(arguments);
    Process::start(command)
}
