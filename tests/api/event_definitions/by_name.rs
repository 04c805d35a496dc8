//! `by_name`, `primary_properties` and `metrics`.

use serde_json::{Value, json};

use super::{BASE, listed, server_under, server_with, url};
use crate::property_definitions::encoded;

#[test]
fn a_name_leads_to_its_definition_and_opens_it() {
    let server = server_with(json!(["plan", "a b&c", {"name": "aside", "project": "side"}]));
    let by_name = |name: &str| server.get(&format!("{BASE}by_name/?name={}", encoded(name)));
    assert_eq!(listed(&server, "plan")["description"], Value::Null);
    let plan = by_name("plan").ok(200);
    assert_eq!(plan["description"], "");
    assert_eq!(listed(&server, "plan"), plan);
    assert_eq!(server.get(&url(&server, "plan")).text, plan.to_string());
    assert_eq!(by_name("a b&c").ok(200)["name"], "a b&c");
    // The name is taken as it is.
    for name in ["Plan", " plan", "aside", "none", "it's", "a\0"] {
        let answer = by_name(name);
        let detail = format!("Event definition with name '{name}' not found");
        assert_eq!(answer.status, 404);
        assert_eq!(answer.text, json!({"detail": detail}).to_string());
    }
    for query in ["", "?name=", "?Name=plan", "?name=plan&name="] {
        let answer = server.get(&format!("{BASE}by_name/{query}"));
        assert_eq!(answer.status, 400, "{query}");
        let detail = "{\"detail\":\"Query parameter 'name' is required\"}";
        assert_eq!(answer.text, detail);
    }
}

#[test]
fn a_primary_property_can_be_set_and_cleared() {
    let server = server_with(json!(["plan", {"name": "paid", "primary_property": "amount"}]));
    let url = url(&server, "plan");
    let patch = |value: Value| server.patch(&url, json!({"primary_property": value}));
    for (sent, kept) in [
        (json!(" $pathname "), json!("$pathname")),
        (json!(5), json!("5")),
        (json!("x".repeat(400)), json!("x".repeat(400))),
        (Value::Null, Value::Null),
        (json!("seats"), json!("seats")),
    ] {
        assert_eq!(patch(sent).ok(200)["primary_property"], kept);
        assert_eq!(listed(&server, "plan")["primary_property"], kept);
        assert_eq!(server.get(&url).ok(200)["primary_property"], kept);
    }
    assert_eq!(
        server.patch(&url, json!({})).ok(200)["primary_property"],
        "seats"
    );
    for (sent, code, detail) in [
        (json!("  "), "blank", "This field may not be blank."),
        (json!([]), "invalid_input", "Not a valid string."),
        (
            json!("x".repeat(401)),
            "max_length",
            "Ensure this field has no more than 400 characters.",
        ),
    ] {
        patch(sent).invalid(code, detail, "primary_property");
    }
    let made = json!({"name": "made", "primary_property": "size"});
    assert_eq!(server.post(BASE, made).ok(201)["primary_property"], "size");

    let found = |query: &str| {
        let body = server
            .get(&format!("{BASE}primary_properties/{query}"))
            .ok(200);
        body.to_string()
    };
    let (all, two) = (
        found(""),
        found("?names=plan&names=paid&names=none&names=plan"),
    );
    insta::assert_snapshot!(all, @r#"{"primary_properties":{"made":"size","paid":"amount","plan":"seats"}}"#);
    insta::assert_snapshot!(two, @r#"{"primary_properties":{"paid":"amount","plan":"seats"}}"#);
    assert_eq!(found("?names="), all);
    // Unlike in the list, a comma separates nothing.
    assert_eq!(found("?names=plan,paid"), r#"{"primary_properties":{}}"#);
    let other = server
        .get("/api/projects/2/event_definitions/primary_properties/")
        .ok(200);
    assert_eq!(other, json!({"primary_properties": {}}));
    let log = server
        .get("/api/projects/1/activity_log/?scope=EventDefinition")
        .ok(200);
    let change = json!({"type": "EventDefinition", "action": "created", "field": "primary_property", "before": null, "after": "$pathname"});
    let changes = log["results"].as_array().unwrap().iter();
    assert!(
        changes
            .flat_map(|entry| entry["detail"]["changes"].as_array())
            .flatten()
            .any(|entry| *entry == change)
    );
}

#[test]
fn no_query_uses_an_event() {
    let server = server_with(json!(["plan"]));
    let path = format!("{}metrics/", url(&server, "plan"));
    assert_eq!(
        server.get(&path).ok(200).to_string(),
        "{\"query_usage_30_day\":0}"
    );
    let unknown = format!("{BASE}0195f3a0-0000-0000-8000-00000000ffff/metrics/");
    server.get(&unknown).not_found("Not found.");
    server
        .get(&format!("{BASE}plan/metrics/"))
        .not_found("Not found.");
    let live = server_under(json!(["plan"]), &["--contract", "live"]);
    let closed = "This action does not support personal API key access";
    let path = format!("{}metrics/", url(&live, "plan"));
    live.get(&path).error(
        403,
        "authentication_error",
        "permission_denied",
        closed,
        None,
    );
}
