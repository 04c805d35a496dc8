//! The scripts that the browser SDK loads when it needs them.
use std::{fs, os::unix::fs::symlink};

use tempfile::TempDir;

use crate::harness::{Answer, Server, hoglet};

fn get(server: &Server, path: &str) -> Answer {
    let ask = server.ask("GET", path);
    ask.header("origin", "https://shop.example").send()
}

/// Checks that `answer` is a script that pages of every origin may load.
#[track_caller]
fn is_script(answer: &Answer, text: &str) {
    assert_eq!((answer.status, &*answer.text), (200, text));
    let kind = answer.header("content-type");
    assert_eq!(kind, "application/javascript; charset=utf-8");
    let origin = answer.header("access-control-allow-origin");
    assert_eq!(origin, "https://shop.example");
}

const PARTS: [&str; 6] = [
    "/static/1.449.2/surveys.js",
    "/static/surveys.js?v=1.260.0",
    "/static/recorder.js",
    "/static/1.449.2/lazy-recorder.js",
    "/static/toolbar.js?t=1795405668609",
    "/static/1.449.2/web-vitals-with-attribution.js",
];

#[test]
fn a_part_of_the_sdk_is_an_empty_script() {
    let server = Server::start();
    for path in PARTS {
        is_script(&get(&server, path), "");
    }
}

#[test]
fn a_page_that_lacks_the_sdk_itself_hears_of_it() {
    let server = Server::start();
    for path in [
        "/static/array.js",
        "/static/1.449.2/array.full.js",
        "/array/phc_main/array.js",
        "/static/surveys.css",
        "/static/surveys.js.map",
        "/static/1.449.2",
        "/static/vendor/surveys.js",
        "/static/viewer/surveys.js",
    ] {
        assert_eq!(get(&server, path).status, 404, "{path}");
    }
}

/// A folder with an SDK, and a secret beside it.
fn assets(files: &TempDir) -> &str {
    let dist = files.path().join("dist");
    fs::create_dir_all(dist.join("lib")).unwrap();
    for (name, text) in [
        ("dist/array.js", "sdk()"),
        ("dist/surveys.js", "surveys()"),
        ("dist/surveys.js.map", "{}"),
        ("dist/lib/inner.js", "inner()"),
        ("secret.js", "secret()"),
    ] {
        fs::write(files.path().join(name), text).unwrap();
    }
    symlink("../secret.js", dist.join("escape.js")).unwrap();
    symlink("nothing", dist.join("dangling.js")).unwrap();
    symlink("surveys.js", dist.join("alias.js")).unwrap();
    symlink(dist.join("lib"), dist.join("folder.js")).unwrap();
    files.path().to_str().unwrap()
}

#[test]
fn scripts_come_from_the_folder_that_the_option_names() {
    let files = TempDir::new().unwrap();
    let folder = format!("{}/dist", assets(&files));
    let server = Server::with(&["--sdk-assets", &folder]);
    for (path, text) in [
        ("/static/array.js", "sdk()"),
        ("/static/1.449.2/array.js", "sdk()"),
        ("/array/phc_main/array.js", "sdk()"),
        ("/static/1.449.2/surveys.js", "surveys()"),
        ("/static/surveys.js?v=1.260.0", "surveys()"),
        ("/static/alias.js", "surveys()"),
        ("/static/recorder.js", ""), // the folder lacks it
    ] {
        is_script(&get(&server, path), text);
    }
    let first = get(&server, "/static/array.js");
    let again = server.ask("GET", "/static/array.js");
    let again = again.header("if-none-match", first.header("etag")).send();
    assert_eq!((again.status, &*again.text), (304, ""));
    assert_eq!(again.header("cache-control"), "no-cache");
}

#[test]
fn nothing_outside_the_folder_is_served() {
    let files = TempDir::new().unwrap();
    let folder = format!("{}/dist", assets(&files));
    let server = Server::with(&["--sdk-assets", &folder]);
    for path in [
        "/static/escape.js",
        "/static/folder.js",
        "/static/inner.js",
        "/static/lib/inner.js",
        "/static/../secret.js",
        "/static/..%2fsecret.js",
        "/static/%2e%2e/secret.js",
        "/static/1/..%2f..%2fsecret.js",
        "/static/..%5csecret.js",
        "/static/secret.js",
        "/static/surveys.js%00.js",
        "/static//etc/passwd",
    ] {
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let answer = server.raw(request.as_bytes());
        let served = ["secret()", "inner()", "surveys()", "root:"];
        assert!(
            !served.iter().any(|text| answer.contains(text)),
            "{path}: {answer}"
        );
    }
    let log = server.log();
    for name in ["escape.js", "folder.js", "dangling.js"] {
        assert!(
            log.contains(&format!("the script {name:?} is not a file in ")),
            "{log}"
        );
    }
}

#[test]
fn a_folder_without_scripts_is_a_mistake_that_is_reported_at_once() {
    let files = TempDir::new().unwrap();
    let folder = files.path().to_str().unwrap();
    let large = files.path().join("large");
    fs::create_dir(&large).unwrap();
    let script = fs::File::create(large.join("array.js")).unwrap();
    script.set_len((64 << 20) + 1).unwrap();
    let (absent, large) = (format!("{folder}/none"), large.to_str().unwrap());
    for (folder, reason) in [
        (folder, "no scripts in it"),
        (&*absent, "No such file or directory (os error 2)"),
        (large, "more than 67108864 bytes of scripts"),
    ] {
        let output = hoglet(&[
            "--ephemeral",
            "--listen",
            "127.0.0.1:0",
            "--sdk-assets",
            folder,
        ])
        .output()
        .unwrap();
        let expected = format!(
            "hoglet: --sdk-assets {folder}: {reason}; give the folder node_modules/posthog-js/dist\n"
        );
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    }
}
