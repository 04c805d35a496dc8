//! `GET /api/projects/:project_id/refused_events/`: why events did not arrive.

use serde_json::{Value, json};

use crate::{
    capture_v1::{ask, batch, event},
    harness::Server,
};

const REFUSED: &str = "/api/projects/1/refused_events/";

/// Sends `body` to a path of the older protocol; returns the status.
fn send(server: &Server, path: &str, body: &str) -> u16 {
    let ask = server.ask("POST", path);
    ask.body("application/json", body.as_bytes()).send().status
}

fn list(server: &Server, path: &str) -> Vec<Value> {
    let list = server.get(path).ok(200);
    let shown = list["results"].as_array().unwrap().clone();
    assert_eq!(list["count"], shown.len());
    shown
}

/// Reason, name, distinct id and how often, of each.
fn told(shown: &[Value]) -> Vec<Value> {
    let told = |event: &Value| {
        json!([
            event["reason"],
            event["event"],
            event["distinct_id"],
            event["times"]
        ])
    };
    shown.iter().map(told).collect()
}

#[test]
fn a_refused_request_is_listed_with_the_event_that_is_to_blame() {
    let server = Server::start();
    assert_eq!(list(&server, REFUSED), [] as [Value; 0]);
    let nameless = r#"{"api_key": "phc_main", "batch": [{"event": "fine", "distinct_id": "a"}, {"event": "", "distinct_id": "b"}]}"#;
    let nobody = r#"{"api_key": "phc_main", "event": "paid", "properties": {"plan": "pro"}}"#;
    let elsewhere = r#"{"api_key": "phc_side", "event": "secret", "properties": {}}"#;
    assert_eq!(send(&server, "/batch/", nameless), 400);
    assert_eq!(send(&server, "/capture/", nobody), 400);
    assert_eq!(send(&server, "/capture/", nobody), 400);
    assert_eq!(send(&server, "/capture/", elsewhere), 400);
    let shown = list(&server, REFUSED);
    let reasons = [
        "event submitted without a distinct_id",
        "event submitted with an empty event name",
    ];
    assert_eq!(
        told(&shown),
        [
            json!([reasons[0], "paid", null, 2]),
            json!([reasons[1], "", "b", 1])
        ]
    );
    assert_eq!(shown[0]["sent"], nobody);
    assert_eq!(shown[0]["project"], 1);
    assert!(shown[0]["timestamp"].as_str().unwrap().ends_with('Z'));
    let page = server.get(&format!("{REFUSED}?limit=1&offset=1")).ok(200);
    assert_eq!(
        (&page["count"], &page["results"][0]),
        (&json!(2), &shown[1])
    );
    let other = list(&server, "/api/projects/2/refused_events/");
    assert_eq!(told(&other), [json!([reasons[0], "secret", null, 1])]);
}

#[test]
fn what_no_project_can_be_named_for_is_listed_for_all_without_its_content() {
    let server = Server::start();
    assert_eq!(send(&server, "/capture/", "{broken"), 400);
    let unknown = r#"{"api_key": "phc_not_of_this_server", "event": "secret", "distinct_id": "d"}"#;
    assert_eq!(send(&server, "/capture/", unknown), 200);
    let key = r#"{"api_key": "phx_ada", "event": "secret", "distinct_id": "d"}"#;
    assert_eq!(send(&server, "/capture/", key), 401);
    for project in [1, 2] {
        let shown = list(&server, &format!("/api/projects/{project}/refused_events/"));
        let text = json!(shown).to_string();
        assert!(
            !text.contains("secret") && !text.contains("phx_ada"),
            "{text}"
        );
        assert!(
            shown
                .iter()
                .all(|event| event["project"].is_null() && event["sent"].is_null())
        );
        let reasons: Vec<_> = shown
            .iter()
            .map(|event| event["reason"].as_str().unwrap())
            .collect();
        assert_eq!(
            reasons[..2],
            [
                "API key is not valid: personal_api_key",
                "no project has the token phc_not_of_t…: accepted and dropped"
            ]
        );
        assert!(
            reasons[2].starts_with("failed to parse request: "),
            "{reasons:?}"
        );
    }
}

#[test]
fn dropped_events_of_the_newer_protocol_are_listed_one_by_one() {
    let server = Server::start();
    let events = json!([
        event(1, json!({})),
        event(2, json!({"event": ""})),
        event(3, json!({"distinct_id": "anonymous"})),
    ]);
    ask(&server).json(batch(events)).send().ok(200);
    let shown = list(&server, REFUSED);
    assert_eq!(
        told(&shown),
        [
            json!(["malformed_distinct_id", "evt", "anonymous", 1]),
            json!(["missing_event_name", "", "user-1", 1]),
        ]
    );
    assert!(
        shown[0]["sent"]
            .as_str()
            .unwrap()
            .contains("\"plan\":\"pro\"")
    );
    let twice = json!([event(1, json!({})), event(1, json!({}))]);
    assert_eq!(ask(&server).json(batch(twice)).send().status, 400);
    let plain = server.ask("POST", "/i/v1/analytics/events").key("phc_main");
    assert_eq!(plain.json(json!({})).send().status, 400);
    let shown = told(&list(&server, REFUSED));
    assert!(
        shown[0][0]
            .as_str()
            .unwrap()
            .starts_with("request is missing required headers"),
        "{shown:?}"
    );
    assert!(
        shown[1][0]
            .as_str()
            .unwrap()
            .starts_with("duplicate event uuid"),
        "{shown:?}"
    );
}

#[test]
fn snapshots_of_recordings_are_listed_too() {
    let server = Server::start();
    let snapshot =
        r#"{"api_key": "phc_main", "event": "$snapshot", "distinct_id": "d", "properties": {}}"#;
    assert_eq!(send(&server, "/s/", snapshot), 400);
    let reason = "replay event submitted without session id";
    assert_eq!(told(&list(&server, REFUSED))[0][0], reason);
}

#[test]
fn a_flood_is_kept_within_bounds_and_nothing_where_events_are_not_kept() {
    let server = Server::start();
    let flood = |server: &Server| {
        for number in 0..130 {
            let padding = "x".repeat(4_000);
            let event = format!(
                r#"{{"api_key": "phc_main", "event": "e{number}", "properties": {{"a": "{padding}"}}}}"#
            );
            assert_eq!(send(server, "/capture/", &event), 400);
        }
    };
    flood(&server);
    let shown = list(&server, &format!("{REFUSED}?limit=1000"));
    assert_eq!((shown.len(), &shown[0]["event"]), (100, &json!("e129")));
    assert!(
        shown
            .iter()
            .all(|event| event["sent"].as_str().unwrap().len() < 2_100)
    );
    let server = Server::with(&["--keep-events", "0"]);
    flood(&server);
    assert_eq!(list(&server, REFUSED), [] as [Value; 0]);
}

#[test]
fn a_reset_of_the_lab_forgets_them() {
    let server = Server::with(&["--lab"]);
    assert_eq!(send(&server, "/capture/", "{broken"), 400);
    assert_eq!(list(&server, REFUSED).len(), 1);
    server.ask("POST", "/_lab/reset").send();
    assert_eq!(list(&server, REFUSED).len(), 0);
}
