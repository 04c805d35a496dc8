//! What events define, written as `event name`, `event.property`, `person.property`, `type/property`, `event:property` for a
//! pair and `#type` for a group type, each property with its type.

mod ingest;
mod known;
mod persons;

use super::*;
use crate::model::{Durability, ProjectId, PropertyType, Timestamp};

const NOW: Timestamp = Timestamp(1_795_404_714_000_000);

fn target() -> CaptureTarget {
    CaptureTarget {
        project: ProjectId(1),
        cache_epoch: 0,
    }
}

fn new_definitions(json: &str, has_sent_at: bool, known: &Known) -> NewDefinitions {
    let event: Event = serde_json::from_str(json).unwrap();
    let guard = known.guard(target(), NOW);
    let mut new = NewDefinitions::default();
    derive(&event, has_sent_at, &guard, &mut |update| {
        new.add(update, guard.now)
    });
    new
}

/// All that an event defines except `$ip`, which every event has.
fn defined(json: &str) -> Vec<String> {
    let mut all = lines(&new_definitions(json, false, &Known::default()));
    all.retain(|line| !line.contains("$ip"));
    all
}

fn lines(new: &NewDefinitions) -> Vec<String> {
    let of = |of: &Of<String>| match of {
        Of::Event => "event.".to_owned(),
        Of::Person => "person.".to_owned(),
        Of::Group(group_type) => format!("{group_type}/"),
    };
    let property_type =
        |inferred: &Option<PropertyType>| inferred.map_or("null", PropertyType::name);
    let events = new.events.iter().cloned();
    let mut in_order: Vec<_> = new.group_types.iter().collect();
    in_order.sort_by_key(|(_, position)| **position);
    let group_types = in_order.iter().map(|(name, _)| format!("#{name}"));
    let properties = new
        .properties
        .iter()
        .map(|((what, name), inferred)| format!("{}{name} {}", of(what), property_type(inferred)));
    let pairs = new
        .pairs
        .iter()
        .map(|(event, property)| format!("{event}:{property}"));
    events
        .chain(group_types)
        .chain(properties)
        .chain(pairs)
        .collect()
}

#[test]
fn an_event_defines_itself_and_its_properties() {
    assert_eq!(
        defined(
            r#"{"event": "paid", "properties": {"plan": "pro", "seats": 5, "list": [1], "nested": {"a": 1}}}"#
        ),
        [
            "paid",
            "event.list null",
            "event.nested null",
            "event.plan String",
            "event.seats Numeric",
            "paid:list",
            "paid:nested",
            "paid:plan",
            "paid:seats"
        ]
    );
    assert_eq!(defined(r#"{"event": "bare"}"#), ["bare"]);
}

#[test]
fn some_properties_define_nothing() {
    let json = r#"{"event": "e", "properties": {"$unset": ["a"], "$groups": {}, "$group_0": "x", "$group_4": "x",
        "$elements": [], "$elements_chain": "x", "$heatmap_data": {}, "$group_5": "x", "distinct_id": "d", "token": "t"}}"#;
    assert_eq!(
        defined(json),
        [
            "e",
            "event.$group_5 String",
            "event.distinct_id String",
            "event.token String",
            "e:$group_5",
            "e:distinct_id",
            "e:token"
        ]
    );
}

#[test]
fn group_properties_are_plain_properties_on_other_events() {
    let json = r#"{"event": "e", "properties": {"$group_type": "company", "$group_key": "x", "$group_set": {"size": 5}}}"#;
    assert_eq!(
        defined(json),
        [
            "e",
            "event.$group_key String",
            "event.$group_set null",
            "event.$group_type String",
            "e:$group_key",
            "e:$group_set",
            "e:$group_type"
        ]
    );
    let json = r#"{"event": "e", "properties": {"$group_set": 5}}"#;
    assert_eq!(
        defined(json),
        ["e", "event.$group_set Numeric", "e:$group_set"]
    );
}

#[test]
fn flags_are_defined_without_pairs() {
    let json = r#"{"event": "e", "properties": {"$feature/a": true, "$feature_enrollment/b": true, "$FEATURE/c": 1}}"#;
    assert_eq!(
        defined(json),
        [
            "e",
            "event.$FEATURE/c String",
            "event.$feature/a String",
            "event.$feature_enrollment/b Boolean",
            "e:$FEATURE/c"
        ]
    );
}

#[test]
fn sets_define_person_properties_and_those_beside_the_properties_take_precedence() {
    let json = r#"{"event": "e", "properties": {"$set": {"a": 1, "b": "x"}, "$set_once": {"c": true}},
                   "$set": {"a": "text", "$set": 1}, "$set_once": {"c": null, "d": 1}}"#;
    assert_eq!(
        defined(json),
        [
            "e",
            "person.$set Numeric",
            "person.a String",
            "person.b String",
            "person.c null",
            "person.d Numeric"
        ]
    );
    assert_eq!(
        defined(r#"{"event": "e", "properties": {"$set": [1], "$set_once": "x"}}"#),
        ["e"]
    );
}

#[test]
fn some_events_define_nothing() {
    for name in [
        "$$heatmap",
        "$$client_ingestion_warning",
        "$performance_event",
        "$snapshot",
        "$snapshot_items",
    ] {
        assert_eq!(defined(&of_company(name)), [""; 0], "{name}");
    }
    assert_eq!(defined(r#"{"event": "$exception"}"#), ["$exception"]);
}

/// An event with a property and a group.
fn of_company(name: &str) -> String {
    format!(r#"{{"event": "{name}", "properties": {{"a": 1, "$groups": {{"company": "x"}}}}}}"#)
}

#[test]
fn group_types_get_their_indexes_before_definitions_are_looked_for() {
    for name in ["$$plugin_metrics", &"ä".repeat(101)] {
        assert_eq!(defined(&of_company(name)), ["#company"], "{name}");
    }
}

#[test]
fn long_event_names_are_truncated_and_long_property_names_ignored() {
    let event = |name: &str| {
        defined(&format!(
            r#"{{"event": "{name}", "properties": {{"a": 1}}}}"#
        ))
    };
    let long = "x".repeat(200);
    assert_eq!(event(&format!("{long}yz"))[0], long);
    assert_eq!(event(&"ä".repeat(101)), [""; 0]);
    assert_eq!(event(&"ä".repeat(100))[0], "ä".repeat(100));
    let property = |name: &str| {
        defined(&format!(
            r#"{{"event": "e", "properties": {{"{name}": 1, "b": 1}}}}"#
        ))
    };
    assert_eq!(property(&"x".repeat(201)), ["e", "event.b Numeric", "e:b"]);
    assert_eq!(property(&long).len(), 5);
    assert_eq!(property("a\\u0000b")[1], "event.a\u{fffd}b Numeric");
    assert_eq!(event("a\\u0000b")[0], "a\u{fffd}b");
}

#[test]
fn properties_that_the_pipeline_adds_are_defined() {
    let all = |json, has_sent_at| lines(&new_definitions(json, has_sent_at, &Known::default()));
    let ip = ["e", "event.$ip String", "e:$ip"];
    for json in [
        r#"{"event": "e"}"#,
        r#"{"event": "e", "properties": {"$ip": null}}"#,
        r#"{"event": "e", "properties": {"$ip": 0}}"#,
        r#"{"event": "e", "properties": {"$ip": "10.0.0.1"}}"#,
    ] {
        assert_eq!(all(json, false), ip, "{json}");
    }
    assert_eq!(
        all(
            r#"{"event": "e", "properties": {"$ip": 1, "$sent_at": 1}}"#,
            true
        ),
        [
            "e",
            "event.$ip Numeric",
            "event.$sent_at DateTime",
            "e:$ip",
            "e:$sent_at"
        ]
    );
}

#[test]
fn the_last_of_duplicate_keys_counts() {
    let json = r#"{"event": "e", "properties": {"a": 1, "$set": {"p": 1, "p": null}, "a": "x", "\u0061": null}}"#;
    assert_eq!(defined(json), ["e", "event.a null", "person.p null", "e:a"]);
}

#[test]
fn an_event_with_too_many_updates_is_ignored() {
    let event = |count: usize, flag: &str| {
        let mut members: Vec<_> = (0..count)
            .map(|number| format!(r#""p{number}": 1"#))
            .collect();
        members.push(format!(r#""{flag}": 1"#));
        defined(&format!(
            r#"{{"event": "e", "properties": {{{}}}}}"#,
            members.join(",")
        ))
    };
    // The event, two for $ip, two for each of its own, one for a flag: 10,000 and one more.
    assert_eq!(event(4998, "$feature/x").len(), 9998);
    assert_eq!(event(4998, "x"), [""; 0]);
    let twice = r#""a": 1,"#.repeat(20_000);
    assert_eq!(
        defined(&format!(
            r#"{{"event": "e", "properties": {{{twice}"b": 1}}}}"#
        ))
        .len(),
        5
    );
}

#[test]
fn within_a_request_numeric_wins_over_other_types_and_any_type_over_none() {
    let mut new = NewDefinitions::default();
    let (known, values) = (Known::default(), ["null", "\"x\"", "7", "true", "null"]);
    for value in values {
        let json =
            format!(r#"{{"event": "e", "properties": {{"a": {value}, "$set": {{"b": null}}}}}}"#);
        let event: Event = serde_json::from_str(&json).unwrap();
        derive(&event, false, &known.guard(target(), NOW), &mut |update| {
            new.add(update, 0)
        });
    }
    let property_type = |of, name: &str| new.properties[&(of, name.to_owned())];
    assert_eq!(property_type(Of::Event, "a"), Some(PropertyType::Numeric));
    assert_eq!(property_type(Of::Person, "b"), None);
}
