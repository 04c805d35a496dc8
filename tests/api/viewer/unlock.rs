//! The unlock page and the passwords that open it (`sharing.md` 6.4).

use serde_json::{Value, json};

use super::{
    INSIGHT, embedded,
    locks::{PASSWORD, is_locked, is_open, protect, submit, unlock},
    look, share, share_with,
};
use crate::harness::Server;

#[test]
fn a_locked_share_tells_nothing_in_any_form() {
    let server = Server::start();
    let token = protect(&server, INSIGHT);
    for form in ["", ".json", ".png"] {
        is_locked(&look(&server, &format!("/shared/{token}{form}")));
    }
    let path = format!("/shared/{token}");
    let accepting = server
        .ask("GET", &path)
        .header("accept", "application/json");
    is_locked(&accepting.send());
    let (locked, head) = (look(&server, &path), server.ask("HEAD", &path).send());
    assert_eq!(
        head.header("content-length"),
        locked.header("content-length")
    );
    let viewed = server.get("/api/projects/1/insights").ok(200);
    assert_eq!(viewed["results"][0]["last_viewed_at"], Value::Null);

    let settings = json!({"settings": {"whitelabel": true, "theme": "light", "legend": true}});
    server.patch(INSIGHT, settings).ok(200);
    let data = embedded(&look(&server, &path));
    let expected = json!({"type": "unlock", "whitelabel": true, "theme": "light"});
    assert_eq!(data.to_string(), expected.to_string());
}

#[test]
fn only_the_exact_password_opens() {
    let server = Server::start();
    let token = protect(&server, INSIGHT);
    let path = format!("/shared/{token}");
    let ask = || server.ask("POST", &path);
    let wrong = [
        ask().json(json!({"password": "wrong horse"})),
        ask().json(json!({"password": "correct horse "})),
        ask().json(json!({"password": ["correct horse"]})),
        ask().json(json!({"password": null})),
        ask().json(json!({})),
        ask().json(json!([])),
        ask().json(json!("correct horse")),
        ask().json(json!(null)),
        ask(),
    ];
    for ask in wrong {
        let answer = ask.send();
        assert_eq!(
            (answer.status, &*answer.text),
            (401, "{\"error\":\"Incorrect password\"}")
        );
    }
    assert_eq!(ask().form("password=correct+horse").send().status, 200);
    let plain = ask().body("text/plain", "password=correct horse").send();
    plain.error(
        415,
        "invalid_request",
        "unsupported_media_type",
        "Unsupported media type \"text/plain\" in request.",
        None,
    );
    let broken = ask().body("application/json", "{").send();
    assert_eq!(
        (broken.status, &broken.body["code"]),
        (400, &json!("parse_error"))
    );
}

#[test]
fn a_share_without_passwords_cannot_be_opened() {
    let server = Server::start();
    let body = json!({"enabled": true, "password_required": true});
    let token = share_with(&server, INSIGHT, body);
    assert_eq!(submit(&server, &format!("/shared/{token}"), "").status, 401);
}

#[test]
fn passwords_work_on_where_the_feature_is_gone() {
    let server = Server::seeded(
        &json!({
            "users": [{"ref": "u", "email": "u@example.com"}],
            "organizations": [{"ref": "o", "name": "O", "features": [], "members": [["u", "owner"]]}],
            "projects": [{"ref": "p", "org": "o", "name": "P", "id": 1}],
            "insights": [{"ref": "i", "project": "p", "name": "I"}],
            "sharing_configurations": [{"ref": "s", "project": "p", "insight": "i", "access_token": "token-of-s",
                "password_required": true, "passwords": [{"password": PASSWORD}]}],
        }),
        &[],
    );
    let session = unlock(&server, "/shared/token-of-s");
    assert!(is_open(&server, "/shared/token-of-s", &session));
}

#[test]
fn a_post_to_an_open_share_asks_for_nothing() {
    let server = Server::start();
    let token = share(&server, INSIGHT);
    let answer = submit(&server, &format!("/shared/{token}"), "anything");
    assert_eq!(embedded(&answer)["type"], "scene");
    assert_eq!(answer.header("set-cookie"), "");
}
