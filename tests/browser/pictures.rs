//! The pictures of the README. To renew them: `cp target/screenshots/readme/*.webp static/docs/`.

use std::{fs, path::Path};

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::json;

use crate::{docs::demo, driver::Browser, entrance::enter};

/// Writes what is on the page to `target/screenshots/readme/NAME.webp`, which has to stay small.
fn picture(browser: &Browser, name: &str) {
    let format = json!({"format": "webp", "quality": 80});
    let answer = browser.command("Page.captureScreenshot", format);
    let bytes = BASE64_STANDARD
        .decode(answer["data"].as_str().unwrap())
        .unwrap();
    assert!(bytes.len() < 100_000, "{name}: {} bytes", bytes.len());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots/readme");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{name}.webp")), bytes).unwrap();
}

#[test]
fn the_pictures_of_the_readme_are_made() {
    let server = demo();
    let browser = enter(&server);
    let window = json!({"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": false});
    browser.command("Emulation.setDeviceMetricsOverride", window);
    browser.command("Emulation.setScrollbarsHidden", json!({"hidden": true}));
    for (share, text) in [
        ("demo-report", "The plant shop in November"),
        ("demo-checkout-funnel", "From signup to first order"),
        ("demo-overview", "Bestsellers"),
        ("demo-overview", "Bestsellers"),
    ] {
        browser.open(&format!("{}/shared/{share}", server.url));
        browser.read(text);
    }
    picture(&browser, "share");
    browser.open(&format!("{}/admin/#/projects/1/shares", server.url));
    browser.read("From signup to first order");
    picture(&browser, "admin");
    browser.assert_quiet();
}
