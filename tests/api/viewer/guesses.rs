//! Guesses at passwords: how many are heard, and what the log tells of them (`sharing.md` 6.4, 7.3).

use serde_json::{Value, json};

use super::{
    INSIGHT, NOTEBOOK, RECORDING,
    locks::{PASSWORD, is_locked, protect, submit},
    look,
};
use crate::{accounts::ACME, harness::Server};

#[test]
fn too_many_wrong_guesses_stop_wrong_ones_and_too_many_guesses_stop_all() {
    let server = Server::start();
    let token = protect(&server, INSIGHT);
    let path = format!("/shared/{token}");
    for _ in 0..10 {
        assert_eq!(submit(&server, &path, "wrong").status, 401);
    }
    let stopped = submit(&server, &format!("/embedded/{token}.json"), "wrong");
    let text = "Request was throttled. Expected available in 60 seconds.";
    stopped.error(429, "throttled_error", "throttled", text, None);
    assert_eq!(stopped.header("retry-after"), "60");
    assert_eq!(submit(&server, &path, PASSWORD).status, 200, "12 so far");
    for _ in 12..60 {
        server.ask("POST", &path).body("text/plain", "x").send();
    }
    assert_eq!(submit(&server, &path, PASSWORD).status, 429);
    is_locked(&look(&server, &path));
    let failed = server
        .get("/api/projects/1/activity_log?scope=Insight")
        .ok(200);
    let lines = failed["results"].as_array().unwrap().iter();
    let failed = lines.filter(|line| line["activity"] == "share_login_failed");
    assert_eq!(failed.count(), 10, "what is throttled is not logged");
    let other = protect(&server, NOTEBOOK);
    assert_eq!(
        submit(&server, &format!("/shared/{other}"), "wrong").status,
        401
    );
}

#[test]
fn guesses_at_a_recording_are_logged_too() {
    let server = Server::start();
    let token = protect(&server, RECORDING);
    submit(&server, &format!("/shared/{token}"), PASSWORD).ok(200);
    let log = server
        .get("/api/projects/1/activity_log?scope=Replay&item_id=rec-main")
        .ok(200);
    let line = &log["results"][0];
    assert_eq!(line["activity"], "share_login_success");
    let after = &line["detail"]["changes"][0]["after"];
    assert_eq!(after["resource_type"], "recording");
}

#[test]
fn guesses_are_logged() {
    let server = Server::start();
    let token = protect(&server, INSIGHT);
    let path = format!("/shared/{token}");
    submit(&server, &path, "wrong");
    submit(&server, &path, PASSWORD);
    let log = server
        .get("/api/projects/1/activity_log?scope=Insight&item_id=1")
        .ok(200);
    let mut after = json!({"access_token_suffix": &token[token.len() - 6..], "client_ip": "127.0.0.1",
                           "success": false, "resource_type": "insight"});
    let expected = |activity: &str, after: &Value| {
        json!({"activity": activity, "organization_id": ACME, "ip_address": "127.0.0.1", "detail": {
            "name": "Signups", "type": null, "changes": [
                {"type": "Insight", "action": "changed", "field": "authentication_attempt", "before": null, "after": after},
            ], "context": null, "trigger": null, "short_id": null,
        }})
    };
    let line = |index: usize| {
        let line = &log["results"][index];
        assert_eq!(
            (&line["user"], &line["is_system"]),
            (&Value::Null, &json!(true))
        );
        json!({
            "activity": line["activity"], "organization_id": line["organization_id"], "ip_address": line["ip_address"],
            "detail": line["detail"],
        })
    };
    assert_eq!(line(1), expected("share_login_failed", &after));
    after["success"] = json!(true);
    after["password_id"] = json!("1");
    after["password_note"] = json!("Board");
    assert_eq!(line(0), expected("share_login_success", &after));
}
