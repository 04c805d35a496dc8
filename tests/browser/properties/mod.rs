//! Property definitions on the admin page.

mod changing;
mod events;
mod exporting;
mod failing;
mod finding;
mod looking;

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{driver::Browser, entrance, harness::Server};

const API: &str = "/api/projects/1/property_definitions/";
/// Keys that have no letter, as WebDriver calls them.
const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";
const DOWN: &str = "\u{E015}";
const UP: &str = "\u{E013}";

/// A browser at the list, with `query` in its address.
fn at(server: &Server, query: &str) -> Browser {
    let browser = entrance::enter(server);
    go(&browser, server, query);
    browser
}

/// Goes to the list, with `query` in its address.
fn go(browser: &Browser, server: &Server, query: &str) {
    browser.open(&format!(
        "{}/admin/#/projects/1/properties{query}",
        server.url
    ));
    browser.see("heading", "Property definitions");
}

/// Waits until `script` returns `expected`.
#[track_caller]
fn until(browser: &Browser, script: &str, expected: Value) {
    let patience = Instant::now();
    loop {
        let found = browser.run(script, json!([]));
        if found == expected {
            return;
        }
        if patience.elapsed() > Duration::from_secs(10) {
            browser.save("failed");
            panic!("{script}\n{found}\nnot {expected}\n{:?}", browser.log());
        }
        sleep(Duration::from_millis(30));
    }
}

/// Waits until the rows are those of `names`; computed ones do not count.
#[track_caller]
fn rows(browser: &Browser, names: &[&str]) {
    let script = "return [...document.querySelectorAll('[role=grid] th[scope=row]')].map((it) => it.textContent).filter((it) => !it.endsWith(' computed'))";
    until(browser, script, json!(names));
}

/// Waits until the address asks for `query`.
#[track_caller]
fn address(browser: &Browser, query: &str) {
    let hash = format!("#/projects/1/properties{query}");
    until(browser, "return location.hash", json!(hash));
}

/// Whether the switch called `name` is on.
fn is_on(browser: &Browser, name: &str) -> bool {
    browser.see("switch", name);
    let script = "return [...document.querySelectorAll('[role=switch]')].find((it) => it.ariaLabel === arguments[0]).ariaChecked";
    browser.run(script, json!([name])) == "true"
}

/// The definition called `name`, as lists show it.
fn stored(server: &Server, name: &str) -> Value {
    let list = server.get(&format!("{API}?limit=10000")).ok(200);
    let list = list["results"].as_array().unwrap();
    let found = list.iter().find(|it| it["name"] == name);
    found.cloned().unwrap_or(Value::Null)
}

/// Where the definition called `name` is.
fn url(server: &Server, name: &str) -> String {
    format!("{API}{}/", stored(server, name)["id"].as_str().unwrap())
}

/// Waits until the definition called `name` has `value` as its `field`.
#[track_caller]
fn is_stored(server: &Server, name: &str, field: &str, value: Value) {
    let patience = Instant::now();
    while stored(server, name)[field] != value {
        let found = stored(server, name);
        assert!(
            patience.elapsed() < Duration::from_secs(10),
            "{field} is not {value}: {found}"
        );
        sleep(Duration::from_millis(30));
    }
}
