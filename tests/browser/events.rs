//! The latest events in the admin page, and its first paint.

use serde_json::{Value, json};

use crate::{driver::Browser, entrance::enter, harness::Server};

fn send(server: &Server, name: &str, properties: Value) {
    let event = json!({"api_key": "phc_main", "event": name, "distinct_id": "visitor-7", "properties": properties});
    server.ask("POST", "/capture/").json(event).send().ok(200);
}

/// The names of the events that are shown, in their order.
fn shown(browser: &Browser) -> Value {
    browser.run(
        "return [...document.querySelectorAll('.events tbody th')].map((it) => it.textContent)",
        json!([]),
    )
}

#[test]
fn an_event_appears_by_itself_and_can_be_looked_into() {
    let server = Server::start();
    let browser = enter(&server);
    browser.press("link", "Latest events");
    browser.read("No events yet");
    send(
        &server,
        "signed up",
        json!({"$lib": "web", "plan": "<b>pro</b>", "a": 1, "b": 2, "long": "x".repeat(99)}),
    );
    browser.read("visitor-7");
    // The client's own properties come first, and times have seconds.
    browser.read("plan: <b>pro</b> a: 1 b: 2 and 2 more");
    let time = browser.run(
        "return document.querySelector('.events time').textContent",
        json!([]),
    );
    assert_eq!(time.as_str().unwrap().matches(':').count(), 2, "{time}");
    browser.run("document.querySelector('summary').click()", json!([]));
    browser.read("\"plan\": \"<b>pro</b>\"");
    // The list does not move while it is being read.
    send(&server, "paid", json!({}));
    browser.see("button", "1 new");
    send(&server, "paid", json!({"plan": "free"}));
    browser.see("button", "2 new");
    assert_eq!(shown(&browser), json!(["signed up"]));
    browser.assert_presentable("admin-events-new");
    browser.press("button", "2 new");
    browser.read("3 in all");
    assert_eq!(shown(&browser), json!(["paid", "paid", "signed up"]));
    send(&server, "left", json!({}));
    browser.read("4 in all");
    browser.press("checkbox", "Live");
    send(&server, "left", json!({}));
    browser.see("button", "1 new");
    browser.press("checkbox", "Live");
    browser.read("5 in all");
    browser.assert_quiet();
}

#[test]
fn events_are_filtered_by_name_person_and_property() {
    let server = Server::start();
    send(&server, "signed up", json!({"plan": "free"}));
    send(&server, "paid", json!({"plan": "pro", "seats": 5}));
    let other = json!({"api_key": "phc_main", "event": "paid", "distinct_id": "visitor-8", "properties": {"plan": "free"}});
    server.ask("POST", "/capture/").json(other).send().ok(200);
    let browser = enter(&server);
    browser.press("link", "Latest events");
    browser.read("3 in all");
    for (label, text, count) in [
        ("Name", "PAI", 2),
        ("Person", "visitor-8", 1),
        ("Person", "", 2),
        ("Property", "seats", 1),
        ("Property", "plan = free", 1),
        ("Name", "", 2),
    ] {
        browser.fill("searchbox", label, &format!("{text} \u{E003}")); // and Backspace, so that an emptied box says so
        browser.read(&format!("{count} in all"));
    }
    browser.run("location.reload()", json!([]));
    browser.read("2 in all");
    assert_eq!(shown(&browser), json!(["paid", "signed up"]));
    send(&server, "signed up", json!({"plan": "none"}));
    send(&server, "signed up", json!({"plan": "free"}));
    browser.read("3 in all");
    browser.fill("searchbox", "Person", "no one");
    browser.read("No such event");
    browser.assert_presentable("admin-events-filtered");
    browser.assert_quiet();
}

#[test]
fn refused_events_are_shown_with_the_reason_as_they_come() {
    let server = Server::start();
    let refuse = |name: &str| {
        let event = json!({"api_key": "phc_main", "event": name, "properties": {"plan": "pro"}});
        assert_eq!(
            server.ask("POST", "/capture/").json(event).send().status,
            400
        );
    };
    let browser = enter(&server);
    browser.press("link", "Latest events");
    browser.read("No events yet");
    refuse("paid");
    browser.walk_to("Refused (1)");
    browser.keys("\u{E007}");
    browser.read("event submitted without a distinct_id");
    browser.read("Every event needs a distinct_id.");
    refuse("signed up");
    browser.read("Refused (2)");
    refuse("signed up");
    browser.read("2 times");
    browser.walk_to("Show what was sent: event submitted without");
    browser.keys("\u{E007}");
    browser.read("{\"api_key\":\"phc_main\",\"event\":\"signed up\"");
    let unknown =
        json!({"api_key": "phc_not_of_this_server", "event": "secret", "distinct_id": "d"});
    server.ask("POST", "/capture/").json(unknown).send().ok(200);
    browser.read("no project has the token phc_not_of_t…: accepted and dropped");
    browser.read("Compare the token in your program");
    browser.read("{\"api_key\":\"phc_main\",\"event\":\"signed up\""); // stays open
    browser.assert_presentable("admin-events-refused");
    browser.press("link", "Received");
    browser.read("No events yet");
    browser.run("history.back()", json!([]));
    browser.read("Every event needs a distinct_id.");
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
