//! The command palette of the admin page, and projects that are created and renamed.

use serde_json::{Value, json};

use crate::{driver::Browser, entrance::enter, harness::Server};

const NOTEBOOK: &str = "/api/projects/1/notebooks/NoteMain1/sharing/";
const ENTER: &str = "\u{E007}";
const DOWN: &str = "\u{E015}";

/// Control and K.
const CONTROL_K: &str = "\u{E009}k\u{E000}";

/// What the palette shows.
fn shown(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('#palette-list [role=option]')].map((it) => it.innerText.replaceAll('\\n', ', '))";
    let shown = browser.run(script, json!([]));
    let shown = shown.as_array().unwrap().iter();
    shown.map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// Opens the palette, types `words` and waits until the server's answer is there and `wanted` is shown.
#[track_caller]
fn search(browser: &Browser, words: &str, wanted: &str) {
    browser.keys(CONTROL_K);
    browser.see("heading", "Go to");
    assert_eq!(browser.focused(), "Search everything");
    browser.keys(words);
    for _ in 0..300 {
        if shown(browser).iter().any(|it| it == wanted) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    browser.save("failed");
    panic!("no {wanted}: {:#?}", shown(browser));
}

/// Chooses `wanted` with the arrow keys, and goes there.
#[track_caller]
fn choose(browser: &Browser, wanted: &str) {
    let selected = "return document.querySelector('#palette-list [aria-selected=true]')?.innerText.replaceAll('\\n', ', ')";
    for _ in 0..30 {
        if browser.run(selected, json!([])) == wanted {
            return browser.keys(ENTER);
        }
        browser.keys(DOWN);
    }
    panic!("{wanted} is never selected: {:#?}", shown(browser));
}

#[test]
fn everything_is_reached_by_keyboard_from_the_palette() {
    let server = Server::start();
    server.patch(NOTEBOOK, json!({"enabled": true})).ok(200);
    let browser = enter(&server);
    // Enter need not wait for what is typed to be found.
    browser.keys(&format!("{CONTROL_K}keys{ENTER}"));
    browser.see("heading", "Project secret keys");
    browser.keys(CONTROL_K);
    browser.keys(&format!(
        "NoteMain1x\u{E003}\u{E009}a\u{E000}signups{ENTER}"
    )); // Control A, and other words
    browser.see("heading", "Change Signups");
    browser.keys("\u{E00C}");
    search(&browser, "plan", "Plan, Share of a notebook");
    let found = [
        "Plan, Notebook",
        "Plan, Share of a notebook",
        "plan, Property of events",
    ];
    assert_eq!(shown(&browser), found);
    browser.assert_presentable("admin-palette-found");
    choose(&browser, "Plan, Share of a notebook");
    browser.see("heading", "Settings of Plan");
    browser.keys("\u{E00C}"); // Escape
    search(&browser, "plan", "Plan, Notebook");
    choose(&browser, "Plan, Notebook");
    browser.see("heading", "Change Plan");
    // A dialog that may hold unsaved work stays.
    browser.keys(CONTROL_K);
    browser.see("heading", "Change Plan");
    browser.keys("\u{E00C}");
    search(&browser, "signups", "Signups, Insight");
    browser.keys("\u{E00C}");
    search(&browser, "plan", "plan, Property of events");
    choose(&browser, "plan, Property of events");
    browser.see("heading", "Property definitions");
    browser.read("1 in all");
    search(&browser, "side", "Side, Project 2");
    choose(&browser, "Side, Project 2");
    let project = "return location.hash.startsWith('#/projects/2/properties')";
    while browser.run(project, json!([])) != true {}
    browser.keys(CONTROL_K);
    browser.see("heading", "Go to");
    browser.assert_presentable("admin-palette");
    // The focus stays within.
    for _ in 0..6 {
        browser.keys("\u{E004}"); // Tab
        let inside = "return document.activeElement === document.body || document.activeElement.closest('dialog') !== null";
        assert_eq!(browser.run(inside, json!([])), true);
    }
    browser.press("button", "Cancel");
    search(&browser, "theme dark", "Theme: Dark");
    browser.keys(ENTER);
    let is_dark = "return document.documentElement.dataset.theme === 'dark' && document.querySelector('select[aria-label=Theme]').value === 'dark'";
    while browser.run(is_dark, json!([])) != true {}
    browser.keys(CONTROL_K);
    browser.see("heading", "Go to");
    browser.keys("xyzzy");
    browser.read("Nothing has this in its name.");
    browser.assert_quiet();
}

#[test]
fn the_palette_is_used_by_mouse() {
    let server = Server::start();
    let browser = enter(&server);
    browser.press("button", "Go to");
    browser.see("heading", "Go to");
    browser.run("[...document.querySelectorAll('#palette-list [role=option]')].find((it) => it.textContent === 'New notebook').click()", json!([]));
    browser.see("heading", "New notebook");
    browser.assert_quiet();
}

#[test]
fn a_project_is_renamed_and_another_created_and_members_are_listed() {
    let server = Server::start();
    let browser = enter(&server);
    browser.press("link", "Project");
    browser.see("heading", "Members");
    browser.read("ada@example.com");
    browser.read("Owner");
    browser.assert_presentable("admin-project-members");
    browser.walk_to("Rename");
    browser.keys(ENTER);
    browser.see("heading", "Rename Main");
    browser.fill("textbox", "Name", "");
    browser.press("button", "Rename"); // the browser asks for a name
    browser.fill("textbox", "Name", "Garden");
    browser.keys(ENTER);
    browser.read("Main is now called Garden.");
    browser.see("heading", "Garden");
    let name = |id: &Value| server.get(&format!("/api/projects/{id}/")).ok(200)["name"].clone();
    assert_eq!(name(&json!(1)), "Garden");
    browser.press("button", "New project");
    browser.fill("textbox", "Name", "Orchard");
    browser.assert_presentable("admin-new-project");
    browser.press("button", "Create project");
    browser.read("The project Orchard is there.");
    browser.see("heading", "Orchard");
    let chosen = browser.run(
        "return [location.hash, document.querySelector('#switcher select').selectedOptions[0].textContent]",
        json!([]),
    );
    let id: i64 = chosen[0]
        .as_str()
        .unwrap()
        .split('/')
        .nth(2)
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(chosen[1], "Orchard");
    assert_eq!(name(&json!(id)), "Orchard");
    let token = server.get(&format!("/api/projects/{id}/")).ok(200)["api_token"].clone();
    browser.read(token.as_str().unwrap());
    browser.assert_quiet();
}
