//! Real applications with real SDKs send events to a running hoglet; then the API lists what they implied.
//!
//! Each SDK comes in its newest version and in the oldest that works. They are installed by `install` beside this file, pinned,
//! on the first run.

mod browsers;
#[allow(dead_code)] // only a part of it is used here
#[path = "../browser/driver.rs"]
mod driver;
mod flags;
mod generated;
#[path = "../support/mod.rs"]
mod harness;
mod litestream;
mod recipes;
mod reference;
mod site;

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
    run_script(&server, "python/bin/python", "python_sdk.py");
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
            ("py_prompt", "event", "String"),
            ("$ai_input_tokens", "event", "Numeric"),
            ("$lib", "event", "String"),
            ("py_name", "person", "String"),
            ("py_first_visit", "person", "DateTime"),
            ("py_newer_name", "person", "String"),
            ("py_employees", "group", "Numeric"),
        ],
    );
    expect_pair(&server, "py signed up", "py_plan");
    expect_pair(&server, "$ai_generation", "$ai_model");
}

#[test]
fn the_oldest_python_sdk_is_content() {
    let server = Server::start();
    run_script(&server, "python-oldest/bin/python", "python_sdk_oldest.py");
    expect_definitions(
        &server,
        &[
            ("py_plan", "event", "String"),
            ("py_seats", "event", "Numeric"),
            ("py_trial", "event", "Boolean"),
            ("py_name", "person", "String"),
        ],
    );
    expect_pair(&server, "py signed up", "py_plan");
}

#[test]
fn the_node_sdk_is_content_and_its_events_become_definitions() {
    let server = Server::start();
    run_script(&server, "node", "node_sdk.cjs");
    expect_definitions(
        &server,
        &[
            ("node_plan", "event", "String"),
            ("node_seats", "event", "Numeric"),
            ("node_trial", "event", "Boolean"),
            ("node_started_at", "event", "DateTime"),
            ("node_newer", "event", "Boolean"),
            ("node_prompt", "event", "String"),
            ("$ai_input_tokens", "event", "Numeric"),
            ("node_name", "person", "String"),
            ("node_first", "person", "Numeric"),
            ("node_employees", "group", "Numeric"),
        ],
    );
    expect_pair(&server, "node signed up", "node_plan");
    expect_pair(&server, "$ai_generation", "$ai_model");
}

#[test]
fn the_oldest_node_sdk_is_content() {
    let server = Server::start();
    run_script(&server, "node", "node_sdk_oldest.cjs");
    expect_definitions(
        &server,
        &[
            ("node_plan", "event", "String"),
            ("node_seats", "event", "Numeric"),
            ("node_trial", "event", "Boolean"),
            ("node_name", "person", "String"),
        ],
    );
    expect_pair(&server, "node signed up", "node_plan");
}

#[test]
fn the_rust_sdk_is_content_and_its_events_become_definitions() {
    let server = Server::start();
    run_rust(&server, "newest");
    expect_definitions(
        &server,
        &[
            ("rs_plan", "event", "String"),
            ("rs_seats", "event", "Numeric"),
            ("rs_trial", "event", "Boolean"),
            ("rs_employees", "group", "Numeric"),
        ],
    );
    expect_pair(&server, "rs signed up", "rs_plan");
}

#[test]
fn the_oldest_rust_sdk_is_content() {
    let server = Server::start();
    run_rust(&server, "oldest");
    expect_definitions(
        &server,
        &[
            ("rs_plan", "event", "String"),
            ("rs_seats", "event", "Numeric"),
            ("rs_trial", "event", "Boolean"),
        ],
    );
    expect_pair(&server, "rs signed up", "rs_plan");
    expect_pair(&server, "rs two of two", "$lib_version");
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
            run_script(&server, program, &file);
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

/// Runs a script with an SDK against `server`.
#[track_caller]
fn run_script(server: &Server, program: &str, script: impl AsRef<Path>) {
    let packages = packages();
    let program = match program.contains('/') {
        true => packages.join(program),
        false => program.into(),
    };
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    let mut command = Command::new(program);
    command.arg(here.join(script));
    command.args([&server.url, "phc_main", "phs_main"]);
    run(
        server,
        command.env("NODE_PATH", packages.join("node_modules")),
    );
}

/// Builds the application with the Rust SDK, and runs it with one version against `server`.
#[track_caller]
fn run_rust(server: &Server, version: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/clients-rust");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--locked", "--manifest-path"])
        .arg(root.join("tests/clients/rust/Cargo.toml"))
        .arg("--target-dir")
        .arg(&folder)
        .status()
        .unwrap();
    assert!(built.success(), "the application cannot be built");
    let mut command = Command::new(folder.join("debug/hoglet-clients"));
    run(server, command.args([version, &server.url, "phc_main"]));
}

/// Runs an application, which must end well and write nothing to standard error: that is where SDKs complain.
#[track_caller]
fn run(server: &Server, command: &mut Command) {
    let output = command.output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && complaints.is_empty(),
        "{}\n{complaints}\nthe server says:\n{}",
        String::from_utf8_lossy(&output.stdout),
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
    let event_in_url = event.replace(' ', "+").replace('$', "%24");
    let property = property.replace('$', "%24");
    let path = format!(
        "/api/projects/1/property_definitions/seen_together/?event_names={event_in_url}&property_name={property}"
    );
    assert_eq!(server.get(&path).ok(200)[event], true);
}
