//! SDKs that evaluate flags themselves and hoglet find the same values, for ten thousand people.

use std::{fs, path::Path, process::Command, thread};

use serde_json::{Map, Value, json};

use crate::{harness::Server, packages, run};

/// How many people the flags are evaluated for.
const PEOPLE: usize = 10_000;

/// How many requests are under way at once.
const AT_ONCE: usize = 4;

/// The same numbers in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn one_of<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[self.below(choices.len() as u64) as usize]
    }
}

/// Somebody with every property that a flag names: an SDK does not evaluate a flag without them.
fn person(random: &mut Random) -> Value {
    let number = random.below(1 << 40);
    let id = match random.below(4) {
        0 => format!("{number:x}-{:x}", random.below(1 << 30)),
        1 => format!("user.{number}@example.com"),
        2 => format!("пользователь {number}"),
        _ => number.to_string(),
    };
    let day = |random: &mut Random| {
        format!(
            "20{}-{:02}-{:02}",
            20 + random.below(8),
            1 + random.below(12),
            1 + random.below(28)
        )
    };
    let time =
        |random: &mut Random| format!("T{:02}:{:02}:00Z", random.below(24), random.below(60));
    let version = |random: &mut Random| {
        format!(
            "{}.{}.{}",
            random.below(3),
            random.below(4),
            random.below(4)
        )
    };
    json!({
        "distinct_id": id,
        "groups": {"company": format!("company-{}", random.below(300))},
        "person_properties": {
            "plan": random.one_of(&["free", "Pro", "pro", "team", "Enterprise"]),
            "email": format!("{}@{}", random.one_of(&["ada", "Mel", "bob.x"]), random.one_of(&["example.com", "corp.example", "Example.org"])),
            "age": random.below(90),
            "score": random.below(1_000) as f64 / 7.0,
            "amount": random.below(200).to_string(),
            "is_staff": random.below(2) == 0,
            "opted": random.one_of(&["true", "True", "false", "no"]),
            "joined": day(random),
            "seen": day(random) + &time(random),
            "app": version(random),
        },
        "group_properties": {"company": {"size": random.below(500), "industry": random.one_of(&["Tech", "bank", "farm"])}},
    })
}

/// Flags with every operator, rollouts, variants, groups and dependencies.
fn flags() -> Value {
    let one = |key: &str, operator: &str, value: Value| json!({"key": key, "type": "person", "operator": operator, "value": value});
    let operators = [
        ("plan", "exact", json!("pro")),
        ("plan", "exact", json!(["PRO", "team"])),
        ("plan", "is_not", json!(["free"])),
        ("plan", "is_set", json!("is_set")),
        ("plan", "is_not_set", json!("is_not_set")),
        ("is_staff", "exact", json!(["true"])),
        ("is_staff", "is_not", json!("true")),
        ("opted", "exact", json!(true)),
        ("opted", "exact", json!("false")),
        ("email", "icontains", json!("@EXAMPLE")),
        ("email", "not_icontains", json!("mel")),
        ("email", "starts_with", json!("m")),
        ("email", "not_starts_with", json!("bob")),
        ("email", "ends_with", json!(".COM")),
        ("email", "not_ends_with", json!("org")),
        ("email", "regex", json!("^[a-z.]+@example\\.(com|org)$")),
        ("email", "not_regex", json!("o.p")),
        ("plan", "regex", json!("^(?:p|P)ro$")),
        ("age", "gt", json!(30)),
        ("age", "gte", json!("45")),
        ("score", "lt", json!(71.5)),
        ("amount", "lte", json!(100)),
        ("amount", "gt", json!("99.5")),
        ("joined", "is_date_before", json!("2024-02-29")),
        ("seen", "is_date_after", json!("2025-06-01T12:00:00Z")),
        ("seen", "is_date_after", json!("-30m")),
        ("joined", "is_date_before", json!("-52w")),
        ("app", "semver_eq", json!("1.2.3")),
        ("app", "semver_neq", json!("v1.0")),
        ("app", "semver_gt", json!("1.1.1")),
        ("app", "semver_lte", json!("0.3")),
        ("app", "semver_tilde", json!("1.2.1")),
        ("app", "semver_caret", json!("0.2.1")),
        ("app", "semver_wildcard", json!("2.*")),
    ];
    let mut flags: Vec<_> = operators
        .into_iter()
        .enumerate()
        .map(|(index, (key, operator, value))| {
            let groups =
                json!([{"properties": [one(key, operator, value)], "rollout_percentage": 90}]);
            json!({"key": format!("{operator}-{index}"), "filters": {"groups": groups}})
        })
        .collect();
    for percentage in [
        json!(0),
        json!(0.5),
        json!(10),
        json!(33.3),
        json!(50),
        json!(99.9),
        json!(100),
        json!(null),
    ] {
        let groups = json!([{"properties": [], "rollout_percentage": percentage}]);
        flags.push(
            json!({"key": format!("rollout-{}", flags.len()), "filters": {"groups": groups}}),
        );
    }
    let variants = json!({"variants": [
        {"key": "control", "rollout_percentage": 33.33}, {"key": "blue", "rollout_percentage": 33.33},
        {"key": "red", "rollout_percentage": 33.34},
    ]});
    let depends = |key: &str, value: Value| json!({"groups": [{"properties": [{"key": key, "type": "flag", "operator": "flag_evaluates_to", "value": value}]}]});
    let pro = one("plan", "exact", json!("pro"));
    let of_size = json!({"key": "size", "type": "group", "operator": "gte", "value": 200, "group_type_index": 0});
    flags.extend([
        json!({"key": "everybody", "value": true}),
        json!({"key": "nobody", "value": false}),
        json!({"key": "fixed", "value": "only"}),
        json!({"key": "color", "filters": {
            "groups": [{"properties": [pro], "variant": "red"}, {"properties": [], "rollout_percentage": 80}],
            "multivariate": variants, "payloads": {"control": "1", "red": "{\"hex\": \"#f00\"}"}}}),
        json!({"key": "after-color", "filters": depends("color", json!("red"))}),
        json!({"key": "after-any-color", "filters": depends("color", json!(true))}),
        json!({"key": "after-no-color", "filters": depends("color", json!(false))}),
        json!({"key": "after-after", "filters": depends("after-color", json!(true))}),
        json!({"key": "company", "filters": {
            "aggregation_group_type_index": 0, "multivariate": variants,
            "groups": [{"properties": [of_size], "rollout_percentage": 70}]}}),
        json!({"key": "mixed", "filters": {"groups": [
            {"properties": [one("age", "lt", json!(20))]},
            {"properties": [of_size], "aggregation_group_type_index": 0, "rollout_percentage": 40},
        ]}}),
        json!({"key": "early-exit", "filters": {"early_exit": true, "groups": [
            {"properties": [one("age", "lt", json!(40))], "rollout_percentage": 30}, {"properties": []},
        ]}}),
        json!({"key": "with-payload", "filters": {
            "groups": [{"properties": [], "rollout_percentage": 50}], "payloads": {"true": {"seats": [1, 2]}}}}),
    ]);
    flags.into()
}

/// What an SDK or the server found for one person: values, and payloads as JSON.
type Found = (Value, Value);

/// What the server says for each of `people`.
fn ask(server: &Server, people: &[Value]) -> Vec<Found> {
    let agent: ureq::Agent = ureq::Agent::config_builder().build().into();
    let url = format!("{}/flags/?v=1", server.url);
    let one = |person: &Value| {
        let mut body = person.clone();
        body["token"] = json!("phc_main");
        let mut answer = agent.post(&url).send_json(&body).unwrap();
        let mut answer: Value = answer.body_mut().read_json().unwrap();
        (
            answer["featureFlags"].take(),
            parsed(answer["featureFlagPayloads"].take()),
        )
    };
    people.iter().map(one).collect()
}

/// Payloads, which are JSON or texts of JSON, as JSON.
fn parsed(payloads: Value) -> Value {
    let parsed = |value: Value| match value {
        Value::String(text) => serde_json::from_str(&text).unwrap(),
        other => other,
    };
    let members = payloads.as_object().unwrap().clone().into_iter();
    members
        .map(|(key, value)| (key, parsed(value)))
        .collect::<Map<_, _>>()
        .into()
}

#[test]
fn sdks_that_evaluate_flags_find_the_same_values() {
    let server = Server::seeded(
        &json!({
            "users": [{"ref": "ada", "email": "ada@example.com"}],
            "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
            "projects": [{"ref": "main", "org": "acme", "name": "Main", "api_token": "phc_main"}],
            "project_secret_api_keys": [
                {"project": "main", "label": "k", "scopes": ["feature_flag:read"], "value": "phs_main"}],
            "group_types": [{"project": "main", "group_type": "company", "index": 0}],
            "feature_flags": flags(),
        }),
        &[],
    );
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let people: Vec<_> = (0..PEOPLE).map(|_| person(&mut random)).collect();
    let files = tempfile::TempDir::new().unwrap();
    let input = files.path().join("people.json");
    fs::write(&input, json!(people).to_string()).unwrap();
    let packages = packages();
    let by_sdk = |program: &Path, script: &str| -> Vec<Found> {
        let output = files.path().join(script);
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
        let mut command = Command::new(program);
        command
            .arg(scripts.join(script))
            .args([&server.url, "phc_main", "phs_main"]);
        command
            .args([&input, &output])
            .env("NODE_PATH", packages.join("node_modules"));
        run(&server, &mut command);
        let found: Vec<Found> = serde_json::from_str(&fs::read_to_string(output).unwrap()).unwrap();
        found
            .into_iter()
            .map(|(values, payloads)| (values, parsed(payloads)))
            .collect()
    };
    let (by_server, by_node, by_python) = thread::scope(|scope| {
        let node = scope.spawn(|| by_sdk(Path::new("node"), "flags_node.cjs"));
        let python = scope.spawn(|| by_sdk(&packages.join("python/bin/python"), "flags_python.py"));
        let parts = people.chunks(PEOPLE.div_ceil(AT_ONCE));
        let parts: Vec<_> = parts
            .map(|part| scope.spawn(|| ask(&server, part)))
            .collect();
        let parts = parts.into_iter().map(|part| part.join().unwrap());
        let by_server: Vec<_> = parts.flatten().collect();
        (by_server, node.join().unwrap(), python.join().unwrap())
    });
    let count = flags().as_array().unwrap().len();
    assert_eq!(
        [by_server.len(), by_node.len(), by_python.len()],
        [PEOPLE; 3]
    );
    for (index, person) in people.iter().enumerate() {
        assert_eq!(by_server[index].0.as_object().unwrap().len(), count);
        assert_eq!(by_server[index], by_node[index], "posthog-node: {person}");
        assert_eq!(
            by_server[index], by_python[index],
            "posthog for Python: {person}"
        );
    }
    // The people differ: nearly every flag is on for some and off for others.
    let varied = |key: &&String| {
        let first = &by_server[0].0[*key];
        by_server.iter().any(|(values, _)| values[*key] != *first)
    };
    let keys = by_server[0].0.as_object().unwrap();
    let constant: Vec<_> = keys.keys().filter(|key| !varied(key)).collect();
    assert!(constant.len() <= 8, "{constant:?}");
}
