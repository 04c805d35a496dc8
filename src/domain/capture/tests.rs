//! What events imply, told as `event name`, `event.property`, `person.property`, `type/property`, `event:property` for a
//! pair and `#type` for a group type, each property with its type.

use super::*;
use crate::model::*;

const NOW: Timestamp = Timestamp(1_795_404_714_000_000);

fn target() -> Target {
    Target {
        project: ProjectId(1),
        forgotten: 0,
    }
}

fn news(json: &str, has_sent_at: bool, known: &Known) -> News {
    let event: Event = serde_json::from_str(json).unwrap();
    let look = known.look(target(), NOW);
    let mut news = News::default();
    derive(&event, has_sent_at, &look, &mut |update| {
        news.add(update, look.now)
    });
    news
}

/// All that an event implies but `$ip`, which every event has.
fn implied(json: &str) -> Vec<String> {
    let mut told = told(&news(json, false, &Known::default()));
    told.retain(|line| !line.contains("$ip"));
    told
}

fn told(news: &News) -> Vec<String> {
    let of = |of: &Of<String>| match of {
        Of::Event => "event.".to_owned(),
        Of::Person => "person.".to_owned(),
        Of::Group(group_type) => format!("{group_type}/"),
    };
    let property_type = |told: &Option<PropertyType>| told.map_or("null", PropertyType::name);
    let events = news.events.iter().cloned();
    let group_types = news.group_types.iter().map(|name| format!("#{name}"));
    let properties = news
        .properties
        .iter()
        .map(|((what, name), told)| format!("{}{name} {}", of(what), property_type(told)));
    let pairs = news
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
        implied(
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
    assert_eq!(implied(r#"{"event": "bare"}"#), ["bare"]);
}

#[test]
fn some_properties_define_nothing() {
    let json = r#"{"event": "e", "properties": {"$unset": ["a"], "$groups": {}, "$group_0": "x", "$group_4": "x",
        "$elements": [], "$elements_chain": "x", "$heatmap_data": {}, "$group_5": "x", "distinct_id": "d", "token": "t"}}"#;
    assert_eq!(
        implied(json),
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
fn flags_are_defined_without_being_seen_on_events() {
    let json = r#"{"event": "e", "properties": {"$feature/a": true, "$feature_enrollment/b": true, "$FEATURE/c": 1}}"#;
    assert_eq!(
        implied(json),
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
fn persons_have_what_sets_say_and_what_is_sent_beside_the_properties_is_stronger() {
    let json = r#"{"event": "e", "properties": {"$set": {"a": 1, "b": "x"}, "$set_once": {"c": true}},
                   "$set": {"a": "text", "$set": 1}, "$set_once": {"c": null, "d": 1}}"#;
    assert_eq!(
        implied(json),
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
        implied(r#"{"event": "e", "properties": {"$set": [1], "$set_once": "x"}}"#),
        ["e"]
    );
}

#[test]
fn some_properties_of_events_become_the_persons() {
    let json = r#"{"event": "e", "properties": {"$browser": "Chrome", "gclid": null, "utm_source": null, "plan": 1}}"#;
    let persons = |json| {
        let mut told = implied(json);
        told.retain(|line| line.starts_with("person."));
        told
    };
    assert_eq!(
        persons(json),
        [
            "person.$browser String",
            "person.$initial_browser String",
            "person.gclid null",
            "person.utm_source String"
        ]
    );
    // What is there already stays, be it null.
    let json = r#"{"event": "e", "properties": {"$browser": "Chrome", "$set": {"$browser": null}, "$set_once": {"$initial_browser": 1}}}"#;
    assert_eq!(
        persons(json),
        ["person.$browser null", "person.$initial_browser Numeric"]
    );
    let json =
        r#"{"event": "e", "properties": {"$os": "Linux", "$os_version": "6", "$is_server": true}}"#;
    assert_eq!(persons(json), [""; 0]);
    let json = r#"{"event": "e", "properties": {"$os": "Linux", "$os_name": "GNU"}}"#;
    assert_eq!(
        persons(json),
        ["person.$initial_os String", "person.$os String"]
    );
    let json = r#"{"event": "e", "properties": {"$os_name": "GNU"}}"#;
    assert!(implied(json).contains(&"e:$os".into()));
    assert_eq!(
        persons(json),
        ["person.$initial_os String", "person.$os String"]
    );
}

#[test]
fn events_without_a_person_touch_no_person_and_no_group() {
    let json = r#"{"event": "e", "$set": {"a": 1}, "properties": {"$process_person_profile": false, "$browser": "x",
                   "$set": {"b": 1}, "$groups": {"company": "acme"}}}"#;
    assert_eq!(
        implied(json),
        [
            "e",
            "event.$browser String",
            "event.$process_person_profile Boolean",
            "e:$browser",
            "e:$process_person_profile"
        ]
    );
    for name in [
        "$identify",
        "$create_alias",
        "$merge_dangerously",
        "$groupidentify",
    ] {
        let json = |value| {
            format!(
                r#"{{"event": "{name}", "properties": {{"$process_person_profile": {value}}}}}"#
            )
        };
        assert_eq!(implied(&json("false")), [""; 0]);
        for person in ["true", "\"false\"", "0", "null"] {
            assert_eq!(implied(&json(person)), [name]);
        }
    }
}

#[test]
fn groups_have_types_and_properties() {
    let json = r#"{"event": "e", "properties": {"$groups": {"company": "acme", "team": null}}}"#;
    assert_eq!(implied(json), ["e", "#company", "#team"]);
    let json = r#"{"event": "$groupidentify", "$set": {"x": 1}, "properties": {"$group_type": "company", "$group_key": "acme",
                   "$group_set": {"name": "Acme", "size": 5}, "$browser": "x"}}"#;
    assert_eq!(
        implied(json),
        [
            "$groupidentify",
            "#company",
            "company/name String",
            "company/size Numeric"
        ]
    );
    for json in [
        r#"{"event": "$groupidentify", "properties": {"$group_type": 5, "$group_set": {"name": "Acme"}}}"#,
        r#"{"event": "$groupidentify", "properties": {"$group_type": "company"}}"#,
    ] {
        assert_eq!(implied(json), ["$groupidentify"], "{json}");
    }
}

#[test]
fn some_events_go_elsewhere() {
    for name in [
        "$$heatmap",
        "$$client_ingestion_warning",
        "$performance_event",
        "$snapshot",
        "$snapshot_items",
        "$$plugin_metrics",
    ] {
        let json = format!(
            r#"{{"event": "{name}", "properties": {{"a": 1, "$groups": {{"company": "x"}}}}}}"#
        );
        assert_eq!(implied(&json), [""; 0], "{name}");
    }
    assert_eq!(implied(r#"{"event": "$exception"}"#), ["$exception"]);
}

#[test]
fn long_names_are_cut_or_left_out() {
    let event = |name: &str| {
        implied(&format!(
            r#"{{"event": "{name}", "properties": {{"a": 1}}}}"#
        ))
    };
    let long = "x".repeat(200);
    assert_eq!(event(&format!("{long}yz"))[0], long);
    assert_eq!(event(&"ä".repeat(101)), [""; 0]);
    assert_eq!(event(&"ä".repeat(100))[0], "ä".repeat(100));
    let property = |name: &str| {
        implied(&format!(
            r#"{{"event": "e", "properties": {{"{name}": 1, "b": 1}}}}"#
        ))
    };
    assert_eq!(property(&"x".repeat(201)), ["e", "event.b Numeric", "e:b"]);
    assert_eq!(property(&long).len(), 5);
    assert_eq!(property("a\\u0000b")[1], "event.a\u{fffd}b Numeric");
    assert_eq!(event("a\\u0000b")[0], "a\u{fffd}b");
}

#[test]
fn what_is_added_on_the_way_is_defined_too() {
    let told = |json, has_sent_at| told(&news(json, has_sent_at, &Known::default()));
    let ip = ["e", "event.$ip String", "e:$ip"];
    for json in [
        r#"{"event": "e"}"#,
        r#"{"event": "e", "properties": {"$ip": null}}"#,
        r#"{"event": "e", "properties": {"$ip": 0}}"#,
        r#"{"event": "e", "properties": {"$ip": "10.0.0.1"}}"#,
    ] {
        assert_eq!(told(json, false), ip, "{json}");
    }
    assert_eq!(
        told(
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
fn the_last_of_equal_keys_counts() {
    let json = r#"{"event": "e", "properties": {"a": 1, "$set": {"p": 1, "p": null}, "a": "x", "\u0061": null}}"#;
    assert_eq!(implied(json), ["e", "event.a null", "person.p null", "e:a"]);
}

#[test]
fn an_event_of_too_many_updates_has_none() {
    let event = |count: usize, flag: &str| {
        let mut members: Vec<_> = (0..count)
            .map(|number| format!(r#""p{number}": 1"#))
            .collect();
        members.push(format!(r#""{flag}": 1"#));
        implied(&format!(
            r#"{{"event": "e", "properties": {{{}}}}}"#,
            members.join(",")
        ))
    };
    // The event, two for $ip, two for each of its own, one for a flag: 10,000 and one more.
    assert_eq!(event(4998, "$feature/x").len(), 9998);
    assert_eq!(event(4998, "x"), [""; 0]);
    let twice = r#""a": 1,"#.repeat(20_000);
    assert_eq!(
        implied(&format!(
            r#"{{"event": "e", "properties": {{{twice}"b": 1}}}}"#
        ))
        .len(),
        5
    );
}

#[test]
fn within_a_batch_numbers_win_over_other_types_and_any_type_over_none() {
    let mut news = News::default();
    let (known, values) = (Known::default(), ["null", "\"x\"", "7", "true", "null"]);
    for value in values {
        let json =
            format!(r#"{{"event": "e", "properties": {{"a": {value}, "$set": {{"b": null}}}}}}"#);
        let event: Event = serde_json::from_str(&json).unwrap();
        derive(&event, false, &known.look(target(), NOW), &mut |update| {
            news.add(update, 0)
        });
    }
    let property_type = |of, name: &str| news.properties[&(of, name.to_owned())];
    assert_eq!(property_type(Of::Event, "a"), Some(PropertyType::Numeric));
    assert_eq!(property_type(Of::Person, "b"), None);
}

#[test]
fn what_is_known_is_no_news() {
    let known = Known::default();
    let json = r#"{"event": "e", "properties": {"a": 1, "n": null, "$browser": "x", "$groups": {"company": "acme"},
                   "$set": {"p": 1}}, "$set_once": {"q": "x"}}"#;
    let first = news(json, true, &known);
    let stale = NOW.0 / 1_000_000 + 3600;
    let learn = |news: &News| known.learn(ProjectId(1), 0, news, &[("e".into(), stale)]);
    learn(&first);
    assert_eq!(news(json, true, &known), News::default());
    // A value of another type is none either, unless no type was known.
    assert_eq!(
        told(&news(
            r#"{"event": "e", "properties": {"a": "x", "n": []}}"#,
            false,
            &known
        )),
        [""; 0]
    );
    let typed = news(r#"{"event": "e", "properties": {"n": 1}}"#, false, &known);
    assert_eq!(told(&typed), ["event.n Numeric"]);
    learn(&typed);
    assert_eq!(
        told(&news(
            r#"{"event": "e", "properties": {"n": null}}"#,
            false,
            &known
        )),
        [""; 0]
    );
    // On another event it is.
    assert_eq!(
        told(&news(
            r#"{"event": "f", "properties": {"a": 1}}"#,
            false,
            &known
        )),
        ["f", "f:$ip", "f:a"]
    );
    let group = r#"{"event": "$groupidentify", "properties": {"$group_type": "company", "$group_set": {"a": 1}}}"#;
    assert_eq!(
        told(&news(group, false, &known)),
        ["$groupidentify", "company/a Numeric"]
    );
}

#[test]
fn what_is_known_ends_with_the_hour_with_the_project_and_when_something_is_forgotten() {
    let known = Known::default();
    let json = r#"{"event": "e", "properties": {"a": 1}}"#;
    known.learn(
        ProjectId(1),
        0,
        &news(json, false, &known),
        &[("e".into(), NOW.0 / 1_000_000 + 3600)],
    );
    let told_to = |target, now| {
        let event: Event = serde_json::from_str(json).unwrap();
        let mut news = News::default();
        derive(&event, false, &known.look(target, now), &mut |update| {
            news.add(update, 0)
        });
        news.len()
    };
    assert_eq!(told_to(target(), NOW.plus_seconds(3599)), 0);
    assert_eq!(told_to(target(), NOW.plus_seconds(3600)), 1);
    let other = Target {
        project: ProjectId(2),
        ..target()
    };
    let later = Target {
        forgotten: 1,
        ..target()
    };
    assert_eq!((told_to(other, NOW), told_to(later, NOW)), (5, 5));
}
