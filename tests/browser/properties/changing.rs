//! Changes of one definition and of many, and how they are undone.

use serde_json::{Value, json};

use super::{API, ENTER, at, is_on, is_stored, rows, stored, until, url};
use crate::entrance::server;

#[test]
fn a_definition_is_edited_where_it_stands_and_every_edit_can_be_undone() {
    let server = server(0);
    let browser = at(&server, "?search=plan");
    browser.press("button", "Describe plan");
    browser.keys("What was paid for");
    browser.keys(ENTER);
    browser.read("“plan” was described.");
    is_stored(&server, "plan", "description", json!("What was paid for"));
    browser.press("button", "Undo");
    browser.read("“plan” was put back as before.");
    is_stored(&server, "plan", "description", Value::Null);

    browser.choose("Type of plan", "Duration");
    browser.read("“plan” was given the type Duration.");
    is_stored(&server, "plan", "property_type", json!("Duration"));
    browser.press("button", "Undo");
    is_stored(&server, "plan", "property_type", json!("String"));

    browser.press("button", "Add tag to plan");
    browser.keys("Billing, core");
    browser.keys(ENTER);
    is_stored(&server, "plan", "tags", json!(["billing", "core"]));
    browser.press("button", "Remove tag billing from plan");
    browser.read("“plan” was untagged.");
    is_stored(&server, "plan", "tags", json!(["core"]));
    browser.keys("\u{E00C}");
    browser.keys("u");
    is_stored(&server, "plan", "tags", json!(["billing", "core"]));
    browser.see("button", "Remove tag billing from plan");

    browser.press("switch", "Verified: plan");
    browser.read("“plan” was verified.");
    is_stored(&server, "plan", "verified", json!(true));
    browser.press("switch", "Hidden: plan");
    browser.read("“plan” was hidden.");
    is_stored(&server, "plan", "hidden", json!(true));
    assert!(!is_on(&browser, "Verified: plan"), "nothing is both");
    browser.keys("\u{E00C}");
    browser.keys("u");
    is_stored(&server, "plan", "verified", json!(true));
    until(
        &browser,
        "return document.querySelector('[aria-label=\"Verified: plan\"]').ariaChecked",
        json!("true"),
    );
    assert!(!is_on(&browser, "Hidden: plan"));
    browser.assert_quiet();
}

#[test]
fn twenty_definitions_are_tagged_verified_hidden_and_put_back_at_once() {
    let server = server(20);
    server
        .patch(
            &url(&server, "checkout step 07"),
            json!({"tags": ["funnel"]}),
        )
        .ok(200);
    let browser = at(&server, "?search=checkout");
    browser.read("20 in all");
    let all = |field: &str| -> Vec<Value> {
        let list = server
            .get(&format!("{API}?search=checkout&ordering=name"))
            .ok(200);
        let list = list["results"].as_array().unwrap();
        list.iter().map(|it| it[field].clone()).collect()
    };
    browser.press("checkbox", "Pick all on this page");
    browser.read("20 definitions picked");
    browser.press("button", "Add tags");
    browser.assert_accessible("add tags");
    browser.fill("textbox", "Tags", "Funnel, checkout");
    browser.press("button", "Add tags");
    browser.read("20 definitions were tagged.");
    browser.see("button", "Remove tag checkout from checkout step 19");
    assert_eq!(all("tags"), vec![json!(["checkout", "funnel"]); 20]);
    browser.press("button", "Undo");
    browser.read("20 definitions were put back as before.");
    assert_eq!(
        stored(&server, "checkout step 07")["tags"],
        json!(["funnel"]),
        "it had that one"
    );
    assert_eq!(stored(&server, "checkout step 08")["tags"], json!([]));

    browser.press("button", "Verify");
    browser.read("20 definitions were verified.");
    assert_eq!(all("verified"), vec![json!(true); 20]);
    browser.press("button", "Hide");
    browser.read("20 definitions were hidden.");
    assert_eq!(
        (all("hidden"), all("verified")),
        (vec![json!(true); 20], vec![json!(false); 20])
    );
    browser.press("button", "Show");
    browser.read("20 definitions were shown again.");
    assert_eq!(all("hidden"), vec![json!(false); 20]);
    let requests = "return performance.getEntriesByType('resource').map((it) => it.name.split('property_definitions/')[1] ?? '').filter((it) => it && it[0] !== '?')";
    let each_one = [
        "bulk_update_tags/",
        "bulk_update/",
        "bulk_update/",
        "bulk_update/",
        "bulk_update/",
    ];
    until(&browser, requests, json!(each_one));
    browser.press("button", "Pick none");
    browser.assert_quiet();
}

#[test]
fn what_is_deleted_is_told_before_and_picks_last_from_page_to_page() {
    let server = server(120);
    let browser = at(&server, "?search=checkout");
    browser.read("1 to 50 of 120");
    browser.press("checkbox", "Pick checkout step 00");
    browser.press("button", "Next");
    browser.read("51 to 100 of 120");
    browser.press("checkbox", "Pick checkout step 50");
    browser.read("2 definitions picked");
    browser.press("button", "Delete…");
    browser.see("heading", "Delete 2 definitions?");
    browser.read("Descriptions, tags and marks are lost and cannot be brought back.");
    browser.press("button", "Cancel");
    assert_eq!(
        stored(&server, "checkout step 00")["name"],
        "checkout step 00"
    );
    browser.press("button", "Delete…");
    browser.press("button", "Delete 2 definitions");
    browser.read("2 definitions were deleted.");
    browser.read("51 to 100 of 118");
    // A whole page picked offers the rest.
    browser.press("checkbox", "Pick all on this page");
    browser.read("50 definitions picked");
    browser.press("button", "Pick all 118 that fit");
    browser.read("118 definitions picked");
    browser.press("button", "Delete…");
    browser.read("and 113 definitions more");
    browser.press("button", "Delete 118 definitions");
    browser.see("heading", "Nothing fits");
    browser.press("button", "Clear filters");
    rows(&browser, &["plan", "seats"]);
    browser.assert_quiet();
}

#[test]
fn a_change_of_thousands_shows_its_progress_can_be_stopped_and_warns_who_leaves() {
    let server = server(1_100);
    let browser = at(&server, "?search=checkout");
    browser.read("1 to 50 of 1,100");
    browser.press("checkbox", "Pick all on this page");
    browser.press("button", "Pick all 1,100 that fit");
    browser.read("1,100 definitions picked");
    // Each request waits until it is let go.
    browser.run(
        "const real = window.fetch;
         window.waiting = [];
         window.fetch = async (path, ...rest) => {
           if (String(path).includes('bulk_update')) await new Promise((go) => waiting.push(go));
           return real(path, ...rest);
         };",
        json!([]),
    );
    let warns = "return !dispatchEvent(new Event('beforeunload', { cancelable: true }))";
    assert_eq!(browser.run(warns, json!([])), false);
    browser.press("button", "Verify");
    browser.see("button", "Stop");
    assert_eq!(browser.run(warns, json!([])), true);
    until(&browser, "return waiting.length", json!(1)); // one request at a time
    browser.run("waiting.shift()()", json!([]));
    browser.read("500 of 1,100 definitions done");
    until(&browser, "return waiting.length", json!(1));
    browser.press("button", "Stop");
    browser.run("waiting.shift()()", json!([]));
    browser.read("1,000 definitions were verified.");
    browser.read("100 of 1,100 definitions could not be verified: Stopped.");
    browser.read("1,100 definitions picked");
    assert_eq!(browser.run(warns, json!([])), false);
    let verified = server.get(&format!("{API}?search=checkout&verified=true"));
    assert_eq!(verified.ok(200)["count"], 1_000);
    browser.assert_quiet();
}
