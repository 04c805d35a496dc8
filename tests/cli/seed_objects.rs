//! Mistakes in what a project has.

use serde_json::{Value, json};

use crate::seed_errors::{seed, with};

#[test]
fn an_error_in_an_object_of_a_project_names_its_place() {
    let two = json!([{"ref": "other", "org": "acme", "name": "Other"}]);
    let share = |more: Value| {
        let things = json!({"projects": two, "notebooks": [{"ref": "N", "project": "main"}], "sharing_configurations": [more]});
        (things, "sharing_configurations[0]")
    };
    let definition = |more: Value| {
        let mut definition = json!({"project": "main", "name": "plan"});
        definition
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        (
            json!({"property_definitions": [definition]}),
            "property_definitions[0]",
        )
    };
    let line = |more: Value| {
        let mut line = json!({"project": "main", "scope": "Insight", "activity": "created"});
        line.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        (json!({"activity_log": [line]}), "activity_log[0]")
    };
    let board = |project: &str| json!([{"ref": "D", "project": project}]);
    let insight = |dashboards: Value| json!([{"project": "main", "dashboards": dashboards}]);
    let rows = [
        (
            line(json!({"user": "main"})),
            ".user: \"main\" is projects[0], not a user",
        ),
        (line(json!({"detail": []})), ".detail: must be an object"),
        (
            share(json!({})),
            ": needs exactly one of insight, dashboard, notebook, session_recording",
        ),
        (
            share(json!({"notebook": "N", "insight": "N"})),
            ": needs exactly one of insight, dashboard, notebook, session_recording",
        ),
        (
            share(json!({"insight": "N"})),
            ".insight: \"N\" is notebooks[0], not an insight",
        ),
        (
            share(json!({"notebook": "M"})),
            ".notebook: nothing in the file has the ref \"M\"",
        ),
        (
            share(json!({"notebook": "N", "project": "other"})),
            ".notebook: \"N\" belongs to another project",
        ),
        (
            share(json!({"session_recording": "r"})),
            ".session_recording: \"r\" is no ref; the id of a recording needs a project beside it",
        ),
        (
            share(json!({"notebook": "N", "access_token": "a/b"})),
            ".access_token: must be 1 to 400 letters, digits, - and _",
        ),
        (
            share(json!({"notebook": "N", "settings": {"legned": true}})),
            ".settings.legned: unknown field `legned`",
        ),
        (
            share(json!({"notebook": "N", "passwords": [{"password": ""}]})),
            ".passwords[0].password: This field may not be blank.",
        ),
        (
            definition(json!({"type": "group"})),
            ": a definition of type group needs a group_type_index",
        ),
        (
            definition(json!({"group_type_index": 0})),
            ".group_type_index: is for definitions of type group",
        ),
        (
            definition(json!({"type": "group", "group_type_index": 5})),
            ".group_type_index: Ensure this value is less than or equal to 4.",
        ),
        (
            (
                json!({"projects": two, "dashboards": board("other"), "insights": insight(json!(["D"]))}),
                "insights[0]",
            ),
            ".dashboards[0]: \"D\" belongs to another project",
        ),
        (
            (
                json!({"dashboards": board("main"), "insights": insight(json!(["D", "E"]))}),
                "insights[0]",
            ),
            ".dashboards[1]: nothing in the file has the ref \"E\"",
        ),
        (
            (
                json!({"event_properties": [["main", "a", "b"], ["mian", "a", "b"]]}),
                "event_properties[1]",
            ),
            "[0]: nothing in the file has the ref \"mian\"",
        ),
        (
            (
                json!({"group_types": [{"project": "main", "group_type": "a", "index": 0}, {"project": "main", "group_type": "b", "index": 0}]}),
                "group_types[1]",
            ),
            ".index: This field must be unique.",
        ),
        (
            (
                json!({"event_definitions": [{"project": "main", "name": "a"}, {"project": "main", "name": "a"}]}),
                "event_definitions[1]",
            ),
            ".name: This field must be unique.",
        ),
        (
            (
                json!({"notebooks": [{"project": "main", "short_id": "a"}, {"project": "main", "short_id": "a"}]}),
                "notebooks[1]",
            ),
            ".short_id: This field must be unique.",
        ),
        (
            (
                json!({"session_recordings": [{"project": "main", "id": "r", "start_time": "yesterday"}]}),
                "session_recordings[0]",
            ),
            ".start_time: Enter an instant such as 2026-01-02T03:04:05Z.",
        ),
    ];
    for ((things, place), problem) in rows {
        assert_eq!(seed(&with(things)), Err(format!("{place}{problem}")));
    }
    let twice = json!({"notebooks": [{"ref": "N", "project": "main"}], "sharing_configurations": [{"notebook": "N"}, {"notebook": "N"}]});
    let found = seed(&with(twice));
    assert_eq!(
        found,
        Err("sharing_configurations[1]: this has a sharing configuration already".into())
    );
}

#[test]
fn a_share_has_at_most_fifty_passwords() {
    let passwords = vec![json!({"password": "long enough"}); 51];
    let things = json!({"notebooks": [{"ref": "N", "project": "main"}],
                        "sharing_configurations": [{"notebook": "N", "passwords": passwords}]});
    assert_eq!(
        seed(&with(things)),
        Err("sharing_configurations[0].passwords: has 51 passwords, at most 50".into())
    );
}
