//! Real applications with real SDKs send events to a running hoglet; then the API lists what they implied.
//!
//! The SDKs are installed by `install` beside this file, pinned, on the first run.

#[allow(dead_code)] // the API's tests use the rest
#[path = "../api/harness.rs"]
mod harness;

use std::{path::Path, process::Command, sync::Once};

use harness::Server;

/// Name, type of the definition (`group` means of the first group type), inferred type.
type Expected = (&'static str, &'static str, &'static str);

#[test]
fn the_python_sdk_is_content_and_its_events_become_definitions() {
    let server = Server::start();
    run(&server, "python/bin/python", "python_sdk.py");
    expect_definitions(
        &server,
        &[
            ("py_plan", "event", "String"),
            ("py_seats", "event", "Numeric"),
            ("py_trial", "event", "Boolean"),
            ("py_started_at", "event", "DateTime"),
            ("py_anonymous", "event", "Numeric"),
            ("py_zipped", "event", "Numeric"),
            ("py_newer", "event", "Boolean"),
            ("$lib", "event", "String"),
            ("py_name", "person", "String"),
            ("py_first_visit", "person", "DateTime"),
            ("py_newer_name", "person", "String"),
            ("py_employees", "group", "Numeric"),
        ],
    );
    expect_pair(&server, "py signed up", "py_plan");
}

#[test]
fn the_node_sdk_is_content_and_its_events_become_definitions() {
    let server = Server::start();
    run(&server, "node", "node_sdk.cjs");
    expect_definitions(
        &server,
        &[
            ("node_plan", "event", "String"),
            ("node_seats", "event", "Numeric"),
            ("node_trial", "event", "Boolean"),
            ("node_started_at", "event", "DateTime"),
            ("node_newer", "event", "Boolean"),
            ("node_name", "person", "String"),
            ("node_first", "person", "Numeric"),
            ("node_employees", "group", "Numeric"),
        ],
    );
    expect_pair(&server, "node signed up", "node_plan");
}

#[test]
fn the_browser_sdk_is_content_and_its_events_become_definitions() {
    let server = Server::start();
    run(&server, "node", "browser_sdk.cjs");
    expect_definitions(
        &server,
        &[
            ("js_plan", "event", "String"),
            ("js_seats", "event", "Numeric"),
            ("js_trial", "event", "Boolean"),
            ("$current_url", "event", "String"),
            ("$time", "event", "Numeric"),
            ("utm_source", "event", "String"),
            ("js_name", "person", "String"),
            ("js_first", "person", "Numeric"),
            ("js_colour", "person", "String"),
            ("js_employees", "group", "Numeric"),
        ],
    );
    expect_pair(&server, "js signed up", "js_plan");
}

/// Runs an application against `server`; it must end well, which it does not if its SDK complained.
fn run(server: &Server, program: &str, script: &str) {
    static INSTALLED: Once = Once::new();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    INSTALLED.call_once(|| {
        let installed = Command::new(here.join("tests/clients/install"))
            .status()
            .unwrap();
        assert!(installed.success(), "the SDKs could not be installed");
    });
    let packages = here.join("target/clients");
    let program = if program.contains('/') {
        packages.join(program)
    } else {
        program.into()
    };
    let output = Command::new(program)
        .arg(here.join("tests/clients").join(script))
        .args([&server.url, "phc_main", "phs_main"])
        .env("NODE_PATH", packages.join("node_modules"))
        .output()
        .unwrap();
    let (out, complaints) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "{out}\n{complaints}\nthe server says:\n{}",
        server.log()
    );
}

fn expect_definitions(server: &Server, expected: &[Expected]) {
    for (name, kind, property_type) in expected {
        let index = if *kind == "group" {
            "&group_type_index=0"
        } else {
            ""
        };
        let name = name.replace('$', "%24");
        let path =
            format!("/api/projects/1/property_definitions/?type={kind}&properties={name}{index}");
        let body = server.get(&path).ok(200);
        assert_eq!(
            body["results"][0]["property_type"], *property_type,
            "{kind} {name}: {body}"
        );
    }
}

fn expect_pair(server: &Server, event: &str, property: &str) {
    let event_in_url = event.replace(' ', "+");
    let path = format!(
        "/api/projects/1/property_definitions/seen_together/?event_names={event_in_url}&property_name={property}"
    );
    assert_eq!(server.get(&path).ok(200)[event], true);
}
