//! What SDKs ask for besides sending events: the least that keeps them quiet, and the one thing that project secret keys
//! open.
use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::harness::Server;

fn text_of_config(token: &str) -> Value {
    json!({
        "token": token, "supportedCompression": ["gzip", "gzip-js"], "hasFeatureFlags": false, "captureDeadClicks": false,
        "capturePerformance": false, "autocapture_opt_out": false, "autocaptureExceptions": false,
        "analytics": {"endpoint": "/i/v0/e/"}, "elementsChainAsString": true,
        "errorTracking": {"autocaptureExceptions": false, "suppressionRules": []}, "sessionRecording": false,
        "heatmaps": false, "surveys": false, "defaultIdentifiedOnly": true, "siteApps": [],
    })
}

#[test]
fn there_are_no_flags() {
    let server = Server::start();
    for (path, kind, body) in [
        (
            "/flags/?v=2",
            "application/json",
            r#"{"token": "phc_main", "distinct_id": "d"}"#,
        ),
        (
            "/flags?v=4",
            "application/json",
            r#"{"api_key": "phc_main", "distinct_id": "d"}"#,
        ),
        (
            "/flags/?v=2&compression=base64",
            "application/x-www-form-urlencoded",
            "data=e30%3D",
        ),
        ("/flags/?v=2", "text/plain", "nonsense"),
        ("/flags/", "", ""),
    ] {
        let mut flags = server.ask("POST", path).body(kind, body).send().ok(200);
        let id = flags["requestId"].take();
        assert_eq!(id.as_str().unwrap().len(), 36, "{path}");
        let expected = json!({"flags": {}, "errorsWhileComputingFlags": false, "requestId": null});
        assert_eq!(flags, expected, "{path}");
    }
    let body = r#"{"token": "phc_main", "distinct_id": "d"}"#;
    let both = server
        .ask("POST", "/flags/?v=2&config=true")
        .body("text/plain", body)
        .send()
        .ok(200);
    assert_eq!(
        (&both["flags"], &both["token"]),
        (&json!({}), &json!("phc_main"))
    );
    assert_eq!(both["analytics"], json!({"endpoint": "/i/v0/e/"}));
    assert_eq!(
        server
            .ask("POST", "/decide/?v=3&ip=1")
            .form("data=e30%3D")
            .send()
            .ok(200),
        json!({
            "config": {"enable_collect_everything": true}, "toolbarParams": {}, "isAuthenticated": false,
            "supportedCompression": ["gzip", "gzip-js"], "featureFlags": {}, "featureFlagPayloads": {},
            "errorsWhileComputingFlags": false, "sessionRecording": false, "siteApps": [],
        })
    );
}

#[test]
fn browsers_are_told_how_to_work() {
    let server = Server::start();
    let config = server.ask("GET", "/array/phc_main/config").send();
    assert_eq!(config.text, text_of_config("phc_main").to_string());
    let script = server
        .ask("GET", "/array/phc_main/config.js?v=1.449.2")
        .send();
    assert_eq!(
        (script.status, script.header("content-type")),
        (200, "application/javascript")
    );
    let start = "(function() {\n  window._POSTHOG_REMOTE_CONFIG = window._POSTHOG_REMOTE_CONFIG || {};\n  \
                 window._POSTHOG_REMOTE_CONFIG['phc_main'] = { config: ";
    assert_eq!(
        script.text,
        format!(
            "{start}{}, siteApps: [] }}\n}})();\n",
            text_of_config("phc_main")
        )
    );
    for path in [
        "/array/x'];alert(1);['/config.js",
        "/array/%27%2balert(1)%2b%27/config.js",
    ] {
        let answer = server.raw(
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
                .as_bytes(),
        );
        assert!(
            answer.starts_with("HTTP/1.1 404 ") && !answer.contains("alert"),
            "{answer}"
        );
    }
}

#[test]
fn browsers_record_sessions_if_the_project_does() {
    let seed = json!({
        "users": [{"ref": "u", "email": "u@example.com"}], "organizations": [{"ref": "a", "name": "A", "members": [["u", "owner"]]}],
        "projects": [
            {"org": "a", "name": "On", "api_token": "phc_on", "id": 1, "session_recording_opt_in": true},
            {"org": "a", "name": "Off", "api_token": "phc_off", "id": 2},
        ],
        "personal_api_keys": [{"user": "u", "label": "k", "scopes": ["*"], "value": "phx_u"}],
    });
    let server = Server::seeded(&seed, &[]);
    let recording = json!({
        "endpoint": "/s/", "consoleLogRecordingEnabled": true, "recorderVersion": "v2", "sampleRate": null,
        "minimumDurationMilliseconds": null, "linkedFlag": null, "networkPayloadCapture": null, "masking": null,
        "urlTriggers": [], "urlBlocklist": [], "eventTriggers": [], "triggerMatchType": null, "scriptConfig": null,
    });
    let all = |token: &str| {
        let body = json!({"token": token, "distinct_id": "d"});
        let post = |path: &str| server.ask("POST", path).json(body.clone()).send().ok(200);
        let config = format!("/array/{token}/config");
        let shown = [
            server.ask("GET", &config).send().ok(200),
            post("/flags/?v=2&config=true"),
            post("/decide/?v=3"),
        ];
        let script = server.ask("GET", &format!("{config}.js")).send().text;
        assert!(
            script.contains(&format!(
                "\"sessionRecording\":{},",
                shown[0]["sessionRecording"]
            )),
            "{script}"
        );
        shown.map(|config| config["sessionRecording"].clone())
    };
    assert_eq!(all("phc_on"), [&recording; 3].map(Value::clone));
    assert_eq!(all("phc_off"), [(); 3].map(|()| json!(false)));
    let patch = |id: i64, body: Value| {
        let path = format!("/api/projects/{id}/");
        server
            .ask("PATCH", &path)
            .key("phx_u")
            .json(body)
            .send()
            .ok(200)
    };
    patch(1, json!({"session_recording_opt_in": false}));
    let more = json!({
        "session_recording_opt_in": true, "autocapture_opt_out": true, "autocapture_exceptions_opt_in": true,
        "heatmaps_opt_in": true,
    });
    patch(2, more);
    assert_eq!(all("phc_on"), [(); 3].map(|()| json!(false)));
    assert_eq!(all("phc_off"), [&recording; 3].map(Value::clone));
    let config = server.ask("GET", "/array/phc_off/config").send().ok(200);
    assert_eq!(
        [
            &config["autocapture_opt_out"],
            &config["autocaptureExceptions"],
            &config["errorTracking"]["autocaptureExceptions"],
            &config["heatmaps"],
        ],
        [&json!(true); 4]
    );
    assert_eq!(all("phc_unknown"), [(); 3].map(|()| json!(false)));
}

#[test]
fn what_is_not_here_is_said_so() {
    let server = Server::start();
    for (path, expected) in [
        ("/api/surveys/?token=phc_main", json!({"surveys": []})),
        (
            "/api/early_access_features/?token=phc_main",
            json!({"earlyAccessFeatures": []}),
        ),
        (
            "/api/web_experiments/?token=phc_main",
            json!({"experiments": []}),
        ),
        ("/api/product_tours/?token=phc_main", json!({})),
    ] {
        let answer = server
            .ask("GET", path)
            .header("origin", "https://shop.example")
            .send();
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "https://shop.example"
        );
        assert_eq!(answer.ok(200), expected, "{path}");
    }
}

const DEFINITIONS: [&str; 2] = ["/flags/definitions", "/api/feature_flag/local_evaluation/"];

/// Whether a use of the key labelled Backend of `project` is written down.
fn is_used(server: &Server, key: &str, project: u32) -> bool {
    let path = format!("/api/projects/{project}/project_secret_api_keys/");
    let list = server.ask("GET", &path).key(key).send().ok(200);
    !list["results"][0]["last_used_at"].is_null()
}

#[test]
fn a_project_secret_key_opens_the_definitions_of_flags() {
    for path in DEFINITIONS {
        let server = Server::start();
        assert!(!is_used(&server, "phx_ada", 1));
        let ask = |query: &str, key| server.ask("GET", &format!("{path}{query}")).key(key).send();
        let expected = json!({"flags": [], "group_type_mapping": {}, "cohorts": {}});
        for query in ["", "?token=phc_main", "?token=phc_main&send_cohorts"] {
            assert_eq!(ask(query, "phs_main").ok(200), expected, "{path}{query}");
        }
        // A use is noted beside the request, which waits only shortly for it on a busy machine.
        let began = Instant::now();
        while !is_used(&server, "phx_ada", 1) {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "{path}: no use is noted"
            );
            thread::sleep(Duration::from_millis(50));
        }
        for (query, key) in [
            ("?token=phc_main", "phx_ada"),
            ("", "phx_ada"),
            ("?token=phc_side", "phx_mel"),
        ] {
            assert_eq!(ask(query, key).ok(200), expected, "{path}{query}");
        }
        // What opens nothing is not used.
        assert_eq!(ask("", "phs_foreign").status, 403);
        assert!(!is_used(&server, "phx_bob", 4));
    }
}

#[test]
fn a_key_that_does_not_open_the_definitions_is_told_why() {
    let server = Server::start();
    let scope = "API key missing required scope 'feature_flag:read'";
    for path in DEFINITIONS {
        let ask = |query: &str, key| server.ask("GET", &format!("{path}{query}")).key(key).send();
        ask("?token=phc_foreign", "phs_foreign").denied(scope);
        ask("?token=phc_main", "phx_none").denied(scope);
        ask("?token=phc_main", "phx_read").denied(scope);
        ask("?token=phc_foreign", "phx_ada").denied("You don't have access to the project.");
        let limited = "API key does not have access to the requested project: ID 2.";
        ask("?token=phc_side", "phx_onlymain").denied(limited);
        let unknown = ask("?token=phc_nobody", "phx_ada");
        unknown.error(
            401,
            "authentication_error",
            "authentication_failed",
            "Incorrect authentication credentials.",
            None,
        );
        ask("?token=", "phx_ada").ok(200);
        let nobody = server.ask("GET", path).send();
        let missing = "Authentication credentials were not provided.";
        nobody.error(
            401,
            "authentication_error",
            "not_authenticated",
            missing,
            None,
        );
    }
    let fails = |path: &str, key, detail| {
        let answer = server.ask("GET", path).key(key).send();
        answer.error(
            401,
            "authentication_error",
            "authentication_failed",
            detail,
            None,
        );
    };
    let api = "Personal API key found in request Authorization header is invalid.";
    let service = "Secret API token is invalid.";
    fails("/flags/definitions", "phs_unknown", service);
    fails("/flags/definitions?token=phc_side", "phs_main", service);
    fails("/flags/definitions?token=phc_nobody", "phs_main", service);
    fails("/flags/definitions", "phx_unknown", api);
    fails("/api/feature_flag/local_evaluation", "phs_unknown", api);
    // The API checks the key alone, then the project.
    let incorrect = "Incorrect authentication credentials.";
    for key in ["phs_main", "phx_ada"] {
        for path in [
            "/api/feature_flag/local_evaluation",
            "/api/projects/@current/feature_flags/any/remote_config",
            "/api/projects/1/feature_flags/any/remote_config",
        ] {
            fails(&format!("{path}?token=phc_nobody"), key, incorrect);
            fails(&format!("{path}?token=phc_nobody"), "phs_unknown", api);
        }
    }
    let other = "API key does not have access to the requested project: ID 2.";
    server
        .ask("GET", "/api/feature_flag/local_evaluation?token=phc_side")
        .key("phs_main")
        .send()
        .denied(other);
}

#[test]
fn a_rolled_or_revoked_key_opens_nothing() {
    let server = Server::start();
    let keys = "/api/projects/1/project_secret_api_keys/";
    let made = server
        .post(keys, json!({"label": "k", "scopes": ["feature_flag:read"]}))
        .ok(201);
    let (id, first) = (
        made["id"].as_str().unwrap(),
        made["value"].as_str().unwrap(),
    );
    let opens = |key: &str| {
        server
            .ask("GET", "/flags/definitions")
            .key(key)
            .send()
            .status
    };
    assert_eq!(opens(first), 200);
    let rolled = server.post(&format!("{keys}{id}/roll/"), json!({})).ok(200);
    let second = rolled["value"].as_str().unwrap();
    assert_eq!((opens(first), opens(second)), (401, 200));
    server
        .patch(
            &format!("{keys}{id}/"),
            json!({"scopes": ["endpoint:read"]}),
        )
        .ok(200);
    assert_eq!(opens(second), 403);
    assert_eq!(server.delete(&format!("{keys}{id}/")).status, 204);
    assert_eq!(opens(second), 401);
}

#[test]
fn other_methods_at_the_definitions_are_closed_to_project_secret_keys() {
    let server = Server::start();
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let ask = |path: &str, key: &str| server.ask(method, path).key(key).send();
        let api = ask("/api/feature_flag/local_evaluation/", "phs_main");
        api.denied("This action does not support project secret API key access");
        let unknown = ask("/api/feature_flag/local_evaluation/", "phs_unknown");
        assert_eq!(unknown.status, 401, "{method}");
        let expected = if method == "OPTIONS" { 200 } else { 405 };
        let flags = ask("/flags/definitions", "phs_main");
        let allow = if expected == 405 {
            "GET, HEAD, OPTIONS"
        } else {
            ""
        };
        assert_eq!(
            (flags.status, flags.header("allow")),
            (expected, allow),
            "{method}"
        );
        let unknown = ask("/flags/definitions", "phs_unknown");
        assert_eq!(
            unknown.body["detail"], "Secret API token is invalid.",
            "{method}"
        );
    }
}
