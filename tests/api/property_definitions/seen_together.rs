//! `seen_together`: which of some events ever had a property.

use serde_json::json;

use super::{BASE, server_with};
use crate::harness::Server;

fn ask(server: &Server, query: &str) -> crate::harness::Answer {
    server.get(&format!("{BASE}seen_together/?{query}"))
}

fn server() -> Server {
    server_with(
        json!(["$session_id", {"name": "age", "type": "person"}, "$feature/x"]),
        json!([["$pageview", "$session_id"], ["a,b", "plan"]]),
        &[],
    )
}

#[test]
fn each_event_asked_about_is_answered_in_the_order_asked() {
    let server = server();
    for (query, expected) in [
        (
            "event_names=custom_event&event_names=$pageview&property_name=$session_id",
            r#"{"custom_event":false,"$pageview":true}"#,
        ),
        (
            "event_names=$pageview&event_names=x&event_names=$pageview&property_name=$session_id",
            r#"{"$pageview":true,"x":false}"#,
        ),
        (
            "event_names[1]=$pageview&event_names[0]=z&property_name=$session_id",
            r#"{"z":false,"$pageview":true}"#,
        ),
        (
            "event_names[10]=b&event_names[9]=a&property_name=x",
            r#"{"a":false,"b":false}"#,
        ),
        (
            "event_names=%20$pageview%20&property_name=%20$session_id",
            r#"{"$pageview":true}"#,
        ),
        (
            "event_names=$Pageview&property_name=$session_id",
            r#"{"$Pageview":false}"#,
        ),
        (
            "event_names=$pageview&property_name=age",
            r#"{"$pageview":false}"#,
        ),
        (
            "event_names=$pageview&property_name=$feature/x",
            r#"{"$pageview":false}"#,
        ),
        (
            "event_names=$pageview&property_name=x&property_name=$session_id",
            r#"{"$pageview":true}"#,
        ),
        (
            "event_names=%5B%22$pageview%22%5D&property_name=$session_id",
            r#"{"[\"$pageview\"]":false}"#,
        ),
        ("event_names=a,b&property_name=plan", r#"{"a,b":true}"#),
        (
            "event_names=$pageview&property_name=$session_id&type=bogus&limit=x",
            r#"{"$pageview":true}"#,
        ),
    ] {
        let answer = ask(&server, query);
        assert_eq!((answer.status, &*answer.text), (200, expected), "{query}");
    }
    let other = server.get("/api/projects/2/property_definitions/seen_together?event_names=$pageview&property_name=$session_id");
    assert_eq!(other.ok(200), json!({"$pageview": false}));
}

#[test]
fn many_events_can_be_asked_about() {
    let server = server();
    let query: String = (0..2_000)
        .map(|number| format!("event_names=e{number}&"))
        .collect();
    let answer = ask(&server, &(query + "property_name=plan")).ok(200);
    assert_eq!(answer.as_object().unwrap().len(), 2_000);
}

#[test]
fn both_parameters_are_required() {
    let server = server();
    let required = ("required", "This field is required.");
    let blank = ("blank", "This field may not be blank.");
    let nul = (
        "null_characters_not_allowed",
        "Null characters are not allowed.",
    );
    for (query, (code, detail), attr) in [
        ("", required, "event_names"),
        ("property_name=x", required, "event_names"),
        ("event_names[]=a&property_name=x", required, "event_names"),
        ("event_names=&property_name=x", blank, "event_names__0"),
        (
            "event_names=a&event_names=%20&property_name=x",
            blank,
            "event_names__1",
        ),
        ("event_names=", blank, "event_names__0"),
        ("event_names=a", required, "property_name"),
        ("event_names=a&property_name=", blank, "property_name"),
        ("event_names=a&property_name=%20", blank, "property_name"),
        (
            "event_names=a&event_names=b%00&property_name=",
            nul,
            "event_names__1",
        ),
        ("event_names=a&property_name=x%00", nul, "property_name"),
    ] {
        let answer = ask(&server, query);
        assert_eq!(answer.status, 400, "{query}");
        answer.invalid(code, detail, attr);
    }
}
