//! When a listed event happened: every form of a timestamp, and clocks that are wrong.

use hoglet::model::Timestamp;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::*;

const SECOND: f64 = 1.0;
const HOUR: i64 = 60 * 60;

/// The time in `seconds`, as a client would write it.
fn at(seconds: i64) -> String {
    Timestamp::now().plus_seconds(seconds).to_string()
}

/// The timestamp of the only event called `name`, as it is listed.
#[track_caller]
fn listed(server: &Server, name: &str) -> String {
    let path = format!("/api/projects/1/events/?event={}", name.replace(' ', "+"));
    let list = server.get(&path).ok(200);
    assert_eq!(list["count"], 1, "{list}");
    list["results"][0]["timestamp"].as_str().unwrap().to_owned()
}

/// How many seconds from now the listed event lies.
#[track_caller]
fn distance(server: &Server, name: &str) -> f64 {
    let listed = OffsetDateTime::parse(&listed(server, name), &Rfc3339).unwrap();
    (listed - OffsetDateTime::now_utc()).as_seconds_f64()
}

#[track_caller]
fn assert_near(server: &Server, name: &str, seconds: i64) {
    let distance = distance(server, name);
    assert!(
        (distance - seconds as f64).abs() < 10.0 * SECOND,
        "{name}: {distance}"
    );
}

fn timed(name: &str, fields: Value) -> Value {
    let mut event = event(name, json!({}));
    event
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    event
}

#[test]
fn sent_at_puts_the_clock_of_the_sender_right() {
    let server = server();
    let batch = |ahead: i64, events: Value| {
        let body = json!({"api_key": "phc_main", "sent_at": at(ahead), "batch": events});
        assert_eq!(send(&server, body).status, 200);
    };
    batch(
        HOUR,
        json!([timed("fast", json!({"timestamp": at(HOUR - 60)}))]),
    );
    batch(
        -HOUR,
        json!([timed("slow", json!({"timestamp": at(-HOUR - 60)}))]),
    );
    // A clock that is a year ahead is no reason to take the event for one of the future.
    batch(
        8_760 * HOUR,
        json!([timed(
            "a year ahead",
            json!({"timestamp": at(8_760 * HOUR - 60)})
        )]),
    );
    batch(HOUR, json!([timed("without a time", json!({}))]));
    batch(
        HOUR,
        json!([timed(
            "ignored",
            json!({"timestamp": at(-60), "properties": {"$ignore_sent_at": true}})
        )]),
    );
    for name in ["fast", "slow", "a year ahead", "ignored"] {
        assert_near(&server, name, -60);
    }
    assert_near(&server, "without a time", 0);
    // Only a boolean ignores it.
    batch(
        HOUR,
        json!([timed(
            "not ignored",
            json!({"timestamp": at(HOUR), "properties": {"$ignore_sent_at": "true"}})
        )]),
    );
    assert_near(&server, "not ignored", 0);
}

#[test]
fn the_query_string_may_say_when_a_request_was_sent() {
    let server = server();
    let post = |sent_at: String, name: &str, timestamp: String, more: Value| {
        let mut body =
            json!({"api_key": "phc_main", "batch": [timed(name, json!({"timestamp": timestamp}))]});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let path = format!("/batch/?_={sent_at}");
        assert_eq!(server.ask("POST", &path).json(body).send().status, 200);
    };
    let millis = |seconds: i64| (Timestamp::now().plus_seconds(seconds).0 / 1_000).to_string();
    post(millis(HOUR), "in milliseconds", at(HOUR - 60), json!({}));
    // The body has the last word.
    post(millis(HOUR), "in both", at(-60), json!({"sent_at": at(0)}));
    // Seconds are too small to be milliseconds, and text is no number.
    post(
        (Timestamp::now().0 / 1_000_000 + HOUR).to_string(),
        "in seconds",
        at(-60),
        json!({}),
    );
    post(at(HOUR).replace(':', "%3A"), "as text", at(-60), json!({}));
    post(
        "9223372036854775807".into(),
        "far ahead",
        at(-60),
        json!({}),
    );
    for name in [
        "in milliseconds",
        "in both",
        "in seconds",
        "as text",
        "far ahead",
    ] {
        assert_near(&server, name, -60);
    }
}

#[test]
fn an_offset_counts_back_from_now() {
    let server = server();
    let old = "2020-01-01T00:00:00Z";
    for (name, offset, seconds) in [
        ("a minute ago", 60_000, -60),
        ("in a minute", -60_000, 60),
        ("now", 0, 0),
    ] {
        let event = timed(name, json!({"offset": offset, "timestamp": old}));
        let body = json!({"api_key": "phc_main", "sent_at": at(HOUR), "batch": [event]});
        assert_eq!(send(&server, body).status, 200);
        assert_near(&server, name, seconds);
    }
    for (name, offset) in [("least", i64::MIN), ("most", i64::MAX)] {
        capture(&server, json!([timed(name, json!({"offset": offset}))]));
        listed(&server, name);
    }
    let answer = send(
        &server,
        json!({"api_key": "phc_main", "event": "x", "distinct_id": "d", "offset": "5"}),
    );
    assert_eq!(answer.status, 400);
}

#[test]
fn an_event_is_at_most_23_hours_ahead() {
    let server = server();
    for (name, ahead, expected) in [
        ("almost a day", 23 * HOUR - 60, 23 * HOUR - 60),
        ("a day", 23 * HOUR + 60, 0),
        ("ten years", 87_600 * HOUR, 0),
    ] {
        capture(
            &server,
            json!([timed(name, json!({"timestamp": at(ahead)}))]),
        );
        assert_near(&server, name, expected);
    }
    capture(
        &server,
        json!([timed("offset", json!({"offset": -24 * HOUR * 1_000}))]),
    );
    assert_near(&server, "offset", 0);
}

#[test]
fn every_form_of_a_timestamp_is_shown_in_utc() {
    let server = server();
    let forms = [
        ("2026-11-20T07:03:11.913767Z", "2026-11-20T07:03:11.913767Z"),
        ("2026-11-20T07:03:11+02:00", "2026-11-20T05:03:11Z"),
        ("2026-11-20T07:03:11.5+03", "2026-11-20T04:03:11.500000Z"),
        ("2026-11-20T07:03:11-05", "2026-11-20T12:03:11Z"),
        ("2026-11-20T07:03:11.913767", "2026-11-20T07:03:11.913767Z"),
        ("2026-11-20T07:03:11", "2026-11-20T07:03:11Z"),
        ("2026-11-20 07:03:11.913767", "2026-11-20T07:03:11.913767Z"),
        ("2026-11-20 07:03:11", "2026-11-20T07:03:11Z"),
        ("2026-11-20 07:03", "2026-11-20T07:03:00Z"),
        ("2026-11-20 07:03:11+00:00", "2026-11-20T07:03:11Z"),
        ("2026-11-20 07:03:11 PST", "2026-11-20T15:03:11Z"),
        ("2026/11/20 07:03:11", "2026-11-20T07:03:11Z"),
        ("11/20/2026 07:03:11", "2026-11-20T07:03:11Z"),
        ("11/20/2026 7:03 PM", "2026-11-20T19:03:00Z"),
        ("Fri, 20 Nov 2026 07:03:11 +0200", "2026-11-20T05:03:11Z"),
        ("20 Nov 2026 07:03:11 GMT", "2026-11-20T07:03:11Z"),
        ("November 20, 2026 7:03 PM", "2026-11-20T19:03:00Z"),
        ("20 Nov 2026 07:03:11.5", "2026-11-20T07:03:11.500000Z"),
        ("1795158191", "2026-11-20T07:03:11Z"),
        ("1795158191913", "2026-11-20T07:03:11.913000Z"),
        ("1795158191913767000", "2026-11-20T07:03:11.913767Z"),
    ];
    let events = forms
        .iter()
        .enumerate()
        .map(|(index, (sent, _))| timed(&format!("form{index}"), json!({"timestamp": sent})));
    capture(&server, events.collect());
    for (index, (sent, expected)) in forms.iter().enumerate() {
        assert_eq!(
            listed(&server, &format!("form{index}")),
            *expected,
            "{sent}"
        );
    }
    for (index, sent) in [
        "",
        "yesterday",
        "5",
        "2026-13-01T00:00:00Z",
        "2026-11-20T07:03:11+99:99",
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("no{index}");
        capture(&server, json!([timed(&name, json!({"timestamp": sent}))]));
        assert_near(&server, &name, 0);
    }
    // A date alone lacks the time of day, which is now's.
    capture(
        &server,
        json!([timed("day", json!({"timestamp": "2026-11-20"}))]),
    );
    assert!(listed(&server, "day").starts_with("2026-11-20T"));
    // What lies before the year 0 cannot be shown.
    let body = json!({"api_key": "phc_main", "sent_at": at(9_000 * HOUR), "batch": [timed("old", json!({"timestamp": "0000-01-01T00:00:00Z"}))]});
    assert_eq!(send(&server, body).status, 200);
    assert_eq!(listed(&server, "old"), "1970-01-01T00:00:00Z");
}

#[test]
fn an_alone_event_and_a_list_have_times_too() {
    let server = server();
    let alone = json!({"api_key": "phc_main", "event": "alone", "distinct_id": "d", "timestamp": "2026-11-20 07:03:11"});
    assert_eq!(
        server.ask("POST", "/capture/").json(alone).send().status,
        200
    );
    let list = json!([{"token": "phc_main", "event": "listed", "distinct_id": "d", "timestamp": "2026-11-20T07:03:11+03"}]);
    assert_eq!(server.ask("POST", "/e/").json(list).send().status, 200);
    let engage =
        json!({"token": "phc_main", "distinct_id": "d", "$set": {"a": 1}, "offset": 60_000});
    assert_eq!(
        server.ask("POST", "/engage/").json(engage).send().status,
        200
    );
    assert_eq!(listed(&server, "alone"), "2026-11-20T07:03:11Z");
    assert_eq!(listed(&server, "listed"), "2026-11-20T04:03:11Z");
    assert_near(&server, "$identify", -60);
}
