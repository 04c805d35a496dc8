//! Every path with every method: whatever is asked, the answer is meant, and no bug.

use crate::{
    harness::Server,
    table::{Row, rows},
};

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO",
];

/// The path of `row` with something in it that may exist.
fn path(row: &Row) -> String {
    let filled = row.segments().map(|segment| match segment {
        "{project_id}" => "1",
        "{organization_id}" => "@current",
        "{notebook_id}" => "NoteMain1",
        "{recording_id}" => "rec-main",
        named if named.starts_with('{') => "1",
        literal => literal,
    });
    let path = filled.fold(String::new(), |path, segment| format!("{path}/{segment}"));
    match path.as_str() {
        "" => "/".into(),
        _ => path,
    }
}

#[test]
fn no_method_on_any_path_returns_500() {
    let server = Server::start();
    let mut paths: Vec<_> = rows().map(|row| path(&row)).collect();
    paths.dedup();
    paths.extend(["/nothing", "/api/", "/api/nothing", "/docs/guide.html", "*"].map(String::from));
    for path in &paths {
        for method in METHODS {
            for key in ["", "phx_ada"] {
                // Over a socket, because clients refuse to send some of these.
                let request = format!(
                    "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\
                     Authorization: Bearer {key}\r\n\r\n"
                );
                let answer = server.raw(request.as_bytes());
                let status = answer.split(' ').nth(1).unwrap_or_default();
                assert!(
                    status.len() == 3 && !status.starts_with('5'),
                    "{method} {path} {key}: {answer:?}"
                );
            }
        }
    }
    assert!(!server.log().contains("panic"), "{}", server.log());
}

#[test]
fn options_of_the_home_page_names_it() {
    let server = Server::start();
    let answer = server.ask("OPTIONS", "/").send();
    assert_eq!((answer.status, &answer.body["name"]), (200, &"Home".into()));
}
