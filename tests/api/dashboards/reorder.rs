//! Giving tiles another order.

use serde_json::{Value, json};

use super::{DASHBOARDS, insight_on, insights};
use crate::harness::Server;

const REORDER: &str = "/api/projects/1/dashboards/1/reorder_tiles/";

/// Three insights on dashboard 1: their ids and those of their tiles.
fn three(server: &Server) -> (Vec<i64>, Vec<i64>) {
    let insights: Vec<_> = (0..3).map(|_| insight_on(server, json!([1]))).collect();
    let board = server.get(&format!("{DASHBOARDS}1/")).ok(200);
    let tiles = board["tiles"].as_array().unwrap().iter();
    let ids = tiles.map(|tile| tile["id"].as_i64().unwrap()).collect();
    (insights, ids)
}

fn layouts(board: &Value) -> Vec<Value> {
    let tiles = board["tiles"].as_array().unwrap().iter();
    tiles.map(|tile| tile["layouts"].clone()).collect()
}

fn at(x: i64, y: i64, w: i64, h: i64, below: i64) -> Value {
    json!({"sm": {"x": x, "y": y, "w": w, "h": h}, "xs": {"x": 0, "y": below, "w": 1, "h": h}})
}

#[test]
fn tiles_get_the_order_and_the_layout_that_is_asked_for() {
    let server = Server::start();
    let (insight, tile) = three(&server);
    let path = format!("{DASHBOARDS}1/");
    let sized = json!({"tiles": [{"id": tile[0], "layouts": {"sm": {"x": 0, "y": 0, "w": 12, "h": 3}}},
                                 {"id": tile[1], "layouts": {"sm": {"w": 4, "h": 2}, "xs": {"h": 9}}}]});
    server.patch(&path, sized).ok(200);
    let order = json!([tile[2], tile[1], tile[0]]);
    let reversed = [insight[2], insight[1], insight[0]];

    let board = server.post(REORDER, json!({"tile_order": order})).ok(200);
    assert_eq!(insights(&board), reversed);
    assert_eq!(
        layouts(&board),
        [at(0, 0, 6, 5, 0), at(6, 0, 4, 2, 5), at(0, 5, 12, 3, 7)]
    );
    assert_eq!(insights(&server.get(&path).ok(200)), reversed);

    let columns = json!({"tile_order": order, "layout": "two_column"});
    let board = server.post(REORDER, columns).ok(200);
    assert_eq!(
        layouts(&board),
        [at(0, 0, 6, 5, 0), at(6, 0, 6, 5, 5), at(0, 5, 6, 5, 10)]
    );
    let rows = json!({"tile_order": order, "layout": "full_width"});
    let board = server.post(REORDER, rows).ok(200);
    assert_eq!(
        layouts(&board),
        [at(0, 0, 12, 5, 0), at(0, 5, 12, 5, 5), at(0, 10, 12, 5, 10)]
    );

    let partly = server
        .post(REORDER, json!({"tile_order": [tile[0]]}))
        .ok(200);
    assert_eq!(layouts(&partly)[0], at(0, 0, 12, 5, 0));
    assert_eq!(partly["tiles"].as_array().unwrap().len(), 3);

    let absurd = json!({"tiles": [{"id": tile[0], "layouts": {"sm": {"w": i64::MAX, "h": i64::MAX}}},
                                  {"id": tile[1], "layouts": {"sm": {"w": -1, "h": "x"}}},
                                  {"id": tile[2], "layouts": {"sm": 5}}]});
    server.patch(&path, absurd).ok(200);
    server.post(REORDER, json!({"tile_order": tile})).ok(200);
}

#[test]
fn an_order_names_each_tile_of_the_dashboard_once() {
    let server = Server::start();
    let (_, tile) = three(&server);
    let valid = json!([tile[0]]);
    #[rustfmt::skip] // a table: read it by columns
    let rows: &[(Value, &str, &str, &'static str)] = &[
        (json!({}),                                     "required",       "This field is required.",                           "tile_order"),
        (json!({"tile_order": null}),                   "null",           "This field may not be null.",                       "tile_order"),
        (json!({"tile_order": "x"}),                    "not_a_list",     "Expected a list of items but got type \"str\".",    "tile_order"),
        (json!({"tile_order": []}),                     "min_length",     "Ensure this field has at least 1 elements.",        "tile_order"),
        (json!({"tile_order": [1, "x"]}),               "invalid_input",  "A valid integer is required.",                      "tile_order__1"),
        (json!({"tile_order": [null]}),                 "null",           "This field may not be null.",                       "tile_order__0"),
        (json!({"tile_order": valid, "layout": "x"}),   "invalid_choice", "\"x\" is not a valid choice.",                      "layout"),
        (json!({"tile_order": valid, "layout": null}),  "null",           "This field may not be null.",                       "layout"),
    ];
    for (body, code, detail, attr) in rows {
        server
            .post(REORDER, body.clone())
            .invalid(code, detail, *attr);
    }
    let twice = server.post(REORDER, json!({"tile_order": [tile[0], 999, tile[0]]}));
    let expected = json!({"detail": "tile_order must contain unique tile IDs"});
    assert_eq!((twice.status, twice.text), (400, expected.to_string()));

    let gone = json!({"tiles": [{"id": tile[1], "deleted": true}]});
    server.patch(&format!("{DASHBOARDS}1/"), gone).ok(200);
    let missing = server.post(REORDER, json!({"tile_order": [999, tile[0], tile[1], 998]}));
    let detail = format!(
        "Tile IDs not found on this dashboard: [{}, 998, 999]",
        tile[1]
    );
    assert_eq!(
        (missing.status, missing.text),
        (404, json!({"detail": detail}).to_string())
    );

    // Beyond 64 bits, too, each is named as it was sent.
    let text = r#"{"tile_order": [99999999999999999999, "-99999999999999999998", 100000000000000000000, 5000, -99999999999999999999]}"#;
    let large = server.ask("POST", REORDER).key("phx_ada");
    let large = large.body("application/json", text.as_bytes()).send();
    let detail = "Tile IDs not found on this dashboard: [-99999999999999999999, -99999999999999999998, 5000, 99999999999999999999, 100000000000000000000]";
    assert_eq!(
        (large.status, large.text),
        (404, json!({"detail": detail}).to_string())
    );

    for id in ["999", "2", "x"] {
        let path = format!("{DASHBOARDS}{id}/reorder_tiles/");
        server.post(&path, json!({})).not_found("Not found.");
    }
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let answer = server.ask(method, REORDER).key("phx_ada").send();
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, "POST, OPTIONS"),
            "{method}"
        );
    }
    let options = server.ask("OPTIONS", REORDER).key("phx_ada").send();
    assert_eq!(options.ok(200)["name"], "Reorder tiles");
}
