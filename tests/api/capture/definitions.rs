use super::*;

#[test]
fn what_events_define_is_listed_once_they_are_answered() {
    let server = server();
    let properties_sent = json!({
        "plan": "pro", "seats": 5, "trial": true, "started_at": "2026-01-02", "tags": ["a"], "$feature/x": "on",
        "$groups": {"company": "acme"}, "$set": {"email": "a@example.com"}, "$browser": "Firefox", "gclid": null,
    });
    let of_group = json!({"$group_type": "company", "$group_key": "acme", "$group_set": {"size": 5, "name": "Acme"}});
    capture(
        &server,
        json!([
            event("signed up", properties_sent),
            {"event": "$set", "distinct_id": "d", "$set_once": {"first_plan": "pro"}},
            event("$groupidentify", of_group),
        ]),
    );
    assert_eq!(
        properties(&server, "event"),
        [
            "$browser String",
            "$feature/x String",
            "$ip String",
            "gclid null",
            "plan String",
            "seats Numeric",
            "started_at DateTime",
            "tags null",
            "trial Boolean"
        ]
    );
    assert_eq!(
        properties(&server, "person"),
        [
            "$browser String",
            "$initial_browser String",
            "email String",
            "first_plan String",
            "gclid null"
        ]
    );
    assert_eq!(
        properties(&server, "group&group_type_index=0"),
        ["name String", "size Numeric"]
    );
    assert!(seen(&server, "signed up", "plan") && seen(&server, "$set", "$ip"));
    assert!(
        !seen(&server, "signed up", "$feature/x") && !seen(&server, "$groupidentify", "$group_key")
    );
    let untouched = definition(&server, "plan", "");
    for key in [
        "description",
        "updated_at",
        "verified",
        "hidden",
        "updated_by",
    ] {
        assert_eq!(untouched[key], Value::Null, "{key}");
    }
    let id = untouched["id"].as_str().unwrap();
    assert!(id.len() == 36 && &id[14..18] == "0000", "{id}");
    assert_eq!(
        server.get("/api/projects/1/").ok(200)["ingested_event"],
        true
    );
    assert_eq!(
        server.get("/api/projects/2/").ok(200)["ingested_event"],
        false
    );
    let other = server.get("/api/projects/2/property_definitions/").ok(200);
    assert_eq!(other["count"], 5, "nothing but what is computed");
}

#[test]
fn the_first_type_decides_for_good() {
    let server = server();
    let send = |value: Value| capture(&server, json!([event("e", json!({"a": value}))]));
    let told = || definition(&server, "a", "")["property_type"].clone();
    send(json!(null));
    assert_eq!(told(), Value::Null);
    send(json!([1]));
    assert_eq!(told(), Value::Null);
    send(json!("text"));
    assert_eq!(told(), "String");
    for other in [json!(5), json!(null), json!(true), json!("2026-01-02")] {
        send(other);
        assert_eq!(told(), "String");
    }
    // Within a batch a number is stronger than what comes before it.
    let events = ["null", "\"x\"", "7", "true"].map(|value| {
        event(
            "e",
            json!({"b": serde_json::from_str::<Value>(value).unwrap()}),
        )
    });
    capture(&server, json!(events));
    assert_eq!(definition(&server, "b", "")["property_type"], "Numeric");
}

#[test]
fn what_people_say_of_a_property_stays() {
    let server = server();
    capture(&server, json!([event("e", json!({"a": 5}))]));
    let path = format!(
        "/api/projects/1/property_definitions/{}/",
        definition(&server, "a", "")["id"].as_str().unwrap()
    );
    let said =
        json!({"description": "d", "tags": ["t"], "verified": true, "property_type": "Duration"});
    let before = server.patch(&path, said).ok(200);
    capture(&server, json!([event("e", json!({"a": "text"}))]));
    assert_eq!(server.get(&path).ok(200), before);
    // A type taken away comes back with the next value that has one.
    server.patch(&path, json!({"property_type": null})).ok(200);
    capture(&server, json!([event("e", json!({"a": null}))]));
    assert_eq!(server.get(&path).ok(200)["property_type"], Value::Null);
    capture(&server, json!([event("e", json!({"a": "text"}))]));
    let after = server.get(&path).ok(200);
    assert_eq!(
        (&after["property_type"], &after["tags"]),
        (&json!("String"), &json!(["t"]))
    );
}

#[test]
fn a_deleted_definition_comes_back_with_the_next_event() {
    let server = server();
    let events = json!([event("e", json!({"a": 5}))]);
    capture(&server, events.clone());
    let old = definition(&server, "a", "")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        server
            .delete(&format!("/api/projects/1/property_definitions/{old}/"))
            .status,
        204
    );
    assert_eq!(definition(&server, "a", "")["name"], Value::Null);
    capture(&server, events);
    let new = definition(&server, "a", "");
    assert_eq!(new["property_type"], "Numeric");
    assert_ne!(new["id"], old);
}

#[test]
fn a_project_has_five_group_types_in_the_order_of_their_coming() {
    let server = server();
    let groups = |names: &[&str]| {
        let groups: serde_json::Map<_, _> = names
            .iter()
            .map(|name| (name.to_string(), json!("x")))
            .collect();
        event("e", json!({"$groups": groups}))
    };
    let identify = |group_type: &str, property: &str| {
        event(
            "$groupidentify",
            json!({"$group_type": group_type, "$group_key": "x", "$group_set": {property: 1}}),
        )
    };
    capture(
        &server,
        json!([
            groups(&["company", "team"]),
            identify("league", "a"),
            groups(&["team", "city"])
        ]),
    );
    capture(
        &server,
        json!([
            groups(&["region", "planet"]),
            identify("planet", "b"),
            identify("region", "c")
        ]),
    );
    for _ in 0..2 {
        capture(
            &server,
            json!([identify("planet", "b"), identify("city", "d")]),
        );
    }
    let of = |index: usize| properties(&server, &format!("group&group_type_index={index}"));
    assert_eq!(of(2), ["a Numeric"]);
    assert_eq!(of(3), ["d Numeric"]);
    assert_eq!(of(4), ["c Numeric"]);
    assert_eq!((of(0), of(1)), (vec![], vec![]));
    let key = server.post(
        "/api/projects/1/project_secret_api_keys/",
        json!({"label": "k", "scopes": ["feature_flag:read"]}),
    );
    let key = key.ok(201)["value"].as_str().unwrap().to_owned();
    let mapping = server
        .ask("GET", "/flags/definitions")
        .key(&key)
        .send()
        .ok(200)["group_type_mapping"]
        .clone();
    assert_eq!(
        mapping,
        json!({"0": "company", "1": "team", "2": "league", "3": "city", "4": "region"})
    );
}

#[test]
fn group_types_come_also_from_events_that_define_nothing() {
    let server = server();
    let groups = |name: &str, group_type: &str| event(name, json!({"$groups": {group_type: "x"}}));
    let many: serde_json::Map<_, _> = (0..6000).map(|n| (n.to_string(), json!(n))).collect();
    let mut too_many = groups("too many", "region");
    too_many["properties"]["$set"] = json!(many);
    too_many["properties"]["$set_once"] = json!(many);
    capture(
        &server,
        json!([
            groups(&"\u{e9}".repeat(101), "company"),
            groups("$$plugin_metrics", "team"),
            groups("$$heatmap", "league"), // does not come this way
            too_many,
            groups("e", "city"),
            event(
                "$groupidentify",
                json!({"$group_type": "city", "$group_key": "x", "$group_set": {"a": 1}})
            )
        ]),
    );
    let of = |index: usize| properties(&server, &format!("group&group_type_index={index}"));
    assert_eq!(of(3), ["a Numeric"]);
    assert!(properties(&server, "person").is_empty());
}

#[test]
fn a_large_batch_defines_all_that_is_in_it() {
    let server = server();
    let events: Vec<_> = (0..1000)
        .map(|number| event("e", json!({format!("p{number}"): number, "same": 1})))
        .collect();
    for _ in 0..2 {
        capture(&server, json!(events));
        assert_eq!(properties(&server, "event").len(), 1000);
    }
    let list = server.get(
        "/api/projects/1/property_definitions/?event_names=[%22e%22]&filter_by_event_names=true",
    );
    assert_eq!(list.ok(200)["count"], 1002 + 5);
}

#[test]
fn events_sent_together_from_many_sides_are_all_defined() {
    let server = server();
    std::thread::scope(|scope| {
        for sender in 0..8 {
            let server = &server;
            scope.spawn(move || {
                for round in 0..10 {
                    let own = format!("own{sender}x{round}");
                    capture(
                        server,
                        json!([event(
                            "e",
                            json!({own.clone(): 1, format!("all{round}"): "x"})
                        )]),
                    );
                    assert_eq!(definition(server, &own, "")["property_type"], "Numeric");
                }
            });
        }
    });
    assert_eq!(properties(&server, "event").len(), 91);
}
