//! What each filter of the list leaves out.

use serde_json::json;

use super::{ALL, BASE, all_but, names, server_with, varied};

#[test]
fn types_are_apart_and_so_are_groups_and_projects() {
    let server = varied();
    assert_eq!(names(&server, ""), ALL);
    assert_eq!(names(&server, "type=event"), ALL);
    assert_eq!(
        names(&server, "type=person"),
        [
            "$feature/flag",
            "$set",
            "distinct_id",
            "plain",
            "utm_source"
        ]
    );
    assert_eq!(
        names(&server, "type=group&group_type_index=0"),
        ["$initial_referrer", "members"]
    );
    assert_eq!(names(&server, "type=group&group_type_index=4"), ["rooms"]);
    assert_eq!(names(&server, "type=group&group_type_index=1"), [""; 0]);
    assert_eq!(names(&server, "type=session"), ["$session_duration"]);
    let side = server.get("/api/projects/2/property_definitions/").ok(200);
    assert_eq!(
        (&side["count"], &side["results"][0]["name"]),
        (&json!(6), &json!("aside"))
    );
}

#[test]
fn the_page_has_four_keys_in_order() {
    let server = server_with(json!([]), json!([]), &[]);
    let answer = server.get(&format!("{BASE}?type=session"));
    assert_eq!(
        (answer.status, &*answer.text),
        (
            200,
            r#"{"count":0,"next":null,"previous":null,"results":[]}"#
        )
    );
    let current = server.get("/api/projects/@current/property_definitions?type=session");
    assert_eq!(current.text, answer.text);
}

#[test]
fn each_filter_leaves_out_its_own() {
    let server = varied();
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        ("properties=plain", vec!["plain"]),
        ("properties=plain,url,none", vec!["plain", "url"]),
        ("properties=%20plain,url%20", vec!["plain", "url"]),
        // the whole is trimmed
        ("properties=url,%20plain", vec!["url"]),
        // the items are not
        ("properties=Plain", vec![]),
        ("properties=$set", vec![]),
        ("is_numerical=true", vec!["amount"]),
        ("is_numerical=false", ALL.to_vec()),
        ("is_feature_flag=true", vec!["$feature/flag"]),
        ("is_feature_flag=false", all_but(&["$feature/flag"])),
        ("excluded_properties=[\"plain\",\"url\"]", all_but(&["plain", "url"])),
        ("excluded_properties=[]", ALL.to_vec()),
        ("exclude_core_properties=true", vec!["good", "amount", "bad", "plain", "seen", "timestamp"]),
        ("exclude_core_properties=false", ALL.to_vec()),
        ("exclude_hidden=true", all_but(&["bad"])),
        ("exclude_hidden=false", ALL.to_vec()),
        ("hidden=true", vec!["bad"]),
        ("hidden=false", all_but(&["bad"])),
        ("hidden=true&exclude_hidden=true", Vec::new()),
        ("verified=true", vec!["good"]),
        ("verified=false", all_but(&["good"])),
        ("exclude_restricted=true", ALL.to_vec()),
        ("search=rl&verified=false&exclude_core_properties=1", vec![]),
        ("properties=plain,good&verified=true", vec!["good"]),
    ];
    for (query, expected) in rows {
        let query = query
            .replace(['"'], "%22")
            .replace('[', "%5B")
            .replace(']', "%5D");
        assert_eq!(names(&server, &query), expected, "{query}");
    }
    // Only events have core properties and names that are never listed.
    let persons = [
        "$feature/flag",
        "$set",
        "distinct_id",
        "plain",
        "utm_source",
    ];
    assert_eq!(
        names(&server, "type=person&exclude_core_properties=true"),
        persons
    );
    assert_eq!(
        names(&server, "type=person&is_feature_flag=true"),
        ["$feature/flag"]
    );
    assert_eq!(
        names(&server, "type=person&is_feature_flag=false"),
        persons[1..]
    );
    assert_eq!(
        names(&server, "type=group&group_type_index=0&is_numerical=1"),
        ["members"]
    );
}

#[test]
fn hidden_null_and_never_touched_rows_stay_when_hidden_ones_go() {
    let server = server_with(
        json!(["fresh", {"name": "null", "hidden": false}, {"name": "bad", "hidden": true}]),
        json!([]),
        &[],
    );
    let url = crate::property_definitions::url(&server, "null");
    server.patch(&url, json!({"hidden": null})).ok(200);
    assert_eq!(names(&server, "exclude_hidden=true"), ["fresh", "null"]);
    assert_eq!(names(&server, "verified=false"), ["bad", "fresh", "null"]);
}

#[test]
fn every_core_name_goes_with_the_core_properties() {
    let core = [
        "_kx",
        "build",
        "currency",
        "duration_ms",
        "is_error",
        "mcp_mode",
        "referring_application",
        "resource_name",
        "revenue",
        "token",
        "tool_name",
        "url",
        "utm_campaign",
        "utm_term",
        "version",
        "wbraid",
        "$anything",
    ];
    let server = server_with(json!(core), json!([]), &[]);
    assert_eq!(names(&server, "").len(), core.len());
    assert_eq!(names(&server, "exclude_core_properties=true"), [""; 0]);
}

#[test]
fn names_that_belong_to_persons_are_never_listed_for_events() {
    let never = [
        "distinct_id",
        "$set",
        "$set_once",
        "$initial_referrer",
        "$initial_referring_domain",
        "$groups",
        "$group_type",
        "$group_key",
        "$group_set",
        "$group_0",
        "$group_1",
        "$group_2",
        "$group_3",
        "$group_4",
        "$session_entry_wbraid",
    ];
    let server = server_with(json!(never), json!([]), &[]);
    assert_eq!(names(&server, ""), [""; 0]);
    assert_eq!(names(&server, "exclude_core_properties=true"), [""; 0]);
}
