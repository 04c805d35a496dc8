//! What clients ask first: users and organizations (`keys-and-auth.md` 6).

use serde_json::{Value, json};

use crate::harness::{Answer, Server};

/// ada's first organization, with projects 1 and 2.
pub const ACME: &str = "0195f3a0-0000-7000-8000-00000000000a";
/// One without paid features, with project 3.
pub const BARE: &str = "0195f3a0-0000-7000-8000-00000000000b";
/// bob's, where ada is no member.
pub const GLOBEX: &str = "0195f3a0-0000-7000-8000-00000000000c";
/// One whose shares are closed, with project 5.
pub const SHUT: &str = "0195f3a0-0000-7000-8000-00000000000d";

/// What `key` is answered.
pub fn get(server: &Server, key: &str, path: &str) -> Answer {
    server.ask("GET", path).key(key).send()
}

/// The `field` of each thing of a list, as a list.
pub fn each(list: &Value, field: &str) -> Value {
    let things = list.as_array().unwrap();
    things.iter().map(|thing| thing[field].clone()).collect()
}

/// The short form of a project, built from what the seed says; uuids are as the server made them.
pub fn project(id: i64, organization: &str, name: &str, shown: &Value) -> Value {
    assert_eq!(shown["uuid"].as_str().map(str::len), Some(36), "{shown}");
    json!({
        "id": id, "uuid": shown["uuid"], "organization": organization, "project_id": id,
        "api_token": format!("phc_{}", name.to_lowercase()), "name": name, "completed_snippet_onboarding": false,
        "has_completed_onboarding_for": null, "ingested_event": false, "is_demo": false, "timezone": "UTC",
        "access_control": false,
    })
}

/// Acme as ada, its owner, sees it.
fn acme(shown: &Value) -> Value {
    let teams = &shown["teams"];
    let teams = json!([
        project(1, ACME, "Main", &teams[0]),
        project(2, ACME, "Side", &teams[1])
    ]);
    let projects = json!([
        {"id": 1, "organization_id": ACME, "name": "Main"}, {"id": 2, "organization_id": ACME, "name": "Side"},
    ]);
    let feature = |key: &str| json!({"key": key, "name": key});
    assert!(shown["created_at"].is_string() && shown["updated_at"].is_string());
    json!({
        "id": ACME, "name": "Acme", "slug": "acme", "logo_media_id": null, "created_at": shown["created_at"],
        "updated_at": shown["updated_at"], "membership_level": 15, "plugins_access_level": 9, "teams": teams,
        "projects": projects, "available_product_features": [feature("access_control"), feature("white_labelling"),
        feature("organization_security_settings")], "is_member_join_email_enabled": true,
        "metadata": {"instance_tag": "none"}, "customer_id": null, "enforce_2fa": null, "members_can_invite": true,
        "members_can_create_projects": false, "members_can_use_personal_api_keys": true,
        "allow_publicly_shared_resources": true, "member_count": 3, "is_ai_data_processing_approved": true,
        "is_ai_training_opted_in": true, "is_ai_training_locked": false, "is_ai_training_cta_shown": true,
        "is_hipaa": false, "default_experiment_stats_method": "bayesian", "default_anonymize_ips": false,
        "default_role_id": null, "is_active": true, "is_not_active_reason": null, "is_pending_deletion": false,
    })
}

#[test]
fn a_user_is_told_who_it_is_and_where_it_belongs() {
    let server = Server::start();
    let answer = server.get("/api/users/@me/");
    let me = &answer.body;
    let belongs = |id: &str, name: &str| {
        json!({
            "id": id, "name": name, "slug": name.to_lowercase(), "logo_media_id": null, "membership_level": 15,
            "members_can_use_personal_api_keys": true, "is_active": true, "is_not_active_reason": null,
            "is_pending_deletion": false,
        })
    };
    let expected = json!({
        "date_joined": me["date_joined"], "uuid": me["uuid"], "distinct_id": me["distinct_id"], "first_name": "Ada",
        "last_name": "Lovelace", "email": "ada@example.com", "pending_email": null, "is_email_verified": true,
        "toolbar_mode": "toolbar", "has_password": false, "id": 1, "is_staff": false, "is_impersonated": false,
        "team": project(1, ACME, "Main", &me["team"]), "organization": acme(&me["organization"]),
        "organizations": [belongs(ACME, "Acme"), belongs(BARE, "Bare"), belongs(SHUT, "Shut")], "is_2fa_enabled": false,
        "has_social_auth": false, "theme_mode": null, "hedgehog_config": null, "role_at_organization": "engineering",
    });
    assert_eq!(
        (answer.status, answer.text.clone()),
        (200, expected.to_string())
    );
    assert!(me["date_joined"].is_string());
    assert_eq!(me["uuid"].as_str().map(str::len), Some(36));
    assert_eq!(me["distinct_id"].as_str().map(str::len), Some(44));
    let bob = get(&server, "phx_bob", "/api/users/@me").ok(200);
    assert_eq!(
        (&bob["id"], &bob["team"]["id"], &bob["role_at_organization"]),
        (&json!(3), &json!(4), &json!(null))
    );
    assert_eq!(each(&bob["organizations"], "id"), json!([GLOBEX]));
}

#[test]
fn nobody_sees_another_user() {
    let server = Server::start();
    let me = server.get("/api/users/@me").ok(200);
    let list = server.get("/api/users/").ok(200);
    assert_eq!(
        list,
        json!({"count": 1, "next": null, "previous": null, "results": [me]})
    );
    assert_eq!(
        server.get("/api/users?offset=1").ok(200)["results"],
        json!([])
    );
    let bob = get(&server, "phx_bob", "/api/users/@me").ok(200);
    let detail = "As a non-staff user you're only allowed to access the `@me` user instance.";
    for id in [
        bob["uuid"].as_str().unwrap(),
        me["uuid"].as_str().unwrap(),
        "1",
        "nobody",
    ] {
        server.get(&format!("/api/users/{id}/")).denied(detail);
    }
    let narrow = get(
        &server,
        "phx_none",
        &format!("/api/users/{}", bob["uuid"].as_str().unwrap()),
    );
    narrow.denied("API key missing required scope 'user:read'");
    let made = server.post("/api/users/", json!({"email": "x@example.com"}));
    made.denied("This action does not support personal API key access");
}

#[test]
fn organizations_are_shown_to_their_members() {
    let server = Server::start();
    let answer = server.get(&format!("/api/organizations/{ACME}/"));
    assert_eq!(
        (answer.status, &answer.text),
        (200, &acme(&answer.body).to_string())
    );
    for path in [
        "/api/organizations/@current",
        &format!("/api/organizations/{}", ACME.to_uppercase()),
    ] {
        assert_eq!(server.get(path).text, answer.text, "{path}");
    }
    let list = server.get("/api/organizations/").ok(200);
    assert_eq!(
        (&list["count"], each(&list["results"], "id")),
        (&json!(3), json!([ACME, BARE, SHUT]))
    );
    assert_eq!(list["results"][0].to_string(), answer.text);
    let page = server.get("/api/organizations?limit=1&offset=1").ok(200);
    assert_eq!(each(&page["results"], "slug"), json!(["bare"]));
    assert_eq!(
        page["next"],
        json!(format!("{}/api/organizations?limit=1&offset=2", server.url))
    );
    let shut = &list["results"][2];
    assert_eq!(
        (
            &shut["allow_publicly_shared_resources"],
            &shut["member_count"]
        ),
        (&json!(false), &json!(1))
    );
    assert_eq!(list["results"][1]["available_product_features"], json!([]));
    let level = |key: &str| {
        get(&server, key, "/api/organizations/@current/").ok(200)["membership_level"].clone()
    };
    assert_eq!(
        [level("phx_mel"), level("phx_dan"), level("phx_bob")],
        [1, 8, 15]
    );
    let unknown = "0195f3a0-0000-7000-8000-0000000000ff";
    for (key, id) in [
        ("phx_ada", GLOBEX),
        ("phx_ada", unknown),
        ("phx_ada", "acme"),
        ("phx_bob", ACME),
        ("phx_dan", BARE),
    ] {
        get(&server, key, &format!("/api/organizations/{id}/")).not_found("Not found.");
        for path in [
            "projects",
            "projects/1",
            "projects/4",
            "projects/abc",
            "projects/@current",
        ] {
            let path = format!("/api/organizations/{id}/{path}/");
            get(&server, key, &path).not_found("Organization not found.");
        }
    }
}

#[test]
fn a_feature_switched_off_for_all_is_nobodys() {
    let server = Server::with(&["--without-feature", "access_control,white_labelling"]);
    let one = server.get("/api/organizations/@current/").ok(200);
    let listed = server.get("/api/organizations/").ok(200)["results"][0].clone();
    let mine = server.get("/api/users/@me/").ok(200)["organization"].clone();
    for organization in [one, listed, mine] {
        assert_eq!(
            each(&organization["available_product_features"], "key"),
            json!(["organization_security_settings"])
        );
    }
}

#[test]
fn who_belongs_nowhere_has_nothing_current() {
    let seed = json!({
        "users": [{"ref": "u", "email": "u@example.com", "password": "a long enough one"}, {"ref": "o", "email": "o@example.com"}],
        "organizations": [{"ref": "a", "name": "A", "members": [["o", "owner"]]}, {"ref": "b", "name": "B", "members": [["o", "admin"]]}],
        "projects": [{"ref": "p", "org": "a", "name": "P"}, {"ref": "q", "org": "b", "name": "Q", "current_of": "o"}],
        "personal_api_keys": [
            {"ref": "k", "user": "u", "scopes": ["*"], "value": "phx_u"}, {"ref": "l", "user": "o", "scopes": ["*"], "value": "phx_o"},
        ],
    });
    let server = Server::seeded(&seed, &[]);
    let ask = |path: &str| get(&server, "phx_u", path);
    ask("/api/projects/@current/").not_found("Not found.");
    ask("/api/organizations/@current/").not_found("Not found.");
    ask("/api/organizations/@current/projects/").not_found("Organization not found.");
    ask("/api/projects/@current/project_secret_api_keys/").not_found("Project not found.");
    ask("/api/projects/1/project_secret_api_keys/").denied("You don't have access to the project.");
    for path in ["/api/projects/", "/api/organizations/"] {
        assert_eq!(
            ask(path).ok(200),
            json!({"count": 0, "next": null, "previous": null, "results": []})
        );
    }
    let me = ask("/api/users/@me/").ok(200);
    assert_eq!(
        (&me["team"], &me["organization"], &me["organizations"]),
        (&json!(null), &json!(null), &json!([]))
    );
    assert_eq!(me["has_password"], true);
    // And who chose a project has that one.
    for path in [
        "/api/projects/@current/",
        "/api/organizations/@current/projects/2/",
    ] {
        assert_eq!(get(&server, "phx_o", path).ok(200)["name"], "Q");
    }
    let me = get(&server, "phx_o", "/api/users/@me/").ok(200);
    assert_eq!(
        (&me["team"]["name"], &me["organization"]["name"]),
        (&json!("Q"), &json!("B"))
    );
}

#[test]
fn a_slug_is_the_name_made_fit_for_a_url_and_unique() {
    let names = ["Acme & Co.", "ACME  co", "Größe 2", "!!!"];
    let organizations: Vec<_> = names
        .map(|name| json!({"name": name, "members": [["u", "owner"]]}))
        .into();
    let seed = json!({
        "users": [{"ref": "u", "email": "u@example.com"}], "organizations": organizations,
        "personal_api_keys": [{"ref": "k", "user": "u", "scopes": ["*"], "value": "phx_u"}],
    });
    let server = Server::seeded(&seed, &[]);
    let list = get(&server, "phx_u", "/api/organizations/").ok(200);
    let mut slugs: Vec<_> = list["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["slug"].as_str().unwrap())
        .collect();
    slugs.sort_unstable();
    assert_eq!(slugs, ["acme-co", "acme-co-2", "größe-2", "organization"]);
}

#[test]
fn a_user_can_change_its_names_and_nothing_else() {
    let server = Server::start();
    let patch = |key: &str, body: Value| {
        let ask = server.ask("PATCH", "/api/users/@me/").key(key);
        ask.json(body).send()
    };
    let before = server.get("/api/users/@me/").ok(200);
    let sent = json!({
        "first_name": " Augusta ", "email": "x@example.com", "is_staff": true, "id": 2, "role_at_organization": "sales",
    });
    let answer = patch("phx_ada", sent);
    let mut expected = before.clone();
    expected["first_name"] = json!("Augusta");
    assert_eq!((answer.status, answer.text), (200, expected.to_string()));
    assert_eq!(
        patch("phx_ada", json!({"last_name": ""})).ok(200)["last_name"],
        ""
    );
    assert_eq!(
        server.get("/api/users/@me/").ok(200)["first_name"],
        "Augusta"
    );
    assert_eq!(patch("phx_ada", json!({})).ok(200)["first_name"], "Augusta");
    let long = "x".repeat(151);
    let most = "Ensure this field has no more than 150 characters.";
    for field in ["first_name", "last_name"] {
        patch("phx_ada", json!({field: long})).invalid("max_length", most, field);
        patch("phx_ada", json!({field: null})).invalid(
            "null",
            "This field may not be null.",
            field,
        );
        patch("phx_ada", json!({field: []})).invalid("invalid_input", "Not a valid string.", field);
    }
    patch("phx_read", json!({})).denied("API key missing required scope 'user:write'");
    // Limits of keys do not count, and no other user is changed.
    assert_eq!(
        patch("phx_onlymain", json!({"last_name": "King"})).ok(200)["last_name"],
        "King"
    );
    assert_eq!(
        get(&server, "phx_bob", "/api/users/@me").ok(200)["first_name"],
        "Bob"
    );
}

#[test]
fn a_seed_file_says_whether_an_address_is_verified() {
    let seed = json!({
        "users": [
            {"ref": "a", "email": "a@example.com"}, {"ref": "b", "email": "b@example.com", "is_email_verified": false},
            {"ref": "c", "email": "c@example.com", "is_email_verified": null},
        ],
        "personal_api_keys": [
            {"user": "a", "label": "a", "scopes": ["*"], "value": "phx_a"}, {"user": "b", "label": "b", "scopes": ["*"], "value": "phx_b"},
            {"user": "c", "label": "c", "scopes": ["*"], "value": "phx_c"},
        ],
    });
    let server = Server::seeded(&seed, &[]);
    let verified = |key| get(&server, key, "/api/users/@me").ok(200)["is_email_verified"].clone();
    assert_eq!(
        [verified("phx_a"), verified("phx_b"), verified("phx_c")],
        [json!(true), json!(false), json!(null)]
    );
}

#[test]
fn the_active_members_of_an_organization_are_listed_to_its_members() {
    let server = Server::start();
    let path = format!("/api/organizations/{ACME}/members/");
    let answer = server.get(&path);
    let list = &answer.body;
    let member = |index: usize, level: i64| {
        let shown = &list["results"][index];
        assert_eq!(shown["id"].as_str().map(str::len), Some(36));
        json!({
            "id": shown["id"], "user": shown["user"], "level": level, "joined_at": shown["joined_at"],
            "updated_at": shown["joined_at"], "is_2fa_enabled": false, "has_social_auth": false, "last_login": null,
        })
    };
    let expected = json!({
        "count": 3, "next": null, "previous": null, "results": [member(0, 15), member(1, 1), member(2, 8)],
    });
    assert_eq!((answer.status, &answer.text), (200, &expected.to_string()));
    let users: Vec<_> = list["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["user"])
        .collect();
    assert_eq!(
        users[0].to_string(),
        json!({
            "id": 1, "uuid": users[0]["uuid"], "distinct_id": users[0]["distinct_id"], "first_name": "Ada",
            "last_name": "Lovelace", "email": "ada@example.com", "is_email_verified": true, "hedgehog_config": null,
            "role_at_organization": "engineering",
        })
        .to_string()
    );
    assert_eq!([&users[1]["id"], &users[2]["id"]], [2, 5]);
    let ids: std::collections::BTreeSet<_> = each(&list["results"], "id")
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    assert_eq!(ids.len(), 3);
    let page = server.get(&format!("{path}?limit=1&offset=1")).ok(200);
    assert_eq!(
        (&page["count"], &page["results"][0]["level"]),
        (&json!(3), &json!(1))
    );
    assert_eq!(
        page["next"],
        json!(format!("{}{path}?limit=1&offset=2", server.url))
    );
    assert_eq!(
        get(&server, "phx_mel", "/api/organizations/@current/members").ok(200)["count"],
        3
    );
    get(&server, "phx_bob", &path).not_found("Organization not found.");
    get(&server, "phx_ada", "/api/organizations/acme/members/")
        .not_found("Organization not found.");
    get(&server, "phx_read", &path)
        .denied("API key missing required scope 'organization_member:read'");
    get(&server, "phx_onlymain", &path)
        .denied("API keys with scoped projects are only supported on project-based endpoints.");
    get(&server, "phx_onlybare", &path).denied(&format!(
        "API key does not have access to the requested organization: ID {ACME}."
    ));
}
