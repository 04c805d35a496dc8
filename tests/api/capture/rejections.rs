use super::*;

/// Bodies in the order of the reference's table, with the status and the whole answer.
#[test]
fn every_reason_to_turn_a_request_away_is_told_in_plain_text() {
    let server = server();
    let shapeless =
        "failed to parse request: data did not match any variant of untagged enum RawRequest";
    let nameless =
        "failed to hydrate events from request: non-engage request missing event name attribute";
    let (no_token, no_id) = (
        "event submitted without an api_key",
        "event submitted without a distinct_id",
    );
    let long = format!(
        r#"{{"api_key": "{}", "event": "x", "distinct_id": "d"}}"#,
        "a".repeat(65)
    );
    for (body, status, text) in [
        ("", 400, "request missing data payload"),
        (
            "nope",
            400,
            "failed to parse request: expected ident at line 1 column 2",
        ),
        (
            "{",
            400,
            "failed to parse request: EOF while parsing an object at line 1 column 1",
        ),
        ("5", 400, shapeless),
        ("null", 400, shapeless),
        (
            r#"[{"event": "x", "distinct_id": "d", "api_key": "phc_main"}, {}]"#,
            400,
            shapeless,
        ),
        (r#"{"event": "x", "properties": null}"#, 400, shapeless),
        (r#"{"event": "x", "timestamp": 5}"#, 400, shapeless),
        ("{}", 400, nameless),
        (r#"{"batch": []}"#, 400, nameless),
        (
            r#"{"batch": [{"event": "x", "distinct_id": "d"}]}"#,
            400,
            nameless,
        ),
        (
            r#"{"api_key": "phc_main", "batch": [{"event": "x", "distinct_id": "d"}, {"event": 5}]}"#,
            400,
            nameless,
        ),
        ("[]", 400, "request holds no event"),
        (
            r#"{"api_key": "phc_main", "batch": []}"#,
            400,
            "request holds no event",
        ),
        (r#"[{"event": "$performance_event"}]"#, 200, OK),
        (r#"{"event": "x", "distinct_id": "d"}"#, 401, no_token),
        (r#"{"event": ""}"#, 401, no_token),
        (
            r#"[{"event": "", "api_key": "phc_main"}, {"event": "x"}, {"event": "x", "properties": {"token": "phc_side"}}]"#,
            401,
            "batch submitted with inconsistent api_key values",
        ),
        (
            r#"{"api_key": " ", "event": ""}"#,
            401,
            "API key is not valid: empty",
        ),
        (&long, 401, "API key is not valid: too_long"),
        (
            r#"{"api_key": "phc_ä", "event": "x"}"#,
            401,
            "API key is not valid: not_ascii",
        ),
        (
            r#"{"api_key": "phx_abc", "event": "x", "distinct_id": "d"}"#,
            401,
            "API key is not valid: personal_api_key",
        ),
        (
            r#"{"api_key": "a\u0000b", "event": "x"}"#,
            401,
            "API key is not valid: null_byte",
        ),
        (
            r#"{"api_key": "phc_main", "event": ""}"#,
            400,
            "event submitted with an empty event name",
        ),
        (
            r#"{"api_key": "phc_main", "event": "x", "properties": {"$cookieless_mode": 1}}"#,
            400,
            no_id,
        ),
        (
            r#"{"api_key": "phc_main", "event": "x", "distinct_id": "d", "properties": {"$cookieless_mode": "yes"}}"#,
            400,
            "event submitted with invalid cookieless mode",
        ),
        (
            r#"{"api_key": "phc_main", "event": "x", "distinct_id": " \n"}"#,
            400,
            no_id,
        ),
        (
            r#"{"api_key": "phc_main", "event": "x", "distinct_id": null, "properties": {}}"#,
            400,
            no_id,
        ),
        (
            r#"{"api_key": "phc_main", "batch": [{"event": "x"}, {"event": "", "distinct_id": "d"}]}"#,
            400,
            no_id,
        ),
    ] {
        let answer = server
            .ask("POST", "/e/")
            .body("application/json", body)
            .send();
        assert_eq!((answer.status, &*answer.text), (status, text), "{body}");
        let kind = if status == 200 {
            "application/json"
        } else {
            "text/plain; charset=utf-8"
        };
        assert_eq!(answer.header("content-type"), kind, "{body}");
    }
    assert_eq!(properties(&server, "event"), [""; 0]);
}

#[test]
fn one_bad_event_keeps_all_out() {
    let server = server();
    let batch = json!([event("good", json!({"a": 1})), event("", json!({}))]);
    let answer = send(&server, json!({"api_key": "phc_main", "batch": batch}));
    assert_eq!(
        (answer.status, &*answer.text),
        (400, "event submitted with an empty event name")
    );
    assert_eq!(properties(&server, "event"), [""; 0]);
    assert!(!seen(&server, "good", "a"));
}

#[test]
fn an_event_whose_uuid_is_none_keeps_all_out() {
    let server = server();
    let nameless =
        "failed to hydrate events from request: non-engage request missing event name attribute";
    let good = event("good", json!({"a": 1}));
    for uuid in [
        json!("50172"),
        json!("no uuid"),
        json!(" "),
        json!("0197c0de-7777-7000-8000-00000000000g"),
        json!(50172),
        json!({}),
        json!(true),
    ] {
        let bad = json!({"event": "bad", "distinct_id": "d", "uuid": uuid, "token": "phc_main"});
        let mut other = good.clone();
        other["token"] = json!("phc_main");
        for (path, body) in [
            (
                "/batch/",
                json!({"api_key": "phc_main", "batch": [good, bad]}),
            ),
            (
                "/batch/",
                json!({"api_key": "phc_main", "batch": [bad, good], "historical_migration": true}),
            ),
            ("/e/", json!([other, bad])),
            ("/i/v0/e/", json!([bad])),
            ("/capture/", bad.clone()),
            ("/track/", bad.clone()),
            (
                "/engage/",
                json!({"token": "phc_main", "distinct_id": "d", "$set": {"a": 1}, "uuid": uuid}),
            ),
            // Not an object without a name either, which would be an event there.
            (
                "/engage/",
                json!({"token": "phc_main", "distinct_id": "d", "$set": {"a": 1}, "batch": [good, bad]}),
            ),
            (
                "/e/",
                json!([{"event": "$performance_event", "uuid": uuid}]),
            ),
            (
                "/s/",
                json!({"api_key": "phc_main", "batch": [{"event": "$snapshot", "distinct_id": "d", "uuid": uuid,
                "properties": {"$session_id": "s", "$snapshot_data": []}}]}),
            ),
        ] {
            let answer = server.ask("POST", path).json(body.clone()).send();
            assert_eq!(
                (answer.status, &*answer.text),
                (400, nameless),
                "{path} {body}"
            );
            assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        }
    }
    assert_eq!(properties(&server, "event"), [""; 0]);
    assert_eq!(properties(&server, "person"), [""; 0]);
    assert_eq!(server.get("/api/projects/1/events/").ok(200)["count"], 0);
    // It has the shape of no event, which is found before its token is missed.
    let answer = server
        .ask("POST", "/e/")
        .json(json!({"event": "x", "uuid": "x"}))
        .send();
    assert_eq!((answer.status, &*answer.text), (400, nameless));
    // Missing, null and empty ones are made up; every way to write one is understood.
    for (index, uuid) in [
        json!(null),
        json!(""),
        json!("0197c0de-7777-7000-8000-000000000abc"),
        json!("0197C0DE777770008000000000000ABD"),
        json!("{0197c0de-7777-7000-8000-000000000abe}"),
        json!("urn:uuid:0197c0de-7777-7000-8000-000000000abf"),
    ]
    .into_iter()
    .enumerate()
    {
        capture(
            &server,
            json!([{"event": format!("fine{index}"), "distinct_id": "d", "uuid": uuid}]),
        );
    }
    let list = server.get("/api/projects/1/events/?search=fine").ok(200);
    let ids = list["results"].as_array().unwrap().iter();
    let ids: Vec<_> = ids
        .map(|event| event["id"].as_str().unwrap())
        .take(4)
        .collect();
    let end = |end: &str| format!("0197c0de-7777-7000-8000-000000000{end}");
    assert_eq!(ids, ["abf", "abe", "abd", "abc"].map(end));
}

#[test]
fn an_unknown_token_is_answered_and_forgotten_with_one_warning() {
    let server = server();
    for token in [
        "phc_stranger",
        "phc_stranger",
        " phc_stranger ",
        "phs_other",
    ] {
        let answer = send(
            &server,
            json!({"api_key": token, "batch": [event("x", json!({"a": 1}))]}),
        );
        assert_eq!((answer.status, &*answer.text), (200, OK), "{token}");
    }
    // What is no token of a project may be a secret.
    let answer = send(
        &server,
        json!({"api_key": "phx_somebodyssecret", "batch": [event("x", json!({}))]}),
    );
    assert_eq!(answer.status, 401);
    let log = server.log();
    let count = |text: &str| log.matches(text).count();
    assert_eq!(count("no project has the token"), 2, "{log}");
    assert_eq!(
        count("no project has the token \"phc_stranger\""),
        1,
        "{log}"
    );
    assert_eq!(count("phx_") + count("other"), 0, "{log}");
    assert_eq!(properties(&server, "event"), [""; 0]);
}

#[test]
fn a_name_is_needed_except_where_people_are_told_of() {
    let server = server();
    let body = json!({"token": "phc_main", "distinct_id": "d", "$set": {"plan": "pro"}, "properties": {"a": 1}});
    for path in PATHS {
        let answer = server.ask("POST", path).json(body.clone()).send();
        assert_eq!(
            answer.status,
            if path == "/engage" { 200 } else { 400 },
            "{path}"
        );
    }
    assert!(seen(&server, "$identify", "a"));
    assert_eq!(properties(&server, "person"), ["plan String"]);
}
