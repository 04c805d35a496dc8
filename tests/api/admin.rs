//! The admin page as a browser gets it; what it does is tested in a real one.

use std::io::Write;

use base64::prelude::{BASE64_STANDARD, Engine};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

use crate::harness::Server;

/// The texts of the elements that begin with `start` and end with `end`.
fn texts<'p>(page: &'p str, start: &str, end: &str) -> Vec<&'p str> {
    let begun = page.split(start).skip(1);
    begun.map(|rest| rest.split(end).next().unwrap()).collect()
}

#[test]
fn the_page_is_one_file_under_a_strict_policy() {
    let server = Server::start();
    let page = server.ask("GET", "/admin/").send();
    let scripts = texts(&page.text, "<script type=\"module\">", "</script>");
    let styles = texts(&page.text, "<style>", "</style>");
    assert_eq!((scripts.len(), styles.len()), (1, 4));
    for part in ["<script src", "from \"./", "import(\"./"] {
        assert!(!page.text.contains(part), "another request: {part}");
    }
    let head = page.text.split("<body>").next().unwrap();
    assert!(!head.contains("<link rel=\"stylesheet\""), "{head}");
    for unsafe_way in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
    ] {
        assert!(!page.text.contains(unsafe_way), "{unsafe_way}");
    }
    let hashes = |texts: Vec<&str>| -> String {
        let hash = |text: &&str| BASE64_STANDARD.encode(Sha256::digest(text));
        texts
            .iter()
            .map(|text| format!(" 'sha256-{}'", hash(text)))
            .collect()
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'{}; style-src 'self'{}; connect-src 'self'; img-src 'self' data:; \
         frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        hashes(scripts),
        hashes(styles)
    );
    for path in ["/admin", "/admin/"] {
        let answer = server.ask("GET", path).send();
        assert_eq!(
            (
                answer.status,
                answer.header("content-security-policy"),
                answer.header("x-frame-options"),
                answer.header("content-type"),
            ),
            (200, &*policy, "DENY", "text/html; charset=utf-8"),
            "{path}"
        );
        assert_eq!(server.ask("HEAD", path).send().status, 200, "{path}");
    }
    let again = server
        .ask("GET", "/admin/")
        .header("if-none-match", page.header("etag"));
    let again = again.send();
    assert_eq!((again.status, &*again.text), (304, ""));
    assert_eq!(again.header("content-security-policy"), policy);
}

#[test]
fn the_page_is_light() {
    let page = Server::start().ask("GET", "/admin/").send();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(page.text.as_bytes()).unwrap();
    let packed = packed.finish().unwrap().len();
    assert!((10_000..75_000).contains(&packed), "{packed} bytes packed");
}

#[test]
fn what_the_page_is_made_of_is_not_served_by_itself() {
    let server = Server::start();
    for missing in [
        "/admin/app.js",
        "/admin/admin.css",
        "/admin/nothing.js",
        "/admin/../schema.sql",
        "/admin/%2e%2e/openapi.json",
    ] {
        assert_eq!(server.ask("GET", missing).send().status, 404, "{missing}");
    }
    assert_eq!(server.ask("POST", "/admin/app.js").send().status, 404);
}
