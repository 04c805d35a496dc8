//! What a session may do with the personal API keys of its user.

use super::*;

#[test]
fn a_session_makes_changes_and_revokes_personal_keys() {
    let server = Server::start();
    let visitor = Visitor::new(&server);
    let new = json!({"label": "Script", "scopes": ["insight:read"], "scoped_teams": [1], "scoped_organizations": []});
    for key in visitor.ask("GET", KEYS).send().ok(200).as_array().unwrap() {
        if key["scopes"] != json!(["*"]) || key["scoped_teams"] != json!([]) {
            let path = format!("{KEYS}{}/", key["id"].as_str().unwrap());
            assert_eq!(visitor.ask("DELETE", &path).send().status, 204);
        }
    }
    let made = visitor.ask("POST", KEYS).json(new.clone()).send().ok(201);
    let names: Vec<_> = made.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "id",
            "label",
            "value",
            "is_legacy_hashing",
            "mask_value",
            "created_at",
            "last_used_at",
            "user_id",
            "scopes",
            "scoped_teams",
            "scoped_organizations",
            "last_rolled_at"
        ]
    );
    let secret = made["value"].as_str().unwrap();
    let list = visitor.ask("GET", KEYS).send().ok(200);
    assert_eq!(
        (&list[0]["id"], &list[0]["value"]),
        (&made["id"], &Value::Null)
    );
    let insights = "/api/projects/1/insights/";
    server.ask("GET", insights).key(secret).send().ok(200);
    let path = format!("{KEYS}{}/", made["id"].as_str().unwrap());
    let renamed = visitor
        .ask("PATCH", &path)
        .json(json!({"label": "Cron"}))
        .send()
        .ok(200);
    assert_eq!(
        (
            &renamed["label"],
            &renamed["scoped_teams"],
            &renamed["value"]
        ),
        (&json!("Cron"), &json!([1]), &Value::Null)
    );
    let rolled = visitor.ask("POST", &format!("{path}roll/")).send().ok(200);
    assert_eq!(server.ask("GET", insights).key(secret).send().status, 401);
    let secret = rolled["value"].as_str().unwrap();
    server.ask("GET", insights).key(secret).send().ok(200);
    assert_eq!(visitor.ask("DELETE", &path).send().status, 204);
    assert_eq!(server.ask("GET", insights).key(secret).send().status, 401);
    visitor.ask("GET", &path).send().not_found("Not found.");
    visitor
        .ask("GET", &format!("{KEYS}@current/"))
        .send()
        .not_found("Not found.");
}

#[test]
fn an_invalid_new_personal_key_returns_400_with_the_reason() {
    let server = Server::start();
    let visitor = Visitor::new(&server);
    let make = |change: Value| {
        let mut new =
            json!({"label": "x", "scopes": ["*"], "scoped_teams": [], "scoped_organizations": []});
        new.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        visitor.ask("POST", KEYS).json(new).send()
    };
    make(json!({"scopes": ["invalid"]})).invalid(
        "invalid_input",
        "Invalid scope: invalid",
        "scopes",
    );
    make(json!({"label": ""})).invalid("blank", "This field may not be blank.", "label");
    make(json!({"scoped_teams": [4]})).invalid(
        "invalid_input",
        "You must be a member of all teams that you are scoping the key to.",
        "scoped_teams",
    );
    make(json!({"scoped_organizations": ["x"]})).invalid(
        "invalid_input",
        "Invalid organization UUID",
        "scoped_organizations",
    );
    make(json!({"scoped_organizations": ["0195f3a0-0000-7000-8000-00000000000c"]})).invalid(
        "invalid_input",
        "You must be a member of all organizations that you are scoping the key to.",
        "scoped_organizations",
    );
    let lacking = visitor
        .ask("POST", KEYS)
        .json(json!({"label": "x", "scopes": ["*"]}))
        .send();
    lacking.invalid("required", "This field is required.", "scoped_teams");
    let count = visitor
        .ask("GET", KEYS)
        .send()
        .ok(200)
        .as_array()
        .unwrap()
        .len();
    for _ in count..10 {
        make(json!({})).ok(201);
    }
    make(json!({})).invalid(
        "invalid_input",
        "You can only have 10 personal API keys. Remove an existing key before creating a new one.",
        None,
    );
}

#[test]
fn personal_keys_are_changed_only_soon_after_signing_in() {
    let server = Server::start();
    let visitor = Visitor::new(&server);
    let age = |seconds: i64| {
        let database = rusqlite::Connection::open(server.database()).unwrap();
        let sql = "UPDATE session SET created_at = CAST(unixepoch('subsec') * 1e6 AS INTEGER) - ? * 1000000";
        assert_eq!(database.execute(sql, [seconds]).unwrap(), 1);
    };
    let key = visitor.ask("GET", KEYS).send().ok(200)[0]["id"].clone();
    let path = format!("{KEYS}{}/", key.as_str().unwrap());
    age(2 * 3600 - 60);
    let rename = |label: &str| {
        visitor
            .ask("PATCH", &path)
            .json(json!({"label": label}))
            .send()
    };
    rename("Fresh").ok(200);
    age(2 * 3600 + 1);
    let roll = format!("{path}roll/");
    let new =
        json!({"label": "x", "scopes": ["*"], "scoped_teams": [], "scoped_organizations": []});
    for (method, path, body) in [
        ("POST", KEYS, new.clone()),
        ("PATCH", &path, json!({"label": "Stale"})),
        ("PUT", &path, new),
        ("POST", &roll, json!({})),
        ("DELETE", &path, json!({})),
        ("DELETE", "/api/personal_api_keys/nokey/", json!({})),
    ] {
        visitor.ask(method, path).json(body).send().error(
            403,
            "authentication_error",
            "sensitive_action_required_reauth",
            "This action requires you to be recently authenticated.",
            None,
        );
    }
    // The missing CSRF token is reported first. Reads and project keys do not need a recent sign-in.
    let bare = visitor.bare("DELETE", &path).send();
    bare.denied("CSRF Failed: CSRF token missing.");
    let keys = visitor.ask("GET", KEYS).send().ok(200);
    let labels: Vec<_> = keys
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["label"])
        .collect();
    assert!(
        labels.contains(&&json!("Fresh")) && !labels.contains(&&json!("x")),
        "{labels:?}"
    );
    visitor.ask("GET", &path).send().ok(200);
    let project_keys = "/api/projects/1/project_secret_api_keys/";
    let made = json!({"label": "Job", "scopes": ["endpoint:read"]});
    visitor.ask("POST", project_keys).json(made).send().ok(201);
    // Signing in again is enough.
    let visitor = Visitor::new(&server);
    let again = visitor
        .ask("PATCH", &path)
        .json(json!({"label": "Again"}))
        .send();
    assert_eq!(again.ok(200)["label"], "Again");
}

#[test]
fn a_session_ends_when_the_key_that_opened_it_may_no_longer_do_everything() {
    let server = Server::start();
    let owner = Visitor::new(&server);
    for key in owner.ask("GET", KEYS).send().ok(200).as_array().unwrap() {
        if key["scopes"] != json!(["*"]) || key["scoped_teams"] != json!([]) {
            let path = format!("{KEYS}{}/", key["id"].as_str().unwrap());
            assert_eq!(owner.ask("DELETE", &path).send().status, 204);
        }
    }
    let whole =
        json!({"label": "x", "scopes": ["*"], "scoped_teams": [], "scoped_organizations": []});
    let me = |visitor: &Visitor| visitor.ask("GET", "/api/users/@me/").send().status;
    for change in [
        json!({"scopes": ["insight:read"]}),
        json!({"scopes": ["user:read", "user:write"]}),
        json!({"scoped_teams": [1]}),
        json!({"scoped_organizations": [owner.ask("GET", "/api/organizations/@current/").send().ok(200)["id"]]}),
    ] {
        let made = owner.ask("POST", KEYS).json(whole.clone()).send().ok(201);
        let path = format!("{KEYS}{}/", made["id"].as_str().unwrap());
        let visitor = Visitor::of(&server, &login(&server, json!({"secret": made["value"]})));
        assert_eq!(me(&visitor), 200);
        owner
            .ask("PATCH", &path)
            .json(json!({"label": "y"}))
            .send()
            .ok(200);
        assert_eq!(me(&visitor), 200, "another name takes nothing away");
        owner
            .ask("PATCH", &path)
            .json(change.clone())
            .send()
            .ok(200);
        assert_eq!(me(&visitor), 401, "{change}");
        assert_eq!(owner.ask("DELETE", &path).send().status, 204);
        assert_eq!(me(&visitor), 401);
    }
    // The owner's session was opened by another key and lasts until that key or its user is gone.
    assert_eq!(me(&owner), 200);
    let database = rusqlite::Connection::open(server.database()).unwrap();
    database
        .execute("UPDATE user SET is_active = 0 WHERE id = 1", [])
        .unwrap();
    assert_eq!(me(&owner), 401);
}
