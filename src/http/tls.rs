//! TLS with a certificate from files (`--tls-cert`, `--tls-key`).
//!
//! The files are read again when they change, so that a renewed certificate needs no restart. A pair that cannot be used, such as
//! a new certificate whose key is still the old one, changes nothing: the server says so once and goes on with what it has.
//! New connections get the new certificate, the others keep theirs.
//!
//! The provider is ring: aws-lc-rs, the other one, needs CMake on some systems and makes the binary larger. Of the versions, TLS
//! 1.2 and 1.3 are spoken, and of the protocols HTTP/1.1 only, which ALPN says. There is no early data, which could be replayed.
//!
//! Everything that bounds a connection holds for these too, since TLS is below [`super::stream`]: a handshake counts as the head of
//! the first request, so it has to end within the request timeout, and meanwhile the connection counts as idle.
//!
//! No `Strict-Transport-Security`: it would bind every port of the host name, for months, and could not be taken back. Who
//! wants it has a proxy that says so.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use actix_web::rt::{task::spawn_blocking, time::sleep};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{
    Accept, TlsAcceptor,
    rustls::{
        Error, InconsistentKeys, ServerConfig, ServerConnection,
        crypto::{CryptoProvider, ring::default_provider},
        pki_types::{
            CertificateDer, PrivateKeyDer,
            pem::{self, PemObject as _},
        },
        server::{ClientHello, ResolvesServerCert},
        sign::CertifiedKey,
    },
};

/// How often the files are checked. A change is read when they have stayed the same for as long.
const ROUND: Duration = Duration::from_secs(2);

/// How many bytes of a response a connection keeps encrypted while its client does not read them.
const BUFFER: usize = 16 << 10;

/// The server's side of TLS.
pub struct Tls {
    acceptor: TlsAcceptor,
    pair: Arc<Pair>,
}

/// A certificate and its key, and the files that they came from.
#[derive(Debug)]
struct Pair {
    certificate: PathBuf,
    key: PathBuf,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
    seen: Mutex<Seen>,
}

/// Which states of the files are known.
#[derive(Debug)]
struct Seen {
    read: Stamp,
    last: Stamp,
}

/// What changes when the files do: inode, size and time of each; `None` while one is missing.
type Stamp = Option<[(u64, u64, i64, i64); 2]>;

impl Tls {
    /// Reads both files. Errors: one cannot be read or has nothing that can be used, or they do not belong together.
    pub fn load(certificate: &Path, key: &Path) -> io::Result<Tls> {
        let provider = Arc::new(default_provider());
        let stamp = stamp([certificate, key]);
        let pair = Arc::new(Pair {
            current: RwLock::new(Arc::new(read(certificate, key, &provider)?)),
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            provider: provider.clone(),
            seen: Mutex::new(Seen {
                read: stamp,
                last: stamp,
            }),
        });
        let versions = ServerConfig::builder_with_provider(provider);
        let config = versions.with_safe_default_protocol_versions();
        let config = config.map_err(io::Error::other)?.with_no_client_auth();
        let mut config = config.with_cert_resolver(pair.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            pair,
        })
    }

    /// The handshake on a new connection.
    pub fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, socket: S) -> Accept<S> {
        let bounded = |session: &mut ServerConnection| session.set_buffer_limit(Some(BUFFER));
        self.acceptor.accept_with(socket, bounded)
    }

    /// Reads the files again whenever they have changed.
    pub async fn keep_fresh(self: Arc<Tls>) {
        loop {
            sleep(ROUND).await;
            let pair = self.pair.clone();
            if spawn_blocking(move || pair.refresh()).await.is_err() {
                return; // the server ends
            }
        }
    }
}

impl Pair {
    /// Reads the files if they are others than before, and the same as a round ago: both have been written.
    fn refresh(&self) {
        let stamp = stamp([&self.certificate, &self.key]);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let is_settled = stamp == seen.last;
        seen.last = stamp;
        if stamp == seen.read || !is_settled {
            return;
        }
        seen.read = stamp;
        match read(&self.certificate, &self.key, &self.provider) {
            Ok(pair) => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = Arc::new(pair);
                tracing::info!("the TLS certificate was read again");
            }
            Err(error) => tracing::warn!("{error}; the certificate in use stays"),
        }
    }
}

impl ResolvesServerCert for Pair {
    fn resolve(&self, _: ClientHello) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(current.clone())
    }
}

fn read(certificate: &Path, key: &Path, provider: &CryptoProvider) -> io::Result<CertifiedKey> {
    let failed = |option: &str, path: &Path, why: &str| {
        io::Error::other(format!("{option} {}: {why}", path.display()))
    };
    let of_certificate = |why: &str| failed("--tls-cert", certificate, why);
    let of_key = |why: &str| failed("--tls-key", key, why);
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| of_certificate(&explain(error)))?;
    if chain.is_empty() {
        return Err(of_certificate("no certificate in it; give a PEM file"));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| of_key(&explain(error)))?;
    CertifiedKey::from_der(chain, private, provider).map_err(|error| {
        let why = match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                "they do not belong together".to_owned()
            }
            error => error.to_string(),
        };
        of_certificate(&format!("with --tls-key {}: {why}", key.display()))
    })
}

fn explain(error: pem::Error) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => "no private key in it; give a PEM file".to_owned(),
        error => error.to_string(),
    }
}

fn stamp(files: [&Path; 2]) -> Stamp {
    let of = |path: &Path| {
        let found = fs::metadata(path).ok()?;
        Some((found.ino(), found.size(), found.mtime(), found.mtime_nsec()))
    };
    Some([of(files[0])?, of(files[1])?])
}
