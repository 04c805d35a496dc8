//! `GET /api/projects/:project_id/activity_log/`: who did what, seen through what notebooks leave there.

use serde_json::{Value, json};

use crate::{harness::Server, notebooks};

const LOG: &str = "/api/projects/2/activity_log/";
const NOTEBOOKS: &str = "/api/projects/2/notebooks/";

fn create(server: &Server, key: &str, title: &str) -> Value {
    server
        .ask("POST", NOTEBOOKS)
        .key(key)
        .json(json!({"title": title}))
        .send()
        .ok(201)
}

/// The names of what was done something to, newest first.
fn names(log: &Value) -> Vec<&str> {
    let entries = log["results"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| entry["detail"]["name"].as_str().unwrap())
        .collect()
}

#[test]
fn an_entry_says_who_did_what_to_which_thing_when() {
    let server = Server::start();
    assert_eq!(
        server.get(LOG).ok(200),
        json!({"count": 0, "next": null, "previous": null, "results": []})
    );
    let made = create(&server, "phx_ada", "N");
    let log = server.get(LOG).ok(200);
    let keys: Vec<_> = log.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["count", "next", "previous", "results"]);
    let entry = &log["results"][0];
    let expected = json!({
        "id": entry["id"], "user": made["created_by"], "unread": false, "is_system": false, "was_impersonated": false,
        "activity": "created", "item_id": made["short_id"], "scope": "Notebook", "detail": entry["detail"], "created_at": made["created_at"]
    });
    assert_eq!(
        (entry.to_string(), &log["count"]),
        (expected.to_string(), &json!(1))
    );
    assert_eq!(entry["id"].as_str().map(str::len), Some(36));
    assert!(entry["detail"].is_object());
}

#[test]
fn the_newest_entry_comes_first_and_pages_follow() {
    let server = Server::start();
    for n in 0..5 {
        create(&server, "phx_ada", &format!("n{n}"));
    }
    let get = |query: &str| server.get(&format!("{LOG}{query}")).ok(200);
    let link = |query: &str| json!(format!("{}{LOG}{query}", server.url));
    assert_eq!(names(&get("")), ["n4", "n3", "n2", "n1", "n0"]);
    let page = get("?limit=2&offset=1");
    assert_eq!(
        (names(&page), &page["count"]),
        (vec!["n3", "n2"], &json!(5))
    );
    assert_eq!(
        (&page["next"], &page["previous"]),
        (&link("?limit=2&offset=3"), &link("?limit=2"))
    );
    for (query, expected) in [
        ("?limit=2&page=1", &["n4", "n3"][..]),
        ("?limit=2&page=2", &["n2", "n1"]),
        ("?limit=2&page=3", &["n0"]),
        ("?limit=2&page=4", &[]),
        ("?limit=2&page=0", &["n4", "n3"]),
        ("?limit=2&page=x", &["n4", "n3"]),
        ("?limit=2&page=9223372036854775807", &[]),
        ("?page=1", &["n4", "n3", "n2", "n1", "n0"]),
    ] {
        assert_eq!(names(&get(query)), expected, "{query}");
    }
    // The links lead through all of it, however it was begun.
    for start in ["?limit=2", "?limit=2&page=1"] {
        let (mut next, mut seen) = (format!("{LOG}{start}"), Vec::new());
        loop {
            let page = server.get(&next).ok(200);
            seen.extend(names(&page).into_iter().map(str::to_owned));
            let Some(link) = page["next"].as_str() else {
                break;
            };
            next = link.strip_prefix(&server.url).unwrap().to_owned();
        }
        assert_eq!(seen, ["n4", "n3", "n2", "n1", "n0"], "{start}");
    }
}

#[test]
fn each_filter_leaves_what_it_names() {
    let server = Server::start();
    let first = create(&server, "phx_ada", "first");
    create(&server, "phx_mel", "second");
    let path = format!("{NOTEBOOKS}{}/", first["short_id"].as_str().unwrap());
    server.patch(&path, json!({"version": 1})).ok(200);
    let item = first["short_id"].as_str().unwrap();
    let none: [&str; 0] = [];
    let rows = [
        ("".into(), &["first", "second", "first"][..]),
        ("?scope=Notebook".into(), &["first", "second", "first"]),
        ("?scope=Insight".into(), &none),
        ("?scope=notebook".into(), &none),
        (format!("?item_id={item}"), &["first", "first"]),
        (format!("?item_id={item}&scope=Insight"), &none),
        ("?item_id=nothing".into(), &none),
        ("?user=2".into(), &["second"]),
        ("?user=1&scope=Notebook".into(), &["first", "first"]),
        ("?user=99".into(), &none),
        (
            "?scope=&item_id=&user=".into(),
            &["first", "second", "first"],
        ),
        ("?nonsense=1".into(), &["first", "second", "first"]),
    ];
    for (query, expected) in rows {
        let log = server.get(&format!("{LOG}{query}")).ok(200);
        assert_eq!(names(&log), expected, "{query}");
        assert_eq!(log["count"], expected.len(), "{query}");
    }
    server.get(&format!("{LOG}?user=ada")).invalid(
        "invalid_input",
        "A valid integer is required.",
        "user",
    );
}

#[test]
fn nobody_sees_what_happens_in_another_project() {
    let server = Server::start();
    let made = create(&server, "phx_ada", "secret");
    // The same short_id elsewhere, so that only the project tells them apart.
    let twin = json!({"title": "twin", "short_id": made["short_id"]});
    server.post("/api/projects/1/notebooks/", twin).ok(201);
    let foreign = server
        .ask("POST", "/api/projects/4/notebooks/")
        .key("phx_bob")
        .json(json!({"title": "foreign"}));
    foreign.send().ok(201);
    let item = made["short_id"].as_str().unwrap();
    for query in [
        "",
        "?scope=Notebook",
        "?user=1",
        &format!("?item_id={item}"),
    ] {
        assert_eq!(
            names(&server.get(&format!("{LOG}{query}")).ok(200)),
            ["secret"],
            "{query}"
        );
        let main = server
            .get(&format!("/api/projects/1/activity_log/{query}"))
            .ok(200);
        assert_eq!(names(&main), ["twin"], "{query}");
    }
    server
        .get("/api/projects/4/activity_log/")
        .denied("You don't have access to the project.");
    assert_eq!(
        server.get("/api/projects/3/activity_log/?user=3").ok(200)["count"],
        0
    );
    server
        .ask("GET", LOG)
        .key("phx_write")
        .send()
        .denied("API key missing required scope 'activity_log:read'");
    assert_eq!(
        server.ask("GET", LOG).key("phx_read").send().ok(200)["count"],
        1
    );
}

#[test]
fn what_is_done_to_a_notebook_is_in_the_activity_log() {
    let server = Server::start();
    let body = json!({"title": "Watched", "content": {"n": 0}});
    let made = notebooks::create(&server, body);
    let patch = |body| server.patch(&notebooks::path(&made), body).status;
    let saved = patch(json!({"title": "Seen", "content": {"n": 1}, "version": 0}));
    let lost = patch(json!({"title": "Lost", "content": {"n": 2}, "version": 0}));
    assert_eq!((saved, lost), (200, 409));
    for body in [
        json!({"title": 257}),
        json!({"deleted": true}),
        json!({"deleted": false}),
        json!({}),
    ] {
        assert_eq!(patch(body), 200);
    }

    let log = server.get(&format!(
        "/api/projects/1/activity_log/?scope=Notebook&item_id={}",
        made["short_id"].as_str().unwrap()
    ));
    let log = log.ok(200);
    let entries = log["results"].as_array().unwrap();
    let activities: Vec<_> = entries
        .iter()
        .map(|entry| entry["activity"].as_str().unwrap())
        .collect();
    assert_eq!(
        activities,
        ["updated", "deleted", "updated", "updated", "created"]
    );
    for entry in entries {
        assert_eq!(
            (&entry["scope"], &entry["item_id"]),
            (&json!("Notebook"), &made["short_id"])
        );
        assert_eq!(
            (&entry["user"]["email"], &entry["is_system"]),
            (&json!("ada@example.com"), &json!(false))
        );
    }
    let change = |action: &str, field: &str, before: Value, after: Value| json!({"type": "Notebook", "action": action, "field": field, "before": before, "after": after});
    let detail = |index: usize| entries[index]["detail"].clone();
    assert_eq!(
        (
            &detail(4)["name"],
            &detail(4)["short_id"],
            &detail(4)["changes"]
        ),
        (&json!("Watched"), &made["short_id"], &json!([]))
    );
    assert_eq!(
        detail(3)["changes"],
        json!([
            change("changed", "title", json!("Watched"), json!("Seen")),
            change("changed", "content", json!(null), json!(null)),
            change("changed", "version", json!(0), json!(1)),
        ])
    );
    assert_eq!(
        detail(2)["changes"],
        json!([change("changed", "title", json!("Seen"), json!("257"))])
    );
    assert_eq!(
        (&detail(1)["name"], &detail(1)["changes"]),
        (&json!("257"), &json!(null))
    );
    assert_eq!(
        detail(0)["changes"],
        json!([change("changed", "deleted", json!(true), json!(false))])
    );
}
