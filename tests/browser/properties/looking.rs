//! How every state of the list looks, and whether it keeps anyone out: in both themes, wide and narrow.

use serde_json::json;

use super::{at, go, url};
use crate::{driver::Browser, entrance::server};

/// Looks at the page as it is now, in both themes.
fn look(browser: &Browser, state: &str, size: &str) {
    for theme in ["light", "dark"] {
        let script = "document.documentElement.dataset.theme = arguments[0]";
        browser.run(script, json!([theme]));
        browser.save(&format!("admin-properties-{state}-{size}-{theme}"));
        browser.assert_accessible(&format!("{state} {size} {theme}"));
    }
    let script =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let overflow = browser.run(script, json!([])).as_i64().unwrap();
    assert!(overflow <= 0, "{state} {size}");
}

#[test]
fn every_state_is_open_to_everyone() {
    let server = server(60);
    let markup = "<img src=x onerror=alert(1)>{{7*7}}";
    for (name, change) in [
        (
            "plan",
            json!({"verified": true, "tags": ["billing", "core"], "description": "What was paid for"}),
        ),
        (
            "seats",
            json!({"hidden": true, "description": markup, "tags": [markup]}),
        ),
    ] {
        server.patch(&url(&server, name), change).ok(200);
    }
    let browser = at(&server, "");
    for (size, width, height) in [("wide", 1280, 860), ("narrow", 390, 844)] {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        browser.command("Emulation.setDeviceMetricsOverride", metrics);
        go(&browser, &server, "");
        browser.press("checkbox", "Pick checkout step 01");
        browser.press("checkbox", "Pick plan");
        browser.read("2 definitions picked");
        look(&browser, "picked", size);
        browser.press("button", "Delete…");
        browser.see("heading", "Delete 2 definitions?");
        look(&browser, "delete", size);
        browser.press("button", "Cancel");
        browser.press("button", "Pick none");
        browser.press("button", "Description of plan");
        look(&browser, "editing", size);
        browser.keys("\u{E00C}");
        browser.press("button", "Keyboard help");
        look(&browser, "help", size);
        browser.press("button", "Done");
        browser.press("switch", "Hidden: checkout step 00");
        browser.see("button", "Undo");
        look(&browser, "undo", size);
        browser.press("switch", "Hidden: checkout step 00");
        go(&browser, &server, "?search=seats&ordering=-name");
        browser.read(markup);
        look(&browser, "found", size);
        go(&browser, &server, "?search=none+such");
        browser.see("heading", "Nothing fits");
        look(&browser, "nothing-fits", size);
        go(&browser, &server, "?type=session");
        browser.see("heading", "No properties yet");
        look(&browser, "empty", size);
    }
    browser.assert_quiet();
}
