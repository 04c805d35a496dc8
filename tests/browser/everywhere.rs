//! Every page and every dialog: in both themes, on a phone, and by keyboard.

use serde_json::{Value, json};

use crate::{
    admin::THINGS,
    docs::demo,
    driver::Browser,
    entrance::{enter, server},
    harness::Server,
    viewer::drawn,
};

/// A place of the admin page: its address below the project, what is pressed there one after the other, each a role and a name,
/// and the heading that then is there.
type Place = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

/// Looks at `places`: axe-core finds nothing, nothing is too wide, Tab walks through all and round again, and when a dialog is
/// closed with Escape, the focus is where it was.
#[track_caller]
fn visit(server: &Server, browser: &Browser, group: &str, places: &[Place]) {
    for (index, (section, presses, heading)) in places.iter().enumerate() {
        browser.open("about:blank");
        browser.open(&format!("{}/admin/#/projects/1/{section}", server.url));
        for (role, name) in *presses {
            if *role == "fill" {
                browser.fill("textbox", name, "Something");
            } else {
                browser.press(role, name);
            }
        }
        browser.see("heading", heading);
        let place = format!("every-{group}-{index:02}");
        browser.assert_presentable(&place);
        browser.assert_walkable(&format!("{section} {presses:?}"));
        let [.., (_, opener)] = presses else { continue };
        let dialogs = "return document.querySelectorAll('dialog[open]').length";
        let open = browser.run(dialogs, json!([])).as_u64().unwrap();
        assert!(open > 0, "{section} {presses:?}");
        browser.keys("\u{E00C}");
        if browser.run(dialogs, json!([])) == open {
            browser.keys("\u{E00C}"); // what was written is discarded only then
        }
        browser.assert_focused(opener);
    }
    browser.assert_quiet();
}

/// A server with something in every section.
fn full(lab: bool) -> Server {
    let server = if lab {
        Server::with(&["--lab", "--strict"])
    } else {
        server(2)
    };
    for path in THINGS {
        let path = format!("/api/projects/1/{path}/sharing/");
        server.patch(&path, json!({"enabled": true})).ok(200);
    }
    let notebook = "/api/projects/1/notebooks/NoteMain1/sharing/";
    server
        .patch(notebook, json!({"password_required": true}))
        .ok(200);
    server
        .post(&format!("{notebook}passwords/"), json!({"note": "for Ada"}))
        .ok(200);
    let written = json!({"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Elsewhere"}]}]});
    let note = json!({"title": "Not Markdown", "content": written});
    server.post("/api/projects/1/notebooks/", note).ok(201);
    let send = |event: Value| {
        server.ask("POST", "/capture/").json(event).send();
    };
    send(
        json!({"api_key": "phc_main", "event": "signed up", "distinct_id": "visitor-7", "properties": {"plan": "pro", "seats": 3}}),
    );
    send(json!({"api_key": "phc_main", "event": "signed up", "properties": {}}));
    server.get("/api/projects/1/experiments/");
    server
}

#[test]
fn sections_of_the_admin_page() {
    let server = full(false);
    let browser = enter(&server);
    let places: [Place; 11] = [
        ("shares", &[], "Shares"),
        ("content", &[], "Content"),
        ("content?kind=insight", &[], "Content"),
        ("content?kind=dashboard", &[], "Content"),
        ("keys", &[], "Your personal keys"),
        ("properties", &[], "Property definitions"),
        ("event_definitions", &[], "Event definitions"),
        ("events", &[], "Latest events"),
        ("events?show=refused", &[], "Latest events"),
        ("activity", &[], "Activity"),
        ("project", &[], "Connect"),
    ];
    visit(&server, &browser, "section", &places);
}

#[test]
fn dialogs_of_shares() {
    let server = full(false);
    let browser = enter(&server);
    let places: [Place; 9] = [
        (
            "shares",
            &[("button", "Share something")],
            "Share something",
        ),
        (
            "shares",
            &[("button", "Settings of Plan")],
            "Settings of Plan",
        ),
        (
            "shares",
            &[("button", "Settings of Signups")],
            "Settings of Signups",
        ),
        (
            "shares",
            &[("button", "Settings of Overview")],
            "Settings of Overview",
        ),
        (
            "shares",
            &[("button", "Settings of rec-main")],
            "Settings of rec-main",
        ),
        (
            "shares",
            &[("button", "Rotate link of Plan")],
            "Replace the link?",
        ),
        (
            "shares",
            &[("button", "Settings of Plan"), ("button", "Add password")],
            "Add a password",
        ),
        (
            "shares",
            &[
                ("button", "Settings of Plan"),
                ("button", "Delete password for Ada"),
            ],
            "Delete this password?",
        ),
        (
            "content",
            &[("button", "Share Not Markdown")],
            "Share Not Markdown",
        ),
    ];
    visit(&server, &browser, "share", &places);
}

#[test]
fn editors_and_other_dialogs() {
    let server = full(false);
    let browser = enter(&server);
    let places: [Place; 15] = [
        ("content", &[("button", "New notebook")], "New notebook"),
        ("content", &[("button", "Change Plan")], "Change Plan"),
        (
            "content",
            &[("button", "Change Not Markdown")],
            "Change Not Markdown",
        ),
        (
            "content?kind=insight",
            &[("button", "New insight")],
            "New insight",
        ),
        (
            "content?kind=insight",
            &[("button", "Change Signups")],
            "Change Signups",
        ),
        (
            "content?kind=dashboard",
            &[("button", "New dashboard")],
            "New dashboard",
        ),
        (
            "content?kind=dashboard",
            &[("button", "Change Overview")],
            "Change Overview",
        ),
        ("keys", &[("button", "New project key")], "New project key"),
        (
            "keys",
            &[("button", "New personal key")],
            "New personal key",
        ),
        ("keys", &[("button", "Change phx_ada")], "Change phx_ada"),
        ("keys", &[("button", "Roll phx_ada")], "Roll phx_ada?"),
        ("keys", &[("button", "Revoke phx_ada")], "Revoke phx_ada?"),
        ("properties", &[("button", "Keyboard help")], "Keyboard"),
        ("project", &[("button", "Rename")], "Rename Main"),
        ("activity", &[("button", "Go to")], "Go to"),
    ];
    visit(&server, &browser, "dialog", &places);
}

#[test]
fn the_lab_and_its_dialogs() {
    let server = full(true);
    for (path, body) in [
        ("/_lab/snapshots/before-the-sale", json!({})),
        (
            "/_lab/flags/beta?project=1",
            json!({"value": "blue", "overrides": {"ada": "red"}}),
        ),
        ("/_lab/faults/", json!({"path": "/flags/", "status": 503})),
    ] {
        assert_eq!(server.ask("POST", path).json(body).send().status, 201);
    }
    let browser = enter(&server);
    let places: [Place; 18] = [
        ("lab", &[], "Reset"),
        ("lab?part=clock", &[], "Clock"),
        ("lab?part=events", &[], "Events as they come in"),
        ("lab?part=expect", &[], "Expect events"),
        ("lab?part=requests&path=/capture/", &[], "Requests"),
        ("lab?part=faults", &[], "Failures on demand"),
        ("lab?part=flags", &[], "Feature flags"),
        ("lab", &[("button", "Reset all data")], "Reset all data?"),
        (
            "lab",
            &[("button", "Restore before-the-sale")],
            "Restore before-the-sale?",
        ),
        (
            "lab",
            &[("button", "Delete snapshot before-the-sale")],
            "Delete the snapshot before-the-sale?",
        ),
        ("lab", &[("button", "New project")], "New project"),
        (
            "lab?part=requests&path=/capture/",
            &[("link", "POST /capture/")],
            "POST /capture/",
        ),
        (
            "lab?part=requests&path=/capture/",
            &[("button", "Clear the journal")],
            "Clear the journal?",
        ),
        (
            "lab?part=faults",
            &[("button", "Delete all rules")],
            "Delete all rules?",
        ),
        ("lab?part=flags", &[("button", "New flag")], "New flag"),
        (
            "lab?part=flags",
            &[("button", "Change beta")],
            "Change beta",
        ),
        (
            "lab?part=flags",
            &[("button", "Set beta for one person")],
            "A value of beta for one person",
        ),
        (
            "lab?part=flags",
            &[("button", "Delete the flag beta")],
            "Delete the flag beta?",
        ),
    ];
    visit(&server, &browser, "lab", &places);
}

#[test]
fn pages_without_a_session() {
    let server = demo();
    let share = |path: &str, change: Value| {
        let ask = server.ask("PATCH", &format!("/api/projects/1/{path}"));
        ask.key("phx_demo").json(change).send().ok(200)
    };
    let ended = share(
        "sharing_configurations/notebook/naming01/",
        json!({"expires_at": "2020-01-01T00:00:00Z"}),
    );
    assert_eq!(ended["expired"], true);
    let browser = Browser::start();
    for (name, path, text) in [
        ("sign-in", "/admin/", "Sign in"),
        (
            "link-used",
            "/admin/login?token=none",
            "This link was already used",
        ),
        ("home", "/", "Is it up?"),
        ("not-found", "/foo", "Page not found"),
        ("docs-not-found", "/docs/foo", "Page not found"),
        ("share-not-found", "/shared/none", "Page not found"),
        ("embedded-not-found", "/embedded/none", "Page not found"),
        ("share-ended", "/shared/demo-naming", "Page not found"),
        ("unlock", "/shared/demo-baskets", "Access share"),
        ("unlock-embedded", "/embedded/demo-baskets", "Access share"),
        (
            "insight",
            "/shared/demo-checkout-funnel",
            "From signup to first order",
        ),
        ("dashboard", "/shared/demo-overview", "Bestsellers"),
        (
            "dashboard-embedded",
            "/embedded/demo-overview",
            "Bestsellers",
        ),
        ("guide", "/docs/", "First requests"),
        ("security", "/docs/security/", "Which key opens what"),
        ("seed", "/docs/seed/", "personal_api_keys"),
    ] {
        browser.open(&format!("{}{path}", server.url));
        browser.read(text);
        drawn(&browser);
        browser.assert_presentable(&format!("every-page-{name}"));
        browser.assert_walkable(name);
    }
}
