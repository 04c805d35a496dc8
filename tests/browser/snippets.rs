//! The lines that the admin page offers to paste do what it says: they are run as they stand there.

use std::{fs, path::Path, process::Command};

use serde_json::json;

use crate::{entrance::enter, harness::Server};

#[test]
fn the_lines_to_paste_send_an_event() {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients");
    let installed = Command::new("tests/clients/install").status().unwrap();
    assert!(installed.success(), "the SDKs could not be installed");
    let server = Server::start();
    let browser = enter(&server);
    browser.press("link", "Project");
    browser.see("heading", "Connect");
    let shown = browser.run(
        "return [...document.querySelectorAll('h3')].map((it) => [it.textContent, it.parentElement.nextElementSibling.textContent])",
        json!([]),
    );
    let shown = shown.as_array().unwrap();
    let names: Vec<_> = shown.iter().map(|it| it[0].as_str().unwrap()).collect();
    assert_eq!(names, ["curl", "Python", "Node", "JavaScript"]);
    // The last one is for browsers: `tests/clients` runs its like in one.
    for (count, (lines, (file, program))) in (1..).zip(shown.iter().zip([
        ("snippet.sh", "sh".into()),
        ("snippet.py", packages.join("python/bin/python")),
        ("snippet.mjs", "node".into()),
    ])) {
        let file = packages.join(file);
        fs::write(&file, lines[1].as_str().unwrap()).unwrap();
        let output = Command::new(&program).arg(&file).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let events = server
            .get("/api/projects/1/events/?event=signed+up")
            .ok(200);
        assert_eq!(events["count"], count, "{lines}: {output:?}");
        assert_eq!(events["results"][0]["distinct_id"], "visitor-1");
        assert_eq!(events["results"][0]["properties"]["plan"], "free");
    }
    browser.assert_quiet();
}
