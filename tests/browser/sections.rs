//! Activity and the switch between projects in the admin page.

use serde_json::json;

use crate::{entrance::enter, harness::Server};

/// Chooses `value` in the choice called `label`, as a person would.
pub fn choose(browser: &crate::driver::Browser, label: &str, value: &str) {
    browser.see("combobox", label);
    browser.run(
        "const choice = document.querySelector(`select[aria-label=\"${arguments[0]}\"]`);
         choice.value = arguments[1];
         for (const kind of ['input', 'change']) choice.dispatchEvent(new Event(kind, {bubbles: true}))",
        json!([label, value]),
    );
}

#[test]
fn activity_is_told_in_sentences_and_filtered() {
    let server = Server::start();
    let key = json!({"label": "Nightly job", "scopes": ["endpoint:read"]});
    let keys = "/api/projects/1/project_secret_api_keys/";
    let id = server.post(keys, key).ok(201)["id"].clone();
    let roll = format!("{keys}{}/roll/", id.as_str().unwrap());
    server.post(&roll, json!({})).ok(200);
    let sharing = "/api/projects/1/notebooks/NoteMain1/sharing/";
    server.patch(sharing, json!({"enabled": true})).ok(200);
    server
        .post(&format!("{sharing}refresh/"), json!({}))
        .ok(200);
    let browser = enter(&server);
    browser.press("link", "Activity");
    browser.read("Ada gave the notebook “Plan” a new link.");
    browser.read("Ada saved the share of the notebook “Plan”, which is on.");
    browser.read("rolled the project secret key “Nightly job”.");
    browser.read("created the project secret key “Nightly job”.");
    choose(&browser, "Of", "Notebook");
    browser.read("2 in all");
    browser.run("location.reload()", json!([]));
    browser.read("2 in all");
    choose(&browser, "Of", "Dashboard");
    browser.read("Nothing fits");
    browser.run("history.back()", json!([]));
    browser.read("2 in all");
    browser.assert_accessible("activity");
    browser.assert_quiet();
}

#[test]
fn another_project_is_shown_in_the_same_section() {
    let server = Server::start();
    let browser = enter(&server);
    browser.press("link", "Project");
    browser.see("heading", "Main");
    choose(&browser, "Project", "2");
    browser.see("heading", "Side");
    browser.read("phc_side");
    browser.run("location.reload()", json!([]));
    browser.see("heading", "Side");
    browser.run("history.back()", json!([]));
    browser.see("heading", "Main");
    browser.assert_quiet();
}

#[test]
fn the_project_shows_what_was_asked_for_and_not_served() {
    let server = Server::start();
    let browser = enter(&server);
    browser.press("link", "Project");
    browser.see("heading", "Connect");
    let has_list = "return document.body.innerText.includes('Asked for, not served')";
    assert_eq!(browser.run(has_list, json!([])), false);
    for _ in 0..3 {
        server.get("/api/projects/1/experiments/");
    }
    browser.run("location.reload()", json!([]));
    browser.see("heading", "Asked for, not served");
    browser.read("GET /api/projects/*/experiments/");
    browser.assert_accessible("asked for, not served");
    browser.assert_quiet();
}
