//! What is known already is no news.

use super::*;

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
