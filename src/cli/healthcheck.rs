//! `hoglet healthcheck`: for containers, whose images have no other program to ask a server how it is.

use std::{
    io::{self, Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::config::from_here;

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Options of `hoglet healthcheck`.
#[derive(Args)]
pub struct HealthcheckOptions {
    /// Address on which the server listens
    #[arg(
        long,
        env = "HOGLET_LISTEN",
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:8010"
    )]
    listen: String,
}

/// Fails if the server does not answer in time, or cannot write its database.
pub fn run(options: HealthcheckOptions) -> Result<()> {
    let listen = options.listen;
    let silent = || format!("no server answers at {listen}");
    let address = listen.to_socket_addrs().with_context(silent)?.next();
    let address = from_here(address.with_context(silent)?);
    let asked = || {
        let mut socket = TcpStream::connect_timeout(&address, PATIENCE)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket
            .write_all(b"GET /_readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut response = String::new();
        socket.take(64 << 10).read_to_string(&mut response)?;
        io::Result::Ok(response)
    };
    let response = asked().with_context(silent)?;
    if !response.starts_with("HTTP/1.1 200 ") {
        let body = response.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        bail!("the server at {listen} is not ready: {}", body.trim());
    }
    Ok(())
}
