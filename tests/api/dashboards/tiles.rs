//! What a dashboard may be made of, and what is on it (`resources.md` 2).

use serde_json::{Value, json};

use super::{DASHBOARDS, INSIGHTS, insight_on, insights};
use crate::{activity_log::told, harness::Server};

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
        server
            .post(DASHBOARDS, body.clone())
            .invalid(code, detail, *attr);
        server
            .patch(&path, body.clone())
            .invalid(code, detail, *attr);
    }
    server
        .post(DASHBOARDS, json!({"use_template": "T", "use_dashboard": 1}))
        .invalid(
            "invalid_input",
            "`use_dashboard` and `use_template` cannot be used together",
            None,
        );
    for wrong in [json!(99), json!(2), json!("x"), json!([1])] {
        server
            .post(DASHBOARDS, json!({"use_dashboard": wrong}))
            .invalid("invalid_input", "Invalid value provided", "use_dashboard");
    }
    assert_eq!(
        server.get(DASHBOARDS).ok(200)["count"],
        1,
        "nothing came of it"
    );

    let changed = server.patch(&path, json!({"name": null, "filters": {"a": 1}, "variables": {"v": {}}, "restriction_level": "37"})).ok(200);
    assert_eq!(
        (&changed["name"], &changed["access_control_version"]),
        (&Value::Null, &json!("v1"))
    );
    assert_eq!(
        (
            &changed["restriction_level"],
            &changed["persisted_variables"]
        ),
        (&json!(37), &json!({"v": {}}))
    );
    let kept = server
        .patch(
            &path,
            json!({"filters": {}, "variables": [], "team_id": 9, "is_shared": true}),
        )
        .ok(200);
    assert_eq!(
        (&kept["filters"], &kept["variables"]),
        (&json!({"a": 1}), &json!({"v": {}}))
    );
    assert_eq!(
        (&kept["team_id"], &kept["is_shared"]),
        (&json!(1), &json!(false))
    );
    let put = server
        .ask("PUT", &path)
        .key("phx_ada")
        .form("name=Form&pinned=true&tags=b&tags=A")
        .send()
        .ok(200);
    assert_eq!(
        (&put["name"], &put["pinned"], &put["tags"]),
        (&json!("Form"), &json!(true), &json!(["a", "b"]))
    );
    assert_eq!(
        server.post(DASHBOARDS, json!({})).ok(201)["name"],
        Value::Null
    );
}

#[test]
fn insights_come_and_go_by_their_dashboards_list() {
    let server = Server::start();
    let other = server.post(DASHBOARDS, json!({"name": "Other"})).ok(201)["id"].clone();
    let one = || server.get(&format!("{DASHBOARDS}1/")).ok(200);
    let insight = insight_on(&server, json!([1]));
    let path = format!("{INSIGHTS}{insight}/");
    let tile = one()["tiles"][0]["id"].clone();
    server
        .patch(
            &format!("{DASHBOARDS}1/"),
            json!({"tiles": [{"id": tile, "color": "blue", "layouts": {"sm": {"x": 1, "y": 2}}}]}),
        )
        .ok(200);
    let moved = server.patch(&path, json!({"dashboards": [other]})).ok(200);
    assert_eq!(
        (&moved["dashboards"], insights(&one())),
        (&json!([other]), vec![])
    );
    let back = server
        .patch(&path, json!({"dashboards": [other, 1]}))
        .ok(200);
    assert_eq!(back["dashboards"], json!([1, other]));
    let revived = &one()["tiles"][0];
    assert_eq!(
        (&revived["id"], &revived["color"], &revived["layouts"]),
        (&tile, &json!("blue"), &json!({"sm": {"x": 1, "y": 2}}))
    );
    server
        .patch(&path, json!({"name": "no word of dashboards"}))
        .ok(200);
    assert_eq!(insights(&one()), [insight]);
    server.patch(&path, json!({"deleted": true})).ok(200);
    assert_eq!(insights(&one()), [0; 0]);
    let copy = server
        .post(DASHBOARDS, json!({"name": "Copy", "use_dashboard": other}))
        .ok(201);
    assert_eq!(insights(&copy), [0; 0]);
    server
        .patch(&path, json!({"deleted": false, "dashboards": [other]}))
        .ok(200);
    let copy = server
        .post(DASHBOARDS, json!({"name": "Copy", "use_dashboard": other}))
        .ok(201);
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
    assert_eq!(
        (
            &arranged["tiles"][1]["color"],
            &arranged["tiles"][1]["show_description"]
        ),
        (&json!("red"), &json!(true))
    );
    let text = server
        .patch(
            &path,
            json!({"tiles": [{"text": {"body": "# Hi"}, "layouts": {"sm": {"y": -1}}}]}),
        )
        .ok(200);
    let first = &text["tiles"][0];
    assert_eq!(
        (
            &first["insight"],
            &first["text"]["body"],
            text["tiles"].as_array().unwrap().len()
        ),
        (&Value::Null, &json!("# Hi"), 4)
    );
    let rewritten = server
        .patch(
            &path,
            json!({"tiles": [{"id": first["id"], "text": {"body": "Bye"}}]}),
        )
        .ok(200);
    assert_eq!(
        (
            &rewritten["tiles"][0]["id"],
            &rewritten["tiles"][0]["text"]["body"]
        ),
        (&first["id"], &json!("Bye"))
    );
    let gone = server.patch(&path, json!({"tiles": [{"id": first["id"], "deleted": true}, {"id": tiles[1]["id"], "deleted": true}]})).ok(200);
    assert_eq!(insights(&gone), [ids[2], ids[0]]);
    assert_eq!(
        server.get(&format!("{INSIGHTS}{}/", ids[1])).ok(200)["dashboards"],
        json!([])
    );
    let back = server
        .patch(
            &path,
            json!({"tiles": [{"id": tiles[1]["id"], "deleted": false}]}),
        )
        .ok(200);
    assert_eq!(insights(&back), [ids[2], ids[1], ids[0]]);

    let tile = &tiles[0]["id"];
    #[rustfmt::skip] // a table: read it by columns
    let rows: &[(Value, &str, &str, &'static str)] = &[
        (json!("x"),                          "not_a_list",     "Expected a list of items but got type \"str\".", "tiles"),
        (json!(["x"]),                        "invalid_input",  "Invalid data. Expected a dictionary, but got str.", "tiles__0"),
        (json!([{"id": 999}]),                "does_not_exist", "Invalid pk \"999\" - object does not exist.", "tiles__0__id"),
        (json!([{"id": "99999999999999999999"}]), "does_not_exist", "Invalid pk \"99999999999999999999\" - object does not exist.", "tiles__0__id"),
        (json!([{"id": "x"}]),                "invalid_input",  "A valid integer is required.",            "tiles__0__id"),
        (json!([{"color": "red"}]),           "required",       "This field is required.",                 "tiles__0__id"),
        (json!([{"id": tile, "layouts": 5}]), "not_a_dict",     "Expected a dictionary of items but got type \"int\".", "tiles__0__layouts"),
        (json!([{"id": tile}, {"id": tile, "deleted": "x"}]), "invalid_input", "Must be a valid boolean.", "tiles__1__deleted"),
        (json!([{"id": tile, "color": {}}]),  "invalid_input",  "Not a valid string.",                     "tiles__0__color"),
        (json!([{"id": tile, "text": {}}]),   "required",       "This field is required.",                 "tiles__0__text__body"),
    ];
    for (tiles, code, detail, attr) in rows {
        server
            .patch(&path, json!({"name": "half", "tiles": tiles}))
            .invalid(code, detail, *attr);
    }
    assert_eq!(
        server.get(&path).ok(200)["name"],
        "Overview",
        "nothing half-written"
    );
}

#[test]
fn a_tile_that_has_come_back_says_so() {
    let server = Server::start();
    let board = format!("{DASHBOARDS}1/");
    let other = server.post(DASHBOARDS, json!({})).ok(201)["id"].clone();
    let make = || {
        let id = insight_on(&server, json!([1, other]));
        let path = format!("{INSIGHTS}{id}/");
        let tiles = server.get(&path).ok(200)["dashboard_tiles"].clone();
        assert_eq!(
            (&tiles[0]["deleted"], &tiles[1]["deleted"]),
            (&Value::Null, &Value::Null)
        );
        (path, tiles[0]["id"].clone(), tiles)
    };
    let check = |path: &str, tiles: &Value| {
        let insight = server.get(path).ok(200);
        let mut expected = tiles.clone();
        expected[0]["deleted"] = json!(false);
        assert_eq!(insight["dashboard_tiles"], expected);
        let basic = server.get(&format!(
            "{INSIGHTS}?basic=true&short_id={}",
            insight["short_id"].as_str().unwrap()
        ));
        assert_eq!(basic.ok(200)["results"][0]["dashboard_tiles"], expected);
    };

    let (path, _, tiles) = make();
    server.patch(&path, json!({"dashboards": [other]})).ok(200);
    server
        .patch(&path, json!({"dashboards": [1, other]}))
        .ok(200);
    check(&path, &tiles);

    let (path, tile, tiles) = make();
    for deleted in [true, false] {
        server
            .patch(&board, json!({"tiles": [{"id": tile, "deleted": deleted}]}))
            .ok(200);
    }
    check(&path, &tiles);

    let (path, _, tiles) = make();
    for deleted in [true, false] {
        server.patch(&board, json!({"deleted": deleted})).ok(200);
    }
    check(&path, &tiles);

    let (path, _, mut tiles) = make();
    for deleted in [true, false] {
        server
            .patch(&path, json!({"deleted": deleted, "dashboards": [1, other]}))
            .ok(200);
    }
    tiles[1]["deleted"] = json!(false);
    check(&path, &tiles);
}

#[test]
fn a_tile_of_a_type_that_is_not_known_is_kept_as_it_was_sent() {
    let server = Server::start();
    let board = format!("{DASHBOARDS}1/");
    let button = json!({"url": "https://example.com", "text": "Go", "placement": "left", "n": 1.0});
    let widget = json!({"widget_type": "session_replay_list", "config": {"limit": 5}});
    let novel = json!({"anything": [1, {"a": null}]});
    let tiles = json!([
        {"button_tile": button, "layouts": {"sm": {"x": 0, "y": 0}}, "color": "red"},
        {"widget": widget, "text": null, "insight": null, "layouts": {"sm": {"x": 0, "y": 1}}},
        {"hologram": novel, "layouts": {"sm": {"x": 0, "y": 2}}},
        {"text": {"body": "T"}, "layouts": {"sm": {"x": 0, "y": 3}}},
    ]);
    let made = server
        .patch(&board, json!({"name": "Kept", "tiles": tiles}))
        .ok(200);
    assert_eq!(made["name"], "Kept");
    let check = |made: &Value| {
        let tiles = made["tiles"].as_array().unwrap();
        assert_eq!(tiles.len(), 4);
        assert_eq!(
            (tiles[0]["button_tile"].to_string(), &tiles[0]["color"]),
            (button.to_string(), &json!("red"))
        );
        assert_eq!(
            (&tiles[1]["widget"], &tiles[1]["button_tile"]),
            (&widget, &Value::Null)
        );
        assert_eq!(
            (&tiles[2]["hologram"], &tiles[2]["widget"]),
            (&novel, &Value::Null)
        );
        assert_eq!(tiles[3]["text"]["body"], "T");
        assert!(tiles.iter().all(|tile| tile["insight"].is_null()));
        assert!(tiles[..3].iter().all(|tile| tile["text"].is_null()));
    };
    check(&made);
    check(&server.get(&board).ok(200));
    // What was read can be written back.
    let mut again = server
        .patch(&board, json!({"tiles": made["tiles"]}))
        .ok(200);
    check(&again);
    assert_eq!(again["tiles"], made["tiles"]);
    let changed = json!({"tiles": [{"id": made["tiles"][1]["id"], "widget": {"b": 1}}]});
    again = server.patch(&board, changed).ok(200);
    assert_eq!(again["tiles"][1]["widget"], json!({"b": 1}));
    let copy = server.post(DASHBOARDS, json!({"use_dashboard": 1})).ok(201);
    assert_eq!(
        copy["tiles"][0]["button_tile"].to_string(),
        button.to_string()
    );

    // An insight stays one, and visitors see what the page draws.
    let insight = insight_on(&server, json!([1]));
    let tile =
        server.get(&format!("{INSIGHTS}{insight}/")).ok(200)["dashboard_tiles"][0]["id"].clone();
    let mixed = json!({"tiles": [{"id": tile, "hologram": novel, "color": "blue"}]});
    let mixed = server.patch(&board, mixed).ok(200);
    let shown = mixed["tiles"]
        .as_array()
        .unwrap()
        .iter()
        .find(|shown| shown["id"] == tile);
    assert_eq!(
        (&shown.unwrap()["color"], shown.unwrap().get("hologram")),
        (&json!("blue"), None)
    );
    let shared = server
        .patch(&format!("{board}sharing"), json!({"enabled": true}))
        .ok(200);
    let page = server
        .ask(
            "GET",
            &format!("/shared/{}.json", shared["access_token"].as_str().unwrap()),
        )
        .send();
    assert_eq!(page.body["dashboard"]["tiles"].as_array().unwrap().len(), 5);
    for hidden in ["session_replay_list", "anything", "placement"] {
        assert!(!page.text.contains(hidden), "{hidden}");
    }
    let seen = json!({"url": "https://example.com", "text": "Go"});
    assert_eq!(page.body["dashboard"]["tiles"][0]["button_tile"], seen);
    // An address in the author's own account is not for visitors.
    let inside = json!({"tiles": [{"id": made["tiles"][0]["id"], "button_tile": {"url": "/insights/new", "text": "Go"}}]});
    server.patch(&board, inside).ok(200);
    let path = format!("/shared/{}.json", shared["access_token"].as_str().unwrap());
    let page = server.ask("GET", &path).send().ok(200);
    assert_eq!(
        page["dashboard"]["tiles"][0]["button_tile"],
        json!({"text": "Go"})
    );
}

#[test]
fn tiles_and_their_content_have_limits() {
    let server = Server::start();
    let board = format!("{DASHBOARDS}1/");
    let long = json!({"tiles": [{"widget": {"a": "x".repeat(10_000)}}]});
    let detail = "Ensure this field has no more than 10000 characters.";
    server
        .patch(&board, long)
        .invalid("max_length", detail, "tiles__0__widget");
    for nothing in [json!(null), json!("x"), json!(5), json!([]), json!(true)] {
        let tiles = json!({"tiles": [{"widget": nothing}]});
        let detail = "This field is required.";
        server
            .patch(&board, tiles)
            .invalid("required", detail, "tiles__0__id");
    }
    let many = |count: usize| json!({"tiles": vec![json!({"text": {"body": "x"}}); count]});
    server.patch(&board, many(1000)).ok(200);
    let detail = "A dashboard can have at most 1000 tiles.";
    for tile in [json!({"text": {"body": "x"}}), json!({"widget": {"a": 1}})] {
        let one = json!({"tiles": [tile]});
        server
            .patch(&board, one)
            .invalid("invalid_input", detail, "tiles__0");
    }
}

#[test]
fn every_change_is_kept_in_the_activity_log() {
    let server = Server::start();
    let path = format!("{DASHBOARDS}1/");
    server
        .patch(&path, json!({"pinned": true, "description": "d"}))
        .ok(200);
    server.get(&path).ok(200);
    server.patch(&path, json!({"deleted": true})).ok(200);
    let made = server.post(DASHBOARDS, json!({"name": "New"})).ok(201)["id"].to_string();
    let log = server.get("/api/projects/1/activity_log/").ok(200);
    let all = log["results"].as_array().unwrap().iter();
    let mine: Vec<_> = all.filter(|entry| entry["scope"] == "Dashboard").collect();
    let ids: Vec<_> = mine.iter().map(|entry| &entry["item_id"]).collect();
    assert_eq!(ids, [&*made, "1", "1"]);
    insta::assert_snapshot!(told(mine), @r#"
    created New by 1
    deleted Overview by 1
    updated Overview by 1:
      changed description: "" -> "d"
      changed pinned: false -> true
    "#);
}
