//! What can be done with the mouse can be done with the keyboard alone. Sharing is in `share_ends`, definitions in `properties`,
//! charts in `exploring`, search in `docs`.

use serde_json::json;

use crate::{
    docs::demo,
    driver::Browser,
    entrance::{enter, small_seed},
    harness::Server,
};

const ENTER: &str = "\u{E007}";
const DOWN: &str = "\u{E015}";
const ESCAPE: &str = "\u{E00C}";

#[test]
fn a_key_is_created_and_revoked_by_keyboard() {
    let server = Server::seeded(&small_seed(), &[]);
    let browser = enter(&server);
    browser.tab_to("Keys");
    browser.keys(ENTER);
    browser.see("heading", "Your personal keys");
    browser.tab_to("New project key");
    browser.keys(ENTER);
    browser.see("heading", "New project key");
    browser.tab_to("Label");
    browser.keys("Nightly");
    browser.tab_to("Create key");
    browser.keys(ENTER);
    assert!(browser.value("The key Nightly").starts_with("phs_"));
    browser.keys(ESCAPE);
    let keys = "/api/projects/1/project_secret_api_keys/";
    assert_eq!(server.get(keys).ok(200)["count"], 1);
    browser.see("button", "Revoke Nightly");
    browser.tab_to("Revoke Nightly");
    browser.keys(ENTER);
    browser.see("heading", "Revoke Nightly?");
    browser.tab_to("Revoke key");
    browser.keys(ENTER);
    browser.read("No keys yet");
    assert_eq!(server.get(keys).ok(200)["count"], 0);
    browser.assert_quiet();
}

#[test]
fn a_notebook_is_written_by_keyboard() {
    let server = Server::seeded(&small_seed(), &[]);
    let browser = enter(&server);
    browser.tab_to("Content");
    browser.keys(ENTER);
    browser.read("No notebooks yet");
    browser.tab_to("New notebook");
    browser.keys(ENTER);
    browser.see("textbox", "Title");
    browser.tab_to("Title");
    browser.keys("Plan");
    browser.tab_to("Text");
    browser.keys("One line");
    browser.tab_to("Save");
    browser.keys(ENTER);
    browser.read("“Plan” is saved.");
    let list = server.get("/api/projects/1/notebooks/").ok(200);
    assert_eq!(list["results"][0]["title"], "Plan");
    browser.assert_quiet();
}

#[test]
fn a_protected_page_is_opened_by_keyboard() {
    let (server, browser) = (demo(), Browser::start());
    browser.open(&format!("{}/shared/demo-baskets", server.url));
    browser.see("textbox", "Password");
    assert_eq!(browser.focused(), "Password");
    browser.keys("monstera");
    browser.keys(ENTER);
    browser.see("heading", "Why do half of our baskets");
    browser.assert_quiet();
}

#[test]
fn sections_are_chosen_and_lists_walked_by_keyboard() {
    let server = Server::start();
    let browser = enter(&server);
    browser.tab_to("Skip to content");
    browser.keys(ENTER);
    let focused = "return document.activeElement.id";
    assert_eq!(browser.run(focused, json!([])), "main");
    browser.open(&format!(
        "{}/admin/#/projects/1/content?kind=insight",
        server.url
    ));
    browser.see("link", "Signups");
    browser.run(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true}))",
        json!([]),
    );
    assert_eq!(browser.focused(), "Name");
    browser.keys(DOWN);
    let name = browser.run("return document.activeElement.className", json!([]));
    assert_eq!(name, "name");
    browser.assert_quiet();
}

#[test]
fn an_empty_notebook_can_be_read_by_anyone() {
    let server = Server::start();
    let empty = json!({"title": "", "content": {"type": "doc", "content": []}});
    let made = server.post("/api/projects/1/notebooks/", empty).ok(201);
    let path = format!(
        "/api/projects/1/notebooks/{}/sharing/",
        made["short_id"].as_str().unwrap()
    );
    let share = server.patch(&path, json!({"enabled": true})).ok(200);
    let browser = Browser::start();
    for page in ["shared", "embedded"] {
        let token = share["access_token"].as_str().unwrap();
        browser.open(&format!("{}/{page}/{token}", server.url));
        browser.read("This notebook is empty.");
        for theme in ["light", "dark"] {
            browser.run(
                "document.documentElement.dataset.theme = arguments[0]",
                json!([theme]),
            );
            browser.assert_accessible(&format!("an empty notebook, {page}, {theme}"));
        }
        let headings =
            "return [...document.querySelectorAll('h1, h2, h3')].map((it) => it.tagName)";
        assert_eq!(browser.run(headings, json!([])), json!(["H1"]), "{page}");
    }
    browser.assert_quiet();
}
