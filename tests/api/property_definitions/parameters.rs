//! How the parameters of the list are read, and in which order they are at fault.

use super::{BASE, names, varied};

#[test]
fn booleans_are_read_in_every_spelling() {
    let server = varied();
    for parameter in [
        "exclude_hidden",
        "exclude_core_properties",
        "exclude_restricted",
        "verified",
        "hidden",
        "is_feature_flag",
        "is_numerical",
        "filter_by_event_names",
    ] {
        let attr: &'static str = parameter;
        let ask = |value: &str| server.get(&format!("{BASE}?{parameter}={value}"));
        let count = |value: &str| ask(value).ok(200)["count"].clone();
        let (yes, no) = (count("true"), count("false"));
        for value in ["t", "Y", "yes", "TRUE", "On", "1"] {
            assert_eq!(count(value), yes, "{parameter}={value}");
        }
        for value in ["f", "N", "no", "False", "OFF", "0"] {
            assert_eq!(count(value), no, "{parameter}={value}");
        }
        assert_eq!(count(""), server.get(BASE).body["count"], "{parameter}=");
        for value in ["maybe", "2", "%20true", "true%20", "none", "%20"] {
            ask(value).invalid("invalid_input", "Must be a valid boolean.", attr);
        }
        for value in ["null", "NULL", "Null"] {
            if parameter.starts_with("exclude") {
                ask(value).invalid("invalid_input", "Must be a valid boolean.", attr);
            } else {
                assert_eq!(
                    count(value),
                    server.get(BASE).body["count"],
                    "{parameter}={value}"
                );
            }
        }
    }
}

#[test]
fn parameters_are_validated_in_their_order() {
    let server = varied();
    let ask = |query: &str| server.get(&format!("{BASE}?{query}"));
    let list = "Must be a JSON-encoded list of strings";
    let integer = "A valid integer is required.";
    let boolean = "Must be a valid boolean.";
    let choice = "\"foo\" is not a valid choice.";
    let nul = "Null characters are not allowed.";
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        ("type=foo", "invalid_choice", choice, "type"),
        ("type=Event", "invalid_choice", "\"Event\" is not a valid choice.", "type"),
        ("type=event&type=foo", "invalid_choice", choice, "type"),
        ("group_type_index=x", "invalid_input", integer, "group_type_index"),
        ("group_type_index=1.5&type=group", "invalid_input", integer, "group_type_index"),
        ("group_type_index=%20&type=group", "invalid_input", integer, "group_type_index"),
        ("search=a%00", "null_characters_not_allowed", nul, "search"),
        ("properties=a%00", "null_characters_not_allowed", nul, "properties"),
        ("event_names=%00", "null_characters_not_allowed", nul, "event_names"),
        ("excluded_properties=%00", "null_characters_not_allowed", nul, "excluded_properties"),
        ("properties=%20", "blank", "This field may not be blank.", "properties"),
        ("event_names=%20", "blank", "This field may not be blank.", "event_names"),
        ("event_names=abc", "invalid_input", list, "event_names"),
        ("event_names=1", "invalid_input", list, "event_names"),
        ("event_names=null", "invalid_input", list, "event_names"),
        ("event_names=%22a%22", "invalid_input", list, "event_names"),
        ("event_names=%7B%7D", "invalid_input", list, "event_names"),
        ("event_names=%5Bnull%5D", "invalid_input", list, "event_names"),
        ("event_names=%5B%22a%22,%5B%5D%5D", "invalid_input", list, "event_names"),
        ("event_names=%5B%7B%7D%5D", "invalid_input", list, "event_names"),
        ("event_names=%5B%22a%22", "invalid_input", list, "event_names"),
        ("excluded_properties=abc", "invalid_input", list, "excluded_properties"),
        ("excluded_properties=%5Bnull%5D", "invalid_input", list, "excluded_properties"),
        ("excluded_properties=%5B%5B%5D%5D", "invalid_input", list, "excluded_properties"),
        // one after the other, in the order of the reference's table
        ("type=foo&search=%00", "null_characters_not_allowed", nul, "search"),
        ("group_type_index=x&type=foo", "invalid_choice", choice, "type"),
        ("properties=%00&group_type_index=x", "invalid_input", integer, "group_type_index"),
        ("is_numerical=x&properties=%00", "null_characters_not_allowed", nul, "properties"),
        ("is_feature_flag=x&is_numerical=x", "invalid_input", boolean, "is_numerical"),
        ("event_names=x&is_feature_flag=x", "invalid_input", boolean, "is_feature_flag"),
        ("filter_by_event_names=x&event_names=x", "invalid_input", list, "event_names"),
        ("excluded_properties=x&filter_by_event_names=x", "invalid_input", boolean, "filter_by_event_names"),
        ("exclude_core_properties=x&excluded_properties=x", "invalid_input", list, "excluded_properties"),
        ("exclude_hidden=x&exclude_core_properties=x", "invalid_input", boolean, "exclude_core_properties"),
        ("exclude_restricted=x&exclude_hidden=x", "invalid_input", boolean, "exclude_hidden"),
        ("verified=x&exclude_restricted=x", "invalid_input", boolean, "exclude_restricted"),
        ("verified=x&type=group", "invalid_input", boolean, "verified"),
    ];
    for (query, code, detail, attr) in rows {
        let answer = ask(query);
        assert_eq!(answer.status, 400, "{query}");
        answer.invalid(code, detail, attr);
    }
}

#[test]
fn parameters_must_agree() {
    let server = varied();
    let ask = |query: &str| server.get(&format!("{BASE}?{query}"));
    let missing = "`group_type_index` must be set for `group` type";
    let wrong = "`group_type_index` can only set for `group` type";
    let range = "Invalid value for `group_type_index`";
    let events = "`event_names` can only be set for `event` type";
    for (query, detail) in [
        ("type=group", missing),
        ("type=group&group_type_index=", missing),
        ("type=group&event_names=%5B%22a%22%5D", missing),
        ("group_type_index=0", wrong),
        ("type=person&group_type_index=9", wrong),
        (
            "type=session&group_type_index=1&event_names=%5B%22a%22%5D",
            wrong,
        ),
        ("type=group&group_type_index=5", range),
        ("type=group&group_type_index=-1", range),
        (
            "type=group&group_type_index=99999999999999999999&event_names=%5B%22a%22%5D",
            range,
        ),
        (
            "type=group&group_type_index=0&event_names=%5B%22a%22%5D",
            events,
        ),
        ("type=person&event_names=%5B%22a%22%5D", events),
        ("type=session&event_names=%5B%22a%22%5D", events),
    ] {
        ask(query).invalid("invalid_input", detail, None);
    }
    for query in [
        "type=person&event_names=%5B%5D",
        "type=group&group_type_index=1.0",
        "type=group&group_type_index=%201",
        "type=foo&type=event",
        "type=&search=&properties=&event_names=&excluded_properties=&group_type_index=&verified=&limit=&offset=",
        "nonsense=1&enable_optimized_hints=x&limit=abc&offset=-1",
        "search=%FF",
        "event_names=%20%5B%22a%22%5D%20",
    ] {
        assert_eq!(ask(query).status, 200, "{query}");
    }
}

#[test]
fn odd_values_find_nothing_and_break_nothing() {
    let server = varied();
    for query in [
        "event_names=%5B%22%5Cu0000%22%5D&filter_by_event_names=1",
        "event_names=%5B%22%5Cud800%22,NaN,1e999%5D&filter_by_event_names=1",
        "properties=,,,",
        "properties=%F0%9F%98%80",
        "search=%5C%5C%5C",
        "search=%F0%9F%98%80",
        "search=%22+%27+%3B--",
        "offset=99999999999999999999&limit=99999999999999999999&is_numerical=1",
    ] {
        assert_eq!(names(&server, query), [""; 0], "{query}");
    }
    let excluded = "excluded_properties=%5B%22%5Cu0000%22,%22%5Cud800%22,Infinity%5D";
    assert_eq!(names(&server, excluded), names(&server, ""));
    let nested = format!("event_names={}", "%5B".repeat(20_000));
    assert_eq!(server.get(&format!("{BASE}?{nested}")).status, 400);
}
