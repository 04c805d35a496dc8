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
        "api_token": format!("phc_{}", name.to_lowercase()), "name": name, "completed_snippet_onboarding": true,
        "has_completed_onboarding_for": null, "ingested_event": false, "is_demo": false, "timezone": "UTC",
        "access_control": false,
    })
}

/// Acme as ada, its owner, sees it.
fn acme(shown: &Value) -> Value {
    let projects = &shown["projects"];
    let both = json!([
        project(1, ACME, "Main", &projects[0]),
        project(2, ACME, "Side", &projects[1])
    ]);
    let feature = |key: &str| json!({"key": key, "name": key});
    assert!(shown["created_at"].is_string() && shown["updated_at"].is_string());
    json!({
        "id": ACME, "name": "Acme", "slug": "acme", "logo_media_id": null, "created_at": shown["created_at"],
        "updated_at": shown["updated_at"], "membership_level": 15, "plugins_access_level": 9, "teams": both,
        "projects": both, "available_product_features": [feature("access_control"), feature("white_labelling"),
        feature("organization_security_settings")], "is_member_join_email_enabled": true,
        "metadata": {"instance_tag": "none"}, "customer_id": null, "enforce_2fa": null, "members_can_invite": true,
        "members_can_create_projects": false, "members_can_use_personal_api_keys": true,
        "allow_publicly_shared_resources": true, "member_count": 4, "is_ai_data_processing_approved": true,
        "is_ai_training_opted_in": false, "is_ai_training_locked": false, "is_ai_training_cta_shown": false,
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
        "last_name": "Lovelace", "email": "ada@example.com", "pending_email": null, "is_email_verified": null, "id": 1,
        "is_staff": false, "is_impersonated": false, "has_password": false, "is_2fa_enabled": false,
        "has_social_auth": false, "theme_mode": null, "toolbar_mode": "toolbar", "hedgehog_config": null,
        "role_at_organization": "engineering", "team": project(1, ACME, "Main", &me["team"]),
        "organization": acme(&me["organization"]),
        "organizations": [belongs(ACME, "Acme"), belongs(BARE, "Bare"), belongs(SHUT, "Shut")],
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
