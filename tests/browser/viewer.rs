//! The public pages, used as a visitor would.

use serde_json::{Value, json};

use crate::{driver::Browser, harness::Server};

/// The demonstration: a share of every kind.
fn server() -> Server {
    let seed: Value = serde_json::from_str(include_str!("../../static/demo.json")).unwrap();
    let server = Server::seeded(&seed, &[]);
    let recording =
        "/api/projects/1/session_recordings/0199f0c4-7d11-7a52-9b3e-4f6a2c8d1e07/sharing";
    let patch = server.ask("PATCH", recording).key("phx_demo");
    patch.json(json!({"enabled": true})).send().ok(200);
    server
}

#[test]
fn every_page_can_be_read_by_anyone_in_both_themes_and_on_a_phone() {
    let (server, browser) = (server(), Browser::start());
    for (page, path, text) in [
        ("dashboard", "shared/demo-overview", "Bestsellers"),
        (
            "embedded-dashboard",
            "embedded/demo-overview",
            "Bestsellers",
        ),
        (
            "insight",
            "shared/demo-checkout-funnel",
            "plant added to basket",
        ),
        ("notebook", "shared/demo-naming", "How we name events"),
        ("recording", "shared/demo-recording", "Session recording"),
        ("unlock", "shared/demo-baskets", "Access share"),
        ("missing", "shared/nothing", "Page not found"),
    ] {
        for (size, width) in [("wide", 1280), ("narrow", 390)] {
            let metrics =
                json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
            browser.command("Emulation.setDeviceMetricsOverride", metrics);
            browser.open(&format!("{}/{path}", server.url));
            browser.read(text);
            for theme in ["light", "dark"] {
                let script = "document.documentElement.dataset.theme = arguments[0]";
                browser.run(script, json!([theme]));
                browser.save(&format!("viewer-{page}-{size}-{theme}"));
                browser.assert_accessible(&format!("{page} {size} {theme}"));
            }
            let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let overflow = browser.run(script, json!([]));
            assert!(overflow.as_i64().unwrap() <= 0, "{page} {size}");
            if page != "missing" {
                browser.assert_quiet();
            }
        }
        browser.log();
    }
}

#[test]
fn a_password_opens_the_page_and_stays_open() {
    let (server, browser) = (server(), Browser::start());
    browser.open(&format!("{}/shared/demo-baskets", server.url));
    browser.fill("textbox", "Password", "wrong");
    browser.press("button", "Unlock");
    browser.read("Incorrect password");
    browser.fill("textbox", "Password", "monstera");
    browser.press("button", "Unlock");
    browser.see("heading", "Why do half of our baskets");
    browser.run("location.reload()", json!([]));
    browser.see("heading", "What people do");
}

#[test]
fn markup_in_what_people_wrote_is_text() {
    let (server, browser) = (server(), Browser::start());
    for evil in [
        "<img src=x onerror=\"window.hit=1\">",
        "</script><script>window.hit=1</script>",
        "[x](javascript:window.hit=1)",
        "{{constructor.constructor('window.hit=1')()}}",
    ] {
        let text = json!({"type": "text", "text": evil, "marks": [
            {"type": "link", "attrs": {"href": "javascript:window.hit=1"}}]});
        let content = json!({"type": "doc", "content": [
            {"type": "paragraph", "content": [text]},
            {"type": "ph-image", "attrs": {"src": "javascript:window.hit=1", "alt": evil}},
            {"type": "ph-embed", "attrs": {"src": "javascript:window.hit=1", "title": evil}},
            {"type": "ph-latex", "attrs": {"content": evil}},
            {"type": "ph-markdown-notebook", "attrs": {"markdown": evil}},
        ]});
        let send = |method: &str, path: &str, body: Value| {
            let path = format!("/api/projects/1/{path}");
            server
                .ask(method, &path)
                .key("phx_demo")
                .json(body)
                .send()
                .body
        };
        send(
            "PATCH",
            "insights/2",
            json!({"name": evil, "description": evil, "result": [[evil, 1]]}),
        );
        let notebook = send(
            "POST",
            "notebooks",
            json!({"title": evil, "content": content}),
        );
        let id = notebook["short_id"].as_str().unwrap();
        let share = send(
            "PATCH",
            &format!("notebooks/{id}/sharing"),
            json!({"enabled": true}),
        );
        let token = share["access_token"].as_str().unwrap();
        for path in [token, "demo-checkout-funnel"] {
            browser.open(&format!("{}/shared/{path}", server.url));
            browser.read("Shared with hoglet");
            assert_eq!(
                browser.run("return window.hit ?? null", json!([])),
                Value::Null,
                "{evil}"
            );
            let links = "return document.querySelectorAll('a[href^=\"javascript\"], main img, main script').length";
            assert_eq!(browser.run(links, json!([])), 0, "{evil}");
            browser.assert_quiet();
        }
    }
}
