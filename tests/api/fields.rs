//! What the kinds of fields accept, and what they say of what they do not.
use serde_json::json;

use crate::harness::{Answer, Server};

const KEYS: &str = "/api/projects/1/project_secret_api_keys/";
const DEFINITIONS: &str = "/api/projects/1/property_definitions/";
const PLAN: &str = "/api/projects/1/property_definitions/0195f3a0-0000-0000-8000-0000000000d1/";
const SHARING: &str = "/api/projects/1/insights/1/sharing/";

/// PATCH of one field to a value written as JSON text, which may be what strict JSON is not.
pub fn patch(server: &Server, path: &str, field: &str, value: &str) -> Answer {
    let body = format!("{{\"{field}\":{value}}}");
    server
        .ask("PATCH", path)
        .key("phx_ada")
        .body("application/json", body)
        .send()
}

/// The path of the one project secret key that the seed has.
pub fn key(server: &Server) -> String {
    let keys = server.get(KEYS).ok(200);
    format!("{KEYS}{}/", keys["results"][0]["id"].as_str().unwrap())
}

#[test]
fn strings_take_numbers_and_lose_the_blanks_around_them() {
    let server = Server::start();
    let key = key(&server);
    for (value, label) in [
        ("12", "12"),
        ("1.5", "1.5"),
        ("1.50", "1.5"),
        ("1e2", "100.0"),
        ("1e300", "1e+300"),
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("NaN", "nan"),
        ("1e400", "inf"),
        (
            "123456789012345678901234567890",
            "123456789012345678901234567890",
        ),
        ("\" \\u00a0x y\\u2003\\u001c\\u0085\"", "x y"),
        ("\"\\u200b\"", "\u{200b}"),
        ("\"\\ufeffx\"", "\u{feff}x"),
        ("\"true\"", "true"),
    ] {
        assert_eq!(
            patch(&server, &key, "label", value).ok(200)["label"],
            label,
            "{value}"
        );
    }
    let forty = format!("{}😀", "é".repeat(39));
    let around = format!("\"   {forty}   \"");
    assert_eq!(
        patch(&server, &key, "label", &around).ok(200)["label"],
        *forty
    );
}

#[test]
fn strings_that_are_none() {
    let server = Server::start();
    let key = key(&server);
    let long = |text: &str| format!("\"{}\"", text.repeat(41));
    let too_long = (
        "max_length",
        "Ensure this field has no more than 40 characters.",
    );
    for (value, (code, words)) in [
        ("null", ("null", "This field may not be null.")),
        ("\"\"", ("blank", "This field may not be blank.")),
        ("\" \\t\\n\"", ("blank", "This field may not be blank.")),
        (
            "\"\\u00a0\\u2003\\u001f\"",
            ("blank", "This field may not be blank."),
        ),
        ("true", ("invalid_input", "Not a valid string.")),
        ("false", ("invalid_input", "Not a valid string.")),
        ("[]", ("invalid_input", "Not a valid string.")),
        ("{\"a\":1}", ("invalid_input", "Not a valid string.")),
        (&long("x"), too_long),
        (&long("é"), too_long),
        (&long("\\u0000"), too_long),
        (&long("\\ud800"), too_long),
        (
            "\"a\\u0000b\"",
            (
                "null_characters_not_allowed",
                "Null characters are not allowed.",
            ),
        ),
        (
            "\"\\ud800\\u0000\"",
            (
                "null_characters_not_allowed",
                "Null characters are not allowed.",
            ),
        ),
        (
            "\"\\ud800\"",
            (
                "surrogate_characters_not_allowed",
                "Surrogate characters are not allowed: U+D800.",
            ),
        ),
        (
            "\"x\\udfff\\ud800\"",
            (
                "surrogate_characters_not_allowed",
                "Surrogate characters are not allowed: U+DFFF.",
            ),
        ),
    ] {
        patch(&server, &key, "label", value).invalid(code, words, "label");
    }
}

#[test]
fn booleans_in_all_their_spellings() {
    let server = Server::start();
    let truths =
        r#"true 1 1.0 1e0 "t" "T" "y" "Y" "yes" "YES" "Yes" "true" "True" "tRuE" "on" "ON" "1""#;
    let lies = r#"false 0 0.0 -0.0 "f" "F" "n" "N" "no" "No" "false" "FALSE" "off" "Off" "0""#;
    for (spellings, expected) in [(truths, true), (lies, false)] {
        for value in spellings.split(' ') {
            for (path, field) in [(PLAN, "verified"), (PLAN, "hidden"), (SHARING, "enabled")] {
                assert_eq!(
                    patch(&server, path, field, value).ok(200)[field],
                    expected,
                    "{field} {value}"
                );
            }
        }
    }
    for value in [
        "2",
        "-1",
        "\"maybe\"",
        "\" true \"",
        "\"1.0\"",
        "\"none\"",
        "[]",
        "{}",
        "[true]",
        "NaN",
        "\"\\u0000\"",
    ] {
        for (path, field) in [
            (PLAN, "verified"),
            (PLAN, "hidden"),
            (SHARING, "enabled"),
            (SHARING, "password_required"),
        ] {
            patch(&server, path, field, value).invalid(
                "invalid_input",
                "Must be a valid boolean.",
                field,
            );
        }
    }
    for (path, field) in [
        (PLAN, "verified"),
        (SHARING, "enabled"),
        (SHARING, "password_required"),
    ] {
        patch(&server, path, field, "null").invalid("null", "This field may not be null.", field);
        for value in ["\"\"", "\"null\""] {
            patch(&server, path, field, value).invalid(
                "invalid_input",
                "Must be a valid boolean.",
                field,
            );
        }
    }
    for value in ["null", "\"\"", "\"null\"", "\"NULL\""] {
        patch(&server, PLAN, "hidden", "true").ok(200);
        assert_eq!(
            patch(&server, PLAN, "hidden", value).ok(200)["hidden"],
            json!(null),
            "{value}"
        );
    }
}

#[test]
fn integers() {
    let server = Server::start();
    let list = |index: &str| {
        server.get(&format!(
            "{DEFINITIONS}?type=group&group_type_index={index}"
        ))
    };
    for index in ["1", "1.0", "1.000", "%204%20", "%2B1", "01"] {
        list(index).ok(200);
    }
    for index in [
        "x", "1.5", "true", "Infinity", "NaN", "1e1", "0x1", "%20%20",
    ] {
        let answer = list(index);
        assert_eq!(answer.status, 400, "{index}");
        answer.invalid(
            "invalid_input",
            "A valid integer is required.",
            "group_type_index",
        );
    }
    let words = "String value too large.";
    list(&"1".repeat(1001)).invalid("max_string_length", words, "group_type_index");
    let words = "Invalid value for `group_type_index`";
    list(&"1".repeat(1000)).invalid("invalid_input", words, None);
}

#[test]
fn choices_tell_the_value_as_python_writes_it() {
    let server = Server::start();
    for (value, told) in [
        ("\"datetime\"", "datetime"),
        ("\" String\"", " String"),
        ("5", "5"),
        ("1e2", "100.0"),
        ("true", "True"),
        ("[]", "[]"),
        ("{}", "{}"),
        ("[1,\"a\",null]", "[1, 'a', None]"),
        ("{\"a\":\"it's\"}", "{'a': \"it's\"}"),
    ] {
        let words = format!("\"{told}\" is not a valid choice.");
        patch(&server, PLAN, "property_type", value).invalid(
            "invalid_choice",
            &words,
            "property_type",
        );
    }
    for value in ["DateTime", "String", "Numeric", "Boolean", "Duration"] {
        let set = patch(&server, PLAN, "property_type", &format!("\"{value}\"")).ok(200);
        assert_eq!(set["property_type"], value);
    }
    assert_eq!(
        patch(&server, PLAN, "property_type", "null").ok(200)["property_type"],
        json!(null)
    );
}
