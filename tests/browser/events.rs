//! The latest events in the admin page, and its first paint.

use serde_json::json;

use crate::{entrance::enter, harness::Server};

#[test]
fn an_event_appears_by_itself_and_can_be_looked_into() {
    let server = Server::start();
    let send = |name: &str| {
        let event = json!({"api_key": "phc_main", "event": name, "distinct_id": "visitor-7", "properties": {"plan": "<b>pro</b>"}});
        server.ask("POST", "/capture/").json(event).send().ok(200);
    };
    let browser = enter(&server);
    browser.press("link", "Latest events");
    browser.read("No events yet");
    send("signed up");
    browser.read("visitor-7");
    browser.run("document.querySelector('summary').click()", json!([]));
    browser.read("\"plan\": \"<b>pro</b>\"");
    send("paid");
    browser.read("2 in all");
    browser.read("\"plan\": \"<b>pro</b>\""); // stays open while others come in
    browser.fill("searchbox", "Name", "PAI");
    browser.read("1 in all");
    browser.run("location.reload()", json!([]));
    browser.read("1 in all");
    browser.assert_accessible("events");
    browser.assert_quiet();
}

#[test]
fn the_first_paint_does_not_wait_for_the_api() {
    let server = Server::start();
    let browser = enter(&server);
    browser.command(
        "Fetch.enable",
        json!({"patterns": [{"urlPattern": "*/api/*"}]}),
    );
    browser.open("about:blank");
    browser.open(&format!("{}/admin/#/projects/1/keys", server.url));
    browser.see("heading", "Keys");
    browser.see("link", "Property definitions");
    assert_eq!(
        browser.run("return document.querySelector('main').ariaBusy", json!([])),
        "true"
    );
    browser.save("admin-first-paint");
    browser.command("Fetch.disable", json!({}));
    browser.see("heading", "Project secret keys");
    browser.assert_quiet();
}
