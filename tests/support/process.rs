//! The process of a server.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::NamedTempFile;

/// Hoglet with `arguments`, not started yet.
pub fn hoglet(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hoglet"));
    command.args(arguments);
    without_settings(&mut command);
    print_secrets(&mut command);
    command
}

/// Lets tests read the first key and the admin link from standard error, which is a file for them and no terminal.
pub fn print_secrets(command: &mut Command) {
    command.env("HOGLET_PRINT_SECRETS", "true");
}

/// Gives `command` no `HOGLET_…` variable of ours.
pub fn without_settings(command: &mut Command) {
    for (variable, _) in env::vars_os() {
        if variable.to_string_lossy().starts_with("HOGLET_") {
            command.env_remove(variable);
        }
    }
}

/// A running server; killed when dropped.
pub struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    log: NamedTempFile,
    /// `http://127.0.0.1:PORT`, or with `https`
    pub url: String,
}

impl Process {
    /// Starts `command` and waits for its first line, which names the address once requests are served: there is no
    /// port to guess and no time to wait.
    #[track_caller]
    pub fn start(mut command: Command) -> Process {
        let log = NamedTempFile::new().unwrap();
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(log.reopen().unwrap())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut process = Process {
            child,
            stdout,
            log,
            url: String::new(),
        };
        let mut line = String::new();
        process.stdout.read_line(&mut line).unwrap();
        match line.trim_end().strip_prefix("listening on ") {
            Some(url) => process.url = url.to_owned(),
            None => panic!("the server did not start: {line:?} {}", process.log()),
        }
        process
    }

    /// Its address, `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        let address = self.url.split("://").nth(1);
        address.expect("a URL has a host")
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written to standard error.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap()
    }

    /// Sends it a signal, such as `TERM` or `INT`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.id().to_string())
            .status();
        assert!(sent.unwrap().success());
    }

    /// Kills it, as `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits at most `limit` for its end. Returns how it ended, what else it wrote to standard output, and its log.
    #[track_caller]
    pub fn end(mut self, limit: Duration) -> (ExitStatus, String, String) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < limit, "it goes on: {}", self.log());
            thread::sleep(Duration::from_millis(10));
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

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        drop((self.child.kill(), self.child.wait()));
    }
}
