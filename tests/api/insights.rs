//! Insights: what they say, how they change, how they are found (`resources.md` 1).

use serde_json::{Value, json};

use crate::harness::{Answer, Server};

const INSIGHTS: &str = "/api/projects/1/insights/";

/// The user object of `phx_ada`, but for what the server made up.
fn ada(seen: &Value) -> Value {
    json!({"id": 1, "uuid": seen["uuid"], "distinct_id": seen["distinct_id"], "first_name": "Ada", "last_name": "Lovelace",
           "email": "ada@example.com", "is_email_verified": true, "hedgehog_config": null, "role_at_organization": "engineering"})
}

/// Makes an insight and gives its id.
fn create(server: &Server, body: Value) -> i64 {
    let made = server.post(INSIGHTS, body).ok(201);
    made["id"].as_i64().unwrap()
}

/// The names that the list gives for `query`, in its order.
fn names(server: &Server, query: &str) -> Vec<String> {
    let listed = server.get(&format!("{INSIGHTS}?{query}")).ok(200);
    let found = listed["results"].as_array().unwrap();
    assert_eq!(listed["count"], found.len(), "{query}");
    let name = |insight: &Value| insight["name"].as_str().unwrap_or_default().to_owned();
    found.iter().map(name).collect()
}

#[test]
fn an_insight_is_told_whole_and_in_order() {
    let server = Server::start();
    let query = json!({"kind": "InsightVizNode", "source": {"kind": "TrendsQuery", "series": [{"kind": "EventsNode", "event": "$pageview"}]}});
    let answer = server.post(
        INSIGHTS,
        json!({"name": "  Visits ", "query": query, "tags": ["b ", "A", "b"], "favorited": true, "dashboards": [1], "result": [1]}),
    );
    let seen = answer.body.clone();
    let expected = json!({
        "id": seen["id"], "short_id": seen["short_id"], "name": "Visits", "derived_name": null, "filters": {}, "query": query,
        "order": null, "deleted": false, "dashboards": [1],
        "dashboard_tiles": [{"id": seen["dashboard_tiles"][0]["id"], "dashboard_id": 1, "deleted": null}],
        "last_refresh": null, "cache_target_age": null, "next_allowed_client_refresh": null, "result": [1], "hasMore": null, "columns": null,
        "created_at": seen["created_at"], "created_by": ada(&seen["created_by"]), "description": null, "updated_at": seen["updated_at"],
        "favorited": true, "saved": true, "last_modified_at": seen["last_modified_at"], "last_modified_by": ada(&seen["created_by"]),
        "is_sample": false, "effective_restriction_level": 21, "effective_privilege_level": 37, "user_access_level": "manager",
        "timezone": null, "is_cached": false, "query_status": null, "hogql": null, "types": null, "resolved_date_range": null, "alerts": [],
        "last_viewed_at": null, "tags": ["a", "b"], "filters_hash": seen["filters_hash"],
    });
    assert_eq!((answer.status, answer.text), (201, expected.to_string()));
    let short_id = seen["short_id"].as_str().unwrap();
    assert!(short_id.len() == 8 && short_id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{short_id}");
    assert!(seen["filters_hash"].as_str().unwrap().starts_with("cache_1_"));
    assert!(seen["created_at"].as_str().unwrap().ends_with('Z'));
    for path in [format!("{INSIGHTS}{}/", seen["id"]), format!("/api/environments/1/insights/{short_id}")] {
        assert_eq!(server.get(&path).text, expected.to_string());
    }

    let listed = server.get(&format!("{INSIGHTS}?short_id={short_id}&basic=true"));
    let last_viewed_at = &listed.body["results"][0]["last_viewed_at"];
    assert!(last_viewed_at.is_string());
    let basic = json!({"count": 1, "next": null, "previous": null, "results": [{
        "id": seen["id"], "short_id": short_id, "name": "Visits", "derived_name": null, "filters": {}, "query": query, "dashboards": [1],
        "dashboard_tiles": seen["dashboard_tiles"], "description": null, "last_refresh": null, "refreshing": false, "saved": true,
        "updated_at": seen["updated_at"], "created_by": ada(&seen["created_by"]), "created_at": seen["created_at"],
        "last_modified_at": seen["last_modified_at"], "favorited": true, "user_access_level": "manager", "last_viewed_at": last_viewed_at,
        "tags": ["a", "b"],
    }]});
    assert_eq!((listed.status, listed.text), (200, basic.to_string()));
    let whole = server.get(&format!("{INSIGHTS}?short_id={short_id}")).ok(200);
    let mut expected = expected;
    expected["last_viewed_at"] = last_viewed_at.clone();
    assert_eq!(whole["results"].to_string(), json!([expected]).to_string());
}

#[test]
fn a_query_comes_back_as_it_was_sent() {
    let server = Server::start();
    let query = r#"{"zeta":1,"kind":"DataTableNode","alpha":{"y":1.0,"x":123456789012345678901234567890},"ünï":"\"\\é/","e":[[],{},null,true]}"#;
    let send = |method: &str, path: &str, body: String| {
        server.ask(method, path).key("phx_ada").body("application/json", body).send()
    };
    let made = send("POST", INSIGHTS, format!(r#"{{"query":{query}}}"#));
    assert!(made.text.contains(&format!(r#""query":{query},"order""#)), "{}", made.text);
    let path = format!("{INSIGHTS}{}/", made.body["id"]);
    assert!(server.get(&path).text.contains(query));
    let changed = send("PATCH", &path, r#"{"query":{"b":1,"a":2},"filters":{"insight":"TRENDS","b":1,"a":2}}"#.into());
    assert!(changed.text.contains(r#""filters":{},"query":{"b":1,"a":2}"#), "{}", changed.text);
    let changed = send("PATCH", &path, r#"{"query":null}"#.into());
    assert!(changed.text.contains(r#""filters":{"insight":"TRENDS","b":1,"a":2},"query":null"#), "{}", changed.text);
    let changed = send("PATCH", &path, r#"{"result":{"b":[1.50],"a":1}}"#.into());
    assert!(changed.text.contains(r#""result":{"b":[1.5],"a":1}"#), "{}", changed.text);
    assert_eq!(server.patch(&path, json!({"result": null})).ok(200)["result"], Value::Null);
}

#[test]
fn fields_are_checked_in_the_order_of_their_declaration() {
    let server = Server::start();
    let long = "x".repeat(401);
    let too_long = "Ensure this field has no more than 400 characters.";
    let query = "Query must be a valid JSON object";
    let boolean = "Must be a valid boolean.";
    let null = "This field may not be null.";
    let list = "Expected a list of items but got type \"str\".";
    #[rustfmt::skip] // a table: read it by columns
    let rows: &[(Value, &str, &str, &'static str)] = &[
        (json!({"name": long, "description": long}),  "max_length",    too_long,                      "name"),
        (json!({"derived_name": long}),               "max_length",    too_long,                      "derived_name"),
        (json!({"description": long}),                "max_length",    too_long,                      "description"),
        (json!({"name": true}),                       "invalid_input", "Not a valid string.",         "name"),
        (json!({"name": {}}),                         "invalid_input", "Not a valid string.",         "name"),
        (json!({"name": "a\u{0}b"}),                  "null_characters_not_allowed", "Null characters are not allowed.", "name"),
        (json!({"query": []}),                        "invalid_input", query,                         "query"),
        (json!({"query": ""}),                        "invalid_input", query,                         "query"),
        (json!({"query": 0}),                         "invalid_input", query,                         "query"),
        (json!({"query": false}),                     "invalid_input", query,                         "query"),
        (json!({"query": "select 1"}),                "invalid_input", query,                         "query"),
        (json!({"order": "x"}),                       "invalid_input", "A valid integer is required.", "order"),
        (json!({"order": 1.5}),                       "invalid_input", "A valid integer is required.", "order"),
        (json!({"order": 2147483648_i64}),            "max_value",     "Ensure this value is less than or equal to 2147483647.", "order"),
        (json!({"order": -2147483649_i64}),           "min_value",     "Ensure this value is greater than or equal to -2147483648.", "order"),
        (json!({"deleted": "maybe"}),                 "invalid_input", boolean,                       "deleted"),
        (json!({"deleted": null}),                    "null",          null,                          "deleted"),
        (json!({"favorited": []}),                    "invalid_input", boolean,                       "favorited"),
        (json!({"saved": 2}),                         "invalid_input", boolean,                       "saved"),
        (json!({"dashboards": "1"}),                  "not_a_list",    list,                          "dashboards"),
        (json!({"dashboards": null}),                 "null",          null,                          "dashboards"),
        (json!({"dashboards": [1, 99]}),              "does_not_exist", "Invalid pk \"99\" - object does not exist.", "dashboards"),
        (json!({"dashboards": [2]}),                  "does_not_exist", "Invalid pk \"2\" - object does not exist.", "dashboards"),
        (json!({"dashboards": ["x"]}),                "incorrect_type", "Incorrect type. Expected pk value, received str.", "dashboards"),
        (json!({"dashboards": [true]}),               "incorrect_type", "Incorrect type. Expected pk value, received bool.", "dashboards"),
        (json!({"tags": "a"}),                        "not_a_list",    list,                          "tags"),
        (json!({"tags": null}),                       "null",          null,                          "tags"),
        (json!({"tags": ["a", []]}),                  "invalid_input", "Not a valid string.",         "tags__1"),
        (json!({"filters": []}),                      "not_a_dict",    "Expected a dictionary of items but got type \"list\".", "filters"),
        (json!({"result": 5}),                        "invalid_input", "Result must be a JSON array or object", "result"),
        (json!({"tags": 1, "order": "x", "name": long}), "max_length", too_long,                      "name"),
    ];
    for (body, code, detail, attr) in rows {
        server.post(INSIGHTS, body.clone()).invalid(code, detail, *attr);
        server.patch(&format!("{INSIGHTS}1/"), body.clone()).invalid(code, detail, *attr);
    }
    server.post(INSIGHTS, json!([])).invalid("invalid_input", "Invalid data. Expected a dictionary, but got list.", None);
    assert_eq!(names(&server, ""), ["Signups"], "nothing came of it");
}

#[test]
fn values_are_read_as_kindly_as_the_reference_does() {
    let server = Server::start();
    let made = server.post(INSIGHTS, json!({})).ok(201);
    assert_eq!((&made["name"], &made["query"], &made["filters"], &made["tags"]), (&Value::Null, &Value::Null, &json!({}), &json!([])));
    assert_eq!((&made["saved"], &made["favorited"]), (&json!(true), &json!(false)));
    let body = json!({"name": 5, "derived_name": "", "description": " d ", "order": "7", "favorited": "yes", "saved": 0, "dashboards": ["1", 1],
        "tags": [" Äö ", "", 3, "äÖ"], "id": 99, "short_id": "mine", "created_by": 3, "is_sample": true, "unknown": {}, "_create_in_folder": "x"});
    let made = server.post(INSIGHTS, body).ok(201);
    let picked = json!([made["name"], made["derived_name"], made["description"], made["order"], made["favorited"], made["saved"], made["dashboards"],
        made["tags"], made["is_sample"], made["created_by"]["id"]]);
    assert_eq!(picked, json!(["5", "", "d", 7, true, false, [1], ["3", "äö"], false, 1]));
    assert!(made["id"] != 99 && made["short_id"] != "mine");
    let blank = server.patch(&format!("{INSIGHTS}{}/", made["id"]), json!({"description": "", "derived_name": null, "order": null})).ok(200);
    assert_eq!((&blank["description"], &blank["derived_name"], &blank["order"]), (&json!(""), &Value::Null, &Value::Null));
}

#[test]
fn bodies_are_json_only() {
    let server = Server::start();
    for (method, path) in [("POST", INSIGHTS.to_owned()), ("PATCH", format!("{INSIGHTS}1/")), ("PUT", format!("{INSIGHTS}1/"))] {
        let refused = server.ask(method, &path).key("phx_ada").form("name=x").send();
        let detail = "Unsupported media type \"application/x-www-form-urlencoded\" in request.";
        refused.error(415, "invalid_request", "unsupported_media_type", detail, None);
        let broken = server.ask(method, &path).key("phx_ada").body("application/json", "x").send();
        let detail = "JSON parse error - Expecting value: line 1 column 1 (char 0)";
        broken.error(400, "invalid_request", "parse_error", detail, None);
    }
}

#[test]
fn an_insight_is_found_by_number_or_short_id_in_its_own_project_only() {
    let server = Server::seeded(&json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [{"ref": "one", "org": "acme", "name": "One", "id": 1}, {"ref": "two", "org": "acme", "name": "Two", "id": 2}],
        "personal_api_keys": [{"ref": "K", "user": "ada", "scopes": ["*"], "value": "phx_ada"}],
        "insights": [{"project": "one", "id": 7, "short_id": "AaVQ8Ijw", "name": "seven", "result": {"b": 1}, "tags": ["X"]},
                     {"project": "one", "id": 8, "short_id": "12345678", "name": "digits"},
                     {"project": "one", "id": 9, "short_id": "8", "name": "hidden by a number"},
                     {"project": "two", "id": 10, "short_id": "AaVQ8Ijx", "name": "ten"}],
    }), &[]);
    for (id, name) in [("7", "seven"), ("AaVQ8Ijw", "seven"), ("12345678", "digits"), ("8", "digits"), ("007", "seven")] {
        assert_eq!(server.get(&format!("{INSIGHTS}{id}/")).ok(200)["name"], name, "{id}");
    }
    let seven = server.get(&format!("{INSIGHTS}7")).ok(200);
    assert_eq!((&seven["result"], &seven["tags"], &seven["created_by"]), (&json!({"b": 1}), &json!(["x"]), &Value::Null));
    for id in ["10", "AaVQ8Ijx", "aavq8ijw", "0", "-1", "99999999999999999999", "999999", "%20"] {
        let path = format!("{INSIGHTS}{id}/");
        server.get(&path).not_found("Not found.");
        server.patch(&path, json!({"name": 1, "favorited": []})).not_found("Not found.");
        server.ask("PUT", &path).key("phx_ada").json(json!({"name": "x"})).send().not_found("Not found.");
    }
    assert_eq!(server.get("/api/projects/2/insights/10/").ok(200)["name"], "ten");
    let next = server.post(INSIGHTS, json!({})).ok(201);
    assert_eq!(next["id"], 11);
}

#[test]
fn a_change_says_who_made_it_and_when() {
    let server = Server::start();
    let path = format!("{INSIGHTS}1/");
    let as_mel = |body: Value| server.ask("PATCH", &path).key("phx_mel").json(body).send().ok(200);
    let before = server.get(&path).ok(200);
    for silent in [json!({}), json!({"query": {"kind": "X"}}), json!({"tags": ["a"]}), json!({"favorited": true}), json!({"derived_name": "d"})] {
        let after = as_mel(silent.clone());
        assert_eq!(after["last_modified_at"], before["last_modified_at"], "{silent}");
        assert_eq!(after["last_modified_by"], before["last_modified_by"], "{silent}");
        assert!(after["updated_at"].as_str() > before["updated_at"].as_str(), "{silent}");
        assert_eq!(after["last_viewed_at"], Value::Null);
    }
    for telling in [json!({"name": "n"}), json!({"description": null}), json!({"filters": {}})] {
        let earlier = server.patch(&path, json!({"name": "reset"})).ok(200);
        let after = as_mel(telling.clone());
        assert!(after["last_modified_at"].as_str() > earlier["last_modified_at"].as_str(), "{telling}");
        assert_eq!(after["last_modified_by"]["email"], "mel@example.com");
    }
    assert_eq!(server.patch(&path, json!({"saved": false})).ok(200)["saved"], false);
    assert_eq!(server.patch(&path, json!({"name": "n"})).ok(200)["saved"], true, "an update saves");
    let put = server.ask("PUT", &path).key("phx_ada").json(json!({"description": "only this"})).send().ok(200);
    assert_eq!((&put["name"], &put["description"]), (&json!("n"), &json!("only this")));
}

#[test]
fn looking_at_an_insight_is_a_view() {
    let server = Server::start();
    let listed = || server.get(INSIGHTS).ok(200)["results"][0].clone();
    assert_eq!(listed()["last_viewed_at"], Value::Null);
    let before = listed();
    assert_eq!(server.ask("GET", &format!("{INSIGHTS}InsMain1/")).key("phx_read").send().ok(200)["last_viewed_at"], Value::Null);
    let after = listed();
    assert!(after["last_viewed_at"].is_string());
    assert_eq!(after["updated_at"], before["updated_at"]);
}

#[test]
fn deleting_is_a_patch_and_can_be_undone() {
    let server = Server::start();
    let path = format!("{INSIGHTS}1/");
    server.patch(&path, json!({"dashboards": [1]})).ok(200);
    let deleted = server.patch(&path, json!({"deleted": true})).ok(200);
    assert_eq!((&deleted["deleted"], &deleted["dashboards"]), (&json!(true), &json!([])));
    assert_eq!(names(&server, ""), [""; 0]);
    server.get(&path).not_found("Not found.");
    server.get(&format!("{INSIGHTS}InsMain1/")).not_found("Not found.");
    for body in [json!({}), json!({"name": "x"}), json!({"deleted": true}), json!({"deleted": 0}), json!({"deleted": null}), json!({"deleted": "false"})] {
        server.patch(&path, body).not_found("Not found.");
    }
    server.ask("PUT", &path).key("phx_ada").json(json!({"deleted": false})).send().not_found("Not found.");
    let restored = server.patch(&path, json!({"deleted": false, "name": "Back"})).ok(200);
    assert_eq!((&restored["deleted"], &restored["name"], &restored["dashboards"]), (&json!(false), &json!("Back"), &json!([])));
    assert_eq!(names(&server, ""), ["Back"]);

    let empty = |answer: Answer| assert_eq!((answer.status, answer.text.as_str()), (405, ""));
    empty(server.delete(&path));
    empty(server.delete(&format!("{INSIGHTS}999999")));
    let read_only = server.ask("DELETE", &path).key("phx_read").send();
    read_only.denied("API key missing required scope 'insight:write'");
    assert_eq!(names(&server, ""), ["Back"]);
}

#[test]
fn scopes_open_and_close_insights() {
    let server = Server::start();
    let ask = |method: &str, path: &str, key: &str| server.ask(method, path).key(key).json(json!({})).send();
    let one = format!("{INSIGHTS}1/");
    for (method, path) in [("POST", INSIGHTS), ("PATCH", &one), ("PUT", &one)] {
        ask(method, path, "phx_read").denied("API key missing required scope 'insight:write'");
    }
    for path in [INSIGHTS, &one] {
        server.ask("GET", path).key("phx_write").send().denied("API key missing required scope 'insight:read'");
        server.ask("GET", path).key("phx_read").send().ok(200);
        server.ask("GET", path).key("phx_bob").send().denied("You don't have access to the project.");
    }
}
