//! The list: orders and pages.

use serde_json::{Value, json};

use super::{BASE, names, server_with, url};
use crate::harness::Server;

/// One definition of every sort that a filter can tell apart; `made` was never seen.
pub fn varied() -> Server {
    let server = server_with(json!([
        {"name": "$pageview", "last_seen_at": "2026-07-02T01:00:00Z"},
        {"name": "signed up", "last_seen_at": "2026-07-01T23:00:00Z", "tags": ["growth", "core"]},
        {"name": "Signed Out", "last_seen_at": "2026-07-01T05:00:00Z", "verified": true},
        {"name": "order_placed", "last_seen_at": "2026-07-02T00:00:00Z", "hidden": true, "tags": ["growth"]},
        {"name": "Äpfel", "last_seen_at": "2026-06-01T00:00:00Z", "description": "touched"},
        {"name": "aside", "project": "side"}
    ]));
    server.post(BASE, json!({"name": "made"})).ok(201);
    server
}

#[test]
fn the_day_last_seen_comes_first_and_names_after_it() {
    let server = varied();
    let expected = [
        "$pageview",
        "order_placed",
        "Signed Out",
        "signed up",
        "Äpfel",
        "made",
    ];
    assert_eq!(names(&server, ""), expected);
    assert_eq!(names(&server, "ordering=nonsense"), expected);
    assert_eq!(names(&server, "ordering="), expected);
    assert_eq!(names(&server, "ordering=-last_seen_at::date"), expected);
}

#[test]
fn the_last_change_is_an_order_of_ours() {
    let server = varied();
    for name in ["%C3%84pfel", "made"] {
        server.patch(&url(&server, name), json!({})).ok(200);
    }
    let untouched_first = [
        "$pageview",
        "Signed Out",
        "order_placed",
        "signed up",
        "Äpfel",
        "made",
    ];
    let by_change = names(&server, "ordering=updated_at");
    assert_eq!(by_change[by_change.len() - 2..], untouched_first[4..]);
    assert_eq!(by_change[0], "$pageview", "what nobody touched comes first");
    let backwards = names(&server, "ordering=-updated_at");
    assert_eq!(backwards[..2], ["made", "Äpfel"]);
    assert_eq!(backwards.last().unwrap(), "$pageview");
}

#[test]
fn orders_are_those_asked_for() {
    let server = varied();
    let by_name = [
        "$pageview",
        "Signed Out",
        "made",
        "order_placed",
        "signed up",
        "Äpfel",
    ];
    let mut backwards = by_name;
    backwards.reverse();
    let by_instant = [
        "$pageview",
        "order_placed",
        "signed up",
        "Signed Out",
        "Äpfel",
        "made",
    ];
    let mut first_seen = by_instant;
    first_seen.reverse();
    let first_day = [
        "made",
        "Äpfel",
        "Signed Out",
        "signed up",
        "$pageview",
        "order_placed",
    ];
    let never_first = [
        "made",
        "$pageview",
        "Signed Out",
        "order_placed",
        "signed up",
        "Äpfel",
    ];
    let never_last = [
        "$pageview",
        "Signed Out",
        "order_placed",
        "signed up",
        "Äpfel",
        "made",
    ];
    for (order, expected) in [
        ("name", by_name),
        ("-name", backwards),
        ("-last_seen_at", by_instant),
        ("last_seen_at", first_seen),
        ("last_seen_at::date", first_day),
        ("created_at", never_first),
        ("-created_at", never_last),
        ("created_at::date", never_first),
        ("-created_at::date", never_last),
        ("nonsense,-name", backwards),
        ("-created_at::date&ordering=-last_seen_at", by_instant),
        (
            "-created_at::date,last_seen_at::date",
            [
                "Äpfel",
                "Signed Out",
                "signed up",
                "$pageview",
                "order_placed",
                "made",
            ],
        ),
        (
            "-created_at,-name",
            [
                "Äpfel",
                "signed up",
                "order_placed",
                "Signed Out",
                "$pageview",
                "made",
            ],
        ),
    ] {
        assert_eq!(
            names(&server, &format!("ordering={order}")),
            expected,
            "{order}"
        );
    }
}

#[test]
fn pages_follow_each_other() {
    let server = varied();
    let page = |query: &str| server.get(&format!("{BASE}{query}")).ok(200);
    let link = |query: &str| Value::from(format!("{}{BASE}{query}", server.url));
    let middle = page("?limit=2&offset=2&ordering=name");
    assert_eq!(middle["count"], 6);
    assert_eq!(middle["results"][0]["name"], "made");
    assert_eq!(middle["results"].as_array().unwrap().len(), 2);
    assert_eq!(middle["next"], link("?limit=2&offset=4&ordering=name"));
    assert_eq!(middle["previous"], link("?limit=2&ordering=name"));
    let last = page("?limit=1&search=signed&offset=1");
    assert_eq!((&last["count"], &last["next"]), (&json!(2), &Value::Null));
    assert_eq!(last["results"][0]["name"], "Signed Out");
    for nonsense in ["?limit=0", "?limit=abc", "?offset=-1"] {
        assert_eq!(page(nonsense)["results"].as_array().unwrap().len(), 6);
    }
    let beyond = page("?offset=99999999999999999999");
    assert_eq!(
        (&beyond["count"], &beyond["results"]),
        (&json!(6), &json!([]))
    );
}

#[test]
fn pages_of_a_search_are_parts_of_one_order() {
    let stored: Vec<_> = (0..40)
        .map(|number: usize| {
            let name = format!("{}{}", "ä".repeat(number * 7 % 11), 100 - number);
            json!({"name": name, "hidden": number.is_multiple_of(3)})
        })
        .collect();
    let server = server_with(json!(stored));
    for query in [
        "search=9",
        "search=%C3%A4",
        "search=9&exclude_hidden=true",
        "search=9&ordering=-name",
    ] {
        let all = names(&server, query);
        let lengths: Vec<_> = all.iter().map(|name| name.chars().count()).collect();
        assert!(
            all.len() > 5 && (lengths.is_sorted() || query.contains("ordering")),
            "{all:?}"
        );
        for (offset, name) in all.iter().enumerate() {
            let path = format!("{BASE}?{query}&limit=1&offset={offset}");
            let page = server.get(&path).ok(200);
            let shown = (&page["results"][0]["name"], &page["count"]);
            assert_eq!(shown, (&json!(name), &json!(all.len())), "{path}");
        }
    }
}

#[test]
fn a_count_is_of_what_is_there() {
    let server = varied();
    let count = || server.get(&format!("{BASE}?limit=1")).ok(200)["count"].clone();
    assert_eq!(count(), 6);
    server.post(BASE, json!({"name": "another"})).ok(201);
    assert_eq!(count(), 7);
    server.delete(&url(&server, "another")).ok(204);
    server.delete(&url(&server, "made")).ok(204);
    assert_eq!(count(), 5);
    let other = server.get("/api/projects/2/event_definitions/").ok(200);
    assert_eq!(other["count"], 1);
}

#[test]
fn a_look_changes_what_people_see_but_not_the_order() {
    let server = varied();
    let before = names(&server, "");
    server.get(&url(&server, "%24pageview")).ok(200);
    assert_eq!(names(&server, ""), before);
}
