//! The virtual properties at the end of the list.

use serde_json::{Value, json};

use super::{BASE, list, server_with};
use crate::harness::Server;

const VIRTUAL: [&str; 5] = [
    "$virt_is_bot",
    "$virt_traffic_type",
    "$virt_traffic_category",
    "$virt_bot_name",
    "$virt_bot_operator",
];

fn entries(server: &Server, query: &str) -> (Value, Vec<String>) {
    let body = server.get(&format!("{BASE}?{query}")).ok(200);
    let names = body["results"].as_array().unwrap().iter();
    (
        body["count"].clone(),
        names
            .map(|entry| entry["name"].as_str().unwrap().to_owned())
            .collect(),
    )
}

#[test]
fn an_empty_project_has_its_virtual_properties() {
    let server = server_with(json!([]), json!([]), &[]);
    let persons = [
        "$virt_initial_channel_type",
        "$virt_initial_referring_domain_type",
        "$virt_revenue",
        "$virt_mrr",
    ];
    for (query, expected) in [
        ("", &VIRTUAL[..]),
        ("type=person", &persons),
        (
            "type=group&group_type_index=3",
            &["$virt_revenue", "$virt_mrr"],
        ),
        ("type=session", &[]),
        ("type=", &[]), // as upstream: a blank type lists events' stored properties only
    ] {
        let (count, names) = entries(&server, query);
        assert_eq!(names, expected, "{query}");
        assert_eq!(count, expected.len());
    }
    let types: Vec<_> = list(&server, "type=person")
        .iter()
        .map(|entry| json!([entry["property_type"], entry["is_numerical"]]))
        .collect();
    assert_eq!(
        json!(types),
        json!([
            ["String", false],
            ["String", false],
            ["Numeric", true],
            ["Numeric", true]
        ])
    );
}

#[test]
fn virtual_entries_have_fewer_keys_in_their_own_order() {
    let server = server_with(json!([]), json!([]), &[]);
    let first = &list(&server, "")[0];
    let description = first["description"].as_str().unwrap();
    assert!(!description.is_empty());
    let expected = json!({
        "id": "$builtin_$virt_is_bot", "name": "$virt_is_bot", "description": description, "is_numerical": false,
        "property_type": "Boolean", "tags": [], "is_seen_on_filtered_events": true, "verified": false, "hidden": false, "virtual": true
    });
    assert_eq!(first.to_string(), expected.to_string());
    server
        .get(&format!("{BASE}$builtin_$virt_is_bot/"))
        .not_found("Not found.");
}

#[test]
fn some_filters_apply_to_virtual_entries() {
    let server = server_with(json!(["plain"]), json!([]), &[]);
    let all_but_first = &VIRTUAL[1..];
    for (query, expected) in [
        ("properties=$virt_is_bot", &VIRTUAL[..1]),
        ("properties=$virt", &[]),
        ("is_numerical=true", &[]),
        ("is_numerical=false", &VIRTUAL),
        (
            "type=person&is_numerical=true",
            &["$virt_revenue", "$virt_mrr"],
        ),
        (
            "type=person&is_numerical=false",
            &[
                "$virt_initial_channel_type",
                "$virt_initial_referring_domain_type",
            ],
        ),
        (
            "excluded_properties=%5B%22$virt_is_bot%22%5D",
            all_but_first,
        ),
        (
            "search=bot",
            &["$virt_is_bot", "$virt_bot_name", "$virt_bot_operator"],
        ),
        ("search=BOT+is", &["$virt_is_bot"]),
        ("search=traffic+cat", &["$virt_traffic_category"]),
        ("search=virt+category", &["$virt_traffic_category"]),
        ("search=virt+traffic%20type", &["$virt_traffic_type"]),
        ("type=person&search=total", &["$virt_revenue", "$virt_mrr"]), // their labels
        ("type=person&search=total+virt", &[]),
        ("is_feature_flag=true", &[]),
        ("is_feature_flag=false", &VIRTUAL),
        ("verified=true", &[]),
        ("verified=false", &[]),
        ("verified=null", &VIRTUAL),
        ("exclude_core_properties=true", &VIRTUAL),
        ("exclude_hidden=true", &VIRTUAL),
        ("hidden=true", &[]),
        ("hidden=false", &VIRTUAL),
        ("exclude_restricted=true", &VIRTUAL),
        ("event_names=%5B%22x%22%5D", &VIRTUAL),
        (
            "event_names=%5B%22x%22%5D&filter_by_event_names=true",
            &VIRTUAL,
        ),
        ("filter_by_event_names=true", &VIRTUAL),
    ] {
        let (count, mut found) = entries(&server, query);
        assert_eq!(count, found.len(), "{query}");
        found.retain(|name| name != "plain");
        assert_eq!(found, expected, "{query}");
    }
}
