//! Protected shares: the unlock page, sessions, what ends them, throttles and the log (`sharing.md` 6.4, 7.3).
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Server},
    viewer::{INSIGHT, NOTEBOOK, embedded, look, share, share_with},
};

const PASSWORD: &str = "correct horse";

/// A protected share of what is behind `path`, opened by `PASSWORD`; returns its token.
fn protect(server: &Server, path: &str) -> String {
    let token = share_with(
        server,
        path,
        json!({"enabled": true, "password_required": true}),
    );
    add_password(
        server,
        path,
        json!({"raw_password": PASSWORD, "note": "Board"}),
    );
    token
}

fn add_password(server: &Server, path: &str, body: Value) -> Value {
    server.post(&format!("{path}/passwords"), body).ok(200)["id"].clone()
}

fn submit(server: &Server, path: &str, password: &str) -> Answer {
    let body = json!({"password": password});
    server.ask("POST", path).json(body).send()
}

/// A session at `path`.
fn unlock(server: &Server, path: &str) -> String {
    let body = submit(server, path, PASSWORD).ok(200);
    body["shareToken"].as_str().unwrap().to_owned()
}

fn is_open(server: &Server, path: &str, session: &str) -> bool {
    let answer = server.ask("GET", path).key(session).send();
    assert_eq!(answer.status, 200, "{path}");
    embedded(&answer)["type"] != "unlock"
}

#[track_caller]
fn is_locked(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert_eq!(embedded(answer), json!({"type": "unlock"}));
    assert_eq!(answer.header("x-frame-options"), "");
    for secret in ["og:", "Signups", "Main", "insight"] {
        assert!(!answer.text.contains(secret), "{secret}");
    }
}

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
fn the_session_says_who_it_is_for_and_no_more() {
    let server = Server::start();
    let token = protect(&server, INSIGHT);
    let session = unlock(&server, &format!("/shared/{token}"));
    let parts: Vec<_> = session.split('.').collect();
    let read = |part: &str| -> Value {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(read(parts[0]), json!({"typ": "JWT", "alg": "HS256"}));
    let mut claims = read(parts[1]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let left = claims["exp"].as_i64().unwrap() - now.unwrap().as_secs() as i64;
    assert!((86_390..=86_400).contains(&left), "{left}");
    claims.as_object_mut().unwrap().remove("exp");
    let expected = json!({"share_password_id": 1, "team_id": 1, "access_token": token,
                          "aud": "posthog:sharing_password_protected"});
    assert_eq!(claims, expected);
}

#[test]
fn the_cookie_counts_at_its_own_address() {
    let server = Server::start();
    let token = protect(&server, INSIGHT);
    for (path, https, rest) in [
        ("/shared/T", false, "Path=/shared/T; SameSite=Lax"),
        ("/shared/T.json", false, "Path=/shared/T; SameSite=Lax"),
        ("/embedded/T", false, "Path=/embedded/T; SameSite=Lax"),
        ("/shared/T", true, "Path=/shared/T; SameSite=Lax; Secure"),
        (
            "/embedded/T",
            true,
            "Partitioned; Path=/embedded/T; SameSite=None; Secure",
        ),
    ] {
        let (path, rest) = (path.replace('T', &token), rest.replace('T', &token));
        let ask = server
            .ask("POST", &path)
            .json(json!({"password": PASSWORD}));
        let ask = if https {
            ask.header("x-forwarded-proto", "https")
        } else {
            ask
        };
        let answer = ask.send();
        let session = answer.body["shareToken"].as_str().unwrap();
        let cookie = answer.header("set-cookie");
        let (start, end) = cookie.split_once("; HttpOnly; ").unwrap();
        let (value, expires) = start.split_once("; expires=").unwrap();
        assert_eq!(value, format!("posthog_sharing_token={session}"));
        assert!(
            expires.ends_with(" GMT") && expires.len() == 29,
            "{expires}"
        );
        assert_eq!(end, format!("Max-Age=86400; {rest}"));
    }
}

#[test]
fn a_session_opens_its_share_in_every_form() {
    let server = Server::start();
    let token = protect(&server, INSIGHT);
    let path = format!("/shared/{token}");
    let session = unlock(&server, &path);
    let cookie = format!("other=1; posthog_sharing_token={session}");
    let with_cookie = |path: &str| server.ask("GET", path).header("cookie", &cookie);

    let page = embedded(&with_cookie(&path).send());
    assert_eq!(page["shareToken"], json!(session));
    let data = with_cookie(&format!("{path}.json")).send().ok(200);
    let start: Vec<_> = data.as_object().unwrap().keys().take(4).collect();
    assert_eq!(start, ["type", "shareToken", "accessToken", "insight"]);
    let other = with_cookie(&path).key("something-else").send();
    is_locked(&other);

    let bearer = server
        .ask("GET", &format!("{path}.json"))
        .key(&session)
        .send()
        .ok(200);
    assert_eq!(
        (&bearer["shareToken"], &bearer["rootClassName"]),
        (&Value::Null, &Value::Null)
    );
    let accepting = |accept: &str| {
        let ask = server.ask("GET", &path).key(&session);
        ask.header("accept", accept).send()
    };
    let data = accepting("application/json").ok(200);
    assert_eq!(data["rootClassName"], "export-type-scene");
    assert_eq!(data["insight"]["id"], 1);
    let html = accepting("application/json, */*");
    assert_eq!(html.header("content-type"), "text/html; charset=utf-8");
    let picture = server
        .ask("GET", &format!("{path}.png"))
        .key(&session)
        .send();
    picture.not_found("Not found.");
    assert_eq!(
        submit(&server, &path, "wrong").status,
        401,
        "a session does not post"
    );
}

#[test]
fn sessions_end_with_what_they_stand_on() {
    let server = Server::start();
    let token = protect(&server, INSIGHT);
    let path = format!("/shared/{token}");
    let session = unlock(&server, &path);
    assert!(is_open(&server, &path, &session));
    assert!(is_open(&server, &format!("/embedded/{token}"), &session));

    let other = protect(&server, NOTEBOOK);
    assert!(!is_open(&server, &format!("/shared/{other}"), &session));
    let forged = format!("{}x", &session[..session.len() - 1]);
    assert!(!is_open(&server, &path, &forged));
    assert!(!is_open(&server, &path, "eyJhbGciOiJub25lIn0.e30."));

    server.patch(INSIGHT, json!({"enabled": false})).ok(200);
    assert_eq!(server.ask("GET", &path).key(&session).send().status, 404);
    server.patch(INSIGHT, json!({"enabled": true})).ok(200);
    assert!(is_open(&server, &path, &session));

    let second = add_password(&server, INSIGHT, json!({"raw_password": "second password"}));
    let kept = submit(&server, &path, "second password").ok(200)["shareToken"].clone();
    let first = server.get(INSIGHT).ok(200)["share_passwords"][1]["id"].clone();
    server.delete(&format!("{INSIGHT}/passwords/{first}"));
    assert!(!is_open(&server, &path, &session));
    assert!(is_open(&server, &path, kept.as_str().unwrap()));
    assert_eq!(submit(&server, &path, PASSWORD).status, 401);
    assert_ne!(first, second);

    server
        .patch(INSIGHT, json!({"password_required": false}))
        .ok(200);
    assert_ne!(embedded(&look(&server, &path))["type"], "unlock");
}

#[test]
fn a_session_stays_with_the_old_address_after_a_rotation() {
    let server = Server::start();
    let old = protect(&server, INSIGHT);
    let session = unlock(&server, &format!("/shared/{old}"));
    let new = server
        .post(&format!("{INSIGHT}/refresh"), json!({}))
        .ok(200)["access_token"]
        .clone();
    let new = new.as_str().unwrap();
    assert!(is_open(&server, &format!("/shared/{old}"), &session));
    assert!(!is_open(&server, &format!("/shared/{new}"), &session));
    let later = unlock(&server, &format!("/shared/{old}"));
    assert!(is_open(&server, &format!("/shared/{old}"), &later));
    let fresh = unlock(&server, &format!("/shared/{new}"));
    assert!(is_open(&server, &format!("/shared/{new}"), &fresh));
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
        json!({"activity": activity, "detail": {"name": "Signups", "short_id": null, "type": null, "changes": [
            {"type": "Insight", "action": "changed", "field": "authentication_attempt", "before": null, "after": after},
        ]}})
    };
    let line = |index: usize| {
        let line = &log["results"][index];
        assert_eq!(
            (&line["user"], &line["is_system"]),
            (&Value::Null, &json!(true))
        );
        json!({"activity": line["activity"], "detail": line["detail"]})
    };
    assert_eq!(line(1), expected("share_login_failed", &after));
    after["success"] = json!(true);
    after["password_id"] = json!("1");
    after["password_note"] = json!("Board");
    assert_eq!(line(0), expected("share_login_success", &after));
}

#[test]
fn a_post_to_an_open_share_asks_for_nothing() {
    let server = Server::start();
    let token = share(&server, INSIGHT);
    let answer = submit(&server, &format!("/shared/{token}"), "anything");
    assert_eq!(embedded(&answer)["type"], "scene");
    assert_eq!(answer.header("set-cookie"), "");
}
