//! The order of the list, and its pages.

use serde_json::{Value, json};

use super::{BASE, list, names, server_with, url};

#[test]
fn the_default_order_is_verified_first_then_by_name_in_bytes() {
    let server = server_with(
        json!(["zebra", "Ümlaut", "$feature/my-flag", "Zebra", "zeBra2", r"back\slash", "under_score", "underXscore",
               {"name": "yes", "verified": true}, {"name": "no", "verified": false}, {"name": "also", "verified": true}]),
        json!([]),
        &[],
    );
    let expected = [
        "also",
        "yes",
        "$feature/my-flag",
        "Zebra",
        r"back\slash",
        "no",
        "underXscore",
        "under_score",
        "zeBra2",
        "zebra",
        "Ümlaut",
    ];
    assert_eq!(names(&server, ""), expected);
    // Reading a definition does not move it in the list.
    server.get(&url(&server, "zebra")).ok(200);
    assert_eq!(names(&server, ""), expected);
    server
        .patch(&url(&server, "zebra"), json!({"verified": true}))
        .ok(200);
    assert_eq!(names(&server, "")[..3], ["also", "yes", "zebra"]);
}

#[test]
fn a_search_puts_short_names_first_and_seen_ones_before_them() {
    let server = server_with(
        json!(["$current_url", "$lib", "$browser", "$browser_version", {"name": "$long_and_verified", "verified": true}, "$üüü", "$iii",
               {"name": "$vvv", "verified": true}]),
        json!([["$pageview", "$browser"]]),
        &[],
    );
    let expected = [
        "$vvv",
        "$iii",
        "$lib",
        "$üüü",
        "$browser",
        "$current_url",
        "$browser_version",
        "$long_and_verified",
    ];
    assert_eq!(
        names(&server, "search=$"),
        expected,
        "length in characters, then verified, then name"
    );

    let rows = list(&server, "search=$&event_names=%5B%22$pageview%22%5D");
    assert_eq!(
        (&rows[0]["name"], &rows[0]["is_seen_on_filtered_events"]),
        (&json!("$browser"), &json!(true))
    );
    assert_eq!(
        (&rows[1]["name"], &rows[1]["is_seen_on_filtered_events"]),
        (&json!("$vvv"), &json!(false))
    );
    // With the filter every row was seen on the events, so seen-first does not change the order.
    let rows = list(
        &server,
        "event_names=%5B%22$pageview%22%5D&filter_by_event_names=1",
    );
    assert_eq!(rows[0]["name"], "$browser");
    let blank = list(&server, "search=%20&event_names=%5B%22$pageview%22%5D");
    assert_eq!(
        (&blank[0]["name"], &blank[1]["name"], &blank[2]["name"]),
        (
            &json!("$browser"),
            &json!("$long_and_verified"),
            &json!("$vvv")
        )
    );
}

#[test]
fn pages_are_linked_by_the_stored_count() {
    let stored: Vec<_> = (0..250).map(|number| format!("name{number:03}")).collect();
    let server = server_with(json!(stored), json!([]), &[]);
    let link = |query: &str| {
        if query.is_empty() {
            Value::Null
        } else {
            json!(format!("{}{BASE}?{query}", server.url))
        }
    };
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        ("", "limit=100&offset=100", "", "name000", 100),
        ("limit=10&offset=100", "limit=10&offset=110", "limit=10&offset=90", "name100", 10),
        ("limit=10&offset=5", "limit=10&offset=15", "limit=10", "name005", 10),
        ("limit=10&offset=10", "limit=10&offset=20", "limit=10", "name010", 10),
        ("offset=300", "", "limit=100&offset=200", "$virt_is_bot", 5),
        ("offset=200", "", "limit=100&offset=100", "name200", 55),
        ("limit=250", "", "", "name000", 255),
        ("limit=125&offset=125", "", "limit=125", "name125", 130),
        ("limit=249", "limit=249&offset=249", "", "name000", 249),
        ("limit=99999999999999999999", "", "", "name000", 255),
        ("limit=100000", "", "", "name000", 255),
        ("limit=0", "limit=100&offset=100", "", "name000", 100),
        ("limit=-1&offset=-5", "limit=100&offset=100", "", "name000", 100),
        ("limit=1.5&offset=abc", "limit=100&offset=100", "", "name000", 100),
        ("limit=5&limit=7", "limit=7&offset=7", "", "name000", 7),
        ("type=event&limit=2&search=n%20a&is_feature_flag=false", "is_feature_flag=false&limit=2&offset=2&search=n+a&type=event", "", "name000", 2),
        ("limit=2&excluded_properties=%5B%22$a%22%5D", "excluded_properties=%5B%22%24a%22%5D&limit=2&offset=2", "", "name000", 2),
    ];
    for (query, next, previous, first, size) in rows {
        let page = server.get(&format!("{BASE}?{query}")).ok(200);
        let results = page["results"].as_array().unwrap();
        let count = if query.contains("search") { 251 } else { 255 }; // of the virtual ones only $virt_bot_name has both letters
        assert_eq!(page["count"], count, "{query}");
        assert_eq!(
            (&page["next"], &page["previous"]),
            (&link(next), &link(previous)),
            "{query}"
        );
        assert_eq!(
            (&results[0]["name"], results.len()),
            (&json!(first), size),
            "{query}"
        );
    }
}

#[test]
fn walking_the_links_gives_every_row_once() {
    let stored: Vec<_> = (0..25)
        .map(|number| json!({"name": format!("name{number:02}"), "verified": number % 3 == 0}))
        .collect();
    let server = server_with(
        json!(stored),
        json!([["e", "name07"], ["e", "name08"]]),
        &[],
    );
    for query in [
        "",
        "search=name",
        "event_names=%5B%22e%22%5D",
        "search=e&event_names=%5B%22e%22%5D",
    ] {
        let mut found = Vec::new();
        let mut next = format!("{BASE}?limit=7&{query}");
        loop {
            let page = server.get(&next).ok(200);
            found.extend(page["results"].as_array().unwrap().clone());
            match page["next"].as_str() {
                Some(url) => next = url.trim_start_matches(&*server.url).to_owned(),
                None => break,
            }
        }
        assert_eq!(found, list(&server, query));
        let stored = found
            .iter()
            .filter(|entry| entry["virtual"].is_null())
            .count();
        assert_eq!(stored, 25, "{query}");
    }
}
