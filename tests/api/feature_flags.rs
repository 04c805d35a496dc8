//! Feature flags of a seed file: lists, definitions for SDKs, and values for a person.
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{harness::Server, schema_answers::check};

/// Flags of every kind, in project 1; project 2 has none.
fn flags() -> Value {
    let pro = json!({"key": "plan", "type": "person", "operator": "exact", "value": ["pro"]});
    let variants = json!({"variants": [
        {"key": "blue", "name": "Blue", "rollout_percentage": 50}, {"key": "red", "rollout_percentage": 50},
    ]});
    json!([
        {"ref": "everybody", "project": "main", "key": "everybody", "name": "For everybody", "created_by": "ada", "id": 11},
        {"project": "main", "key": "inactive", "active": false},
        {"project": "main", "key": "pro", "filters": {
            "groups": [{"properties": [pro], "rollout_percentage": 100}], "payloads": {"true": "{\"seats\": 5}"}}},
        {"project": "main", "key": "nobody", "filters": {"groups": [{"properties": [], "rollout_percentage": 0}]}},
        {"project": "main", "key": "color", "filters": {
            "groups": [{"properties": [pro], "variant": "red"}, {"properties": []}], "multivariate": variants,
            "payloads": {"red": {"hex": "#f00"}, "blue": "\"#00f\""}}},
        {"project": "main", "key": "company", "filters": {
            "aggregation_group_type_index": 0,
            "groups": [{"properties": [{"key": "size", "type": "group", "operator": "gt", "value": 10}]}]}},
        {"project": "main", "key": "follows", "filters": {"groups": [{"properties": [
            {"key": "13", "type": "flag", "operator": "flag_evaluates_to", "value": true}]}]}},
        {"project": "main", "key": "overridden", "value": false, "overrides": {"ada": true, "mel": "special"}},
        {"project": "main", "key": "cohort", "filters": {"groups": [{"properties": [
            {"key": "id", "type": "cohort", "value": 5}]}]}},
    ])
}

/// A seed file with these flags.
pub fn seed(flags: Value) -> Value {
    json!({
        "users": [{"ref": "ada", "email": "ada@example.com", "first_name": "Ada"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [
            {"ref": "main", "org": "acme", "name": "Main", "id": 1, "api_token": "phc_main"},
            {"ref": "side", "org": "acme", "name": "Side", "id": 2, "api_token": "phc_side"},
        ],
        "personal_api_keys": [{"user": "ada", "label": "k", "scopes": ["*"], "value": "phx_ada"}],
        "project_secret_api_keys": [
            {"project": "main", "label": "k", "scopes": ["feature_flag:read"], "value": "phs_main"}],
        "group_types": [{"project": "main", "group_type": "company", "index": 0}],
        "feature_flags": flags,
    })
}

fn server() -> Server {
    Server::seeded(&seed(flags()), &[])
}

fn post(server: &Server, path: &str, body: &Value) -> Value {
    let mut answer = server.ask("POST", path).json(body.clone()).send().ok(200);
    if let Some(members) = answer.as_object_mut() {
        members.remove("requestId");
    }
    answer
}

fn ask(more: Value) -> Value {
    let mut body = json!({"token": "phc_main", "distinct_id": "d"});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    body
}

/// The values in an answer of version 2.
fn values(answer: &Value) -> Value {
    let flags = answer["flags"].as_object().unwrap().iter();
    let value = |flag: &Value| match &flag["variant"] {
        Value::Null => flag["enabled"].clone(),
        variant => variant.clone(),
    };
    flags
        .map(|(key, flag)| (key.clone(), value(flag)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn lists_have_what_the_file_says() {
    let server = server();
    let document = server.ask("GET", "/api/schema/?format=json").send().ok(200);
    for path in [
        "/api/projects/1/feature_flags/",
        "/api/feature_flag/?token=phc_main",
    ] {
        let answer = server.get(path);
        check(&document, "GET", path, &answer);
        let keys: Vec<_> = answer.body["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|flag| &flag["key"])
            .collect();
        let newest_first = [
            "cohort",
            "overridden",
            "follows",
            "company",
            "color",
            "nobody",
            "pro",
            "inactive",
            "everybody",
        ];
        assert_eq!(keys, newest_first);
        assert_eq!(answer.body["count"], 9);
    }
    let page = server
        .get("/api/projects/1/feature_flags/?limit=2&offset=2")
        .ok(200);
    assert_eq!(
        [&page["results"][0]["key"], &page["results"][1]["key"]],
        ["follows", "company"]
    );
    let next = format!(
        "{}/api/projects/1/feature_flags/?limit=2&offset=4",
        server.url
    );
    assert_eq!((&page["next"], &page["count"]), (&json!(next), &json!(9)));
    let shown = server.get("/api/projects/1/feature_flags/11/");
    check(
        &document,
        "GET",
        "/api/projects/1/feature_flags/11/",
        &shown,
    );
    let shown = shown.ok(200);
    assert_eq!(
        (&shown["key"], &shown["name"]),
        (&json!("everybody"), &json!("For everybody"))
    );
    assert_eq!(
        shown["filters"],
        json!({"groups": [{"properties": [], "rollout_percentage": 100}]})
    );
    assert_eq!(shown["created_by"]["email"], "ada@example.com");
    assert_eq!(
        (&shown["status"], &shown["version"]),
        (&json!("ACTIVE"), &json!(1))
    );
    let filters = &server.get("/api/projects/1/feature_flags/13/").ok(200)["filters"];
    assert_eq!(filters.to_string(), flags()[2]["filters"].to_string());
    server
        .get("/api/projects/2/feature_flags/11/")
        .not_found("Not found.");
    server
        .get("/api/projects/1/feature_flags/none/")
        .not_found("Not found.");
    assert_eq!(
        server.get("/api/projects/2/feature_flags/").ok(200)["count"],
        0
    );
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let path = "/api/projects/1/feature_flags/11/";
        let answer = server.ask(method, path).key("phx_ada").send();
        assert!(
            [403, 405].contains(&answer.status),
            "{method} {}",
            answer.status
        );
    }
}

#[test]
fn values_follow_what_the_request_says_of_the_person() {
    let server = server();
    let all = |more: Value| values(&post(&server, "/flags/?v=2", &ask(more)));
    let plain = all(json!({}));
    let color = plain["color"].clone();
    assert!(["blue", "red"].map(Value::from).contains(&color), "{color}");
    let expected = json!({
        "everybody": true, "inactive": false, "pro": false, "nobody": false, "color": color, "company": false,
        "follows": false, "overridden": false, "cohort": false,
    });
    assert_eq!(plain, expected);
    let pro = all(json!({"person_properties": {"plan": "Pro"}}));
    assert_eq!(
        [&pro["pro"], &pro["follows"], &pro["color"]],
        [&json!(true), &json!(true), &json!("red")]
    );
    let large =
        json!({"groups": {"company": "acme"}, "group_properties": {"company": {"size": 11}}});
    assert_eq!(all(large)["company"], true);
    let small =
        json!({"groups": {"company": "acme"}, "group_properties": {"company": {"size": 10}}});
    assert_eq!(all(small)["company"], false);
    let body = |id: &str| json!({"token": "phc_main", "distinct_id": id});
    let of = |id: &str| values(&post(&server, "/flags/?v=2", &body(id)))["overridden"].clone();
    assert_eq!(
        [of("ada"), of("mel"), of("bob")],
        [json!(true), json!("special"), json!(false)]
    );
    let some = all(json!({"flag_keys_to_evaluate": ["follows", "everybody", "nothing"]}));
    assert_eq!(some, json!({"everybody": true, "follows": false}));
    assert_eq!(all(json!({"disable_flags": true})), json!({}));
    let colors: BTreeSet<_> = (0..40)
        .map(|id| {
            let answer = post(
                &server,
                "/flags/?v=2",
                &json!({"token": "phc_main", "distinct_id": id}),
            );
            values(&answer)["color"].to_string()
        })
        .collect();
    assert_eq!(colors.len(), 2);
}

#[test]
fn each_version_has_its_own_form() {
    let server = server();
    let body = ask(json!({"person_properties": {"plan": "pro"}}));
    for path in ["/flags/?v=2", "/flags?v=4"] {
        let answer = post(&server, path, &body);
        assert_eq!(answer["errorsWhileComputingFlags"], false);
        let pro = json!({
            "key": "pro", "enabled": true, "variant": null,
            "reason": {"code": "condition_match", "condition_index": 0, "description": "Matched condition set 1"},
            "metadata": {"id": 13, "version": 1, "description": "", "payload": "{\"seats\": 5}"},
        });
        assert_eq!(
            answer["flags"]["pro"].to_string(),
            pro.to_string(),
            "{path}"
        );
        let color = &answer["flags"]["color"];
        assert_eq!(
            (&color["enabled"], &color["variant"]),
            (&json!(true), &json!("red"))
        );
        assert_eq!(color["metadata"]["payload"], "{\"hex\":\"#f00\"}");
        let reasons = [
            "everybody",
            "inactive",
            "nobody",
            "company",
            "overridden",
            "cohort",
        ];
        let reasons = reasons.map(|key| answer["flags"][key]["reason"]["code"].clone());
        let expected = [
            "condition_match",
            "flag_disabled",
            "out_of_rollout_bound",
            "no_group_type",
            "flag_disabled",
            "not_supported",
        ];
        assert_eq!(reasons, expected);
        assert_eq!(
            answer["flags"]["cohort"]["reason"]["description"],
            "hoglet does not evaluate cohorts"
        );
    }
    let on = json!({"everybody": true, "pro": true, "color": "red", "follows": true});
    let mut all = on.clone();
    for key in ["inactive", "nobody", "company", "overridden", "cohort"] {
        all[key] = json!(false);
    }
    let payloads = json!({"pro": "{\"seats\": 5}", "color": "{\"hex\":\"#f00\"}"});
    for path in ["/flags/", "/flags/?v=1"] {
        let expected = json!({
            "featureFlags": all, "featureFlagPayloads": payloads, "errorsWhileComputingFlags": false,
        });
        assert_eq!(post(&server, path, &body), expected, "{path}");
    }
    let decide = |version: &str| post(&server, &format!("/decide/{version}"), &body);
    assert_eq!(
        decide("?v=1")["featureFlags"],
        json!(["everybody", "pro", "color", "follows"])
    );
    assert_eq!(decide("?v=2")["featureFlags"], on);
    let third = decide("?v=3&ip=1");
    assert_eq!(
        (&third["featureFlags"], &third["featureFlagPayloads"]),
        (&all, &payloads)
    );
    assert_eq!(decide("?v=4")["flags"]["color"]["variant"], "red");
    let with_config = post(&server, "/flags/?v=2&config=true", &body);
    assert_eq!(with_config["flags"]["pro"]["enabled"], true);
    assert_eq!(with_config["hasFeatureFlags"], true);
}

#[test]
fn sdks_are_told_whether_there_are_flags() {
    let inactive = json!([{"project": "side", "key": "off", "value": false}, {"project": "main", "key": "on"}]);
    let server = Server::seeded(&seed(inactive), &[]);
    let has = |token: &str| {
        let path = format!("/array/{token}/config");
        server.ask("GET", &path).send().ok(200)["hasFeatureFlags"].clone()
    };
    assert_eq!(
        [has("phc_main"), has("phc_side"), has("phc_none")],
        [json!(true), json!(false), json!(false)]
    );
    let script = server.ask("GET", "/array/phc_main/config.js").send().text;
    assert!(script.contains("\"hasFeatureFlags\":true"), "{script}");
}

#[test]
fn a_project_without_flags_answers_as_before() {
    let server = server();
    for body in [
        json!({"token": "phc_side", "distinct_id": "d"}),
        json!({"token": "phc_none"}),
        json!({}),
    ] {
        for path in ["/flags/?v=2", "/flags/?v=1", "/flags/"] {
            let expected = json!({"flags": {}, "errorsWhileComputingFlags": false});
            assert_eq!(post(&server, path, &body), expected, "{path} {body}");
        }
        let decide = post(&server, "/decide/?v=1", &body);
        assert_eq!(
            (&decide["featureFlags"], &decide["featureFlagPayloads"]),
            (&json!({}), &json!({}))
        );
    }
}

#[test]
fn a_request_that_does_not_say_whom_for_gets_no_flags() {
    let server = server();
    for body in [
        json!({"token": "phc_main"}),
        json!({"token": "phc_main", "distinct_id": null}),
    ] {
        let expected = json!({"flags": {}, "errorsWhileComputingFlags": true});
        assert_eq!(post(&server, "/flags/?v=2", &body), expected);
        assert_eq!(
            post(&server, "/decide/?v=3", &body)["errorsWhileComputingFlags"],
            true
        );
    }
}

#[test]
fn definitions_are_handed_out_once() {
    let server = server();
    let document = server.ask("GET", "/api/schema/?format=json").send().ok(200);
    for path in [
        "/flags/definitions?token=phc_main&send_cohorts",
        "/api/feature_flag/local_evaluation/?token=phc_main",
    ] {
        let ask = |tag: &str| {
            let ask = server.ask("GET", path).key("phs_main");
            match tag {
                "" => ask.send(),
                tag => ask.header("if-none-match", tag).send(),
            }
        };
        let answer = ask("");
        check(&document, "GET", path, &answer);
        assert_eq!(answer.status, 200);
        let definitions = &answer.body;
        assert_eq!(definitions["group_type_mapping"], json!({"0": "company"}));
        assert_eq!(definitions["cohorts"], json!({}));
        let given = flags();
        let found = definitions["flags"].as_array().unwrap();
        assert_eq!(found.len(), 9);
        for (flag, given) in found.iter().zip(given.as_array().unwrap()) {
            assert_eq!(flag["key"], given["key"]);
            if given["key"] != "follows" && given["filters"].is_object() {
                assert_eq!(flag["filters"], given["filters"]);
            }
        }
        let follows = &found[6]["filters"]["groups"][0]["properties"][0];
        assert_eq!(
            (&follows["key"], &follows["dependency_chain"]),
            (&json!("pro"), &json!(["pro"]))
        );
        let tag = answer.header("etag").to_owned();
        let same = ask(&tag);
        assert_eq!(
            (same.status, &*same.text, same.header("etag")),
            (304, "", &*tag)
        );
        assert_eq!(ask("\"other\"").status, 200);
    }
    let other = server
        .ask("GET", "/flags/definitions?token=phc_side")
        .key("phx_ada")
        .send();
    assert_eq!(
        other.ok(200),
        json!({"flags": [], "group_type_mapping": {}, "cohorts": {}})
    );
}

#[test]
fn a_secret_key_opens_the_payload_of_a_flag() {
    let server = server();
    let ask = |key: &str| {
        let path =
            format!("/api/projects/@current/feature_flags/{key}/remote_config?token=phc_main");
        server.ask("GET", &path).key("phs_main").send()
    };
    assert_eq!(ask("pro").ok(200), json!("{\"seats\": 5}"));
    assert_eq!(ask("13").ok(200), json!("{\"seats\": 5}"));
    for none in ["everybody", "color", "nothing", "99"] {
        let answer = ask(none);
        assert_eq!((answer.status, &*answer.text), (404, ""), "{none}");
    }
}

#[test]
fn the_log_says_once_why_a_flag_is_off() {
    let server = server();
    for _ in 0..3 {
        post(&server, "/flags/?v=2", &ask(json!({})));
    }
    let log = server.log();
    let lines: Vec<_> = log
        .lines()
        .filter(|line| line.contains("does not evaluate"))
        .collect();
    assert_eq!(lines.len(), 1, "{log}");
    assert!(
        lines[0].contains("cohorts") && lines[0].contains("cohort"),
        "{log}"
    );
}

#[test]
fn encodings_of_sdks_are_read() {
    let server = server();
    // {"token": "phc_main", "distinct_id": "ada"}
    let data = "data=eyJ0b2tlbiI6ICJwaGNfbWFpbiIsICJkaXN0aW5jdF9pZCI6ICJhZGEifQ%3D%3D";
    let answer = server
        .ask("POST", "/flags/?v=2&compression=base64")
        .form(data)
        .send()
        .ok(200);
    assert_eq!(values(&answer)["overridden"], true);
    let answer = server.ask("POST", "/decide/?v=3").form(data).send().ok(200);
    assert_eq!(answer["featureFlags"]["overridden"], true);
}

#[test]
fn the_token_is_also_called_api_key() {
    let server = server();
    for tokens in [
        json!({"token": "phc_main"}),
        json!({"api_key": "phc_main"}),
        json!({"token": "phc_main", "api_key": "phc_main"}),
        json!({"token": null, "api_key": "phc_main"}),
        json!({"token": "phc_main", "api_key": null}),
    ] {
        let mut body = tokens.clone();
        body["distinct_id"] = json!("ada");
        let answer = post(&server, "/flags/?v=2", &body);
        assert_eq!(answer["flags"]["everybody"]["enabled"], true, "{tokens}");
    }
}

#[test]
fn whatever_is_sent_gets_an_answer() {
    let server = server();
    for body in [
        json!({"token": "phc_main", "distinct_id": "d", "person_properties": [], "groups": 5, "group_properties": "x"}),
        json!({"token": "phc_main", "distinct_id": 5.5, "person_properties": {"plan": {"deep": [[[[]]]]}}}),
        json!({"token": "phc_main", "distinct_id": "x".repeat(100_000), "groups": {"company": null}}),
        json!({"token": "phc_main", "distinct_id": "d", "groups": {"company": {}}, "flag_keys_to_evaluate": [5, null]}),
        json!({"token": "phc_main", "distinct_id": "\u{0}", "person_properties": {"plan": "x".repeat(1_000_000)}}),
    ] {
        let answer = post(&server, "/flags/?v=2", &body);
        assert_eq!(answer["errorsWhileComputingFlags"], false);
    }
    let deep = format!(
        r#"{{"token": "phc_main", "distinct_id": "d", "groups": {}}}"#,
        "[".repeat(100_000)
    );
    let answer = server
        .ask("POST", "/flags/?v=2")
        .body("application/json", deep)
        .send();
    assert_eq!(answer.status, 200);
}

#[test]
fn flags_may_depend_on_many_others_but_not_without_end() {
    let condition = |key: &str| json!({"key": key, "type": "flag", "operator": "flag_evaluates_to", "value": true});
    // Each on the one before; and the last on all of them.
    let key = |number: usize| format!("flag-{number}");
    let flags = (0..120).map(|number| {
        let conditions: Vec<_> = match number {
            0 => Vec::new(),
            119 => (0..119).map(|other| condition(&key(other))).collect(),
            _ => vec![condition(&key(number - 1))],
        };
        json!({"project": "main", "key": key(number), "filters": {"groups": [{"properties": conditions}]}})
    });
    let server = Server::seeded(&seed(flags.collect()), &["--lab"]);
    let definitions = || {
        let ask = server.ask("GET", "/flags/definitions?token=phc_main");
        ask.key("phs_main").send().ok(200)
    };
    let answer = definitions();
    let last = &answer["flags"][119]["filters"]["groups"][0]["properties"];
    for place in [0, 1, 118] {
        let chain: Vec<_> = (0..=place).map(key).collect();
        assert_eq!(last[place]["dependency_chain"], json!(chain));
    }
    let values = values(&post(&server, "/flags/?v=2", &ask(json!({}))));
    assert_eq!(values["flag-119"], json!(true));
    // A long key in 119 chains, 100 times each.
    let create = |name: &str, conditions: Vec<Value>| {
        let path = format!("/_lab/flags/{name}?project=phc_main");
        let filters = json!({"groups": [{"properties": conditions}]});
        server
            .ask("POST", &path)
            .json(json!({"filters": filters}))
            .send()
    };
    let long = "k".repeat(400);
    create(&long, Vec::new()).ok(201);
    create(&key(0), vec![condition(&long)]).ok(200);
    let mut refused = None;
    for number in 0..200 {
        let many = (0..200).map(|_| condition(&key(118))).collect();
        let made = create(&format!("more-{number}"), many);
        if made.status != 201 {
            refused = Some(made);
            break;
        }
    }
    let refused = refused.expect("a bound");
    assert_eq!(refused.status, 400, "{}", refused.text);
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("depend on each other too much"), "{detail}");
    definitions();
}
