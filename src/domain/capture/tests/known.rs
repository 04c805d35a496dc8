//! Definitions that are known are not written again.

use super::*;

#[test]
fn known_definitions_are_not_new() {
    let known = Known::default();
    let json = r#"{"event": "e", "properties": {"a": 1, "n": null, "$browser": "x", "$groups": {"company": "acme"},
                   "$set": {"p": 1}}, "$set_once": {"q": "x"}}"#;
    let first = new_definitions(json, true, &known);
    let due = NOW.0 / 1_000_000 + 3600;
    let learn = |new: &NewDefinitions| known.learn(ProjectId(1), 0, new, &[("e".into(), due)]);
    learn(&first);
    assert_eq!(
        new_definitions(json, true, &known),
        NewDefinitions::default()
    );
    // Neither is one with a value of another type, unless no type was known.
    assert_eq!(
        lines(&new_definitions(
            r#"{"event": "e", "properties": {"a": "x", "n": []}}"#,
            false,
            &known
        )),
        [""; 0]
    );
    let typed = new_definitions(r#"{"event": "e", "properties": {"n": 1}}"#, false, &known);
    assert_eq!(lines(&typed), ["event.n Numeric"]);
    learn(&typed);
    assert_eq!(
        lines(&new_definitions(
            r#"{"event": "e", "properties": {"n": null}}"#,
            false,
            &known
        )),
        [""; 0]
    );
    // On another event the property makes a new pair.
    assert_eq!(
        lines(&new_definitions(
            r#"{"event": "f", "properties": {"a": 1}}"#,
            false,
            &known
        )),
        ["f", "f:$ip", "f:a"]
    );
    let group = r#"{"event": "$groupidentify", "properties": {"$group_type": "company", "$group_set": {"a": 1}}}"#;
    assert_eq!(
        lines(&new_definitions(group, false, &known)),
        ["$groupidentify", "company/a Numeric"]
    );
}

#[test]
fn entries_expire_with_the_hour_and_belong_to_one_project_and_cache_epoch() {
    let known = Known::default();
    let json = r#"{"event": "e", "properties": {"a": 1}}"#;
    known.learn(
        ProjectId(1),
        0,
        &new_definitions(json, false, &known),
        &[("e".into(), NOW.0 / 1_000_000 + 3600)],
    );
    let updates_for = |target, now| {
        let event: Event = serde_json::from_str(json).unwrap();
        let mut new = NewDefinitions::default();
        derive(&event, false, &known.guard(target, now), &mut |update| {
            new.add(update, 0)
        });
        new.len()
    };
    assert_eq!(updates_for(target(), NOW.plus_seconds(3599)), 0);
    assert_eq!(updates_for(target(), NOW.plus_seconds(3600)), 1);
    let other = CaptureTarget {
        project: ProjectId(2),
        ..target()
    };
    let later = CaptureTarget {
        cache_epoch: 1,
        ..target()
    };
    assert_eq!((updates_for(other, NOW), updates_for(later, NOW)), (5, 5));
}
