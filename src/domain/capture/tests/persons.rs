//! What events define for persons and groups.

use super::*;

#[test]
fn some_event_properties_are_copied_to_the_person() {
    let json = r#"{"event": "e", "properties": {"$browser": "Chrome", "gclid": null, "utm_source": null, "plan": 1}}"#;
    let persons = |json| {
        let mut all = defined(json);
        all.retain(|line| line.starts_with("person."));
        all
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
    // A value in `$set` is not overwritten, even if it is null.
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
    assert!(defined(json).contains(&"e:$os".into()));
    assert_eq!(
        persons(json),
        ["person.$initial_os String", "person.$os String"]
    );
}

#[test]
fn events_without_a_person_define_nothing_of_persons_and_groups() {
    let json = r#"{"event": "e", "$set": {"a": 1}, "properties": {"$process_person_profile": false, "$browser": "x",
                   "$set": {"b": 1}, "$groups": {"company": "acme"}}}"#;
    assert_eq!(
        defined(json),
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
        assert_eq!(defined(&json("false")), [""; 0]);
        for person in ["true", "\"false\"", "0", "null"] {
            assert_eq!(defined(&json(person)), [name]);
        }
    }
}

#[test]
fn groups_have_types_and_properties() {
    let json = r#"{"event": "e", "properties": {"$groups": {"company": "acme", "team": null}}}"#;
    assert_eq!(defined(json), ["e", "#company", "#team"]);
    let json = r#"{"event": "$groupidentify", "$set": {"x": 1}, "properties": {"$group_type": "company", "$group_key": "acme",
                   "$group_set": {"name": "Acme", "size": 5}, "$browser": "x"}}"#;
    assert_eq!(
        defined(json),
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
        assert_eq!(defined(json), ["$groupidentify"], "{json}");
    }
}
