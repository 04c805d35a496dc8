//! Dashboards: what they say, how they are listed, deleted and shared (`resources.md` 2).

mod reorder;
mod results;
mod tiles;

use serde_json::{Value, json};

use crate::{
    harness::{Answer, Server},
    objects::keys,
};

const DASHBOARDS: &str = "/api/projects/1/dashboards/";

const INSIGHTS: &str = "/api/projects/1/insights/";

/// Makes an insight on `dashboards` and gives its id.
fn insight_on(server: &Server, dashboards: Value) -> i64 {
    server
        .post(INSIGHTS, json!({"name": "I", "dashboards": dashboards}))
        .ok(201)["id"]
        .as_i64()
        .unwrap()
}

/// The insights on dashboard 1, in the order of its tiles.
fn insights(dashboard: &Value) -> Vec<i64> {
    let tiles = dashboard["tiles"].as_array().unwrap();
    for (place, tile) in tiles.iter().enumerate() {
        assert_eq!(tile["order"], place);
    }
    tiles
        .iter()
        .map(|tile| tile["insight"]["id"].as_i64().unwrap())
        .collect()
}

#[test]
fn a_dashboard_is_told_whole_and_in_order() {
    let server = Server::start();
    let answer = server.post(DASHBOARDS, json!({"name": " Main ", "pinned": true, "tags": ["B", "a"], "filters": {"z": 1, "date_from": "-7d"}}));
    let seen = answer.body.clone();
    let ada = &seen["created_by"];
    assert_eq!(
        (&ada["id"], &ada["email"]),
        (&json!(1), &json!("ada@example.com"))
    );
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
    let newest = server.get(&format!("{INSIGHTS}?limit=1&order=-id")).ok(200);
    let placed = &newest["results"][0];
    assert_eq!(placed["last_viewed_at"], Value::Null);
    assert_eq!(placed["id"], insight);
    whole["tiles"] = json!([{"id": placed["dashboard_tiles"][0]["id"], "insight": placed, "text": null, "button_tile": null, "widget": null,
        "layouts": {}, "color": null, "filters_overrides": {}, "show_description": null, "transparent_background": null, "order": 0,
        "last_refresh": null, "is_cached": false}]);
    assert_eq!((got.status, got.text), (200, whole.to_string()));

    let listed = server.get(&format!("{DASHBOARDS}?search=main")).ok(200);
    let basic = [
        "id",
        "name",
        "description",
        "pinned",
        "created_at",
        "created_by",
        "last_accessed_at",
        "last_viewed_at",
        "folder",
        "is_shared",
        "deleted",
        "creation_mode",
        "tags",
        "restriction_level",
        "effective_restriction_level",
        "effective_privilege_level",
        "user_access_level",
        "access_control_version",
        "last_refresh",
        "team_id",
    ];
    assert_eq!(
        (&listed["count"], keys(&listed["results"][0])),
        (&json!(1), basic.to_vec())
    );
    for key in basic {
        assert_eq!(listed["results"][0][key], whole[key], "{key}");
    }
}

#[test]
fn a_list_is_pinned_first_and_narrowed() {
    let server = Server::start();
    for body in [
        json!({"name": "b", "tags": ["x"]}),
        json!({"name": "a", "pinned": true}),
        json!({"name": "A 100%", "tags": ["y"]}),
        json!({"name": "gone"}),
    ] {
        server.post(DASHBOARDS, body).ok(201);
    }
    let names = |query: &str| {
        let listed = server.get(&format!("{DASHBOARDS}?{query}")).ok(200);
        let found = listed["results"].as_array().unwrap().clone();
        assert_eq!(listed["count"], found.len(), "{query}");
        found
            .iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let gone = server.get(&format!("{DASHBOARDS}?search=gone")).ok(200)["results"][0]["id"].clone();
    server
        .patch(&format!("{DASHBOARDS}{gone}/"), json!({"deleted": true}))
        .ok(200);
    assert_eq!(names(""), ["a", "A 100%", "Overview", "b"]);
    assert_eq!(names("search=A"), ["a", "A 100%"]);
    assert_eq!(names("search=0%25"), ["A 100%"]);
    assert_eq!(names("pinned=true"), ["a"]);
    assert_eq!(names("pinned=false"), ["A 100%", "Overview", "b"]);
    assert_eq!(names("tags=x&tags=y"), ["A 100%", "b"]);
    assert_eq!(names("tags=X"), ["b"]);
    assert_eq!(names("tags=z"), [""; 0]);
    let page = server
        .get(&format!("{DASHBOARDS}?limit=1&offset=1"))
        .ok(200);
    assert_eq!(
        (&page["count"], &page["results"][0]["name"]),
        (&json!(4), &json!("A 100%"))
    );
    assert_eq!(
        page["next"],
        format!("{}{DASHBOARDS}?limit=1&offset=2", server.url)
    );
    server.get(&format!("{DASHBOARDS}?pinned=maybe")).invalid(
        "invalid_input",
        "Must be a valid boolean.",
        "pinned",
    );
}

#[test]
fn deleting_takes_the_tiles_along_and_brings_them_back() {
    let server = Server::start();
    let path = format!("{DASHBOARDS}1/");
    let other = server.post(DASHBOARDS, json!({"name": "Other"})).ok(201)["id"].clone();
    let (alone, shared) = (
        insight_on(&server, json!([1])),
        insight_on(&server, json!([1, other])),
    );
    let of = |id: i64| server.get(&format!("{INSIGHTS}{id}/"));
    let deleted = server.patch(&path, json!({"deleted": true})).ok(200);
    assert_eq!(
        (&deleted["deleted"], &deleted["tiles"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(of(alone).ok(200)["dashboards"], json!([]));
    server.get(&path).not_found("Not found.");
    server
        .patch(&format!("{INSIGHTS}{alone}/"), json!({"dashboards": [1]}))
        .invalid(
            "does_not_exist",
            "Invalid pk \"1\" - object does not exist.",
            "dashboards",
        );
    for body in [
        json!({}),
        json!({"deleted": true}),
        json!({"deleted": false, "name": "x"}),
        json!({"deleted": "false"}),
        json!({"name": "x"}),
    ] {
        server.patch(&path, body).not_found("Not found.");
    }
    let restored = server.patch(&path, json!({"deleted": false})).ok(200);
    assert_eq!(
        (&restored["deleted"], insights(&restored)),
        (&json!(false), vec![alone, shared])
    );

    server
        .patch(&path, json!({"deleted": true, "delete_insights": true}))
        .ok(200);
    of(alone).not_found("Not found.");
    assert_eq!(of(shared).ok(200)["dashboards"], json!([other]));
    server.patch(&path, json!({"deleted": false})).ok(200);
    assert_eq!(of(alone).ok(200)["dashboards"], json!([1]));

    let empty = |answer: Answer| assert_eq!((answer.status, answer.text.as_str()), (405, ""));
    empty(server.delete(&path));
    server
        .ask("DELETE", &path)
        .key("phx_read")
        .send()
        .denied("API key missing required scope 'dashboard:write'");
    server.get(&path).ok(200);
}

#[test]
fn a_dashboard_says_whether_it_is_shared() {
    let server = Server::start();
    let (path, sharing) = (format!("{DASHBOARDS}1/"), format!("{DASHBOARDS}1/sharing/"));
    let told = || {
        [
            server.get(&path).ok(200)["is_shared"].clone(),
            server.get(DASHBOARDS).ok(200)["results"][0]["is_shared"].clone(),
        ]
    };
    assert_eq!(told(), [false, false]);
    server.patch(&sharing, json!({"enabled": true})).ok(200);
    assert_eq!(told(), [true, true]);
    server
        .post(&format!("{sharing}refresh/"), json!({}))
        .ok(200);
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
        server
            .patch(&path, json!({"pinned": []}))
            .not_found("Not found.");
        server
            .patch(&path, json!({"deleted": false}))
            .not_found("Not found.");
    }
    let one = format!("{DASHBOARDS}1/");
    for (method, path) in [("POST", DASHBOARDS), ("PATCH", &one), ("PUT", &one)] {
        let refused = server
            .ask(method, path)
            .key("phx_read")
            .json(json!({}))
            .send();
        refused.denied("API key missing required scope 'dashboard:write'");
    }
    for path in [DASHBOARDS, &one] {
        server.ask("GET", path).key("phx_read").send().ok(200);
        server
            .ask("GET", path)
            .key("phx_write")
            .send()
            .denied("API key missing required scope 'dashboard:read'");
    }
}

#[test]
fn insights_on_a_dashboard_do_not_say_when_they_were_viewed() {
    let server = Server::start();
    let insight = insight_on(&server, json!([1]));
    server.get(&format!("{INSIGHTS}{insight}/")).ok(200);
    let listed = server.get(&format!("{INSIGHTS}?dashboard=1")).ok(200);
    assert!(listed["results"][0]["last_viewed_at"].is_string());
    let path = format!("{DASHBOARDS}1/");
    let copy = json!({"use_dashboard": 1});
    for board in [
        server.get(&path).ok(200),
        server.patch(&path, json!({"pinned": true})).ok(200),
        server.post(DASHBOARDS, copy).ok(201),
    ] {
        let tile = &board["tiles"][0];
        assert_eq!(tile["insight"]["id"], insight);
        assert_eq!(tile["insight"]["last_viewed_at"], Value::Null);
    }
}

#[test]
fn a_shared_dashboard_shows_this_view_as_its_last_access() {
    let server = Server::start();
    let shared = server.patch(&format!("{DASHBOARDS}1/sharing"), json!({"enabled": true}));
    let token = shared.ok(200)["access_token"].clone();
    let token = token.as_str().unwrap();
    let mut last = String::new();
    for form in [".json", "", ".json"] {
        let page = server.ask("GET", &format!("/shared/{token}{form}")).send();
        let start = page.text.split_once("\"last_accessed_at\":\"").unwrap().1;
        let now = start.split_once('"').unwrap().0.to_owned();
        assert!(now > last, "{now}");
        last = now;
    }
    let listed = server.get(DASHBOARDS).ok(200);
    assert_eq!(listed["results"][0]["last_accessed_at"], last);
}
