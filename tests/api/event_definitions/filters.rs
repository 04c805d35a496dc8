//! The list: filters and searches.

use super::{BASE, list::varied, listed, names};
use crate::property_definitions::encoded;
use serde_json::json;

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
        ("verified=true", vec!["$pageview", "Signed Out"]),
        ("verified=True", vec!["$pageview", "Signed Out"]),
        ("verified=false", but(&["$pageview", "Signed Out"])),
        ("verified=1", but(&["$pageview", "Signed Out"])),
        ("verified=maybe", but(&["$pageview", "Signed Out"])),
        ("verified=", but(&["$pageview", "Signed Out"])),
        ("hidden=true", vec!["order_placed"]),
        ("hidden=false", but(&["order_placed"])),
        ("hidden=", but(&[])),
        ("hidden=true&exclude_hidden=true", vec![]),
        ("tag=growth", vec!["order_placed", "signed up"]),
        ("tag=%20CORE%20", vec!["signed up"]),
        ("tag=growth&tags=%5B%22core%22%5D", vec!["signed up"]),
        ("tag=none", vec![]),
        ("tag=", but(&[])),
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
        ("hidden=maybe", "invalid_input", boolean, "hidden"),
        ("tag=a%00", "null_characters_not_allowed", nul, "tag"),
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
            "event_type=foo&hidden=x",
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
