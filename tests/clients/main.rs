//! Real applications with real SDKs send events to a running hoglet; then the API lists what they implied.
//!
//! The SDKs are installed by `install` beside this file, pinned, on the first run.

#[path = "../support/mod.rs"]
mod harness;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Once,
};

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

#[test]
fn the_examples_of_the_documents_work_as_they_stand() {
    let readme = include_str!("../../README.md");
    let guide = include_str!("../../static/docs/guide.html");
    let guide = guide.replace("<i>", "").replace("</i>", "");
    for (name, text, python, node, end) in [
        ("readme", readme, "```python\n", "```js\n", "```"),
        (
            "guide",
            &guide,
            "<code># pip install posthog\n",
            "<code>// npm install posthog-node\n",
            "</code>",
        ),
    ] {
        let server = Server::start();
        for (program, start, file) in [
            ("python/bin/python", python, format!("{name}.py")),
            ("node", node, format!("{name}.mjs")),
        ] {
            let example = text.split_once(start).unwrap().1.split(end).next().unwrap();
            let example = example.replace("http://127.0.0.1:8010", &server.url);
            let file = packages().join(file); // where a module finds the packages
            fs::write(&file, example.replace("phc_demo", "phc_main")).unwrap();
            run(&server, program, &file);
        }
        let events = server
            .get("/api/projects/1/events/?event=signed+up")
            .ok(200);
        let library = |index: usize| &events["results"][index]["properties"]["$lib"];
        let libraries = [library(0), library(1)];
        assert_eq!(
            libraries,
            ["posthog-node", "posthog-python"],
            "{name}: {events}"
        );
    }
}

/// Where the SDKs are, which are installed if they are not.
fn packages() -> PathBuf {
    static INSTALLED: Once = Once::new();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    INSTALLED.call_once(|| {
        let installed = Command::new(here.join("tests/clients/install"))
            .status()
            .unwrap();
        assert!(installed.success(), "the SDKs could not be installed");
    });
    here.join("target/clients")
}

/// Runs an application against `server`; it must end well, which it does not if its SDK complained.
fn run(server: &Server, program: &str, script: impl AsRef<Path>) {
    let packages = packages();
    let program = if program.contains('/') {
        packages.join(program)
    } else {
        program.into()
    };
    let output = Command::new(program)
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/clients")
                .join(script),
        )
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
