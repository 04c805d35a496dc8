//! A load of requests over connections that stay open: as little work of its own as a client can do.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

/// One request, sent again and again.
pub struct Load {
    pub method: &'static str,
    pub path: String,
    pub body: String,
    pub connections: usize,
    pub time: Duration,
}

/// Sends `load` to `address` until its time is up; returns requests a second.
pub fn run(address: &str, load: &Load) -> f64 {
    let started = Instant::now();
    let total: usize = thread::scope(|scope| {
        let drive = || {
            let (mut connection, mut count) = (Connection::open(address), 0);
            while started.elapsed() < load.time {
                connection.ask(load);
                count += 1;
            }
            count
        };
        let drivers: Vec<_> = (0..load.connections).map(|_| scope.spawn(drive)).collect();
        drivers
            .into_iter()
            .map(|driver| driver.join().expect("a driver ends well"))
            .sum()
    });
    total as f64 / started.elapsed().as_secs_f64()
}

/// The length of the body that answers `load`, in bytes.
pub fn size_of_answer(address: &str, load: &Load) -> usize {
    Connection::open(address).ask(load)
}

impl Load {
    /// One request at a time.
    pub fn once(method: &'static str, path: &str, body: &str) -> Load {
        Load {
            method,
            path: path.to_owned(),
            body: body.to_owned(),
            connections: 1,
            time: Duration::ZERO,
        }
    }
}

/// One connection that stays open.
pub struct Connection {
    socket: BufReader<TcpStream>,
    body: Vec<u8>,
}

impl Connection {
    /// Connects to `address`.
    pub fn open(address: &str) -> Connection {
        let socket = TcpStream::connect(address).expect("the server listens");
        socket.set_nodelay(true).expect("a socket option");
        Connection {
            socket: BufReader::new(socket),
            body: Vec::new(),
        }
    }

    /// The member `id` of the last answer.
    pub fn id(&self) -> String {
        let answer: serde_json::Value = serde_json::from_slice(&self.body).expect("JSON");
        answer["id"].as_str().expect("an id").to_owned()
    }

    /// Sends one request and reads the answer, which must be a success; returns the length of its body.
    pub fn ask(&mut self, load: &Load) -> usize {
        let (method, path, body) = (load.method, &load.path, &load.body);
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer phx_bench\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.socket
            .get_mut()
            .write_all(request.as_bytes())
            .expect("the server reads");
        let (mut line, mut length) = (String::new(), 0);
        self.socket.read_line(&mut line).expect("a status line");
        assert!(line.starts_with("HTTP/1.1 20"), "{method} {path}: {line}");
        while line != "\r\n" {
            line.clear();
            self.socket.read_line(&mut line).expect("a header");
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().expect("a length");
            }
        }
        self.body.resize(length, 0);
        self.socket.read_exact(&mut self.body).expect("a body");
        length
    }
}
