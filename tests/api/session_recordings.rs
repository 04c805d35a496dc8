//! `/api/projects/:project_id/session_recordings/`: reference `resources.md` 4.

use serde_json::{Value, json};

use crate::harness::{Answer, Server};

const RECORDINGS: &str = "/api/projects/1/session_recordings/";

/// Ada's two projects with their recordings, and Mel who sees the first project and looked at `rec-0`.
fn server() -> Server {
    let seed = include_str!("session_recordings.json");
    Server::seeded(&serde_json::from_str(seed).unwrap(), &[])
}

#[track_caller]
fn missing(answer: &Answer) {
    answer.not_found("Recording not found");
}

fn ids(list: &Value) -> Vec<&str> {
    let rows = list["results"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

#[test]
fn a_recording_is_shown_with_all_its_keys_in_order() {
    let server = server();
    let expected = json!({
        "id": "rec-1", "distinct_id": "user-1", "viewed": false, "viewers": [], "recording_duration": 61, "active_seconds": 61,
        "inactive_seconds": 0, "start_time": "2026-01-02T03:40:00Z", "end_time": "2026-01-02T03:41:01.500000Z", "click_count": 3,
        "keypress_count": 1, "mouse_activity_count": 12, "console_log_count": 4, "console_warn_count": 5, "console_error_count": 6,
        "start_url": "http://localhost/", "person": null, "retention_period_days": 30, "expiry_time": "2026-02-01T03:40:00Z",
        "recording_ttl": 0, "snapshot_source": "web", "snapshot_library": "posthog-js", "ongoing": false, "activity_score": null,
        "external_references": []
    });
    let shown = server.get(&format!("{RECORDINGS}rec-1/"));
    let ttl = shown.body["recording_ttl"]
        .as_i64()
        .expect("a number of days");
    assert!((0..=30).contains(&ttl));
    let mut same = shown.body.clone();
    same["recording_ttl"] = json!(0);
    assert_eq!(same.to_string(), expected.to_string());
    assert_eq!(server.get(&format!("{RECORDINGS}rec-1")).text, shown.text);
    assert_eq!(server.get(RECORDINGS).ok(200)["results"][1], shown.body);
}

#[test]
fn a_fresh_recording_is_ongoing_and_lives_its_whole_time() {
    let server = Server::start();
    let shown = server.get(&format!("{RECORDINGS}rec-main/")).ok(200);
    assert_eq!(
        (
            &shown["id"],
            &shown["distinct_id"],
            &shown["recording_duration"],
            &shown["snapshot_source"]
        ),
        (
            &json!("rec-main"),
            &json!("visitor-1"),
            &json!(0),
            &json!("web")
        )
    );
    assert_eq!(
        (&shown["ongoing"], &shown["recording_ttl"]),
        (&json!(true), &json!(30))
    );
}

#[test]
fn what_is_not_there_or_elsewhere_is_not_found() {
    let server = Server::start();
    for path in [
        format!("{RECORDINGS}nothing/"),
        format!("{RECORDINGS}rec-side/"),
        format!("{RECORDINGS}{}/", "x".repeat(300)),
        "/api/projects/2/session_recordings/rec-main/".into(),
    ] {
        missing(&server.get(&path));
        missing(&server.patch(&path, json!({"viewed": true})));
        missing(&server.patch(&path, json!({}))); // 404 before 400
        missing(&server.delete(&path));
    }
    server.get(&format!("{RECORDINGS}rec-main/")).ok(200);
}

#[test]
fn a_recording_that_only_a_share_knows_is_not_shown() {
    let server = Server::start();
    server
        .patch(
            &format!("{RECORDINGS}future/sharing/"),
            json!({"enabled": true}),
        )
        .ok(200);
    missing(&server.get(&format!("{RECORDINGS}future/")));
    missing(&server.delete(&format!("{RECORDINGS}future/")));
    assert_eq!(ids(&server.get(RECORDINGS).ok(200)), ["rec-main"]);
}

#[test]
fn ids_are_unique_within_a_project_only() {
    let server = server();
    let side = "/api/projects/2/session_recordings/rec-1/";
    assert_eq!(server.get(side).ok(200)["recording_duration"], 9);
    server.delete(side).ok(204);
    assert_eq!(
        server.get(&format!("{RECORDINGS}rec-1/")).ok(200)["recording_duration"],
        61
    );
}

#[test]
fn the_list_has_an_envelope_of_its_own_and_starts_with_the_newest() {
    let server = server();
    let list = server.get(RECORDINGS).ok(200);
    let keys: Vec<_> = list.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["results", "has_next", "version"]);
    assert_eq!(
        (&list["has_next"], &list["version"]),
        (&json!(false), &json!(4))
    );
    let rows: [(&str, &[&str], bool); 14] = [
        ("", &["rec-2", "rec-1", "rec-0"], false),
        ("limit=2", &["rec-2", "rec-1"], true),
        ("limit=2&offset=1", &["rec-1", "rec-0"], false),
        ("limit=1&offset=1", &["rec-1"], true),
        ("limit=3", &["rec-2", "rec-1", "rec-0"], false),
        ("offset=9", &[], false),
        ("limit=0&offset=-1", &["rec-2", "rec-1", "rec-0"], false),
        (
            "session_ids=%5B%22rec-0%22,%22rec-2%22,%22none%22%5D",
            &["rec-2", "rec-0"],
            false,
        ),
        ("session_ids=%5B%5D", &[], false),
        ("session_ids=", &["rec-2", "rec-1", "rec-0"], false),
        ("date_from=2026-01-01", &["rec-2", "rec-1"], false),
        (
            "date_from=2026-01-01&date_to=2026-01-02T12:00",
            &["rec-1"],
            false,
        ),
        (
            "date_from=2025-12-31T23:00:00Z",
            &["rec-2", "rec-1", "rec-0"],
            false,
        ),
        ("nonsense=1", &["rec-2", "rec-1", "rec-0"], false),
    ];
    for (query, expected, more) in rows {
        let list = server.get(&format!("{RECORDINGS}?{query}")).ok(200);
        assert_eq!(
            (ids(&list), &list["has_next"]),
            (expected.to_vec(), &json!(more)),
            "{query}"
        );
    }
    for (text, code, detail, attr) in [
        (
            "rec-1",
            "invalid_input",
            "Value must be valid JSON.",
            "session_ids",
        ),
        (
            "%22rec-1%22",
            "not_a_list",
            "Expected a list of items but got type \"str\".",
            "session_ids",
        ),
        (
            "%5B%5B%5D%5D",
            "invalid_input",
            "Not a valid string.",
            "session_ids__0",
        ),
    ] {
        server
            .get(&format!("{RECORDINGS}?session_ids={text}"))
            .invalid(code, detail, attr);
    }
    server.get(&format!("{RECORDINGS}?date_from=soon")).invalid(
        "invalid_input",
        "Enter a date such as 2025-04-23 or -7d.",
        "date_from",
    );
}

#[test]
fn who_viewed_a_recording_is_remembered() {
    let server = server();
    let path = format!("{RECORDINGS}rec-1/");
    for body in [
        json!({"viewed": true}),
        json!({"viewed": "yes", "durations": {"a": 1}}),
        json!({"analyzed": true}),
    ] {
        let answer = server.patch(&path, body);
        assert_eq!((answer.status, &*answer.text), (200, r#"{"success":true}"#));
    }
    let as_ada = server.get(&path).ok(200);
    assert_eq!(
        (&as_ada["viewed"], &as_ada["viewers"]),
        (&json!(true), &json!([]))
    );
    let as_mel = || server.ask("GET", &path).key("phx_mel").send().ok(200);
    assert_eq!(
        (&as_mel()["viewed"], &as_mel()["viewers"]),
        (&json!(false), &json!(["ada@example.com"]))
    );
    assert_eq!(
        server.get(&format!("{RECORDINGS}rec-2/")).ok(200)["viewed"],
        false
    );
    assert_eq!(
        server
            .get("/api/projects/2/session_recordings/rec-1/")
            .ok(200)["viewed"],
        false
    );

    server
        .ask("PUT", &path)
        .key("phx_mel")
        .form("viewed=1")
        .send()
        .ok(200);
    assert_eq!(
        (&as_mel()["viewed"], &as_mel()["viewers"]),
        (&json!(true), &json!(["ada@example.com"]))
    );
    let list = server.get(RECORDINGS).ok(200);
    let seen = |index: usize| {
        (
            &list["results"][index]["viewed"],
            &list["results"][index]["viewers"],
        )
    };
    assert_eq!(seen(1), (&json!(true), &json!(["mel@example.com"])));
    assert_eq!(seen(2), (&json!(false), &json!(["mel@example.com"])));
}

#[test]
fn an_update_must_say_viewed_or_analyzed() {
    let server = server();
    let path = format!("{RECORDINGS}rec-1/");
    for body in [
        json!({}),
        json!({"viewed": false}),
        json!({"analyzed": false, "viewed": 0}),
        json!({"start_url": "x"}),
    ] {
        let detail = "At least one of 'viewed' or 'analyzed' must be provided.";
        server
            .patch(&path, body)
            .invalid("invalid_input", detail, None);
    }
    server.patch(&path, json!({"viewed": "perhaps"})).invalid(
        "invalid_input",
        "Must be a valid boolean.",
        "viewed",
    );
    server
        .patch(&path, json!({"analyzed": null, "viewed": true}))
        .invalid("null", "This field may not be null.", "analyzed");
    server
        .ask("PATCH", &path)
        .key("phx_read")
        .json(json!({"viewed": true}))
        .send()
        .denied("API key missing required scope 'session_recording:write'");
    assert_eq!(server.get(&path).ok(200)["viewed"], false);
}

#[test]
fn a_deleted_recording_is_gone_for_good() {
    let server = server();
    let path = format!("{RECORDINGS}rec-1/");
    let answer = server.delete(&path);
    assert_eq!((answer.status, &*answer.text), (204, ""));
    missing(&server.delete(&path));
    missing(&server.get(&path));
    missing(&server.patch(&path, json!({"viewed": true})));
    assert_eq!(ids(&server.get(RECORDINGS).ok(200)), ["rec-2", "rec-0"]);
    assert_eq!(
        server
            .get(&format!("{RECORDINGS}?session_ids=%5B%22rec-1%22%5D"))
            .ok(200)["results"],
        json!([])
    );
}
