//! The public pages, used as a visitor would.

use std::{fs, path::PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value, json};

use crate::{driver::Browser, gallery::gallery, harness::Server};

/// The demonstration: a share of every kind.
fn server() -> Server {
    let seed: Value = serde_json::from_str(include_str!("../../static/demo.json")).unwrap();
    let server = Server::seeded(&seed, &[]);
    let recording =
        "/api/projects/1/session_recordings/0199f0c4-7d11-7a52-9b3e-4f6a2c8d1e07/sharing";
    let patch = server.ask("PATCH", recording).key("phx_demo");
    patch.json(json!({"enabled": true})).send().ok(200);
    server
}

/// Looks at the page at `path` in both themes and two widths, once `text` can be read there.
pub fn look(server: &Server, browser: &Browser, page: &str, path: &str, text: &str) {
    for (size, width) in [("wide", 1280), ("narrow", 390)] {
        let metrics =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        browser.command("Emulation.setDeviceMetricsOverride", metrics);
        browser.open(&format!("{}/{path}", server.url));
        browser.read(text);
        drawn(browser);
        let height = browser.run("return document.documentElement.scrollHeight", json!([]));
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        browser.command("Emulation.setDeviceMetricsOverride", metrics);
        for theme in ["light", "dark"] {
            let script = "document.documentElement.dataset.theme = arguments[0]";
            browser.run(script, json!([theme]));
            browser.wait_for("await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
            browser.save(&format!("viewer-{page}-{size}-{theme}"));
            browser.assert_accessible(&format!("{page} {size} {theme}"));
        }
        let script =
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let overflow = browser.run(script, json!([]));
        assert!(overflow.as_i64().unwrap() <= 0, "{page} {size}");
        if page != "missing" {
            browser.assert_quiet();
        }
    }
    browser.log();
}

/// Waits until every drawing is there.
pub fn drawn(browser: &Browser) {
    browser.wait_for(
        "while ([...document.querySelectorAll('.chart')].some((box) => !box.firstChild)) await new Promise((done) => setTimeout(done, 20));",
    );
}

#[test]
fn every_page_can_be_read_by_anyone_in_both_themes_and_on_a_phone() {
    let (server, browser) = (server(), Browser::start());
    for (page, path, text) in [
        ("dashboard", "shared/demo-overview", "Bestsellers"),
        (
            "embedded-dashboard",
            "embedded/demo-overview",
            "Bestsellers",
        ),
        (
            "insight",
            "shared/demo-checkout-funnel",
            "plant added to basket",
        ),
        ("notebook", "shared/demo-naming", "How we name events"),
        ("recording", "shared/demo-recording", "Session recording"),
        ("unlock", "shared/demo-baskets", "Access share"),
        ("missing", "shared/nothing", "Page not found"),
    ] {
        look(&server, &browser, page, path, text);
    }
}

#[test]
fn everything_that_a_page_can_hold_is_shown() {
    let (server, browser) = (gallery(), Browser::start());
    for (page, path, text) in [
        ("every-drawing", "shared/board", "An unknown shape"),
        ("every-node", "shared/notebook", "In Markdown"),
        ("detailed-funnel", "shared/funnel", "Of the step before"),
    ] {
        look(&server, &browser, page, path, text);
        print(&browser, page);
    }
    browser.command("Emulation.clearDeviceMetricsOverride", json!({}));
    browser.open(&format!("{}/shared/notebook", server.url));
    for text in [
        "Picture “A fern”",
        "pictures.example",
        "A person is not shown to visitors.",
        "This insight is not there any more.",
        "select 1",
        "<Query query={{\"kind\":\"SavedInsightNode\",\"shortId\":\"drawing1\"}} />",
    ] {
        browser.read(text);
    }
    let page = browser.run("return document.body.outerHTML", json!([]));
    assert!(!page.as_str().unwrap().contains("secret-person"));
    let links =
        "return [...document.querySelectorAll('main a')].map((it) => [it.protocol, it.rel])";
    for link in browser.run(links, json!([])).as_array().unwrap() {
        assert!(
            ["https:", "mailto:"].contains(&link[0].as_str().unwrap()),
            "{link}"
        );
        assert_eq!(link[1], "noopener noreferrer nofollow");
    }
}

/// Writes what a printer would get of the page to `target/screenshots/viewer-PAGE.pdf`.
fn print(browser: &Browser, page: &str) {
    browser.command("Emulation.clearDeviceMetricsOverride", json!({}));
    let paper = browser.print();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    let paper = BASE64_STANDARD.decode(paper).unwrap();
    fs::write(folder.join(format!("viewer-{page}.pdf")), paper).unwrap();
}

#[test]
fn on_paper_a_table_is_whole_and_a_title_stays_with_what_follows() {
    let (server, browser) = (gallery(), Browser::start());
    let metrics = json!({"width": 718, "height": 1000, "deviceScaleFactor": 1, "mobile": false});
    browser.command("Emulation.setDeviceMetricsOverride", metrics);
    browser.command("Emulation.setEmulatedMedia", json!({"media": "print"}));
    browser.open(&format!("{}/shared/funnel", server.url));
    browser.read("Of the step before");
    let cut = "const page = document.documentElement.clientWidth;
        return [...document.querySelectorAll('table')].map((table) => table.getBoundingClientRect().right > page || getComputedStyle(table.parentElement).overflowX)";
    assert_eq!(browser.run(cut, json!([])), json!(["visible"]));
    browser.open(&format!("{}/shared/notebook", server.url));
    browser.read("In Markdown");
    let breaks = "return [...new Set([...document.querySelectorAll('h1, h2, h3')].map((it) => getComputedStyle(it).breakAfter))]";
    assert_eq!(browser.run(breaks, json!([])), json!(["avoid"]));
    browser.assert_quiet();
}

#[test]
fn settings_change_what_is_shown() {
    let (server, browser) = (gallery(), Browser::start());
    let set = |path: &str, settings: Value| {
        let path = format!("/api/projects/1/{path}/sharing");
        let body = json!({"enabled": true, "settings": settings});
        let shared = server.ask("PATCH", &path).key("phx_demo").json(body).send();
        shared.ok(200)["access_token"].as_str().unwrap().to_owned()
    };
    let insights = server.ask("GET", "/api/projects/1/insights?short_id=drawing1");
    let id = insights.key("phx_demo").send().ok(200)["results"][0]["id"].clone();
    let line = format!("insights/{id}");
    let legend = "return document.querySelectorAll('.legend li').length";
    let table = "return document.querySelectorAll('main table').length - document.querySelectorAll('details table').length";
    let theme = "return document.documentElement.dataset.theme";
    let title = "return document.querySelector('h1').getBoundingClientRect().height > 5";
    let author = "return document.body.innerText.includes('Last changed')";
    for (settings, script, on, off) in [
        (json!({"legend": true}), legend, json!(1), json!(0)),
        (json!({"detailed": true}), table, json!(1), json!(0)),
        (
            json!({"theme": "dark"}),
            theme,
            json!("dark"),
            json!("system"),
        ),
        (json!({"noHeader": true}), title, json!(false), json!(true)),
        (
            json!({"hideExtraDetails": true}),
            author,
            json!(false),
            json!(true),
        ),
        (
            json!({"whitelabel": true}),
            "return document.querySelectorAll('.brand, footer').length",
            json!(0),
            json!(2),
        ),
    ] {
        for (settings, expected) in [(settings.clone(), on), (json!({}), off)] {
            let token = set(&line, settings.clone());
            browser.open(&format!("{}/shared/{token}", server.url));
            drawn(&browser);
            assert_eq!(browser.run(script, json!([])), expected, "{settings}");
            browser.assert_accessible(&settings.to_string());
        }
    }
    for (settings, shown) in [(json!({"showInspector": true}), true), (json!({}), false)] {
        let token = set("session_recordings/seen", settings);
        browser.open(&format!("{}/shared/{token}", server.url));
        browser.read("Only metadata of the session");
        let inspector = "return document.body.innerText.includes('Console messages')";
        assert_eq!(browser.run(inspector, json!([])), shown);
        browser.assert_accessible("inspector");
    }
    browser.assert_quiet();
}

#[test]
fn a_password_opens_the_page_and_stays_open() {
    let (server, browser) = (server(), Browser::start());
    browser.open(&format!("{}/shared/demo-baskets", server.url));
    browser.fill("textbox", "Password", "wrong");
    browser.press("button", "Unlock");
    browser.read("Incorrect password");
    browser.assert_accessible("wrong password");
    browser.fill("textbox", "Password", "monstera");
    browser.press("button", "Unlock");
    browser.see("heading", "Why do half of our baskets");
    browser.run("location.reload()", json!([]));
    browser.see("heading", "What people do");
}

#[test]
fn one_who_guesses_too_often_is_told_to_wait() {
    let (server, browser) = (server(), Browser::start());
    for _ in 0..10 {
        let guess = server.ask("POST", "/shared/demo-baskets");
        guess.json(json!({"password": "wrong"})).send().ok(401);
    }
    browser.open(&format!("{}/shared/demo-baskets", server.url));
    browser.fill("textbox", "Password", "wrong");
    browser.press("button", "Unlock");
    browser.read("Too many attempts. Try again in a minute.");
    browser.assert_accessible("throttled");
    browser.save("viewer-throttled");
}
