//! Payloads that look like what SDKs send, more or less.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Words that mean something in an event, among others.
fn key() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "event",
        "distinct_id",
        "properties",
        "$set",
        "$set_once",
        "$unset",
        "$groups",
        "$group_type",
        "$group_set",
        "$group_0",
        "$process_person_profile",
        "$browser",
        "$os",
        "$os_name",
        "$initial_os",
        "utm_source",
        "$feature/x",
        "$is_server",
        "$ip",
        "token",
        "api_key",
        "batch",
        "timestamp",
        "offset",
        "uuid",
        "sent_at",
        "created_at",
        "$session_id",
        "$snapshot_data",
        "$cookieless_mode",
        "$elements",
        "$sent_at",
        "$survey_response",
        "a\0b",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => any::<String>(), 1 => "[a-z]{190,210}"]
}

/// A JSON value of any shape.
pub fn value() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "2026-01-02",
        "true",
        "",
        "phc_main",
        "$identify",
        "$groupidentify",
        "x",
        "company",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let members = prop::collection::vec((key(), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            members.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Something like an event: its usual fields, some replaced by anything.
fn event() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "$pageview",
        "$groupidentify",
        "$identify",
        "$snapshot",
        "x",
        "",
        "$$plugin_metrics",
    ]);
    let properties = prop::collection::vec((key(), value()), 0..10);
    let changes = prop::collection::vec((key(), value()), 0..2);
    (names, properties, changes).prop_map(|(name, properties, changes)| {
        let properties: Map<_, _> = properties.into_iter().collect();
        let mut event = json!({"event": name, "distinct_id": "d", "properties": properties});
        event.as_object_mut().unwrap().extend(changes);
        event
    })
}

/// A request of some shape.
pub fn payload() -> impl Strategy<Value = Value> {
    let token = prop::sample::select(vec![
        "phc_main",
        "phc_main",
        "phc_main",
        "phc_side",
        "phc_stranger",
        "phx_x",
        "",
    ]);
    let events = || prop::collection::vec(event(), 0..4);
    let more = prop::collection::vec((key(), value()), 0..2);
    let batch = (token.clone(), events(), more).prop_map(|(token, events, more)| {
        let mut batch = json!({"api_key": token, "batch": events});
        batch.as_object_mut().unwrap().extend(more);
        batch
    });
    let alone = (token, event()).prop_map(|(token, mut event)| {
        event["token"] = token.into();
        event
    });
    prop_oneof![6 => batch, 3 => alone, 1 => events().prop_map(Value::from), 1 => value()]
}

/// Something like an event of the newer protocol, which has a uuid and options.
pub fn newer_event(uuid: &'static str) -> impl Strategy<Value = Value> {
    let fields = prop::sample::select(vec![
        "session_id",
        "window_id",
        "options",
        "properties",
        "timestamp",
    ]);
    let options = prop::sample::select(vec![
        "process_person_profile",
        "cookieless_mode",
        "disable_skew_correction",
        "product_tour_id",
    ]);
    let plain = prop_oneof![
        any::<bool>().prop_map(Value::from),
        "[a-z]{0,3}".prop_map(Value::from),
        Just(Value::Null)
    ];
    let options = prop::collection::vec((options.prop_map(str::to_owned), plain), 0..3);
    let keys = prop_oneof![key(), fields.prop_map(str::to_owned)];
    let changes = prop::collection::vec((keys, value()), 0..3);
    (event(), options, changes).prop_map(move |(mut event, options, changes)| {
        event["uuid"] = uuid.into();
        event["timestamp"] = "2026-01-02T03:04:05Z".into();
        event["options"] = Value::Object(options.into_iter().collect());
        event.as_object_mut().unwrap().extend(changes);
        event
    })
}
