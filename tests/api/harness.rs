//! Starts the real binary on a port and a database file of its own, and stops it when dropped.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::http::HeaderMap;

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
    /// A server over `seed.json` beside this file, which says who and what there is.
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

/// A request on its way.
pub struct Ask {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Ask {
    /// A request to `url` with nothing in it yet.
    pub fn new(method: &str, url: String) -> Ask {
        Ask {
            method: method.into(),
            url,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Shows `key` in the `Authorization` header.
    pub fn key(self, key: &str) -> Ask {
        self.header("authorization", &format!("Bearer {key}"))
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Ask {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// A JSON body.
    pub fn json(self, body: Value) -> Ask {
        self.body("application/json", body.to_string())
    }

    /// A form-encoded body.
    pub fn form(self, body: &str) -> Ask {
        self.body("application/x-www-form-urlencoded", body)
    }

    /// A body of any type; an empty `kind` sends no `Content-Type`.
    pub fn body(mut self, kind: &str, body: impl AsRef<[u8]>) -> Ask {
        self.body = body.as_ref().to_vec();
        if kind.is_empty() {
            self
        } else {
            self.header("content-type", kind)
        }
    }

    /// Sends it and reads the whole answer.
    pub fn send(self) -> Answer {
        self.try_send().unwrap()
    }

    /// The same where no answer may come, as from a server that is killed meanwhile.
    pub fn try_send(self) -> Result<Answer, ureq::Error> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .build()
            .into();
        let bodiless = matches!(&*self.method, "GET" | "DELETE" | "HEAD" | "OPTIONS");
        let mut response = if bodiless && !self.body.is_empty() {
            // Only these builders send a body with a method that seldom has one.
            let start = if self.method == "GET" {
                agent.get(&self.url)
            } else {
                agent.delete(&self.url)
            };
            let add = |request: ureq::RequestBuilder<_>, (name, value): &(String, String)| {
                request.header(name, value)
            };
            self.headers
                .iter()
                .fold(start, add)
                .force_send_body()
                .send(&self.body[..])?
        } else {
            let mut request = ureq::http::Request::builder()
                .method(&*self.method)
                .uri(&self.url);
            for (name, value) in &self.headers {
                request = request.header(name, value);
            }
            match bodiless {
                true => agent.run(request.body(()).unwrap())?,
                false => agent.run(request.body(self.body).unwrap())?,
            }
        };
        let text = response
            .body_mut()
            .with_config()
            .limit(1 << 30)
            .read_to_string()?;
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
        })
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// The text read as JSON; null when it is none.
    pub body: Value,
}

impl Answer {
    /// The header `name`; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Checks the status and hands on the body.
    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// Checks the status and the error envelope, to the byte: `kind` is the envelope's `type`.
    #[track_caller]
    pub fn error(
        &self,
        status: u16,
        kind: &str,
        code: &str,
        detail: &str,
        attr: impl Into<Option<&'static str>>,
    ) {
        let envelope = json!({"type": kind, "code": code, "detail": detail, "attr": attr.into()});
        assert_eq!(
            (self.status, self.text.as_str()),
            (status, envelope.to_string().as_str())
        );
    }

    /// 400 `validation_error`.
    #[track_caller]
    pub fn invalid(&self, code: &str, detail: &str, attr: impl Into<Option<&'static str>>) {
        self.error(400, "validation_error", code, detail, attr);
    }

    /// 403 `permission_denied`.
    #[track_caller]
    pub fn denied(&self, detail: &str) {
        self.error(
            403,
            "authentication_error",
            "permission_denied",
            detail,
            None,
        );
    }

    /// 404 with `detail`.
    #[track_caller]
    pub fn not_found(&self, detail: &str) {
        self.error(404, "invalid_request", "not_found", detail, None);
    }
}
