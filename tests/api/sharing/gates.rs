//! What a share needs besides the key's project: scopes, the organization's switch and its paid features.

use serde_json::{Value, json};

use crate::{
    harness::{Answer, Server},
    sharing::{NOTEBOOK, PARENTS, all_actions},
};

const REQUIRED: &str = r#"{"error":"Sharing with password requires the Access Control feature"}"#;
const MANAGED: &str = r#"{"error":"Password management requires the Access Control feature"}"#;

/// In project 5, whose organization forbids public sharing.
const CLOSED: &str = "/api/projects/5/insights/5/sharing";

/// In project 3, whose organization has no paid feature.
const PLAIN: &str = "/api/projects/3/notebooks/NotePlain1/sharing";

#[track_caller]
fn forbidden(answer: Answer) {
    answer.denied("Public sharing is disabled for this organization.");
}

#[track_caller]
fn unpaid(answer: Answer, text: &str) {
    assert_eq!((answer.status, &*answer.text), (403, text));
}

#[test]
fn reading_and_writing_take_their_scopes() {
    let server = Server::start();
    let missing =
        |scope: &str| format!("API key missing required scope 'sharing_configuration:{scope}'");
    for parent in PARENTS {
        let path = format!("{parent}/sharing");
        let ask = |key, method, path: &str| server.ask(method, path).key(key).send();
        ask("phx_read", "GET", &path).ok(200);
        ask("phx_write", "GET", &path).ok(200);
        ask("phx_none", "GET", &path).denied(&missing("read"));
        for (method, path) in [
            ("PATCH", path.clone()),
            ("POST", format!("{path}/refresh")),
            ("POST", format!("{path}/passwords")),
            ("DELETE", format!("{path}/passwords/1")),
        ] {
            ask("phx_read", method, &path).denied(&missing("write"));
            assert_ne!(
                ask("phx_write", method, &path).status,
                403,
                "{method} {path}"
            );
        }
    }
    // Before the parent is looked up.
    let unknown = "/api/projects/1/insights/999/sharing";
    server
        .ask("GET", unknown)
        .key("phx_none")
        .send()
        .denied(&missing("read"));
}

#[test]
fn nobody_reaches_anothers_project() {
    let server = Server::start();
    for parent in PARENTS {
        for (method, path) in [
            ("GET", "sharing"),
            ("PATCH", "sharing"),
            ("POST", "sharing/refresh"),
            ("POST", "sharing/passwords"),
            ("DELETE", "sharing/passwords/1"),
        ] {
            let answer = server
                .ask(method, &format!("{parent}/{path}"))
                .key("phx_bob")
                .send();
            answer.denied("You don't have access to the project.");
        }
    }
}

#[test]
fn an_organization_can_forbid_public_sharing() {
    let server = Server::start();
    let passwords = format!("{CLOSED}/passwords");
    let refresh = format!("{CLOSED}/refresh");
    for enabled in [
        json!(true),
        json!(1),
        json!("true"),
        json!("false"),
        json!("0"),
        json!(2),
        json!([0]),
        json!({"a": 1}),
    ] {
        for answer in [
            server.patch(CLOSED, json!({"enabled": enabled})),
            server.post(&refresh, json!({"enabled": enabled})),
            server.post(&passwords, json!({"enabled": enabled})),
        ] {
            forbidden(answer);
        }
    }
    forbidden(
        server
            .ask("PATCH", CLOSED)
            .key("phx_ada")
            .form("enabled=false")
            .send(),
    );
    assert_eq!(server.get(CLOSED).ok(200)["created_at"], Value::Null);
    // All else works.
    for body in [
        json!({"enabled": false}),
        json!({"enabled": 0}),
        json!({"settings": {"legend": true}}),
        json!({}),
    ] {
        assert_eq!(server.patch(CLOSED, body).ok(200)["enabled"], false);
    }
    server
        .ask("PATCH", CLOSED)
        .key("phx_ada")
        .form("enabled=")
        .send()
        .ok(200);
    server.patch(CLOSED, json!({"enabled": null})).invalid(
        "null",
        "This field may not be null.",
        "enabled",
    );
    server.patch(CLOSED, json!({"enabled": []})).invalid(
        "invalid_input",
        "Must be a valid boolean.",
        "enabled",
    );
    server.post(&refresh, json!({"enabled": ""})).ok(200);
    server.post(&refresh, json!({})).ok(200);
}

#[test]
fn the_switch_counts_only_with_its_feature() {
    let server = Server::with(&["--without-feature", "organization_security_settings"]);
    assert_eq!(
        server.patch(CLOSED, json!({"enabled": true})).ok(200)["enabled"],
        true
    );
}

#[test]
fn without_access_control_no_password_can_be_asked_for() {
    let server = Server::start();
    for required in [
        json!(true),
        json!(1),
        json!("false"),
        json!("0"),
        json!("maybe"),
        json!([1]),
    ] {
        unpaid(
            server.patch(
                PLAIN,
                json!({"password_required": required, "enabled": "maybe"}),
            ),
            REQUIRED,
        );
    }
    unpaid(
        server
            .ask("PATCH", PLAIN)
            .key("phx_ada")
            .form("password_required=off")
            .send(),
        REQUIRED,
    );
    assert_eq!(server.get(PLAIN).ok(200)["created_at"], Value::Null);
    let refused = |value: Value| server.patch(PLAIN, json!({"password_required": value}));
    refused(Value::Null).invalid("null", "This field may not be null.", "password_required");
    refused(json!([])).invalid(
        "invalid_input",
        "Must be a valid boolean.",
        "password_required",
    );
    for off in [json!(false), json!(0)] {
        assert_eq!(refused(off).ok(200)["password_required"], false);
    }
    assert_eq!(
        server.patch(PLAIN, json!({"enabled": true})).ok(200)["enabled"],
        true
    );
}

#[test]
fn without_access_control_passwords_cannot_be_managed() {
    let server = Server::start();
    let passwords = format!("{PLAIN}/passwords");
    // Deleting asks for the feature first, making for the protection.
    unpaid(server.delete(&format!("{passwords}/1")), MANAGED);
    unpaid(server.delete(&format!("{passwords}/abc")), MANAGED);
    let refused = server.post(&passwords, json!({}));
    let text = r#"{"error":"Password protection must be enabled before creating passwords"}"#;
    assert_eq!((refused.status, &*refused.text), (400, text));
    server
        .delete("/api/projects/3/notebooks/nope/sharing/passwords/1")
        .not_found("Notebook not found.");
}

#[test]
fn a_protected_share_outlives_the_feature() {
    let seed = json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "features": [], "members": [["ada", "owner"]]}],
        "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 1}],
        "personal_api_keys": [{"ref": "key", "user": "ada", "scopes": ["*"], "value": "phx_ada"}],
        "notebooks": [{"ref": "note", "project": "main", "short_id": "NoteMain1"}],
        "sharing_configurations": [{"project": "main", "notebook": "note", "password_required": true,
                                    "passwords": [{"password": "12345678", "note": "kept"}]}]
    });
    let server = Server::seeded(&seed, &[]);
    let before = server.get(NOTEBOOK).ok(200);
    assert_eq!(
        (
            &before["password_required"],
            &before["share_passwords"][0]["note"]
        ),
        (&json!(true), &json!("kept"))
    );
    let (passwords, id) = (
        format!("{NOTEBOOK}/passwords"),
        &before["share_passwords"][0]["id"],
    );
    unpaid(server.post(&passwords, json!({})), MANAGED);
    unpaid(
        server.post(&passwords, json!({"raw_password": "short"})),
        MANAGED,
    );
    unpaid(server.delete(&format!("{passwords}/{id}")), MANAGED);
    assert_eq!(server.get(NOTEBOOK).ok(200), before);
    let rotated = server
        .post(&format!("{NOTEBOOK}/refresh"), json!({}))
        .ok(200);
    assert_eq!(
        (
            &rotated["password_required"],
            &rotated["share_passwords"][0]["note"]
        ),
        (&json!(true), &json!("kept"))
    );
}

#[test]
fn the_gates_stand_in_order() {
    // No feature but the one that makes the switch count, and the switch is off.
    let server = Server::with(&["--without-feature", "access_control"]);
    server
        .patch(
            "/api/projects/5/insights/9/sharing",
            json!({"enabled": true}),
        )
        .not_found("Insight not found.");
    let all_wrong = json!({"enabled": "maybe", "password_required": true, "settings": 1});
    forbidden(server.patch(CLOSED, all_wrong));
    unpaid(
        server.patch(CLOSED, json!({"settings": 1, "password_required": true})),
        REQUIRED,
    );
    server.patch(CLOSED, json!({"settings": 1})).invalid(
        "invalid_input",
        "Invalid settings format",
        "settings",
    );
}

#[test]
fn a_stranger_is_turned_away_from_everything() {
    let server = Server::start();
    for parent in PARENTS {
        assert_eq!(
            server
                .ask("GET", &format!("{parent}/sharing"))
                .send()
                .status,
            401
        );
        for answer in all_actions(&server, parent) {
            assert_ne!(answer.status, 401);
        }
    }
}
