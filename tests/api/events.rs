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
    let [told, bare] = &list["results"].as_array().unwrap()[..] else {
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
    let newest = &server.get(EVENTS).ok(200)["results"][0];
    assert_eq!(
        (&newest["distinct_id"], &newest["properties"]),
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
