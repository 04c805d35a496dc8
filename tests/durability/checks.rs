//! What a server returns after its restart, and what must be true of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{KEY, PROJECTS, ask, client::Client, harness::Ask, harness::Server};

/// What the server returns after its restart: resource -> state.
pub fn found(server: &Server) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for project in 1..=PROJECTS {
        let rows = |path: &str| list(server, project, path);
        let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
        for key in rows("project_secret_api_keys/") {
            found.insert(
                format!("key {project} {}", text(&key, "label")),
                key["scopes"][0].as_str().unwrap().to_owned(),
            );
        }
        for definition in rows("property_definitions/?properties=plan") {
            found.insert(
                format!("definition {}", text(&definition, "id")),
                text(&definition, "description"),
            );
        }
        for notebook in rows("notebooks/") {
            found.insert(
                format!("notebook {project} {}", text(&notebook, "short_id")),
                text(&notebook, "title"),
            );
        }
    }
    found
        .remove("notebook 1 Disputed")
        .expect("the seed's notebook is there");
    found
}

/// All pages of a list.
fn list(server: &Server, project: usize, path: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut page = ask(&server.url, "GET", project, path).send().ok(200);
    loop {
        rows.extend(page["results"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else {
            return rows;
        };
        page = Ask::new("GET", next.to_owned()).key(KEY).send().ok(200);
    }
}

/// Nothing exists that no client requested.
pub fn nothing_else(clients: &[Client], found: &BTreeMap<String, String>) {
    for thing in found.keys() {
        assert!(
            clients
                .iter()
                .any(|client| client.known.contains_key(thing)),
            "no client created {thing}"
        );
    }
}

/// Each action is in the log exactly once: the change and its entry are written together or not at all.
pub fn logged_once(server: &Server, found: &BTreeMap<String, String>) {
    for project in 1..=PROJECTS {
        let mut log: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in list(server, project, "activity_log/?scope=Notebook") {
            let item = format!("notebook {project} {}", entry["item_id"].as_str().unwrap());
            log.entry(item)
                .or_default()
                .push(entry["activity"].as_str().unwrap().to_owned());
        }
        log.remove("notebook 1 Disputed");
        let ours = found
            .iter()
            .filter(|(thing, _)| thing.starts_with(&format!("notebook {project} ")));
        let expected = ours.map(|(thing, title)| {
            let actions: &[&str] = if title == "saved" {
                &["updated", "created"]
            } else {
                &["created"]
            };
            (
                thing.clone(),
                actions.iter().map(|&action| action.to_owned()).collect(),
            )
        });
        assert_eq!(log, expected.collect());
    }
}

/// SQLite's integrity check passes.
pub fn sound(server: &Server) {
    let database = rusqlite::Connection::open(server.database()).unwrap();
    let verdict: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
    let orphans: i64 = database
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(orphans, 0);
}
