//! Keys in the admin page: the picker of scopes, and what the server will not do.

use std::collections::BTreeSet;

use hoglet::model::SCOPE_OBJECTS;
use serde_json::json;

use crate::{
    entrance::{enter, small_seed},
    harness::Server,
};

#[test]
fn every_scope_can_be_found_by_its_words_picked_and_begun_with_by_a_preset() {
    let server = Server::seeded(&small_seed(), &[]);
    let browser = enter(&server);
    browser.press("link", "Keys");
    browser.press("button", "New personal key");
    browser.fill("textbox", "Label", "Tidy");
    browser.read("Nothing is picked yet.");
    browser.run(
        "const choice = document.querySelector('[aria-label=\"Allowed actions\"]');
         choice.value = 'taxonomy';
         choice.dispatchEvent(new Event('change'))",
        json!([]),
    );
    browser.read("Picked: property_definition:write, event_definition:write");
    let shown = "return [...document.querySelectorAll('.scope select')].filter((it) => it.checkVisibility())
        .map((it) => it.ariaLabel.replace('Scope ', ''))";
    let all = browser.run(shown, json!([]));
    let all: BTreeSet<_> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    assert_eq!(all, SCOPE_OBJECTS.iter().copied().collect());
    browser.fill("searchbox", "Search scopes", "stored queries");
    assert_eq!(browser.run(shown, json!([])), json!(["endpoint"]));
    browser.see("combobox", "Scope endpoint");
    browser.run(
        "const level = document.querySelector('[aria-label=\"Scope endpoint\"]');
         level.value = 'read';
         level.dispatchEvent(new Event('change'))",
        json!([]),
    );
    browser.assert_accessible("the picker of scopes");
    browser.press("button", "Create key");
    let secret = browser.value("The key Tidy");
    let key = server
        .ask("GET", "/api/personal_api_keys/@current/")
        .key(&secret);
    assert_eq!(
        key.send().ok(200)["scopes"],
        json!([
            "property_definition:write",
            "event_definition:write",
            "endpoint:read"
        ])
    );
    browser.assert_quiet();
}

#[test]
fn the_fifty_first_project_key_is_refused_in_a_sentence() {
    let server = Server::seeded(&small_seed(), &[]);
    for number in 1..=50 {
        let key = json!({"label": format!("Key {number:02}"), "scopes": ["endpoint:read"]});
        server
            .post("/api/projects/1/project_secret_api_keys/", key)
            .ok(201);
    }
    let browser = enter(&server);
    browser.press("link", "Keys");
    browser.press("button", "New project key");
    browser.fill("textbox", "Label", "One more");
    browser.press("button", "Create key");
    browser.read("You can only have 50 project secret API keys. Remove an existing key before creating a new one.");
    browser.press("button", "Cancel");
    browser.press("button", "Change Key 08");
    browser.fill("textbox", "Label", "Key 07");
    browser.press("button", "Save");
    browser.read("Project secret API key with label 'Key 07' already exists.");
    browser.fill("textbox", "Label", "Key eight");
    browser.press("button", "Save");
    browser.see("button", "Roll Key eight");
    browser.press("button", "Change Key 09");
    let list = "/api/projects/1/project_secret_api_keys/";
    let keys = server.get(&format!("{list}?limit=100")).ok(200);
    let mut keys = keys["results"].as_array().unwrap().iter();
    let key = keys.find(|key| key["label"] == "Key 09").unwrap();
    let path = format!("{list}{}/", key["id"].as_str().unwrap());
    assert_eq!(
        server.ask("DELETE", &path).key("phx_ada").send().status,
        204
    );
    browser.press("button", "Save");
    browser.read("This does not exist, or was deleted meanwhile.");
}
