//! The least that any server takes here: a thread that sends back what it receives, asked as often as the health check.
//!
//! The load runs on the same machine as the server. The time that its clients take from the server they take from this thread too.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
};

use super::client::Outcome;

/// Starts the thread, which lasts as long as this process.
pub fn start() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a port that is bound");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut byte = [0];
            // A client that gives up gets nothing.
            drop(
                stream
                    .read_exact(&mut byte)
                    .and_then(|()| stream.write_all(&byte)),
            );
        }
    });
    address
}

/// Asks it once, over a connection of its own. A response counts as 200.
pub fn ask(address: SocketAddr) -> Outcome {
    let answered = TcpStream::connect(address).and_then(|mut stream| {
        stream.write_all(b"?")?;
        stream.read_exact(&mut [0])
    });
    match answered {
        Ok(()) => Outcome::Status(200),
        Err(_) => Outcome::Closed,
    }
}
