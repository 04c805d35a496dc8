//! When a share ends, an extension: from that instant on every path answers as if the share were disabled.

use hoglet::model::Timestamp;
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Server},
    viewer::{
        DASHBOARD, INSIGHT, NOTEBOOK, RECORDING,
        locks::{PASSWORD, protect, submit, unlock},
        look, share,
    },
};

const NOW: &str = "2030-01-01T00:00:00Z";
const END: &str = "2030-01-01T01:00:00Z";
const LIST: &str = "/api/projects/1/sharing_configurations/";

/// The paths of the four kinds: of their sharing endpoints, and of their share in the list of all.
const KINDS: [(&str, &str); 4] = [
    (INSIGHT, "insight/1/"),
    (DASHBOARD, "dashboard/1/"),
    (NOTEBOOK, "notebook/NoteMain1/"),
    (RECORDING, "session_recording/rec-main/"),
];

fn start() -> Server {
    Server::with(&["--lab", "--clock", NOW])
}

fn set_clock(server: &Server, now: &str) {
    let body = json!({"set": now, "freeze": true});
    server.ask("POST", "/_lab/clock").json(body).send().ok(200);
}

/// Makes the share that `item` names end at `end`; returns it.
fn set_end(server: &Server, item: &str, end: Value) -> Value {
    let body = json!({"expires_at": end});
    server.patch(&format!("{LIST}{item}"), body).ok(200)
}

/// What an anonymous visitor gets from every public path with `tokens`; `session` was opened with a password.
fn visits(server: &Server, tokens: &[String], session: &str) -> Vec<(String, u16, String)> {
    let mut visits = Vec::new();
    let mut note = |what: String, answer: Answer| visits.push((what, answer.status, answer.text));
    for token in tokens {
        for path in ["shared", "embedded", "shared_dashboard"] {
            for suffix in ["", ".json", "?force_type=image", ".json?whitelabel=1"] {
                let path = format!("/{path}/{token}{suffix}");
                note(path.clone(), look(server, &path));
                let cookie = format!("posthog_sharing_token={session}");
                let with_cookie = server.ask("GET", &path).header("cookie", &cookie).send();
                note(format!("{path} with a cookie"), with_cookie);
                let with_bearer = server.ask("GET", &path).key(session).send();
                note(format!("{path} with a bearer token"), with_bearer);
            }
            let path = format!("/{path}/{token}");
            note(
                format!("password at {path}"),
                submit(server, &path, PASSWORD),
            );
            note(format!("HEAD {path}"), server.ask("HEAD", &path).send());
        }
        for path in ["insights", "insights/1", "session_recordings/rec-main"] {
            let path = format!("/api/projects/1/{path}?sharing_access_token={token}");
            note(path.clone(), look(server, &path));
        }
    }
    let path = "/api/projects/1/insights/1";
    note(
        "insight with a session".into(),
        server.ask("GET", path).key(session).send(),
    );
    visits
}

#[test]
fn every_public_path_answers_as_if_the_share_were_disabled_from_its_end_on() {
    let server = start();
    let mut tokens: Vec<_> = KINDS[1..]
        .iter()
        .map(|(path, _)| share(&server, path))
        .collect();
    let locked = protect(&server, INSIGHT);
    let session = unlock(&server, &format!("/shared/{locked}"));
    tokens.push(locked);
    let switch = |on: bool| {
        for (path, _) in KINDS {
            server.patch(path, json!({"enabled": on})).ok(200);
        }
    };
    let is_open =
        |visits: &[(String, u16, String)]| visits.iter().all(|(_, status, _)| *status < 400);
    switch(false);
    let disabled = visits(&server, &tokens, &session);
    assert!(disabled.iter().all(|(_, status, _)| *status >= 400));
    switch(true);
    let opened = visits(&server, &tokens, &session);
    for (_, item) in KINDS {
        assert_eq!(set_end(&server, item, json!(END))["expires_at"], END);
    }
    for (now, is_over) in [
        ("2030-01-01T00:59:59.999999Z", false),
        (END, true),
        ("2030-01-01T01:00:00.000001Z", true),
        ("2030-01-01T20:00:00Z", true),
        (NOW, false),
    ] {
        set_clock(&server, now);
        let visited = visits(&server, &tokens, &session);
        let expected = if is_over { &disabled } else { &opened };
        for ((what, status, text), (_, wanted, body)) in visited.iter().zip(expected) {
            assert_eq!(status, wanted, "{what} at {now}");
            assert!(!is_over || text == body, "{what} at {now}: {text}");
        }
        let list = server.get(LIST).ok(200);
        let shares = list["results"].as_array().unwrap();
        assert!(shares.iter().all(|share| share["expired"] == is_over));
        // What its owner sees stays, but that it is not shared.
        let board = server.get("/api/projects/1/dashboards/1").ok(200);
        assert_eq!(board["is_shared"], !is_over);
        assert_eq!(server.get(INSIGHT).ok(200)["enabled"], true);
    }
    assert!(!is_open(&opened)); // some paths are never those of a token: that of a recording lists no insights
    set_clock(&server, END);
    for (_, item) in KINDS {
        let share = set_end(&server, item, Value::Null);
        assert_eq!(
            (&share["expires_at"], &share["expired"]),
            (&Value::Null, &json!(false))
        );
    }
    let statuses = |visits: Vec<(String, u16, String)>| {
        Vec::from_iter(visits.into_iter().map(|visit| visit.1))
    };
    assert_eq!(
        statuses(visits(&server, &tokens, &session)),
        statuses(opened)
    );
}

#[test]
fn a_refreshed_link_keeps_the_end_and_old_links_get_it_too() {
    let server = start();
    let old = share(&server, NOTEBOOK);
    let refresh = || {
        server
            .post(&format!("{NOTEBOOK}/refresh"), json!({}))
            .ok(200)["access_token"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let status = |token: &str| look(&server, &format!("/shared/{token}")).status;
    let at = |seconds: i64| {
        let start: Timestamp = NOW.parse().unwrap();
        start.plus_seconds(seconds).to_string()
    };
    let new = refresh();
    set_end(&server, "notebook/NoteMain1/", json!(at(60)));
    let newest = refresh();
    for (now, expected) in [(59, 200), (60, 404)] {
        set_clock(&server, &at(now));
        assert_eq!(
            [&old, &new, &newest].map(|token| status(token)),
            [expected; 3]
        );
    }
    // A later end opens what is still within its five minutes.
    set_end(&server, "notebook/NoteMain1/", json!(at(1000)));
    assert_eq!([&old, &new, &newest].map(|token| status(token)), [200; 3]);
    set_clock(&server, &at(300));
    assert_eq!(
        [&old, &new, &newest].map(|token| status(token)),
        [404, 404, 200]
    );
}

#[test]
fn an_end_can_be_set_before_anything_is_shared_and_is_in_the_activity_log() {
    let server = start();
    let item = "notebook/NoteMain1/";
    server.get(&format!("{LIST}{item}")).error(
        404,
        "invalid_request",
        "not_found",
        "This was never shared.",
        None,
    );
    let share = set_end(&server, item, json!("2030-01-01T02:00:00+01:00"));
    assert_eq!(
        (&share["enabled"], &share["expires_at"]),
        (&json!(false), &json!(END))
    );
    let configuration = server.patch(NOTEBOOK, json!({"enabled": true})).ok(200);
    assert_eq!(configuration.get("expires_at"), None);
    assert_eq!(configuration["access_token"], share["access_token"]);
    // What changes nothing is not logged.
    let unchanged = server.patch(&format!("{LIST}{item}"), json!({})).ok(200);
    assert_eq!(unchanged["expires_at"], END);
    set_end(&server, item, json!(END));
    set_end(&server, item, Value::Null);
    let log = server
        .get("/api/projects/1/activity_log?scope=Notebook")
        .ok(200);
    let entries = log["results"].as_array().unwrap().iter();
    let ends: Vec<_> = entries
        .filter(|entry| entry["activity"] == "share end changed")
        .map(|entry| entry["detail"]["changes"].clone())
        .collect();
    let change = |action: &str, before: Value, after: Value| json!([{"type": "Notebook", "action": action, "field": "expires_at", "before": before, "after": after}]);
    let end = json!("2030-01-01T01:00:00+00:00");
    assert_eq!(
        ends,
        [
            change("deleted", end.clone(), Value::Null),
            change("created", Value::Null, end)
        ]
    );
}

#[test]
fn what_is_no_instant_or_no_object_is_refused() {
    let server = start();
    for end in [
        json!("tomorrow"),
        json!(7),
        json!(""),
        json!("2030-01-02"),
        json!("9999-12-31T23:59:59-01:00"),
        json!("0000-01-01T00:00:00+01:00"),
    ] {
        let answer = server.patch(&format!("{LIST}insight/1/"), json!({"expires_at": end}));
        assert_eq!(
            (answer.status, &answer.body["attr"]),
            (400, &json!("expires_at")),
            "{end}"
        );
    }
    for item in ["insight/99999/", "insight/x/", "survey/1/", "insight/2/"] {
        let path = format!("{LIST}{item}");
        assert_eq!(server.get(&path).status, 404, "{item}");
        assert_eq!(
            server.patch(&path, json!({"expires_at": null})).status,
            404,
            "{item}"
        );
    }
    assert_eq!(server.get(LIST).ok(200)["count"], 0);
}

#[test]
fn a_seed_file_sets_the_end() {
    let server = Server::seeded(
        &json!({
            "users": [{"ref": "u", "email": "u@example.com"}],
            "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
            "projects": [{"ref": "p", "org": "o", "name": "P", "id": 1}],
            "insights": [{"ref": "i", "project": "p", "name": "I"}],
            "sharing_configurations": [{"ref": "s", "insight": "i", "access_token": "seeded", "expires_at": END}],
        }),
        &["--lab", "--clock", NOW],
    );
    assert_eq!(look(&server, "/shared/seeded").status, 200);
    set_clock(&server, END);
    assert_eq!(look(&server, "/shared/seeded").status, 404);
}
