//! HTTP over plain sockets: a connection for each request, so that what the server does with new ones is seen.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, Read, Write},
    net::{SocketAddr, SocketAddrV4, TcpStream},
    ops::AddAssign,
    time::{Duration, Instant},
};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

use super::server::KEY;

/// How long a client waits for a response, unless it is less patient.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much of a body is sent at a time, in bytes.
const CHUNK: usize = 64 << 10;

/// How a request ended.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Outcome {
    /// This status came back.
    Status(u16),
    /// The connection was closed or reset before a response.
    Closed,
    /// Nothing came in time.
    Nothing,
    /// There was no connection.
    Unreachable,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Outcome::Status(status) => write!(f, "{status}"),
            Outcome::Closed => f.write_str("closed"),
            Outcome::Nothing => f.write_str("no response"),
            Outcome::Unreachable => f.write_str("unreachable"),
        }
    }
}

/// How often each outcome came.
#[derive(Clone, Debug, Default)]
pub struct Outcomes(pub BTreeMap<Outcome, usize>);

impl Outcomes {
    /// Counts one more.
    pub fn add(&mut self, outcome: Outcome) {
        *self.0.entry(outcome).or_default() += 1;
    }

    /// How often `outcome` came.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.0.get(&outcome).copied().unwrap_or(0)
    }
}

impl AddAssign for Outcomes {
    fn add_assign(&mut self, other: Outcomes) {
        for (outcome, count) in other.0 {
            *self.0.entry(outcome).or_default() += count;
        }
    }
}

impl fmt::Display for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let counts = self
            .0
            .iter()
            .map(|(outcome, count)| format!("{count}x{outcome}"));
        f.pad(&counts.collect::<Vec<_>>().join(" "))
    }
}

/// Sends requests to one server.
#[derive(Clone)]
pub struct Client {
    address: String,
    patience: Duration,
}

impl Client {
    /// A client of the server at `address`.
    pub fn new(address: &str) -> Client {
        Client {
            address: address.into(),
            patience: PATIENCE,
        }
    }

    /// The same client, waiting at most for `patience`.
    pub fn patient(self, patience: Duration) -> Client {
        Client { patience, ..self }
    }

    /// A connection, on which no read or write takes longer than the client waits.
    pub fn connect(&self) -> io::Result<TcpStream> {
        let socket = TcpStream::connect(&self.address)?;
        socket.set_read_timeout(Some(self.patience))?;
        socket.set_write_timeout(Some(self.patience))?;
        socket.set_nodelay(true)?;
        Ok(socket)
    }

    /// The same from `address`, another one of this machine.
    pub fn connect_from(&self, address: [u8; 4]) -> io::Result<TcpStream> {
        let server: SocketAddr = self.address.parse().map_err(io::Error::other)?;
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
        bind(&socket, &SocketAddrV4::new(address.into(), 0))?;
        connect(&socket, &server)?;
        Ok(socket.into())
    }

    /// GET without a key.
    pub fn get(&self, path: &str) -> Outcome {
        self.send(&head("GET", path, &[], None), &[])
    }

    /// A request of a client with the key; `body` is JSON.
    pub fn keyed(&self, method: &str, path: &str, body: Option<&str>) -> Outcome {
        let key = format!("authorization: Bearer {KEY}");
        let length = body.map(str::len);
        let head = head(method, path, &[&key, JSON], length);
        self.send(&head, body.unwrap_or_default().as_bytes())
    }

    /// Sends a request on a connection of its own and reads the whole response.
    pub fn send(&self, head: &str, body: &[u8]) -> Outcome {
        match self.connect() {
            Ok(mut socket) => {
                write(&mut socket, head, body);
                finish(&mut socket, self.patience)
            }
            Err(_) => Outcome::Unreachable,
        }
    }
}

/// The header of a JSON body.
pub const JSON: &str = "content-type: application/json";

/// The head of a request that asks to close the connection; `length` is that of its body.
pub fn head(method: &str, path: &str, headers: &[&str], length: Option<usize>) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    for header in headers {
        head += &format!("{header}\r\n");
    }
    if let Some(length) = length {
        head += &format!("content-length: {length}\r\n");
    }
    head + "\r\n"
}

/// Writes as much of a request as the server takes: one that refuses it early may stop reading, and still responds. Stops
/// at the first error. Returns how many bytes of the body were written.
pub fn write(socket: &mut TcpStream, head: &str, body: &[u8]) -> usize {
    if socket.write_all(head.as_bytes()).is_err() {
        return 0;
    }
    let mut written = 0;
    for chunk in body.chunks(CHUNK) {
        if socket.write_all(chunk).is_err() {
            break;
        }
        written += chunk.len();
    }
    written
}

/// Reads a response to its end.
fn finish(socket: &mut TcpStream, patience: Duration) -> Outcome {
    let (mut start, mut chunk) = (Vec::new(), vec![0; CHUNK]);
    let begun = Instant::now();
    while begun.elapsed() < patience {
        match socket.read(&mut chunk) {
            Ok(0) => return status(&start).unwrap_or(Outcome::Closed),
            Ok(count) if start.len() < 16 => start.extend_from_slice(&chunk[..count]),
            Ok(_) => {}
            Err(error) if is_timeout(&error) => break,
            Err(_) => return status(&start).unwrap_or(Outcome::Closed),
        }
    }
    status(&start).unwrap_or(Outcome::Nothing)
}

/// What has come back on `socket` until now, without waiting.
pub fn peek(socket: &mut TcpStream) -> Outcome {
    let mut start = [0; 16];
    let read = socket
        .set_nonblocking(true)
        .and_then(|()| socket.read(&mut start));
    match read {
        Ok(0) => Outcome::Closed,
        Ok(count) => status(&start[..count]).unwrap_or(Outcome::Closed),
        Err(error) if is_timeout(&error) => Outcome::Nothing,
        Err(_) => Outcome::Closed,
    }
}

fn is_timeout(error: &io::Error) -> bool {
    use io::ErrorKind::{TimedOut, WouldBlock};
    matches!(error.kind(), TimedOut | WouldBlock)
}

fn status(start: &[u8]) -> Option<Outcome> {
    let text = String::from_utf8_lossy(start);
    let code = text.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    Some(Outcome::Status(code.parse().ok()?))
}
