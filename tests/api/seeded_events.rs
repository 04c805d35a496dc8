//! Seed files with events: they imply what captured ones do.

use serde_json::json;

use crate::harness::Server;

#[test]
fn events_of_a_seed_file_define_what_captured_ones_would() {
    let seed = json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 1}],
        "personal_api_keys": [{"ref": "key", "user": "ada", "scopes": ["*"], "value": "phx_ada"}],
        "events": [
            {"project": "main", "event": "signed up", "distinct_id": "d", "properties": {"seats": 5, "$set": {"email": "a@b.c"}}},
            {"project": "main", "batch": [
                {"event": "paid", "distinct_id": "d", "properties": {"paid_at": "2026-01-02T03:04:05Z", "$groups": {"company": "acme"}}},
                {"event": "$groupidentify", "distinct_id": "d",
                 "properties": {"$group_type": "company", "$group_key": "acme", "$group_set": {"size": 11}}},
            ]},
        ],
    });
    let server = Server::seeded(&seed, &[]);
    let definition = |query: &str| {
        let path = format!("/api/projects/1/property_definitions/?{query}");
        server.get(&path).ok(200)["results"][0]["property_type"].clone()
    };
    assert_eq!(definition("properties=seats"), "Numeric");
    assert_eq!(definition("properties=paid_at"), "DateTime");
    assert_eq!(definition("properties=email&type=person"), "String");
    assert_eq!(
        definition("properties=size&type=group&group_type_index=0"),
        "Numeric"
    );
    let path = "/api/projects/1/property_definitions/seen_together/?event_names=signed+up&event_names=paid&property_name=seats";
    assert_eq!(
        server.get(path).ok(200),
        json!({"signed up": true, "paid": false})
    );
    let events = server.get("/api/projects/1/event_definitions/").ok(200);
    assert_eq!(events["count"], 3, "{events}");
}
