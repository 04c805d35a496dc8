//! `{parent}/sharing`: looking at a configuration and changing it, under all four parents.

mod activity;
mod end;
mod fields;
mod gates;
mod parents;
mod password_fields;
mod password_limit;
mod passwords;
mod refresh;

use serde_json::{Value, json};

use crate::harness::{Answer, Server};

/// One thing of each kind in project 1.
pub const PARENTS: [&str; 4] = [
    "/api/projects/1/insights/1",
    "/api/projects/1/dashboards/1",
    "/api/projects/1/notebooks/NoteMain1",
    "/api/projects/1/session_recordings/rec-main",
];

/// Where most tests share something.
pub const NOTEBOOK: &str = "/api/projects/1/notebooks/NoteMain1/sharing";

/// The token in a configuration, checked to be one.
#[track_caller]
pub fn token(configuration: &Value) -> String {
    let token = configuration["access_token"].as_str().unwrap();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    assert!(token.len() == 30 && token.bytes().all(fits), "{token}");
    token.to_owned()
}

/// All five actions on `parent`, each with a body that would do.
pub fn all_actions(server: &Server, parent: &str) -> Vec<Answer> {
    vec![
        server.get(&format!("{parent}/sharing")),
        server.patch(&format!("{parent}/sharing"), json!({"enabled": true})),
        server.post(&format!("{parent}/sharing/refresh"), json!({})),
        server.post(&format!("{parent}/sharing/passwords"), json!({})),
        server.delete(&format!("{parent}/sharing/passwords/1")),
    ]
}

#[test]
fn a_look_shows_six_fields_and_stores_nothing() {
    let server = Server::start();
    for parent in PARENTS {
        let look = || server.get(&format!("{parent}/sharing/"));
        let first = look();
        let (token_now, text) = (token(&first.body), first.text.clone());
        assert_eq!(
            text,
            format!(
                r#"{{"created_at":null,"enabled":false,"access_token":"{token_now}","settings":null,"password_required":false,"share_passwords":[]}}"#
            )
        );
        assert_eq!(first.status, 200);
        assert_ne!(
            token(&look().body),
            token_now,
            "nothing is stored, so the token changes"
        );
    }
}

#[test]
fn the_first_change_stores_and_nothing_later_moves_the_token() {
    let server = Server::start();
    for (parent, change) in PARENTS.into_iter().zip([
        json!({}),
        json!({"enabled": true}),
        json!({"settings": null}),
        json!({"password_required": true}),
    ]) {
        let path = format!("{parent}/sharing");
        let stored = server.patch(&path, change.clone()).ok(200);
        let (token_now, made) = (token(&stored), stored["created_at"].as_str().unwrap());
        assert!(made.ends_with('Z'), "{made}");
        assert_eq!(stored["enabled"], json!(change == json!({"enabled": true})));
        assert_eq!(server.get(&path).ok(200), stored);
        for enabled in [true, false, true, true] {
            let toggled = server.patch(&path, json!({"enabled": enabled})).ok(200);
            assert_eq!(toggled["enabled"], enabled);
            assert_eq!(
                (token(&toggled), &toggled["created_at"]),
                (token_now.clone(), &stored["created_at"])
            );
        }
    }
}

#[test]
fn other_methods_are_closed_to_keys() {
    let server = Server::start();
    for parent in PARENTS {
        for (methods, path) in [
            ("POST PUT DELETE", "sharing"),
            ("GET PUT DELETE", "sharing/refresh"),
            ("GET PUT DELETE", "sharing/passwords"),
            ("GET POST PUT PATCH", "sharing/passwords/1"),
        ] {
            for method in methods.split(' ') {
                let answer = server
                    .ask(method, &format!("{parent}/{path}"))
                    .key("phx_ada")
                    .send();
                answer.denied("This action does not support personal API key access");
            }
        }
        // PATCH of what is no single thing gets as far as the method (`http-conventions.md` 2.4).
        for path in ["sharing/refresh", "sharing/passwords"] {
            let answer = server.patch(&format!("{parent}/{path}"), json!({"enabled": true}));
            let detail = "Method \"PATCH\" not allowed.";
            answer.error(405, "invalid_request", "method_not_allowed", detail, None);
        }
        assert_eq!(
            server.get(&format!("{parent}/sharing")).ok(200)["created_at"],
            Value::Null
        );
    }
}

#[test]
fn each_path_says_which_methods_it_has() {
    let server = Server::start();
    for parent in PARENTS {
        for (path, allowed) in [
            ("sharing", "GET, PATCH, HEAD, OPTIONS"),
            ("sharing/refresh", "POST, OPTIONS"),
            ("sharing/passwords", "POST, OPTIONS"),
            ("sharing/passwords/1", "DELETE, OPTIONS"),
        ] {
            let answer = server
                .ask("OPTIONS", &format!("{parent}/{path}"))
                .key("phx_ada")
                .send();
            assert_eq!(
                (answer.status, answer.header("allow")),
                (200, allowed),
                "{parent}/{path}"
            );
        }
    }
}

#[test]
fn a_dashboard_tells_whether_it_is_shared() {
    let server = Server::start();
    let dashboard = PARENTS[1];
    let is_shared = || server.get(dashboard).ok(200)["is_shared"].clone();
    assert_eq!(is_shared(), false);
    for enabled in [true, false] {
        server
            .patch(&format!("{dashboard}/sharing"), json!({"enabled": enabled}))
            .ok(200);
        assert_eq!(is_shared(), enabled);
        server
            .post(&format!("{dashboard}/sharing/refresh"), json!({}))
            .ok(200);
        assert_eq!(is_shared(), enabled, "whatever the retired one says");
    }
}

#[test]
fn many_first_changes_at_once_store_one_configuration() {
    let server = Server::start();
    let tokens: Vec<String> = std::thread::scope(|scope| {
        let change = || token(&server.patch(NOTEBOOK, json!({"enabled": true})).ok(200));
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(change)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(tokens.iter().all(|one| *one == tokens[0]), "{tokens:?}");
    assert_eq!(token(&server.get(NOTEBOOK).ok(200)), tokens[0]);
}
