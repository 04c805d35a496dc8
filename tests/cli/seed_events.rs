//! Payloads of captured events in a file: what they define, and what is wrong with them.

use serde_json::{Value, json};

use crate::{
    process::Folder,
    seed_errors::{seed, with},
};

/// What is wrong with a file that has these `events`.
fn problem(events: Value) -> String {
    seed(&with(json!({"events": events}))).unwrap_err()
}

#[test]
fn every_shape_is_taken_in_and_tokens_do_not_matter() {
    let key = json!({"user": "ada", "label": "K", "scopes": ["*"], "value": "phx_local"});
    let secret = json!({"project": "main", "label": "S", "scopes": ["feature_flag:read"], "value": "phs_local"});
    let file = with(
        json!({"personal_api_keys": [key], "project_secret_api_keys": [secret], "events": [
            {"project": "main", "event": "one", "distinct_id": "d", "token": "phx_elsewhere", "properties": {"token": 5}},
            {"project": "main", "api_key": "phc_other", "sent_at": "2026-01-02T03:04:05Z", "batch": [
                {"event": "two", "distinct_id": 5, "properties": {"$groups": {"company": "a"}}},
                {"event": "$performance_event"},
                {"event": "three", "properties": {"distinct_id": "d"}}]},
            {"project": "main", "batch": [{"event": "$performance_event"}]},
            {"project": "main", "distinct_id": "d", "$set": {"plan": "pro"}},
            {"project": "main", "event": "$groupidentify", "distinct_id": "d",
             "properties": {"$group_type": "team", "$group_key": "x", "$group_set": {"size": 5}}},
        ]}),
    );
    let folder = Folder::new();
    folder.write("seed.json", file);
    folder.ok(&["seed", "seed.json"]);
    let server = folder.serve(&[]);
    let names = |path: &str| -> Vec<String> {
        let (status, body) = server.get("phx_local", &format!("/api/projects/1/{path}"));
        assert_eq!(status, 200, "{body}");
        let items = body["results"].as_array().unwrap().iter();
        items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        names("event_definitions/?ordering=name"),
        ["$groupidentify", "$identify", "one", "three", "two"]
    );
    let (_, flags) = server.get("phs_local", "/flags/definitions");
    assert_eq!(
        flags["group_type_mapping"],
        json!({"0": "company", "1": "team"})
    );
}

#[test]
fn an_error_in_an_event_names_its_place() {
    let good = json!({"event": "x", "distinct_id": "d"});
    let no_event = "is no event that could be captured: ";
    for (item, place, what) in [
        (
            json!({"event": "x", "distinct_id": "d"}),
            ".project",
            "This field is required.",
        ),
        (json!({"project": []}), ".project", "Not a valid string."),
        (
            json!({"project": "mian"}),
            ".project",
            "nothing in the file has the ref \"mian\"",
        ),
        (
            json!({"project": "ada"}),
            ".project",
            "\"ada\" is users[0], not a project",
        ),
        (json!({"project": "main"}), "", "needs a text `event`"),
        (
            json!({"project": "main", "evnt": "x", "distinct_id": "d"}),
            "",
            "needs a text `event`",
        ),
        (
            json!({"project": "main", "event": 5, "$set": {}, "distinct_id": "d"}),
            "",
            "needs a text `event`",
        ),
        (
            json!({"project": "main", "event": "x"}),
            "",
            "event submitted without a distinct_id",
        ),
        (
            json!({"project": "main", "$set": {"a": 1}}),
            "",
            "event submitted without a distinct_id",
        ),
        (
            json!({"project": "main", "event": "", "distinct_id": "d"}),
            "",
            "event submitted with an empty event name",
        ),
        (
            json!({"project": "main", "event": "x", "distinct_id": "d", "properties": {"$cookieless_mode": "yes"}}),
            "",
            "event submitted with invalid cookieless mode",
        ),
        (
            json!({"project": "main", "event": "x", "distinct_id": "d", "properties": []}),
            "",
            &format!("{no_event}invalid type: sequence, expected an object of properties"),
        ),
        (
            json!({"project": "main", "event": "x", "distinct_id": "d", "timestamp": 5}),
            "",
            &format!("{no_event}invalid type: integer `5`, expected a string"),
        ),
        (
            json!({"project": "main", "event": "x", "distinct_id": "d", "uuid": "50172"}),
            "",
            "needs a UUID as `uuid`",
        ),
        (
            json!({"project": "main", "batch": [good, {"event": "x", "distinct_id": "d", "uuid": 5}]}),
            ".batch[1]",
            "needs a UUID as `uuid`",
        ),
        (
            json!({"project": "main", "batch": []}),
            "",
            "request holds no event",
        ),
        (
            json!({"project": "main", "batch": {}}),
            "",
            "needs a text `event`",
        ),
        (
            json!({"project": "main", "batch": [good, {"event": "x"}]}),
            ".batch[1]",
            "event submitted without a distinct_id",
        ),
        (
            json!({"project": "main", "batch": [good, {"$set": {}, "distinct_id": "d"}]}),
            ".batch[1]",
            "needs a text `event`",
        ),
        (
            json!({"project": "main", "batch": [good, good, 5]}),
            ".batch[2]",
            &format!("{no_event}invalid type: integer `5`, expected an event"),
        ),
        (
            json!({"project": "main", "batch": [good], "sent_at": 5}),
            "",
            "failed to hydrate events from request: non-engage request missing event name attribute",
        ),
    ] {
        let captured = json!({"project": "main", "event": "x", "distinct_id": "d"});
        assert_eq!(
            problem(json!([captured, item])),
            format!("events[1]{place}: {what}")
        );
    }
    assert_eq!(
        problem(json!([5])),
        "events[0]: invalid type: integer `5`, expected an object"
    );
}
