//! `hoglet share export`: pages that open from the disk.

use std::{fs, path::PathBuf};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    driver::Browser,
    entrance::enter,
    gallery::gallery,
    harness::{Server, hoglet},
    viewer::drawn,
};

/// The page of the share `token` as a file in `folder`.
fn export(server: &Server, folder: &TempDir, token: &str) -> PathBuf {
    let path = folder.path().join(format!("{token}.html"));
    let mut command = hoglet(&["share", "export", token, "-o"]);
    let status = command
        .arg(&path)
        .arg("--db")
        .arg(server.database())
        .status();
    assert!(status.unwrap().success());
    path
}

/// What can be seen of a page, and how many pixels of each canvas are drawn.
const SEEN: &str = "return [document.title, document.body.innerText,
    [...document.querySelectorAll('canvas')].map((it) => [it.width, it.height,
        it.getContext('2d').getImageData(0, 0, it.width, it.height).data.filter((byte) => byte).length]),
    [...document.querySelectorAll('math')].length,
    [...document.links].map((it) => it.href).filter((it) => it.startsWith('http'))]";

#[test]
fn a_page_from_the_disk_shows_what_the_served_one_shows() {
    let (server, browser, folder) = (gallery(), Browser::start(), TempDir::new().unwrap());
    for (token, least) in [("board", 6), ("notebook", 1), ("funnel", 0)] {
        let path = export(&server, &folder, token);
        browser.open(&format!("{}/shared/{token}", server.url));
        drawn(&browser);
        browser.wait_for("await new Promise((done) => setTimeout(done, 500));"); // formulas
        let served = browser.run(SEEN, json!([]));
        let url = format!("file://{}", path.display());
        browser.log();
        browser.open(&url);
        drawn(&browser);
        browser.wait_for("await new Promise((done) => setTimeout(done, 500));");
        assert_eq!(browser.run("return location.href", json!([])), url);
        assert_eq!(browser.run(SEEN, json!([])), served, "{token}");
        assert!(served[2].as_array().unwrap().len() >= least, "{served}");
        let loaded = "return performance.getEntriesByType('resource').map((it) => it.name).filter((it) => !it.startsWith('data:'))";
        assert_eq!(
            browser.run(loaded, json!([])),
            json!([]),
            "{token} loads files"
        );
        assert_eq!(browser.log(), Vec::<serde_json::Value>::new(), "{token}");
        browser.assert_accessible(token);
    }
}

#[test]
fn the_owner_downloads_the_page_in_the_admin() {
    let server = Server::demo(&[]);
    let browser = enter(&server);
    browser.press("link", "Shares");
    browser.press("button", "Settings of Shop overview");
    let link = browser.see("link", "Download as a page");
    assert!(!link.is_empty());
    let script = "const link = [...document.querySelectorAll('dialog[open] a')].find((it) => it.textContent === 'Download as a page');
        const answer = await fetch(link.href);
        return [link.download !== undefined, answer.status, answer.headers.get('content-disposition'), (await answer.text()).includes('Bestsellers')];";
    let expected = json!([true, 200, "attachment; filename=\"dashboard-1.html\"", true]);
    assert_eq!(browser.wait_for(script), expected);
    browser.assert_quiet();
}

#[test]
fn data_in_a_file_cannot_run_and_the_policy_holds() {
    let (server, browser, folder) = (gallery(), Browser::start(), TempDir::new().unwrap());
    let evil = "</script><script>window.ran = 1</script><img src=x onerror=\"window.ran = 2\"><!--<script>";
    let body = json!({"name": evil, "description": evil});
    let insight = server
        .ask("PATCH", "/api/projects/1/dashboards/1/")
        .key("phx_demo");
    insight.json(body).send().ok(200);
    let path = export(&server, &folder, "board");
    browser.open(&format!("file://{}", path.display()));
    drawn(&browser);
    assert_eq!(
        browser.run("return window.ran ?? null", json!([])),
        json!(null)
    );
    browser.read("window.ran = 1");
    browser.log();
    // What the file itself does not do is refused: another script, a picture from elsewhere, a request.
    let refused = browser.wait_for(
        "const script = document.createElement('script');
         script.textContent = 'window.ran = 3';
         document.body.append(script);
         const picture = await new Promise((done) => {
           const it = new Image(); it.onload = () => done('loaded'); it.onerror = () => done('refused'); it.src = 'http://127.0.0.1:1/x.png';
         });
         const request = await fetch('http://127.0.0.1:1/').then(() => 'sent', () => 'refused');
         return [window.ran ?? null, picture, request];",
    );
    assert_eq!(refused, json!([null, "refused", "refused"]));
    let log = browser.log();
    let by_policy = |line: &&serde_json::Value| {
        line["message"]
            .as_str()
            .unwrap()
            .contains("Content Security Policy")
    };
    assert!(log.iter().filter(by_policy).count() >= 3, "{log:#?}");
    let size = fs::metadata(path).unwrap().len();
    assert!(size < 400_000, "{size} bytes");
}
