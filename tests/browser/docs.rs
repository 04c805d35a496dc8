//! The documentation, read in both themes, and a request tried out of it.

use serde_json::json;

use crate::{driver::Browser, harness::Server};

/// The pages, and a text that is there once each is drawn.
const PAGES: [(&str, &str, &str); 4] = [
    ("home", "/", "Is it up?"),
    ("guide", "/docs/", "In tests and CI"),
    ("cli", "/docs/cli/", "hoglet keys create"),
    ("compatibility", "/docs/compatibility/", "Where it differs"),
];

/// Every address that the page was loaded from, other than the server's.
const STRANGERS: &str = "return performance.getEntriesByType('resource').map(({ name }) => name)
  .filter((name) => !name.startsWith(location.origin) && !name.startsWith('data:'))";

fn theme(browser: &Browser, theme: &str) {
    let features = json!({"features": [{"name": "prefers-color-scheme", "value": theme}]});
    browser.command("Emulation.setEmulatedMedia", features);
}

fn width(browser: &Browser, width: u32) {
    let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
    browser.command("Emulation.setDeviceMetricsOverride", metrics);
}

#[test]
fn every_page_can_be_read_by_anyone_in_both_themes_and_on_a_phone() {
    let (server, browser) = (Server::start(), Browser::start());
    for (name, path, text) in PAGES {
        for (size, pixels) in [("wide", 1280), ("narrow", 390)] {
            width(&browser, pixels);
            for colours in ["light", "dark"] {
                theme(&browser, colours);
                browser.open(&format!("{}{path}", server.url));
                browser.read(text);
                browser.save(&format!("docs-{name}-{size}-{colours}"));
                browser.assert_accessible(&format!("{name} {size} {colours}"));
                let wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
                assert_eq!(browser.run(wide, json!([])), false, "{name} {size}");
                assert_eq!(browser.run(STRANGERS, json!([])), json!([]), "{name}");
                browser.assert_quiet();
            }
        }
    }
}

#[test]
fn the_reference_shows_the_api_and_tries_requests() {
    let (server, browser) = (Server::start(), Browser::start());
    for (size, pixels) in [("wide", 1280), ("narrow", 390)] {
        width(&browser, pixels);
        for colours in ["dark", "light"] {
            theme(&browser, colours);
            browser.open(&format!("{}/docs/api/", server.url));
            let drawn = browser.wait_for(
                "const root = document.querySelector('rapi-doc').shadowRoot;
                 for (let tries = 0; tries < 300; tries++) {
                   if (root.querySelectorAll('api-request').length > 40) return true;
                   await new Promise((done) => setTimeout(done, 50));
                 }
                 return root.textContent;",
            );
            assert_eq!(drawn, true);
            browser.save(&format!("docs-api-{size}-{colours}"));
            browser.assert_accessible(&format!("api {size} {colours}"));
            assert_eq!(browser.run(STRANGERS, json!([])), json!([]));
            browser.assert_quiet();
        }
    }
    let answer = browser.wait_for(
        "const root = document.querySelector('rapi-doc').shadowRoot;
         const until = async (look) => {
           for (let tries = 0; tries < 200 && !look(); tries++) await new Promise((done) => setTimeout(done, 50));
           return look();
         };
         const mine = (it) => it.getAttribute('path') === '/api/users/@me' && it.getAttribute('method') === 'get';
         const request = [...root.querySelectorAll('api-request')].find(mine);
         const key = root.querySelector('#http-PersonalAPIKeyAuth-api-key-input');
         key.value = 'phx_ada';
         key.nextElementSibling.click();
         await until(() => request.api_keys.length === 1);
         request.shadowRoot.querySelector('[part~=btn-try]').click();
         const answered = () => request.shadowRoot.querySelector('.response-message')?.textContent;
         return await until(() => request.responseText.length > 1 && answered()) + request.responseText;",
    );
    let answer = answer.as_str().unwrap();
    assert!(
        answer.contains("200") && answer.contains("ada@"),
        "{answer}"
    );
    browser.assert_quiet();
}
