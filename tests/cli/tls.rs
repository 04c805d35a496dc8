//! `--tls-cert` and `--tls-key`: HTTPS without a proxy.

use std::{
    fs,
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::Value;
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, StreamOwned,
    SupportedProtocolVersion,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, ServerName},
    version::{TLS12, TLS13},
};

use crate::{
    connections::{closed, refuses_those_beyond},
    process::{Folder, Running},
};

pub const BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

/// A folder with a certificate in `cert.pem` and its key in `key.pem`.
struct Site {
    folder: Folder,
    certificate: CertificateDer<'static>,
}

pub type Tls = StreamOwned<ClientConnection, TcpStream>;

impl Site {
    fn new() -> Site {
        let folder = Folder::new();
        let certificate = renew(&folder);
        Site {
            folder,
            certificate,
        }
    }

    fn serve(&self, arguments: &[&str]) -> Running {
        let pair = ["--demo", "--tls-cert", "cert.pem", "--tls-key", "key.pem"];
        self.folder.serve(&[&pair, arguments].concat())
    }

    /// A connection on which nothing was sent yet.
    fn connect(&self, server: &Running) -> Tls {
        self.connect_with(server, BOTH, &[])
    }

    fn connect_with(
        &self,
        server: &Running,
        versions: &[&'static SupportedProtocolVersion],
        protocols: &[&str],
    ) -> Tls {
        let socket = TcpStream::connect(server.address()).unwrap();
        session(socket, "localhost", &self.certificate, versions, protocols)
    }

    /// The response to one request on a new connection: its head and its body.
    fn ask(&self, server: &Running, request: &str, body: &[u8]) -> (String, Vec<u8>) {
        let mut stream = self.connect(server);
        send(&mut stream, request, body);
        read(stream)
    }

    fn get(&self, server: &Running, path: &str) -> (String, Vec<u8>) {
        self.ask(
            server,
            &format!("GET {path} HTTP/1.1\r\nconnection: close\r\n"),
            b"",
        )
    }

    /// Waits until new connections get the certificate of this site.
    fn wait_until_served(&self, server: &Running) {
        let start = Instant::now();
        let is_served = || {
            let mut stream = self.connect(server);
            stream.conn.complete_io(&mut stream.sock).is_ok()
        };
        while !is_served() {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "{}",
                server.log()
            );
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// A session on `socket` with the server that has `certificate`, for `name`.
pub fn session(
    socket: TcpStream,
    name: &'static str,
    certificate: &CertificateDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
    protocols: &[&str],
) -> Tls {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_protocol_versions(versions).unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    let name = ServerName::try_from(name).unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    StreamOwned::new(session, socket)
}

/// Puts a new certificate and its key into the folder.
fn renew(folder: &Folder) -> CertificateDer<'static> {
    certify(folder, &["localhost", "127.0.0.1"])
}

/// The same, for `names`.
pub fn certify(folder: &Folder, names: &[&str]) -> CertificateDer<'static> {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    folder.write("cert.pem", cert.pem());
    folder.write("key.pem", signing_key.serialize_pem());
    cert.der().clone()
}

/// Sends the lines of a head, each with its end, and a body.
fn send(stream: &mut impl Write, request: &str, body: &[u8]) {
    let head = format!(
        "{request}host: localhost\r\nauthorization: Bearer phx_demo\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
}

/// Reads until the server says that this was all: without that, a part could be missing.
#[track_caller]
pub fn read(mut stream: Tls) -> (String, Vec<u8>) {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = answer.split_off(end.expect("a head") + 4);
    (String::from_utf8(answer).unwrap().to_lowercase(), body)
}

/// Reads one response with a `Content-Length`.
fn read_one(stream: &mut impl Read) -> String {
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    let head = String::from_utf8(answer).unwrap().to_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap();
    let length = length.split("\r\n").next().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    head
}

#[test]
fn both_versions_of_tls_serve_http_1() {
    let site = Site::new();
    let server = site.serve(&[]);
    assert!(
        server.url.starts_with("https://127.0.0.1:"),
        "{}",
        server.url
    );
    for (version, name) in [
        (&TLS13, ProtocolVersion::TLSv1_3),
        (&TLS12, ProtocolVersion::TLSv1_2),
    ] {
        let mut stream = site.connect_with(&server, &[version], &["h2", "http/1.1"]);
        send(&mut stream, "GET /api/users/@me/ HTTP/1.1\r\n", b"");
        assert!(read_one(&mut stream).starts_with("http/1.1 200 "));
        assert_eq!(stream.conn.protocol_version(), Some(name));
        assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
        // Again on the same connection, and two at once.
        for _ in 0..2 {
            send(&mut stream, "GET /_readyz HTTP/1.1\r\n", b"");
        }
        for _ in 0..2 {
            assert!(read_one(&mut stream).starts_with("http/1.1 200 "));
        }
    }
    let mut other = site.connect_with(&server, BOTH, &["h2"]);
    assert!(
        other.conn.complete_io(&mut other.sock).is_err(),
        "no protocol in common"
    );
    server.stop();
}

#[test]
fn large_bodies_pass_in_both_directions() {
    let site = Site::new();
    let server = site.serve(&[]);
    let file = "static/vendor/rapidoc-9.3.8/rapidoc-min.js";
    let (head, body) = site.get(&server, &format!("/{file}"));
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    assert!(body == fs::read(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap());
    let name = "x".repeat(5 << 20);
    let sent = format!(r#"{{"query": {{"kind": "HogQLQuery", "query": "{name}"}}}}"#);
    let request = "POST /api/projects/1/insights/ HTTP/1.1\r\nconnection: close\r\ncontent-type: application/json\r\n";
    let (head, body) = site.ask(&server, request, sent.as_bytes());
    assert!(head.starts_with("http/1.1 201 "), "{head}");
    let made: Value = serde_json::from_slice(&body).unwrap();
    assert!(made["query"]["query"] == name);
    server.stop();
}

#[test]
fn links_and_cookies_are_for_https() {
    let site = Site::new();
    let server = site.serve(&["--site-url", "http://localhost"]);
    let (_, list) = site.get(&server, "/api/projects/1/property_definitions/?limit=1");
    let list: Value = serde_json::from_slice(&list).unwrap();
    let next = list["next"].as_str().unwrap();
    assert!(next.starts_with("https://localhost/api/"), "{next}");
    let request = "POST /admin/login HTTP/1.1\r\nconnection: close\r\norigin: https://localhost\r\ncontent-type: application/json\r\n";
    let (head, _) = site.ask(&server, request, br#"{"secret": "phx_demo"}"#);
    assert!(head.starts_with("http/1.1 204 "), "{head}");
    let cookies: Vec<_> = head
        .lines()
        .filter(|line| line.starts_with("set-cookie: "))
        .collect();
    assert_eq!(cookies.len(), 2, "{head}");
    assert!(
        cookies
            .iter()
            .all(|cookie| cookie.ends_with("; secure") || cookie.contains("; secure;")),
        "{head}"
    );
    assert!(!head.contains("strict-transport-security"), "{head}");
    server.stop();
}

#[test]
fn what_a_start_prints_says_https() {
    let site = Site::new();
    let server = site.serve(&[]);
    let log = server.log();
    let url = &server.url;
    for line in [
        format!("  URL            {url}\n"),
        format!("  documentation  {url}/docs/\n"),
        format!("  {url}/admin/login?token="),
        format!("' {url}/api/projects/1/"),
    ] {
        assert!(log.contains(&line), "{log}");
    }
    assert!(!log.contains("http://"), "{log}");
    server.stop();
    let pair = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let start = [
        "serve",
        "--ephemeral",
        "--listen",
        "127.0.0.1:0",
        "--ready-json",
    ];
    let command = [&start[..], &["--exit-with-parent"], &pair].concat();
    let ready = site.folder.ok(&command);
    let ready: Value = serde_json::from_str(ready.lines().next().unwrap()).unwrap();
    for name in ["url", "admin_link"] {
        let url = ready[name].as_str().unwrap();
        assert!(url.starts_with("https://127.0.0.1:"), "{ready}");
    }
    let mut exec = site
        .folder
        .command(&["exec", "--", "printenv", "HOGLET_URL", "POSTHOG_HOST"]);
    exec.env("HOGLET_TLS_CERT", "cert.pem")
        .env("HOGLET_TLS_KEY", "key.pem");
    let urls = String::from_utf8(exec.output().unwrap().stdout).unwrap();
    assert_eq!(urls.matches("https://127.0.0.1:").count(), 2, "{urls}");
}

#[test]
fn a_health_check_speaks_tls() {
    let site = Site::new();
    let server = site.serve(&[]);
    let check = ["healthcheck", "--listen", server.address()];
    let with = [&check[..], &["--tls-cert", "cert.pem"]].concat();
    assert_eq!(site.folder.ok(&with), "");
    for host in [
        server.address(),
        &server.address().replace("127.0.0.1", "localhost"),
    ] {
        let url = format!("https://{host}");
        assert_eq!(site.folder.ok(&["healthcheck", "--url", &url]), "");
    }
    let mut by_variable = site.folder.command(&check);
    by_variable.env("HOGLET_TLS_CERT", "cert.pem");
    assert!(by_variable.status().unwrap().success());
    site.folder
        .fails(&check, &[server.address(), "no HTTP", "--tls-cert"]);
    let address = server.address().to_owned();
    server.stop();
    let gone = [
        "healthcheck",
        "--tls-cert",
        "cert.pem",
        "--listen",
        &address,
    ];
    site.folder
        .fails(&gone, &["no server answers at", &address]);
}

#[test]
fn a_pair_that_cannot_be_used_is_reported_at_once() {
    let site = Site::new();
    let folder = &site.folder;
    folder.write("empty.pem", "");
    folder.write("cut.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    folder.write(
        "nonsense.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    let other = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    folder.write("other.pem", other.signing_key.serialize_pem());
    for (certificate, key, words) in [
        (
            "missing.pem",
            "key.pem",
            ["--tls-cert missing.pem", "No such file"],
        ),
        (
            "cert.pem",
            "missing.pem",
            ["--tls-key missing.pem", "No such file"],
        ),
        (
            "empty.pem",
            "key.pem",
            ["--tls-cert empty.pem", "no certificate in it"],
        ),
        (
            "key.pem",
            "key.pem",
            ["--tls-cert key.pem", "no certificate in it"],
        ),
        (
            "cut.pem",
            "key.pem",
            ["--tls-cert cut.pem", "missing section end"],
        ),
        (
            "nonsense.pem",
            "key.pem",
            ["--tls-cert nonsense.pem", "with --tls-key key.pem"],
        ),
        (
            "cert.pem",
            "cert.pem",
            ["--tls-key cert.pem", "no private key in it"],
        ),
        (
            "cert.pem",
            "other.pem",
            [
                "--tls-cert cert.pem: with --tls-key other.pem",
                "do not belong together",
            ],
        ),
    ] {
        let pair = ["--tls-cert", certificate, "--tls-key", key];
        let start = ["serve", "--ephemeral", "--listen", "127.0.0.1:0"];
        folder.fails(&[&start[..], &pair].concat(), &words);
    }
    for alone in ["--tls-cert", "--tls-key"] {
        let done = folder.run(&["serve", "--ephemeral", alone, "cert.pem"]);
        assert_eq!(done.code, Some(2), "{done:?}");
    }
    let mut by_variable = folder.command(&["serve", "--ephemeral"]);
    by_variable.env("HOGLET_TLS_CERT", "cert.pem");
    assert_eq!(by_variable.output().unwrap().status.code(), Some(2));
}

#[test]
fn a_renewed_certificate_is_served_without_a_restart() {
    let mut site = Site::new();
    let server = site.serve(&[]);
    let mut kept = site.connect(&server);
    send(&mut kept, "GET /_readyz HTTP/1.1\r\n", b"");
    read_one(&mut kept);
    // Half of a pair: the server goes on with what it has, and says so once.
    let good = fs::read(site.folder.path("key.pem")).unwrap();
    let other = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    site.folder
        .write("key.pem", other.signing_key.serialize_pem());
    let warning = "the certificate in use stays";
    let start = Instant::now();
    while !server.log().contains(warning) {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "{}",
            server.log()
        );
        thread::sleep(Duration::from_millis(100));
    }
    thread::sleep(Duration::from_secs(5)); // more than two rounds
    assert_eq!(server.log().matches(warning).count(), 1, "{}", server.log());
    site.wait_until_served(&server);
    site.folder.write("key.pem", good);
    // As certbot does it: the new files take the names of the old ones.
    let new = Folder::new();
    let certificate = renew(&new);
    for name in ["cert.pem", "key.pem"] {
        let beside: PathBuf = site.folder.path(&format!("{name}.new"));
        fs::copy(new.path(name), &beside).unwrap();
        fs::rename(beside, site.folder.path(name)).unwrap();
    }
    site.certificate = certificate;
    site.wait_until_served(&server);
    assert!(site.get(&server, "/_readyz").0.starts_with("http/1.1 200 "));
    // A connection that was open stays so, if it was not idle for too long.
    drop(kept);
    assert!(
        server.log().contains("the TLS certificate was read again"),
        "{}",
        server.log()
    );
    server.stop();
}

#[test]
fn a_handshake_that_does_not_end_is_cut_off() {
    let site = Site::new();
    let server = site.serve(&["--request-timeout", "1"]);
    // Nothing; the start of a record; a request without TLS.
    let half = [22, 3, 1, 2, 0, 1, 0];
    let start = Instant::now();
    for bytes in [
        &b""[..],
        &half,
        b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n",
    ] {
        let mut socket = TcpStream::connect(server.address()).unwrap();
        socket.write_all(bytes).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        let mut answer = Vec::new();
        let end = socket.read_to_end(&mut answer);
        let is_reset = end
            .as_ref()
            .is_err_and(|error| error.kind() == ErrorKind::ConnectionReset);
        assert!(end.is_ok() || is_reset, "{end:?}");
        assert!(
            !String::from_utf8_lossy(&answer).contains("HTTP"),
            "{answer:?}"
        );
    }
    assert!(start.elapsed() < Duration::from_secs(30));
    assert!(site.get(&server, "/_readyz").0.starts_with("http/1.1 200 "));
    server.stop();
}

#[test]
fn silent_and_idle_connections_make_room_for_others() {
    let site = Site::new();
    let server = site.serve(&["--max-connections", "20"]);
    // Those that do not even begin the handshake, and those that are idle after a request.
    let silent: Vec<_> = (0..40)
        .map(|_| TcpStream::connect(server.address()).unwrap())
        .collect();
    assert!(site.get(&server, "/_readyz").0.starts_with("http/1.1 200 "));
    let idle: Vec<_> = (0..40)
        .map(|_| {
            let mut stream = site.connect(&server);
            send(&mut stream, "GET /_readyz HTTP/1.1\r\n", b"");
            assert!(read_one(&mut stream).starts_with("http/1.1 200 "));
            stream
        })
        .collect();
    assert!(site.get(&server, "/_readyz").0.starts_with("http/1.1 200 "));
    drop((silent, idle));
    server.stop();
}

/// A client hello of about `length` bytes: a real one with padding, in as many records as it takes.
fn hello(site: &Site, server: &Running, length: usize) -> Vec<u8> {
    let mut session = site.connect(server).conn;
    let mut record = Vec::new();
    session.write_tls(&mut record).unwrap();
    let message = &record[5..]; // after the head of the record
    let number = |at: usize| usize::from(u16::from_be_bytes([message[at], message[at + 1]]));
    let mut at = 4 + 2 + 32; // head of the message, version, random bytes
    at += 1 + usize::from(message[at]); // session
    at += 2 + number(at); // ciphers
    at += 1 + usize::from(message[at]); // compression
    let padding = length.saturating_sub(message.len() + 4);
    let two = |number: usize| u16::try_from(number).unwrap().to_be_bytes();
    let mut body = message[4..at].to_vec();
    body.extend(two(number(at) + 4 + padding));
    body.extend(&message[at + 2..]);
    body.extend([two(21), two(padding)].concat()); // an extension
    body.extend(vec![0; padding]);
    let mut long = vec![1, 0];
    long.extend(two(body.len()));
    long.extend(body);
    let pieces = long.chunks(16 << 10);
    let records = pieces.map(|piece| [&[22, 3, 1][..], &two(piece.len()), piece].concat());
    records.flatten().collect()
}

#[test]
fn handshakes_that_do_not_end_take_little_memory_and_no_place_from_others() {
    let site = Site::new();
    let server = site.serve(&["--max-connections", "1000"]);
    let memory = || {
        let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        let kibibytes = line.split_whitespace().nth(1).unwrap();
        kibibytes.parse::<usize>().unwrap() >> 10
    };
    let is_served = || {
        let (head, _) = site.get(&server, "/api/users/@me/");
        assert!(head.starts_with("http/1.1 200 "), "{head}");
    };
    is_served();
    // A server takes such a hello.
    let mut whole = TcpStream::connect(server.address()).unwrap();
    whole.write_all(&hello(&site, &server, 16 << 10)).unwrap();
    let mut answer = [0; 1];
    whole.read_exact(&mut answer).unwrap();
    assert_eq!(answer, [22], "no handshake");
    let before = memory();
    for (length, is_whole, each) in [(500, false, 64), (500, true, 96), (60_000, false, 160)] {
        let mut sent = hello(&site, &server, length);
        if !is_whole {
            sent.truncate(sent.len() - 1);
        }
        let held: Vec<_> = (0..500)
            .map(|_| {
                let mut socket = TcpStream::connect(server.address()).unwrap();
                socket.write_all(&sent).unwrap();
                socket
            })
            .collect();
        (0..5).for_each(|_| is_served());
        let most = before + 500 * each / 1024 + 32;
        assert!(memory() < most, "{} MiB after {before}", memory());
        drop(held);
    }
    // Handshakes one after the other, whose answer the client does not read.
    let hello = hello(&site, &server, 500);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    let mut socket = TcpStream::connect(server.address()).unwrap();
                    socket.write_all(&hello).unwrap();
                }
            });
        }
        (0..5).for_each(|_| is_served());
    });
    server.stop();
}

#[test]
fn handshakes_that_do_not_end_share_a_bound() {
    let site = Site::new();
    let server = site.serve(&["--max-connections", "1100"]);
    let mut sent = hello(&site, &server, 60_000);
    sent.truncate(sent.len() - 1);
    let connect = |_| {
        let mut socket = TcpStream::connect(server.address()).unwrap();
        socket.write_all(&sent).unwrap_or_default(); // others may have needed its memory
        socket
    };
    let mut held: Vec<_> = (0..1000).map(connect).collect();
    let start = Instant::now();
    // 32 MiB have room for some 640 of them.
    while closed(&mut held).iter().filter(|closed| !**closed).count() > 700 {
        let waited = start.elapsed();
        assert!(waited < Duration::from_secs(20), "they stay open");
        thread::sleep(Duration::from_millis(100));
    }
    assert!(site.get(&server, "/_readyz").0.starts_with("http/1.1 200 "));
    server.stop();
}

#[test]
fn a_connection_for_which_there_is_no_place_gets_503() {
    let site = Site::new();
    let server = site.serve(&["--lab", "--max-connections", "4"]);
    refuses_those_beyond(&server, || site.connect(&server));
    server.stop();
}

#[test]
fn a_client_that_does_not_read_is_disconnected() {
    let site = Site::new();
    let server = site.serve(&["--request-timeout", "2"]);
    let mut stream = site.connect(&server);
    let request =
        "GET /static/vendor/rapidoc-9.3.8/rapidoc-min.js HTTP/1.1\r\nhost: localhost\r\n\r\n";
    for _ in 0..20 {
        stream.write_all(request.as_bytes()).unwrap();
    }
    stream.flush().unwrap();
    thread::sleep(Duration::from_secs(6));
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer);
    assert!(end.is_err(), "{} bytes", answer.len());
    assert!(answer.len() < 17_000_000, "{} bytes", answer.len());
    // One that reads slowly, for longer than that, gets all of it.
    let mut slow = site.connect(&server);
    let request = "GET /static/vendor/rapidoc-9.3.8/rapidoc-min.js HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    slow.write_all(request.as_bytes()).unwrap();
    let (mut length, mut piece) = (0, [0; 4 << 10]);
    loop {
        thread::sleep(Duration::from_millis(20));
        match slow.read(&mut piece).unwrap() {
            0 => break,
            read => length += read,
        }
    }
    assert!(length > 863_000, "{length}");
    server.stop();
}

#[test]
fn a_server_with_open_connections_stops() {
    let site = Site::new();
    let server = site.serve(&[]);
    let mut idle = site.connect(&server);
    send(&mut idle, "GET /_readyz HTTP/1.1\r\n", b"");
    read_one(&mut idle);
    let silent = TcpStream::connect(server.address()).unwrap();
    let start = Instant::now();
    server.stop();
    assert!(start.elapsed() < Duration::from_secs(15));
    drop((idle, silent));
}
