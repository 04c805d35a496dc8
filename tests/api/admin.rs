//! The admin page as a browser gets it; what it does is tested in a real one.

use std::{fs, path::Path};

use crate::harness::Server;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

#[test]
fn every_file_of_the_page_is_served_under_a_strict_policy() {
    let server = Server::start();
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/static/admin"));
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut paths = vec!["/admin".to_owned(), "/admin/".to_owned()];
    let mut weight = 0;
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        // These two sections are loaded when they are first opened.
        if !["lab-", "content", "csv"]
            .iter()
            .any(|part| name.starts_with(part))
        {
            weight += fs::metadata(&file).unwrap().len();
        }
        paths.push(format!("/admin/{name}"));
        let text = fs::read_to_string(&file).unwrap();
        for unsafe_way in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!text.contains(unsafe_way), "{name} has {unsafe_way}");
        }
    }
    assert!(weight < 150_000, "{weight}"); // even without compression
    for path in paths {
        let answer = server.ask("GET", &path).send();
        assert_eq!(
            (
                answer.status,
                answer.header("content-security-policy"),
                answer.header("x-frame-options")
            ),
            (200, POLICY, "DENY"),
            "{path}"
        );
        let kind = match path.rsplit_once('.').map(|(_, kind)| kind) {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            _ => "text/html; charset=utf-8",
        };
        assert_eq!(answer.header("content-type"), kind, "{path}");
        assert_eq!(server.ask("HEAD", &path).send().status, 200, "{path}");
    }
    for missing in [
        "/admin/nothing.js",
        "/admin/../schema.sql",
        "/admin/%2e%2e/openapi.json",
    ] {
        assert_eq!(server.ask("GET", missing).send().status, 404, "{missing}");
    }
    assert_eq!(server.ask("POST", "/admin/app.js").send().status, 404);
}
