//! `{parent}/sharing/refresh`: a new token, and the old one's last five minutes.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{
    harness::Server,
    sharing::{NOTEBOOK, PARENTS, token},
};

const REFRESH: &str = "/api/projects/1/notebooks/NoteMain1/sharing/refresh";
const PASSWORDS: &str = "/api/projects/1/notebooks/NoteMain1/sharing/passwords";

/// When the tokens of every configuration end, in the order they were made: seconds from now, `None` for never.
fn endings(server: &Server) -> Vec<(String, Option<f64>)> {
    let database = Connection::open(server.database()).unwrap();
    let sql = "SELECT access_token, expires_at / 1e6 - unixepoch('subsec') FROM sharing_configuration ORDER BY number";
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

/// The notes of the passwords listed, in order.
fn notes(configuration: &Value) -> Vec<&str> {
    let passwords = configuration["share_passwords"].as_array().unwrap().iter();
    passwords
        .map(|password| password["note"].as_str().unwrap())
        .collect()
}

#[test]
fn what_was_never_stored_is_stored_once() {
    let server = Server::start();
    for (parent, rows) in PARENTS.into_iter().zip(1..) {
        let fresh = server
            .post(&format!("{parent}/sharing/refresh/"), json!({}))
            .ok(200);
        let expected = json!({"created_at": fresh["created_at"], "enabled": false, "access_token": token(&fresh),
                              "settings": null, "password_required": false, "share_passwords": []});
        assert_eq!(fresh.to_string(), expected.to_string());
        assert!(fresh["created_at"].is_string());
        assert_eq!(server.get(&format!("{parent}/sharing")).ok(200), fresh);
        assert_eq!(endings(&server).len(), rows);
    }
}

#[test]
fn all_but_token_and_time_is_carried_over() {
    let server = Server::start();
    let change = json!({"enabled": true, "password_required": true, "settings": {"whitelabel": true, "legend": false}});
    for (parent, enabled) in PARENTS.into_iter().zip([true, false, true, true]) {
        server
            .patch(&format!("{parent}/sharing"), change.clone())
            .ok(200);
        let before = server
            .patch(&format!("{parent}/sharing"), json!({"enabled": enabled}))
            .ok(200);
        let after = server
            .post(&format!("{parent}/sharing/refresh"), json!({}))
            .ok(200);
        assert_ne!(token(&after), token(&before));
        assert!(after["created_at"].as_str() > before["created_at"].as_str());
        for field in [
            "enabled",
            "settings",
            "password_required",
            "share_passwords",
        ] {
            assert_eq!(after[field], before[field], "{field}");
        }
        assert_eq!(server.get(&format!("{parent}/sharing")).ok(200), after);
    }
}

#[test]
fn the_old_token_has_five_minutes_left() {
    let server = Server::start();
    let old = token(&server.patch(NOTEBOOK, json!({"enabled": true})).ok(200));
    let new = token(&server.post(REFRESH, json!({})).ok(200));
    let [(first, Some(left)), (second, None)] = &endings(&server)[..] else {
        panic!("{:?}", endings(&server))
    };
    assert_eq!((first, second), (&old, &new));
    assert!((290.0..=300.0).contains(left), "{left}");
    // A second rotation does not prolong the first token's life.
    server.post(REFRESH, json!({})).ok(200);
    let [(_, Some(first)), (_, Some(_)), (_, None)] = &endings(&server)[..] else {
        panic!("{:?}", endings(&server))
    };
    assert!(first <= left, "{first}");
}

#[test]
fn disabling_or_protecting_ends_the_old_tokens_at_once() {
    let server = Server::start();
    let over = |change: Value| {
        server
            .patch(
                NOTEBOOK,
                json!({"enabled": true, "password_required": false}),
            )
            .ok(200);
        server.post(REFRESH, json!({})).ok(200);
        server.patch(NOTEBOOK, change).ok(200);
        let endings = endings(&server);
        let (old, current) = (&endings[endings.len() - 2], endings.last().unwrap());
        assert_eq!(current.1, None, "the token in force lives on");
        // As a visitor sees it, by the server's clock: SQLite's counts milliseconds, and the moment at which the token ended
        // may lie in the same one.
        let status = server
            .ask("GET", &format!("/shared/{}", old.0))
            .send()
            .status;
        assert!([200, 404].contains(&status), "{status}");
        status == 404
    };
    assert!(over(json!({"enabled": false})));
    assert!(over(json!({"password_required": true})));
    assert!(!over(json!({})) && !over(json!({"settings": {}})) && !over(json!({"enabled": true})));
    assert!(!over(json!({"password_required": false})));
}

#[test]
fn protecting_an_already_protected_share_spares_its_old_token() {
    let server = Server::start();
    server
        .patch(
            NOTEBOOK,
            json!({"enabled": true, "password_required": true}),
        )
        .ok(200);
    server.post(REFRESH, json!({})).ok(200);
    server
        .patch(NOTEBOOK, json!({"password_required": true}))
        .ok(200);
    assert!(endings(&server)[0].1.unwrap() > 0.0);
}

#[test]
fn one_shares_rotation_leaves_the_others_alone() {
    let server = Server::start();
    let others: Vec<Value> = PARENTS[..2]
        .iter()
        .map(|parent| {
            server
                .patch(&format!("{parent}/sharing"), json!({"enabled": true}))
                .ok(200)
        })
        .collect();
    server.post(REFRESH, json!({})).ok(200);
    server.patch(NOTEBOOK, json!({"enabled": false})).ok(200);
    for (parent, before) in PARENTS.iter().zip(others) {
        assert_eq!(server.get(&format!("{parent}/sharing")).ok(200), before);
    }
}

#[test]
fn active_passwords_are_copied_in_their_order_with_new_ids() {
    let server = Server::start();
    server
        .patch(NOTEBOOK, json!({"password_required": true}))
        .ok(200);
    let add = |key, note| {
        let made = server
            .ask("POST", PASSWORDS)
            .key(key)
            .json(json!({"note": note}))
            .send()
            .ok(200);
        made["id"].as_i64().unwrap()
    };
    let old = [
        add("phx_ada", "a"),
        add("phx_mel", "b"),
        add("phx_ada", "c"),
        add("phx_ada", "gone"),
    ];
    server.delete(&format!("{PASSWORDS}/{}", old[3])).ok(204);
    for _ in 0..2 {
        let rotated = server.post(REFRESH, json!({})).ok(200);
        assert_eq!(notes(&rotated), ["c", "b", "a"]);
        for (password, email) in rotated["share_passwords"].as_array().unwrap().iter().zip([
            "ada@example.com",
            "mel@example.com",
            "ada@example.com",
        ]) {
            assert_eq!(
                (&password["created_by_email"], &password["is_active"]),
                (&json!(email), &json!(true))
            );
            assert!(!old.contains(&password["id"].as_i64().unwrap()));
            assert_eq!(password["created_at"], rotated["created_at"]);
        }
    }
    for id in old {
        server
            .delete(&format!("{PASSWORDS}/{id}"))
            .not_found("Password not found");
    }
    let hashes: (i64, i64) = Connection::open(server.database())
        .unwrap()
        .query_row(
            "SELECT count(*), count(DISTINCT password_hash) FROM share_password",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(hashes, (10, 4), "copies keep their hash");
}

#[test]
fn an_unprotected_share_leaves_its_passwords_behind() {
    let server = Server::start();
    server
        .patch(NOTEBOOK, json!({"password_required": true}))
        .ok(200);
    server.post(PASSWORDS, json!({})).ok(200);
    server
        .patch(NOTEBOOK, json!({"password_required": false}))
        .ok(200);
    assert_eq!(
        server.post(REFRESH, json!({})).ok(200)["share_passwords"],
        json!([])
    );
}

#[test]
fn the_body_is_not_applied_but_must_be_readable() {
    let server = Server::start();
    let before = server.patch(NOTEBOOK, json!({"enabled": false})).ok(200);
    let send = |kind, body: &str| {
        server
            .ask("POST", REFRESH)
            .key("phx_ada")
            .body(kind, body)
            .send()
    };
    for body in [
        r#"{"enabled":true,"settings":{"legend":true},"password_required":true}"#,
        "[]",
        "null",
        "5",
        "\"x\"",
        "",
    ] {
        let after = send("application/json", body).ok(200);
        assert_ne!(token(&after), token(&before));
        for field in [
            "enabled",
            "settings",
            "password_required",
            "share_passwords",
        ] {
            assert_eq!(after[field], before[field], "{field} after {body}");
        }
    }
    let now = server.get(NOTEBOOK).ok(200);
    let detail = "JSON parse error - Expecting property name enclosed in double quotes: line 1 column 2 (char 1)";
    send("application/json", "{").error(400, "invalid_request", "parse_error", detail, None);
    let detail = "Unsupported media type \"text/plain\" in request.";
    send("text/plain", "x").error(
        415,
        "invalid_request",
        "unsupported_media_type",
        detail,
        None,
    );
    assert_eq!(server.get(NOTEBOOK).ok(200), now);
}

#[test]
fn many_rotations_at_once_leave_one_token_in_force() {
    let server = Server::start();
    let mut tokens: Vec<String> = std::thread::scope(|scope| {
        let rotate = || token(&server.post(REFRESH, json!({})).ok(200));
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(rotate)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(tokens.contains(&token(&server.get(NOTEBOOK).ok(200))));
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 8);
    let (ending, lasting): (Vec<_>, Vec<_>) = endings(&server)
        .into_iter()
        .partition(|(_, left)| left.is_some());
    assert_eq!((ending.len(), lasting.len()), (7, 1));
}
