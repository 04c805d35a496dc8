//! How much one request may define, and in what parts it is written.

use super::*;
use crate::store::{Store, StoreError, event_definitions};

#[test]
fn parts_contain_everything_within_their_limit() {
    let properties: String = (0..50).map(|n| format!(r#""p{n}": {n},"#)).collect();
    let groups: String = (0..9).map(|n| format!(r#""g{n}": "x","#)).collect();
    let json = format!(
        r#"{{"event": "e", "properties": {{{properties} "$groups": {{{groups} "last": "x"}}}}}}"#
    );
    let all = || new_definitions(&json, false, &Known::default());
    let mut whole = lines(&all());
    let parts = all().parts(20);
    assert!(parts.iter().all(|part| part.len() <= 20));
    assert_eq!(parts[0].group_types, all().group_types);
    let mut pieces: Vec<_> = parts.iter().flat_map(lines).collect();
    pieces.sort();
    whole.sort();
    assert_eq!(pieces, whole);
    assert_eq!(all().parts(1_000), [all()]);
}

#[test]
fn a_request_that_defines_too_much_is_rejected_as_too_large() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("t.db"), 1, Durability::Relaxed).unwrap();
    let project = crate::store::tests::project(&store);
    let capture = Capture {
        max_per_request: 10,
        ..Capture::new(0)
    };
    let record = |text: &str| {
        let payload = Payload::read(text, false).unwrap();
        let clock = Clock {
            now: NOW,
            sent_at: None,
        };
        capture.events(&store, &payload, clock).unwrap()
    };
    let sent = r#"{"api_key": "phc_test", "event": "e", "distinct_id": "d", "properties": {"a": 1, "b": 2}}"#;
    assert_eq!(record(sent), Ok(())); // the event, three properties with $ip, and as many pairs
    let many = sent.replace(
        r#""a": 1"#,
        r#""c": 1, "d": 1, "e": 1, "f": 1, "g": 1, "h": 1"#,
    );
    assert!(matches!(record(&many), Err(Rejection::TooLarge(_))));
    let seen = |name: &'static str| {
        let found = store.read(|db| event_definitions::last_seen(db, project, name));
        found.map_err(|error: StoreError| error).unwrap().is_some()
    };
    assert!(seen("e"));
    assert_eq!(record(sent), Ok(()), "known definitions do not count");
}
