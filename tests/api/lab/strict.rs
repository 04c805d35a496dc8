//! `--strict`: what a request sends without effect.

use serde_json::{Value, json};

use crate::harness::{Answer, Server};

const INSIGHTS: &str = "/api/projects/1/insights/";

fn warning(answer: &Answer) -> &str {
    answer.header("hoglet-warning")
}

fn warn() -> Server {
    Server::with(&["--lab", "--strict"])
}

fn refuse() -> Server {
    Server::with(&["--lab", "--strict=refuse"])
}

/// Checks the answer of `--strict=refuse`.
#[track_caller]
fn refused(answer: &Answer, warning: &str) {
    answer.invalid(
        "invalid_input",
        &format!("Refused by --strict: {warning}"),
        None,
    );
    assert_eq!(answer.header("hoglet-warning"), warning);
}

#[test]
fn what_is_read_gets_no_warning() {
    let server = warn();
    let made = server.post(
        INSIGHTS,
        json!({"name": "a", "description": "b", "tags": ["c"]}),
    );
    assert_eq!((made.status, warning(&made)), (201, ""));
    let one = format!("{INSIGHTS}{}/", made.body["id"]);
    let board = server
        .post("/api/projects/1/dashboards/", json!({"name": "a"}))
        .ok(201);
    let board = format!("/api/projects/1/dashboards/{}/", board["id"]);
    for answer in [
        server.get(&format!(
            "{INSIGHTS}?limit=1&offset=1&search=x&personal_api_key=phx_ada&format=json"
        )),
        server.patch(&one, json!({"name": "c", "deleted": false})),
        server
            .ask("PATCH", &board)
            .key("phx_ada")
            .form("name=x&tags[0]=y")
            .send(),
        server.get("/api/projects/1/property_definitions/?search=x&type=event&limit=3"),
        server
            .ask("GET", &one)
            .key("phx_ada")
            .json(json!({}))
            .send(),
        server
            .ask("GET", &one)
            .json(json!({"personal_api_key": "phx_ada"}))
            .send(),
        server.ask("GET", "/array/phc_main/config?v=1").send(),
        server
            .ask("POST", "/e/?ip=1&ver=1")
            .json(json!({"api_key": "phc_main", "event": "e", "distinct_id": "d"}))
            .send(),
    ] {
        assert_eq!(
            (answer.status, warning(&answer)),
            (200, ""),
            "{}",
            answer.text
        );
    }
}

#[test]
fn what_is_ignored_is_named() {
    let server = warn();
    let made = server.post(
        INSIGHTS,
        json!({"name": "a", "nmae": "b", "created_at": "2020-01-01", "id": 7}),
    );
    let text = "unknown field 'nmae'; read-only field 'created_at'; read-only field 'id'";
    assert_eq!((made.status, warning(&made)), (201, text));
    let one = format!("{INSIGHTS}{}/", made.body["id"]);
    let board = server
        .post("/api/projects/1/dashboards/", json!({"name": "a"}))
        .ok(201);
    let board = format!("/api/projects/1/dashboards/{}/", board["id"]);
    let body = json!({"x": 1});
    for (answer, expected) in [
        (
            server.get(&format!("{INSIGHTS}?serach=x&limit=1")),
            "unknown query parameter 'serach'",
        ),
        (
            server.patch(&one, json!({"short_id": "x"})),
            "read-only field 'short_id'",
        ),
        (
            server
                .ask("PATCH", &board)
                .key("phx_ada")
                .form("name=x&b[0]=y")
                .send(),
            "unknown field 'b[0]'",
        ),
        (
            server
                .ask("GET", &one)
                .key("phx_ada")
                .json(body.clone())
                .send(),
            "the body is not read",
        ),
        (
            server.get(&format!("{INSIGHTS}?%C3%A9=x")),
            "unknown query parameter '?'",
        ),
    ] {
        assert_eq!((answer.status, warning(&answer)), (200, expected));
    }
    // Errors say themselves what is wrong.
    let missing = server.patch(&format!("{INSIGHTS}999/"), json!({"x": 1}));
    assert_eq!((missing.status, warning(&missing)), (404, ""));
    let entry = server.ask("GET", "/_lab/requests/1/").send().ok(200);
    let texts: Vec<_> = text.split("; ").collect();
    assert_eq!(entry["warnings"], json!(texts));
    assert!(server.log().contains(text), "{}", server.log());
    let many: Vec<_> = (0..100)
        .map(|n| format!("{n}={}", "x".repeat(30)))
        .collect();
    let answer = server.get(&format!("{INSIGHTS}?{}", many.join("&")));
    assert!(warning(&answer).len() <= 1000 && answer.status == 200);
}

#[test]
fn events_that_are_dropped_are_named() {
    let server = warn();
    let long = "x".repeat(201);
    let event = |token: &str, properties: Value| {
        let event =
            json!({"api_key": token, "event": "e", "distinct_id": "d", "properties": properties});
        server.ask("POST", "/e/").json(event).send()
    };
    let unknown = event("phc_unknown", json!({}));
    assert_eq!(
        (unknown.status, warning(&unknown)),
        (200, "no project has this token: the events are dropped")
    );
    let dropped = event("phc_main", json!({&*long: 1}));
    assert!(
        warning(&dropped).contains("of the event 'e' is longer than 200 bytes: it defines nothing"),
        "{}",
        warning(&dropped)
    );
    let batch = json!({"created_at": "2026-01-01T00:00:00Z", "batch": [
        {"event": "e", "uuid": "0195f3a0-0000-4000-8000-0000000000aa", "timestamp": "2026-01-01T00:00:00Z"}]});
    let answer = v1(&server, batch.clone());
    let text = "event 0195f3a0-0000-4000-8000-0000000000aa is dropped: missing_distinct_id";
    assert_eq!((answer.status, warning(&answer)), (200, text));

    let server = refuse();
    let answer = v1(&server, batch);
    assert_eq!(
        (answer.status, &answer.body["error"]),
        (400, &json!("strict"))
    );
    assert_eq!(
        answer.body["error_description"],
        format!("Refused by --strict: {text}")
    );
    let event = json!({"api_key": "phc_main", "event": "e", "distinct_id": "d", "properties": {"a": 1, &*long: 1}});
    let answer = server.ask("POST", "/e/").json(event).send();
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.text,
        format!(
            "Refused by --strict: {}",
            warning(&answer).replace('?', "…")
        )
    );
    let definitions = server
        .get("/api/projects/1/event_definitions/?search=e&limit=1000")
        .ok(200);
    let names = definitions["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| found["name"].clone());
    assert!(
        !Vec::from_iter(names).contains(&json!("e")),
        "{definitions}"
    );
}

fn v1(server: &Server, batch: Value) -> Answer {
    let ask = server
        .ask("POST", "/i/v1/analytics/events/")
        .key("phc_main");
    let ask = ask
        .header("posthog-sdk-info", "posthog-python/7.0.0")
        .header("posthog-attempt", "1");
    let ask = ask
        .header("posthog-request-id", "r")
        .header("posthog-request-timestamp", "2026-01-01T00:00:00Z");
    ask.json(batch).send()
}

#[test]
fn refused_requests_change_nothing() {
    let server = refuse();
    let count = |path: &str| server.get(path).ok(200)["count"].as_i64().unwrap();
    let before = count(INSIGHTS);
    refused(
        &server.post(INSIGHTS, json!({"name": "a", "nmae": "b", "id": 1})),
        "unknown field 'nmae'; read-only field 'id'",
    );
    assert_eq!(count(INSIGHTS), before);
    let made = server.post(INSIGHTS, json!({"name": "a"})).ok(201);
    let one = format!("{INSIGHTS}{}/", made["id"]);
    refused(
        &server.patch(&one, json!({"name": "b", "created_by": null})),
        "read-only field 'created_by'",
    );
    refused(
        &server.patch(&format!("{one}?x=1"), json!({"name": "b"})),
        "unknown query parameter 'x'",
    );
    assert_eq!(server.get(&one).ok(200)["name"], "a");
    refused(
        &server.get(&format!("{INSIGHTS}?serach=x")),
        "unknown query parameter 'serach'",
    );

    let definitions = "/api/projects/1/event_definitions/";
    let event = server.post(definitions, json!({"name": "kept"})).ok(201);
    let event = format!("{definitions}{}/", event["id"].as_str().unwrap());
    let answer = server
        .ask("DELETE", &event)
        .key("phx_ada")
        .json(json!({"sure": true}))
        .send();
    refused(&answer, "the body is not read");
    assert_eq!(server.get(&event).status, 200);
    assert_eq!(server.delete(&event).status, 204);
    assert_eq!(server.get(&event).status, 404);
}

#[test]
fn strict_mode_needs_lab_mode_and_knows_its_words() {
    for arguments in [
        &["serve", "--strict"][..],
        &["serve", "--lab", "--strict=often"],
    ] {
        let output = crate::harness::hoglet(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let server = Server::with(&["--lab"]);
    assert_eq!(warning(&server.get(&format!("{INSIGHTS}?x=1"))), "");
}
