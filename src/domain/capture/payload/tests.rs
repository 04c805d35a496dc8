//! The shapes of payloads, and the order in which errors are reported.

use super::*;

/// The names of the payload's events, concatenated.
fn names(text: &str, is_engage: bool) -> Result<Option<String>, Rejection> {
    let payload = Payload::read(text, is_engage)?;
    payload.each(|names: &mut String, event, _| {
        let name = event.name.as_deref().unwrap_or_default();
        if name == "bad" {
            return Err(Rejection::EmptyName);
        }
        names.push_str(name);
        Ok(())
    })
}

#[test]
fn every_shape_is_read() {
    for (text, expected) in [
        (
            r#"{"api_key": "t", "batch": [{"event": "a"}, {"event": "b", "token": "other"}]}"#,
            "ab",
        ),
        (
            r#"{"batch": [{"event": "a"}], "token": "t", "sent_at": null, "historical_migration": true}"#,
            "a",
        ),
        (
            r#" [{"event": "a", "api_key": "t"}, {"event": "b"}, {"event": "c", "properties": {"token": "t"}}] "#,
            "abc",
        ),
        (r#"{"event": "a", "$token": "t"}"#, "a"),
        (
            r#"{"event": "a", "properties": {"token": "t"}, "token": null, "offset": -5}"#,
            "a",
        ),
        (
            r#"{"api_key": "t", "event": "a", "batch": [{"event": "b"}, {}]}"#,
            "a",
        ),
        (r#"{"api_key": "t", "event": "a", "batch": 1}"#, "a"),
        (
            r#"{"api_key": "t", "batch": [{"event": "$performance_event"}, {"event": "a"}]}"#,
            "a",
        ),
    ] {
        assert_eq!(names(text, false), Ok(Some(expected.into())), "{text}");
    }
    assert_eq!(
        names(r#"{"token": "t", "$set": {}}"#, true),
        Ok(Some("$identify".into()))
    );
    assert_eq!(
        names(
            r#"{"token": "t", "batch": [{"event": "$performance_event"}]}"#,
            false
        ),
        Ok(None)
    );
}

#[test]
fn errors_are_reported_in_the_order_of_the_reference() {
    let not_json = |text: &str| Rejection::NotJson(text.into());
    for (text, expected) in [
        ("nope", not_json("expected ident at line 1 column 2")),
        ("", not_json("EOF while parsing a value at line 1 column 0")),
        (
            r#"{"event": "a"} x"#,
            not_json("trailing characters at line 1 column 16"),
        ),
        (
            r#"[{"event": "a", "x": [1e999]}]"#,
            not_json("number out of range at line 1 column 27"),
        ),
        ("5", Rejection::Shapeless),
        ("null", Rejection::Shapeless),
        (r#"[{"event": "a"}, 1]"#, Rejection::Shapeless),
        (r#"[{"event": "a"}, {"event": 1}]"#, Rejection::Shapeless),
        (
            r#"{"event": "a", "properties": null}"#,
            Rejection::Shapeless,
        ),
        (r#"{"event": "a", "properties": []}"#, Rejection::Shapeless),
        (r#"{"event": "a", "timestamp": 5}"#, Rejection::Shapeless),
        (r#"{"event": "a", "offset": 5.5}"#, Rejection::Shapeless),
        (r#"{"event": "a", "$set": 5}"#, Rejection::Shapeless),
        (r#"{"event": "a", "token": 5}"#, Rejection::Shapeless),
        ("{}", Rejection::Nameless),
        (r#"{"batch": []}"#, Rejection::Nameless),
        (r#"{"batch": [{"event": "a"}]}"#, Rejection::Nameless),
        (
            r#"{"token": "t", "batch": [{"event": "a", "properties": null}]}"#,
            Rejection::Nameless,
        ),
        (
            r#"{"token": "t", "batch": [{"event": "a"}], "sent_at": 5}"#,
            Rejection::Nameless,
        ),
        ("[]", Rejection::Empty),
        (r#"{"token": "t", "batch": []}"#, Rejection::Empty),
        (r#"{"event": "bad"}"#, Rejection::NoToken),
        (r#"[{"event": "bad"}]"#, Rejection::NoToken),
        (
            r#"[{"event": "bad", "token": "a"}, {"event": "b", "token": "c"}]"#,
            Rejection::MixedTokens,
        ),
        (
            r#"{"event": "bad", "token": " "}"#,
            Rejection::BadToken("empty"),
        ),
        (
            r#"{"event": "a", "token": "tök"}"#,
            Rejection::BadToken("not_ascii"),
        ),
        (
            r#"{"event": "a", "token": " phx_a"}"#,
            Rejection::BadToken("personal_api_key"),
        ),
        (
            r#"{"event": "a", "token": "a\u0000b"}"#,
            Rejection::BadToken("null_byte"),
        ),
        (r#"{"event": "bad", "token": "t"}"#, Rejection::EmptyName),
    ] {
        assert_eq!(names(text, false), Err(expected), "{text}");
    }
    let token = "x".repeat(65);
    let long = format!(r#"{{"event": "a", "token": "{token}"}}"#);
    assert_eq!(names(&long, false), Err(Rejection::BadToken("too_long")));
}

#[test]
fn the_first_token_is_found_before_all_events_are_read() {
    let token = |text| Payload::read(text, false).unwrap().token();
    assert_eq!(
        token(r#"{"token": "t", "batch": [{"event": "a", "token": "x"}]}"#).unwrap(),
        "t"
    );
    assert_eq!(
        token(r#"[{"event": "a"}, {"event": "a", "properties": {"token": "x"}}]"#).unwrap(),
        "x"
    );
    assert_eq!(token(r#"[{"event": "a"}]"#), None);
}
