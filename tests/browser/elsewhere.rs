//! What another program changes shows in the admin page by itself.

use serde_json::json;

use crate::{driver::Browser, entrance::enter, harness::Server};

const NOTEBOOK: &str = "/api/projects/1/notebooks/NoteMain1/sharing/";

/// Opens a section of project 1.
fn open(server: &Server, section: &str, heading: &str) -> Browser {
    let browser = enter(server);
    browser.open(&format!("{}/admin/#/projects/1/{section}", server.url));
    browser.see("heading", heading);
    browser
}

#[test]
fn shares_follow_changes_of_other_programs() {
    let server = Server::start();
    let browser = open(&server, "shares", "Shares");
    browser.read("Nothing is shared yet");
    server.patch(NOTEBOOK, json!({"enabled": true})).ok(200);
    browser.see("switch", "Share Plan");
    server.patch(NOTEBOOK, json!({"enabled": false})).ok(200);
    browser.read("Off");
    let end = json!({"expires_at": "2020-01-01T00:00:00Z"});
    let item = "/api/projects/1/sharing_configurations/notebook/NoteMain1/";
    server.patch(item, end).ok(200);
    browser.read("ended ");
    let version = server.get("/api/projects/1/notebooks/NoteMain1/").ok(200)["version"].clone();
    let title = json!({"title": "Another plan", "version": version});
    server
        .patch("/api/projects/1/notebooks/NoteMain1/", title)
        .ok(200);
    browser.see("switch", "Share Another plan");
    // What has the focus keeps it.
    browser.walk_to("Settings of Another plan");
    server
        .patch(NOTEBOOK, json!({"password_required": true}))
        .ok(200);
    browser.read("Link and password");
    assert_eq!(browser.focused(), "Settings of Another plan");
    // A dialog stays open, and its share stays what it is.
    browser.keys("\u{E007}");
    browser.see("heading", "Settings of Another plan");
    server.patch(item, json!({"expires_at": null})).ok(200);
    browser.press("checkbox", "The link works");
    browser.read("Saved.");
    browser.press("button", "Done");
    browser.see("switch", "Share Another plan");
    browser.read("On");
    browser.assert_quiet();
}

#[test]
fn open_settings_of_a_share_follow_changes_of_other_programs() {
    let server = Server::start();
    let share = server.patch(NOTEBOOK, json!({"enabled": true})).ok(200);
    let item = "/api/projects/1/sharing_configurations/notebook/NoteMain1/";
    let notebook = "/api/projects/1/notebooks/NoteMain1/";
    let browser = open(&server, "shares", "Shares");
    browser.press("button", "Settings of Plan");
    browser.see("heading", "Settings of Plan");
    let checked = |label: &str| {
        let script = "return [...document.querySelectorAll('dialog label.check')].find((it) => it.textContent.startsWith(arguments[0])).querySelector('input').checked";
        browser.run(script, json!([label]))
    };
    // What this page changes is not from elsewhere.
    browser.press("checkbox", "Hide the name of the server");
    browser.read("Saved.");
    browser.press("checkbox", "Ask for a password");
    browser.read("None yet: add one, or no one can open the page.");
    browser.press("button", "Add password");
    browser.fill("textbox", "Note", "for Ada");
    browser.press("button", "Add password");
    browser.see("heading", "The password");
    browser.press("button", "Done");
    browser.see("button", "Delete password for Ada");
    browser.press("button", "Rotate");
    browser.press("button", "Rotate link");
    browser.see("heading", "Settings of Plan");
    browser.see("status", "The new link is copied.");
    std::thread::sleep(std::time::Duration::from_millis(1500)); // longer than the page waits before it asks anew
    let elsewhere = "return document.querySelector('.elsewhere').textContent";
    assert_eq!(browser.run(elsewhere, json!([])), "");
    let shown = browser.value("Link");
    assert!(!shown.ends_with(share["access_token"].as_str().unwrap()));

    let theme = json!({"settings": {"theme": "dark", "hideExtraDetails": true}});
    server.patch(NOTEBOOK, theme).ok(200);
    browser.read("Changed elsewhere: the appearance.");
    assert_eq!(checked("Hide the name of the server"), false);
    assert_eq!(checked("Hide who created it"), true);
    server
        .patch(
            NOTEBOOK,
            json!({"enabled": false, "password_required": false}),
        )
        .ok(200);
    browser.read("Changed elsewhere: whether the link works, whether it asks for a password.");
    assert_eq!(checked("The link works"), false);
    assert_eq!(checked("Ask for a password"), false);
    browser.read("The link is off: no one can see the page.");
    let renewed = server
        .post(&format!("{NOTEBOOK}refresh/"), json!({}))
        .ok(200);
    browser.read("Changed elsewhere: the link");
    let token = renewed["access_token"].as_str().unwrap();
    assert!(browser.value("Link").ends_with(token));
    let version = server.get(notebook).ok(200)["version"].clone();
    let title = json!({"title": "Another plan", "version": version});
    server.patch(notebook, title).ok(200);
    browser.see("heading", "Settings of Another plan");
    browser.assert_presentable("admin-share-changed-elsewhere");

    // What is being typed stays: a date, and a password in a dialog above, which then says nothing of its own.
    let end = |end: &str| server.patch(item, json!({"expires_at": end})).ok(200);
    end("2031-01-02T03:04:00Z");
    browser.read("Changed elsewhere: the end.");
    let date = browser.value("Date and time");
    assert!(date.starts_with("2031-01-0"), "{date}");
    browser.walk_to("Date and time");
    end("2032-05-06T07:08:00Z");
    browser.read("The end that you are entering replaces it.");
    assert_eq!(browser.value("Date and time"), date);
    assert_eq!(browser.focused(), "Date and time");
    browser.run("document.activeElement.blur()", json!([]));
    assert!(browser.value("Date and time").starts_with("2032-05-0"));
    browser.press("checkbox", "Ask for a password");
    browser.read("None yet: add one, or no one can open the page.");
    browser.press("button", "Add password");
    browser.fill("textbox", "Note", "for Mel");
    server.patch(NOTEBOOK, json!({"enabled": true})).ok(200);
    std::thread::sleep(std::time::Duration::from_millis(1000));
    assert_eq!(browser.value("Note"), "for Mel");
    browser.press("button", "Cancel");
    browser.read("Changed elsewhere: whether the link works.");
    assert_eq!(checked("The link works"), true);

    // It was deleted, and comes back.
    let deleted = |deleted: bool| server.patch(notebook, json!({"deleted": deleted})).ok(200);
    deleted(true);
    browser.read("The notebook was deleted elsewhere. Its page is closed until it is restored.");
    let is_inert = "return document.querySelector('dialog .beside').inert";
    assert_eq!(browser.run(is_inert, json!([])), true);
    browser.assert_presentable("admin-share-deleted-elsewhere");
    deleted(false);
    for _ in 0..300 {
        if browser.run(is_inert, json!([])) == false {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    browser.press("checkbox", "The link works");
    browser.read("Saved.");
    let log = browser.log(); // the refusals while it was deleted
    assert!(
        log.iter().all(|line| line.to_string().contains("404")),
        "{log:#?}"
    );
}

#[test]
fn settings_say_when_their_share_is_no_more() {
    let server = Server::with(&["--lab"]);
    server.patch(NOTEBOOK, json!({"enabled": true})).ok(200);
    let browser = open(&server, "shares", "Shares");
    browser.press("button", "Settings of Plan");
    browser.see("heading", "Settings of Plan");
    let reset = server.ask("POST", "/_lab/reset").json(json!({})).send();
    assert_eq!(reset.status, 204);
    browser.read("This share no longer exists.");
    assert_eq!(browser.focused(), "Done");
    browser.keys("\u{E007}");
    browser.read("Nothing is shared yet");
    browser.assert_quiet();
}

#[test]
fn definitions_follow_changes_of_other_programs_without_disturbing() {
    let server = Server::start();
    let list = "/api/projects/1/property_definitions/";
    let first = server.get(list).ok(200)["results"][0].clone();
    let name = first["name"].as_str().unwrap().to_owned();
    let path = format!("{list}{}/", first["id"].as_str().unwrap());
    let browser = open(&server, "properties", "Property definitions");
    browser.read(&name);
    server
        .patch(&path, json!({"description": "Changed by a script"}))
        .ok(200);
    browser.read("Changed by a script");
    let send = |property: &str| {
        let event = json!({"api_key": "phc_main", "event": "signed up", "distinct_id": "d", "properties": {property: 1}});
        server.ask("POST", "/capture/").json(event).send().ok(200);
    };
    send("brand_new_one");
    browser.read("brand_new_one");
    // While someone is at work in the rows, other rows are only offered.
    browser.press("checkbox", &format!("Pick {name}"));
    send("brand_new_two");
    browser.see("button", "Changed elsewhere: show");
    let has_it = "return document.body.innerText.includes('brand_new_two')";
    assert_eq!(browser.run(has_it, json!([])), false);
    browser.assert_presentable("admin-definitions-changed");
    server
        .patch(&path, json!({"tags": ["by-a-script"]}))
        .ok(200);
    browser.press("button", "Changed elsewhere: show");
    browser.read("brand_new_two");
    browser.read("by-a-script");
    browser.assert_quiet();
}

#[test]
fn content_follows_changes_of_other_programs() {
    let server = Server::start();
    let browser = open(&server, "content", "Content");
    browser.read("Plan");
    server
        .post(
            "/api/projects/1/notebooks/",
            json!({"title": "From a script"}),
        )
        .ok(201);
    browser.read("From a script");
    browser.assert_quiet();
}
