//! Credentials: where a key may be sent, and what counts as one (`keys-and-auth.md` 4.1, 4.2, 5.2, 5.3).

use serde_json::json;

use crate::{
    harness::{Answer, Server},
    project_secret_api_keys::{KEYS, create, path},
};

const IN_HEADER: &str = "Personal API key found in request Authorization header is invalid.";
const IN_BODY: &str = "Personal API key found in request body is invalid.";
const IN_QUERY: &str = "Personal API key found in request query string is invalid.";

/// A path that any key can request, whatever its scopes.
const CURRENT: &str = "/api/personal_api_keys/@current/";

/// Checks a 401 byte for byte, and that its challenge links to the resource metadata.
#[track_caller]
fn refused(server: &Server, answer: &Answer, code: &str, detail: &str) {
    answer.error(401, "authentication_error", code, detail, None);
    let document = format!("{}/.well-known/oauth-protected-resource", server.url);
    let challenge = format!("Bearer resource_metadata=\"{document}\"");
    assert_eq!(answer.header("www-authenticate"), challenge);
}

#[track_caller]
fn nobody(server: &Server, answer: &Answer) {
    let detail = "Authentication credentials were not provided.";
    refused(server, answer, "not_authenticated", detail);
}

#[track_caller]
fn wrong(server: &Server, answer: &Answer, detail: &str) {
    refused(server, answer, "authentication_failed", detail);
}

#[test]
fn a_header_counts_when_it_is_a_bearer_of_two_characters_or_more() {
    let server = Server::start();
    let asked = |header: &str, path: &str| {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\r\n"
        );
        server.raw(head.as_bytes())
    };
    let with_query = format!("{CURRENT}?personal_api_key=phx_mel");
    for header in [
        "Bearer phx_ada",
        "Bearer   phx_ada  ",
        "Bearer\tphx_ada",
        "Bearer \t phx_ada",
    ] {
        let answer = asked(&format!("Authorization: {header}"), &with_query);
        assert!(
            answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"label\":\"phx_ada\""),
            "{header}: {answer}"
        );
    }
    for header in [
        "Bearer xy",
        "Bearer garbage",
        "Bearer phx_ad",
        "Bearer phx_ada x",
        "Bearer Bearer phx_ada",
        "Bearer phx_\u{e9}",
        "Bearer\t\u{1f511}",
    ] {
        let answer = asked(&format!("Authorization: {header}"), &with_query);
        assert!(
            answer.starts_with("HTTP/1.1 401 ") && answer.contains(IN_HEADER),
            "{header}: {answer}"
        );
    }
    // Anything else is not a credential: the search continues, here with the query string.
    for header in [
        "X-Nothing: 1",
        "Authorization:",
        "Authorization: Bearer",
        "Authorization: Bearer x",
        "Authorization: bearer phx_ada",
        "Authorization: BEARER phx_ada",
        "Authorization: Bearerphx_ada",
        "Authorization: Token phx_ada",
        "Authorization: phx_ada",
        "Authorization: Basic cGh4X2FkYTo=",
    ] {
        let answer = asked(header, CURRENT);
        assert!(
            answer.starts_with("HTTP/1.1 401 ") && answer.contains("not_authenticated"),
            "{header}: {answer}"
        );
        let answer = asked(header, &with_query);
        assert!(
            answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"label\":\"phx_mel\""),
            "{header}: {answer}"
        );
    }
    nobody(&server, &server.ask("GET", CURRENT).send());
    wrong(
        &server,
        &server.ask("GET", CURRENT).key("phx_unknown").send(),
        IN_HEADER,
    );
    wrong(
        &server,
        &server.ask("GET", CURRENT).key("pha_unknown").send(),
        "Invalid access token.",
    );
}

#[test]
fn a_key_may_be_shown_in_the_body_or_the_query_string() {
    let server = Server::start();
    let (json_type, form_type) = ("application/json", "application/x-www-form-urlencoded");
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"personal_api_key\"\r\n\r\nphx_mel\r\n--b--\r\n";
    let bodies = [
        (json_type, r#"{"label": 1, "personal_api_key": "phx_mel"}"#),
        (
            form_type,
            "personal_api_key=phx_ada&personal_api_key=phx_mel",
        ),
        ("multipart/form-data; boundary=b", multipart),
    ];
    for (kind, body) in bodies {
        for method in ["GET", "DELETE"] {
            // `CURRENT` has no DELETE, which an authenticated caller learns from a 403.
            let answer = server.ask(method, CURRENT).body(kind, body).send();
            match method {
                "GET" => assert_eq!(answer.ok(200)["label"], "phx_mel", "{kind}"),
                _ => answer.denied("This action does not support personal API key access"),
            }
        }
    }
    let sent = json!({"label": "x", "scopes": ["endpoint:read"], "personal_api_key": "phx_ada"});
    let made = server.ask("POST", KEYS).json(sent).send().ok(201);
    assert_eq!(made["label"], "x", "the key is no field of what is made");
    let query = server.ask(
        "GET",
        &format!("{CURRENT}?personal_api_key=phx_ada&personal_api_key=phx_mel"),
    );
    assert_eq!(query.send().ok(200)["label"], "phx_mel");
    // If the body holds no key, the one in the query string is used.
    let path = format!("{KEYS}?personal_api_key=phx_ada");
    for body in ["{}", "[]", "5", "null", r#"{"label": "personal_api_key"}"#] {
        let answer = server.ask("POST", &path).body(json_type, body).send();
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
    }
}

#[test]
fn the_first_place_that_has_a_candidate_is_the_only_one_looked_at() {
    let server = Server::start();
    let path = format!("{CURRENT}?personal_api_key=phx_ada");
    let header = server
        .ask("GET", &path)
        .key("phx_wrong")
        .json(json!({"personal_api_key": "phx_ada"}));
    wrong(&server, &header.send(), IN_HEADER);
    for value in [
        json!("phx_wrong"),
        json!(""),
        json!(5),
        json!(1.5),
        json!(null),
        json!(true),
        json!(["phx_ada"]),
        json!({}),
    ] {
        let body = json!({"personal_api_key": value});
        wrong(
            &server,
            &server.ask("GET", &path).json(body.clone()).send(),
            IN_BODY,
        );
        wrong(
            &server,
            &server.ask("POST", KEYS).json(body).send(),
            IN_BODY,
        );
    }
    for body in [
        "personal_api_key=",
        "personal_api_key=phx_ada&personal_api_key=no",
    ] {
        wrong(
            &server,
            &server.ask("POST", &path).form(body).send(),
            IN_BODY,
        );
    }
    for query in [
        "?personal_api_key=",
        "?personal_api_key",
        "?personal_api_key=phx_ad",
        "?personal_api_key=%20phx_ada",
    ] {
        wrong(
            &server,
            &server.ask("GET", &format!("{CURRENT}{query}")).send(),
            IN_QUERY,
        );
    }
    for other in [
        "?api_key=phx_ada",
        "?token=phx_ada",
        "?Personal_api_key=phx_ada",
    ] {
        nobody(
            &server,
            &server.ask("GET", &format!("{CURRENT}{other}")).send(),
        );
    }
}

#[test]
fn other_kinds_of_key_and_those_of_the_departed_open_nothing() {
    let server = Server::start();
    let made = create(&server, "CI");
    let value = made["value"].as_str().unwrap();
    let mask = made["mask_value"].as_str().unwrap();
    // phx_gil is a key of a deactivated user.
    for key in [
        "phs_main",
        value,
        mask,
        "phc_main",
        "phs_unknown",
        "phx_gil",
    ] {
        for path in [
            KEYS,
            CURRENT,
            "/api/users/@me/",
            "/api/projects/",
            "/api/projects/1/notebooks/NoteMain1/sharing/",
        ] {
            wrong(&server, &server.ask("GET", path).key(key).send(), IN_HEADER);
        }
        let query = format!("{CURRENT}?personal_api_key={key}");
        wrong(&server, &server.ask("GET", &query).send(), IN_QUERY);
        let body = json!({"personal_api_key": key});
        wrong(
            &server,
            &server.ask("GET", CURRENT).json(body).send(),
            IN_BODY,
        );
        nobody(
            &server,
            &server
                .ask("GET", KEYS)
                .json(json!({"secret_api_key": key}))
                .send(),
        );
        nobody(
            &server,
            &server
                .ask("GET", &format!("{KEYS}?secret_api_key={key}"))
                .send(),
        );
    }
}

/// Readers remember keys, memberships and users as long as the file stays the same.
#[test]
fn what_another_process_changes_counts_in_the_next_request() {
    let server = Server::start();
    let path = path(&create(&server, "kept"));
    // More requests than there are readers, and all see the same.
    let asked = || {
        let ask = || {
            let answer = server.get(&path);
            (
                answer.status,
                answer.body["created_by"]["first_name"].clone(),
            )
        };
        let first = ask();
        (0..8).for_each(|_| assert_eq!(ask(), first));
        first
    };
    assert_eq!(asked(), (200, json!("Ada")));
    let elsewhere = rusqlite::Connection::open(server.database()).unwrap();
    for (change, expected) in [
        (
            "UPDATE user SET first_name = 'Augusta' WHERE id = 1",
            (200, json!("Augusta")),
        ),
        (
            "UPDATE personal_api_key SET scopes = '[\"user:read\"]' WHERE user_id = 1",
            (403, json!(null)),
        ),
        (
            "UPDATE personal_api_key SET scopes = '[\"*\"]' WHERE user_id = 1",
            (200, json!("Augusta")),
        ),
        (
            "DELETE FROM membership WHERE user_id = 1",
            (403, json!(null)),
        ),
        (
            "UPDATE user SET is_active = 0 WHERE id = 1",
            (401, json!(null)),
        ),
    ] {
        elsewhere.execute(change, []).unwrap();
        assert_eq!(asked(), expected, "{change}");
    }
}
