//! Servers over HTTPS, and those that cannot be reached: what can never succeed is not tried again.

use std::{
    io::{Read, Write},
    net::TcpListener,
    process::Command,
    thread,
    time::Duration,
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use serde_json::{Value, json};

use super::Site;
use crate::process::{Done, Folder, finish};

/// Puts the certificate of an authority into `ca.pem`, and one by it for `name` with its key into `cert.pem` and `key.pem`.
fn certify(folder: &Folder, name: &str) {
    let mut authority = CertificateParams::default();
    let subject = &mut authority.distinguished_name;
    subject.push(DnType::CommonName, "An authority of our own");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &authority).unwrap();
    folder.write("ca.pem", authority.pem());
    folder.write("cert.pem", certificate.pem());
    folder.write("key.pem", key.serialize_pem());
}

/// A server that speaks HTTPS with a certificate for `name`.
fn secure(name: &str) -> (Site, String) {
    let folder = Folder::new();
    certify(&folder, name);
    let lists = json!({"event_definitions": [{"name": "a", "description": "A"}]});
    let pair = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];
    let site = Site::within(folder, lists, 7, &pair);
    let url = site.server.url.replace("127.0.0.1", "localhost");
    assert!(url.starts_with("https://"), "{url}");
    (site, url)
}

fn pull(site: &Site, url: &str) -> Command {
    site.command(&["pull", "--from", url, "--project", "1"])
}

/// Runs `command` with this `SSL_CERT_FILE`.
fn trusting(mut command: Command, authorities: &str) -> Done {
    finish_with(command.env("SSL_CERT_FILE", authorities))
}

fn finish_with(command: &mut Command) -> Done {
    let output = command.env_remove("SSL_CERT_DIR").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

#[test]
fn an_authority_of_ones_own_is_trusted_by_its_certificate() {
    let (site, url) = secure("localhost");
    let pulled = trusting(pull(&site, &url), "ca.pem");
    assert_eq!(pulled.code, Some(0), "{pulled:?}");
    let definitions = "events:\n  a:\n    description: A\n";
    assert!(pulled.stdout.ends_with(definitions), "{pulled:?}");
    site.folder.write(
        "taxonomy.yaml",
        "events:\n  a: {description: B}\n  b: {description: C}\n",
    );
    let run = |command: &str| {
        let command = site.command(&[command, "taxonomy.yaml", "--to", &url]);
        trusting(command, "ca.pem")
    };
    let planned = run("plan");
    assert_eq!(planned.code, Some(2), "{planned:?}");
    let applied = run("apply");
    assert_eq!(applied.code, Some(0), "{applied:?}");
    assert_eq!(applied.stdout, "1 created, 1 changed, 0 deleted\n");
    let planned = run("plan");
    assert_eq!(
        (planned.code, &*planned.stdout),
        (Some(0), ""),
        "{planned:?}"
    );
}

#[test]
fn a_certificate_that_is_not_trusted_is_refused_at_once() {
    let (site, url) = secure("localhost");
    let untrusted = [
        "by an issuer that this system does not trust",
        "SSL_CERT_FILE",
    ];
    let mut command = pull(&site, &url);
    finish_with(command.env_remove("SSL_CERT_FILE")).failed(&[&[&*url], &untrusted[..]].concat());
    certify(&site.folder, "localhost"); // another authority of the same name
    trusting(pull(&site, &url), "ca.pem").failed(&[&url]);
    for command in ["plan", "apply"] {
        site.folder
            .write("taxonomy.yaml", "events:\n  a: {description: B}\n");
        let mut command = site.command(&[command, "taxonomy.yaml", "--to", &url]);
        let done = finish_with(command.env_remove("SSL_CERT_FILE"));
        assert_eq!(
            (done.code, done.stderr.lines().count()),
            (Some(1), 1),
            "{done:?}"
        );
        assert!(
            untrusted.iter().all(|word| done.stderr.contains(word)),
            "{done:?}"
        );
    }
    trusting(pull(&site, &url), "nowhere.pem").failed(&["SSL_CERT_FILE nowhere.pem: "]);
    site.folder.write("empty.pem", "");
    trusting(pull(&site, &url), "empty.pem").failed(&["SSL_CERT_FILE empty.pem: no certificate"]);
    let (site, url) = secure("hoglet.example.com");
    trusting(pull(&site, &url), "ca.pem").failed(&[&url, "its certificate is for another name"]);
}

#[test]
fn the_wrong_scheme_is_refused_at_once() {
    let (site, url) = secure("localhost");
    let plain = Site::new(json!({}), 7, &[]);
    let secured = plain.server.url.replace("http://", "https://");
    trusting(pull(&site, &secured), "ca.pem").failed(&[&secured, "does not speak TLS", "http:"]);
    let unsecured = url.replace("https://", "http://");
    finish(pull(&site, &unsecured)).failed(&[&unsecured, "https:"]);
}

#[test]
fn a_host_that_does_not_exist_is_not_tried_again() {
    let site = Site::new(json!({}), 7, &[]);
    // A label this long cannot exist, which the resolver knows without asking anyone.
    let url = format!("http://{}.example.com", "a".repeat(64));
    let done = finish(pull(&site, &url));
    done.failed(&[&url, "there is no host of this name; check the URL"]);
    site.folder.write("taxonomy.yaml", "events: {}\n");
    for command in ["plan", "apply"] {
        let done = finish(site.command(&[command, "taxonomy.yaml", "--to", &url]));
        let stdout = match command {
            "plan" => "",
            _ => "0 created, 0 changed, 0 deleted\n",
        };
        assert_eq!((done.code, &*done.stdout), (Some(1), stdout), "{done:?}");
        assert_eq!(done.stderr.lines().count(), 1, "{done:?}");
    }
}

#[test]
fn a_port_at_which_nothing_answers_is_not_tried_again() {
    let site = Site::new(json!({}), 7, &[]);
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let done = finish(pull(&site, &url));
    done.failed(&[&url, "nothing answers at this port", "start the server"]);
}

/// Answers one request with `body`.
fn answer(listener: &TcpListener, body: &Value) {
    let (mut socket, _) = listener.accept().unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let (body, start) = (body.to_string(), "HTTP/1.1 200 OK\r\nConnection: close\r\n");
    let answer = format!("{start}Content-Length: {}\r\n\r\n{body}", body.len());
    socket.write_all(answer.as_bytes()).unwrap();
}

#[test]
fn a_server_that_is_restarted_in_the_middle_is_waited_for() {
    let site = Site::new(json!({}), 7, &[]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}");
    site.folder
        .write("taxonomy.yaml", "events:\n  a: {description: A}\n");
    let mut command = site.command(&["plan", "taxonomy.yaml", "--to", &url]);
    let running = thread::spawn(move || finish_with(&mut command));
    let page = |next: Value, name: &str, id: &str| json!({"count": 2, "next": next, "results": [{"id": id, "name": name, "description": "A"}]});
    let next = format!("{url}/next?limit=500&offset=1");
    answer(&listener, &page(json!(next), "a", "1"));
    drop(listener);
    thread::sleep(Duration::from_millis(500)); // while connections are refused
    let listener = TcpListener::bind(address).unwrap();
    answer(&listener, &page(Value::Null, "b", "2"));
    let done = running.join().unwrap();
    assert_eq!((done.code, &*done.stdout), (Some(0), ""), "{done:?}");
}
