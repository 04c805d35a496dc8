//! The documentation: every page is there, its links lead somewhere, and may do only what it must.

use std::collections::BTreeSet;

use crate::harness::{Answer, Server};

const PAGES: [&str; 12] = [
    "/",
    "/docs/",
    "/docs/testing/",
    "/docs/cli/",
    "/docs/seed/",
    "/docs/lab/",
    "/docs/compatibility/",
    "/docs/security/",
    "/docs/api/",
    "/docs/changes/",
    "/docs/contributing/",
    LICENCES,
];

/// Linked at the foot of every page, and not in the navigation.
const LICENCES: &str = "/docs/licences/";

/// Checks that `policy` lets a page do nothing but use its own server; the API's viewer may write styles, too.
#[track_caller]
fn assert_strict(policy: &str, is_viewer: bool) {
    let directives: Vec<_> = policy.split(';').map(str::trim).collect();
    for needed in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(directives.contains(&needed), "{policy}");
    }
    for directive in directives {
        let (name, sources) = directive.split_once(' ').unwrap();
        for source in sources.split(' ') {
            let is_right = match source {
                "'none'" | "'self'" => true,
                "data:" => name == "img-src",
                "'unsafe-inline'" => name == "style-src" && is_viewer,
                _ => false,
            };
            assert!(is_right, "{directive}");
        }
    }
}

fn get(server: &Server, path: &str) -> Answer {
    let answer = server.ask("GET", path).send();
    assert_eq!(answer.status, 200, "{path}");
    answer
}

/// What stands in the attributes `name` of `html`.
fn attributes<'h>(html: &'h str, name: &str) -> BTreeSet<&'h str> {
    let start = format!(" {name}=\"");
    let parts = html.split(&start).skip(1);
    parts.map(|part| part.split_once('"').unwrap().0).collect()
}

#[test]
fn every_page_is_served_under_a_strict_policy() {
    let server = Server::start();
    for path in PAGES {
        let answer = get(&server, path);
        assert_strict(
            answer.header("content-security-policy"),
            path == "/docs/api/",
        );
        assert_eq!(
            (
                answer.header("content-type"),
                answer.header("x-frame-options")
            ),
            ("text/html; charset=utf-8", "DENY"),
            "{path}"
        );
        let limit = if path == LICENCES { 150_000 } else { 50_000 };
        assert!(answer.text.len() < limit, "{path}");
        assert!(
            answer.text.contains("not made by, affiliated with"),
            "{path}"
        );
        let bare = path.trim_end_matches('/');
        if !bare.is_empty() {
            assert_eq!(get(&server, bare).text, answer.text, "{path}");
        }
        assert_eq!(server.ask("HEAD", path).send().status, 200, "{path}");
        assert_eq!(server.ask("POST", path).send().status, 405, "{path}");
    }
    for missing in [
        "/docs/nothing",
        "/docs/api.html",
        "/docs/../schema.sql",
        "/static/vendor/",
    ] {
        assert_eq!(server.ask("GET", missing).send().status, 404, "{missing}");
    }
}

#[test]
fn every_link_leads_somewhere_and_nothing_is_loaded_from_outside() {
    let server = Server::start();
    for path in PAGES {
        let html = get(&server, path).text;
        for id in attributes(&html, "id") {
            let count = html.matches(&format!(" id=\"{id}\"")).count();
            assert_eq!(count, 1, "{path}: elements called {id}");
        }
        let (pages, files) = (attributes(&html, "href"), attributes(&html, "src"));
        for link in pages.union(&files) {
            if link.starts_with("data:image/svg+xml,") {
                continue;
            }
            let (target, place) = link.split_once('#').unwrap_or((link, ""));
            assert!(
                target.is_empty() || target.starts_with('/'),
                "{path}: {link}"
            );
            let there = match target {
                "" => html.clone(),
                target => get(&server, target).text,
            };
            let is_named = place.is_empty() || attributes(&there, "id").contains(place);
            assert!(is_named, "{path}: {link}");
        }
    }
}

#[test]
fn every_page_is_in_the_navigation_of_every_page() {
    let server = Server::start();
    for path in PAGES {
        let html = get(&server, path).text;
        let navigation = html.split_once("aria-label=\"Documentation\">").unwrap().1;
        let links = attributes(navigation.split_once("</nav>").unwrap().0, "href");
        for page in PAGES {
            // "/" is the name before the navigation.
            let is_listed = links.contains(page) || ["/", LICENCES].contains(&page);
            assert!(is_listed, "{path} does not list {page}");
        }
        let foot = html.split_once("not made by, affiliated with").unwrap().1;
        assert!(attributes(foot, "href").contains(LICENCES), "{path}");
        let current = html.matches("aria-current=\"page\"").count();
        let is_listed = links.contains(path);
        assert_eq!(current, usize::from(is_listed), "{path}");
    }
}

#[test]
fn the_page_for_what_does_not_exist_has_the_navigation_of_all() {
    let server = Server::start();
    let navigation = |page: &str| {
        let (_, after) = page.split_once("aria-label=\"Documentation\">").unwrap();
        after.split_once("</nav>").unwrap().0.to_owned()
    };
    let page = server
        .ask("GET", "/nothing")
        .header("accept", "text/html")
        .send();
    assert_eq!(page.status, 404);
    assert_eq!(navigation(&page.text), navigation(&get(&server, "/").text));
    for link in attributes(&page.text, "href") {
        assert!(
            link.starts_with("data:") || link.starts_with('#') || get(&server, link).status == 200
        );
    }
}

#[test]
fn the_readme_has_two_pictures_that_are_small_and_served() {
    let (server, readme) = (Server::start(), include_str!("../../README.md"));
    let pictures = readme.split("](static/docs/").skip(1);
    let pictures: Vec<_> = pictures
        .map(|part| part.split_once(')').unwrap().0)
        .collect();
    assert_eq!(pictures, ["share.webp", "admin.webp"]);
    for picture in pictures {
        let answer = server.ask("HEAD", &format!("/docs/{picture}")).send();
        let told = (answer.status, answer.header("content-type"));
        assert_eq!(told, (200, "image/webp"), "{picture}");
        let length: usize = answer.header("content-length").parse().unwrap();
        assert!((5_000..100_000).contains(&length), "{picture}: {length}");
    }
}

#[test]
fn the_templates_of_public_pages_are_not_served() {
    let server = Server::start();
    for path in [
        "/static/viewer/page.html",
        "//static/viewer/page.html",
        "/static/viewer/not-found.html",
    ] {
        assert_eq!(server.ask("GET", path).send().status, 404, "{path}");
    }
}

#[test]
fn what_pages_load_has_its_type() {
    let server = Server::start();
    let vendor = "/static/vendor/rapidoc-9.3.8";
    for (path, kind) in [
        ("/docs/docs.css".to_owned(), "text/css; charset=utf-8"),
        (
            "/docs/reference.js".to_owned(),
            "text/javascript; charset=utf-8",
        ),
        (
            format!("{vendor}/rapidoc-min.js"),
            "text/javascript; charset=utf-8",
        ),
        (format!("{vendor}/LICENSE.txt"), "text/plain; charset=utf-8"),
        (
            format!("{vendor}/rapidoc-min.js.LICENSE.txt"),
            "text/plain; charset=utf-8",
        ),
    ] {
        let answer = get(&server, &path);
        assert_eq!(answer.header("content-type"), kind, "{path}");
        let cached = match path.starts_with(vendor) {
            true => "max-age=31536000, immutable", // its version is part of the path
            false => "no-cache",
        };
        assert_eq!(answer.header("cache-control"), cached, "{path}");
    }
}

#[test]
fn a_page_or_file_that_has_not_changed_returns_304() {
    let server = Server::start();
    for path in [
        "/",
        "/docs/",
        "/docs/docs.css",
        "/admin/",
        "/static/viewer/viewer.js",
        "/static/vendor/uplot-1.6.32/uPlot.esm.js",
    ] {
        let answer = get(&server, path);
        let ask = |tag: &str| {
            let ask = server.ask("GET", path);
            ask.header("if-none-match", tag).send()
        };
        let again = ask(answer.header("etag"));
        assert_eq!((again.status, &*again.text), (304, ""), "{path}");
        for name in ["etag", "cache-control", "content-security-policy"] {
            assert_eq!(again.header(name), answer.header(name), "{path} {name}");
        }
        let other = ask("\"0123456789abcdef\"");
        assert_eq!((other.status, other.text), (200, answer.text), "{path}");
    }
}
