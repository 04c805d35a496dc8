//! `/_lab/clock`: everything that is time for the API follows the server's clock, which tests freeze and move.

use std::time::{Duration, Instant};

use hoglet::model::Timestamp;
use serde_json::{Value, json};

use super::start;
use crate::{
    harness::{Answer, Server},
    sessions::{Visitor, link, login},
    viewer::{
        INSIGHT, NOTEBOOK,
        locks::{PASSWORD, is_open, protect, submit, unlock},
        share,
    },
};

const CLOCK: &str = "/_lab/clock";
const NEW_YEAR: &str = "2030-01-01T00:00:00Z";

fn send(server: &Server, body: Value) -> Answer {
    server.ask("POST", CLOCK).json(body).send()
}

/// Changes the clock and returns what it shows then.
#[track_caller]
fn change(server: &Server, body: Value) -> Value {
    send(server, body).ok(200)
}

/// Starts a server whose clock is frozen at the start of 2030.
fn start_frozen(more: &[&str]) -> Server {
    Server::with(&[&["--lab", "--clock", NEW_YEAR], more].concat())
}

fn shows(now: &str, frozen: bool) -> Value {
    json!({"now": now, "frozen": frozen})
}

/// The time that the clock shows.
fn now(server: &Server) -> Timestamp {
    let shown = server.ask("GET", CLOCK).send().ok(200);
    shown["now"].as_str().unwrap().parse().unwrap()
}

#[test]
fn the_clock_runs_with_the_systems_until_it_is_changed() {
    let server = start();
    let (before, shown, after) = (Timestamp::now(), now(&server), Timestamp::now());
    assert!(before <= shown && shown <= after, "{shown}");
    let frozen = change(&server, json!({"freeze": true}));
    assert_eq!(frozen["frozen"], true);
    assert_eq!(server.ask("GET", CLOCK).send().ok(200), frozen);
    // Advancing and setting a frozen clock leaves it frozen.
    let body = json!({"set": "2030-01-01T02:00:00.25+02:00"});
    assert_eq!(
        change(&server, body),
        shows("2030-01-01T00:00:00.250000Z", true)
    );
    for (advance, now) in [
        (json!("1h30m"), "2030-01-01T01:30:00.250000Z"),
        (json!(90), "2030-01-01T01:31:30.250000Z"),
        (json!(0.75), "2030-01-01T01:31:31Z"),
        (json!("-1d1h31m31s"), "2029-12-31T00:00:00Z"),
        (json!(-86_400), "2029-12-30T00:00:00Z"),
    ] {
        assert_eq!(
            change(&server, json!({"advance": advance})),
            shows(now, true)
        );
    }
    // It goes on from where it stands.
    let body = json!({"set": NEW_YEAR, "advance": "1d", "freeze": false});
    assert_eq!(change(&server, body), shows("2030-01-02T00:00:00Z", false));
    let start: Timestamp = "2030-01-02T00:00:00Z".parse().unwrap();
    let (first, second) = (now(&server), now(&server));
    assert!(start <= first && first < second && second < start.plus_seconds(60));
    change(&server, json!({"set": "2020-01-01T00:00:00Z"}));
    let start: Timestamp = "2020-01-01T00:00:00Z".parse().unwrap();
    assert!(start < now(&server) && now(&server) < start.plus_seconds(60));
    let reset = server.ask("DELETE", CLOCK).send().ok(200);
    assert_eq!(reset["frozen"], false);
    assert!(after <= now(&server) && now(&server) <= Timestamp::now());
}

#[test]
fn a_change_that_breaks_a_rule_changes_nothing() {
    let server = start_frozen(&[]);
    let range = "The clock can show 1970-01-01T00:00:00Z to 9999-01-01T00:00:00Z.";
    let span = "Enter a number of seconds, or a time such as 1h30m, 90s or -2d; the units are d, h, m, s and ms.";
    let instant = "Enter an instant such as 2026-01-02T03:04:05Z.";
    for (body, detail, field) in [
        (json!({"set": "1969-12-31T23:59:59Z"}), range, Some("set")),
        (
            json!({"set": "9999-01-01T00:00:00.000001Z"}),
            range,
            Some("set"),
        ),
        (json!({"advance": "3000000d"}), range, Some("advance")),
        (json!({"advance": -3e9}), range, Some("advance")),
        (
            json!({"advance": "106751991d", "set": "9998-01-01T00:00:00Z"}),
            range,
            Some("advance"),
        ),
        (json!({"advance": "1 hour"}), span, Some("advance")),
        (json!({"advance": "9".repeat(30)}), span, Some("advance")),
        (json!({"advance": null}), span, Some("advance")),
        (json!({"advance": [1]}), span, Some("advance")),
        (json!({"set": "tomorrow"}), instant, Some("set")),
        (json!({"set": 1_767_225_600}), instant, Some("set")),
        (
            json!({"freeze": "no idea", "set": "2040-01-01T00:00:00Z"}),
            "Must be a valid boolean.",
            Some("freeze"),
        ),
        (json!({}), "Send set, advance or freeze.", None),
        (
            json!({"freeze": false, "speed": 2}),
            "Unknown field 'speed'. Send set, advance or freeze.",
            None,
        ),
    ] {
        send(&server, body).invalid("invalid_input", detail, field);
    }
    send(&server, json!({"set": null})).invalid("null", "This field may not be null.", "set");
    assert_eq!(server.ask("POST", CLOCK).send().status, 400);
    let form = server.ask("POST", CLOCK).form("freeze=false").send();
    assert_eq!(form.status, 415);
    let shown = server.ask("GET", CLOCK).send().ok(200);
    assert_eq!(shown, shows(NEW_YEAR, true));
}

#[test]
fn the_clock_stops_at_the_end_of_its_range() {
    let server = start();
    for (set, last) in [
        ("9999-01-01T00:00:00Z", "9999-01-01T00:00:00Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:0"),
    ] {
        change(&server, json!({"set": set}));
        let shown = server.ask("GET", CLOCK).send().ok(200)["now"].to_string();
        assert!(shown.trim_matches('"').starts_with(last), "{shown}");
        // Everything that computes with the time still works.
        let token = protect(&server, NOTEBOOK);
        let path = format!("/shared/{token}");
        assert!(is_open(&server, &path, &unlock(&server, &path)));
        server
            .post(&format!("{NOTEBOOK}/refresh"), json!({}))
            .ok(200);
        let key = json!({"label": set, "scopes": ["endpoint:read"]});
        server
            .post("/api/projects/1/project_secret_api_keys/", key)
            .ok(201);
        let visitor = Visitor::new(&server);
        visitor.ask("GET", "/api/users/@me/").send().ok(200);
        server
            .get("/api/projects/1/activity_log?date_from=-30d")
            .ok(200);
        server.get("/api/projects/1/session_recordings/").ok(200);
        let event = json!({"api_key": "phc_main", "event": set, "distinct_id": "d"});
        server.ask("POST", "/e/").json(event).send().ok(200);
        server.get("/api/projects/1/events/").ok(200);
        server
            .patch(
                NOTEBOOK,
                json!({"enabled": false, "password_required": false}),
            )
            .ok(200);
    }
}

#[test]
fn without_lab_mode_there_is_no_clock_to_change() {
    let server = Server::start();
    for method in ["GET", "POST", "DELETE"] {
        assert_eq!(server.ask(method, CLOCK).send().status, 404, "{method}");
    }
}

#[test]
fn what_is_created_has_the_time_and_the_ids_of_the_clock() {
    let server = start_frozen(&[]);
    let seeded = server.get("/api/projects/1/insights/1/").ok(200);
    assert_eq!(seeded["created_at"], NEW_YEAR, "a seed file is read then");
    change(&server, json!({"advance": "36h"}));
    let then = "2030-01-02T12:00:00Z";
    let made = server
        .post(
            "/api/projects/1/event_definitions/",
            json!({"name": "made"}),
        )
        .ok(201);
    assert_eq!(made["updated_at"], then);
    // The first 48 bits of the id are the milliseconds since 1970.
    let id = made["id"].as_str().unwrap().replace('-', "");
    let milliseconds = i64::from_str_radix(&id[..12], 16).unwrap();
    assert_eq!(Timestamp(milliseconds * 1_000).to_string(), then);
    let flags = server
        .ask("POST", "/flags/?v=2")
        .json(json!({"token": "phc_main", "distinct_id": "d"}));
    let flags = flags.send().ok(200);
    let request = flags["requestId"].as_str().unwrap();
    assert_eq!(request[..13].replace('-', ""), id[..12]);
    assert_eq!(&request[14..15], "7", "{request}");
    let log = server
        .get("/api/projects/1/activity_log?scope=EventDefinition")
        .ok(200);
    assert_eq!(log["results"][0]["created_at"], then);
    let dashboard = server.post("/api/projects/1/dashboards/", json!({"name": "made"}));
    assert_eq!(dashboard.ok(201)["created_at"], then);
    server.patch(NOTEBOOK, json!({"enabled": true})).ok(200);
    assert_eq!(server.get(NOTEBOOK).ok(200)["created_at"], then);
}

#[test]
fn what_is_created_in_one_moment_is_listed_in_its_order() {
    let server = start_frozen(&[]);
    let names: Vec<_> = (0..20).map(|number| format!("made {number}")).collect();
    let ids: Vec<_> = names
        .iter()
        .map(|name| {
            let made = server.post("/api/projects/1/event_definitions/", json!({"name": name}));
            made.ok(201)["id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert!(ids.is_sorted(), "{ids:#?}");
    let log = server
        .get("/api/projects/1/activity_log?scope=EventDefinition&limit=20")
        .ok(200);
    let log = log["results"].as_array().unwrap().iter().rev();
    let logged: Vec<_> = log
        .map(|line| line["detail"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(logged, names);
}

#[test]
fn events_happen_by_the_clock() {
    let server = start_frozen(&[]);
    // Each event has a name of its own, by which its time is found.
    let mut count = 0;
    let mut capture_at = |event: Value, sent_at: &str| {
        count += 1;
        let mut body = json!({"distinct_id": "d", "event": format!("event-{count}")});
        for (name, value) in event.as_object().unwrap() {
            body[name] = value.clone();
        }
        let path = format!(
            "/api/projects/1/events/?event={}",
            body["event"].as_str().unwrap()
        );
        let batch = json!({"api_key": "phc_main", "batch": [body], "sent_at": sent_at});
        server.ask("POST", "/batch/").json(batch).send().ok(200);
        let events = server.get(&path).ok(200);
        events["results"][0]["timestamp"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    // The sender's clock is put right by the server's.
    let late = json!({"timestamp": "2026-05-05T10:00:00Z"});
    assert_eq!(
        capture_at(late, "2026-05-05T10:00:30Z"),
        "2029-12-31T23:59:30Z"
    );
    let mut capture = |event: Value| capture_at(event, NEW_YEAR);
    assert_eq!(capture(json!({})), "2030-01-01T00:00:00Z");
    let future = json!({"timestamp": "2030-01-02T00:00:00Z"});
    assert_eq!(capture(future), "2030-01-01T00:00:00Z", "too far ahead");
    capture(json!({"event": "sent"}));
    let path = "/api/projects/1/event_definitions/by_name?name=sent";
    assert_eq!(server.get(path).ok(200)["last_seen_at"], NEW_YEAR);
    for (advance, seen) in [
        ("59m", "2030-01-01T00:00:00Z"),
        ("2m", "2030-01-01T01:01:00Z"),
        ("-1d", "2030-01-01T01:01:00Z"),
    ] {
        change(&server, json!({"advance": advance}));
        capture(json!({"event": "sent"}));
        assert_eq!(server.get(path).ok(200)["last_seen_at"], seen, "{advance}");
    }
    // The newer protocol.
    let ask = server.ask("POST", "/i/v1/analytics/events").key("phc_main");
    let ask = ask
        .header("posthog-sdk-info", "posthog-python/7.91.1")
        .header("posthog-attempt", "1")
        .header("posthog-request-id", "0190a1b2-0000-7000-8000-000000000001")
        .header("posthog-request-timestamp", "2026-11-23T04:00:00+00:00");
    let event = json!({
        "event": "newer", "uuid": "cb4cc75e-eebc-471a-9ac1-000000000001", "distinct_id": "d",
        "timestamp": "2026-11-23T03:59:50+00:00", "properties": {},
    });
    let batch = json!({"created_at": "2026-11-23T04:00:00+00:00", "batch": [event]});
    ask.json(batch).send().ok(200);
    let events = server.get("/api/projects/1/events/?event=newer").ok(200);
    assert_eq!(events["results"][0]["timestamp"], "2029-12-31T01:00:50Z");
}

#[test]
fn the_last_use_of_a_key_follows_the_clock_and_does_not_go_back() {
    let server = start_frozen(&[]);
    let used = || {
        let key = server.get("/api/personal_api_keys/@current").ok(200);
        key["last_used_at"].clone()
    };
    // A use is noted in passing, on a busy machine a little later.
    let wait_for = |last: &str| {
        let start = Instant::now();
        while used() != last {
            assert!(start.elapsed() < Duration::from_secs(10), "{}", used());
        }
    };
    wait_for(NEW_YEAR);
    for (advance, last) in [
        ("59m", NEW_YEAR),
        ("2m", "2030-01-01T01:01:00Z"),
        ("-10d", "2030-01-01T01:01:00Z"),
    ] {
        change(&server, json!({"advance": advance}));
        used();
        wait_for(last);
        assert_eq!(used(), last, "{advance}");
    }
}

#[test]
fn the_grace_of_an_old_link_ends_by_the_clock() {
    let server = start_frozen(&[]);
    let old = share(&server, NOTEBOOK);
    server
        .post(&format!("{NOTEBOOK}/refresh"), json!({}))
        .ok(200);
    let status = |advance: &str| {
        change(&server, json!({"advance": advance}));
        server.ask("GET", &format!("/shared/{old}")).send().status
    };
    assert_eq!([status("0s"), status("4m59s")], [200, 200]);
    assert_eq!(status("1s"), 404);
    assert_eq!(status("-1s"), 200, "and begins again");
}

#[test]
fn sessions_of_the_admin_page_end_by_the_clock() {
    let server = start_frozen(&[]);
    let visitor = Visitor::new(&server);
    let me = || visitor.ask("GET", "/api/users/@me/").send().status;
    let keys = visitor.ask("GET", "/api/personal_api_keys/").send().ok(200);
    let key = format!(
        "/api/personal_api_keys/{}/",
        keys[0]["id"].as_str().unwrap()
    );
    let keys = || {
        let ask = visitor.ask("PATCH", &key).json(json!({"label": "x"}));
        ask.send().status
    };
    let after = |advance: &str| {
        change(&server, json!({"advance": advance}));
        (me(), keys())
    };
    assert_eq!(after("2h"), (200, 200));
    assert_eq!(after("1s"), (200, 403), "keys need a new sign-in");
    assert_eq!(after("13d21h59m58s"), (200, 403));
    assert_eq!(after("1s"), (401, 401));
}

#[test]
fn the_link_to_the_admin_page_ends_by_the_clock() {
    for (advance, location) in [("23h59m59s", "/admin/"), ("24h", "/admin/#/link-used")] {
        let server = start_frozen(&[]);
        let link = link(&server);
        change(&server, json!({"advance": advance}));
        let path = link.strip_prefix(&server.url).unwrap();
        let opened = server.ask("GET", path).send();
        assert_eq!(opened.header("location"), location, "{advance}");
    }
}

#[test]
fn sessions_at_protected_shares_end_by_the_clock() {
    let server = start_frozen(&[]);
    let path = format!("/shared/{}", protect(&server, INSIGHT));
    let session = unlock(&server, &path);
    let cookie = submit(&server, &path, PASSWORD);
    let cookie = cookie.header("set-cookie");
    assert!(
        cookie.contains("; expires=Wed, 02 Jan 2030 00:00:00 GMT;"),
        "{cookie}"
    );
    change(&server, json!({"advance": "23h59m59s"}));
    assert!(is_open(&server, &path, &session));
    change(&server, json!({"advance": "1s"}));
    assert!(!is_open(&server, &path, &session));
}

#[test]
fn rate_limits_count_the_time_of_the_clock() {
    let server = start_frozen(&["--rate-limit", "2/4"]);
    let wait = || {
        let answer = server.get("/api/projects/1/property_definitions/");
        match answer.status {
            429 => answer.header("retry-after").to_owned(),
            status => status.to_string(),
        }
    };
    let after = |body: Value| {
        change(&server, body);
        wait()
    };
    assert_eq!([wait(), wait(), wait()], ["200", "200", "60"]);
    assert_eq!(after(json!({"advance": 59.5})), "1");
    assert_eq!(after(json!({"advance": 0.5})), "200");
    assert_eq!([wait(), wait()], ["200", "3540"], "the hour is full");
    // Moving the clock back neither prolongs a limit nor lifts it.
    assert_eq!(after(json!({"set": "2001-01-01T00:00:00Z"})), "3540");
    assert_eq!(after(json!({"advance": "59m"})), "200");
    assert_eq!([wait(), wait()], ["200", "60"]);
    // A great step counts like one of the longest window.
    assert_eq!(after(json!({"set": "9000-01-01T00:00:00Z"})), "200");
    for _ in 0..50 {
        change(&server, json!({"set": "1970-01-01T00:00:00Z"}));
        change(&server, json!({"set": "9999-01-01T00:00:00Z"}));
    }
    assert_eq!([wait(), wait(), wait()], ["200", "200", "60"]);
    // A clock that runs again counts on.
    let left: u32 = after(json!({"freeze": false})).parse().unwrap();
    assert!((50..=60).contains(&left), "{left}");
}

#[test]
fn limits_on_guesses_count_the_time_of_the_clock() {
    let server = start_frozen(&[]);
    let path = format!("/shared/{}", protect(&server, INSIGHT));
    let guess = || submit(&server, &path, "wrong").status;
    let sign_in = || login(&server, json!({"secret": "guess"})).status;
    for _ in 0..10 {
        assert_eq!([guess(), sign_in()], [401, 401]);
    }
    assert_eq!([guess(), sign_in()], [429, 429]);
    change(&server, json!({"advance": "59s"}));
    assert_eq!([guess(), sign_in()], [429, 429]);
    change(&server, json!({"advance": "1s"}));
    assert_eq!([guess(), sign_in()], [401, 401]);
}
