//! What the page says when the server refuses what it has shown already.

use serde_json::json;

use super::{at, is_on, until, url};
use crate::entrance::server;

#[test]
fn what_the_server_refuses_is_taken_back_and_the_reason_said() {
    let mut server = server(3);
    let browser = at(&server, "");
    browser.press("button", "Add tag to plan");
    browser.keys(&"x".repeat(256));
    browser.keys("\u{E007}");
    browser.read(
        "“plan” could not be tagged: Tags: Ensure this field has no more than 255 characters.",
    );
    let tags = "return document.querySelectorAll('[aria-label=\"Tags of plan\"]').length";
    until(&browser, tags, json!(0));

    server.delete(&url(&server, "checkout step 01")).ok(204);
    browser.press("switch", "Verified: checkout step 01");
    browser.read("“checkout step 01” could not be verified: deleted meanwhile.");
    browser.read("checkout step 01 deleted meanwhile");

    // Of many, those that can be changed are.
    server.delete(&url(&server, "checkout step 02")).ok(204);
    for name in ["checkout step 00", "checkout step 02"] {
        browser.press("checkbox", &format!("Pick {name}"));
    }
    browser.press("button", "Hide");
    browser.read("1 of 2 definitions could not be hidden: deleted meanwhile.");
    browser.read("“checkout step 00” was hidden.");
    browser.log(); // the refusals

    server.kill();
    browser.press("switch", "Verified: plan");
    browser.read("“plan” could not be verified: The server does not respond. Check that it is running, then try again.");
    assert!(!is_on(&browser, "Verified: plan"));
    browser.fill("searchbox", "Search", "seats");
    browser.see("button", "Try again");
    browser.see("switch", "Verified: plan"); // what was there is still there
    browser.save("admin-properties-trouble-wide-light");
    browser.assert_accessible("the server does not answer");
}

#[test]
fn an_address_that_asks_for_nonsense_is_told_so() {
    let server = server(0);
    let browser = at(&server, "?verified=maybe");
    browser.read("Must be a valid boolean.");
    browser.press("button", "Clear filters");
    browser.see("switch", "Verified: plan");
}
