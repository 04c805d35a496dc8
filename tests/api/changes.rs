//! `GET /api/projects/:project_id/changes/`: a stream that says what has changed.

use serde_json::{Value, json};

use crate::{harness::Server, lab::streams::Client};

const CHANGES: &str = "/api/projects/1/changes/";
const KEY: &str = "authorization: Bearer phx_ada\r\naccept: text/event-stream\r\n";
const NOTEBOOK: &str = "/api/projects/1/notebooks/NoteMain1";

/// The topics of the next message.
#[track_caller]
fn next(client: &mut Client) -> Value {
    let message = client.next();
    assert_eq!((&*message.kind, &*message.id), ("", ""));
    serde_json::from_str::<Value>(&message.data).unwrap()["changed"].clone()
}

#[test]
fn each_topic_is_named_when_it_changes_in_this_project() {
    let server = Server::start();
    let mut client = Client::open(&server, CHANGES, KEY);
    // In the other project, and what only reads: nothing of it is heard.
    server
        .patch(
            "/api/projects/2/notebooks/NoteSide1/sharing",
            json!({"enabled": true}),
        )
        .ok(200);
    server.get(&format!("{NOTEBOOK}/sharing")).ok(200);
    let refused = json!({"enabled": "neither"});
    assert_eq!(
        server.patch(&format!("{NOTEBOOK}/sharing"), refused).status,
        400
    );
    let enabled = json!({"enabled": true});
    server
        .patch(&format!("{NOTEBOOK}/sharing"), enabled)
        .ok(200);
    assert_eq!(next(&mut client), json!(["shares"]));
    let end = json!({"expires_at": "2099-01-01T00:00:00Z"});
    let item = "/api/projects/1/sharing_configurations/notebook/NoteMain1/";
    server.patch(item, end).ok(200);
    assert_eq!(next(&mut client), json!(["shares"]));
    server
        .patch("/api/projects/1/insights/1", json!({"name": "Renamed"}))
        .ok(200);
    assert_eq!(next(&mut client), json!(["shares"]));
    let definition = "/api/projects/1/property_definitions/0195f3a0-0000-0000-8000-0000000000d1/";
    server
        .patch(definition, json!({"description": "What it is"}))
        .ok(200);
    assert_eq!(next(&mut client), json!(["definitions"]));
    let event = json!({"api_key": "phc_main", "event": "brand new", "distinct_id": "d"});
    server
        .ask("POST", "/capture/")
        .json(event.clone())
        .send()
        .ok(200);
    let mut topics = vec![next(&mut client)];
    while !topics
        .iter()
        .any(|some| some.as_array().unwrap().contains(&json!("events")))
    {
        topics.push(next(&mut client));
    }
    assert!(
        topics[0]
            .as_array()
            .unwrap()
            .contains(&json!("definitions")),
        "{topics:?}"
    );
    server.ask("POST", "/capture/").json(event).send().ok(200);
    assert_eq!(next(&mut client), json!(["events"]));
    let nameless = json!({"api_key": "phc_main", "event": "", "distinct_id": "d"});
    assert_eq!(
        server.ask("POST", "/capture/").json(nameless).send().status,
        400
    );
    assert_eq!(next(&mut client), json!(["refused_events"]));
}

#[test]
fn many_changes_are_few_messages() {
    let server = Server::start();
    let mut client = Client::open(&server, CHANGES, KEY);
    let start = std::time::Instant::now();
    for number in 0..60 {
        let event = json!({"api_key": "phc_main", "event": "signed up", "distinct_id": number});
        server.ask("POST", "/capture/").json(event).send().ok(200);
    }
    server
        .patch(&format!("{NOTEBOOK}/sharing"), json!({"enabled": true}))
        .ok(200);
    let mut messages = 1;
    while !next(&mut client)
        .as_array()
        .unwrap()
        .contains(&json!("shares"))
    {
        messages += 1;
    }
    // There is a pause of 200 ms after each.
    let most = start.elapsed().as_millis() / 200 + 2;
    assert!(messages <= most, "{messages} messages, {most} at most");
}

#[test]
fn it_needs_a_key_or_a_session_and_the_number_of_streams_is_limited() {
    let server = Server::start();
    let status = |key: &str| {
        let ask = server.ask("GET", CHANGES).key(key);
        ask.header("accept", "text/event-stream").send().status
    };
    assert_eq!(server.get(CHANGES).status, 406); // it would wait for the end
    assert_eq!(server.ask("GET", CHANGES).send().status, 401);
    assert_eq!(status("phx_wrong"), 401);
    let clients: Vec<_> = (0..64)
        .map(|_| Client::open(&server, CHANGES, KEY))
        .collect();
    assert_eq!(status("phx_ada"), 503);
    drop(clients);
    // The server notices that they are gone when it writes to them.
    let started = std::time::Instant::now();
    loop {
        let event = json!({"api_key": "phc_main", "event": "signed up", "distinct_id": "d"});
        server.ask("POST", "/capture/").json(event).send().ok(200);
        let client = Client::open(&server, CHANGES, KEY);
        if client.is_stream() {
            break;
        }
        assert!(started.elapsed().as_secs() < 60, "the places stay taken");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[test]
fn a_stop_of_the_server_ends_it() {
    let server = Server::start();
    let mut client = Client::open(&server, CHANGES, KEY);
    assert!(client.is_stream());
    server.stop();
    assert!(client.rest().is_some());
}
