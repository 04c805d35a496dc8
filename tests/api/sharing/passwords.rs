//! `{parent}/sharing/passwords`: making and deleting the passwords of a share, in both contracts.

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Server},
    objects::keys,
    sharing::{NOTEBOOK, PARENTS},
};

const NOT_REQUIRED: &str =
    r#"{"error":"Password protection must be enabled before creating passwords"}"#;

/// Passwords of the notebook that most tests share.
pub const PASSWORDS: &str = "/api/projects/1/notebooks/NoteMain1/sharing/passwords";

/// A server whose notebook asks for passwords.
pub fn protected() -> Server {
    let server = Server::start();
    server
        .patch(
            NOTEBOOK,
            json!({"enabled": true, "password_required": true}),
        )
        .ok(200);
    server
}

/// The ids that a configuration lists, in its order.
pub fn listed(configuration: &Value) -> Vec<i64> {
    let passwords = configuration["share_passwords"].as_array().unwrap().iter();
    passwords
        .map(|password| password["id"].as_i64().unwrap())
        .collect()
}

#[test]
fn a_share_that_asks_for_none_takes_none() {
    let server = Server::start();
    for parent in PARENTS {
        let add = |body: Value| server.post(&format!("{parent}/sharing/passwords"), body);
        let refused =
            |answer: Answer| assert_eq!((answer.status, &*answer.text), (400, NOT_REQUIRED));
        refused(add(json!({}))); // nothing is stored yet
        assert_eq!(
            server.get(&format!("{parent}/sharing")).ok(200)["created_at"],
            Value::Null
        );
        server
            .patch(&format!("{parent}/sharing"), json!({"enabled": true}))
            .ok(200);
        refused(add(json!({"raw_password": "short"}))); // comes before the fields are judged
        refused(add(json!([])));
    }
}

#[test]
fn documented_a_new_password_comes_with_the_configuration() {
    let server = Server::start();
    for parent in PARENTS {
        let path = format!("{parent}/sharing");
        let before = server
            .patch(
                &path,
                json!({"password_required": true, "settings": {"theme": "dark"}}),
            )
            .ok(200);
        let made = server
            .post(
                &format!("{path}/passwords/"),
                json!({"raw_password": " correct horse ", "note": " Board "}),
            )
            .ok(200);
        assert_eq!(
            keys(&made),
            [
                "created_at",
                "enabled",
                "access_token",
                "settings",
                "password_required",
                "share_passwords",
                "id",
                "password",
                "note",
                "created_by_email"
            ]
        );
        for field in [
            "created_at",
            "enabled",
            "access_token",
            "settings",
            "password_required",
        ] {
            assert_eq!(made[field], before[field], "{field}");
        }
        let own = (&made["password"], &made["note"], &made["created_by_email"]);
        assert_eq!(
            own,
            (
                &json!("correct horse"),
                &json!("Board"),
                &json!("ada@example.com")
            )
        );
        let password = &made["share_passwords"][0];
        assert_eq!(
            keys(password),
            ["id", "created_at", "note", "created_by_email", "is_active"]
        );
        assert_eq!(
            *password,
            json!({"id": made["id"], "created_at": password["created_at"], "note": "Board",
                   "created_by_email": "ada@example.com", "is_active": true})
        );
        assert_eq!(
            server.get(&path).ok(200)["share_passwords"],
            made["share_passwords"]
        );
    }
}

#[test]
fn live_a_new_password_comes_alone() {
    let server = Server::with(&["--contract", "live"]);
    server
        .patch(NOTEBOOK, json!({"password_required": true}))
        .ok(200);
    let made = server
        .post(PASSWORDS, json!({"raw_password": "12345678"}))
        .ok(201);
    assert_eq!(
        keys(&made),
        ["id", "password", "note", "created_at", "created_by_email"]
    );
    let listed = &server.get(NOTEBOOK).ok(200)["share_passwords"][0];
    assert_eq!(
        made,
        json!({"id": listed["id"], "password": "12345678", "note": "", "created_at": listed["created_at"],
               "created_by_email": "ada@example.com"})
    );
}

#[test]
fn passwords_are_listed_newest_first_duplicates_too() {
    let server = protected();
    let add = |key: &str| {
        let body = json!({"raw_password": "the same one", "note": "n"});
        server
            .ask("POST", PASSWORDS)
            .key(key)
            .json(body)
            .send()
            .ok(200)["id"]
            .as_i64()
            .unwrap()
    };
    let made = [add("phx_ada"), add("phx_mel"), add("phx_ada")];
    assert!(made[0] < made[1] && made[1] < made[2], "{made:?}");
    let configuration = server.get(NOTEBOOK).ok(200);
    assert_eq!(listed(&configuration), [made[2], made[1], made[0]]);
    assert_eq!(
        configuration["share_passwords"][1]["created_by_email"],
        "mel@example.com"
    );
}

#[test]
fn a_deleted_password_is_gone_from_the_list_alone() {
    let server = protected();
    let add = || {
        server.post(PASSWORDS, json!({})).ok(200)["id"]
            .as_i64()
            .unwrap()
    };
    let (first, second) = (add(), add());
    let gone = server.delete(&format!("{PASSWORDS}/{first}/"));
    assert_eq!(
        (gone.status, &*gone.text, gone.header("content-type")),
        (204, "", "")
    );
    assert_eq!(listed(&server.get(NOTEBOOK).ok(200)), [second]);
    server
        .delete(&format!("{PASSWORDS}/{first}"))
        .not_found("Password not found");
    // The protection need not be on.
    server
        .patch(NOTEBOOK, json!({"password_required": false}))
        .ok(200);
    assert_eq!(server.delete(&format!("{PASSWORDS}/{second}")).status, 204);
}

#[test]
fn only_a_password_of_the_very_share_is_found() {
    let server = protected();
    let id = server.post(PASSWORDS, json!({})).ok(200)["id"].clone();
    for parent in [
        "/api/projects/2/notebooks/NoteSide1",
        PARENTS[0],
        PARENTS[1],
        PARENTS[3],
    ] {
        // Never stored, then stored.
        server
            .delete(&format!("{parent}/sharing/passwords/{id}"))
            .not_found("Password not found");
        server
            .patch(
                &format!("{parent}/sharing"),
                json!({"password_required": true}),
            )
            .ok(200);
        server
            .delete(&format!("{parent}/sharing/passwords/{id}"))
            .not_found("Password not found");
    }
    for wrong in [
        "999",
        "0",
        "-1",
        "99999999999999999999",
        "abc",
        "%20",
        "1e0",
    ] {
        server
            .delete(&format!("{PASSWORDS}/{wrong}"))
            .not_found("Password not found");
    }
    assert_eq!(server.delete(&format!("{PASSWORDS}/1.5")).status, 404);
    assert_eq!(listed(&server.get(NOTEBOOK).ok(200)).len(), 1);
}

#[test]
fn switching_the_protection_off_keeps_the_passwords() {
    let server = protected();
    server.post(PASSWORDS, json!({"note": "kept"})).ok(200);
    let before = server.get(NOTEBOOK).ok(200)["share_passwords"].clone();
    for required in [false, true] {
        let now = server
            .patch(NOTEBOOK, json!({"password_required": required}))
            .ok(200);
        assert_eq!(now["share_passwords"], before);
    }
}

#[test]
fn a_password_whose_maker_is_gone_is_a_deleted_users() {
    let server = protected();
    server.post(PASSWORDS, json!({})).ok(200);
    let database = Connection::open(server.database()).unwrap();
    database
        .execute("UPDATE share_password SET created_by = NULL", [])
        .unwrap();
    let password = &server.get(NOTEBOOK).ok(200)["share_passwords"][0];
    assert_eq!(password["created_by_email"], "deleted user");
}

#[test]
fn many_passwords_at_once_are_all_kept() {
    let server = protected();
    let mut made: Vec<i64> = std::thread::scope(|scope| {
        let add = || {
            server.post(PASSWORDS, json!({})).ok(200)["id"]
                .as_i64()
                .unwrap()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(add)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let mut kept = listed(&server.get(NOTEBOOK).ok(200));
    made.sort();
    kept.sort();
    assert_eq!(kept, made);
    made.dedup();
    assert_eq!(made.len(), 8);
}
