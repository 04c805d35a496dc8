//! Property definitions on the admin page.

use serde_json::json;

use crate::entrance::{enter, server};

#[test]
fn twenty_definitions_are_found_and_tagged_at_once() {
    let server = server(20);
    let browser = enter(&server);
    browser.press("link", "Property definitions");
    browser.see("heading", "Property definitions");
    browser.keys("/");
    assert_eq!(browser.focused(), "Search");
    browser.fill("searchbox", "Search", "checkout");
    browser.read("20 in all");
    browser.press("checkbox", "Pick all on this page");
    browser.read("20 definitions picked");
    browser.press("button", "Add tags");
    browser.fill("textbox", "Tags", "Funnel, checkout");
    browser.press("button", "Add tags");
    browser.read("Tags of 20 definitions changed.");
    browser.see("button", "Tags of checkout step 19: checkout, funnel");
    browser.press("button", "Verify");
    browser.read("20 definitions verified.");
    browser.press("button", "Description of checkout step 03");
    browser.fill(
        "textbox",
        "Description of checkout step 03",
        "The third\u{E007}",
    ); // Enter
    browser.see("button", "Description of checkout step 03: The third");
    let list = server
        .get("/api/projects/1/property_definitions/?search=checkout&verified=true")
        .ok(200);
    assert_eq!(list["count"], 20);
    for definition in list["results"].as_array().unwrap() {
        assert_eq!(definition["tags"], json!(["checkout", "funnel"]));
    }
    assert_eq!(list["results"][3]["description"], "The third");
    browser.assert_quiet();
}
