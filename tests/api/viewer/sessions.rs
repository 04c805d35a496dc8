//! Sessions at protected shares: how they are shown, and what ends them (`sharing.md` 6.4).

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use serde_json::{Value, json};

use super::{
    INSIGHT, NOTEBOOK, embedded,
    locks::{PASSWORD, add_password, is_locked, is_open, protect, submit, unlock},
    look,
};
use crate::harness::Server;

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
    let server = Server::with(&["--trusted-proxy", "127.0.0.1"]);
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
fn deleting_a_password_ends_its_sessions_at_old_links_too() {
    let server = Server::start();
    let old = format!("/shared/{}", protect(&server, INSIGHT));
    add_password(&server, INSIGHT, json!({"raw_password": "second password"}));
    let session = unlock(&server, &old);
    let other = submit(&server, &old, "second password").ok(200)["shareToken"].clone();
    // Two rotations: the password has a third id by then, and both old links still work.
    let refresh = || {
        let path = format!("{INSIGHT}/refresh");
        server.post(&path, json!({})).ok(200)
    };
    let between = format!("/shared/{}", refresh()["access_token"].as_str().unwrap());
    let later = unlock(&server, &between);
    let current = refresh();
    assert!(is_open(&server, &old, &session) && is_open(&server, &between, &later));

    let passwords = current["share_passwords"].as_array().unwrap().iter();
    let first = passwords
        .clone()
        .find(|password| password["note"] == "Board")
        .unwrap();
    let path = format!("{INSIGHT}/passwords/{}", first["id"]);
    assert_eq!(server.delete(&path).status, 204);
    assert!(!is_open(&server, &old, &session) && !is_open(&server, &between, &later));
    assert_eq!(submit(&server, &old, PASSWORD).status, 401);
    assert!(is_open(&server, &old, other.as_str().unwrap()));
    assert_eq!(submit(&server, &old, "second password").status, 200);
}

#[test]
fn forged_sessions_open_nothing() {
    let server = Server::start();
    let token = protect(&server, INSIGHT);
    let path = format!("/shared/{token}");
    let session = unlock(&server, &path);
    let database = rusqlite::Connection::open(server.database()).unwrap();
    let sql = "SELECT value FROM setting WHERE name = 'signing_key'";
    let key: String = database.query_row(sql, [], |row| row.get(0)).unwrap();
    let parts: Vec<_> = session.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        panic!("{session}")
    };
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let sign = |header: &str, claims: &str, key: &str| {
        use hmac::{KeyInit, Mac};
        let mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
        let signed = format!("{header}.{claims}");
        let signature = mac.chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    };
    assert_eq!(
        sign(header, claims, &key),
        session,
        "signed as the server does"
    );
    assert!(is_open(&server, &path, &session));

    let none = encode(r#"{"typ":"JWT","alg":"none"}"#);
    let claim = |name: &str, value: Value| {
        let mut read: Value =
            serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        read[name] = value;
        sign(header, &encode(&read.to_string()), &key)
    };
    let mut forged = vec![
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        sign(&none, claims, &key),
        sign(&encode(r#"{"typ":"JWT","alg":"HS512"}"#), claims, &key),
        sign(&encode(r#"{"typ":"JWT","alg":"RS256"}"#), claims, &key),
        sign(
            &encode(r#"{"typ":"JWT","alg":"HS256","kid":"../x"}"#),
            claims,
            &key,
        ),
        sign(header, claims, ""),
        sign(header, claims, "another key"),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!("{session}."),
        format!("{session}="),
        format!("{header}=.{claims}.{signature}"),
        format!("{header}..{signature}"),
        format!("{header}.{claims}.{signature}.{signature}"),
        sign(header, "", &key),
        sign(header, &encode("[]"), &key),
        claim("exp", json!(1)),
        claim("exp", json!("never")),
        claim("aud", json!("another")),
        claim("aud", json!(["posthog:sharing_password_protected"])),
        claim("share_password_id", json!(999)),
        claim("team_id", json!(2)),
        claim("access_token", json!("another")),
        claim("admin", json!(true)),
    ];
    let bytes = session.as_bytes();
    for place in 0..bytes.len() {
        let mut flipped = bytes.to_vec();
        flipped[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        forged.push(String::from_utf8(flipped).unwrap());
    }
    for forged in forged.iter().filter(|forged| **forged != session) {
        assert!(!is_open(&server, &path, forged), "{forged}");
    }
}
