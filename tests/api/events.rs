//! `GET /api/projects/:project_id/events/`: the latest events, to see that one's own arrive.

use serde_json::{Value, json};

use crate::harness::Server;

const EVENTS: &str = "/api/projects/1/events/";

/// Sends events to the project of `token` by the older protocol.
#[track_caller]
fn capture(server: &Server, token: &str, events: Value) {
    let body = json!({"api_key": token, "batch": events});
    server.ask("POST", "/batch/").json(body).send().ok(200);
}

fn event(name: &str) -> Value {
    json!({"event": name, "distinct_id": "d"})
}

/// The names of the events that `query` leaves, as listed.
fn names(server: &Server, query: &str) -> Vec<String> {
    let list = server.get(&format!("{EVENTS}{query}")).ok(200);
    let events = list["results"].as_array().unwrap().iter();
    events
        .map(|event| event["event"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn an_event_is_listed_once_it_is_taken_in_and_as_it_was_sent() {
    let server = Server::start();
    let nothing = json!({"count": 0, "next": null, "previous": null, "results": []});
    assert_eq!(server.get(EVENTS).ok(200), nothing);
    let uuid = "0195f3a0-0000-4000-8000-0000000000aa";
    capture(
        &server,
        "phc_main",
        json!([
            {"event": "bare", "distinct_id": "visitor-1"},
            {"event": "told", "distinct_id": "visitor-2", "uuid": uuid, "timestamp": "2026-01-02T05:04:05.25+02:00",
             "properties": {"plan": "pro", "nested": {"b": [1.5, null], "a": "é<"}}},
        ]),
    );
    let list = server.get(EVENTS).ok(200);
    let [bare, told] = &list["results"].as_array().unwrap()[..] else {
        panic!("{list}")
    };
    let expected = json!({
        "id": uuid, "distinct_id": "visitor-2", "properties": {"plan": "pro", "nested": {"b": [1.5, null], "a": "é<"}},
        "event": "told", "timestamp": "2026-01-02T03:04:05.250000Z",
    });
    assert_eq!(told.to_string(), expected.to_string());
    let expected = json!({
        "id": bare["id"], "distinct_id": "visitor-1", "properties": {}, "event": "bare", "timestamp": bare["timestamp"],
    });
    assert_eq!(bare.to_string(), expected.to_string());
    assert_eq!(list["count"], 2);
    // What was made up for it stays.
    assert_eq!(server.get(EVENTS).ok(200), list);
}

#[test]
fn every_protocol_is_listed() {
    let server = Server::start();
    let send = |path: &str, body: Value| server.ask("POST", path).json(body).send().ok(200);
    send(
        "/e/",
        json!({"api_key": "phc_main", "event": "first", "distinct_id": "d"}),
    );
    send(
        "/engage/",
        json!({"token": "phc_main", "$distinct_id": "d", "$set": {"name": "Ada"}}),
    );
    let v1 = json!({"created_at": "2026-01-02T03:04:05Z", "batch": [{
        "event": "newer", "uuid": "0195f3a0-0000-4000-8000-0000000000ab", "distinct_id": "visitor-3",
        "timestamp": "2026-01-02T03:04:05Z", "properties": {"plan": "pro"}, "options": {},
    }]});
    let sent = server
        .ask("POST", "/i/v1/analytics/events")
        .key("phc_main")
        .header("posthog-sdk-info", "posthog-python/7.0.0")
        .header("posthog-attempt", "1")
        .header("posthog-request-id", "0195f3a0-0000-4000-8000-0000000000ac")
        .header("posthog-request-timestamp", "2026-01-02T03:04:05Z")
        .json(v1)
        .send();
    assert_eq!(sent.status, 200, "{}", sent.text);
    assert_eq!(names(&server, ""), ["newer", "$identify", "first"]);
    let newer = &server.get(EVENTS).ok(200)["results"][0];
    assert_eq!(
        (&newer["distinct_id"], &newer["properties"]),
        (&json!("visitor-3"), &json!({"plan": "pro"}))
    );
}

#[test]
fn what_came_in_last_comes_first_and_pages_follow() {
    let server = Server::start();
    capture(&server, "phc_main", json!([event("a"), event("b")]));
    capture(
        &server,
        "phc_main",
        json!([event("c"), event("d"), event("e")]),
    );
    assert_eq!(names(&server, ""), ["e", "d", "c", "b", "a"]);
    let page = server.get(&format!("{EVENTS}?limit=2&offset=2")).ok(200);
    let link = |query: &str| json!(format!("{}{EVENTS}{query}", server.url));
    assert_eq!(
        (&page["count"], &page["next"], &page["previous"]),
        (&json!(5), &link("?limit=2&offset=4"), &link("?limit=2"))
    );
    assert_eq!(names(&server, "?limit=2&offset=2"), ["c", "b"]);
    assert_eq!(names(&server, "?limit=2&offset=4"), ["a"]);
    assert!(names(&server, "?offset=99").is_empty());
}

/// Of three events in a mixed-up order.
#[test]
fn events_are_listed_by_the_time_at_which_they_happened() {
    let server = Server::start();
    let at = |name: &str, timestamp: &str| json!({"event": name, "distinct_id": "d", "timestamp": timestamp});
    capture(
        &server,
        "phc_main",
        json!([
            at("second", "2026-01-02 03:04:05"),
            at("third", "2026-01-02T03:04:05.000001Z"),
            at("first", "2026-01-02T05:04:04+02:00")
        ]),
    );
    capture(
        &server,
        "phc_main",
        json!([at("second again", "2026-01-02T03:04:05Z")]),
    );
    let latest = ["third", "second again", "second", "first"];
    for query in [
        "",
        "?orderBy=",
        "?orderBy=%5B%22-timestamp%22%5D",
        "?after=2026-01-01&before=2026-01-03",
    ] {
        assert_eq!(names(&server, query), latest, "{query}");
    }
    let mut earliest = latest;
    earliest.reverse();
    assert_eq!(names(&server, "?orderBy=%5B%22timestamp%22%5D"), earliest);
    assert_eq!(
        names(&server, "?orderBy=%5B%22timestamp%22%5D&limit=2&offset=1"),
        earliest[1..3]
    );
    // Both bounds are exclusive.
    for (query, expected) in [
        ("?after=2026-01-02T03:04:05Z", &["third"][..]),
        ("?before=2026-01-02T03:04:05Z", &["first"]),
        (
            "?after=2026-01-02T03:04:04Z&before=2026-01-02T03:04:05.000001Z",
            &["second again", "second"],
        ),
        ("?after=2026-01-02T04:04:05%2B01:00", &["third"]),
        ("?after=2026-01-02", &latest[..]),
        ("?before=2026-01-02", &[]),
        ("?after=-1d", &[]),
        ("?before=-1d", &latest[..]),
        ("?after=&before=", &latest[..]),
    ] {
        assert_eq!(names(&server, query), expected, "{query}");
    }
    let detail = "Enter a date such as 2025-04-23 or -7d.";
    server
        .get(&format!("{EVENTS}?after=soon"))
        .invalid("invalid_input", detail, "after");
    server
        .get(&format!("{EVENTS}?before=1"))
        .invalid("invalid_input", detail, "before");
    server.get(&format!("{EVENTS}?orderBy=timestamp")).invalid(
        "invalid_input",
        "Value must be valid JSON.",
        "orderBy",
    );
}

#[test]
fn a_retried_event_is_listed_once() {
    let server = Server::start();
    let uuid = "0197c0de-7777-7000-8000-000000000abc";
    let order = |plan: &str| json!({"event": "order", "distinct_id": "d", "uuid": uuid, "properties": {"plan": plan}});
    let one = |expected: &str| {
        let list = server.get(&format!("{EVENTS}?event=order")).ok(200);
        assert_eq!(
            (&list["count"], &list["results"][1]),
            (&json!(1), &Value::Null),
            "{list}"
        );
        assert_eq!(list["results"][0]["id"], uuid);
        assert_eq!(list["results"][0]["properties"]["plan"], expected);
    };
    capture(&server, "phc_main", json!([order("first")]));
    capture(&server, "phc_main", json!([order("second")]));
    one("second"); // as it came last
    capture(
        &server,
        "phc_main",
        json!([order("third"), event("other"), order("fourth")]),
    );
    one("fourth");
    // In another spelling, by another path, and alone.
    let mut alone = order("fifth");
    alone["api_key"] = json!("phc_main");
    alone["uuid"] = json!(uuid.to_uppercase());
    server.ask("POST", "/e/").json(alone.clone()).send().ok(200);
    one("fifth");
    server
        .ask("POST", "/capture/")
        .json(json!([alone]))
        .send()
        .ok(200);
    one("fifth");
    let batch = json!({"created_at": "2026-11-23T03:59:44Z", "batch": [
        {"event": "order", "uuid": uuid, "distinct_id": "d", "timestamp": "2026-11-23T03:59:44Z", "properties": {"plan": "sixth"}}]});
    let v1 = server
        .ask("POST", "/i/v1/analytics/events")
        .key("phc_main")
        .header("posthog-sdk-info", "x/1");
    let v1 = v1
        .header("posthog-attempt", "2")
        .header("posthog-request-id", "x")
        .header("posthog-request-timestamp", "x");
    v1.json(batch).send().ok(200);
    one("sixth");
    // Others are not the same event: those of another name, another person, another project, and those without a uuid.
    let changed = |key: &str, value: &str| {
        let mut event = order("x");
        event[key] = json!(value);
        event
    };
    capture(
        &server,
        "phc_main",
        json!([changed("event", "refund"), changed("distinct_id", "e")]),
    );
    capture(&server, "phc_side", json!([order("theirs")]));
    capture(&server, "phc_main", json!([event("bare"), event("bare")]));
    let mut listed = names(&server, "");
    listed.sort();
    assert_eq!(
        listed,
        ["bare", "bare", "order", "order", "other", "refund"]
    );
}

/// The events that `properties` leaves.
fn kept(server: &Server, properties: &Value) -> Vec<String> {
    let properties: String =
        form_urlencoded::byte_serialize(properties.to_string().as_bytes()).collect();
    names(server, &format!("?properties={properties}"))
}

#[test]
fn events_are_listed_by_their_properties() {
    let server = Server::start();
    let pot = |name: &str, properties: Value| json!({"event": name, "distinct_id": "d", "properties": properties});
    capture(
        &server,
        "phc_main",
        json!([
            pot(
                "blue",
                json!({"colour": "blue", "litres": 5, "drains": true})
            ),
            pot(
                "red",
                json!({"colour": "Red", "litres": 12.5, "bought": "2026-11-20T07:03:11Z"})
            ),
            pot("plain", json!({})),
        ]),
    );
    let of = |operator: &str, key: &str, value: Value| json!([{"key": key, "value": value, "operator": operator, "type": "event"}]);
    for (filter, expected) in [
        (json!([{"key": "colour", "value": "blue"}]), &["blue"][..]),
        (
            of("exact", "colour", json!(["blue", "Red"])),
            &["red", "blue"],
        ),
        (of("exact", "litres", json!(5)), &["blue"]),
        (of("exact", "litres", json!("12.5")), &["red"]),
        (of("exact", "drains", json!(["true"])), &["blue"]),
        (of("is_not", "colour", json!("blue")), &["plain", "red"]),
        (of("icontains", "colour", json!("RE")), &["red"]),
        (
            of("not_icontains", "colour", json!("RE")),
            &["plain", "blue"],
        ),
        (of("regex", "colour", json!("^.{3}$")), &["red"]),
        (
            of("not_regex", "colour", json!("^.{3}$")),
            &["plain", "blue"],
        ),
        (of("is_set", "litres", json!("is_set")), &["red", "blue"]),
        (of("is_not_set", "litres", json!("is_not_set")), &["plain"]),
        (of("gt", "litres", json!(5)), &["red"]),
        (of("gte", "litres", json!("5")), &["red", "blue"]),
        (of("lt", "litres", json!(6)), &["blue"]),
        (of("lte", "litres", json!(4)), &[]),
        (of("is_date_after", "bought", json!("2026-11-19")), &["red"]),
        (of("is_date_before", "bought", json!("2026-11-20")), &[]),
        (
            json!([{"key": "colour", "value": "blue"}, {"key": "litres", "value": 5}]),
            &["blue"],
        ),
        (
            json!([{"key": "colour", "value": "blue"}, {"key": "litres", "value": 6}]),
            &[],
        ),
        (
            json!({"type": "OR", "values": [{"key": "colour", "value": "blue"}, {"key": "litres", "value": 12.5}]}),
            &["red", "blue"],
        ),
        (json!({"colour": "blue"}), &["blue"]),
        (json!({"colour__icontains": "e", "litres__gt": 6}), &["red"]),
        (json!([]), &["plain", "red", "blue"]),
        (
            json!([{"key": "colour", "value": "blue", "type": "person"}]),
            &[],
        ),
    ] {
        assert_eq!(kept(&server, &filter), expected, "{filter}");
    }
    // With other filters, in pages, and with a count that agrees.
    let query = "?properties=%5B%7B%22key%22%3A%22litres%22%2C%22operator%22%3A%22is_set%22%7D%5D&search=e&limit=1";
    let list = server.get(&format!("{EVENTS}{query}")).ok(200);
    assert_eq!(
        (&list["count"], &list["results"][0]["event"]),
        (&json!(2), &json!("red"))
    );
    assert_eq!(names(&server, "?properties="), ["plain", "red", "blue"]);
    for wrong in ["nope", "%5B", "5"] {
        server.get(&format!("{EVENTS}?properties={wrong}")).invalid(
            "invalid_input",
            "Properties are unparsable!",
            None,
        );
    }
    for (operator, most, words) in [
        ("exact", 100, "100 conditions"),
        ("regex", 10, "10 regular expressions"),
    ] {
        let condition = json!({"key": "a", "value": 1, "operator": operator});
        let many = json!(vec![condition; most + 1]).to_string();
        let query: String = form_urlencoded::byte_serialize(many.as_bytes()).collect();
        server.get(&format!("{EVENTS}?properties={query}")).invalid(
            "invalid_input",
            &format!("Properties have more than {words}."),
            None,
        );
    }
}

#[test]
fn filters_leave_what_they_name() {
    let server = Server::start();
    capture(
        &server,
        "phc_main",
        json!([
            {"event": "Signed up", "distinct_id": "ada"},
            {"event": "paid", "distinct_id": "ada"},
            {"event": "signed out", "distinct_id": "bob"},
        ]),
    );
    for (query, expected) in [
        ("?event=paid", &["paid"][..]),
        ("?event=Paid", &[]),
        ("?search=SIGNED", &["signed out", "Signed up"]),
        ("?search=signed+up", &["Signed up"]),
        ("?search=%25", &[]),
        ("?distinct_id=ada", &["paid", "Signed up"]),
        ("?distinct_id=ada&search=sign", &["Signed up"]),
        (
            "?event=&search=&distinct_id=",
            &["signed out", "paid", "Signed up"],
        ),
    ] {
        assert_eq!(names(&server, query), expected, "{query}");
        let list = server.get(&format!("{EVENTS}{query}")).ok(200);
        assert_eq!(list["count"], expected.len(), "{query}");
    }
}

#[test]
fn no_more_are_kept_than_the_server_was_told() {
    for (keep, expected) in [("3", &["e", "d", "c"][..]), ("0", &[])] {
        let server = Server::with(&["--keep-events", keep]);
        capture(&server, "phc_main", json!([event("a"), event("b")]));
        capture(
            &server,
            "phc_main",
            json!([event("c"), event("d"), event("e")]),
        );
        assert_eq!(names(&server, ""), expected, "{keep}");
    }
    let server = Server::start();
    let many = (0..1001).map(|index| event(&format!("e{index}")));
    capture(&server, "phc_main", many.collect());
    let list = server.get(&format!("{EVENTS}?limit=2000")).ok(200);
    assert_eq!(list["count"], 1000);
    assert_eq!(list["results"][999]["event"], "e1");
}

#[test]
fn nobody_sees_the_events_of_another_project() {
    let server = Server::start();
    capture(&server, "phc_main", json!([event("mine")]));
    capture(&server, "phc_side", json!([event("theirs")]));
    let other = server.get("/api/projects/2/events/").ok(200);
    assert_eq!(
        (&other["count"], &other["results"][0]["event"]),
        (&json!(1), &json!("theirs"))
    );
    assert_eq!(names(&server, ""), ["mine"]);
    server
        .get("/api/projects/4/events/")
        .denied("You don't have access to the project.");
    server
        .ask("GET", EVENTS)
        .key("phx_none")
        .send()
        .denied("API key missing required scope 'query:read'");
}
