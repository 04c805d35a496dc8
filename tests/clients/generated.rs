//! Clients that are generated out of the OpenAPI document in this run call the 18 operations of the published API page.
//!
//! The generators are installed by `generated/install`, pinned, on the first run.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Once,
};

use crate::harness::Server;

/// Where the clients and what they are generated with are written in the repository.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/generated")
}

/// Where the generators are, which are installed if they are not.
fn tools() -> PathBuf {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| run(&mut Command::new(sources().join("install"))));
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/generated-clients")
}

/// A new folder `name` beside the generators with the document of `server` in it.
fn workshop(server: &Server, name: &str) -> PathBuf {
    let folder = tools().join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir(&folder).unwrap();
    let document = server.ask("GET", "/api/schema/?format=json").send();
    assert_eq!(document.status, 200);
    fs::write(folder.join("openapi.json"), document.text).unwrap();
    folder
}

/// Runs `command`, which must end well.
#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let (out, complaints) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{out}\n{complaints}");
}

#[test]
fn openapi_typescript_and_openapi_fetch_call_the_18_operations() {
    let server = Server::start();
    let folder = workshop(&server, "typescript");
    let tool = |name: &str| {
        let mut command = Command::new(tools().join("node_modules/.bin").join(name));
        command.current_dir(&folder);
        command
    };
    run(tool("openapi-typescript").args(["openapi.json", "-o", "schema.d.ts"]));
    for file in ["client.ts", "tsconfig.json"] {
        fs::copy(sources().join(file), folder.join(file)).unwrap();
    }
    run(&mut tool("tsc"));
    let client = folder.join("out/client.js");
    run(Command::new("node")
        .arg(client)
        .args([&server.url, "phx_ada"]));
}

#[test]
fn openapi_python_client_calls_the_18_operations() {
    let server = Server::start();
    let folder = workshop(&server, "python-client");
    let programs = tools().join("python/bin");
    let path = format!("{}:{}", programs.display(), env::var("PATH").unwrap());
    run(Command::new(programs.join("openapi-python-client"))
        .args(["generate", "--path", "openapi.json", "--fail-on-warning"])
        .args(["--output-path", "generated"])
        .current_dir(&folder)
        .env("PATH", path)); // it formats what it writes with a program from there
    run(Command::new(programs.join("python"))
        .arg(sources().join("client.py"))
        .args([&server.url, "phx_ada"])
        .env("PYTHONPATH", folder.join("generated"))
        .env("PYTHONDONTWRITEBYTECODE", "1"));
}

#[test]
fn linters_find_no_error_in_the_document() {
    let server = Server::start();
    let folder = workshop(&server, "lint");
    let tool = |name: &str, option: &str, rules: &str| {
        let mut command = Command::new(tools().join("node_modules/.bin").join(name));
        command.args(["lint", "openapi.json", option]);
        command.arg(sources().join(rules)).current_dir(&folder);
        // Neither a report home nor a question about newer versions.
        command.env("REDOCLY_TELEMETRY", "off");
        command.env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
        command
    };
    run(&mut tool("redocly", "--config", "redocly.yaml"));
    run(&mut tool("spectral", "--ruleset", "spectral.yaml"));
}
