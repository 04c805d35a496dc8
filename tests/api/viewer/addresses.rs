//! Tokens and addresses: what opens a page, in which form, and what opens none (`sharing.md` 6.1 to 6.3).

use serde_json::{Value, json};

use super::{DASHBOARD, INSIGHT, NOTEBOOK, embedded, is_missing, look, share};
use crate::harness::Server;

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
        assert_eq!(answer.header("cache-control"), "no-store");
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
fn a_rotation_leaves_both_tokens_working_until_the_share_is_disabled_or_protected() {
    let server = Server::start();
    for (path, change) in [
        (INSIGHT, json!({"enabled": false})),
        (NOTEBOOK, json!({"password_required": true})),
    ] {
        let old = share(&server, path);
        let refreshed = server.post(&format!("{path}/refresh"), json!({})).ok(200);
        let new = refreshed["access_token"].as_str().unwrap();
        for token in [&*old, new] {
            let page = look(&server, &format!("/shared/{token}"));
            assert_eq!(embedded(&page)["type"], "scene");
        }
        server.patch(path, change).ok(200);
        let open = json!({"enabled": true, "password_required": false});
        server.patch(path, open).ok(200);
        is_missing(&look(&server, &format!("/shared/{old}")));
        assert_eq!(look(&server, &format!("/shared/{new}")).status, 200);
    }
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
