//! What the query string of a page's address may ask for (`sharing.md` 6.5).

use serde_json::{Value, json};

use super::{INSIGHT, embedded, look, share, share_with};
use crate::harness::Server;

/// A server with an insight whose share was made at `created_at`, under the token `old`.
fn server_of_age(created_at: &str) -> Server {
    Server::seeded(
        &json!({
            "users": [{"ref": "u", "email": "u@example.com"}],
            "organizations": [{"ref": "o", "name": "O", "members": [["u", "owner"]]}],
            "projects": [{"ref": "p", "org": "o", "name": "P", "id": 1}],
            "insights": [{"ref": "i", "project": "p", "name": "I"}],
            "sharing_configurations": [{"ref": "s", "project": "p", "insight": "i", "access_token": "old",
                "created_at": created_at, "settings": {"legend": true, "theme": "dark"}}],
        }),
        &[],
    )
}

/// The settings in the data at `query`.
fn settings(server: &Server, query: &str) -> Value {
    let data = look(server, &format!("/shared/old.json{query}")).ok(200);
    let known = [
        "whitelabel",
        "noHeader",
        "showInspector",
        "legend",
        "detailed",
        "hideExtraDetails",
        "theme",
    ];
    let told = known.iter().filter(|key| data.get(**key).is_some());
    told.map(|key| (key.to_string(), data[*key].clone()))
        .collect()
}

#[test]
fn an_old_share_takes_its_settings_from_the_query_too() {
    let server = server_of_age("2025-07-30T23:59:59Z");
    for (query, expected) in [
        ("", json!({"legend": true, "theme": "dark"})),
        (
            "?noHeader&detailed=1&showInspector=YES&hideExtraDetails=whatever&whitelabel=on",
            json!({"whitelabel": true, "noHeader": true, "showInspector": true, "legend": true, "detailed": true,
                   "hideExtraDetails": true, "theme": "dark"}),
        ),
        ("?legend=0&noHeader=false", json!({"theme": "dark"})),
        ("?legend=Off&detailed=no", json!({"theme": "dark"})),
        ("?theme=light", json!({"legend": true, "theme": "light"})),
        ("?theme=blue", json!({"legend": true, "theme": "dark"})),
    ] {
        let told = settings(&server, query);
        assert_eq!(told.to_string(), expected.to_string(), "{query}");
    }
    let page = look(&server, "/shared/old?theme=light&noHeader");
    assert!(page.text.contains("data-theme=\"light\""));
    assert_eq!(embedded(&page)["noHeader"], true);
}

#[test]
fn a_newer_share_takes_none() {
    let server = server_of_age("2025-07-31T00:00:00Z");
    let told = settings(&server, "?legend=0&noHeader&theme=light&detailed=1");
    assert_eq!(told, json!({"legend": true, "theme": "dark"}));
}

#[test]
fn a_page_may_be_forced_to_be_of_another_type() {
    let server = Server::start();
    let token = share(&server, INSIGHT);
    for (query, kind) in [
        ("?force_type=image", "image"),
        ("?force_type=embed", "embed"),
        ("?embedded&force_type=scene", "scene"),
        ("?force_type=unlock", "scene"),
        ("?force_type=%22%3E%3Cscript%3E", "scene"),
        ("?force_type", "scene"),
        ("?cache_keys=%7B%221%22%3A%22x%22%7D&refresh=true", "scene"),
    ] {
        let page = look(&server, &format!("/shared/{token}{query}"));
        let data = embedded(&page);
        let class = format!("export-type-{kind}");
        assert_eq!(
            (&data["type"], &data["rootClassName"]),
            (&json!(kind), &json!(class)),
            "{query}"
        );
        assert!(
            page.text.contains(&format!("<body class=\"{class}\"")),
            "{query}"
        );
    }
    let protected = json!({"enabled": true, "password_required": true});
    let token = share_with(&server, INSIGHT, protected);
    let page = look(&server, &format!("/shared/{token}?force_type=scene"));
    assert_eq!(embedded(&page), json!({"type": "unlock"}));
}
