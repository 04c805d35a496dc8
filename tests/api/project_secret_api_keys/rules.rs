//! Project secret API keys: unique labels, the limit per project, revoked keys, and access to keys of other
//! projects (`keys-and-auth.md` 2.6, 2.7).

use std::thread;

use serde_json::{Value, json};

use crate::{
    harness::{Answer, Server},
    project_secret_api_keys::{KEYS, create, hidden, labels, path},
};

const MOST: &str = "You can only have 50 project secret API keys. Remove an existing key before creating a new one.";
const NOT_ADMIN: &str = "You don't have sufficient permissions in the project.";

fn key(label: &str) -> Value {
    json!({"label": label, "scopes": ["endpoint:read"]})
}

fn taken(label: &str) -> String {
    format!("Project secret API key with label '{label}' already exists.")
}

#[test]
fn a_label_is_one_keys_of_a_project() {
    let server = Server::start();
    let made = create(&server, "CI");
    let side = "/api/projects/2/project_secret_api_keys/";
    for label in ["CI", "  CI\t"] {
        server
            .post(KEYS, key(label))
            .invalid("invalid_input", &taken("CI"), None);
        for method in ["PATCH", "PUT"] {
            let other = server.get(KEYS).body["results"][1].clone();
            let answer = server
                .ask(method, &path(&other))
                .key("phx_ada")
                .json(key(label))
                .send();
            answer.invalid("invalid_input", &taken("CI"), None);
        }
    }
    assert_eq!(
        labels(&server, 1),
        ["CI", "Backend"],
        "nothing was half changed"
    );
    assert_eq!(
        server.get(KEYS).body["results"][1]["scopes"],
        json!(["feature_flag:read"])
    );
    // Labels are case-sensitive and unique per project.
    create(&server, "ci");
    server.post(side, key("CI")).ok(201);
    server
        .post(side, key("CI"))
        .invalid("invalid_input", &taken("CI"), None);
    // Renaming or revoking a key frees its label.
    server.patch(&path(&made), json!({"label": "CD"})).ok(200);
    let again = create(&server, "CI");
    server.delete(&path(&again)).ok(204);
    create(&server, "CI");
    assert_eq!(labels(&server, 1), ["CI", "ci", "CD", "Backend"]);
}

#[test]
fn of_many_who_ask_for_a_label_together_one_gets_it() {
    let server = Server::start();
    let answers: Vec<Answer> = thread::scope(|scope| {
        let asks: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| server.post(KEYS, key("CI"))))
            .collect();
        asks.into_iter().map(|ask| ask.join().unwrap()).collect()
    });
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 1);
    for answer in refused {
        answer.invalid("invalid_input", &taken("CI"), None);
    }
}

#[test]
fn a_project_has_fifty_keys_at_most() {
    let server = Server::start();
    let made: Vec<_> = (2..=50)
        .map(|number| create(&server, &format!("k{number}")))
        .collect();
    // Fields are checked first, then the number of keys, then the label.
    server.post(KEYS, json!({"label": "x"})).invalid(
        "required",
        "This field is required.",
        "scopes",
    );
    let insight = json!({"label": "", "scopes": ["*"]});
    server
        .post(KEYS, insight)
        .invalid("blank", "This field may not be blank.", "label");
    server
        .post(KEYS, key("k51"))
        .invalid("invalid_input", MOST, None);
    server
        .post(KEYS, key("k50"))
        .invalid("invalid_input", MOST, None);
    // Existing keys can still be rolled and changed, and the limit of another project is separate.
    server
        .post(&format!("{}roll/", path(&made[0])), json!({}))
        .ok(200);
    server
        .patch(&path(&made[0]), json!({"label": "renamed"}))
        .ok(200);
    server
        .post("/api/projects/2/project_secret_api_keys/", key("k51"))
        .ok(201);
    server.delete(&path(&made[1])).ok(204);
    create(&server, "k51");
    server
        .post(KEYS, key("k52"))
        .invalid("invalid_input", MOST, None);
    assert_eq!(labels(&server, 1).len(), 50);
}

#[test]
fn a_revoked_key_is_gone() {
    let server = Server::start();
    let made = create(&server, "CI");
    let gone = server.delete(&path(&made));
    assert_eq!(
        (gone.status, gone.text.as_str(), gone.header("content-type")),
        (204, "", "")
    );
    assert_eq!(labels(&server, 1), ["Backend"]);
    for (method, action) in [
        ("GET", ""),
        ("PATCH", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", "roll"),
    ] {
        let answer = server
            .ask(method, &format!("{}{action}", path(&made)))
            .key("phx_ada")
            .send();
        answer.not_found("Not found.");
    }
    assert_ne!(
        create(&server, "CI")["id"],
        made["id"],
        "the label is free again"
    );
}

#[test]
fn a_key_of_another_project_is_not_there() {
    let server = Server::start();
    let made = create(&server, "CI");
    let id = made["id"].as_str().unwrap();
    let actions = [
        ("GET", ""),
        ("PATCH", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", "/roll"),
    ];
    for (method, action) in actions {
        // A key is found only in its own project; the 404 comes before the body is validated.
        for project in ["2", "3"] {
            let path = format!("/api/projects/{project}/project_secret_api_keys/{id}{action}");
            let ask = || server.ask(method, &path).key("phx_ada");
            ask()
                .json(json!({"label": "stolen", "scopes": ["endpoint:read"]}))
                .send()
                .not_found("Not found.");
            ask()
                .json(json!({"label": null}))
                .send()
                .not_found("Not found.");
        }
        let foreign = format!("/api/projects/1/project_secret_api_keys/{id}{action}");
        let bob = server.ask(method, &foreign).key("phx_bob").send();
        bob.denied("You don't have access to the project.");
        let nowhere = format!("/api/projects/99/project_secret_api_keys/{id}{action}");
        server
            .ask(method, &nowhere)
            .key("phx_ada")
            .send()
            .not_found("Project not found.");
        for unknown in [
            "nokey".to_owned(),
            id.to_lowercase(),
            format!("{id}x"),
            "0".repeat(5000),
        ] {
            let path = format!("{KEYS}{unknown}{action}");
            server
                .ask(method, &path)
                .key("phx_ada")
                .send()
                .not_found("Not found.");
        }
    }
    assert_eq!(server.get(&path(&made)).text, hidden(&made).to_string());
    // A missing scope is reported before a project that the user has no access to.
    let narrow = server
        .ask("DELETE", "/api/projects/4/project_secret_api_keys/x")
        .key("phx_read")
        .send();
    narrow.denied("API key missing required scope 'project:write'");
}

#[test]
fn members_manage_keys_where_roles_are_a_feature_that_gives_them_the_right() {
    // mel is a member of Acme, which has the feature, and of Bare, which lacks it; dan is an admin of Acme.
    let server = Server::start();
    let bare = Server::with(&["--without-feature", "access_control"]);
    let ask = |server: &Server, key: &str, project: i64, method: &str, rest: &str| {
        let path = format!("/api/projects/{project}/project_secret_api_keys/{rest}");
        let body = json!({"label": method, "scopes": ["endpoint:read"]});
        server.ask(method, &path).key(key).json(body).send()
    };
    let made = server
        .post("/api/projects/3/project_secret_api_keys/", key("owner's"))
        .ok(201);
    let id = made["id"].as_str().unwrap();
    let roll = format!("{id}/roll");
    let changes = [
        ("POST", ""),
        ("PATCH", id),
        ("PUT", id),
        ("POST", &roll),
        ("DELETE", id),
    ];
    for (method, rest) in changes {
        ask(&server, "phx_mel", 3, method, rest).denied(NOT_ADMIN);
        ask(&server, "phx_mel", 3, method, &rest.replace(id, "nokey")).denied(NOT_ADMIN);
        ask(&bare, "phx_mel", 1, method, &rest.replace(id, "nokey")).denied(NOT_ADMIN);
    }
    assert_eq!(
        ask(&server, "phx_mel", 3, "GET", "").ok(200)["results"],
        json!([hidden(&made)])
    );
    assert_eq!(ask(&server, "phx_mel", 3, "GET", id).ok(200), hidden(&made));
    // An admin may make changes everywhere, a member where the organization has the feature.
    for (server, key, project) in [
        (&bare, "phx_dan", 1),
        (&server, "phx_mel", 1),
        (&server, "phx_ada", 3),
    ] {
        let made = ask(server, key, project, "POST", "").ok(201);
        let id = made["id"].as_str().unwrap();
        ask(server, key, project, "PATCH", id).ok(200);
        ask(server, key, project, "PUT", id).ok(200);
        ask(server, key, project, "POST", &format!("{id}/roll")).ok(200);
        ask(server, key, project, "DELETE", id).ok(204);
    }
}
