//! The data of a page, in the order of its keys, and what it keeps to itself (`sharing.md` 6.5).

use serde_json::{Value, json};

use super::{DASHBOARD, INSIGHT, NOTEBOOK, RECORDING, look, share, share_with};
use crate::harness::Server;

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().unwrap();
    object.keys().map(String::as_str).collect()
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
    assert!(page.text.contains("<title>Signups • hoglet</title>"));
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
