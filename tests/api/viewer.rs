//! Public pages: tokens, forms, headers, deleted things, payloads (`sharing.md` 6.1 to 6.3 and 6.5).
use serde_json::{Value, json};

use crate::harness::{Answer, Server};

/// The sharing path of each kind of parent in project 1.
pub const INSIGHT: &str = "/api/projects/1/insights/1/sharing";
pub const DASHBOARD: &str = "/api/projects/1/dashboards/1/sharing";
pub const NOTEBOOK: &str = "/api/projects/1/notebooks/NoteMain1/sharing";
pub const RECORDING: &str = "/api/projects/1/session_recordings/rec-main/sharing";

/// Shares what is behind `path`; returns the token.
pub fn share(server: &Server, path: &str) -> String {
    share_with(server, path, json!({"enabled": true}))
}

/// The same with more said about it.
pub fn share_with(server: &Server, path: &str, body: Value) -> String {
    let shared = server.patch(path, body).ok(200);
    shared["access_token"].as_str().unwrap().to_owned()
}

/// GET as a stranger.
pub fn look(server: &Server, path: &str) -> Answer {
    server.ask("GET", path).send()
}

/// The data that a page embeds.
pub fn embedded(answer: &Answer) -> Value {
    let start = "<script id=\"posthog-exported-data\" type=\"application/json\">";
    let (_, rest) = answer.text.split_once(start).expect(&answer.text);
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().unwrap();
    object.keys().map(String::as_str).collect()
}

#[track_caller]
fn is_missing(answer: &Answer) {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (404, "text/html; charset=utf-8")
    );
    assert!(answer.text.contains("<h1>Page not found</h1>"));
    assert_eq!(answer.header("x-frame-options"), "");
}

#[test]
fn a_token_opens_its_page_in_every_form() {
    let server = Server::start();
    let token = share(&server, INSIGHT);
    for (path, kind) in [
        (format!("/shared/{token}"), "scene"),
        (format!("/shared/{token}/"), "scene"),
        (format!("/shared/{token}.html"), "scene"),
        (format!("/shared/{token}.json.x"), "scene"),
        (format!("/shared_dashboard/{token}"), "scene"),
        (format!("/embedded/{token}"), "embed"),
        (format!("/shared/{token}?embedded"), "embed"),
    ] {
        let answer = look(&server, &path);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        let data = embedded(&answer);
        assert_eq!(
            (&data["type"], &data["rootClassName"]),
            (&json!(kind), &json!(format!("export-type-{kind}"))),
            "{path}"
        );
        let posted = server.ask("POST", &path).send();
        assert_eq!(embedded(&posted)["insight"]["id"], 1);
    }
    let accepting = server
        .ask("GET", &format!("/shared/{token}"))
        .header("accept", "application/json")
        .send();
    assert_eq!(
        accepting.header("content-type"),
        "text/html; charset=utf-8",
        "no session"
    );
    let posted = server.ask("POST", &format!("/shared/{token}.json")).send();
    assert_eq!(posted.ok(200)["type"], "scene");
    for path in ["/shared/{}.png", "/shared/{}.json.png"] {
        look(&server, &path.replace("{}", &token)).not_found("Not found.");
    }
}

#[test]
fn methods_and_headers_are_those_of_the_viewer() {
    let server = Server::start();
    let token = share(&server, DASHBOARD);
    let path = format!("/shared/{token}");
    let head = server.ask("HEAD", &path).send();
    let page = look(&server, &path);
    assert_eq!((head.status, &*head.text), (200, ""));
    assert_eq!(head.header("content-type"), page.header("content-type"));
    let refused = server.ask("PUT", &path).send();
    refused.error(
        405,
        "invalid_request",
        "method_not_allowed",
        "Method \"PUT\" not allowed.",
        None,
    );
    assert_eq!(refused.header("allow"), "GET, POST, HEAD, OPTIONS");
    assert_eq!(refused.header("x-frame-options"), "SAMEORIGIN");
    assert_eq!(server.ask("OPTIONS", &path).send().status, 200);

    let data = look(&server, &format!("{path}.json"));
    assert_eq!(data.header("content-type"), "application/json");
    assert_eq!(data.header("content-security-policy"), "default-src 'none'");
    for answer in [&page, &data] {
        assert_eq!(answer.header("x-frame-options"), "");
        assert_eq!(answer.header("vary"), "Cookie");
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
    assert!(policy.ends_with("frame-ancestors *"));
}

#[test]
fn a_token_that_opens_nothing_meets_the_same_page_whatever_the_cause() {
    let server = Server::start();
    let unsaved = server.get(NOTEBOOK).ok(200)["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let disabled = share(&server, INSIGHT);
    server.patch(INSIGHT, json!({"enabled": false})).ok(200);
    let pages = ["never-made", &unsaved, &disabled].map(|token| {
        for form in ["", ".json", ".png"] {
            is_missing(&look(&server, &format!("/shared/{token}{form}")));
        }
        let posted = server.ask("POST", &format!("/embedded/{token}")).send();
        is_missing(&posted);
        posted.text
    });
    assert!(pages.iter().all(|page| *page == pages[0]));
}

#[test]
fn a_rotation_leaves_both_tokens_working_until_the_share_is_disabled() {
    let server = Server::start();
    let old = share(&server, INSIGHT);
    let new = server
        .post(&format!("{INSIGHT}/refresh"), json!({}))
        .ok(200)["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    for token in [&old, &new] {
        assert_eq!(look(&server, &format!("/shared/{token}")).status, 200);
    }
    server.patch(INSIGHT, json!({"enabled": false})).ok(200);
    server.patch(INSIGHT, json!({"enabled": true})).ok(200);
    is_missing(&look(&server, &format!("/shared/{old}")));
    assert_eq!(look(&server, &format!("/shared/{new}")).status, 200);
}

#[test]
fn an_organization_that_forbids_sharing_shows_nothing() {
    let seed = |features: Value| {
        json!({
            "users": [{"ref": "u", "email": "u@example.com"}],
            "organizations": [{"ref": "o", "name": "O", "features": features,
                "allow_publicly_shared_resources": false, "members": [["u", "owner"]]}],
            "projects": [{"ref": "p", "org": "o", "name": "P", "id": 1}],
            "insights": [{"ref": "i", "project": "p", "name": "I"}],
            "sharing_configurations": [{"ref": "s", "project": "p", "insight": "i", "access_token": "token-of-s"}],
        })
    };
    let closed = Server::seeded(&seed(json!("all")), &[]);
    is_missing(&look(&closed, "/shared/token-of-s"));
    let switch_does_not_count = Server::seeded(&seed(json!([])), &[]);
    assert_eq!(
        look(&switch_does_not_count, "/shared/token-of-s").status,
        200
    );
}

#[test]
fn what_was_deleted_is_gone_until_it_is_restored() {
    let server = Server::start();
    for (path, thing) in [
        (INSIGHT, "/api/projects/1/insights/1"),
        (DASHBOARD, "/api/projects/1/dashboards/1"),
        (NOTEBOOK, "/api/projects/1/notebooks/NoteMain1"),
    ] {
        let token = share(&server, path);
        server.patch(thing, json!({"deleted": true})).ok(200);
        for form in ["", ".json", ".png"] {
            look(&server, &format!("/shared/{token}{form}")).not_found("No resource found");
        }
        let browser = server
            .ask("GET", &format!("/shared/{token}"))
            .header("accept", "text/html,*/*;q=0.8")
            .send();
        is_missing(&browser);
        server.patch(thing, json!({"deleted": false})).ok(200);
        assert_eq!(look(&server, &format!("/shared/{token}.json")).status, 200);
    }
}

#[test]
fn data_has_its_keys_in_order() {
    let server = Server::start();
    let settings = json!({"whitelabel": true, "noHeader": true, "legend": true, "detailed": true,
                          "hideExtraDetails": false, "showInspector": true, "theme": "dark"});
    let on = [
        "whitelabel",
        "noHeader",
        "showInspector",
        "legend",
        "detailed",
        "theme",
    ];
    let cases: [(&str, &[&str]); 4] = [
        (INSIGHT, &["insight", "themes", "cohorts"]),
        (DASHBOARD, &["dashboard", "themes", "cohorts"]),
        (
            NOTEBOOK,
            &[
                "notebook",
                "themes",
                "insights",
                "inline_query_results",
                "cohorts",
            ],
        ),
        (RECORDING, &["recording"]),
    ];
    for (path, resource) in cases {
        let token = share(&server, path);
        let data = look(&server, &format!("/shared/{token}.json")).ok(200);
        assert_eq!(keys(&data), [&["type", "accessToken"], resource].concat());
        assert_eq!(data["accessToken"], json!(token));
        server.patch(path, json!({"settings": settings})).ok(200);
        let data = look(&server, &format!("/shared/{token}.json")).ok(200);
        assert_eq!(
            keys(&data),
            [&["type", "accessToken"], resource, &on].concat()
        );
        assert_eq!(
            (&data["legend"], &data["theme"]),
            (&json!(true), &json!("dark"))
        );
        let page = look(&server, &format!("/shared/{token}"));
        assert!(page.text.contains("data-theme=\"dark\""));
        let data = look(&server, &format!("/shared/{token}.json?whitelabel")).ok(200);
        assert_eq!(keys(&data)[..3], ["type", "whitelabel", "accessToken"]);
        assert_eq!(
            keys(&data)
                .iter()
                .filter(|key| **key == "whitelabel")
                .count(),
            1
        );
    }
}

#[test]
fn a_page_without_our_name_needs_the_feature() {
    let server = Server::with(&["--without-feature", "white_labelling"]);
    let body = json!({"enabled": true, "settings": {"whitelabel": true}});
    let token = share_with(&server, INSIGHT, body);
    let data = look(&server, &format!("/shared/{token}.json?whitelabel=1")).ok(200);
    assert_eq!(data["whitelabel"], Value::Null);
    let page = look(&server, &format!("/shared/{token}"));
    assert!(page.text.contains("<title>Signups • PostHog</title>"));
}

#[test]
fn strangers_see_no_address_and_no_details_that_are_to_be_hidden() {
    let server = Server::start();
    server
        .patch("/api/projects/1/insights/1", json!({"dashboards": [1]}))
        .ok(200);
    let token = share(&server, INSIGHT);
    let data = look(&server, &format!("/shared/{token}.json"));
    assert!(!data.text.contains("ada@example.com"));
    let insight = &data.body["insight"];
    assert_eq!(insight["created_by"]["first_name"], "Ada");
    assert_eq!(insight["created_by"]["email"], "");
    assert_eq!(
        (
            &insight["user_access_level"],
            &insight["effective_restriction_level"],
            &insight["effective_privilege_level"]
        ),
        (&Value::Null, &json!(37), &json!(21))
    );
    let hidden = json!({"enabled": true, "settings": {"hideExtraDetails": true}});
    share_with(&server, INSIGHT, hidden.clone());
    let board = share_with(&server, DASHBOARD, hidden);
    let data = look(&server, &format!("/shared/{token}.json")).ok(200);
    let tile = look(&server, &format!("/shared/{board}.json")).ok(200);
    assert_eq!(tile["dashboard"]["user_access_level"], Value::Null);
    assert_eq!(tile["dashboard"]["effective_restriction_level"], 37);
    for insight in [&data["insight"], &tile["dashboard"]["tiles"][0]["insight"]] {
        for key in [
            "created_by",
            "last_modified_by",
            "created_at",
            "last_modified_at",
        ] {
            assert!(insight.get(key).is_none(), "{key}");
        }
        assert_eq!(insight["short_id"], "InsMain1");
    }
}

#[test]
fn a_recording_that_was_never_recorded_is_shown_by_its_id() {
    let server = Server::start();
    let token = share(
        &server,
        "/api/projects/1/session_recordings/never-seen/sharing",
    );
    let data = look(&server, &format!("/shared/{token}.json")).ok(200);
    let recording = &data["recording"];
    assert_eq!(
        keys(recording).join(", "),
        "id, distinct_id, viewed, viewers, recording_duration, active_seconds, inactive_seconds, start_time, end_time, \
         click_count, keypress_count, mouse_activity_count, console_log_count, console_warn_count, console_error_count, \
         start_url, person, retention_period_days, expiry_time, recording_ttl, snapshot_source, snapshot_library, ongoing, \
         activity_score, has_summary, summary_outcome, external_references, matches_filters"
    );
    assert_eq!(recording["id"], "never-seen");
    let said = [
        ("viewed", json!(false)),
        ("snapshot_source", json!("web")),
        ("has_summary", json!(false)),
        ("external_references", json!([])),
        ("matches_filters", json!(true)),
    ];
    for (key, value) in recording.as_object().unwrap() {
        let expected = said
            .iter()
            .find(|(name, _)| name == key)
            .map_or(&Value::Null, |(_, value)| value);
        if key != "id" && key != "person" {
            assert_eq!(value, expected, "{key}");
        }
    }
    assert_eq!(recording["person"]["distinct_ids"], json!([""]));
}

#[test]
fn looks_are_counted() {
    let server = Server::start();
    let (insight, board) = (share(&server, INSIGHT), share(&server, DASHBOARD));
    let viewed =
        || server.get("/api/projects/1/insights").ok(200)["results"][0]["last_viewed_at"].clone();
    let accessed = || {
        server.get("/api/projects/1/dashboards").ok(200)["results"][0]["last_accessed_at"].clone()
    };
    server.ask("HEAD", &format!("/shared/{insight}")).send();
    assert_eq!((viewed(), accessed()), (Value::Null, Value::Null));
    look(&server, &format!("/shared/{insight}")).ok(200);
    look(&server, &format!("/shared/{board}.json")).ok(200);
    assert_ne!(viewed(), Value::Null);
    assert_ne!(accessed(), Value::Null);
}

#[test]
fn heads_tell_other_sites_of_insights_and_dashboards_only() {
    let server = Server::start();
    let named = json!({"name": "A <b>\"&'", "description": "x < y"});
    server.patch("/api/projects/1/insights/1", named).ok(200);
    let token = share(&server, INSIGHT);
    let page = look(&server, &format!("/shared/{token}?a=1&b=2"));
    let url = format!("{}/shared/{token}", server.url);
    for tag in [
        "<meta name=\"robots\" content=\"noindex\">".to_owned(),
        "<title>A &lt;b&gt;&quot;&amp;&#x27; • PostHog</title>".into(),
        "<meta property=\"og:title\" content=\"A &lt;b&gt;&quot;&amp;&#x27;\">".into(),
        "<meta property=\"og:type\" content=\"website\">".into(),
        "<meta property=\"og:description\" content=\"x &lt; y\">".into(),
        format!("<meta property=\"og:url\" content=\"{url}?a=1&amp;b=2\">"),
        format!("<meta property=\"og:image\" content=\"{url}.png?a=1&amp;b=2\">"),
        "<meta property=\"og:image:alt\" content=\"A &lt;b&gt;&quot;&amp;&#x27;\">".into(),
        "<meta name=\"twitter:card\" content=\"summary_large_image\">".into(),
    ] {
        assert!(page.text.contains(&tag), "{tag} in {}", page.text);
    }
    assert!(!page.text.contains("<b>"));
    for path in [NOTEBOOK, RECORDING] {
        let token = share(&server, path);
        let page = look(&server, &format!("/shared/{token}"));
        assert!(
            page.text.contains("noindex") && !page.text.contains("og:"),
            "{}",
            page.text
        );
    }
}

#[test]
fn nothing_in_the_data_can_end_the_element_that_holds_it() {
    let server = Server::start();
    let evil = "</script><script>alert(1)</script>{data}{team}<!--";
    server
        .patch("/api/projects/1/insights/1", json!({"name": evil}))
        .ok(200);
    let token = share(&server, INSIGHT);
    let page = look(&server, &format!("/shared/{token}"));
    assert_eq!(page.text.matches("<script").count(), 2);
    assert_eq!(embedded(&page)["insight"]["name"], evil);
}

#[test]
fn the_files_of_pages_come_with_the_binary() {
    let server = Server::start();
    for (file, kind) in [
        ("viewer.js", "text/javascript; charset=utf-8"),
        ("viewer.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ] {
        let path = format!("/static/viewer/{file}");
        let answer = look(&server, &path);
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
        let again = server
            .ask("GET", &path)
            .header("if-none-match", answer.header("etag"))
            .send();
        assert_eq!((again.status, &*again.text), (304, ""));
    }
    for file in [
        "page.html",
        "nothing.js",
        "..%2f..%2fdemo.json",
        "%2e%2e/demo.json",
    ] {
        assert_eq!(look(&server, &format!("/static/viewer/{file}")).status, 404);
    }
}
