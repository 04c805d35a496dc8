//! `event_names`, `filter_by_event_names`, and what they make of `is_seen_on_filtered_events`.

use serde_json::{Value, json};

use super::{ALL, all_but, encoded, list, names, server_with, varied};
use crate::harness::Server;

/// `[name, is_seen_on_filtered_events]` of the stored rows.
fn seen(server: &Server, query: &str) -> Vec<Value> {
    let stored = list(server, query)
        .into_iter()
        .filter(|entry| entry["virtual"].is_null());
    stored
        .map(|entry| json!([entry["name"], entry["is_seen_on_filtered_events"]]))
        .collect()
}

#[test]
fn event_names_mark_rows_and_filter_them_only_when_told() {
    let server = varied();
    let events = |names: &str| format!("event_names={}", encoded(names));
    let unmarked: Vec<_> = ALL.iter().map(|name| json!([name, null])).collect();
    assert_eq!(seen(&server, ""), unmarked);
    assert_eq!(seen(&server, &events("[]")), unmarked);

    let mut marked = vec![json!(["$browser", true]), json!(["plain", true])];
    marked.extend(
        all_but(&["$browser", "plain"])
            .iter()
            .map(|name| json!([name, false])),
    );
    let signed_up = events(r#"["signed up"]"#);
    assert_eq!(seen(&server, &signed_up), marked);
    assert_eq!(
        seen(&server, &format!("{signed_up}&filter_by_event_names=false")),
        marked
    );

    let filtered = format!("{signed_up}&filter_by_event_names=true");
    assert_eq!(
        seen(&server, &filtered),
        [json!(["$browser", true]), json!(["plain", true])]
    );
    let either = events(r#"["logged in","signed up","logged in"]"#) + "&filter_by_event_names=true";
    assert_eq!(
        seen(&server, &either),
        [
            json!(["$browser", true]),
            json!(["plain", true]),
            json!(["url", true])
        ]
    );
    assert_eq!(
        seen(
            &server,
            &(events(r#"["Signed up"]"#) + "&filter_by_event_names=true")
        ),
        [Value::Null; 0]
    );

    let any = [
        json!(["$browser", null]),
        json!(["plain", null]),
        json!(["url", null]),
    ];
    assert_eq!(seen(&server, "filter_by_event_names=true"), any);
    assert_eq!(
        seen(&server, "filter_by_event_names=true&event_names=%5B%5D"),
        any
    );

    // Flags and other types know nothing of events.
    let flags = format!("{signed_up}&filter_by_event_names=true&is_feature_flag=true");
    assert_eq!(seen(&server, &flags), [json!(["$feature/flag", null])]);
    let persons = seen(&server, "type=person&filter_by_event_names=true");
    assert_eq!(
        (persons.len(), &persons[0]),
        (5, &json!(["$feature/flag", null]))
    );
}

#[test]
fn members_of_lists_are_taken_as_text() {
    let server = server_with(
        json!(["1", "True", "1.5", "x"]),
        json!([["1", "x"], ["False", "1"]]),
        &[],
    );
    let ask = |parameter: &str, value: &str| {
        names(
            &server,
            &format!("{parameter}={}&filter_by_event_names=1", encoded(value)),
        )
    };
    assert_eq!(ask("event_names", "[1]"), ["x"]);
    assert_eq!(ask("event_names", "[false]"), ["1"]);
    let excluded = |value: &str| names(&server, &format!("excluded_properties={}", encoded(value)));
    assert_eq!(excluded("[1, true, 1.5]"), ["x"]);
    assert_eq!(excluded("[\"1\", \"none\"]"), ["1.5", "True", "x"]);
}
