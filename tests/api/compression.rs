//! `Content-Encoding`: files as they are stored, and answers that are compressed for a client elsewhere.

use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use flate2::read::GzDecoder;
use serde_json::json;
use tempfile::TempDir;

use crate::{feature_flags::seed, harness::Server, sessions::Visitor};

const DEFINITIONS: &str = "/api/projects/1/property_definitions/";

/// An answer as it came over the socket.
#[derive(Debug)]
struct Wire {
    status: u16,
    headers: HashMap<String, String>,
    bytes: Vec<u8>,
}

impl Wire {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The text, after checks that the body is as long as the head says, and that it is compressed if the head says so.
    #[track_caller]
    fn text(&self) -> String {
        assert_eq!(self.header("content-length"), self.bytes.len().to_string());
        let mut text = String::new();
        match self.header("content-encoding") {
            "" => return String::from_utf8(self.bytes.clone()).unwrap(),
            coding => assert_eq!(coding, "gzip"),
        }
        let mut decoder = GzDecoder::new(&*self.bytes);
        decoder.read_to_string(&mut text).unwrap();
        assert!(decoder.into_inner().is_empty(), "bytes after the end");
        text
    }

    fn is_packed(&self) -> bool {
        self.headers.contains_key("content-encoding")
    }
}

/// Sends a request with these lines of headers.
fn wire(server: &Server, method: &str, path: &str, lines: &[&str]) -> Wire {
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let start = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    socket
        .write_all(format!("{start}{lines}\r\n").as_bytes())
        .unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let bytes = answer.split_off(end.unwrap() + 4);
    let head = String::from_utf8(answer).unwrap();
    let mut lines = head.trim_end().lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers = lines.filter_map(|line| line.split_once(": "));
    Wire {
        status: status.parse().unwrap(),
        headers: headers
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect(),
        bytes,
    }
}

const GZIP: &str = "accept-encoding: gzip, deflate, br, zstd";
const KEY: &str = "authorization: Bearer phx_ada";
/// The client is elsewhere, says a proxy that the server trusts.
const ELSEWHERE: &str = "x-forwarded-for: 203.0.113.9";

fn behind_proxy(arguments: &[&str]) -> Server {
    Server::with(&[&["--trusted-proxy", "127.0.0.1"], arguments].concat())
}

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("static")
        .join(name);
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_file_is_sent_compressed_to_a_client_that_takes_it_and_plain_to_others() {
    let server = Server::start();
    for (path, name) in [
        ("/", "docs/home.html"),
        ("/docs/", "docs/guide.html"),
        ("/docs/docs.css", "docs/docs.css"),
        ("/admin/", ""), // these two are made of files
        ("/static/viewer/viewer.js", ""),
        ("/static/viewer/viewer.css", "viewer/viewer.css"),
        (
            "/static/vendor/rapidoc-9.3.8/rapidoc-min.js",
            "vendor/rapidoc-9.3.8/rapidoc-min.js",
        ),
    ] {
        let get = |lines: &[&str]| wire(&server, "GET", path, lines);
        let text = match name {
            "" => get(&[]).text(),
            name => file(name),
        };
        for (accepted, is_packed) in [
            ("gzip", true),
            ("GZip;q=0.2", true),
            ("br;q=1, gzip;q=0.8", true),
            ("identity;q=0, gzip", true),
            ("identity;q=0.5, gzip;q=0.6", true),
            ("", false),
            ("gzip;q=0", false),
            ("br, zstd", false),
            ("*;q=0", false),
            ("identity, gzip;q=0.5", false),
            ("gzipped", false),
            (&format!("gzip{}", ", x".repeat(1000)), false),
        ] {
            let answer = get(&[&format!("accept-encoding: {accepted}")]);
            assert_eq!(
                (answer.status, answer.is_packed()),
                (200, is_packed),
                "{accepted}"
            );
            assert!(answer.text() == text, "{path} {accepted}");
            assert_eq!(answer.header("vary"), "Cookie, Accept-Encoding");
        }
        let (plain, packed) = (
            get(&[]),
            get(&["accept-encoding: br", "accept-encoding: gzip"]),
        );
        assert!(!plain.is_packed() && packed.is_packed(), "{path}");
        assert_eq!(plain.text(), text);
        assert!(packed.bytes.len() < plain.bytes.len() / 2, "{path}");
        assert_eq!(plain.header("content-type"), packed.header("content-type"));
        let head = wire(&server, "HEAD", path, &[GZIP]);
        assert_eq!((head.status, head.bytes.len()), (200, 0));
        for (name, value) in &packed.headers {
            let is_own = ["date", "x-request-id"].contains(&&**name);
            assert!(is_own || head.header(name) == value, "{path} {name}");
        }
        // Each form has a tag of its own, which also comes back marked as weak, or with others.
        let tag = |answer: &Wire| answer.header("etag").to_owned();
        assert_ne!(tag(&plain), tag(&packed));
        for (known, line, status) in [
            (tag(&packed), GZIP, 304),
            (format!("W/{}", tag(&packed)), GZIP, 304),
            (format!("\"a\", {}", tag(&packed)), GZIP, 304),
            ("*".to_owned(), GZIP, 304),
            (tag(&plain), GZIP, 200),
            (tag(&plain), "accept: */*", 304),
            (tag(&packed), "accept: */*", 200),
        ] {
            let answer = get(&[line, &format!("if-none-match: {known}")]);
            assert_eq!(answer.status, status, "{path} {known} {line}");
            if status == 304 {
                assert!(answer.bytes.is_empty() && !answer.is_packed());
                assert_eq!(answer.header("vary"), "Cookie, Accept-Encoding");
            }
        }
    }
}

#[test]
fn pictures_and_fonts_stay_as_they_are() {
    let server = Server::start();
    for (path, kind) in [
        ("/docs/share.webp", "image/webp"),
        ("/static/vendor/temml-0.13.5/Temml.woff2", "font/woff2"),
    ] {
        let answer = wire(&server, "GET", path, &[GZIP]);
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
        assert!(!answer.is_packed() && answer.bytes.len() > 9000, "{path}");
        assert_eq!(answer.header("vary"), "Cookie, Accept-Encoding");
    }
}

#[test]
fn the_page_for_a_path_without_one_is_compressed_too() {
    let server = Server::start();
    let answer = wire(&server, "GET", "/nothing", &[GZIP, "accept: text/html"]);
    assert_eq!((answer.status, answer.is_packed()), (404, true));
    assert_eq!(answer.text(), file("docs/not-found.html"));
}

#[test]
fn scripts_of_the_sdk_are_compressed() {
    let folder = TempDir::new().unwrap();
    let script = "window.posthog = {};\n".repeat(500);
    fs::write(folder.path().join("array.js"), &script).unwrap();
    fs::write(folder.path().join("tiny.js"), "tiny()").unwrap();
    let server = Server::with(&["--sdk-assets", folder.path().to_str().unwrap()]);
    let get = |path: &str, lines: &[&str]| wire(&server, "GET", path, lines);
    for path in [
        "/static/array.js",
        "/static/1.2.3/array.js",
        "/array/phc_main/array.js",
    ] {
        for _ in 0..2 {
            let packed = get(path, &[GZIP]);
            assert_eq!((packed.status, packed.is_packed()), (200, true), "{path}");
            assert_eq!(packed.text(), script);
            let vary = packed.header("vary");
            assert!(vary.ends_with("-headers, Accept-Encoding"), "{vary}");
            let known = format!("if-none-match: {}", packed.header("etag"));
            assert_eq!(get(path, &[GZIP, &known]).status, 304);
        }
        let plain = get(path, &[]);
        assert_eq!((plain.is_packed(), plain.text()), (false, script.clone()));
    }
    assert_eq!(get("/static/tiny.js", &[GZIP]).bytes, b"tiny()");
}

#[test]
fn the_api_document_is_compressed() {
    let server = Server::start();
    for path in ["/api/schema/", "/api/schema/?format=json"] {
        let (plain, packed) = (
            wire(&server, "GET", path, &[]),
            wire(&server, "GET", path, &[GZIP]),
        );
        assert!(packed.is_packed() && !plain.is_packed());
        assert_eq!(packed.text(), plain.text());
        assert!(packed.bytes.len() < plain.bytes.len() / 5);
        assert_eq!(plain.header("vary"), "Accept, origin, Cookie");
        assert_eq!(
            packed.header("vary"),
            "Accept, origin, Cookie, Accept-Encoding"
        );
    }
}

#[test]
fn an_answer_above_a_kibibyte_is_compressed_for_a_client_elsewhere() {
    let server = behind_proxy(&[]);
    let get = |path: &str, lines: &[&str]| wire(&server, "GET", path, &[&[KEY], lines].concat());
    let list = server.get(DEFINITIONS).text;
    assert!(list.len() > 1024);
    let packed = get(DEFINITIONS, &[GZIP, ELSEWHERE]);
    assert_eq!((packed.status, packed.text()), (200, list.clone()));
    assert!(packed.is_packed() && packed.bytes.len() < list.len() / 2);
    assert_eq!(packed.header("vary"), "origin, Cookie, Accept-Encoding");
    assert_eq!(packed.header("content-type"), "application/json");
    let head = wire(&server, "HEAD", DEFINITIONS, &[KEY, GZIP, ELSEWHERE]);
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    for name in ["content-encoding", "content-length", "vary", "content-type"] {
        assert_eq!(head.header(name), packed.header(name), "{name}");
    }
    // A client on this machine has nothing of it.
    for lines in [
        &[GZIP][..],
        &[GZIP, "x-forwarded-for: 127.0.0.1"],
        &[ELSEWHERE],
    ] {
        let plain = get(DEFINITIONS, lines);
        assert_eq!((plain.is_packed(), plain.text()), (false, list.clone()));
        assert_eq!(plain.header("vary"), "origin, Cookie");
    }
    // Nor has one whose answer fits a packet.
    let small = get(
        "/api/projects/1/property_definitions/?limit=1",
        &[GZIP, ELSEWHERE],
    );
    assert!(small.bytes.len() <= 1024 && !small.is_packed(), "{small:?}");
    let missing = get("/api/nothing", &[GZIP, ELSEWHERE]);
    assert_eq!((missing.status, missing.is_packed()), (404, false));
}

#[test]
fn what_a_visitor_of_a_share_gets_is_compressed() {
    let server = Server::demo(&["--trusted-proxy", "127.0.0.1"]);
    for share in ["overview", "checkout-funnel", "naming", "report"] {
        for (path, vary) in [
            (format!("/shared/demo-{share}"), "Cookie, Accept-Encoding"),
            (
                format!("/shared/demo-{share}.json"),
                "Cookie, Accept-Encoding",
            ),
        ] {
            let packed = wire(&server, "GET", &path, &[GZIP, ELSEWHERE]);
            assert_eq!(
                (packed.status, packed.header("vary")),
                (200, vary),
                "{path}"
            );
            assert!(packed.is_packed() && packed.text().len() > 1024);
            let plain = wire(&server, "GET", &path, &[GZIP]);
            assert_eq!((plain.is_packed(), plain.header("vary")), (false, "Cookie"));
        }
    }
}

/// A browser adds the cookie by itself, so a page of another site could compare the lengths of many answers.
#[test]
fn an_answer_for_a_session_is_not_compressed() {
    let server = behind_proxy(&[]);
    let visitor = Visitor::new(&server);
    let cookie = visitor.lines();
    let cookie = cookie.trim_end();
    let answer = wire(&server, "GET", DEFINITIONS, &[cookie, GZIP, ELSEWHERE]);
    assert_eq!((answer.status, answer.is_packed()), (200, false));
    assert!(answer.bytes.len() > 1024);
    // A key comes first, and a cookie of others is none of ours.
    for lines in [[KEY, cookie], [KEY, "cookie: a=b"]] {
        let lines = [&lines[..], &[GZIP, ELSEWHERE]].concat();
        assert!(wire(&server, "GET", DEFINITIONS, &lines).is_packed());
    }
    let files = wire(&server, "GET", "/admin/", &[cookie, GZIP]);
    assert!(files.is_packed(), "the same for all visitors");
}

#[test]
fn a_tag_of_a_compressed_answer_is_weak() {
    let flags = (0..20).map(|number| json!({"project": "main", "key": format!("flag-{number}")}));
    let seed = seed(flags.collect());
    let server = Server::seeded(&seed, &["--trusted-proxy", "127.0.0.1"]);
    let path = "/flags/definitions?token=phc_main";
    let get = |lines: &[&str]| wire(&server, "GET", path, &[&[KEY], lines].concat());
    let (plain, packed) = (get(&[GZIP]), get(&[GZIP, ELSEWHERE]));
    assert!(packed.is_packed() && !plain.is_packed());
    assert_eq!(packed.text(), plain.text());
    assert_eq!(packed.header("etag"), format!("W/{}", plain.header("etag")));
    for known in [&plain, &packed] {
        let known = format!("if-none-match: {}", known.header("etag"));
        for client in [ELSEWHERE, "accept: */*"] {
            assert_eq!(get(&[GZIP, client, &known]).status, 304);
        }
    }
}

#[test]
fn a_stream_of_events_is_not_compressed() {
    let server = behind_proxy(&["--lab"]);
    let mut socket = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let request = format!("GET /_lab/events?project=1 HTTP/1.0\r\n{GZIP}\r\n{ELSEWHERE}\r\n\r\n");
    socket.write_all(request.as_bytes()).unwrap();
    let mut head = String::new();
    let mut lines = BufReader::new(socket);
    while !head.ends_with("\r\n\r\n") {
        assert!(lines.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let head = head.to_lowercase();
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    assert!(!head.contains("content-encoding"), "{head}");
}

#[test]
fn the_access_log_counts_what_is_sent_and_the_journal_keeps_what_was_said() {
    let server = behind_proxy(&["--lab", "--access-log", "--log-format", "json"]);
    let packed = wire(&server, "GET", DEFINITIONS, &[KEY, GZIP, ELSEWHERE]);
    let text = packed.text();
    assert!(packed.is_packed());
    let journal = server.ask("GET", "/_lab/requests/").send().ok(200);
    let entry = &journal["results"].as_array().unwrap().last().unwrap();
    assert_eq!(entry["response"]["headers"]["content-encoding"], "gzip");
    assert_eq!(entry["response"]["size"], text.len());
    let kept = entry["response"]["body"].as_str().unwrap();
    assert!(text.starts_with(kept) && kept.len() > 1000, "{kept}");
    let start = Instant::now();
    let bytes = format!("\"bytes\":{},", packed.bytes.len());
    while !server.log().contains(&bytes) {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{}",
            server.log()
        );
        thread::sleep(Duration::from_millis(10));
    }
}

/// The bytes that a fault counts are those on the wire.
#[test]
fn a_compressed_answer_can_be_cut() {
    let server = behind_proxy(&["--lab"]);
    let rule = json!({"truncate_after": 100, "times": 1});
    server
        .ask("POST", "/_lab/faults/")
        .json(rule)
        .send()
        .ok(201);
    let cut = wire(&server, "GET", DEFINITIONS, &[KEY, GZIP, ELSEWHERE]);
    assert!(cut.is_packed());
    assert_eq!(cut.bytes.len(), 100);
}
