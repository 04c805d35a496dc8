//! Notebooks, insights and dashboards that are created and changed in the admin page.

use serde_json::{Value, json};

use crate::{
    driver::Browser,
    entrance::{enter, small_seed},
    harness::Server,
};

/// Waits until the preview contains `text`.
#[track_caller]
fn preview(browser: &Browser, text: &str) {
    let script = "return [...document.querySelectorAll('.stage iframe')].pop()?.contentDocument?.body?.innerText.includes(arguments[0]) ?? false";
    for _ in 0..300 {
        if browser.run(script, json!([text])) == true {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    browser.save("failed");
    panic!("the preview never has \"{text}\"");
}

/// The only object in the list at `path`.
fn only(server: &Server, path: &str) -> Value {
    let list = server.get(&format!("/api/projects/1/{path}/")).ok(200);
    assert_eq!(list["count"], 1, "{list}");
    list["results"][0].clone()
}

#[test]
fn a_notebook_is_written_previewed_changed_shared_and_deleted() {
    let server = Server::seeded(&small_seed(), &[]);
    server
        .post("/api/projects/1/insights/", json!({"name": "Signups", "result": [{"label": "Ada", "aggregated_value": 4242, "data": []}]}))
        .ok(201);
    let browser = enter(&server);
    browser.press("link", "Content");
    browser.read("No notebooks yet");
    browser.press("button", "New notebook");
    browser.fill("textbox", "Title", "Weekly plan");
    browser.fill("textbox", "Text", "## Monday\n\n- **water** the plants\n");
    preview(&browser, "Monday");
    browser.press("button", "Add Signups");
    preview(&browser, "4,242");
    browser.assert_accessible("the editor of a notebook");
    browser.save("admin-notebook");
    browser.keys("\u{E00C}"); // Escape
    browser.read("This is not saved. Press Escape again to discard it.");
    browser.press("button", "Save");
    browser.read("“Weekly plan” is saved.");
    let made = only(&server, "notebooks");
    let path = format!(
        "/api/projects/1/notebooks/{}/",
        made["short_id"].as_str().unwrap()
    );
    let text = server.get(&path).ok(200)["text_content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        text.starts_with("## Monday\n\n- **water** the plants\n"),
        "{text}"
    );

    browser.press("button", "Change Weekly plan");
    browser.fill("textbox", "Title", "Plan of the week");
    browser.press("button", "Save");
    browser.see("link", "Plan of the week");
    // Another client saves it meanwhile.
    browser.press("button", "Change Plan of the week");
    browser.see("textbox", "Title");
    let content = json!({"type": "doc", "content": []});
    server
        .patch(&path, json!({"content": content, "version": 1}))
        .ok(200);
    browser.press("button", "Save");
    browser.read("Someone else edited the Notebook");
    browser.press("button", "Cancel");

    browser.press("button", "Share Plan of the week");
    browser.press("button", "Create");
    let url = browser.value("Link");
    browser.press("button", "Done");
    let visitor = Browser::start();
    visitor.open(&url);
    visitor.see("heading", "Plan of the week");
    browser.press("button", "Delete Plan of the week");
    browser.read("No notebooks yet");
    browser.press("button", "Undo");
    browser.see("link", "Plan of the week");
}

#[test]
fn an_insight_is_made_of_a_pasted_table_or_of_json() {
    let server = Server::seeded(&small_seed(), &[]);
    let browser = enter(&server);
    browser.open(&format!(
        "{}/admin/#/projects/1/content?kind=insight",
        server.url
    ));
    browser.press("button", "New insight");
    browser.fill("textbox", "Name", "Visits");
    browser.fill(
        "textbox",
        "Table",
        "day;visits;\"or;ders\"\n2026-01-01;120;4\n2026-01-02;135",
    );
    browser.read("Row 3 has 2 cells, and the row of names has 3.");
    browser.fill(
        "textbox",
        "Table",
        "day;visits;\"or;ders\"\n2026-01-01;120;4\n2026-01-02;135;",
    );
    preview(&browser, "or;ders");
    browser.assert_accessible("the editor of an insight");
    browser.save("admin-insight");
    browser.press("button", "Save");
    browser.read("“Visits” is saved.");
    let made = only(&server, "insights");
    assert_eq!(made["result"][1]["data"], json!([4, null]));
    assert_eq!(
        made["query"]["source"]["trendsFilter"]["display"],
        "ActionsLineGraph"
    );
    browser.press("button", "Change Visits");
    browser.fill("textbox", "Result", "[{");
    browser.press("button", "Save");
    browser.read("The result is not valid JSON.");
    browser.fill(
        "textbox",
        "Query",
        "{\"kind\": \"HogQLQuery\", \"query\": \"select plant, sold from orders\"}",
    );
    browser.fill("textbox", "Result", "[[\"Monstera\", 12]]");
    preview(&browser, "Monstera");
    browser.fill("textbox", "Name", "Plants");
    browser.press("button", "Save");
    browser.read("“Plants” is saved.");
    assert_eq!(
        only(&server, "insights")["result"],
        json!([["Monstera", 12]])
    );
}

#[test]
fn a_dashboard_gets_insights_in_an_order_by_keyboard() {
    let server = Server::seeded(&small_seed(), &[]);
    for name in ["First", "Second", "Third"] {
        let insight = json!({"name": name});
        server.post("/api/projects/1/insights/", insight).ok(201);
    }
    let names = || {
        let id = only(&server, "dashboards")["id"].clone();
        let board = server
            .get(&format!("/api/projects/1/dashboards/{id}/"))
            .ok(200);
        let tiles = board["tiles"].as_array().unwrap();
        Vec::from_iter(
            tiles
                .iter()
                .map(|tile| tile["insight"]["name"].as_str().unwrap().to_owned()),
        )
    };
    let browser = enter(&server);
    browser.open(&format!(
        "{}/admin/#/projects/1/content?kind=dashboard",
        server.url
    ));
    browser.press("button", "New dashboard");
    browser.fill("textbox", "Name", "Overview");
    for name in ["First", "Second", "Third"] {
        browser.fill("searchbox", "Add an insight", name);
        browser.press("button", &format!("Add {name}"));
    }
    browser.press("button", "Move Third up");
    browser.keys("\u{E00A}\u{E013}"); // Alt and the arrow up
    browser.keys("\u{E000}");
    browser.assert_accessible("the editor of a dashboard");
    browser.save("admin-dashboard");
    browser.press("button", "Save");
    browser.read("“Overview” is saved.");
    assert_eq!(names(), ["Third", "First", "Second"]);
    browser.press("button", "Change Overview");
    browser.press("button", "Remove First");
    browser.press("button", "Move Third down");
    browser.fill("textbox", "Name", "Overview of two");
    browser.press("button", "Save");
    browser.read("“Overview of two” is saved.");
    assert_eq!(names(), ["Second", "Third"]);
    browser.assert_quiet();
}

/// The places of the tiles, as a screen reader hears them.
fn tiles(browser: &Browser) -> Vec<String> {
    let tiles = browser.run(
        "return [...document.querySelectorAll('.grid .tile')].map((it) => it.ariaLabel)",
        json!([]),
    );
    let tiles = tiles.as_array().unwrap().iter();
    tiles.map(|it| it.as_str().unwrap().to_owned()).collect()
}

/// Drags the middle of element number `index` that fits `selector` by pixels.
fn drag(browser: &Browser, selector: &str, index: usize, (right, down): (f64, f64)) {
    let middle = browser.run(
        "const one = document.querySelectorAll(arguments[0])[arguments[1]]; one.scrollIntoView({ block: 'nearest' });
         const { x, y, width, height } = one.getBoundingClientRect(); return [x + width / 2, y + height / 2]",
        json!([selector, index]),
    );
    let (x, y) = (middle[0].as_f64().unwrap(), middle[1].as_f64().unwrap());
    for (kind, part, buttons) in [
        ("mouseMoved", 0.0, 0),
        ("mousePressed", 0.0, 1),
        ("mouseMoved", 0.5, 1),
        ("mouseMoved", 1.0, 1),
        ("mouseReleased", 1.0, 0),
    ] {
        let event = json!({"type": kind, "x": x + right * part, "y": y + down * part, "button": "left", "buttons": buttons, "clickCount": 1});
        browser.command("Input.dispatchMouseEvent", event);
    }
}

#[test]
fn tiles_are_moved_and_resized_in_the_grid_by_mouse_and_by_keyboard() {
    let server = Server::seeded(&small_seed(), &[]);
    let board = server
        .post("/api/projects/1/dashboards/", json!({"name": "Overview"}))
        .ok(201);
    for name in ["First", "Second", "Third"] {
        let insight = json!({"name": name, "dashboards": [board["id"]]});
        server.post("/api/projects/1/insights/", insight).ok(201);
    }
    let path = format!("/api/projects/1/dashboards/{}/", board["id"]);
    let layouts = || {
        let now = server.get(&path).ok(200);
        let tiles = now["tiles"].as_array().unwrap().clone();
        let place = |tile: &Value| {
            let at = &tile["layouts"]["sm"];
            json!([tile["insight"]["name"], at["x"], at["y"], at["w"], at["h"]])
        };
        Value::from_iter(tiles.iter().map(place))
    };
    let browser = enter(&server);
    browser.open(&format!(
        "{}/admin/#/projects/1/content?kind=dashboard",
        server.url
    ));
    browser.press("button", "Change Overview");
    browser.see("heading", "Change Overview");
    assert_eq!(
        tiles(&browser),
        [
            "First: columns 1 to 6, from row 1, 5 rows high",
            "Second: columns 7 to 12, from row 1, 5 rows high",
            "Third: columns 1 to 6, from row 6, 5 rows high",
        ]
    );
    let width = browser.run(
        "return document.querySelector('.grid').clientWidth",
        json!([]),
    );
    let width = width.as_f64().unwrap();
    drag(&browser, ".grid .tile", 0, (width / 2.0, 0.0));
    drag(&browser, ".grid .grip", 1, (-width / 4.0, 36.0));
    let dragged = [
        "Third: columns 1 to 6, from row 1, 5 rows high",
        "First: columns 7 to 12, from row 1, 5 rows high",
        "Second: columns 7 to 9, from row 6, 7 rows high",
    ];
    let mut now = tiles(&browser);
    now.sort();
    let mut expected = dragged;
    expected.sort();
    assert_eq!(now, expected);
    browser.assert_presentable("admin-dashboard-grid");
    browser.press("button", "Save");
    browser.read("“Overview” is saved.");
    assert_eq!(
        layouts(),
        json!([
            ["Third", 0, 0, 6, 5],
            ["First", 6, 0, 6, 5],
            ["Second", 6, 5, 3, 7]
        ])
    );
    // The same dashboard by keyboard; Escape in the middle of a drag has no part in it.
    browser.press("button", "Change Overview");
    browser.see("heading", "Change Overview");
    browser.wait_for("while (!document.querySelector('.grid .tile')) await new Promise((done) => setTimeout(done, 20));");
    browser.walk_to("Third: columns 1 to 6");
    browser.keys("\u{E008}\u{E014}\u{E014}\u{E000}"); // Shift and twice the arrow right: over the others, which make room
    browser.read("Third: columns 1 to 8, from row 1, 5 rows high");
    browser.walk_to("Second: columns 7 to 9");
    browser.keys("\u{E013}\u{E013}\u{E012}"); // up, up, left
    browser.press("button", "Save");
    // The sentence that it is saved may be that of the first time.
    let saved = (0..300).find_map(|_| {
        let now = layouts();
        if now[0][0] == "Second" {
            return Some(now);
        }
        std::thread::sleep(std::time::Duration::from_millis(30));
        None
    });
    assert_eq!(saved.unwrap()[0], json!(["Second", 5, 0, 3, 7]));
    browser.assert_quiet();
}
