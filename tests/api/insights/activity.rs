//! What was done to insights: to one, or to all.

use serde_json::{Value, json};

use super::INSIGHTS;
use crate::harness::{Answer, Server};

const ALL: &str = "/api/projects/1/insights/activity/";
const ONE: &str = "/api/projects/1/insights/1/activity/";

/// What the entries of `answer` say was done, and to which insight.
fn done(answer: Answer) -> Vec<(String, String)> {
    let body = answer.ok(200);
    let entries = body["results"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    entries
        .map(|entry| (text(&entry["activity"]), text(&entry["item_id"])))
        .collect()
}

#[test]
fn the_log_of_insights_is_told_newest_first() {
    let server = Server::start();
    let other = server.post(INSIGHTS, json!({"name": "Other"})).ok(201)["id"].to_string();
    server
        .patch(&format!("{INSIGHTS}1/"), json!({"name": "New"}))
        .ok(200);
    server
        .patch(&format!("{INSIGHTS}1/sharing"), json!({"enabled": true}))
        .ok(200);
    server
        .patch("/api/projects/1/dashboards/1/", json!({"name": "B"}))
        .ok(200);
    let own = |activity: &str| (activity.to_owned(), "1".to_owned());
    assert_eq!(
        done(server.get(ONE)),
        [own("sharing enabled"), own("updated")]
    );
    let created = ("created".to_owned(), other.clone());
    assert_eq!(
        done(server.get(ALL)),
        [own("sharing enabled"), own("updated"), created.clone()]
    );
    assert_eq!(
        done(server.get(&format!("{INSIGHTS}{other}/activity"))),
        [created]
    );

    let found = server.get(ONE).ok(200);
    let keys: Vec<_> = found.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["results", "next", "previous", "total_count"]);
    let log = server
        .get("/api/projects/1/activity_log/?scope=Insight&item_id=1")
        .ok(200);
    assert_eq!(
        found["results"], log["results"],
        "each entry as in the whole log"
    );
}

#[test]
fn an_insight_is_found_by_both_ids_also_when_it_is_deleted() {
    let server = Server::start();
    server
        .patch(&format!("{INSIGHTS}1/"), json!({"deleted": true}))
        .ok(200);
    let path = format!("{INSIGHTS}InsMain1/activity/");
    for path in [ONE, &*path] {
        assert_eq!(
            done(server.get(path)),
            [("deleted".to_owned(), "1".to_owned())]
        );
    }
    for id in ["999", "nothing", "InsSide1"] {
        server
            .get(&format!("{INSIGHTS}{id}/activity/"))
            .not_found("Not found.");
    }
    let elsewhere = server.get("/api/projects/2/insights/activity/");
    assert_eq!(elsewhere.ok(200)["total_count"], 0);
}

#[test]
fn pages_are_numbered_and_have_ten_entries() {
    let server = Server::start();
    for number in 0..12 {
        server
            .patch(
                &format!("{INSIGHTS}1/"),
                json!({"name": format!("n{number}")}),
            )
            .ok(200);
    }
    let url = |rest: &str| json!(format!("{}{ONE}{rest}", server.url));
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        ("",                10, url("?limit=10&page=2"),     Value::Null),
        ("?page=1",         10, url("?limit=10&page=2"),     Value::Null),
        ("?page=2",          2, Value::Null,                 url("?limit=10&page=1")),
        ("?limit=5&a=b",     5, url("?a=b&limit=5&page=2"),  Value::Null),
        ("?limit=5&page=3",  2, Value::Null,                 url("?limit=5&page=2")),
        ("?limit=12",       12, Value::Null,                 Value::Null),
        ("?limit=&page=",   10, url("?limit=10&page=2"),     Value::Null),
        ("?page=9",          0, Value::Null,                 url("?limit=10&page=8")),
    ];
    for (query, count, next, previous) in rows {
        let found = server.get(&format!("{ONE}{query}")).ok(200);
        assert_eq!(found["results"].as_array().unwrap().len(), count, "{query}");
        assert_eq!(
            (&found["next"], &found["previous"]),
            (&next, &previous),
            "{query}"
        );
        assert_eq!(found["total_count"], 12);
    }
    let least = "Ensure this value is greater than or equal to 1.";
    for (query, code, detail, attr) in [
        ("limit=0", "min_value", least, "limit"),
        ("page=-1", "min_value", least, "page"),
        (
            "page=abc",
            "invalid_input",
            "A valid integer is required.",
            "page",
        ),
    ] {
        for path in [ONE, ALL] {
            server
                .get(&format!("{path}?{query}"))
                .invalid(code, detail, attr);
        }
    }
    server
        .get(&format!(
            "{ONE}?page=9223372036854775807&limit=9223372036854775807"
        ))
        .ok(200);
}

#[test]
fn these_paths_are_read_with_the_scope_of_the_log() {
    let server = Server::start();
    for (path, name) in [(ALL, "All activity"), (ONE, "Activity")] {
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            let answer = server.ask(method, path).key("phx_ada").send();
            assert_eq!(
                (answer.status, answer.header("allow")),
                (405, "GET, HEAD, OPTIONS"),
                "{method}"
            );
        }
        let options = server.ask("OPTIONS", path).key("phx_ada").send();
        assert_eq!(options.ok(200)["name"], name);
        assert_eq!(server.ask("GET", path).send().status, 401);
        let token = "?sharing_access_token=x";
        assert_eq!(
            server.ask("GET", &format!("{path}{token}")).send().status,
            401
        );
    }
}
