//! `hoglet healthcheck`: for containers, whose images have no other program to ask a server how it is.

use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs as _},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::ring::default_provider,
    pki_types::{CertificateDer, ServerName, UnixTime},
};

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

    /// Speak TLS, as a server does that has this option; the certificate is not checked
    #[arg(long, env = "HOGLET_TLS_CERT", value_name = "FILE")]
    tls_cert: Option<PathBuf>,
}

/// Fails if the server does not answer in time, or cannot write its database.
pub fn run(options: HealthcheckOptions) -> Result<()> {
    let listen = options.listen;
    let silent = || format!("no server answers at {listen}");
    let address = listen.to_socket_addrs().with_context(silent)?.next();
    let address = from_here(address.with_context(silent)?);
    let asked = || {
        let socket = TcpStream::connect_timeout(&address, PATIENCE)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        match options.tls_cert {
            None => ask(socket),
            Some(_) => ask(StreamOwned::new(session()?, socket)),
        }
    };
    let response = asked().with_context(silent)?;
    if !response.starts_with("HTTP/") {
        bail!("the server at {listen} speaks no HTTP; if it speaks HTTPS, give --tls-cert");
    }
    if !response.starts_with("HTTP/1.1 200 ") {
        let body = response.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        bail!("the server at {listen} is not ready: {}", body.trim());
    }
    Ok(())
}

fn ask(mut stream: impl Read + Write) -> io::Result<String> {
    stream.write_all(b"GET /_readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut response = Vec::new();
    stream.take(64 << 10).read_to_end(&mut response)?;
    Ok(String::from_utf8_lossy(&response).into_owned())
}

/// The client's side of TLS.
fn session() -> io::Result<ClientConnection> {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions();
    let config = config.map_err(io::Error::other)?;
    let config = config
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate));
    let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
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
