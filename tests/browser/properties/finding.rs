//! Search, filters, order, pages, and the address that keeps them.

use serde_json::json;

use super::{API, DOWN, ENTER, ESCAPE, UP, address, at, go, rows, until, url};
use crate::{driver::Browser, entrance::server, harness::Server};

/// `plan` is verified and tagged, `seats` hidden and a number, `checkout step 00` tagged; `$lib` is PostHog's own.
fn varied() -> Server {
    let server = server(2);
    for (name, change) in [
        ("plan", json!({"verified": true, "tags": ["billing"]})),
        ("seats", json!({"hidden": true})),
        ("checkout step 00", json!({"tags": ["billing", "Funnel"]})),
    ] {
        server.patch(&url(&server, name), change).ok(200);
    }
    let event = json!({"api_key": "phc_main", "distinct_id": "1", "event": "e", "properties": {"$lib": "web"}});
    server.ask("POST", "/capture/").json(event).send().ok(200);
    server
}

const ALL: [&str; 6] = [
    "plan",
    "$ip",
    "$lib",
    "checkout step 00",
    "checkout step 01",
    "seats",
];

/// What a person does to narrow the list.
type Deed = Box<dyn Fn(&Browser)>;

#[test]
fn every_filter_narrows_the_list_and_survives_reload_and_back() {
    let server = varied();
    let browser = at(&server, "");
    rows(&browser, &ALL);
    let choose = |name: &'static str, option: &'static str| {
        move |browser: &Browser| browser.choose(name, option)
    };
    let tag: fn(&Browser) = |browser| {
        browser.fill("textbox", "Tag", "Billing");
        browser.keys(ENTER);
    };
    let search: fn(&Browser) = |browser| browser.fill("searchbox", "Search", "ste 01");
    let own: fn(&Browser) = |browser| browser.press("checkbox", "Without PostHog's own");
    #[rustfmt::skip] // a table: read it by columns
    let filters: Vec<(Deed, &str, &[&str])> = vec![
        (Box::new(choose("Type", "Numeric")),     "?is_numerical=true", &["seats"]),
        (Box::new(choose("Verified", "Yes")),    "?verified=true", &["plan"]),
        (Box::new(choose("Verified", "No")), "?verified=false", &ALL[1..]),
        (Box::new(choose("Hidden", "Yes")),      "?hidden=true", &["seats"]),
        (Box::new(choose("Hidden", "No")),   "?hidden=false", &ALL[..5]),
        (Box::new(tag),                           "?tag=billing", &["plan", "checkout step 00"]),
        (Box::new(search),                        "?search=ste+01", &["checkout step 01"]),
        (Box::new(own),                           "?exclude_core_properties=true", &["plan", "checkout step 00", "checkout step 01", "seats"]),
        (Box::new(choose("Of", "Persons")),       "?type=person", &[]),
        (Box::new(choose("Of", "Group type 1")),  "?type=group&group_type_index=1", &[]),
    ];
    for (narrow, query, names) in filters {
        narrow(&browser);
        address(&browser, query);
        rows(&browser, names);
        browser.run("location.reload()", json!([]));
        browser.see("heading", "Property definitions");
        rows(&browser, names);
        address(&browser, query);
        browser.run("history.back()", json!([]));
        address(&browser, "");
        rows(&browser, &ALL);
    }
    // They add up, and one button takes them away.
    browser.choose("Verified", "No");
    rows(&browser, &ALL[1..]);
    browser.choose("Hidden", "No");
    rows(&browser, &ALL[1..5]);
    browser.press("button", "List all tagged funnel");
    rows(&browser, &["checkout step 00"]);
    address(&browser, "?verified=false&hidden=false&tag=funnel");
    browser.fill("searchbox", "Search", "nothing like it");
    browser.see("heading", "Nothing fits");
    browser.press("button", "Clear filters");
    rows(&browser, &ALL);
    address(&browser, "");
    browser.assert_quiet();
}

#[test]
fn headings_order_the_list_and_tell_how() {
    let server = varied();
    let browser = at(&server, "");
    rows(&browser, &ALL);
    let sorted = |expected: &str| {
        let script = "return [...document.querySelectorAll('[aria-sort]')].map((it) => it.ariaSort).join(' ')";
        until(&browser, script, json!(expected));
    };
    sorted("none none none");
    browser.press("button", "Name");
    rows(
        &browser,
        &[
            "$ip",
            "$lib",
            "checkout step 00",
            "checkout step 01",
            "plan",
            "seats",
        ],
    );
    sorted("ascending none none");
    address(&browser, "?ordering=name");
    browser.press("button", "Name");
    rows(
        &browser,
        &[
            "seats",
            "plan",
            "checkout step 01",
            "checkout step 00",
            "$lib",
            "$ip",
        ],
    );
    sorted("descending none none");
    browser.press("button", "Type");
    rows(
        &browser,
        &[
            "seats",
            "$ip",
            "$lib",
            "checkout step 00",
            "checkout step 01",
            "plan",
        ],
    );
    sorted("none ascending none");
    browser.press("button", "Changed");
    rows(
        &browser,
        &[
            "checkout step 00",
            "seats",
            "plan",
            "$ip",
            "$lib",
            "checkout step 01",
        ],
    );
    sorted("none none descending");
    browser.run("location.reload()", json!([]));
    sorted("none none descending");
    browser.run("history.back()", json!([]));
    sorted("none ascending none");
    address(&browser, "?ordering=property_type");
    go(&browser, &server, "?ordering=-property_type");
    sorted("none descending none");
    browser.press("button", "Type");
    sorted("none none none");
    rows(&browser, &ALL);
    browser.assert_quiet();
}

#[test]
fn pages_turn_and_a_link_past_the_last_one_leads_to_it() {
    let server = server(120);
    let browser = at(&server, "");
    browser.read("1 to 50 of 127");
    browser.press("button", "Next");
    browser.read("51 to 100 of 127");
    address(&browser, "?offset=50");
    assert_eq!(browser.focused(), "Next");
    browser.keys(ENTER);
    browser.read("101 to 127 of 127");
    assert_eq!(browser.focused(), "First", "there is no next one");
    browser.keys(ENTER);
    browser.read("1 to 50 of 127");
    address(&browser, "");
    browser.press("button", "Last");
    browser.read("101 to 127 of 127");
    browser.press("button", "Previous");
    browser.read("51 to 100 of 127");
    browser.run("history.back()", json!([]));
    browser.read("101 to 127 of 127");
    go(&browser, &server, "?offset=5000");
    browser.read("101 to 127 of 127");
    address(&browser, "?offset=100");
    // Another question starts at its first page.
    browser.fill("searchbox", "Search", "step 1");
    browser.read("39 in all"); // "step" and a 1 anywhere
    browser.assert_quiet();
}

#[test]
fn the_keyboard_walks_picks_edits_and_leaves() {
    let server = server(60);
    let browser = at(&server, "?search=checkout");
    browser.see("button", "Next");
    browser.keys("/");
    assert_eq!(browser.focused(), "Search");
    browser.keys(DOWN);
    assert_eq!(browser.focused(), "checkout step 00");
    browser.keys(&format!("{DOWN}{DOWN}{UP}"));
    assert_eq!(browser.focused(), "checkout step 01");
    browser.keys(" ");
    browser.read("1 definition picked");
    browser.keys(&format!("{DOWN}{DOWN}"));
    let shift_space = "\u{E008} \u{E008}";
    browser.keys(shift_space);
    browser.read("3 definitions picked");
    browser.keys(ENTER);
    assert_eq!(browser.focused(), "Description of checkout step 03");
    browser.keys("not kept");
    browser.keys(ESCAPE);
    assert_eq!(browser.focused(), "checkout step 03");
    browser.keys(ENTER);
    browser.keys("The third");
    browser.keys(ENTER);
    browser.see("button", "Description of checkout step 03: The third");
    assert_eq!(browser.focused(), "checkout step 03");
    browser.keys("t");
    browser.keys("Funnel, late");
    browser.keys(ENTER);
    browser.see("button", "Remove tag late from checkout step 03");
    browser.keys("v");
    browser.read("“checkout step 03” was verified.");
    assert_eq!(browser.focused(), "checkout step 03");
    browser.keys("u");
    browser.read("“checkout step 03” was put back as before.");
    browser.keys(ESCAPE);
    until(
        &browser,
        "return document.body.innerText.includes('picked')",
        json!(false),
    );
    browser.keys("\u{E00F}"); // Page Down
    browser.read("51 to 60 of 60");
    until(
        &browser,
        "return document.activeElement.matches('[role=grid] tr')",
        json!(true),
    );
    browser.keys("\u{E010}"); // End
    assert_eq!(browser.focused(), "checkout step 59");
    browser.keys("?");
    browser.see("heading", "Keyboard");
    browser.keys(ESCAPE);
    assert_eq!(browser.focused(), "checkout step 59");
    browser.keys("\u{E017}"); // Delete
    browser.see("heading", "Delete checkout step 59?");
    browser.press("button", "Delete definition");
    browser.read("51 to 59 of 59");
    let list = server.get(&format!("{API}?search=checkout")).ok(200);
    assert_eq!(list["count"], 59);
    browser.assert_quiet();
}
