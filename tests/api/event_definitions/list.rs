//! The list: filters, orders, pages.

use serde_json::{Value, json};

use super::{BASE, listed, names, server_with, url};
use crate::{harness::Server, property_definitions::encoded};

/// One definition of every sort that a filter can tell apart; `made` was never seen.
fn varied() -> Server {
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
fn filters_leave_what_they_say() {
    let server = varied();
    let recent = server.post(BASE, json!({"name": "recent"})).ok(201);
    let all = [
        "$pageview",
        "Signed Out",
        "made",
        "order_placed",
        "recent",
        "signed up",
        "Äpfel",
    ];
    let but = |gone: &[&str]| -> Vec<&str> {
        all.into_iter()
            .filter(|name| !gone.contains(name))
            .collect()
    };
    for (query, expected) in [
        ("", but(&[])),
        ("event_type=event", but(&[])),
        ("event_type=", but(&[])),
        ("event_type=event_custom", but(&["$pageview"])),
        ("event_type=event_posthog", vec!["$pageview"]),
        ("verified=true", vec!["Signed Out"]),
        ("verified=false", but(&["Signed Out"])),
        ("verified=", but(&[])),
        ("exclude_hidden=true", but(&["order_placed"])),
        ("exclude_hidden=false", but(&[])),
        ("exclude_stale=true", vec!["made", "recent"]),
        ("names=made", vec!["made"]),
        (
            "names=made,signed+up&names=%24pageview&names=",
            vec!["$pageview", "made", "signed up"],
        ),
        ("names=MADE", vec![]),
        ("names=aside", vec![]),
        ("names=", but(&[])),
        ("tags=%5B%22growth%22%5D", vec!["order_placed", "signed up"]),
        ("tags=%5B%22Core%22,%22none%22%5D", vec!["signed up"]),
        ("tags=%5B%22none%22%5D", vec![]),
        ("tags=%5B%5D", but(&[])),
        (
            "excluded_properties=%5B%22made%22,%22%24pageview%22%5D",
            but(&["made", "$pageview"]),
        ),
        (
            "event_type=event_custom&exclude_hidden=1&names=made,order_placed,%24pageview",
            vec!["made"],
        ),
        ("search=sign&names=signed+up,made", vec!["signed up"]),
        ("search=sign&verified=false", vec!["signed up"]),
    ] {
        assert_eq!(
            names(&server, &format!("ordering=name&{query}")),
            expected,
            "{query}"
        );
    }
    assert_eq!(listed(&server, "recent"), recent);
}

#[test]
fn a_search_finds_names_with_all_words_shorter_ones_first() {
    let server = varied();
    for (search, expected) in [
        (
            "",
            vec![
                "$pageview",
                "order_placed",
                "Signed Out",
                "signed up",
                "Äpfel",
                "made",
            ],
        ),
        (
            "  ",
            vec![
                "$pageview",
                "order_placed",
                "Signed Out",
                "signed up",
                "Äpfel",
                "made",
            ],
        ),
        (
            "e",
            vec![
                "made",
                "Äpfel",
                "$pageview",
                "signed up",
                "Signed Out",
                "order_placed",
            ],
        ),
        ("SIGNED", vec!["signed up", "Signed Out"]),
        ("up sign", vec!["signed up"]),
        ("äPF", vec!["Äpfel"]),
        ("$", vec!["$pageview"]),
        ("order placed", vec!["order_placed"]),
        ("r_p", vec!["order_placed"]),
        ("d_u", vec!["signed up"]),
        ("n%d_", vec!["signed up", "Signed Out"]),
        ("touched", vec![]),
        ("growth", vec![]),
        ("signed nowhere", vec![]),
        ("\\", vec![]),
    ] {
        assert_eq!(
            names(&server, &format!("search={}", encoded(search))),
            expected,
            "{search}"
        );
    }
    assert_eq!(
        names(&server, "search=signed&ordering=name"),
        ["Signed Out", "signed up"]
    );
    assert_eq!(
        names(&server, "search=signed&ordering=nonsense"),
        ["signed up", "Signed Out"]
    );
}

#[test]
fn what_cannot_be_understood_is_refused() {
    let server = varied();
    let list = "Must be a JSON-encoded list of strings";
    let kind = "Not a valid event type. Use one of: event, event_custom, event_posthog.";
    let boolean = "Must be a valid boolean.";
    let nul = "Null characters are not allowed.";
    for (query, code, detail, attr) in [
        ("event_type=foo", "invalid_input", kind, "event_type"),
        ("event_type=Event", "invalid_input", kind, "event_type"),
        ("verified=maybe", "invalid_input", boolean, "verified"),
        (
            "exclude_hidden=maybe",
            "invalid_input",
            boolean,
            "exclude_hidden",
        ),
        (
            "exclude_stale=maybe",
            "invalid_input",
            boolean,
            "exclude_stale",
        ),
        ("tags=growth", "invalid_input", list, "tags"),
        ("tags=%5Bnull%5D", "invalid_input", list, "tags"),
        (
            "excluded_properties=%7B%7D",
            "invalid_input",
            list,
            "excluded_properties",
        ),
        ("search=a%00", "null_characters_not_allowed", nul, "search"),
        ("names=a%00", "null_characters_not_allowed", nul, "names__0"),
        (
            "search=%00&event_type=foo",
            "null_characters_not_allowed",
            nul,
            "search",
        ),
        (
            "event_type=foo&verified=x",
            "invalid_input",
            kind,
            "event_type",
        ),
    ] {
        server
            .get(&format!("{BASE}?{query}"))
            .invalid(code, detail, attr);
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
fn a_look_changes_what_people_see_but_not_the_order() {
    let server = varied();
    let before = names(&server, "");
    server.get(&url(&server, "%24pageview")).ok(200);
    assert_eq!(names(&server, ""), before);
}
