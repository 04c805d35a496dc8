//! `hoglet healthcheck`: for containers, whose images have no other program to ask a server how it is.

use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs as _},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::{Result, anyhow, bail};
use clap::Args;
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::ring::default_provider,
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use crate::config::{ConfigPath, from_here, site_url};

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(5);

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

    /// Speak TLS, as a server does that has this option; the certificate is not checked
    #[arg(long, env = "HOGLET_TLS_CERT", value_name = "FILE")]
    tls_cert: Option<PathBuf>,

    /// URL of the server, instead of --listen and --tls-cert; the certificate is not checked
    #[arg(long, env = "HOGLET_HEALTHCHECK_URL", value_name = "URL", value_parser = site_url)]
    url: Option<String>,

    #[command(flatten)]
    file: ConfigPath,
}

impl HealthcheckOptions {
    /// The host and the port of the server, and whether it speaks TLS.
    fn server(&self) -> (String, bool) {
        let Some(url) = &self.url else {
            return (self.listen.clone(), self.tls_cert.is_some());
        };
        let (scheme, host) = url.split_once("://").unwrap_or(("http", url));
        let is_tls = scheme == "https";
        let has_port = host
            .rsplit_once(':')
            .is_some_and(|(_, port)| !port.ends_with(']'));
        match (has_port, is_tls) {
            (true, _) => (host.to_owned(), is_tls),
            (false, true) => (format!("{host}:443"), is_tls),
            (false, false) => (format!("{host}:80"), is_tls),
        }
    }
}

/// Fails if the server does not answer in time, or cannot write its database.
pub fn run(options: HealthcheckOptions) -> Result<()> {
    let (listen, is_tls) = options.server();
    let host = match &options.url {
        Some(_) => &*listen,
        None => "localhost", // a name that every server accepts
    };
    let found = listen.to_socket_addrs().ok().and_then(|mut all| all.next());
    let Some(address) = found.map(from_here) else {
        bail!("{listen}: unknown address; write HOST:PORT, such as 127.0.0.1:8010");
    };
    let asked = || {
        let socket = TcpStream::connect_timeout(&address, PATIENCE)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        match is_tls {
            false => ask(socket, host),
            true => ask(StreamOwned::new(session(host)?, socket), host),
        }
    };
    let response = asked().map_err(|error| {
        anyhow!("no server answers at {listen}: {error}; start it, or name its address with --listen or --url")
    })?;
    if !response.starts_with("HTTP/") {
        bail!("the server at {listen} speaks no HTTP; if it speaks HTTPS, give --tls-cert");
    }
    if !response.starts_with("HTTP/1.1 200 ") {
        let body = response.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        bail!("the server at {listen} is not ready: {}", body.trim());
    }
    Ok(())
}

fn ask(mut stream: impl Read + Write, host: &str) -> io::Result<String> {
    // In one piece: a server that expects TLS closes the connection at the first.
    let request = format!("GET /_readyz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut response = Vec::new();
    stream.take(64 << 10).read_to_end(&mut response)?;
    Ok(String::from_utf8_lossy(&response).into_owned())
}

/// The client's side of TLS with `host`, which may have a port.
fn session(host: &str) -> io::Result<ClientConnection> {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions();
    let config = config.map_err(io::Error::other)?;
    let config = config
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate));
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let session = ClientConnection::new(Arc::new(config.with_no_client_auth()), name);
    session.map_err(io::Error::other)
}

/// Accepts every certificate: it is for the name that the world knows, not for this machine, and no secret is sent.
#[derive(Debug)]
struct AnyCertificate;

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer,
        _: &[CertificateDer],
        _: &ServerName,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}
