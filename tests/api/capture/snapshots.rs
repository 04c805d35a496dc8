use super::*;

fn post(server: &Server, body: Value) -> Answer {
    server.ask("POST", "/s/?ip=1").json(body).send()
}

fn snapshot(properties: Value) -> Value {
    json!({"event": "$snapshot", "distinct_id": "visitor-9", "properties": properties})
}

fn batch(events: Value) -> Value {
    json!({"api_key": "phc_main", "batch": events})
}

#[test]
fn snapshots_make_a_recording_and_define_nothing() {
    let server = server();
    let data = json!([
        {"type": 4, "timestamp": 1_795_405_202_000_i64, "data": {"href": "http://localhost/"}},
        {"type": 2, "timestamp": 1_795_405_201_000.5, "data": "compressed", "cv": "2024-10"},
    ]);
    let first = snapshot(json!({
        "$session_id": "0190-s", "$window_id": "w", "$lib": "web", "$snapshot_source": "mobile", "$snapshot_data": data,
    }));
    let second =
        snapshot(json!({"$snapshot_data": {"type": 3, "timestamp": 1_795_405_262_000_i64}}));
    let answer = post(&server, batch(json!([first, second])));
    assert_eq!((answer.status, &*answer.text), (200, OK));
    let shown = server
        .get("/api/projects/1/session_recordings/0190-s/")
        .ok(200);
    assert_eq!(shown["distinct_id"], "visitor-9");
    assert_eq!(shown["start_url"], "http://localhost/");
    assert_eq!(
        (&shown["snapshot_source"], &shown["snapshot_library"]),
        (&json!("mobile"), &json!("web"))
    );
    assert_eq!(shown["start_time"], "2026-11-23T03:40:01.000500Z");
    assert_eq!(shown["end_time"], "2026-11-23T03:41:02Z");
    assert_eq!(shown["recording_duration"], 60);
    // What comes later, or came earlier, widens it.
    let more = |at: i64, url: &str| {
        let data = json!([{"type": 4, "timestamp": at, "data": {"href": url}}]);
        post(
            &server,
            batch(json!([snapshot(
                json!({"$session_id": "0190-s", "$snapshot_data": data})
            )])),
        )
    };
    more(1_795_405_270_000, "http://localhost/late").ok(200);
    more(1_795_405_200_000, "http://localhost/early").ok(200);
    let shown = server
        .get("/api/projects/1/session_recordings/0190-s/")
        .ok(200);
    assert_eq!(
        (&shown["start_time"], &shown["end_time"]),
        (
            &json!("2026-11-23T03:40:00Z"),
            &json!("2026-11-23T03:41:10Z")
        )
    );
    assert_eq!(
        (&shown["start_url"], &shown["snapshot_source"]),
        (&json!("http://localhost/early"), &json!("mobile"))
    );
    assert_eq!(properties(&server, "event"), [""; 0]);
    assert!(!seen(&server, "$snapshot", "$session_id"));
}

#[test]
fn what_people_did_is_counted_over_all_requests() {
    let server = server();
    let incremental =
        |data: Value| json!({"type": 3, "timestamp": 1_795_600_002_000_i64, "data": data});
    let console = |level: &str| {
        json!({"type": 6, "timestamp": 1_795_600_002_000_i64,
        "data": {"plugin": "rrweb/console@1", "payload": {"level": level, "payload": ["x"]}}})
    };
    let data = json!([
        {"type": 5, "timestamp": 1_795_600_001_000_i64, "data": {"tag": "$pageview", "payload": {"href": "https://plants.example/basket"}}},
        {"type": 4, "timestamp": 1_795_600_001_500_i64, "data": {"href": "https://plants.example/later"}},
        incremental(json!({"source": 2, "type": 2, "id": 5, "x": 1, "y": 2})),
        incremental(json!({"source": 2, "type": 4, "id": 5})),
        incremental(json!({"source": 2, "type": 3, "id": 5})),
        incremental(json!({"source": 2, "type": 9, "id": 5})),
        incremental(json!({"source": 2, "type": 5, "id": 5})), // the focus
        incremental(json!({"source": 1, "positions": []})),
        incremental(json!({"source": 6, "positions": []})),
        incremental(json!({"source": 5, "text": "*", "id": 7})),
        incremental(json!({"source": 5, "text": "**", "id": 7})),
        incremental(json!({"source": 0, "texts": "packed"})),
        incremental(json!({"source": 3, "x": 1, "y": 2})),
        console("log"), console("info"), console("debug"), console("warn"), console("error"), console("assert"),
        {"type": 3, "data": {"source": 2, "type": 2}}, // without a time
    ]);
    let counts = || {
        let shown = server
            .get("/api/projects/1/session_recordings/0190-c/")
            .ok(200);
        let names = [
            "click_count",
            "keypress_count",
            "mouse_activity_count",
            "console_log_count",
            "console_warn_count",
            "console_error_count",
        ];
        assert_eq!(shown["start_url"], "https://plants.example/basket");
        names.map(|name| shown[name].as_i64().unwrap())
    };
    let request = |data: &Value| {
        let event = snapshot(json!({"$session_id": "0190-c", "$snapshot_data": data}));
        assert_eq!(post(&server, batch(json!([event]))).status, 200);
    };
    request(&data);
    assert_eq!(counts(), [4, 2, 7, 3, 1, 2]);
    request(&data);
    assert_eq!(counts(), [8, 4, 14, 6, 2, 4]);
    // A single snapshot, and two events in a request.
    let click = incremental(json!({"source": 2, "type": 2}));
    let event = |data: &Value| snapshot(json!({"$session_id": "0190-c", "$snapshot_data": data}));
    assert_eq!(
        post(
            &server,
            json!({"api_key": "phc_main", "batch": [event(&click), event(&json!([click, click]))]})
        )
        .status,
        200
    );
    assert_eq!(counts(), [11, 4, 17, 6, 2, 4]);
    // What is no snapshot hides none beside it.
    request(&json!([5, click, [], null, "x", {"timestamp": "x"}, click]));
    assert_eq!(counts(), [13, 4, 19, 6, 2, 4]);
    let list = server.get("/api/projects/1/session_recordings/").ok(200);
    assert_eq!(list["results"][0]["click_count"], 13);
}

#[test]
fn snapshots_without_a_time_do_not_make_a_recording_longer() {
    let server = server();
    let shown = |data: Value| {
        let event = snapshot(json!({"$session_id": "0190-t", "$snapshot_data": data}));
        assert_eq!(post(&server, batch(json!([event]))).status, 200);
        let shown = server
            .get("/api/projects/1/session_recordings/0190-t/")
            .ok(200);
        ["start_time", "end_time", "recording_duration"].map(|field| shown[field].clone())
    };
    let at = |second: i64| json!([{"type": 3, "timestamp": 1_795_405_668_000_i64 + 1000 * second}]);
    shown(at(0));
    let times = shown(at(5));
    assert_eq!(times[2], 5);
    for untimed in [json!([]), json!({}), json!([{"type": 3}, 5])] {
        assert_eq!(shown(untimed), times);
    }
    assert_eq!(shown(at(9))[2], 9);
}

#[test]
fn what_a_recording_says_of_itself_is_bounded() {
    let server = server();
    let long = "x".repeat(10_000);
    let event = snapshot(
        json!({"$session_id": "long", "$snapshot_source": long, "$lib": long,
        "$snapshot_data": [{"type": 4, "timestamp": 1, "data": {"href": long}}]}),
    );
    assert_eq!(post(&server, batch(json!([event]))).status, 200);
    let shown = server
        .get("/api/projects/1/session_recordings/long/")
        .ok(200);
    let length = |name: &str| shown[name].as_str().unwrap().len();
    assert_eq!(
        (
            length("snapshot_source"),
            length("snapshot_library"),
            length("start_url")
        ),
        (1_000, 1_000, 4_096)
    );
}

#[test]
fn a_recording_can_be_found_by_the_id_that_it_is_listed_with() {
    let server = server();
    let event = snapshot(json!({"$session_id": "a\u{0}b", "$snapshot_data": []}));
    post(&server, batch(json!([event]))).ok(200);
    let list = server.get("/api/projects/1/session_recordings/").ok(200);
    assert_eq!(list["results"][0]["id"], "a\u{fffd}b");
    let path = "/api/projects/1/session_recordings/a%EF%BF%BDb/";
    assert_eq!(server.get(path).ok(200)["id"], "a\u{fffd}b");
}

#[test]
fn a_deleted_recording_stays_deleted() {
    let server = server();
    let send = || {
        let event = snapshot(json!({"$session_id": "gone", "$snapshot_data": []}));
        post(&server, batch(json!([event]))).ok(200)
    };
    send();
    assert_eq!(
        server
            .delete("/api/projects/1/session_recordings/gone/")
            .status,
        204
    );
    send();
    server
        .get("/api/projects/1/session_recordings/gone/")
        .not_found("Recording not found");
}

#[test]
fn what_a_recording_lacks_is_told() {
    let server = server();
    for (properties, status, text) in [
        (
            json!({"$snapshot_data": []}),
            400,
            "replay event submitted without session id",
        ),
        (
            json!({"$session_id": 5, "$snapshot_data": []}),
            400,
            "replay event has invalid session id",
        ),
        (
            json!({"$session_id": "", "$snapshot_data": []}),
            400,
            "replay event has invalid session id",
        ),
        (
            json!({"$session_id": "x".repeat(101)}),
            400,
            "replay event has invalid session id",
        ),
        (
            json!({"$session_id": "s"}),
            400,
            "replay event submitted without snapshot data",
        ),
        (
            json!({"$session_id": "s", "$snapshot_data": "x"}),
            400,
            "replay event submitted without snapshot data",
        ),
        (
            json!({"$session_id": "x".repeat(100), "$snapshot_data": {}}),
            200,
            OK,
        ),
    ] {
        let answer = post(&server, batch(json!([snapshot(properties)])));
        assert_eq!((answer.status, &*answer.text), (status, text));
    }
    let nobody =
        json!({"event": "$snapshot", "properties": {"$session_id": "s", "$snapshot_data": []}});
    let answer = post(&server, batch(json!([nobody])));
    assert_eq!(
        (answer.status, &*answer.text),
        (400, "event submitted without a distinct_id")
    );
    let beacon = snapshot(json!({"$session_id": "s", "$snapshot_data": []}));
    assert_eq!(
        server
            .ask("POST", "/s?beacon=1")
            .json(batch(json!([beacon])))
            .send()
            .status,
        204
    );
    assert_eq!(post(&server, json!({})).status, 400);
}
