//! Pages with the SDKs for browsers, in Chromium: their events arrive, and the console stays empty.

use std::{thread::sleep, time::Duration};

use serde_json::json;

use crate::{
    Expected, driver::Browser, expect_definitions, expect_pair, harness::Server, packages,
    site::Site,
};

/// Opens a page and checks that `event` arrives with what it defines, and that nothing is wrong in the eyes of the browser.
fn visit(server: &Server, page: &str, event: &str, expected: &[Expected]) -> Browser {
    let site = Site::start(&packages());
    let browser = Browser::start();
    let joint = if page.contains('?') { '&' } else { '?' };
    browser.open(&format!("{}/{page}{joint}host={}", site.url, server.url));
    let events = format!("/api/projects/1/events/?event={}", event.replace(' ', "+"));
    for (name, kind, _) in expected {
        let seen = || seen(server, name, kind) && server.get(&events).ok(200)["count"] != 0;
        wait_for(&browser, &format!("{page}: {kind} {name}"), seen);
    }
    expect_definitions(server, expected);
    expect_pair(server, event, expected[0].0);
    browser
}

fn seen(server: &Server, name: &str, kind: &str) -> bool {
    let index = if kind == "group" {
        "&group_type_index=0"
    } else {
        ""
    };
    let name = name.replace('$', "%24");
    let path =
        format!("/api/projects/1/property_definitions/?type={kind}&properties={name}{index}");
    server.get(&path).ok(200)["results"][0]["name"].is_string()
}

#[track_caller]
fn wait_for(browser: &Browser, what: &str, is_there: impl Fn() -> bool) {
    for _ in 0..300 {
        if is_there() {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    panic!(
        "{what} did not arrive; the console says:\n{:#?}",
        browser.log()
    );
}

/// The names of the files that the page loaded from the server.
fn loaded(browser: &Browser, server: &Server) -> Vec<String> {
    let script = "return performance.getEntriesByType('resource').map((it) => it.name)
      .filter((name) => name.startsWith(arguments[0]) && name.includes('/static/'))";
    let names = browser.run(script, json!([server.url]));
    let names = names.as_array().unwrap().iter();
    let path = |name: &str| name.split('/').next_back().unwrap_or_default().to_owned();
    names.map(|name| path(name.as_str().unwrap())).collect()
}

const JS: [Expected; 10] = [
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
];

/// Waits for the part that the SDK loads in any case, then for what it may complain about.
#[track_caller]
fn stays_quiet(browser: &Browser, server: &Server, expected: &[&str]) {
    for part in expected {
        let is_loaded = || loaded(browser, server).iter().any(|name| name == part);
        wait_for(browser, part, is_loaded);
    }
    sleep(Duration::from_secs(1));
    let lines = browser.log();
    assert!(lines.is_empty(), "{lines:#?}");
}

#[test]
fn the_newest_browser_sdk_is_content() {
    let server = Server::start();
    let page = "js.html?utm_source=news&sdk=/posthog-js/dist/array.js";
    let browser = visit(&server, page, "js signed up", &JS);
    stays_quiet(&browser, &server, &["surveys.js"]);
}

#[test]
fn the_newest_browser_sdk_comes_from_hoglet_with_all_its_parts() {
    let assets = packages().join("node_modules/posthog-js/dist");
    let server = Server::with(&["--sdk-assets", assets.to_str().unwrap()]);
    let page = format!("js.html?utm_source=news&sdk={}/static/array.js", server.url);
    let browser = visit(&server, &page, "js signed up", &JS);
    stays_quiet(&browser, &server, &["array.js", "surveys.js"]);
}

#[test]
fn the_oldest_browser_sdk_is_content() {
    let server = Server::start();
    let expected = [
        ("js_plan", "event", "String"),
        ("js_seats", "event", "Numeric"),
        ("js_trial", "event", "Boolean"),
        ("$current_url", "event", "String"),
        ("js_name", "person", "String"),
    ];
    let browser = visit(&server, "js-oldest.html", "js signed up", &expected);
    stays_quiet(&browser, &server, &[]);
}

#[test]
fn the_newest_small_browser_sdk_is_content() {
    let server = Server::start();
    let expected = [
        ("lite_plan", "event", "String"),
        ("lite_seats", "event", "Numeric"),
        ("lite_trial", "event", "Boolean"),
        ("$current_url", "event", "String"),
        ("lite_name", "person", "String"),
        ("lite_employees", "group", "Numeric"),
    ];
    let browser = visit(&server, "lite.html", "lite signed up", &expected);
    stays_quiet(&browser, &server, &[]);
}

#[test]
fn the_oldest_small_browser_sdk_is_content() {
    let server = Server::start();
    let expected = [
        ("lite_plan", "event", "String"),
        ("lite_seats", "event", "Numeric"),
        ("lite_trial", "event", "Boolean"),
        ("lite_name", "person", "String"),
    ];
    let browser = visit(&server, "lite-oldest.html", "lite signed up", &expected);
    stays_quiet(&browser, &server, &[]);
}
