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
    browser.tab_to("Settings of Another plan");
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
