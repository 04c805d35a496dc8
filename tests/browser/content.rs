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
