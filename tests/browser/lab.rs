//! The section for lab mode.

use serde_json::{Value, json};

use crate::{
    driver::Browser,
    entrance::{enter, small_seed},
    harness::Server,
    sections::choose,
};

/// The parts that can be opened, with a heading of each.
const PARTS: [(&str, &str); 7] = [
    ("data", "Reset"),
    ("clock", "Clock"),
    ("events", "Events as they come in"),
    ("expect", "Expect events"),
    ("requests", "Requests"),
    ("faults", "Failures on demand"),
    ("flags", "Feature flags"),
];

/// A server in lab mode.
fn lab() -> Server {
    Server::with(&["--lab"])
}

/// Opens a part of the section.
fn open(browser: &Browser, server: &Server, part: &str) {
    browser.open(&format!(
        "{}/admin/#/projects/1/lab?part={part}",
        server.url
    ));
    browser.see("heading", "Lab");
}

fn send(server: &Server, name: &str, properties: Value) {
    let event = json!({"api_key": "phc_main", "event": name, "distinct_id": "visitor-7", "properties": properties});
    server.ask("POST", "/capture/").json(event).send().ok(200);
}

/// Waits until the text is no longer on the page.
fn gone(browser: &Browser, text: &str) {
    for _ in 0..200 {
        let is_there = "return document.body.innerText.includes(arguments[0])";
        if browser.run(is_there, json!([text])) == false {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    panic!("\"{text}\" stays on the page");
}

#[test]
fn the_header_is_one_row_in_every_section() {
    let server = lab();
    let browser = enter(&server);
    browser.command(
        "Emulation.setDeviceMetricsOverride",
        json!({"width": 1280, "height": 860, "deviceScaleFactor": 1, "mobile": false}),
    );
    for section in [
        "Content",
        "Property definitions",
        "Event definitions",
        "Latest events",
        "Lab",
    ] {
        browser.press("link", section);
        browser.see("heading", section);
        let tops = "return [...document.querySelectorAll('header strong, #sections, #tools')].map((it) => it.getBoundingClientRect().bottom)";
        let tops = browser.run(tops, json!([]));
        let last = tops[2].as_f64().unwrap();
        assert!(
            (tops[1].as_f64().unwrap() - last).abs() < 10.0,
            "{section}: {tops}"
        );
    }
}

#[test]
fn a_section_that_is_slow_to_come_dims_what_is_shown_before_it() {
    let server = lab();
    let browser = enter(&server);
    let rule = json!({"path": "/api/projects/1/activity_log/", "delay_ms": 60_000});
    let ask = server.ask("POST", "/_lab/faults/").json(rule);
    assert_eq!(ask.send().status, 201);
    let opacity = "return Number(getComputedStyle(document.querySelector('main h1')?.closest('main > *')).opacity)";
    assert_eq!(browser.run(opacity, json!([])), json!(1));
    browser.press("link", "Activity");
    browser.wait_for(
        "while (getComputedStyle(document.querySelector('main > *')).opacity !== '0.5') await new Promise((done) => setTimeout(done, 20));",
    );
    browser.see("heading", "Shares");
    browser.press("link", "Keys");
    browser.see("heading", "Keys");
    browser.wait_for(
        "while (getComputedStyle(document.querySelector('main > *')).opacity !== '1') await new Promise((done) => setTimeout(done, 20));",
    );
}

#[test]
fn every_part_of_the_lab_can_be_seen_in_both_themes_and_on_a_phone() {
    let server = lab();
    send(&server, "signed up", json!({"plan": "pro", "seats": 3}));
    send(&server, "paid", json!({}));
    server.get("/api/project/1/insights/");
    let ask = server.ask("POST", "/_lab/snapshots/before-the-sale");
    assert_eq!(ask.json(json!({})).send().status, 201);
    for (key, body) in [
        ("beta", json!({"value": true, "name": "The new checkout"})),
        (
            "color",
            json!({"value": "blue", "overrides": {"ada": "red", "mel": false}}),
        ),
    ] {
        let path = format!("/_lab/flags/{key}?project=1");
        let ask = server.ask("POST", &path).json(body);
        assert_eq!(ask.send().status, 201);
    }
    let rule = json!({"path": "/flags/", "status": 503, "every": 3, "retry_after": 5});
    let ask = server.ask("POST", "/_lab/faults/").json(rule);
    assert_eq!(ask.send().status, 201);
    let browser = enter(&server);
    for (part, heading) in PARTS {
        open(&browser, &server, part);
        browser.see("heading", heading);
        if part == "events" {
            browser.read("visitor-7");
        }
        for (size, width, height) in [("wide", 1280, 860), ("narrow", 390, 844)] {
            let metrics =
                json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
            browser.command("Emulation.setDeviceMetricsOverride", metrics);
            for theme in ["light", "dark"] {
                browser.run(
                    "document.documentElement.dataset.theme = arguments[0]",
                    json!([theme]),
                );
                browser.save(&format!("lab-{part}-{size}-{theme}"));
                browser.assert_accessible(&format!("{part} {size} {theme}"));
            }
            let overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert!(
                browser.run(overflow, json!([])).as_i64().unwrap() <= 0,
                "{part} {size}"
            );
        }
    }
    browser.assert_quiet();
}

#[test]
fn without_lab_mode_there_is_no_lab() {
    let server = Server::start();
    let browser = enter(&server);
    browser.see("link", "Activity");
    let links = "return [...document.querySelectorAll('#sections a')].map((it) => it.textContent)";
    let sections = browser.run(links, json!([]));
    assert!(!sections.as_array().unwrap().contains(&json!("Lab")));
    browser.open(&format!("{}/admin/#/projects/1/lab", server.url));
    browser.see("heading", "Shares");
    browser.assert_quiet();
}

#[test]
fn the_clock_is_frozen_advanced_set_and_released() {
    let server = lab();
    let browser = enter(&server);
    let now = || server.ask("GET", "/_lab/clock").send().ok(200);
    browser.press("link", "Lab");
    browser.press("link", "Clock");
    browser.read("Runs with the system’s clock.");
    browser.press("button", "Freeze");
    browser.read("Frozen");
    assert_eq!(now()["frozen"], true);
    browser.run(
        "const time = document.querySelector('input[type=datetime-local]');
         time.value = '2030-01-01T00:00:00';
         time.form.requestSubmit()",
        json!([]),
    );
    browser.read("2030-01-01 00:00:00 UTC");
    browser.press("button", "Advance by 5 minutes");
    browser.read("2030-01-01 00:05:00 UTC");
    browser.fill("textbox", "Advance by", "soon");
    browser.keys("\u{e007}");
    browser.see("status", "");
    browser.read("2030-01-01 00:05:00 UTC");
    browser.fill("textbox", "Advance by", "1h30m");
    browser.keys("\u{e007}");
    browser.read("2030-01-01 01:35:00 UTC");
    assert_eq!(
        now(),
        json!({"now": "2030-01-01T01:35:00Z", "frozen": true})
    );
    browser.press("button", "Let it run");
    browser.read("ahead of the system’s clock");
    browser.press("button", "Follow the system");
    browser.read("Runs with the system’s clock.");
    assert_eq!(now()["frozen"], false);
    browser.log(); // the refused time
}

#[test]
fn events_stream_in_wait_while_one_is_read_and_are_filtered() {
    let server = lab();
    let browser = enter(&server);
    browser.press("link", "Lab");
    browser.press("link", "Events");
    browser.read("Connected.");
    send(&server, "signed up", json!({"plan": "<b>pro</b>"}));
    browser.read("visitor-7");
    browser.run("document.querySelector('summary').click()", json!([]));
    browser.read("\"plan\": \"<b>pro</b>\"");
    send(&server, "paid", json!({}));
    browser.press("button", "1 new");
    browser.read("paid");
    browser.read("\"plan\": \"<b>pro</b>\"");
    browser.fill("searchbox", "Event", "paid");
    gone(&browser, "signed up");
    browser.read("paid");
    browser.run("location.reload()", json!([]));
    browser.see("heading", "Events as they come in");
    browser.read("paid");
    gone(&browser, "signed up");
    browser.assert_quiet();
}

#[test]
fn the_journal_is_filtered_looked_into_and_cleared() {
    let server = lab();
    let browser = enter(&server);
    browser.press("link", "Lab");
    browser.press("link", "Requests");
    browser.see("heading", "Requests");
    send(&server, "signed up", json!({"plan": "pro"}));
    browser.read("POST /capture/"); // by itself
    server.get("/api/project/1/insights/");
    browser.read("not a path of hoglet; nearest: /api/projects/{project_id}/insights");
    choose(&browser, "Status", "404");
    gone(&browser, "POST /capture/");
    choose(&browser, "Status", "");
    browser.fill("searchbox", "Path", "/capture/");
    gone(&browser, "/api/project/1/insights/"); // one was listed before as well
    browser.press("link", "POST /capture/");
    browser.read("\"plan\": \"pro\"");
    browser.assert_accessible("a request");
    browser.save("lab-request");
    browser.run("history.back()", json!([]));
    browser.see("button", "Clear the journal");
    browser.press("button", "Clear the journal");
    browser.press("button", "Clear journal");
    browser.read("Nothing fits");
    browser.assert_quiet();
}

#[test]
fn what_strict_mode_warns_of_stands_beside_the_journal() {
    let server = Server::with(&["--lab", "--strict"]);
    let browser = enter(&server);
    open(&browser, &server, "requests");
    browser.see("heading", "Requests");
    let heading = "return [...document.querySelectorAll('h2')].some((it) => it.textContent === 'Strict warnings' && it.checkVisibility())";
    assert_eq!(browser.run(heading, json!([])), false);
    for _ in 0..2 {
        let change = json!({"nonsense": 1});
        server.patch("/api/projects/1/insights/1/", change).ok(200);
    }
    server.get("/api/projects/1/insights/?unknown=1").ok(200);
    browser.see("heading", "Strict warnings"); // by itself
    browser.read("unknown query parameter 'unknown'");
    let rows = browser.run(
        "return [...document.querySelectorAll('[aria-label=\"Strict warnings\"] tbody tr')].map((it) => [it.cells[0].textContent, it.cells[2].textContent])",
        json!([]),
    );
    assert_eq!(
        rows,
        json!([
            ["unknown query parameter 'unknown'", "1"],
            ["unknown field 'nonsense'", "2"]
        ])
    );
    browser.assert_presentable("lab-strict");
    browser.walk_to("PATCH /api/projects/1/insights/1/");
    browser.keys("\u{E007}");
    browser.see("heading", "PATCH /api/projects/1/insights/1/");
    browser.see("button", "Copy as curl");
    browser.assert_quiet();
}

#[test]
fn data_is_reset_restored_and_projects_come_and_go() {
    let server = Server::seeded(&small_seed(), &["--lab"]);
    let browser = enter(&server);
    let titles = || {
        let list = server.get("/api/projects/1/notebooks/").ok(200);
        let titles = list["results"].as_array().unwrap();
        Vec::from_iter(
            titles
                .iter()
                .map(|it| it["title"].as_str().unwrap().to_owned()),
        )
    };
    let note = |title: &str| {
        let note = json!({"title": title});
        server.post("/api/projects/1/notebooks/", note).ok(201);
    };
    browser.press("link", "Lab");
    browser.read("No snapshots");
    note("First");
    browser.fill("textbox", "Name", "with first");
    browser.press("button", "Take snapshot");
    browser.read("No snapshots"); // a name has no space
    browser.fill("textbox", "Name", "with-first");
    browser.press("button", "Take snapshot");
    browser.see("button", "Restore with-first");
    note("Second");
    browser.press("button", "Restore with-first");
    browser.press("button", "Restore");
    browser.see("status", "All data is as in the snapshot with-first.");
    assert_eq!(titles(), ["First"]);
    browser.press("button", "Reset all data");
    browser.press("button", "Reset");
    browser.see("status", "All data is as it was when the server started.");
    assert_eq!(titles(), [""; 0]);
    browser.press("button", "Delete snapshot with-first");
    browser.press("button", "Delete snapshot");
    browser.read("No snapshots");
    browser.press("button", "New project");
    browser.assert_accessible("a new project");
    browser.fill("textbox", "Name", "checkout test");
    browser.fill(
        "textbox",
        "Seed",
        "{\"insights\": [{\"name\": \"Orders\"}]}",
    );
    browser.press("button", "Create project");
    let key = browser.value("Personal API key");
    let id = browser.value("Project ID");
    let path = format!("/api/projects/{id}/insights/");
    let insights = server.ask("GET", &path).key(&key).send().ok(200);
    assert_eq!(insights["results"][0]["name"], "Orders");
    browser.assert_accessible("the keys of a project");
    browser.press("button", "Done");
    browser.press("button", "Delete the project checkout test");
    browser.press("button", "Delete project");
    gone(&browser, "checkout test");
    assert_eq!(server.ask("GET", &path).key(&key).send().status, 401);
}

#[test]
fn flags_are_created_switched_overridden_and_deleted() {
    let server = lab();
    let browser = enter(&server);
    let flag = |key: &str| {
        server
            .ask("GET", &format!("/_lab/flags/{key}?project=1"))
            .send()
    };
    browser.press("link", "Lab");
    browser.press("link", "Flags");
    browser.read("No flags");
    browser.press("button", "New flag");
    browser.fill("textbox", "Key", "new checkout");
    browser.press("button", "Create flag");
    browser.see("button", "Create flag"); // refused: the key has a space
    browser.fill("textbox", "Key", "checkout");
    browser.press("button", "Create flag");
    browser.see("switch", "Flag checkout");
    browser.press("switch", "Flag checkout");
    browser.read("Off");
    assert_eq!(flag("checkout").ok(200)["active"], false);
    browser.press("button", "Set checkout for one person");
    browser.fill("textbox", "Distinct ID", "ada/1");
    browser.fill("textbox", "Value", "off");
    browser.press("button", "Set value");
    browser.see("button", "Remove the value of checkout for ada/1");
    assert_eq!(
        flag("checkout").ok(200)["overrides"],
        json!({"ada/1": false})
    );
    browser.press("button", "Remove the value of checkout for ada/1");
    gone(&browser, "ada/1");
    browser.press("button", "Change checkout");
    browser.assert_accessible("a flag");
    browser.fill("textbox", "Description", "For everybody");
    browser.press("button", "Save");
    browser.read("For everybody");
    browser.press("button", "Delete the flag checkout");
    browser.press("button", "Delete flag");
    browser.read("No flags");
    assert_eq!(flag("checkout").status, 404);
}

#[test]
fn a_rule_makes_requests_fail_and_shows_its_hits() {
    let server = lab();
    let browser = enter(&server);
    browser.press("link", "Lab");
    browser.press("link", "Faults");
    browser.read("No failures");
    browser.fill("textbox", "Path", "/api/projects/*/insights/");
    browser.choose("How often", "The first N requests");
    browser.press("button", "Add rule");
    browser.see("button", "Delete rule 1");
    browser.read("responds with 503");
    browser.read("at most 1");
    let status = || server.get("/api/projects/1/insights/").status;
    assert_eq!((status(), status()), (503, 200));
    browser.press("button", "Refresh");
    browser.read("1 of 1");
    browser.choose("What happens", "Respond late");
    browser.press("button", "Add rule");
    browser.read("waits 1000 ms");
    browser.assert_accessible("faults");
    browser.save("lab-faults");
    browser.press("button", "Delete rule 1");
    gone(&browser, "responds with 503");
    browser.press("button", "Delete all rules");
    browser.press("button", "Delete all rules");
    browser.read("No failures");
    browser.assert_quiet();
}

#[test]
fn an_expectation_shows_what_differs_and_what_fits() {
    let server = lab();
    send(&server, "signed up", json!({"plan": "free"}));
    let browser = enter(&server);
    browser.press("link", "Lab");
    browser.press("link", "Expect");
    browser.see("heading", "Expect events");
    let expect = |expected: Value| {
        browser.run(
            "document.querySelector('textarea').value = arguments[0]",
            json!([expected.to_string()]),
        );
        browser.press("button", "Compare");
    };
    expect(
        json!({"project": 1, "events": [{"event": "signed up", "properties": {"plan": "pro"}}]}),
    );
    browser.read("Not all expected events came.");
    browser.read("properties.plan");
    browser.read("As a failed test prints it");
    browser.assert_accessible("a difference");
    browser.save("lab-difference");
    expect(
        json!({"project": 1, "events": [{"event": "signed up", "properties": {"plan": "free"}}]}),
    );
    browser.read("All expected events came.");
    browser.press("button", "Take the latest event");
    browser.wait_for("while (!document.querySelector('textarea').value.includes('\"plan\": \"free\"')) await new Promise((done) => setTimeout(done, 20));");
    browser.run("document.querySelector('textarea').value = '{'", json!([]));
    browser.press("button", "Compare");
    browser.read("What you expect is not valid JSON.");
}
