//! Real proxies with the files of the guide, in front of a server that is started as the guide says.

use std::{
    io::Write,
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::{
    harness::Ask,
    hosting::{check, unpacked},
    process::{Folder, Running, finish},
    tls::{BOTH, certify, read, session},
};

const NGINX: &str = include_str!("../../static/docs/hosting/nginx.conf");
const CADDY: &str = include_str!("../../static/docs/hosting/Caddyfile");

const SITE: &str = "hoglet.example.com";

/// What the files say of hoglet's own address.
const UPSTREAM: &str = "127.0.0.1:8010";

/// A proxy, which ends with this.
struct Proxy {
    process: Child,
    address: SocketAddr,
    certificate: CertificateDer<'static>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Proxy {
    /// Runs `command`, which is to listen on `address`.
    fn start(
        mut command: Command,
        address: SocketAddr,
        certificate: CertificateDer<'static>,
    ) -> Proxy {
        let mut proxy = Proxy {
            process: command.spawn().unwrap(),
            address,
            certificate,
        };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = proxy.process.try_wait().unwrap();
            assert_eq!(ended, None, "the proxy ended");
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "it does not listen"
            );
            sleep(Duration::from_millis(50));
        }
        proxy
    }

    /// A request of a browser or an SDK for the site: the head and the body of the response.
    fn ask(&self, method: &str, path: &str, lines: &str, body: &str) -> (String, Value) {
        let socket = TcpStream::connect(self.address).unwrap();
        let mut stream = session(socket, SITE, &self.certificate, BOTH, &["http/1.1"]);
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {SITE}\r\nConnection: close\r\nContent-Length: {length}\r\n{lines}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let (head, body) = read(stream);
        let body = serde_json::from_slice(&body);
        (head, body.unwrap_or_default())
    }
}

/// A port that was free a moment ago.
fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

fn serve(folder: &Folder) -> Running {
    let site = format!("https://{SITE}");
    folder.serve(&[
        "--demo",
        "--site-url",
        &site,
        "--trusted-proxy",
        "127.0.0.1",
    ])
}

/// Checks that `text` has each of `old` once, and replaces it.
#[track_caller]
fn adapt<const N: usize>(text: &str, changes: [(&str, &str); N]) -> String {
    changes.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "no {old:?} in {text}");
        text.replace(old, new)
    })
}

/// Links and cookies are those of the site, and clients cannot lie about their address.
#[track_caller]
fn assert_serves_the_site(proxy: &Proxy, server: &Running) {
    let lies = "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\n";
    let key = format!("Authorization: Bearer phx_demo\r\n{lies}");
    let path = "/api/projects/1/property_definitions/?limit=1";
    let (head, list) = proxy.ask("GET", path, &key, "");
    assert!(head.starts_with("http/1.1 200 "), "{head} {list}");
    assert_eq!(list["next"], format!("https://{SITE}{path}&offset=1"));
    let json = "Content-Type: application/json\r\n";
    let (head, _) = proxy.ask("POST", "/admin/login", json, r#"{"secret":"phx_demo"}"#);
    let cookies = head.lines().filter(|line| line.starts_with("set-cookie: "));
    let is_secure = |cookie: &str| cookie.contains("; secure");
    assert_eq!(
        cookies.map(is_secure).collect::<Vec<_>>(),
        [true, true],
        "{head}"
    );
    let ask = |method, path| Ask::new(method, format!("{}{path}", server.url));
    let login = ask("POST", "/admin/login")
        .json(json!({"secret": "phx_demo"}))
        .send();
    let session = login.headers.get("set-cookie").unwrap().to_str().unwrap();
    let session = session.split(';').next().unwrap();
    let uses = ask("GET", "/api/key_uses/")
        .header("cookie", session)
        .send()
        .ok(200);
    assert_eq!(uses["results"][0]["address"], "127.0.0.1", "{uses}");
}

#[test]
fn nginx_serves_the_site() {
    let folder = Folder::new();
    let certificate = certify(&folder, &[SITE]);
    let here = folder.path("");
    let here = here.to_str().unwrap().trim_end_matches('/');
    let (server, address) = (serve(&folder), free());
    let site = adapt(
        NGINX,
        [
            (
                "/etc/ssl/hoglet.example.com.pem",
                &format!("{here}/cert.pem"),
            ),
            (
                "/etc/ssl/private/hoglet.example.com.key",
                &format!("{here}/key.pem"),
            ),
            ("listen 443 ssl", &format!("listen {address} ssl")),
            (UPSTREAM, server.address()),
        ],
    );
    let main = format!("{here}/nginx.conf");
    let arguments = ["-c", &main, "-e", "stderr"];
    let verify = |site: &str| {
        folder.write("site.conf", site);
        let rest = "daemon off; master_process off; events {} http { access_log off;";
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary
            .map(|kind| format!("{kind}_temp_path {here}/{kind};"))
            .concat();
        let text = format!("pid {here}/pid; {rest} {temporary} include {here}/site.conf; }}");
        folder.write("nginx.conf", text);
        check(
            "nginx-light",
            "/usr/sbin/nginx",
            &[&["-t"], &arguments[..]].concat(),
        )
    };
    assert!(verify(&site.replace("proxy_pass", "proxy_past")).is_err());
    assert_eq!(verify(&site), Ok(()));
    let nginx = folder.program("/usr/sbin/nginx", &arguments);
    assert_serves_the_site(&Proxy::start(nginx, address, certificate), &server);
}

#[test]
fn caddy_serves_the_site() {
    let program = unpacked("caddy", "usr/bin/caddy");
    let folder = Folder::new();
    let certificate = certify(&folder, &[SITE]);
    let (server, address) = (serve(&folder), free());
    let caddy = |action: &str, file: &str| {
        let arguments = [action, "--adapter", "caddyfile", "--config", file];
        let mut command = folder.program(program.to_str().unwrap(), &arguments);
        command.env("HOME", folder.path(""));
        command
    };
    folder.write("Caddyfile", CADDY);
    folder.write("wrong", CADDY.replace("reverse_proxy", "reverse_procksy"));
    assert_eq!(finish(caddy("validate", "Caddyfile")).code, Some(0));
    assert_eq!(finish(caddy("validate", "wrong")).code, Some(1));
    // Without a certificate from outside, and without ports that only root has.
    let options = "{\n  admin off\n  auto_https disable_redirects\n}\n";
    let own = format!(
        "https://{SITE}:{} {{\n  bind 127.0.0.1\n  tls cert.pem key.pem\n",
        address.port()
    );
    let site = adapt(
        CADDY,
        [
            (&*format!("{SITE} {{\n"), &own),
            (UPSTREAM, server.address()),
        ],
    );
    folder.write("local", format!("{options}{site}"));
    assert_serves_the_site(
        &Proxy::start(caddy("run", "local"), address, certificate),
        &server,
    );
}
