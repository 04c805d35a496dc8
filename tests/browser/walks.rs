//! What can be done with the mouse can be done with the keyboard alone. Sharing is in `share_ends`, definitions in `properties`,
//! charts in `exploring`, search in `docs`; that Tab leads through every page and dialog is in `everywhere`.

use serde_json::{Value, json};

use crate::{
    docs::demo,
    driver::Browser,
    entrance::{enter, small_seed},
    harness::Server,
};

const ENTER: &str = "\u{E007}";
const DOWN: &str = "\u{E015}";
const RIGHT: &str = "\u{E014}";
const ESCAPE: &str = "\u{E00C}";
const HOME: &str = "\u{E011}";
const SPACE: &str = " ";

/// The only object in the list at `path` of project 1, in full.
fn only(server: &Server, path: &str) -> Value {
    let list = format!("/api/projects/1/{path}/");
    let found = server.get(&list).ok(200);
    assert_eq!(found["count"], 1, "{found}");
    let id = &found["results"][0]["id"];
    server.get(&format!("{list}{id}/")).ok(200)
}

#[test]
fn a_key_is_created_and_revoked_by_keyboard() {
    let server = Server::seeded(&small_seed(), &[]);
    let browser = enter(&server);
    browser.walk_to("Keys");
    browser.keys(ENTER);
    browser.see("heading", "Your personal keys");
    browser.assert_focused("Keys"); // the navigation was drawn anew
    browser.walk_to("New project key");
    browser.keys(ENTER);
    browser.see("heading", "New project key");
    browser.walk_to("Label");
    browser.keys("Nightly");
    browser.walk_to("Create key");
    browser.keys(ENTER);
    assert!(browser.value("The key Nightly").starts_with("phs_"));
    browser.keys(ESCAPE);
    browser.assert_focused("New project key");
    let keys = "/api/projects/1/project_secret_api_keys/";
    assert_eq!(server.get(keys).ok(200)["count"], 1);
    browser.see("button", "Revoke Nightly");
    browser.walk_to("Revoke Nightly");
    browser.keys(ENTER);
    browser.see("heading", "Revoke Nightly?");
    browser.keys(ESCAPE);
    browser.assert_focused("Revoke Nightly");
    browser.keys(ENTER);
    browser.see("heading", "Revoke Nightly?");
    browser.walk_to("Revoke key");
    browser.keys(ENTER);
    browser.read("No keys yet");
    browser.assert_focused("New project key"); // what is left in its place
    assert_eq!(server.get(keys).ok(200)["count"], 0);
    browser.assert_quiet();
}

#[test]
fn a_notebook_is_written_by_keyboard() {
    let server = Server::seeded(&small_seed(), &[]);
    let browser = enter(&server);
    browser.walk_to("Content");
    browser.keys(ENTER);
    browser.read("No notebooks yet");
    browser.walk_to("New notebook");
    browser.keys(ENTER);
    browser.see("textbox", "Title");
    browser.walk_to("Title");
    browser.keys("Plan");
    browser.walk_to("Text");
    browser.keys("One line");
    browser.walk_to("Save");
    browser.keys(ENTER);
    browser.read("“Plan” is saved.");
    let list = server.get("/api/projects/1/notebooks/").ok(200);
    assert_eq!(list["results"][0]["title"], "Plan");
    browser.walk_to("Change Plan");
    browser.keys(ENTER);
    browser.see("heading", "Change Plan");
    browser.keys(" B");
    browser.keys(ESCAPE);
    browser.read("This is not saved. Press Escape again to discard it.");
    browser.keys(ESCAPE);
    browser.assert_focused("Change Plan");
    // What is deleted leaves the focus in the list, and can be brought back.
    browser.walk_to("Delete Plan");
    browser.keys(ENTER);
    browser.read("No notebooks yet");
    browser.assert_focused("New notebook");
    browser.walk_to("Undo");
    browser.keys(ENTER);
    browser.see("link", "Plan");
    browser.assert_quiet();
}

#[test]
fn an_insight_is_made_and_changed_by_keyboard() {
    let server = Server::seeded(&small_seed(), &[]);
    let browser = enter(&server);
    browser.walk_to("Content");
    browser.keys(ENTER);
    browser.see("button", "New notebook");
    browser.walk_to("Insights");
    browser.keys(ENTER);
    browser.see("button", "New insight");
    browser.assert_focused("Insights");
    browser.walk_to("New insight");
    browser.keys(ENTER);
    browser.see("heading", "New insight");
    browser.walk_to("Name");
    browser.keys("Visits");
    browser.walk_to("Table");
    browser.keys("day,visits\n2026-01-01,120\n2026-01-02,135");
    browser.walk_to("Draw as");
    browser.keys("Bars");
    browser.walk_to("Query and result as JSON");
    browser.keys(ENTER);
    browser.wait_for("while (!document.querySelectorAll('details textarea')[1].value.includes('135')) await new Promise((done) => setTimeout(done, 20));");
    browser.walk_to("Query");
    browser.walk_to("Result");
    browser.walk_to("Save");
    browser.keys(ENTER);
    browser.read("“Visits” is saved.");
    browser.assert_focused("New insight");
    let made = only(&server, "insights");
    assert_eq!(made["result"][0]["data"], json!([120, 135]));
    let display = &made["query"]["source"]["trendsFilter"]["display"];
    assert_eq!(display, "ActionsBar");
    browser.walk_to("Change Visits");
    browser.keys(ENTER);
    browser.see("heading", "Change Visits");
    browser.walk_to("Description");
    browser.keys("By day");
    browser.walk_to("Save");
    browser.keys(ENTER);
    browser.wait_for("while (document.querySelector('dialog[open]')) await new Promise((done) => setTimeout(done, 20));");
    browser.assert_focused("Change Visits");
    assert_eq!(only(&server, "insights")["description"], "By day");
    browser.assert_quiet();
}

#[test]
fn a_dashboard_is_built_and_changed_by_keyboard() {
    let server = Server::seeded(&small_seed(), &[]);
    for name in ["First", "Second", "Third"] {
        let insight = json!({"name": name});
        server.post("/api/projects/1/insights/", insight).ok(201);
    }
    let tiles = || {
        let board = only(&server, "dashboards");
        let tiles = board["tiles"].as_array().unwrap().clone();
        let place = |tile: &Value| {
            let at = &tile["layouts"]["sm"];
            json!([tile["insight"]["name"], at["x"], at["y"], at["w"]])
        };
        Value::from_iter(tiles.iter().map(place))
    };
    let browser = enter(&server);
    browser.open(&format!(
        "{}/admin/#/projects/1/content?kind=dashboard",
        server.url
    ));
    browser.see("button", "New dashboard");
    browser.walk_to("New dashboard");
    browser.keys(ENTER);
    browser.see("heading", "New dashboard");
    browser.see("button", "Add First");
    browser.walk_to("Name");
    browser.keys("Overview");
    for name in ["First", "Second", "Third"] {
        browser.walk_to(&format!("Add {name}"));
        browser.keys(ENTER);
        browser.see("button", &format!("Remove {name}"));
    }
    browser.walk_to("Move Third up");
    browser.keys(ENTER); // the focus goes with the tile
    browser.assert_focused("Move Third up");
    browser.keys(ENTER);
    browser.walk_to("First: columns 7 to 12");
    browser.keys("\u{E008}\u{E012}\u{E012}\u{E000}"); // Shift and twice the arrow left
    browser.assert_focused("First: columns 7 to 10");
    browser.keys(RIGHT);
    browser.assert_focused("First: columns 8 to 11");
    browser.walk_to("Save");
    browser.keys(ENTER);
    browser.read("“Overview” is saved.");
    browser.assert_focused("New dashboard");
    assert_eq!(
        tiles(),
        json!([["Third", 0, 0, 6], ["First", 7, 0, 4], ["Second", 0, 5, 6]])
    );
    browser.walk_to("Change Overview");
    browser.keys(ENTER);
    browser.see("heading", "Change Overview");
    browser.see("button", "Remove First");
    browser.walk_to("Remove First");
    browser.keys(ENTER);
    browser.walk_to("Save");
    browser.keys(ENTER);
    browser.wait_for("while (document.querySelector('dialog[open]')) await new Promise((done) => setTimeout(done, 20));");
    browser.assert_focused("Change Overview");
    assert_eq!(tiles(), json!([["Third", 0, 0, 6], ["Second", 6, 0, 6]]));
    browser.assert_quiet();
}

#[test]
fn activity_is_filtered_turned_and_followed_by_keyboard() {
    let server = Server::start();
    let insight = "/api/projects/1/insights/1/";
    for number in 0..60 {
        let name = json!({"name": format!("Signups {number}")});
        server.patch(insight, name).ok(200);
    }
    let browser = enter(&server);
    browser.walk_to("Activity");
    browser.keys(ENTER);
    browser.see("heading", "Activity");
    browser.read("1 to 50 of 60");
    browser.walk_to("Next");
    browser.keys(ENTER);
    browser.read("51 to 60 of 60");
    browser.assert_focused("First"); // there is no next page
    browser.keys(ENTER);
    browser.read("1 to 50 of 60");
    browser.walk_to("Of");
    browser.keys("Note");
    browser.read("Nothing fits");
    browser.assert_focused("Of");
    browser.keys(HOME);
    browser.read("1 to 50 of 60");
    browser.walk_to("“Signups 59”");
    browser.keys(DOWN);
    browser.assert_focused("“Signups 58”");
    browser.keys(ENTER);
    browser.see("heading", "Change Signups 59");
    browser.keys(ESCAPE);
    browser.see("button", "New insight");
    browser.walk_to("New insight");
    browser.run("history.back()", json!([]));
    browser.assert_quiet();
}

#[test]
fn a_protected_page_is_opened_by_keyboard() {
    let (server, browser) = (demo(), Browser::start());
    browser.open(&format!("{}/shared/demo-baskets", server.url));
    browser.see("textbox", "Password");
    assert_eq!(browser.focused(), "Password");
    browser.keys("monstera");
    browser.keys(ENTER);
    browser.see("heading", "Why do half of our baskets");
    browser.assert_quiet();
}

#[test]
fn sections_are_chosen_and_lists_walked_by_keyboard() {
    let server = Server::start();
    let browser = enter(&server);
    browser.walk_to("Skip to content");
    browser.keys(ENTER);
    let focused = "return document.activeElement.id";
    assert_eq!(browser.run(focused, json!([])), "main");
    browser.open(&format!(
        "{}/admin/#/projects/1/content?kind=insight",
        server.url
    ));
    browser.see("link", "Signups");
    browser.run(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true}))",
        json!([]),
    );
    assert_eq!(browser.focused(), "Name");
    browser.keys(DOWN);
    let name = browser.run("return document.activeElement.className", json!([]));
    assert_eq!(name, "name");
    browser.assert_quiet();
}

#[test]
fn an_empty_notebook_can_be_read_by_anyone() {
    let server = Server::start();
    let empty = json!({"title": "", "content": {"type": "doc", "content": []}});
    let made = server.post("/api/projects/1/notebooks/", empty).ok(201);
    let path = format!(
        "/api/projects/1/notebooks/{}/sharing/",
        made["short_id"].as_str().unwrap()
    );
    let share = server.patch(&path, json!({"enabled": true})).ok(200);
    let browser = Browser::start();
    for page in ["shared", "embedded"] {
        let token = share["access_token"].as_str().unwrap();
        browser.open(&format!("{}/{page}/{token}", server.url));
        browser.read("This notebook is empty.");
        for theme in ["light", "dark"] {
            browser.run(
                "document.documentElement.dataset.theme = arguments[0]",
                json!([theme]),
            );
            browser.assert_accessible(&format!("an empty notebook, {page}, {theme}"));
        }
        let headings =
            "return [...document.querySelectorAll('h1, h2, h3')].map((it) => it.tagName)";
        assert_eq!(browser.run(headings, json!([])), json!(["H1"]), "{page}");
    }
    browser.assert_quiet();
}

#[test]
fn the_data_of_the_lab_is_handled_by_keyboard() {
    let server = Server::seeded(&small_seed(), &["--lab"]);
    let browser = enter(&server);
    browser.walk_to("Lab");
    browser.keys(ENTER);
    browser.read("No snapshots");
    browser.walk_to("Name");
    browser.keys("before");
    browser.keys(ENTER);
    browser.see("button", "Restore before");
    browser.assert_focused("Name");
    for (button, question, confirm, says) in [
        (
            "Restore before",
            "Restore before?",
            "Restore",
            "All data is as in the snapshot before.",
        ),
        (
            "Reset all data",
            "Reset all data?",
            "Reset",
            "All data is as it was when the server started.",
        ),
    ] {
        browser.walk_to(button);
        browser.keys(ENTER);
        browser.see("heading", question);
        browser.keys(ESCAPE);
        browser.assert_focused(button);
        browser.keys(ENTER);
        browser.see("heading", question);
        browser.walk_to(confirm);
        browser.keys(ENTER);
        browser.see("status", says);
        browser.assert_focused(button); // the section was drawn anew
    }
    browser.walk_to("Delete snapshot before");
    browser.keys(ENTER);
    browser.see("heading", "Delete the snapshot before?");
    browser.walk_to("Delete snapshot");
    browser.keys(ENTER);
    browser.read("No snapshots");
    browser.walk_to("New project");
    browser.keys(ENTER);
    browser.see("heading", "New project");
    browser.walk_to("Name");
    browser.keys("checkout");
    browser.walk_to("Create project");
    browser.keys(ENTER);
    browser.see("heading", "The project checkout");
    browser.walk_to("Done");
    browser.keys(ENTER);
    browser.see("button", "Delete the project checkout");
    browser.assert_focused("New project");
    browser.walk_to("Delete the project checkout");
    browser.keys(ENTER);
    browser.see("heading", "Delete the project checkout?");
    browser.walk_to("Delete project");
    browser.keys(ENTER);
    browser.see("status", "The project checkout is deleted.");
    browser.assert_quiet();
}

#[test]
fn the_other_parts_of_the_lab_are_used_by_keyboard() {
    let server = Server::with(&["--lab"]);
    let send = |name: &str| {
        let event = json!({"api_key": "phc_main", "event": name, "distinct_id": "visitor-7", "properties": {"plan": "pro"}});
        server.ask("POST", "/capture/").json(event).send().ok(200);
    };
    send("signed up");
    let browser = enter(&server);
    let go = |part: &str, heading: &str| {
        browser.walk_to(part);
        browser.keys(ENTER);
        browser.see("heading", heading);
        browser.assert_focused(part);
    };
    browser.walk_to("Lab");
    browser.keys(ENTER);
    browser.see("heading", "Reset");

    go("Clock", "Clock");
    browser.walk_to("Freeze");
    browser.keys(SPACE);
    browser.read("Frozen");
    browser.assert_focused("Let it run");
    browser.walk_to("Advance by 5 minutes");
    browser.keys(ENTER);
    browser.walk_to("Advance by");
    browser.keys("90s");
    browser.keys(ENTER);
    browser.walk_to("Follow the system");
    browser.keys(ENTER);
    browser.read("Runs with the system’s clock.");
    browser.walk_to("Lab");
    browser.keys(ENTER);
    browser.see("heading", "Reset");

    go("Events", "Events as they come in");
    browser.read("visitor-7");
    browser.walk_to("Event");
    browser.keys(DOWN);
    browser.keys(ENTER);
    browser.read("\"plan\": \"pro\"");
    browser.walk_to("Copy properties of signed up");
    send("paid");
    browser.see("button", "1 new");
    browser.walk_to("1 new");
    browser.keys(ENTER);
    browser.read("paid");

    go("Expect", "Expect events");
    browser.walk_to("Take the latest event");
    browser.keys(ENTER);
    browser.assert_focused("Expected events");
    browser.walk_to("Compare");
    browser.keys(ENTER);
    browser.read("All expected events came.");
    browser.assert_focused("Compare");

    go("Requests", "Requests");
    browser.walk_to("Method");
    browser.keys("PO");
    browser.walk_to("Path");
    browser.keys("/capture/");
    browser.read("2 in all");
    browser.keys(DOWN);
    browser.assert_focused("POST /capture/");
    browser.keys(ENTER);
    browser.see("heading", "POST /capture/");
    browser.walk_to("Done");
    browser.keys(ENTER);
    browser.assert_focused("POST /capture/");
    browser.walk_to("Clear the journal");
    browser.keys(ENTER);
    browser.see("heading", "Clear the journal?");
    browser.walk_to("Clear journal");
    browser.keys(ENTER);
    browser.read("Nothing fits");
    browser.assert_focused("Clear the journal");

    go("Faults", "Failures on demand");
    browser.walk_to("Path");
    browser.keys("/flags/");
    browser.walk_to("What happens");
    browser.keys("Respond l");
    browser.walk_to("Milliseconds");
    browser.walk_to("How often");
    browser.keys("Every N");
    browser.walk_to("N");
    browser.walk_to("Add rule");
    browser.keys(ENTER);
    browser.see("button", "Delete rule 1");
    browser.assert_focused("Add rule");
    browser.walk_to("Delete rule 1");
    browser.keys(ENTER);
    browser.read("No failures");
    browser.assert_focused("Copy as curl: rules");

    go("Flags", "Feature flags");
    browser.read("No flags");
    browser.walk_to("New flag");
    browser.keys(ENTER);
    browser.see("heading", "New flag");
    browser.walk_to("Key");
    browser.keys("beta");
    browser.walk_to("Create flag");
    browser.keys(ENTER);
    browser.see("switch", "Flag beta");
    browser.assert_focused("New flag");
    browser.walk_to("Flag beta");
    browser.keys(SPACE);
    browser.read("Off");
    browser.assert_focused("Flag beta");
    browser.walk_to("Set beta for one person");
    browser.keys(ENTER);
    browser.see("heading", "A value of beta for one person");
    browser.walk_to("Distinct ID");
    browser.keys("ada");
    browser.keys(ENTER);
    browser.see("button", "Remove the value of beta for ada");
    browser.assert_focused("Set beta for one person");
    browser.walk_to("Delete the flag beta");
    browser.keys(ENTER);
    browser.see("heading", "Delete the flag beta?");
    browser.walk_to("Delete flag");
    browser.keys(ENTER);
    browser.read("No flags");
    browser.assert_quiet();
}
