//! Event definitions, which have the same page.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{ENTER, exporting::file, rows, until};
use crate::{entrance::enter, harness::Server};

const API: &str = "/api/projects/1/event_definitions/";

/// The definition of the event called `name`.
fn stored(server: &Server, name: &str) -> Value {
    let list = server.get(&format!("{API}?names={name}")).ok(200);
    list["results"][0].clone()
}

#[test]
fn events_are_searched_described_tagged_verified_in_bulk_exported_and_deleted() {
    let server = Server::start();
    for name in ["paid", "paused", "cancelled"] {
        server.post(API, json!({"name": name})).ok(201);
    }
    let browser = enter(&server);
    browser.press("link", "Event definitions");
    browser.read("4 in all");
    browser.fill("searchbox", "Search", "pa");
    rows(&browser, &["paid", "paused"]);
    browser.press("button", "Describe paid");
    browser.keys("Somebody paid");
    browser.keys(ENTER);
    browser.read("“paid” was described.");
    assert_eq!(stored(&server, "paid")["description"], "Somebody paid");
    browser.press("checkbox", "Pick all on this page");
    browser.press("button", "Verify");
    browser.read("2 definitions were verified.");
    assert_eq!(stored(&server, "paused")["verified"], true);
    browser.run("document.querySelector('tr[data-id]').focus()", json!([]));
    browser.keys("u"); // undoes the last change
    browser.read("2 definitions were put back as before.");
    assert_eq!(stored(&server, "paused")["verified"], false);
    browser.press("button", "Add tags");
    browser.fill("textbox", "Tags", "money");
    browser.press("button", "Add tags");
    browser.read("2 definitions were tagged.");
    browser.press("button", "Pick none");
    browser.press("switch", "Hidden: paused");
    browser.read("“paused” was hidden.");
    assert_eq!(stored(&server, "paused")["hidden"], true);
    browser.assert_accessible("event definitions");
    browser.save("admin-event-definitions");
    browser.choose("Hidden", "No");
    rows(&browser, &["paid"]);

    let folder = TempDir::new().unwrap();
    let where_to = json!({"behavior": "allow", "downloadPath": folder.path()});
    browser.command("Browser.setDownloadBehavior", where_to);
    browser.press("button", "Export CSV");
    let text = file(folder.path(), "event-definitions.csv");
    let line = "paid,Somebody paid,money,false,false,,";
    assert!(text.contains(line), "{text}");

    browser.press("button", "Clear filters");
    browser.choose("Events", "PostHog");
    browser.read("Nothing fits");
    browser.press("button", "Clear filters");
    browser.see("checkbox", "Pick cancelled");
    browser.run("document.querySelector('tr[data-id]').focus()", json!([]));
    browser.press("checkbox", "Pick cancelled");
    browser.press("button", "Delete");
    browser.press("button", "Delete definition");
    browser.read("“cancelled” was deleted.");
    until(
        &browser,
        "return document.body.innerText.includes('3 in all')",
        json!(true),
    );
    assert_eq!(stored(&server, "cancelled"), Value::Null);
    browser.assert_quiet();
}
