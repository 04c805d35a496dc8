//! Shares in the admin page: picking a resource, opening it as an anonymous visitor, rotating and disabling the link.

use serde_json::{Value, json};

use crate::{
    driver::Browser,
    entrance::{enter, entrance},
    harness::Server,
};

const PLAN: &str = "/api/projects/1/notebooks/NoteMain1/sharing/";

/// The share of the notebook "Plan", which is enabled.
fn plan(server: &Server) -> Value {
    let sharing = server.get(PLAN).ok(200);
    assert_eq!(sharing["enabled"], true);
    sharing
}

fn token(server: &Server) -> String {
    plan(server)["access_token"].as_str().unwrap().to_owned()
}

/// Waits until `script` returns true.
#[track_caller]
fn wait(browser: &Browser, script: &str) {
    for _ in 0..300 {
        if browser.run(script, json!([])) == true {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    browser.save("failed");
    panic!("never: {script}");
}

/// A script that returns whether the page in the preview contains `text`.
fn previews(text: &str) -> String {
    format!(
        "return [...document.querySelectorAll('iframe')].pop()?.contentDocument?.body?.innerText.includes({}) ?? false",
        json!(text)
    )
}

#[test]
fn a_notebook_is_picked_protected_opened_by_a_visitor_and_its_link_rotated() {
    let server = Server::start();
    let browser = enter(&server);
    let permissions = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": server.url});
    browser.command("Browser.grantPermissions", permissions);
    let clipboard = || browser.wait_for("return await navigator.clipboard.readText()");
    browser.press("button", "Share something");
    browser.assert_accessible("picking");
    browser.fill("searchbox", "Name", "pla\u{E007}"); // Enter picks the first
    browser.see("heading", "Share Plan");
    assert_eq!(server.get(PLAN).ok(200)["enabled"], false);
    browser.press("button", "Create");
    browser.read("The link is copied.");
    let old = token(&server);
    assert_eq!(clipboard(), format!("{}/shared/{old}", server.url));
    browser.press("button", "Settings");
    browser.press("button", "Copy embed code");
    browser.read("The embed code is copied.");
    let code = clipboard().as_str().unwrap().to_owned();
    assert!(code.contains(&format!("src=\"{}/embedded/{old}\"", server.url)));
    wait(&browser, &previews("Plan"));
    browser.press("checkbox", "Ask for a password");
    wait(&browser, &previews("Unlock"));
    browser.press("button", "Add password");
    browser.fill("textbox", "Note", "Board");
    browser.press("button", "Add password");
    let password = browser.value("The password");
    browser.press("button", "Done");
    wait(&browser, &previews("Plan")); // the new password has unlocked the preview
    browser.save("admin-share-settings-wide-light");
    browser.assert_accessible("settings of a share");
    let list = "/api/projects/1/sharing_configurations/";
    assert_eq!(server.get(list).ok(200)["results"][0]["views"], 0);

    let stranger = Browser::start();
    stranger.open(&format!("{}/shared/{old}", server.url));
    stranger.fill("textbox", "Password", &password);
    stranger.press("button", "Unlock");
    stranger.see("heading", "Plan");
    assert_eq!(server.get(list).ok(200)["results"][0]["views"], 1);

    browser.press("button", "Rotate");
    browser.press("checkbox", "End the old link at once");
    browser.press("button", "Rotate link");
    browser.read("The new link is copied.");
    let new = token(&server);
    assert_ne!(new, old);
    stranger.assert_quiet();
    stranger.run("location.reload()", json!([]));
    stranger.read("Page not found");
    stranger.open(&format!("{}/shared/{new}", server.url));
    stranger.see("button", "Unlock");

    browser.press("button", "Delete password Board");
    browser.press("button", "Delete password");
    browser.read("None yet");
    browser.press("button", "Done");
    browser.assert_quiet();
}

#[test]
fn a_share_with_a_password_is_created_in_one_step_and_found_among_thousands() {
    let server = Server::start();
    for number in 0..30 {
        let insight = json!({"name": format!("Aardvark {number:02}")});
        server.post("/api/projects/1/insights/", insight).ok(201);
    }
    let insight = json!({"name": "Zebra crossings"});
    let id = server.post("/api/projects/1/insights/", insight).ok(201)["id"].clone();
    let sharing = format!("/api/projects/1/insights/{id}/sharing/");
    let browser = enter(&server);
    let permissions = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"], "origin": server.url});
    browser.command("Browser.grantPermissions", permissions);
    browser.press("button", "Share something");
    browser.read("There are more: type a part of the name.");
    browser.fill("searchbox", "Name", "zebra");
    browser.read("Zebra crossings");
    browser.keys("\u{E015}\u{E007}"); // down, Enter
    browser.see("heading", "Share Zebra crossings");
    browser.press("checkbox", "Ask for a password");
    browser.fill("textbox", "Note", "Board");
    browser.fill("textbox", "Password", "short");
    browser.press("button", "Create");
    browser.read("Password must be at least 8 characters long.");
    assert_eq!(server.get(&sharing).ok(200)["enabled"], false);
    browser.assert_accessible("sharing with a password");
    browser.save("admin-share-create");
    browser.fill("textbox", "Password", "");
    browser.press("button", "Create");
    browser.read("Link and password copied.");
    let url = browser.value("Link");
    let password = browser.value("Password");
    let copied = browser.wait_for("return await navigator.clipboard.readText()");
    assert_eq!(copied, format!("{url}\nPassword: {password}"));
    browser.assert_accessible("a new share");
    browser.save("admin-share-created");
    browser.press("button", "Done");
    browser.see("switch", "Share Zebra crossings");
    let visitor = Browser::start();
    visitor.open(&url);
    visitor.fill("textbox", "Password", &password);
    visitor.press("button", "Unlock");
    visitor.see("heading", "Zebra crossings");
    let mut said = browser.log();
    said.retain(|line| !line.to_string().contains("400 (Bad Request)")); // the short password
    assert!(said.is_empty(), "{said:#?}");
}

#[test]
fn a_password_is_copied_from_the_dialog_on_top_without_a_secure_context() {
    let server = Server::with(&["--site-url", "http://hog.example"]);
    let browser = Browser::with(&["--host-resolver-rules=MAP hog.example 127.0.0.1"]);
    let (_, port) = server.url.rsplit_once(':').unwrap();
    let entrance = entrance(&server);
    let (_, path) = entrance.split_once("/admin/").unwrap();
    browser.open(&format!("http://hog.example:{port}/admin/{path}"));
    browser.see("heading", "Shares");
    assert_eq!(browser.run("return isSecureContext", json!([])), false);
    let body = json!({"enabled": true, "password_required": true});
    server.patch(PLAN, body).ok(200);
    browser.run("location.reload()", json!([]));
    browser.press("button", "Settings of Plan");
    wait(&browser, &previews("Unlock"));
    // A protected page in the preview does not take the focus.
    assert_eq!(
        browser.run(
            "return document.activeElement.tagName !== 'IFRAME'",
            json!([])
        ),
        true
    );
    browser.press("button", "Add password");
    browser.press("button", "Add password");
    let password = browser.value("The password");
    browser.press("button", "Copy with link");
    browser.read("Link and password copied.");
    // What is in the clipboard is pasted where it can be read.
    let pasted = || {
        browser.run(
            "const area = document.createElement('textarea'); area.id = 'paste';
             [...document.querySelectorAll('dialog')].pop().append(area); area.focus();",
            json!([]),
        );
        browser.keys("\u{E009}v\u{E000}"); // Control V
        browser.run(
            "const area = document.querySelector('#paste'); area.remove(); return area.value",
            json!([]),
        )
    };
    let both = pasted();
    assert!(
        both.as_str()
            .unwrap()
            .ends_with(&format!("\nPassword: {password}")),
        "{both}"
    );
    browser.press("button", "Copy");
    browser.read("It is copied.");
    assert_eq!(pasted(), json!(password));

    // If the browser refuses, the text is shown selected.
    browser.run("document.execCommand = () => false", json!([]));
    browser.press("button", "Copy");
    browser.read("The browser does not let this page copy.");
    wait(
        &browser,
        "return document.activeElement.tagName === 'TEXTAREA'",
    );
    let selected = browser.run("const { value, selectionStart, selectionEnd } = document.activeElement; return value.slice(selectionStart, selectionEnd)", json!([]));
    assert_eq!(selected, json!(password));
    browser.assert_accessible("copying by hand");
    browser.press("button", "Done");
    browser.press("button", "Done");
    browser.see("heading", "Settings of Plan");
    browser.keys("\u{E00C}"); // Escape
    wait(&browser, "return !document.querySelector('dialog')");
    let mut said = browser.log();
    said.retain(|line| {
        !line
            .to_string()
            .contains("Cross-Origin-Opener-Policy header has been ignored")
    });
    assert!(said.is_empty(), "{said:#?}");
}

#[test]
fn a_new_link_that_the_browser_does_not_copy_is_shown_selected_above_all_else() {
    let server = Server::start();
    let browser = enter(&server);
    browser.run(
        "navigator.clipboard.writeText = () => Promise.reject(new Error()); document.execCommand = () => false",
        json!([]),
    );
    browser.press("button", "Share something");
    browser.fill("searchbox", "Name", "pla\u{E007}"); // Enter picks the first
    browser.press("button", "Create");
    browser.read("The browser does not let this page copy.");
    browser.see("heading", "Copy this by hand");
    let url = format!("{}/shared/{}", server.url, token(&server));
    wait(&browser, "return String(getSelection()) !== ''");
    let top = browser.run(
        "const { value, selectionStart, selectionEnd } = document.activeElement;
         const { left, top, width, height } = document.activeElement.getBoundingClientRect();
         return [value.slice(selectionStart, selectionEnd), document.elementFromPoint(left + width / 2, top + height / 2) === document.activeElement]",
        json!([]),
    );
    assert_eq!(top, json!([url, true]));
    browser.assert_presentable("admin-share-copy-by-hand");
    browser.press("button", "Done");
    browser.see("heading", "Plan is shared");
    browser.assert_focused("Link");
    assert_eq!(browser.value("Link"), url);
    browser.press("button", "Done");
    browser.see("switch", "Share Plan");
    browser.assert_quiet();
}

#[test]
fn settings_show_at_once_in_the_preview_and_stand_in_the_address() {
    let server = Server::start();
    let insight = "/api/projects/1/insights/1/sharing/";
    server.patch(insight, json!({"enabled": true})).ok(200);
    let browser = enter(&server);
    browser.press("link", "Signups");
    wait(&browser, &previews("Signups"));
    browser.press("checkbox", "Hide title and description");
    browser.read("Saved.");
    // The title is hidden visually but stays available to screen readers.
    let title =
        "[...document.querySelectorAll('iframe')].pop()?.contentDocument?.querySelector('h1')";
    wait(&browser, &format!("return {title}?.offsetWidth <= 1"));
    browser.run("location.reload()", json!([]));
    browser.see("heading", "Settings of Signups");
    browser.press("checkbox", "The link works");
    browser.read("The link is off: no one can see the page.");
    browser.press("button", "Done");
    browser.press("link", "Keys");
    browser.see("heading", "Project secret keys");
    browser.run("history.back()", json!([]));
    browser.see("switch", "Share Signups");
    browser.press("button", "Settings of Signups");
    browser.see("checkbox", "The link works");
    browser.run("history.back()", json!([]));
    wait(&browser, "return !document.querySelector('dialog')");
    let sharing = server.get(insight).ok(200);
    assert_eq!(
        (&sharing["enabled"], &sharing["settings"]["noHeader"]),
        (&json!(false), &json!(true))
    );
    browser.assert_quiet();
}

#[test]
fn shares_are_searched_filtered_and_walked_by_keyboard() {
    let server = Server::start();
    for path in ["insights/1", "dashboards/1", "notebooks/NoteMain1"] {
        let path = format!("/api/projects/1/{path}/sharing/");
        let change = json!({"enabled": !path.contains("dash")});
        server.patch(&path, change).ok(200);
    }
    let browser = enter(&server);
    browser.read("3 in all");
    browser.run(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true}))",
        json!([]),
    );
    browser.keys("si");
    browser.read("1 in all");
    browser.keys("\u{E015}"); // down
    assert_eq!(browser.focused(), "Signups");
    browser.keys("\u{E007}");
    browser.see("heading", "Settings of Signups");
    browser.keys("\u{E00C}"); // Escape
    wait(&browser, "return !document.querySelector('dialog')");
    browser.run("location.reload()", json!([]));
    browser.read("1 in all");
    browser.fill("searchbox", "Search", "nothing such");
    browser.read("Nothing fits");
    let shown = format!("{}/admin/#/projects/1/shares?state=off", server.url);
    browser.open(&shown);
    browser.see("switch", "Share Overview");
    browser.read("1 in all");
    browser.assert_quiet();
}

#[test]
fn a_switch_that_the_server_refuses_goes_back_and_says_why() {
    let server = Server::start();
    let note = json!({"title": "Inside", "short_id": "NoteShut"});
    let made = server.post("/api/projects/5/notebooks/", note).ok(201);
    let id = made["short_id"].as_str().unwrap();
    let sharing = format!("/api/projects/5/notebooks/{id}/sharing/");
    server.patch(&sharing, json!({"settings": {}})).ok(200);
    let browser = enter(&server);
    browser.open(&format!("{}/admin/#/projects/5/shares", server.url));
    browser.press("switch", "Share Inside");
    browser.read("Inside is still off. Public sharing is disabled for this organization.");
    wait(
        &browser,
        "return document.querySelector('[role=switch]').ariaChecked === 'false'",
    );
}
