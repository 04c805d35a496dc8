//! The admin page, used as a person would.

use serde_json::json;

use crate::{
    driver::Browser,
    entrance::{enter, server, small_seed},
    harness::Server,
};

const SECTIONS: [(&str, &str); 8] = [
    ("shares", "Shares"),
    ("content", "Content"),
    ("keys", "Keys"),
    ("properties", "Property definitions"),
    ("event_definitions", "Event definitions"),
    ("events", "Latest events"),
    ("activity", "Activity"),
    ("project", "Main"),
];

/// One thing of each kind that can be shared.
pub const THINGS: [&str; 4] = [
    "insights/1",
    "dashboards/1",
    "notebooks/NoteMain1",
    "session_recordings/rec-main",
];

#[test]
fn on_a_phone_the_header_is_two_rows_and_leads_everywhere() {
    let server = server(60);
    let browser = enter(&server);
    let metrics = json!({"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": false});
    browser.command("Emulation.setDeviceMetricsOverride", metrics);
    let rows = "const middles = [...document.querySelectorAll('header :is(a, button, select)')].filter((it) => it.checkVisibility())
          .map((it) => it.getBoundingClientRect()).map(({ top, height }) => Math.round((top + height / 2) / 8));
        const { left, right } = document.querySelector('#sections [aria-current]').getBoundingClientRect();
        return [new Set(middles).size, document.querySelector('header').offsetHeight < 100, left >= 0 && right <= innerWidth]";
    for (section, heading) in SECTIONS {
        browser.open(&format!("{}/admin/#/projects/1/{section}", server.url));
        browser.run("location.reload()", json!([]));
        browser.see("heading", heading);
        let found = browser.run(rows, json!([]));
        assert_eq!(found, json!([2, true, true]), "{section}");
    }
    for theme in ["Light", "Dark"] {
        browser.choose("Theme", theme);
        browser.save(&format!("admin-header-{theme}"));
        browser.assert_accessible(&format!("header {theme}"));
    }
    // From the last section to the first, each in sight when it has the focus, and by hand.
    for (name, heading) in [("Shares", "Shares"), ("Project", "Main")] {
        browser.walk_to(name);
        browser.keys("\u{e007}"); // Enter
        browser.see("heading", heading);
    }
    browser.assert_walkable("the page with a header of two rows");
    let moved = "const row = document.querySelector('#sections'); row.scrollLeft = 0; const before = row.scrollLeft;
        row.scrollLeft = 1000; return [before, row.scrollLeft > 100, getComputedStyle(row).overflowX]";
    assert_eq!(browser.run(moved, json!([])), json!([0, true, "auto"]));
    browser.assert_quiet();
}

#[test]
fn the_link_lets_in_and_every_section_can_be_seen_in_both_themes_and_on_a_phone() {
    let server = server(60);
    for path in THINGS {
        let path = format!("/api/projects/1/{path}/sharing/");
        server
            .patch(
                &path,
                json!({"enabled": true, "password_required": path.contains("insights")}),
            )
            .ok(200);
    }
    let browser = enter(&server);
    for (section, heading) in SECTIONS {
        browser.open(&format!("{}/admin/#/projects/1/{section}", server.url));
        browser.see("heading", heading);
        for (size, width, height) in [("wide", 1280, 860), ("narrow", 390, 844)] {
            let metrics =
                json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
            browser.command("Emulation.setDeviceMetricsOverride", metrics);
            for theme in ["light", "dark"] {
                browser.run(
                    "document.documentElement.dataset.theme = arguments[0]",
                    json!([theme]),
                );
                browser.save(&format!("admin-{section}-{size}-{theme}"));
                browser.assert_accessible(&format!("{section} {size} {theme}"));
            }
            let overflow = browser.run(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth",
                json!([]),
            );
            assert!(overflow.as_i64().unwrap() <= 0, "{section} {size}");
        }
    }
    // A link to a section survives a reload, and the back button goes back.
    browser.command("Emulation.clearDeviceMetricsOverride", json!({}));
    browser.run("location.reload()", json!([]));
    browser.see("heading", "Main");
    browser.press("link", "Keys");
    browser.see("heading", "Project secret keys");
    browser.run("history.back()", json!([]));
    browser.see("heading", "Connect");
    browser.assert_quiet();
    browser.press("button", "Sign out");
    browser.see("heading", "Sign in");
    browser.save("admin-sign-in-wide-light");
    browser.assert_accessible("sign in");
}

#[test]
fn on_paper_the_page_is_dark_on_white_without_its_buttons() {
    let server = Server::seeded(&small_seed(), &[]);
    let key = json!({"label": "Nightly job", "scopes": ["endpoint:read"]});
    let path = "/api/projects/1/project_secret_api_keys/";
    server.post(path, key).ok(201);
    let browser = enter(&server);
    browser.press("link", "Keys");
    browser.see("button", "Roll Nightly job");
    browser.run("document.documentElement.dataset.theme = 'dark'", json!([]));
    let seen = "return [getComputedStyle(document.body).color, [...document.querySelectorAll('button, nav a')].filter((it) => it.checkVisibility()).length]";
    let before = browser.run(seen, json!([]));
    browser.command("Emulation.setEmulatedMedia", json!({"media": "print"}));
    let after = browser.run(seen, json!([]));
    assert_eq!(after, json!(["rgb(29, 34, 38)", 0]), "{before}");
    browser.read("Nightly job");
}

#[test]
fn switches_can_be_told_apart_where_the_system_chooses_the_colours() {
    let server = server(2);
    let browser = enter(&server);
    browser.press("link", "Property definitions");
    browser.see("button", "Export CSV");
    let features = json!([{"name": "forced-colors", "value": "active"}]);
    browser.command("Emulation.setEmulatedMedia", json!({"features": features}));
    let colours = browser.run(
        "const [one] = document.querySelectorAll('.toggle');
         return [false, true].map((isOn) => {
           one.ariaChecked = String(isOn);
           const knob = getComputedStyle(one, '::after');
           return [getComputedStyle(one).backgroundColor, knob.backgroundColor, getComputedStyle(document.body).backgroundColor];
         });",
        json!([]),
    );
    for state in colours.as_array().unwrap() {
        assert_ne!(state[0], state[1], "a knob that is not seen: {colours}");
    }
    assert_ne!(colours[0][0], colours[1][0], "{colours}");
}

#[test]
fn the_theme_follows_the_system_unless_one_is_chosen_and_the_footer_says_the_version() {
    let server = Server::start();
    let browser = enter(&server);
    browser.read(concat!("hoglet ", env!("CARGO_PKG_VERSION")));
    let is_dark = || {
        browser.run(
            "return getComputedStyle(document.body).backgroundColor === 'rgb(22, 25, 28)'",
            json!([]),
        )
    };
    let system = |scheme: &str| {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        browser.command("Emulation.setEmulatedMedia", json!({"features": features}));
    };
    system("dark");
    assert_eq!(is_dark(), true);
    browser.choose("Theme", "Light");
    assert_eq!(is_dark(), false);
    browser.run("location.reload()", json!([]));
    browser.see("heading", "Shares");
    assert_eq!(is_dark(), false);
    browser.choose("Theme", "System");
    assert_eq!(is_dark(), true);
    system("light");
    assert_eq!(is_dark(), false);
    browser.assert_quiet();
}

#[test]
fn a_project_in_which_nothing_is_shared_begins_with_the_first_steps() {
    let server = Server::seeded(&small_seed(), &[]);
    let browser = enter(&server);
    browser.see("heading", "First steps");
    let done = || {
        browser.run(
            "return [...document.querySelectorAll('.checklist li')].map((it) => it.className === 'done')",
            json!([]),
        )
    };
    assert_eq!(done(), json!([false, false, false]));
    let key = json!({"label": "Backend", "scopes": ["feature_flag:read"]});
    let made = server.post("/api/projects/1/project_secret_api_keys/", key);
    assert_eq!(made.status, 201);
    browser.run("location.reload()", json!([]));
    browser.read("Make a key (done)");
    assert_eq!(done(), json!([false, false, true]));
    browser.assert_accessible("first steps");
    browser.save("admin-first-steps");
    browser.press("link", "Send an event");
    browser.see("heading", "Connect");
    browser.run("history.back()", json!([]));
    browser.press("link", "Share something");
    browser.read("There is nothing to share yet.");
    browser.assert_quiet();
}

#[test]
fn a_personal_key_lets_in_and_a_wrong_one_is_told_apart() {
    let server = Server::start();
    let browser = Browser::start();
    browser.open(&format!("{}/admin/", server.url));
    browser.fill("textbox", "Personal API key or password", "phx_wrong");
    browser.press("button", "Sign in");
    browser.read("This is no personal API key or password of this server.");
    assert_eq!(browser.log().len(), 1); // the refusal itself
    browser.fill("textbox", "Personal API key or password", "phx_ada");
    browser.press("button", "Sign in");
    browser.read("Nothing is shared yet");
    browser.assert_quiet();
}

#[test]
fn a_personal_key_is_made_used_rolled_and_revoked() {
    let server = Server::seeded(&small_seed(), &[]);
    let browser = enter(&server);
    browser.press("link", "Keys");
    browser.press("button", "New personal key");
    browser.assert_accessible("new personal key");
    browser.fill("textbox", "Label", "Nightly script");
    browser.choose("Allowed actions", "Everything");
    browser.read("All scopes.");
    browser.press("button", "Create key");
    let first = browser.value("The key Nightly script");
    let list = "/api/projects/1/insights/";
    let status = |key: &str| server.ask("GET", list).key(key).send().status;
    assert_eq!(status(&first), 200);
    browser.press("button", "Done");
    browser.read("from 127.0.0.1, ");
    browser.press("button", "Roll Nightly script");
    browser.press("button", "Roll key");
    let second = browser.value("The new key Nightly script");
    assert_eq!((status(&first), status(&second)), (401, 200));
    browser.press("button", "Done");
    browser.press("button", "Revoke Nightly script");
    browser.press("button", "Revoke key");
    let deadline = "return !document.body.innerText.includes('Nightly script')";
    while browser.run(deadline, json!([])) != true {}
    assert_eq!(status(&second), 401);
    browser.assert_quiet();
}

#[test]
fn a_project_key_is_made_and_what_is_wrong_is_said() {
    let server = Server::seeded(&small_seed(), &[]);
    let browser = enter(&server);
    browser.press("link", "Keys");
    browser.press("button", "New project key");
    browser.fill("textbox", "Label", "Backend");
    browser.press("checkbox", "feature_flag:read");
    browser.press("button", "Create key");
    browser.read("Scopes: This list may not be empty.");
    browser.press("checkbox", "endpoint:read");
    browser.press("button", "Create key");
    assert!(browser.value("The key Backend").starts_with("phs_"));
    browser.press("button", "Done");
    browser.see("button", "Roll Backend");
    let keys = server
        .get("/api/projects/1/project_secret_api_keys/")
        .ok(200);
    assert_eq!(keys["results"][0]["scopes"], json!(["endpoint:read"]));
}

#[test]
fn a_session_that_is_over_asks_to_sign_in_again() {
    let server = Server::seeded(&small_seed(), &[]);
    let browser = enter(&server);
    browser.press("link", "Keys");
    browser.see("heading", "Your personal keys");
    browser.run("return fetch('/admin/logout', {method: 'POST', headers: {'x-csrftoken': document.cookie.split('=')[1]}})", json!([]));
    browser.press("button", "New project key");
    browser.fill("textbox", "Label", "Late");
    browser.press("button", "Create key");
    browser.read("Your session has ended. Sign in again.");
    browser.fill("textbox", "Personal API key or password", "phx_ada");
    browser.press("button", "Sign in");
    browser.see("heading", "Your personal keys"); // where one was
}

#[test]
fn an_old_session_asks_to_sign_in_again_before_personal_keys_change() {
    let server = Server::seeded(&small_seed(), &[]);
    let browser = enter(&server);
    browser.press("link", "Keys");
    browser.see("heading", "Your personal keys");
    let database = rusqlite::Connection::open(server.database()).unwrap();
    let sql = "UPDATE session SET created_at = created_at - 3 * 3600 * 1000000";
    assert_eq!(database.execute(sql, []).unwrap(), 1);
    browser.press("button", "Revoke phx_ada");
    browser.press("button", "Revoke key");
    browser.read("You signed in more than two hours ago. Sign in again, then repeat this.");
    browser.fill("textbox", "Personal API key or password", "phx_ada");
    browser.press("button", "Sign in");
    browser.see("heading", "Your personal keys");
}

#[test]
fn markup_from_outside_is_shown_as_text() {
    let server = Server::start();
    let payload = "<img src=x onerror=alert(1)>{{7*7}}";
    let script = "\"><script>alert(1)</script>";
    server
        .patch(
            "/api/projects/1/notebooks/NoteMain1/",
            json!({"title": payload, "version": 0}),
        )
        .ok(200);
    server
        .patch(
            "/api/projects/1/notebooks/NoteMain1/sharing/",
            json!({"enabled": true}),
        )
        .ok(200);
    let key = json!({"label": "<b>bold</b>", "scopes": ["endpoint:read"]});
    server
        .post("/api/projects/1/project_secret_api_keys/", key)
        .ok(201);
    let definition = "/api/projects/1/property_definitions/0195f3a0-0000-0000-8000-0000000000d1/";
    server
        .patch(
            definition,
            json!({"description": payload, "tags": [script]}),
        )
        .ok(200);
    let browser = enter(&server);
    browser.read(payload);
    browser.press("link", "Keys");
    browser.read("<b>bold</b>");
    browser.press("link", "Property definitions");
    browser.read(payload);
    browser.read(&script.to_lowercase());
    browser.press("link", "Activity");
    browser.read(payload);
    browser.assert_quiet();
}
