//! A server in this process, over the demonstration data, and a connection to it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{LazyLock, Mutex, PoisonError},
    thread,
    time::Duration,
};

/// A key that may do everything in the demonstration project, and that project's token.
pub const KEY: &str = "phx_demo";
pub const TOKEN: &str = "phc_demo";

/// A response: its status, its type and its body.
pub struct Response {
    pub status: u16,
    pub kind: String,
    pub body: Vec<u8>,
}

static ADDRESS: LazyLock<SocketAddr> = LazyLock::new(start);

/// The connection that is open, if the last response left it so.
static CONNECTION: Mutex<Option<BufReader<TcpStream>>> = Mutex::new(None);

/// Sends `request`, which names its own length, and reads the response. A panic of the server is one here.
pub fn send(request: &[u8]) -> Response {
    let mut kept = CONNECTION.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(connection) = kept.take()
        && let Some(response) = exchange(connection, request, &mut kept)
    {
        return response;
    }
    // The server may have closed the connection that was kept; a new one has to work.
    let socket = TcpStream::connect(*ADDRESS).expect("the server listens");
    let wait = Some(Duration::from_secs(20));
    socket.set_read_timeout(wait).expect("a socket option");
    socket.set_nodelay(true).expect("a socket option");
    exchange(BufReader::new(socket), request, &mut kept).expect("the server responds")
}

/// `None` when the connection breaks.
fn exchange(
    mut connection: BufReader<TcpStream>,
    request: &[u8],
    kept: &mut Option<BufReader<TcpStream>>,
) -> Option<Response> {
    connection.get_mut().write_all(request).ok()?;
    let mut line = String::new();
    connection.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let (mut length, mut kind, mut closes) = (None, String::new(), false);
    loop {
        line.clear();
        connection.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        match &*name.to_ascii_lowercase() {
            "content-length" => length = value.parse::<usize>().ok(),
            "content-type" => kind = value.to_owned(),
            "connection" => closes = value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    let mut body = vec![0; length.unwrap_or(0)];
    connection.read_exact(&mut body).ok()?;
    if length.is_some() && !closes {
        *kept = Some(connection);
    }
    Some(Response { status, kind, body })
}

fn start() -> SocketAddr {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = free.expect("a free port");
    let listen = address.to_string();
    let arguments = [
        "hoglet",
        "serve",
        "--demo",
        "--ephemeral",
        "--log",
        "off",
        "--listen",
    ];
    let arguments: Vec<_> = arguments.iter().map(|text| (*text).to_owned()).collect();
    thread::spawn(move || hoglet::cli::run_from([arguments, vec![listen]].concat()));
    for _ in 0..1000 {
        if TcpStream::connect(address).is_ok() {
            return address;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("the server does not listen");
}
