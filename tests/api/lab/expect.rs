//! `POST /_lab/expect`: whether the events that a test expects have come, and what came instead.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{capture, start};
use crate::harness::{Answer, Server};

fn event(name: &str, properties: Value) -> Value {
    json!({"event": name, "distinct_id": "ada", "properties": properties})
}

#[track_caller]
fn expect(server: &Server, body: Value) -> Answer {
    server.ask("POST", "/_lab/expect").json(body).send()
}

/// The numbers of the events that stand for the expected ones.
#[track_caller]
fn numbers(answer: Answer) -> Vec<u64> {
    let answer = answer.ok(200);
    assert_eq!(
        (&answer["fits"], &answer["missing"]),
        (&json!(true), &json!([]))
    );
    let matched = answer["matched"].as_array().unwrap().iter();
    matched
        .map(|event| event["number"].as_u64().unwrap())
        .collect()
}

#[test]
fn events_that_have_come_are_returned_in_the_order_of_the_list() {
    let server = start();
    let sent = [
        event(
            "signed up",
            json!({"plan": "pro", "seats": 12, "url": "http://x/pricing"}),
        ),
        event("signed up", json!({"plan": "free", "error": null})),
    ];
    capture(&server, "phc_main", json!(sent));
    capture(&server, "phc_side", json!([event("$pageview", json!({}))]));
    let answer = expect(&server, json!({"events": [
        {"event": "$pageview"},
        {"event": {"$regex": "^signed"}, "distinct_id": "ada", "properties": {"error": {"$exists": true}}},
        {"event": "signed up", "properties": {
            "plan": {"$type": "string"}, "seats": 12.0, "url": {"$regex": "/pricing$"}, "error": {"$exists": false}}},
    ]}))
    .ok(200);
    let matched = &answer["matched"];
    assert_eq!(matched[0]["project"], 2);
    assert_eq!(
        matched[1]["properties"],
        json!({"plan": "free", "error": null})
    );
    let keys: Vec<_> = matched[2].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "number",
            "project",
            "id",
            "distinct_id",
            "properties",
            "event",
            "timestamp"
        ]
    );
    assert_eq!(
        (&matched[2]["number"], &answer["last"]),
        (&json!(1), &json!(3))
    );
    assert!(answer.get("text").is_none(), "{answer}");
}

#[test]
fn a_token_that_is_not_used_yet_can_be_named_where_any_is_taken() {
    let server = Server::with(&["--lab", "--any-token"]);
    let body = |wait: &str| {
        let a = json!({"event": "a"});
        json!({"project": "phc_new", "events": [a], "wait": wait})
    };
    assert_eq!(expect(&server, body("0s")).ok(409)["last"], 0);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| expect(&server, body("30s")));
        thread::sleep(Duration::from_millis(300));
        capture(&server, "phc_new", json!([event("a", json!({}))]));
        assert_eq!(numbers(waiting.join().unwrap()), [1]);
    });
    let project = |token: &str| {
        let flags = format!("/_lab/flags?project={token}");
        server.ask("GET", &flags).send().status
    };
    assert_eq!((project("phc_other"), project("phc_no+token")), (200, 400));
}

#[test]
fn several_events_that_fit_are_shared_out() {
    let server = start();
    let plan = |plan: &str| event("a", json!({"plan": plan}));
    capture(&server, "phc_main", json!([plan("pro"), plan("free")]));
    let any = json!({"event": "a"});
    let pro = json!({"event": "a", "properties": {"plan": "pro"}});
    assert_eq!(
        numbers(expect(&server, json!({"events": [any, pro]}))),
        [2, 1]
    );
    // One event does not stand for two.
    let answer = expect(&server, json!({"events": [pro, pro]}));
    assert_eq!(answer.status, 409);
    assert_eq!(answer.body["missing"][0]["index"], 1);
}

#[test]
fn order_counts_if_it_is_asked_for() {
    let server = start();
    let none = json!({});
    let sent = ["a", "b", "a", "c"].map(|name| event(name, none.clone()));
    capture(&server, "phc_main", json!(sent));
    let ask = |names: &[&str], ordered: bool| {
        let events: Vec<_> = names.iter().map(|name| json!({"event": name})).collect();
        expect(&server, json!({"events": events, "ordered": ordered}))
    };
    assert_eq!(numbers(ask(&["b", "a", "c"], true)), [2, 3, 4]);
    assert_eq!(numbers(ask(&["c", "b"], false)), [4, 2]);
    let answer = ask(&["c", "b"], true);
    assert_eq!(answer.status, 409);
    let text = answer.body["text"].as_str().unwrap();
    assert!(text.contains("in this order; 1 came"), "{text}");
    assert!(text.contains("came in another order"), "{text}");
}

#[test]
fn nothing_else_may_come_if_only_these_are_expected() {
    let server = start();
    let (a, b) = (event("a", json!({})), event("b", json!({"n": 1})));
    capture(&server, "phc_main", json!([a]));
    let body = json!({"events": [{"event": "a"}], "only": true});
    assert_eq!(numbers(expect(&server, body.clone())), [1]);
    capture(&server, "phc_side", json!([b]));
    let answer = expect(&server, body.clone());
    assert_eq!((answer.status, &answer.body["others"]), (409, &json!([2])));
    assert_eq!(answer.body["missing"], json!([]));
    let text =
        "Expected 1 event; 1 came.\n\nNot expected: 1 event\n  2 \"b\" by \"ada\" {\"n\":1}\n";
    assert_eq!(answer.body["text"], text);
    for (key, value) in [("project", json!(1)), ("project", json!("phc_main"))] {
        let mut body = body.clone();
        body[key] = value;
        assert_eq!(numbers(expect(&server, body)), [1]);
    }
    let later = json!({"events": [{"event": "b"}], "only": true, "since": 1});
    assert_eq!(numbers(expect(&server, later)), [2]);
    assert_eq!(expect(&server, json!({"events": []})).ok(200)["last"], 2);
}

/// A client sends again what it got no answer to.
#[test]
fn what_is_sent_again_has_come_once() {
    let server = start();
    let mut sent = event("a", json!({}));
    sent["uuid"] = json!("0195f3a0-0000-4000-8000-0000000000aa");
    capture(&server, "phc_main", json!([sent]));
    capture(&server, "phc_main", json!([sent]));
    let body = json!({"events": [{"event": "a"}], "only": true});
    assert_eq!(numbers(expect(&server, body)), [1]);
}

#[test]
fn the_difference_says_what_is_missing_and_what_came_instead() {
    let server = start();
    let sent = [
        event(
            "signed up",
            json!({"plan": "free", "seats": "12", "tags": ["x"]}),
        ),
        event("signed up", json!({"plan": "basic"})),
        event("$pageview", json!({})),
    ];
    capture(&server, "phc_main", json!(sent));
    let answer = expect(
        &server,
        json!({"events": [
            {"event": "$pageview"},
            {"event": "signed_up"},
            {"event": "signed up", "distinct_id": "bob",
             "properties": {"plan": "pro", "seats": {"$type": "integer"}, "tags": ["x"], "ref": "mail"}},
            {"event": "never heard of"},
        ]}),
    );
    assert_eq!(answer.status, 409);
    let expected = "Expected 4 events; 1 came.

Missing: events[1] {\"event\":\"signed_up\"}
  No event has this name. The nearest is \"signed up\".
  Nearest: event 1
    event: expected \"signed_up\", got \"signed up\"

Missing: events[2] {\"event\":\"signed up\",\"distinct_id\":\"bob\",\"properties\":{\"plan\":\"pro\",\"seats\":{\"$type\":\"integer\"},\"tags\":[\"x\"],\"ref\":\"mail\"}}
  Nearest: event 1
    distinct_id: expected \"bob\", got \"ada\"
    properties.plan: expected \"pro\", got \"free\"
    properties.seats: expected {\"$type\":\"integer\"}, got \"12\"
    properties.ref: expected \"mail\", got nothing

Missing: events[3] {\"event\":\"never heard of\"}

Also came: 2 events
  1 \"signed up\" by \"ada\" {\"plan\":\"free\",\"seats\":\"12\",\"tags\":[\"x\"]}
  2 \"signed up\" by \"ada\" {\"plan\":\"basic\"}
";
    assert_eq!(answer.body["text"], expected, "{}", answer.body["text"]);
    let missing = &answer.body["missing"];
    assert_eq!(missing[0]["nearest_name"], "signed up");
    let expected = json!([
        {"property": "distinct_id", "expected": "bob", "got": "ada"},
        {"property": "properties.plan", "expected": "pro", "got": "free"},
        {"property": "properties.seats", "expected": {"$type": "integer"}, "got": "12"},
        {"property": "properties.ref", "expected": "mail"},
    ]);
    assert_eq!(
        (&missing[1]["nearest"], &missing[1]["differences"]),
        (&json!(1), &expected)
    );
    assert_eq!(missing[2]["nearest"], Value::Null);
    assert_eq!(answer.body["others"], json!([1, 2]));
    let matched = answer.body["matched"].as_array().unwrap();
    assert_eq!(
        (matched[0]["number"].as_u64(), &matched[1]),
        (Some(3), &Value::Null)
    );
}

#[test]
fn it_waits_until_all_have_come() {
    let server = start();
    let body = json!({"events": [{"event": "a"}, {"event": "b"}], "wait": "20s"});
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let answer = expect(&server, body);
            (numbers(answer), Instant::now())
        });
        capture(&server, "phc_main", json!([event("b", json!({}))]));
        thread::sleep(Duration::from_millis(300));
        let sent = Instant::now();
        capture(&server, "phc_side", json!([event("a", json!({}))]));
        let (numbers, answered) = waiting.join().unwrap();
        assert_eq!(numbers, [2, 1]);
        assert!(answered > sent, "it did not wait");
        assert!(answered - sent < Duration::from_secs(10), "it waited on");
    });
}

#[test]
fn it_waits_no_longer_than_it_has_to() {
    let server = start();
    let timed = |body: Value| {
        let start = Instant::now();
        let answer = expect(&server, body);
        (answer.status, start.elapsed())
    };
    let (status, time) = timed(json!({"events": [{"event": "a"}], "wait": "400ms"}));
    assert_eq!(status, 409);
    assert!(time >= Duration::from_millis(400), "{time:?}");
    // Whether nothing comes is known when the time is over.
    let nothing = json!({"events": [], "only": true, "wait": "400ms"});
    let (status, time) = timed(nothing.clone());
    assert_eq!(status, 200);
    assert!(time >= Duration::from_millis(400), "{time:?}");
    // Once something else has come, waiting is no use.
    capture(&server, "phc_main", json!([event("b", json!({}))]));
    for body in [
        json!({"events": [{"event": "a"}], "only": true, "wait": "30s"}),
        json!({"events": [], "only": true, "wait": "30s"}),
    ] {
        let (status, time) = timed(body);
        assert_eq!(status, 409);
        assert!(time < Duration::from_secs(10), "{time:?}");
    }
}

#[test]
fn requests_are_checked() {
    let server = start();
    let any = json!({"event": "a"});
    for (body, detail, field) in [
        (json!({}), "This field is required.", Some("events")),
        (
            json!({"events": {}}),
            "Expected a list of items but got type \"dict\".",
            Some("events"),
        ),
        (
            json!({"events": [5]}),
            "events[0]: Expected an object.",
            Some("events"),
        ),
        (
            json!({"events": [any, {}]}),
            "events[1].event: This field is required.",
            Some("events"),
        ),
        (
            json!({"events": vec![&any; 101]}),
            "More than 100 events.",
            Some("events"),
        ),
        (
            json!({"events": [{"event": "a", "properties": []}]}),
            "events[0].properties: Expected an object.",
            Some("events"),
        ),
        (
            json!({"events": [{"event": {"$type": "text"}}]}),
            "events[0].event.$type: Expected one of string, number, integer, boolean, object, array, null.",
            Some("events"),
        ),
        (
            json!({"events": [{"event": "a", "propertys": {}}]}),
            "events[0].propertys: Unknown field. Known: event, distinct_id, properties.",
            None,
        ),
        (
            json!({"events": [], "onyl": true}),
            "onyl: Unknown field. Known: project, events, ordered, only, wait, since.",
            None,
        ),
        (
            json!({"events": [], "only": "maybe"}),
            "Must be a valid boolean.",
            Some("only"),
        ),
        (
            json!({"events": [], "project": 77}),
            "No project has this id or token.",
            Some("project"),
        ),
        (
            json!({"events": [], "since": -1}),
            "Ensure this value is greater than or equal to 0.",
            Some("since"),
        ),
        (
            json!({"events": [], "wait": "2m"}),
            "Waits take at most 60s.",
            Some("wait"),
        ),
    ] {
        let answer = expect(&server, body.clone());
        let found = (answer.status, &answer.body["detail"], &answer.body["attr"]);
        assert_eq!(found, (400, &json!(detail), &json!(field)), "{body}");
    }
    let long = json!({"events": [{"event": "x".repeat(256 << 10)}]});
    assert_eq!(expect(&server, long).status, 413);
    let form = server.ask("POST", "/_lab/expect").form("events=1").send();
    assert_eq!(form.status, 415);
    let list = server.ask("POST", "/_lab/expect").json(json!([]));
    assert_eq!(list.send().status, 400);
}

/// Each of 32 tests has its own events in the same project, and gets no other's.
#[test]
fn many_tests_expect_at_once() {
    let server = start();
    thread::scope(|scope| {
        for test in 0..32 {
            let server = &server;
            scope.spawn(move || {
                for round in 0..5 {
                    let events = ["a", "b", "c"]
                        .map(|name| event(name, json!({"test": test, "round": round})));
                    thread::scope(|scope| {
                        scope.spawn(|| {
                            events
                                .iter()
                                .for_each(|event| capture(server, "phc_main", json!([event])));
                        });
                        let answer = expect(
                            server,
                            json!({"events": events, "ordered": true, "wait": "30s"}),
                        );
                        assert_eq!(numbers(answer).len(), 3);
                    });
                }
            });
        }
    });
}
