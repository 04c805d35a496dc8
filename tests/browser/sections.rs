//! Activity and the switch between projects in the admin page.

use std::{
    fs,
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    entrance::{enter, small_seed},
    harness::Server,
};

/// Chooses `value` in the choice called `label`, as a person would.
pub fn choose(browser: &crate::driver::Browser, label: &str, value: &str) {
    browser.see("combobox", label);
    browser.run(
        "const choice = document.querySelector(`select[aria-label=\"${arguments[0]}\"]`);
         choice.value = arguments[1];
         for (const kind of ['input', 'change']) choice.dispatchEvent(new Event(kind, {bubbles: true}))",
        json!([label, value]),
    );
}

#[test]
fn activity_is_told_in_sentences_and_filtered() {
    let server = Server::start();
    let key = json!({"label": "Nightly job", "scopes": ["endpoint:read"]});
    let keys = "/api/projects/1/project_secret_api_keys/";
    let id = server.post(keys, key).ok(201)["id"].clone();
    let roll = format!("{keys}{}/roll/", id.as_str().unwrap());
    server.post(&roll, json!({})).ok(200);
    let sharing = "/api/projects/1/notebooks/NoteMain1/sharing/";
    server.patch(sharing, json!({"enabled": true})).ok(200);
    server
        .post(&format!("{sharing}refresh/"), json!({}))
        .ok(200);
    let browser = enter(&server);
    browser.press("link", "Activity");
    browser.read("Ada gave the notebook “Plan” a new link.");
    browser.read("Ada saved the share of the notebook “Plan”, which is on.");
    browser.read("rolled the project secret key “Nightly job”.");
    browser.read("A personal key created the project secret key “Nightly job”.");
    choose(&browser, "Of", "Notebook");
    browser.read("2 in all");
    browser.run("location.reload()", json!([]));
    browser.read("2 in all");
    choose(&browser, "Of", "Dashboard");
    browser.read("Nothing fits");
    browser.run("history.back()", json!([]));
    browser.read("2 in all");
    browser.assert_accessible("activity");
    browser.assert_quiet();
}

#[test]
fn activity_links_to_what_it_is_about() {
    let server = Server::start();
    let main = |path: &str| format!("/api/projects/1/{path}/");
    let first = |path: &str| server.get(&main(path)).ok(200)["results"][0]["id"].clone();
    for (path, change) in [
        ("notebooks/NoteMain1/sharing", json!({"enabled": true})),
        ("insights/1", json!({"name": "Sign-ups"})),
        ("dashboards/1", json!({"name": "Board"})),
        (
            "notebooks/NoteMain1",
            json!({"title": "Plan B", "version": 0}),
        ),
    ] {
        server.patch(&main(path), change).ok(200);
    }
    for kind in ["property_definitions", "event_definitions"] {
        let path = format!("{kind}/{}", first(kind).as_str().unwrap());
        server
            .patch(&main(&path), json!({"description": "Words"}))
            .ok(200);
    }
    let key = json!({"label": "Nightly job", "scopes": ["endpoint:read"]});
    let made = server.post(&main("project_secret_api_keys"), key).ok(201);
    let gone = json!({"label": "Gone", "scopes": ["endpoint:read"]});
    let gone = server.post(&main("project_secret_api_keys"), gone).ok(201);
    let path = format!("project_secret_api_keys/{}", gone["id"].as_str().unwrap());
    assert_eq!(
        server
            .ask("DELETE", &main(&path))
            .key("phx_ada")
            .send()
            .status,
        204
    );
    server
        .patch("/api/projects/1/", json!({"name": "Main"}))
        .ok(200);
    let browser = enter(&server);
    for (link, heading) in [
        ("“Plan”", "Settings of Plan B"),
        ("“Plan B”", "Change Plan B"),
        ("“Sign-ups”", "Change Sign-ups"),
        ("“Board”", "Change Board"),
        ("“plan”", "Property definitions"),
        ("“signed up”", "Event definitions"),
        ("“Nightly job”", "Keys"),
    ] {
        browser.open(&format!("{}/admin/#/projects/1/activity", server.url));
        browser.see("heading", "Activity");
        browser.press("link", link);
        browser.see("heading", heading);
    }
    browser.read(made["label"].as_str().unwrap());
    browser.open(&format!("{}/admin/#/projects/1/activity", server.url));
    browser.read("deleted the project secret key “Gone”.");
    let links = "return [...document.querySelectorAll('td a, th a')].filter((link) => link.textContent === '“Gone”').length";
    assert_eq!(browser.run(links, json!([])), 1); // where it was created
    browser.assert_quiet();
}

#[test]
fn activity_names_the_dashboards_that_an_insight_was_put_on() {
    let server = Server::start();
    let dashboards = "/api/projects/1/dashboards/";
    let made = |name: &str| {
        let made = server.post(dashboards, json!({"name": name})).ok(201);
        made["id"].as_i64().unwrap()
    };
    let (board, gone) = (made("Board"), made("Gone"));
    let put = json!({"dashboards": [board, gone]});
    server.patch("/api/projects/1/insights/1/", put).ok(200);
    server
        .patch(&format!("{dashboards}{gone}/"), json!({"deleted": true}))
        .ok(200);
    let browser = enter(&server);
    browser.press("link", "Activity");
    browser.see("heading", "Activity");
    browser.read(&format!("nothing → “Board”, dashboard {gone}"));
    browser.assert_accessible("activity with dashboards");
    browser.press("link", "“Board”");
    browser.see("heading", "Change Board");
    browser.assert_quiet();
}

#[test]
fn another_project_is_shown_in_the_same_section() {
    let server = Server::start();
    let browser = enter(&server);
    browser.press("link", "Project");
    browser.see("heading", "Main");
    choose(&browser, "Project", "2");
    browser.see("heading", "Side");
    browser.read("phc_side");
    browser.run("location.reload()", json!([]));
    browser.see("heading", "Side");
    browser.run("history.back()", json!([]));
    browser.see("heading", "Main");
    browser.assert_quiet();
}

#[test]
fn the_project_shows_what_was_asked_for_and_not_served() {
    let server = Server::start();
    let browser = enter(&server);
    browser.press("link", "Project");
    browser.see("heading", "Connect");
    let has_list = "return document.body.innerText.includes('Asked for, not served')";
    assert_eq!(browser.run(has_list, json!([])), false);
    for _ in 0..3 {
        server.get("/api/projects/1/experiments/");
    }
    browser.run("location.reload()", json!([]));
    browser.see("heading", "Asked for, not served");
    browser.read("GET /api/projects/*/experiments/");
    browser.assert_accessible("asked for, not served");
    browser.assert_quiet();
}

#[test]
fn a_backup_is_downloaded_and_one_of_the_server_is_restored() {
    let copies = TempDir::new().unwrap();
    let seed = small_seed();
    let server = Server::seeded(&seed, &["--auto-backup", copies.path().to_str().unwrap()]);
    let browser = enter(&server);
    let folder = TempDir::new().unwrap();
    let where_to = json!({"behavior": "allow", "downloadPath": folder.path()});
    browser.command("Browser.setDownloadBehavior", where_to);
    browser.press("link", "Project");
    browser.see("heading", "Backups");
    browser.press("button", "Download a backup");
    browser.read("is downloaded. Keep it as private as the server.");
    let start = Instant::now();
    let is_whole = |bytes: &Vec<u8>| bytes.starts_with(b"SQLite format 3");
    let downloaded = || {
        let mut entries = fs::read_dir(folder.path()).unwrap();
        let file = entries.find_map(|entry| {
            let path = entry.unwrap().path();
            path.extension()
                .is_some_and(|end| end == "db")
                .then_some(path)
        });
        file.and_then(|path| fs::read(path).ok()).filter(is_whole)
    };
    while downloaded().is_none() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "nothing was downloaded"
        );
        sleep(Duration::from_millis(50));
    }
    server_has_written(copies.path());
    browser.run("location.reload()", json!([]));
    browser.see("heading", "Restore a file from elsewhere");
    browser.read("hoglet restore hoglet-backup.db --db ");
    browser.assert_accessible("backups");

    let renamed = server.patch("/api/projects/1/", json!({"name": "Renamed"}));
    renamed.ok(200);
    browser.run("location.reload()", json!([]));
    browser.see("heading", "Renamed");
    let written = backups_in(copies.path()).remove(0);
    browser.press("button", &format!("Restore {written}"));
    browser.read("What there is now is kept in a file beside the database");
    browser.assert_accessible("confirmation of a restore");
    browser.press("button", "Restore");
    browser.read(&format!(
        "All data is as in {written}. What was there before is in "
    ));
    browser.see("heading", "Main");
    browser.read(".db.before-restore-");
    browser.assert_quiet();

    // Who is no admin of everything sees nothing of it.
    let server = Server::start();
    let browser = enter(&server);
    browser.press("link", "Project");
    browser.see("heading", "Connect");
    let has_backups = "return document.body.innerText.includes('Backups')";
    assert_eq!(browser.run(has_backups, json!([])), false);
    browser.assert_quiet();
}

/// The names of the backups in `folder`.
fn backups_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".db")).collect()
}

/// Waits until there is a backup in `folder`.
fn server_has_written(folder: &Path) {
    let start = Instant::now();
    while backups_in(folder).is_empty() {
        assert!(start.elapsed() < Duration::from_secs(20), "no backup");
        sleep(Duration::from_millis(50));
    }
}
