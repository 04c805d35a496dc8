//! Dashboards and their tiles (`resources.md` 2).

use serde_json::{Value, json};

use crate::harness::{Answer, Server};

const DASHBOARDS: &str = "/api/projects/1/dashboards/";
const INSIGHTS: &str = "/api/projects/1/insights/";

/// The keys of `object`, in the order in which they came.
fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(|key| &**key).collect()
}

/// Makes an insight on `dashboards` and gives its id.
fn insight_on(server: &Server, dashboards: Value) -> i64 {
    server.post(INSIGHTS, json!({"name": "I", "dashboards": dashboards})).ok(201)["id"].as_i64().unwrap()
}

/// The insights on dashboard 1, in the order of its tiles.
fn insights(dashboard: &Value) -> Vec<i64> {
    let tiles = dashboard["tiles"].as_array().unwrap();
    for (place, tile) in tiles.iter().enumerate() {
        assert_eq!(tile["order"], place);
    }
    tiles.iter().map(|tile| tile["insight"]["id"].as_i64().unwrap()).collect()
}

#[test]
fn a_dashboard_is_told_whole_and_in_order() {
    let server = Server::start();
    let answer = server.post(DASHBOARDS, json!({"name": " Main ", "pinned": true, "tags": ["B", "a"], "filters": {"z": 1, "date_from": "-7d"}}));
    let seen = answer.body.clone();
    let ada = &seen["created_by"];
    assert_eq!((&ada["id"], &ada["email"]), (&json!(1), &json!("ada@example.com")));
    let mut whole = json!({
        "id": seen["id"], "name": "Main", "description": "", "pinned": true, "created_at": seen["created_at"], "created_by": ada,
        "last_accessed_at": null, "last_viewed_at": null, "folder": null, "is_shared": false, "deleted": false, "creation_mode": "default",
        "filters": {"z": 1, "date_from": "-7d"}, "variables": {}, "breakdown_colors": [], "data_color_theme_id": null, "restriction_level": 21,
        "effective_restriction_level": 21, "effective_privilege_level": 37, "user_access_level": "manager", "access_control_version": "v2",
        "last_refresh": null, "persisted_filters": {"z": 1, "date_from": "-7d"}, "persisted_variables": null, "team_id": 1, "quick_filter_ids": [],
        "tiles": [], "tags": ["a", "b"],
    });
    assert_eq!((answer.status, answer.text), (201, whole.to_string()));
    let insight = insight_on(&server, json!([seen["id"]]));
    let got = server.get(&format!("{DASHBOARDS}{}", seen["id"]));
    whole["last_accessed_at"] = got.body["last_accessed_at"].clone();
    assert!(got.body["last_accessed_at"].is_string());
    let insight = server.get(&format!("{INSIGHTS}?limit=1&order=-id")).ok(200)["results"][0].clone().take_if(insight);
    whole["tiles"] = json!([{"id": insight["dashboard_tiles"][0]["id"], "insight": insight, "text": null, "button_tile": null, "widget": null,
        "layouts": {}, "color": null, "filters_overrides": {}, "show_description": null, "transparent_background": null, "order": 0,
        "last_refresh": null, "is_cached": false}]);
    assert_eq!((got.status, got.text), (200, whole.to_string()));

    let listed = server.get(&format!("{DASHBOARDS}?search=main")).ok(200);
    let basic = ["id", "name", "description", "pinned", "created_at", "created_by", "last_accessed_at", "last_viewed_at", "folder", "is_shared",
        "deleted", "creation_mode", "tags", "restriction_level", "effective_restriction_level", "effective_privilege_level", "user_access_level",
        "access_control_version", "last_refresh", "team_id"];
    assert_eq!((&listed["count"], keys(&listed["results"][0])), (&json!(1), basic.to_vec()));
    for key in basic {
        assert_eq!(listed["results"][0][key], whole[key], "{key}");
    }
}

/// Hands on what was fetched once it is what was meant.
trait TakeIf {
    fn take_if(self, id: i64) -> Value;
}

impl TakeIf for Value {
    fn take_if(self, id: i64) -> Value {
        assert_eq!(self["id"], id);
        self
    }
}

#[test]
fn fields_are_checked_and_read_as_the_reference_does() {
    let server = Server::start();
    let path = format!("{DASHBOARDS}1/");
    #[rustfmt::skip] // a table: read it by columns
    let rows: &[(Value, &str, &str, Option<&'static str>)] = &[
        (json!({"name": "x".repeat(401)}),     "max_length",     "Ensure this field has no more than 400 characters.", Some("name")),
        (json!({"name": {}}),                  "invalid_input",  "Not a valid string.",                 Some("name")),
        (json!({"description": null}),         "null",           "This field may not be null.",         Some("description")),
        (json!({"pinned": "maybe"}),           "invalid_input",  "Must be a valid boolean.",            Some("pinned")),
        (json!({"deleted": null}),             "null",           "This field may not be null.",         Some("deleted")),
        (json!({"filters": "x"}),              "invalid_input",  "Filters must be a dictionary",        None),
        (json!({"filters": [1]}),              "invalid_input",  "Filters must be a dictionary",        None),
        (json!({"variables": [1]}),            "invalid_input",  "Variables must be a dictionary",      None),
        (json!({"restriction_level": 5}),      "invalid_choice", "\"5\" is not a valid choice.",        Some("restriction_level")),
        (json!({"restriction_level": "x"}),    "invalid_choice", "\"x\" is not a valid choice.",        Some("restriction_level")),
        (json!({"tags": "a"}),                 "not_a_list",     "Expected a list of items but got type \"str\".", Some("tags")),
        (json!({"tags": [true]}),              "invalid_input",  "Not a valid string.",                 Some("tags__0")),
    ];
    for (body, code, detail, attr) in rows {
        server.post(DASHBOARDS, body.clone()).invalid(code, detail, *attr);
        server.patch(&path, body.clone()).invalid(code, detail, *attr);
    }
    server.post(DASHBOARDS, json!({"use_template": "T", "use_dashboard": 1}))
        .invalid("invalid_input", "`use_dashboard` and `use_template` cannot be used together", None);
    for wrong in [json!(99), json!(2), json!("x"), json!({})] {
        server.post(DASHBOARDS, json!({"use_dashboard": wrong})).invalid("invalid_input", "Invalid value provided", "use_dashboard");
    }
    assert_eq!(server.get(DASHBOARDS).ok(200)["count"], 1, "nothing came of it");

    let changed = server.patch(&path, json!({"name": null, "filters": {"a": 1}, "variables": {"v": {}}, "restriction_level": "37"})).ok(200);
    assert_eq!((&changed["name"], &changed["access_control_version"]), (&Value::Null, &json!("v1")));
    assert_eq!((&changed["restriction_level"], &changed["persisted_variables"]), (&json!(37), &json!({"v": {}})));
    let kept = server.patch(&path, json!({"filters": {}, "variables": [], "team_id": 9, "is_shared": true})).ok(200);
    assert_eq!((&kept["filters"], &kept["variables"]), (&json!({"a": 1}), &json!({"v": {}})));
    assert_eq!((&kept["team_id"], &kept["is_shared"]), (&json!(1), &json!(false)));
    let put = server.ask("PUT", &path).key("phx_ada").form("name=Form&pinned=true&tags=b&tags=A").send().ok(200);
    assert_eq!((&put["name"], &put["pinned"], &put["tags"]), (&json!("Form"), &json!(true), &json!(["a", "b"])));
    assert_eq!(server.post(DASHBOARDS, json!({})).ok(201)["name"], Value::Null);
}

#[test]
fn insights_come_and_go_by_their_dashboards_list() {
    let server = Server::start();
    let other = server.post(DASHBOARDS, json!({"name": "Other"})).ok(201)["id"].clone();
    let one = || server.get(&format!("{DASHBOARDS}1/")).ok(200);
    let insight = insight_on(&server, json!([1]));
    let path = format!("{INSIGHTS}{insight}/");
    let tile = one()["tiles"][0]["id"].clone();
    server.patch(&format!("{DASHBOARDS}1/"), json!({"tiles": [{"id": tile, "color": "blue", "layouts": {"sm": {"x": 1, "y": 2}}}]})).ok(200);
    let moved = server.patch(&path, json!({"dashboards": [other]})).ok(200);
    assert_eq!((&moved["dashboards"], insights(&one())), (&json!([other]), vec![]));
    let back = server.patch(&path, json!({"dashboards": [other, 1]})).ok(200);
    assert_eq!(back["dashboards"], json!([1, other]));
    let revived = &one()["tiles"][0];
    assert_eq!((&revived["id"], &revived["color"], &revived["layouts"]), (&tile, &json!("blue"), &json!({"sm": {"x": 1, "y": 2}})));
    server.patch(&path, json!({"name": "no word of dashboards"})).ok(200);
    assert_eq!(insights(&one()), [insight]);
    server.patch(&path, json!({"deleted": true})).ok(200);
    assert_eq!(insights(&one()), [0; 0]);
    let copy = server.post(DASHBOARDS, json!({"name": "Copy", "use_dashboard": other})).ok(201);
    assert_eq!(insights(&copy), [0; 0]);
    server.patch(&path, json!({"deleted": false, "dashboards": [other]})).ok(200);
    let copy = server.post(DASHBOARDS, json!({"name": "Copy", "use_dashboard": other})).ok(201);
    assert_eq!(insights(&copy), [insight]);
}

#[test]
fn tiles_are_arranged_by_a_patch_of_the_dashboard() {
    let server = Server::start();
    let path = format!("{DASHBOARDS}1/");
    let ids: Vec<i64> = (0..3).map(|_| insight_on(&server, json!([1]))).collect();
    let tiles = server.get(&path).ok(200)["tiles"].clone();
    assert_eq!(insights(&json!({"tiles": tiles})), ids);
    let arranged = server.patch(&path, json!({"tiles": [{"id": tiles[2]["id"], "layouts": {"sm": {"x": 0, "y": 0}}},
        {"id": tiles[1]["id"], "layouts": {"sm": {"x": 6, "y": 0}}, "color": "red", "show_description": true}]})).ok(200);
    assert_eq!(insights(&arranged), [ids[2], ids[1], ids[0]]);
    assert_eq!((&arranged["tiles"][1]["color"], &arranged["tiles"][1]["show_description"]), (&json!("red"), &json!(true)));
    let text = server.patch(&path, json!({"tiles": [{"text": {"body": "# Hi"}, "layouts": {"sm": {"y": -1}}}]})).ok(200);
    let first = &text["tiles"][0];
    assert_eq!((&first["insight"], &first["text"]["body"], text["tiles"].as_array().unwrap().len()), (&Value::Null, &json!("# Hi"), 4));
    let rewritten = server.patch(&path, json!({"tiles": [{"id": first["id"], "text": {"body": "Bye"}}]})).ok(200);
    assert_eq!((&rewritten["tiles"][0]["id"], &rewritten["tiles"][0]["text"]["body"]), (&first["id"], &json!("Bye")));
    let gone = server.patch(&path, json!({"tiles": [{"id": first["id"], "deleted": true}, {"id": tiles[1]["id"], "deleted": true}]})).ok(200);
    assert_eq!(insights(&gone), [ids[2], ids[0]]);
    assert_eq!(server.get(&format!("{INSIGHTS}{}/", ids[1])).ok(200)["dashboards"], json!([]));
    let back = server.patch(&path, json!({"tiles": [{"id": tiles[1]["id"], "deleted": false}]})).ok(200);
    assert_eq!(insights(&back), [ids[2], ids[1], ids[0]]);

    let tile = &tiles[0]["id"];
    #[rustfmt::skip] // a table: read it by columns
    let rows: &[(Value, &str, &str, &'static str)] = &[
        (json!("x"),                          "not_a_list",     "Expected a list of items but got type \"str\".", "tiles"),
        (json!(["x"]),                        "invalid_input",  "Invalid data. Expected a dictionary, but got str.", "tiles__0"),
        (json!([{"id": 999}]),                "does_not_exist", "Invalid pk \"999\" - object does not exist.", "tiles__0__id"),
        (json!([{"id": "x"}]),                "invalid_input",  "A valid integer is required.",            "tiles__0__id"),
        (json!([{"color": "red"}]),           "required",       "This field is required.",                 "tiles__0__id"),
        (json!([{"id": tile, "layouts": 5}]), "not_a_dict",     "Expected a dictionary of items but got type \"int\".", "tiles__0__layouts"),
        (json!([{"id": tile}, {"id": tile, "deleted": "x"}]), "invalid_input", "Must be a valid boolean.", "tiles__1__deleted"),
        (json!([{"id": tile, "color": {}}]),  "invalid_input",  "Not a valid string.",                     "tiles__0__color"),
        (json!([{"id": tile, "text": {}}]),   "required",       "This field is required.",                 "tiles__0__text__body"),
    ];
    for (tiles, code, detail, attr) in rows {
        server.patch(&path, json!({"name": "half", "tiles": tiles})).invalid(code, detail, *attr);
    }
    assert_eq!(server.get(&path).ok(200)["name"], "Overview", "nothing half-written");
}

#[test]
fn a_list_is_pinned_first_and_narrowed() {
    let server = Server::start();
    for body in [json!({"name": "b", "tags": ["x"]}), json!({"name": "a", "pinned": true}), json!({"name": "A 100%", "tags": ["y"]}), json!({"name": "gone"})] {
        server.post(DASHBOARDS, body).ok(201);
    }
    let names = |query: &str| {
        let listed = server.get(&format!("{DASHBOARDS}?{query}")).ok(200);
        let found = listed["results"].as_array().unwrap().clone();
        assert_eq!(listed["count"], found.len(), "{query}");
        found.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let gone = server.get(&format!("{DASHBOARDS}?search=gone")).ok(200)["results"][0]["id"].clone();
    server.patch(&format!("{DASHBOARDS}{gone}/"), json!({"deleted": true})).ok(200);
    assert_eq!(names(""), ["a", "A 100%", "Overview", "b"]);
    assert_eq!(names("search=A"), ["a", "A 100%"]);
    assert_eq!(names("search=0%25"), ["A 100%"]);
    assert_eq!(names("pinned=true"), ["a"]);
    assert_eq!(names("pinned=false"), ["A 100%", "Overview", "b"]);
    assert_eq!(names("tags=x&tags=y"), ["A 100%", "b"]);
    assert_eq!(names("tags=X"), ["b"]);
    assert_eq!(names("tags=z"), [""; 0]);
    let page = server.get(&format!("{DASHBOARDS}?limit=1&offset=1")).ok(200);
    assert_eq!((&page["count"], &page["results"][0]["name"]), (&json!(4), &json!("A 100%")));
    assert_eq!(page["next"], format!("{}{DASHBOARDS}?limit=1&offset=2", server.url));
    server.get(&format!("{DASHBOARDS}?pinned=maybe")).invalid("invalid_input", "Must be a valid boolean.", "pinned");
}

#[test]
fn deleting_takes_the_tiles_along_and_brings_them_back() {
    let server = Server::start();
    let path = format!("{DASHBOARDS}1/");
    let other = server.post(DASHBOARDS, json!({"name": "Other"})).ok(201)["id"].clone();
    let (alone, shared) = (insight_on(&server, json!([1])), insight_on(&server, json!([1, other])));
    let of = |id: i64| server.get(&format!("{INSIGHTS}{id}/"));
    let deleted = server.patch(&path, json!({"deleted": true})).ok(200);
    assert_eq!((&deleted["deleted"], &deleted["tiles"]), (&json!(true), &json!([])));
    assert_eq!(of(alone).ok(200)["dashboards"], json!([]));
    server.get(&path).not_found("Not found.");
    server.patch(&format!("{INSIGHTS}{alone}/"), json!({"dashboards": [1]})).invalid("does_not_exist", "Invalid pk \"1\" - object does not exist.", "dashboards");
    for body in [json!({}), json!({"deleted": true}), json!({"deleted": false, "name": "x"}), json!({"deleted": "false"}), json!({"name": "x"})] {
        server.patch(&path, body).not_found("Not found.");
    }
    let restored = server.patch(&path, json!({"deleted": false})).ok(200);
    assert_eq!((&restored["deleted"], insights(&restored)), (&json!(false), vec![alone, shared]));

    server.patch(&path, json!({"deleted": true, "delete_insights": true})).ok(200);
    of(alone).not_found("Not found.");
    assert_eq!(of(shared).ok(200)["dashboards"], json!([other]));
    server.patch(&path, json!({"deleted": false})).ok(200);
    assert_eq!(of(alone).ok(200)["dashboards"], json!([1]));

    let empty = |answer: Answer| assert_eq!((answer.status, answer.text.as_str()), (405, ""));
    empty(server.delete(&path));
    server.ask("DELETE", &path).key("phx_read").send().denied("API key missing required scope 'dashboard:write'");
    server.get(&path).ok(200);
}

#[test]
fn a_dashboard_says_whether_it_is_shared() {
    let server = Server::start();
    let (path, sharing) = (format!("{DASHBOARDS}1/"), format!("{DASHBOARDS}1/sharing/"));
    let told = || [server.get(&path).ok(200)["is_shared"].clone(), server.get(DASHBOARDS).ok(200)["results"][0]["is_shared"].clone()];
    assert_eq!(told(), [false, false]);
    server.patch(&sharing, json!({"enabled": true})).ok(200);
    assert_eq!(told(), [true, true]);
    server.post(&format!("{sharing}refresh/"), json!({})).ok(200);
    assert_eq!(told(), [true, true]);
    server.patch(&sharing, json!({"enabled": false})).ok(200);
    assert_eq!(told(), [false, false]);
}

#[test]
fn dashboards_stay_within_their_project_and_scopes() {
    let server = Server::start();
    for id in ["2", "999", "abc", "0", "99999999999999999999"] {
        let path = format!("{DASHBOARDS}{id}/");
        server.get(&path).not_found("Not found.");
        server.patch(&path, json!({"pinned": []})).not_found("Not found.");
        server.patch(&path, json!({"deleted": false})).not_found("Not found.");
    }
    let one = format!("{DASHBOARDS}1/");
    for (method, path) in [("POST", DASHBOARDS), ("PATCH", &one), ("PUT", &one)] {
        let refused = server.ask(method, path).key("phx_read").json(json!({})).send();
        refused.denied("API key missing required scope 'dashboard:write'");
    }
    for path in [DASHBOARDS, &one] {
        server.ask("GET", path).key("phx_read").send().ok(200);
        server.ask("GET", path).key("phx_write").send().denied("API key missing required scope 'dashboard:read'");
    }
}

#[test]
fn every_change_is_kept_in_the_activity_log() {
    let server = Server::start();
    let path = format!("{DASHBOARDS}1/");
    server.patch(&path, json!({"pinned": true, "description": "d"})).ok(200);
    server.get(&path).ok(200);
    server.patch(&path, json!({"deleted": true})).ok(200);
    let made = server.post(DASHBOARDS, json!({"name": "New"})).ok(201)["id"].to_string();
    let log = server.get("/api/projects/1/activity_log/").ok(200);
    let mine = log["results"].as_array().unwrap().iter().filter(|entry| entry["scope"] == "Dashboard");
    let told: Vec<_> = mine.map(|entry| json!([entry["activity"], entry["item_id"], entry["detail"]["name"], entry["detail"]["changes"]])).collect();
    let change = |field: &str, before: Value, after: Value| json!({"type": "Dashboard", "action": "changed", "field": field, "before": before, "after": after});
    let expected = json!([
        ["created", made, "New", []],
        ["deleted", "1", "Overview", [change("deleted", json!(false), json!(true))]],
        ["updated", "1", "Overview", [change("description", json!(""), json!("d")), change("pinned", json!(false), json!(true))]],
    ]);
    assert_eq!(json!(told), expected);
}
