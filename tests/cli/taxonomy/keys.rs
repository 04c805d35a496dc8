//! The key, and what a server says to a wrong one.

use serde_json::json;

use super::Site;
use crate::process::{Folder, finish};

const FILE: &str = "events:\n  a: {description: A}\nevent_properties:\n  p: {description: P}\n";

fn site() -> Site {
    Site::new(
        json!({"event_definitions": [{"name": "a"}], "property_definitions": [{"name": "p"}]}),
        7,
        &[],
    )
}

#[test]
fn the_key_comes_from_a_file_or_a_variable() {
    let site = site();
    site.folder.write("key.txt", "phx_read\nnot this\n");
    let pull = [
        "taxonomy",
        "pull",
        "--from",
        &site.server.url,
        "--project",
        "@current",
    ];
    let expected = site.pull();
    let named = [&pull[..], &["--key-file", "key.txt"]].concat();
    assert_eq!(site.folder.ok(&named), expected);
    let mut command = site.folder.command(&pull);
    command.env("POSTHOG_PERSONAL_API_KEY", "phx_read");
    assert_eq!(finish(command).stdout, expected);
    site.folder.fails(
        &pull,
        &["no key: set HOGLET_TAXONOMY_KEY, or name a file with --key-file"],
    );
    site.folder.write("key.txt", "two words\n");
    site.folder
        .fails(&named, &["the key has characters that no key has"]);
    site.folder.fails(
        &[&pull[..], &["--key-file", "none.txt"]].concat(),
        &["none.txt cannot be read"],
    );
}

#[test]
fn a_missing_scope_is_named() {
    let site = site();
    let with = |key: &str, arguments: &[&str]| {
        site.folder.write("taxonomy.yaml", FILE);
        let mut command = site.command(arguments);
        command.env("HOGLET_TAXONOMY_KEY", key);
        finish(command)
    };
    let url = &*site.server.url;
    let plan = ["plan", "taxonomy.yaml", "--to", url];
    with("phx_events", &plan).failed(&[&format!(
        "the key lacks the scope property_definition:read at {url}; add it to the key"
    )]);
    let done = with("phx_read", &["apply", "taxonomy.yaml", "--to", url]);
    assert_eq!(
        (done.code, &*done.stdout),
        (Some(1), "0 created, 0 changed, 0 deleted\n")
    );
    assert_eq!(
        done.stderr,
        format!(
            "hoglet: the key lacks the scope event_definition:write at {url}; add it to the key\n"
        )
    );
    with("phx_wrong", &plan).failed(&["does not accept the key: 401: "]);
    with("phx_all", &[&plan[..], &["--project", "9"]].concat()).failed(&[
        url,
        "404",
        "Project not found",
    ]);
    // A file with events alone needs no scope for properties.
    site.folder.write("events.yaml", "events: {}\n");
    let mut command = site.command(&["plan", "events.yaml", "--to", url]);
    command.env("HOGLET_TAXONOMY_KEY", "phx_events");
    assert_eq!(finish(command).code, Some(0));
}

#[test]
fn the_key_is_sent_nowhere_else_and_printed_nowhere() {
    // A server that sends its clients elsewhere.
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut socket, _) = other.accept().unwrap();
        let mut head = [0; 4096];
        let length = socket.read(&mut head).unwrap();
        socket.write_all(b"HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n").unwrap();
        String::from_utf8_lossy(&head[..length]).into_owned()
    });
    let folder = Folder::new();
    let url = format!("http://{address}");
    let mut command = folder.command(&["taxonomy", "pull", "--from", &url, "--project", "1"]);
    command.env("HOGLET_TAXONOMY_KEY", "phx_secret");
    let done = finish(command);
    done.failed(&[
        &url,
        "redirects to https://elsewhere.example/; name that server",
    ]);
    assert!(!format!("{done:?}").contains("phx_secret"));
    assert!(
        server
            .join()
            .unwrap()
            .to_lowercase()
            .contains("authorization: bearer phx_secret")
    );
}

#[test]
fn an_address_that_is_no_api_is_named() {
    let site = site();
    let project = |value: &str, url: &str| {
        site.folder
            .run(&["taxonomy", "pull", "--from", url, "--project", value])
    };
    for (value, url) in [
        ("1/../2", &*site.server.url),
        ("", "http://a"),
        ("1", "ftp://a"),
        ("1", "http://a/b"),
        ("1", "a"),
    ] {
        let done = project(value, url);
        assert_eq!(done.code, Some(2), "{value} {url}: {done:?}");
        assert!(done.stderr.contains("expected"), "{done:?}");
    }
}
