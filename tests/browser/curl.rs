//! "Copy as curl": what the page sends, as commands with a placeholder for the key.

use std::process::Command;

use serde_json::{Value, json};

use crate::{driver::Browser, entrance::enter, harness::Server};

/// Keeps what is copied where [`copied`] finds it.
fn watch(browser: &Browser) {
    browser.run(
        "window.copied = null; navigator.clipboard.writeText = async (text) => { window.copied = text; }",
        json!([]),
    );
}

/// What the button called `name` copies.
#[track_caller]
fn copied(browser: &Browser, name: &str) -> String {
    browser.run("window.copied = null", json!([]));
    browser.press("button", name);
    for _ in 0..300 {
        let copied = browser.run("return window.copied", json!([]));
        if let Some(text) = copied.as_str() {
            return text.to_owned();
        }
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    browser.save("failed");
    panic!("{name} copies nothing");
}

/// Runs `command` in a shell with a key in the place of the placeholder; returns the body of the response.
#[track_caller]
fn run(command: &str) -> Value {
    let command = command.replace("YOUR_API_KEY", "phx_ada");
    let done = Command::new("sh").args(["-c", &command]).output().unwrap();
    assert!(done.status.success(), "{command}: {done:?}");
    serde_json::from_slice(&done.stdout).unwrap_or(Value::Null)
}

#[test]
fn each_list_is_copied_as_the_request_that_it_shows() {
    let server = Server::with(&["--lab"]);
    server
        .patch(
            "/api/projects/1/notebooks/NoteMain1/sharing/",
            json!({"enabled": true}),
        )
        .ok(200);
    let event = json!({"api_key": "phc_main", "event": "it's", "distinct_id": "d", "properties": {"plan": "pro"}});
    server.ask("POST", "/capture/").json(event).send().ok(200);
    let browser = enter(&server);
    browser.see("heading", "Shares");
    watch(&browser);
    let count = |answer: &Value| {
        answer["count"]
            .as_u64()
            .or(answer["results"].as_array().map(|all| all.len() as u64))
    };
    for (place, path, name, expected) in [
        (
            "shares",
            "/sharing_configurations/",
            "Copy as curl",
            Some(1),
        ),
        (
            "content?kind=insight&search=sign",
            "/insights/?basic=true",
            "Copy as curl",
            Some(1),
        ),
        (
            "keys",
            "/project_secret_api_keys/",
            "Copy as curl: Project secret keys",
            None,
        ),
        (
            "properties?search=plan",
            "/property_definitions/",
            "Copy as curl",
            Some(1),
        ),
        (
            "event_definitions",
            "/event_definitions/",
            "Copy as curl",
            None,
        ),
        (
            "events?search=it%27s&property=plan%3Dpro",
            "/events/",
            "Copy as curl",
            Some(1),
        ),
        (
            "events?show=refused",
            "/refused_events/",
            "Copy as curl",
            Some(0),
        ),
        (
            "activity?scope=Notebook",
            "/activity_log/",
            "Copy as curl",
            None,
        ),
        ("project", "/members/", "Copy as curl: members", None),
        ("lab?part=flags", "/_lab/flags", "Copy as curl", Some(0)),
        (
            "lab?part=faults",
            "/_lab/faults/",
            "Copy as curl: rules",
            Some(0),
        ),
    ] {
        browser.run(
            "location.hash = arguments[0]",
            json!([format!("#/projects/1/{place}")]),
        );
        // The section before may still be there.
        let mut command = copied(&browser, name);
        for _ in 0..100 {
            if command.contains(path) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(30));
            command = copied(&browser, name);
        }
        assert!(
            command.starts_with("curl 'http") && command.contains(path),
            "{place}: {command}"
        );
        let has_key = command.contains("-H 'Authorization: Bearer YOUR_API_KEY'");
        assert_eq!(has_key, !place.starts_with("lab"), "{command}");
        let answer = run(&command);
        assert!(count(&answer).is_some(), "{place}: {answer}");
        assert!(
            expected.is_none() || count(&answer) == expected,
            "{place}: {answer}"
        );
    }
    browser.assert_quiet();
}

#[test]
fn a_dialog_is_copied_as_the_changes_that_it_would_send_and_sends_none() {
    let server = Server::start();
    let browser = enter(&server);
    watch(&browser);
    browser.press("button", "Share something");
    browser.fill("searchbox", "Name", "pla");
    browser.read("Plan");
    let search = copied(&browser, "Copy as curl");
    assert!(
        search.contains("notebooks/?basic=true&limit=20&search=pla"),
        "{search}"
    );
    browser.press("button", "Plan");
    browser.see("heading", "Share Plan");
    browser.choose("Ends", "In a day");
    browser.press("checkbox", "Ask for a password");
    browser.fill("textbox", "Note", "It's for the board");
    let text = copied(&browser, "Copy as curl");
    let sharing = "/api/projects/1/notebooks/NoteMain1/sharing/";
    assert_eq!(server.get(sharing).ok(200)["created_at"], Value::Null);
    let commands: Vec<_> = text.split("\n\n").collect();
    assert_eq!(commands.len(), 4, "{text}");
    assert!(
        commands[0].contains("sharing_configurations/notebook/NoteMain1/"),
        "{text}"
    );
    assert!(commands[2].contains("It'\\''s for the board"), "{text}");
    browser.assert_presentable("admin-share-create-curl");
    let answers: Vec<_> = commands.iter().map(|command| run(command)).collect();
    assert_eq!(answers[3]["enabled"], true);
    let now = server.get(sharing).ok(200);
    assert_eq!(now["share_passwords"][0]["note"], "It's for the board");
    browser.press("button", "Cancel");

    // What the response says is not known before.
    browser.open(&format!(
        "{}/admin/#/projects/1/content?kind=dashboard&edit=new",
        server.url
    ));
    browser.see("heading", "New dashboard");
    browser.press("button", "Copy as curl");
    browser.read("Fill in the form first.");
    browser.fill("textbox", "Name", "Overview of all");
    browser.press("button", "Add Signups");
    watch(&browser);
    let text = copied(&browser, "Copy as curl");
    assert!(
        text.contains("{\"dashboards\":[1,\"RESPONSE\"]}")
            || text.contains("{\"dashboards\":[\"RESPONSE\"]}"),
        "{text}"
    );
    assert!(
        text.ends_with("# What follows depends on these responses."),
        "{text}"
    );
    let boards = server
        .get("/api/projects/1/dashboards/?search=Overview%20of%20all")
        .ok(200);
    assert_eq!(boards["count"], 0);
    browser.press("button", "Cancel");

    browser.press("link", "Keys");
    browser.press("button", "New personal key");
    browser.fill("textbox", "Label", "Script");
    browser.press("button", "Copy as curl");
    browser.read("Only the session of this page may do this, not a key.");
    browser.assert_quiet();
}
