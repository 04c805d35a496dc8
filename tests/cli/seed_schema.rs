//! The JSON Schema of seed files says what the parser accepts, and `hoglet init` writes a file that has it.

use std::{
    collections::BTreeSet,
    sync::{LazyLock, mpsc},
};

use hoglet::{
    domain::seed::SeedFile,
    model::{Durability, Timestamp},
    store::{Store, StoreError, Write},
};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::{
    judge::Judge,
    process::{Folder, finish},
    seeding::SMALL,
};

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let printed = Folder::new().ok(&["schema", "seed"]);
    serde_json::from_str(&printed).unwrap()
});

/// A database that stays empty.
static STORE: LazyLock<(Store, TempDir)> = LazyLock::new(|| {
    let files = TempDir::new().unwrap();
    let path = files.path().join("test.db");
    (Store::open(&path, 1, Durability::Relaxed).unwrap(), files)
});

/// What the schema finds wrong with `file`.
fn judged(file: &Value) -> Vec<String> {
    let judge = Judge { document: &SCHEMA };
    judge.faults(&SCHEMA, file, "$")
}

/// What hoglet finds wrong with `file`, by applying it and undoing that.
fn applied(file: &Value) -> Result<(), String> {
    let seed = SeedFile::read(&file.to_string()).and_then(SeedFile::hash);
    let seed = seed.map_err(|problem| problem.to_string())?;
    let (sender, outcome) = mpsc::channel();
    let apply = move |db: &Write| {
        let done = seed.apply_within(db, Timestamp::now(), 10);
        let done = done.map(drop).map_err(|problem| problem.to_string());
        sender.send(done).unwrap();
        Err::<(), _>(StoreError::NoAnswer) // undoes it all
    };
    assert!(STORE.0.write(apply).is_err());
    outcome.recv().unwrap()
}

/// The schema of the items of `list`.
fn items(list: &str) -> &'static Value {
    &SCHEMA["properties"][list]["items"]
}

fn keys(properties: &Value) -> BTreeSet<String> {
    let names = properties.as_object().unwrap().keys();
    names
        .filter(|name| !name.starts_with('$'))
        .cloned()
        .collect()
}

#[test]
fn files_that_hoglet_applies_are_valid() {
    let files = [
        include_str!("../../static/demo.json"),
        include_str!("../../static/init.json"),
        include_str!("../api/seed.json"),
        include_str!("../api/session_recordings.json"),
        SMALL,
    ];
    for text in files {
        let file: Value = serde_json::from_str(text).unwrap();
        assert_eq!(judged(&file), Vec::<String>::new(), "{}", &text[..80]);
        assert_eq!(applied(&file), Ok(()), "{}", &text[..80]);
    }
}

#[test]
fn the_schema_has_every_list_and_key_of_the_parser_and_no_other() {
    // The keys that an error message lists.
    let known = |file: Value| -> Option<BTreeSet<String>> {
        let problem = applied(&file).unwrap_err();
        let listed = problem.split_once("expected one of ")?.1.split('`').skip(1);
        Some(listed.step_by(2).map(str::to_owned).collect())
    };
    let lists = known(json!({"nothing": []})).unwrap();
    assert_eq!(keys(&SCHEMA["properties"]), lists);
    let mut with_keys = 0;
    for list in &lists {
        match known(json!({list: [{"nothing": 1}]})) {
            Some(known) => {
                assert_eq!(keys(&items(list)["properties"]), known, "{list}");
                assert_eq!(items(list)["additionalProperties"], false, "{list}");
                with_keys += 1;
            }
            None => assert!(["events", "event_properties"].contains(&&**list), "{list}"),
        }
    }
    assert_eq!(with_keys, lists.len() - 2);
    let passwords = json!({"sharing_configurations": [{"passwords": [{"nothing": 1}]}]});
    let shown = &items("sharing_configurations")["properties"]["passwords"]["items"];
    assert_eq!(keys(&shown["properties"]), known(passwords).unwrap());
}

/// A file with one item in each list of objects, which has every key that can be there beside the others.
fn full() -> Value {
    json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [{"ref": "main", "org": "acme", "name": "Main"}],
        "personal_api_keys": [{"ref": "K", "user": "ada", "scopes": ["*"]}],
        "project_secret_api_keys": [{"ref": "S", "project": "main", "scopes": ["endpoint:read"]}],
        "group_types": [{"project": "main", "group_type": "company", "index": 0}],
        "event_definitions": [{"project": "main", "name": "paid"}],
        "property_definitions": [{"project": "main", "name": "seats"}],
        "dashboards": [{"ref": "D", "project": "main"}],
        "insights": [{"ref": "I", "project": "main"}],
        "dashboard_tiles": [{"dashboard": "D"}],
        "notebooks": [{"ref": "N", "project": "main"}],
        "session_recordings": [{"ref": "R", "project": "main", "created_by": "ada"}],
        "sharing_configurations": [{"insight": "I"}],
        "activity_log": [{"project": "main", "scope": "Insight", "activity": "created"}],
        "feature_flags": [{"project": "main", "key": "beta"}],
        "events": [{"project": "main", "event": "paid", "distinct_id": "d"}],
    })
}

#[test]
fn every_key_takes_the_types_that_the_schema_says() {
    let file = full();
    assert_eq!((judged(&file), applied(&file)), (vec![], Ok(())));
    let mut wrong = Vec::new();
    for (list, _) in file
        .as_object()
        .unwrap()
        .iter()
        .filter(|(list, _)| *list != "events")
    {
        let with_comment = items(list)["properties"].as_object().unwrap().keys();
        for key in with_comment {
            for value in [
                json!(null),
                json!(true),
                json!(4),
                json!("text"),
                json!([]),
                json!({}),
            ] {
                let mut file = file.clone();
                let item = file[list][0].as_object_mut().unwrap();
                if !value.is_null() {
                    prepare(key, item);
                }
                item.insert(key.clone(), value.clone());
                let (is_valid, outcome) = (judged(&file).is_empty(), applied(&file));
                let is_lenient = match (&value, &outcome) {
                    // The wrong form, or the name of nothing.
                    (Value::String(_), _) => is_valid,
                    // Refs that are gone, and the object of a share: a schema cannot know.
                    (Value::Null, Err(problem)) => {
                        ["the ref \"", "a label or a ref", "exactly one of"]
                            .iter()
                            .any(|words| problem.contains(words))
                    }
                    // Where a text is expected, the API takes a number for one.
                    (Value::Number(_), Ok(())) => {
                        let mut text = file.clone();
                        text[list][0][key] = json!("4");
                        judged(&text).is_empty()
                    }
                    // Anything empty counts as no short id.
                    (Value::Array(_) | Value::Object(_), Ok(())) => key == "short_id",
                    _ => false,
                };
                if is_valid != outcome.is_ok() && !is_lenient {
                    wrong.push(format!("{list}.{key}: {value}: {is_valid} {outcome:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Adds what `key` needs beside it.
fn prepare(key: &str, item: &mut Map<String, Value>) {
    let more = match key {
        "group_type_index" => json!({"type": "group", "group_type_index": 1}),
        "insight" => json!({"dashboard": "D"}),
        _ => return,
    };
    item.extend(more.as_object().unwrap().clone());
}

#[test]
fn what_is_required_is_marked() {
    for (list, found) in full().as_object().unwrap() {
        let marked = items(list)["required"].as_array().unwrap();
        for key in found[0]
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| *key != "ref")
        {
            let mut file = full();
            file[list][0].as_object_mut().unwrap().remove(key);
            let is_marked = marked.iter().any(|marked| marked == key);
            let is_required = applied(&file).is_err();
            let is_explained = matches!(
                &**key,
                "members" | "created_by" | "insight" | "event" | "distinct_id"
            );
            assert!(
                is_marked == is_required || is_explained,
                "{list}.{key}: {:?}",
                applied(&file)
            );
            assert_eq!(
                is_marked,
                !judged(&file).is_empty() && !is_explained,
                "{list}.{key}"
            );
        }
    }
}

#[test]
fn flags_may_be_pairs_instead_of_a_list() {
    let mut file = full();
    file["feature_flags"] =
        json!({"$comment": "For people", "beta": true, "color": "blue", "old": false});
    assert_eq!((judged(&file), applied(&file)), (vec![], Ok(())));
    for (wrong, problem) in [
        (
            json!({"feature_flags": {"beta": true}}),
            "feature_flags[0].project: is needed unless the file has just one project",
        ),
        (
            json!({"dashboards": {"beta": true}}),
            "dashboards: invalid type: map, expected a sequence",
        ),
        (
            json!({"$comment": {}}),
            "$comment: invalid type: map, expected a string",
        ),
    ] {
        assert_eq!(applied(&wrong).unwrap_err(), problem);
    }
    for (flags, problem) in [
        (
            json!({"beta": 5}),
            "feature_flags[0].value: Expected true, false, or the key of a variant.",
        ),
        (
            json!({"a b": true}),
            "feature_flags[0].key: Only letters, numbers, hyphens (-) & underscores (_) are allowed.",
        ),
        (
            json!([{"key": "a", "value": true, "active": true}]),
            "feature_flags[0].value: A flag has a value, or active and filters.",
        ),
        (
            json!([{"key": "a"}, {"key": "a"}]),
            "feature_flags[1].key: This field must be unique.",
        ),
        (
            json!([{"key": "a", "filters": {"groups": [{"rollout_percentage": 101}]}}]),
            "feature_flags[0].filters: rollout_percentage of groups[0] must be a number from 0 to 100.",
        ),
        (
            json!([{"key": "a", "overrides": {"": true}}]),
            "feature_flags[0].overrides: A distinct id has 1 to 200 characters.",
        ),
        (
            json!([{"key": "a", "overrides": {"d": null}}]),
            "feature_flags[0].overrides: Expected true, false, or the key of a variant.",
        ),
        (
            json!([{"key": "a", "filters": {"other": "x".repeat(32 << 10)}}]),
            "feature_flags[0].filters: The filters of a flag have at most 32768 bytes.",
        ),
    ] {
        let mut file = full();
        file["feature_flags"] = flags;
        assert_eq!(applied(&file).unwrap_err(), problem);
    }
    let mut file = full();
    let many = |count: usize| Vec::from_iter((0..count).map(|n| json!({"key": format!("f{n}")})));
    file["feature_flags"] = many(500).into();
    assert_eq!(applied(&file), Ok(()));
    file["feature_flags"] = many(501).into();
    let problem = "feature_flags[500]: A project has at most 500 feature flags.";
    assert_eq!(applied(&file).unwrap_err(), problem);
    let overrides: Map<_, _> = (0..1_001).map(|n| (format!("d{n}"), json!(true))).collect();
    file["feature_flags"] = json!([{"key": "a", "overrides": overrides}]);
    let problem = "feature_flags[0].overrides: Expected an object of at most 1000 distinct ids.";
    assert_eq!(applied(&file).unwrap_err(), problem);
}

#[test]
fn a_file_may_name_its_schema_and_have_comments() {
    let mut file = full();
    file["$schema"] = json!("./hoglet.schema.json");
    file["$comment"] = json!("For people");
    for list in full().as_object().unwrap().keys() {
        file[list][0]["$comment"] = json!("For people");
    }
    file["sharing_configurations"][0]["passwords"] = json!([{"password": "x", "$comment": ""}]);
    assert_eq!((judged(&file), applied(&file)), (vec![], Ok(())));
    for (wrong, problem) in [
        (
            json!({"$schema": []}),
            "$schema: invalid type: sequence, expected a string",
        ),
        (
            json!({"$schema": 1}),
            "$schema: invalid type: integer `1`, expected a sequence",
        ),
        (
            json!({"users": "x"}),
            "users: invalid type: string, expected a sequence",
        ),
        (
            json!({"users": [{"$comment": 1}]}),
            "users[0].$comment: Not a valid string.",
        ),
        (
            json!({"events": [{"$comment": []}]}),
            "events[0].$comment: Not a valid string.",
        ),
    ] {
        assert_eq!(applied(&wrong).unwrap_err(), problem);
        assert!(!judged(&wrong).is_empty(), "{wrong}");
    }
    let wrong = applied(&json!({"$id": "x"})).unwrap_err();
    assert!(
        wrong.starts_with("$id: unknown field `$id`, expected one of `users`"),
        "{wrong}"
    );
    // A comment of an event is no part of it.
    let folder = Folder::new();
    folder.write("seed.json", file.to_string());
    let server = folder.serve(&["--seed", "seed.json"]);
    let database = std::fs::read(folder.path("hoglet.db-wal")).unwrap();
    assert!(!String::from_utf8_lossy(&database).contains("For people"));
    server.stop();
}

#[test]
fn init_writes_a_file_that_exec_uses_and_overwrites_nothing() {
    let folder = Folder::new();
    let done = folder.run(&["init"]);
    assert_eq!((done.code, &*done.stdout), (Some(0), ""), "{done:?}");
    assert!(done.stderr.contains("hoglet.json"), "{done:?}");
    assert_eq!(folder.names(), ["hoglet.json", "hoglet.schema.json"]);
    let read = |name: &str| std::fs::read_to_string(folder.path(name)).unwrap();
    assert_eq!(read("hoglet.schema.json"), folder.ok(&["schema", "seed"]));
    let file: Value = serde_json::from_str(&read("hoglet.json")).unwrap();
    assert_eq!(file["$schema"], "./hoglet.schema.json");
    assert!(file["$comment"].is_string());
    let print =
        "echo $POSTHOG_PROJECT_ID $POSTHOG_API_KEY $POSTHOG_PERSONAL_API_KEY $POSTHOG_SECRET_KEY";
    let done = finish(folder.command(&["exec", "--", "sh", "-c", print]));
    assert_eq!(done.stdout, "1 phc_app phx_app phs_app\n", "{done:?}");
    folder.write("hoglet.json", "mine");
    folder.write("hoglet.schema.json", "mine too");
    folder.fails(&["init"], &["hoglet.json exists"]);
    assert_eq!(
        (&*read("hoglet.json"), &*read("hoglet.schema.json")),
        ("mine", "mine too")
    );
}

#[test]
fn init_that_fails_leaves_no_incomplete_file() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("hoglet.schema.json")).unwrap();
    folder.fails(&["init"], &["hoglet.schema.json cannot be written"]);
    assert_eq!(folder.names(), ["hoglet.schema.json"]);
}
