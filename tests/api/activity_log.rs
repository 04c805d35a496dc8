//! `GET /api/projects/:project_id/activity_log/`: who did what, seen through what notebooks leave there.

use serde_json::{Value, json};

use crate::{accounts::ACME, harness::Server, notebooks, objects::keys};

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

/// What `entries` say: a line for each, `activity name by user`, and if it lists changes a colon and a line for each of them.
pub fn told<'e>(entries: impl IntoIterator<Item = &'e Value>) -> String {
    let mut lines = Vec::new();
    for entry in entries {
        let detail = &entry["detail"];
        let changes = detail["changes"].as_array();
        let [activity, name] =
            [&entry["activity"], &detail["name"]].map(|text| text.as_str().unwrap());
        let colon = changes.map_or("", |_| ":");
        lines.push(format!(
            "{activity} {name} by {}{colon}",
            entry["user"]["id"]
        ));
        for change in changes.into_iter().flatten() {
            assert_eq!(keys(change), ["type", "after", "field", "action", "before"]);
            assert_eq!(change["type"], entry["scope"]);
            let [action, field] = ["action", "field"].map(|key| change[key].as_str().unwrap());
            lines.push(format!(
                "  {action} {field}: {} -> {}",
                change["before"], change["after"]
            ));
        }
    }
    lines.join("\n")
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
fn an_entry_says_who_did_what_to_which_thing_when_and_from_where() {
    let server = Server::start();
    assert_eq!(
        server.get(LOG).text,
        json!({"next": null, "previous": null, "results": []}).to_string()
    );
    let made = create(&server, "phx_ada", "N");
    let log = server.get(LOG).ok(200);
    let entry = &log["results"][0];
    let expected = json!({
        "id": entry["id"], "user": made["created_by"], "unread": false, "team_id": 2, "organization_id": ACME,
        "was_impersonated": false, "is_system": false, "client": null, "ip_address": "127.0.0.1", "activity": "created",
        "item_id": made["short_id"], "scope": "Notebook",
        "detail": {
            "name": "N", "type": null, "changes": null, "context": null, "trigger": null, "short_id": made["short_id"],
        },
        "created_at": made["created_at"],
    });
    assert_eq!(entry.to_string(), expected.to_string());
    assert_eq!(entry["id"].as_str().map(str::len), Some(36));
}

#[test]
fn an_entry_names_the_client_by_its_header_and_by_its_address_behind_a_proxy() {
    let server = Server::with(&["--trusted-proxy", "127.0.0.1"]);
    let long = "x".repeat(40);
    for (client, address) in [
        ("mcp", "203.0.113.7"),
        (&*long, "2001:db8::1"),
        ("", "198.51.100.1"),
    ] {
        let ask = server.ask("POST", NOTEBOOKS).key("phx_ada").json(json!({}));
        let ask = ask.header("x-posthog-client", client);
        ask.header("x-forwarded-for", address).send().ok(201);
        let entry = server.get(LOG).ok(200)["results"][0].clone();
        let named = (!client.is_empty()).then(|| &client[..client.len().min(32)]);
        assert_eq!(
            (&entry["client"], &entry["ip_address"]),
            (&json!(named), &json!(address))
        );
    }
}

#[test]
fn entries_about_sharing_and_changed_definitions_have_no_organization() {
    let server = Server::start();
    let id = "0195f3a0-0000-0000-8000-0000000000d1";
    let definition = format!("/api/projects/1/property_definitions/{id}/");
    server
        .patch(
            "/api/projects/1/insights/1/sharing/",
            json!({"enabled": true}),
        )
        .ok(200);
    server
        .post("/api/projects/1/insights/1/sharing/refresh/", json!({}))
        .ok(200);
    server.patch(&definition, json!({"hidden": true})).ok(200);
    server.delete(&definition).ok(204);
    server
        .patch("/api/projects/1/insights/1/", json!({"name": "I"}))
        .ok(200);
    let key = json!({"label": "k", "scopes": ["endpoint:read"]});
    server
        .post("/api/projects/1/project_secret_api_keys/", key)
        .ok(201);
    let log = server.get("/api/projects/1/activity_log/").ok(200);
    let entries = log["results"].as_array().unwrap().iter();
    let said: Vec<_> = entries
        .map(|entry| json!([entry["activity"], entry["organization_id"]]))
        .collect();
    assert_eq!(
        said,
        [
            json!(["created", ACME]),
            json!(["updated", ACME]),
            json!(["deleted", ACME]),
            json!(["changed", null]),
            json!(["access token refreshed", null]),
            json!(["sharing enabled", null]),
        ]
    );
}

#[test]
fn without_a_page_a_cursor_leads_through_the_log_in_both_directions() {
    let server = Server::start();
    for n in 0..5 {
        create(&server, "phx_ada", &format!("n{n}"));
    }
    let get = |url: &str| {
        server
            .get(url.strip_prefix(&server.url).unwrap_or(url))
            .ok(200)
    };
    let keys = |page: &Value| {
        page.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let first = get(&format!("{LOG}?page_size=2&scope=Notebook"));
    assert_eq!(keys(&first), ["next", "previous", "results"]);
    assert_eq!(
        (names(&first), &first["previous"]),
        (vec!["n4", "n3"], &json!(null))
    );
    // A cursor stays where it is when something happens.
    create(&server, "phx_ada", "later");
    let next = first["next"].as_str().unwrap();
    assert!(
        next.starts_with(&format!("{}{LOG}?cursor=", server.url))
            && next.ends_with("&page_size=2&scope=Notebook"),
        "{next}"
    );
    let second = get(next);
    assert_eq!(names(&second), ["n2", "n1"]);
    let third = get(second["next"].as_str().unwrap());
    assert_eq!((names(&third), &third["next"]), (vec!["n0"], &json!(null)));
    let back = get(third["previous"].as_str().unwrap());
    assert_eq!(names(&back), ["n2", "n1"]);
    let back = get(back["previous"].as_str().unwrap());
    assert_eq!(names(&back), ["n4", "n3"]);
    let newest = get(back["previous"].as_str().unwrap());
    assert_eq!(
        (names(&newest), &newest["previous"]),
        (vec!["later"], &json!(null))
    );
    assert_eq!(names(&get(newest["next"].as_str().unwrap())), ["n4", "n3"]);

    assert_eq!(names(&get(LOG)), ["later", "n4", "n3", "n2", "n1", "n0"]);
    assert_eq!(get(LOG)["next"], json!(null));
    for (query, count) in [
        ("?page_size=6", 6),
        ("?page_size=0", 6),
        ("?page_size=x", 6),
        ("?page_size=-1", 6),
        ("?page_size=9999999999999999999", 6),
        ("?page_size=5", 5),
        ("?page=&page_size=1&cursor=", 1),
        ("?limit=1&offset=3", 6), // these are for other lists
    ] {
        assert_eq!(
            names(&get(&format!("{LOG}{query}"))).len(),
            count,
            "{query}"
        );
    }
    for cursor in ["x", "cD0x!", "cD14", "cj0xJng", "%FF"] {
        server
            .get(&format!("{LOG}?cursor={cursor}"))
            .not_found("Invalid cursor");
    }
}

#[test]
fn the_largest_page_has_a_thousand_entries() {
    let entries: Vec<_> = (0..1002)
        .map(|n| json!({"project": "p", "scope": "Insight", "activity": "created", "item_id": n.to_string()}))
        .collect();
    let seed = json!({
        "users": [{"ref": "u", "email": "u@example.com"}], "organizations": [{"ref": "a", "name": "A", "members": [["u", "owner"]]}],
        "projects": [{"ref": "p", "org": "a", "name": "P"}],
        "personal_api_keys": [{"user": "u", "label": "k", "scopes": ["*"], "value": "phx_u"}], "activity_log": entries,
    });
    let server = Server::seeded(&seed, &[]);
    for (query, shown) in [
        ("", 100),
        ("?page=1", 100),
        ("?page_size=5000", 1000),
        ("?page=1&page_size=5000", 1000),
        ("?page=2&page_size=5000", 2),
    ] {
        let path = format!("/api/projects/@current/activity_log/{query}");
        let page = server.ask("GET", &path).key("phx_u").send().ok(200);
        assert_eq!(page["results"].as_array().unwrap().len(), shown, "{query}");
    }
}

#[test]
fn pages_can_be_numbered_and_have_a_count_then() {
    let server = Server::start();
    for n in 0..5 {
        create(&server, "phx_ada", &format!("n{n}"));
    }
    let get = |query: &str| server.get(&format!("{LOG}{query}")).ok(200);
    let link = |query: &str| json!(format!("{}{LOG}{query}", server.url));
    let page = get("?page_size=2&page=2");
    let keys: Vec<_> = page.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["count", "next", "previous", "results"]);
    assert_eq!(
        (names(&page), &page["count"]),
        (vec!["n2", "n1"], &json!(5))
    );
    assert_eq!(
        (&page["next"], &page["previous"]),
        (&link("?page=3&page_size=2"), &link("?page_size=2"))
    );
    for (query, expected, next, previous) in [
        (
            "?page=1&page_size=2",
            &["n4", "n3"][..],
            link("?page=2&page_size=2"),
            json!(null),
        ),
        (
            "?page=3&page_size=2",
            &["n0"],
            json!(null),
            link("?page=2&page_size=2"),
        ),
        (
            "?page=1",
            &["n4", "n3", "n2", "n1", "n0"],
            json!(null),
            json!(null),
        ),
        (
            "?page=1&page_size=5",
            &["n4", "n3", "n2", "n1", "n0"],
            json!(null),
            json!(null),
        ),
        ("?page=1&scope=Insight", &[], json!(null), json!(null)),
    ] {
        let page = get(query);
        assert_eq!(names(&page), expected, "{query}");
        assert_eq!(
            (&page["next"], &page["previous"]),
            (&next, &previous),
            "{query}"
        );
    }
    for page in [
        "4",
        "0",
        "-1",
        "x",
        "1.5",
        "9223372036854775807",
        "99999999999999999999",
    ] {
        let path = format!("{LOG}?page={page}&page_size=2");
        server.get(&path).not_found("Invalid page.");
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
    let uuid = |key: &str| {
        let me = server.ask("GET", "/api/users/@me/").key(key).send().ok(200);
        me["uuid"].as_str().unwrap().to_owned()
    };
    let (ada, mel) = (uuid("phx_ada"), uuid("phx_mel"));
    let none: [&str; 0] = [];
    let rows = [
        ("".into(), &["first", "second", "first"][..]),
        ("?scope=Notebook".into(), &["first", "second", "first"]),
        ("?scope=Insight".into(), &none),
        ("?scope=notebook".into(), &none),
        (format!("?item_id={item}"), &["first", "first"]),
        (format!("?item_id={item}&scope=Insight"), &none),
        ("?item_id=nothing".into(), &none),
        (format!("?user={mel}"), &["second"]),
        (format!("?user={ada}&scope=Notebook"), &["first", "first"]),
        (format!("?user={}", ada.to_uppercase()), &["first", "first"]),
        ("?user=0195f3a0-0000-7000-8000-0000000000ff".into(), &none),
        ("?user=1".into(), &none),
        ("?user=ada".into(), &none),
        (
            "?scopes=Insight,Notebook".into(),
            &["first", "second", "first"],
        ),
        ("?scopes=Insight,notebook".into(), &none),
        (
            format!("?scopes=Notebook&scope=Notebook&item_id={item}"),
            &["first", "first"],
        ),
        (
            format!("?scopes=Insight&scope=Notebook&item_id={item}"),
            &none,
        ),
        (
            "?scope=&scopes=&item_id=&user=".into(),
            &["first", "second", "first"],
        ),
        ("?nonsense=1".into(), &["first", "second", "first"]),
    ];
    for (query, expected) in rows {
        let log = server.get(&format!("{LOG}{query}")).ok(200);
        assert_eq!(names(&log), expected, "{query}");
        let mark = if query.is_empty() { "?" } else { "&" };
        let numbered = server.get(&format!("{LOG}{query}{mark}page=1")).ok(200);
        assert_eq!(names(&numbered), expected, "{query}");
        assert_eq!(numbered["count"], expected.len(), "{query}");
    }
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
    let ada = &made["created_by"]["uuid"].as_str().unwrap();
    for query in [
        "",
        "?scope=Notebook",
        &format!("?user={ada}"),
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
        server.get("/api/projects/3/activity_log/?page=1").ok(200)["count"],
        0
    );
    server
        .ask("GET", LOG)
        .key("phx_write")
        .send()
        .denied("API key missing required scope 'activity_log:read'");
    assert_eq!(
        names(&server.ask("GET", LOG).key("phx_read").send().ok(200)),
        ["secret"]
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
    insta::assert_snapshot!(told(entries), @r#"
    updated 257 by 1:
      changed deleted: true -> false
    deleted 257 by 1
    updated 257 by 1:
      changed title: "Seen" -> "257"
    updated Seen by 1:
      changed title: "Watched" -> "Seen"
      changed content: null -> null
      changed version: 0 -> 1
    created Watched by 1
    "#);
    assert_eq!(entries[4]["detail"]["short_id"], made["short_id"]);
}
