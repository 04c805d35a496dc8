//! Names of 200 characters without a blank: each wraps, and pushes nothing out of sight.

use serde_json::{Value, json};

use crate::{
    driver::Browser,
    entrance::{enter, small_seed},
    harness::Server,
};

/// Everything on the page, or in the topmost dialog, that is wider than its place, but for code, what is typed into, and the row of
/// sections on a phone, which is moved by hand.
const WIDER: &str = "
const root = [...document.querySelectorAll('dialog[open]')].pop() ?? document.querySelector('main');
return [root, ...root.querySelectorAll(':not(input, select, textarea, pre, iframe)')]
  .filter((it) => it.checkVisibility() && !it.closest('thead') && it.clientWidth > 0 && it.scrollWidth > it.clientWidth + 1
    && getComputedStyle(it).display !== 'inline')
  .map((it) => `${it.localName}.${it.className}: ${it.scrollWidth} > ${it.clientWidth}`);";

/// Single words that are broken although they are short.
const BROKEN: &str = "
const lines = (it) => {
  const range = document.createRange();
  range.selectNodeContents(it);
  return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
};
return [...document.querySelectorAll('.tag, .picks small, #palette-list small')]
  .filter((it) => it.checkVisibility() && !it.textContent.includes(' ') && lines(it) > 1)
  .map((it) => it.textContent);";

/// A server where everything is called `name`.
fn named(name: &str) -> Server {
    let server = Server::seeded(&small_seed(), &[]);
    let key = "phx_ada";
    let post = |path: &str, body: Value| {
        let path = format!("/api/projects/1/{path}/");
        server.ask("POST", &path).key(key).json(body).send().ok(201)
    };
    for (kind, field, id) in [
        ("notebooks", "title", "short_id"),
        ("insights", "name", "id"),
        ("dashboards", "name", "id"),
    ] {
        let made = post(kind, json!({ field: name }));
        let id = made[id].to_string().replace('"', "");
        let path = format!("/api/projects/1/{kind}/{id}/sharing/");
        let patch = server.ask("PATCH", &path).key(key);
        patch.json(json!({"enabled": true})).send().ok(200);
    }
    post(
        "project_secret_api_keys",
        json!({"label": &name[..40], "scopes": ["feature_flag:read", "transactional_email:write"]}),
    );
    let token = server
        .ask("GET", "/api/projects/1/")
        .key(key)
        .send()
        .ok(200);
    let event = json!({"api_key": token["api_token"], "event": name, "distinct_id": name, "properties": {name: name}});
    server.ask("POST", "/capture/").json(event).send().ok(200);
    server
}

#[test]
fn long_names_wrap_in_every_list_and_dialog() {
    let name = "W".repeat(200);
    let server = named(&name);
    let browser = enter(&server);
    let places: [(&str, &[&str], &str); 14] = [
        ("shares", &[], "Shares"),
        ("shares", &["Share something"], "Share something"),
        ("shares", &["Settings of WW"], "Settings of WW"),
        ("content", &[], "Content"),
        ("content", &["Change WW"], "Change WW"),
        ("content?kind=insights", &["Change WW"], "Change WW"),
        ("content?kind=dashboards", &["Change WW"], "Change WW"),
        ("content", &["Share WW"], "Settings of WW"),
        ("keys", &[], "Keys"),
        ("keys", &["Roll WW"], "Roll WW"),
        ("events", &[], "Latest events"),
        ("event_definitions", &[], "Event definitions"),
        ("properties", &[], "Property definitions"),
        ("activity", &[], "Activity"),
    ];
    for (width, height) in [(1280, 900), (360, 780)] {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        browser.command("Emulation.setDeviceMetricsOverride", metrics);
        for (section, presses, heading) in places {
            let place = format!("{section} {presses:?} at {width}");
            browser.open("about:blank");
            browser.open(&format!("{}/admin/#/projects/1/{section}", server.url));
            for name in presses {
                browser.press("button", name);
            }
            browser.see("heading", heading);
            browser.read("WW");
            is_narrow(&browser, &place);
        }
        browser.open("about:blank");
        browser.open(&format!("{}/admin/#/projects/1/keys", server.url));
        browser.press("button", "Go to");
        browser.fill("textbox", "Search everything", "WWW");
        browser.read("Notebook");
        is_narrow(&browser, &format!("the palette at {width}"));
    }
}

#[track_caller]
fn is_narrow(browser: &Browser, place: &str) {
    for (script, what) in [(WIDER, "too wide"), (BROKEN, "broken")] {
        let found = browser.run(script, json!([]));
        if found != json!([]) {
            browser.save("failed");
            panic!("{place}: {what}: {found:#}");
        }
    }
}
