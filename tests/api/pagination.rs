//! `limit`, `offset`, and the links to the pages around.
use serde_json::{Value, json};

use crate::harness::Server;

const KEYS: &str = "/api/projects/1/project_secret_api_keys/";
const DEFINITIONS: &str = "/api/projects/1/property_definitions/";

/// A server whose project 1 has seven secret keys and seven property definitions.
fn server_with_seven(arguments: &[&str]) -> Server {
    let numbers = 1..=7;
    let keys: Vec<_> = numbers
        .clone()
        .map(|n| json!({"ref": format!("phs_{n}"), "project": "main", "label": format!("k{n}"), "scopes": ["endpoint:read"]}))
        .collect();
    let definitions: Vec<_> = numbers
        .map(|n| json!({"project": "main", "name": format!("p{n}"), "property_type": "String"}))
        .collect();
    let seed = json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 1}],
        "personal_api_keys": [{"ref": "phx_ada", "user": "ada", "scopes": ["*"], "value": "phx_ada"}],
        "project_secret_api_keys": keys,
        "property_definitions": definitions,
    });
    Server::seeded(&seed, arguments)
}

/// `link` below `path`, as the answer would have it; null when it is none.
fn url(server: &Server, path: &str, link: Option<&str>) -> Value {
    link.map_or(Value::Null, |link| {
        format!("{}{path}{link}", server.url).into()
    })
}

#[test]
fn links_without_a_host_lead_to_the_server() {
    let server = server_with_seven(&[]);
    let request = format!("GET {KEYS}?limit=2 HTTP/1.0\r\nAuthorization: Bearer phx_ada\r\n\r\n");
    let answer = server.raw(request.as_bytes());
    let next = format!("\"next\":\"{}{KEYS}?limit=2&offset=2\"", server.url);
    assert!(answer.contains(&next), "{answer}");
}

#[test]
fn links_to_the_next_and_the_previous_page() {
    let server = server_with_seven(&[]);
    for (query, next, previous, rows) in [
        ("?limit=2", Some("?limit=2&offset=2"), None, 2),
        (
            "?limit=2&offset=1",
            Some("?limit=2&offset=3"),
            Some("?limit=2"),
            2,
        ),
        (
            "?limit=2&offset=2",
            Some("?limit=2&offset=4"),
            Some("?limit=2"),
            2,
        ),
        ("?limit=2&offset=5", None, Some("?limit=2&offset=3"), 2),
        ("?limit=2&offset=6", None, Some("?limit=2&offset=4"), 1),
        ("?limit=2&offset=8", None, Some("?limit=2&offset=6"), 0),
        ("?offset=3", None, Some("?limit=100"), 4),
        ("", None, None, 7),
        (
            "?type=event&limit=2&search=%C3%A9%26",
            Some("?limit=2&offset=2&search=%C3%A9%26&type=event"),
            None,
            2,
        ),
        (
            "?limit=2&offset=3&search=a%20b",
            Some("?limit=2&offset=5&search=a+b"),
            Some("?limit=2&offset=1&search=a+b"),
            2,
        ),
        (
            "?limit=3&a=1&a=2&b=",
            Some("?a=1&a=2&b=&limit=3&offset=3"),
            None,
            3,
        ),
        ("?z&limit=3", Some("?limit=3&offset=3&z="), None, 3),
        (
            "?limit=1&limit=3&offset=5&offset=0",
            Some("?limit=3&offset=3"),
            None,
            3,
        ),
        (
            "?limit=3&x=A-Z_a.z~0*!'()%2F:@%22%FF",
            Some("?limit=3&offset=3&x=A-Z_a.z~0%2A%21%27%28%29%2F%3A%40%22%EF%BF%BD"),
            None,
            3,
        ),
        (
            "?limit=3&b=2&a=1&B=3",
            Some("?B=3&a=1&b=2&limit=3&offset=3"),
            None,
            3,
        ),
    ] {
        let page = server.get(&format!("{KEYS}{query}"));
        assert!(
            page.text.starts_with("{\"count\":7,\"next\":"),
            "{query}: {}",
            page.text
        );
        let page = page.ok(200);
        let keys: Vec<_> = page.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["count", "next", "previous", "results"]);
        assert_eq!(page["next"], url(&server, KEYS, next), "{query}");
        assert_eq!(page["previous"], url(&server, KEYS, previous), "{query}");
        assert_eq!(page["results"].as_array().unwrap().len(), rows, "{query}");
    }
}

#[test]
fn nonsense_means_the_default() {
    let server = server_with_seven(&[]);
    let rows = |query: &str| {
        let page = server.get(&format!("{KEYS}?{query}")).ok(200);
        assert_eq!(page["count"], 7, "{query}");
        page["results"].as_array().unwrap().len()
    };
    let huge = "9".repeat(30);
    for limit in ["0", "-1", "abc", "1.5", "", "%20", "null", "1e1"] {
        assert_eq!(rows(&format!("limit={limit}")), 7, "limit={limit}");
        assert_eq!(
            rows(&format!(
                "offset={}",
                if limit == "1" { "0" } else { limit }
            )),
            7,
            "offset={limit}"
        );
    }
    for (query, expected) in [
        ("limit=%202", 2),
        ("limit=2%20", 2),
        ("limit=02", 2),
        ("limit=1000000", 7),
        ("offset=%205", 2),
        ("offset=7", 0),
        ("limit=9223372036854775807&offset=9223372036854775807", 0),
        (&format!("limit={huge}"), 7),
        (&format!("offset={huge}"), 0),
    ] {
        assert_eq!(rows(query), expected, "{query}");
    }
}

#[test]
fn a_link_is_the_url_that_was_asked() {
    let server = server_with_seven(&[]);
    for path in [
        "/api/projects/1/project_secret_api_keys",
        "/api/projects/1/project_secret_api_keys/",
        "/api/projects/@current/project_secret_api_keys/",
        "/api/projects/@current/property_definitions",
    ] {
        let page = server.get(&format!("{path}?limit=2")).ok(200);
        assert_eq!(page["next"], url(&server, path, Some("?limit=2&offset=2")));
    }
}

#[test]
fn a_link_has_the_host_that_was_asked() {
    let server = server_with_seven(&["--site-url", "https://hog.example"]);
    let forwarded =
        "X-Forwarded-Proto: gopher\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Port: 1\r\n";
    for (host, origin) in [
        ("localhost", "http://localhost"),
        ("127.0.0.1:8443", "http://127.0.0.1:8443"),
        ("hog.example", "https://hog.example"),
        ("hog.example:8443", "http://hog.example:8443"),
    ] {
        let request = format!(
            "GET {KEYS}?limit=6 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Authorization: Bearer phx_ada\r\n{forwarded}\r\n"
        );
        let answer = server.raw(request.as_bytes());
        let next = format!("\"next\":\"{origin}{KEYS}?limit=6&offset=6\"");
        assert!(answer.contains(&next), "{answer}");
    }
}

#[test]
fn a_key_in_the_query_is_not_repeated_in_links() {
    let server = server_with_seven(&[]);
    let page = server
        .ask(
            "GET",
            &format!("{KEYS}?limit=2&personal_api_key=phx_ada&a=1"),
        )
        .send()
        .ok(200);
    assert_eq!(
        page["next"],
        url(&server, KEYS, Some("?a=1&limit=2&offset=2"))
    );
}

#[test]
fn following_next_shows_everything_once() {
    let server = server_with_seven(&[]);
    for (path, limit, expected) in [(KEYS, 1, 7), (KEYS, 3, 7), (DEFINITIONS, 2, 12)] {
        let mut seen = Vec::new();
        let mut next = format!("{path}?limit={limit}");
        loop {
            let page = server.get(&next).ok(200);
            assert_eq!(page["count"], expected, "{next}");
            let rows = page["results"].as_array().unwrap();
            seen.extend(
                rows.iter()
                    .map(|row| row["id"].as_str().unwrap().to_owned()),
            );
            match page["next"].as_str() {
                Some(url) => next = url.strip_prefix(&server.url).unwrap().to_owned(),
                None => break,
            }
        }
        assert_eq!(seen.len(), expected);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), expected);
    }
}

#[test]
fn filters_stay_in_the_links_and_count() {
    let server = server_with_seven(&[]);
    let page = server
        .get(&format!(
            "{DEFINITIONS}?search=p&limit=2&type=event&verified=false"
        ))
        .ok(200);
    let next = "?limit=2&offset=2&search=p&type=event&verified=false";
    assert_eq!(
        (&page["count"], &page["next"]),
        (&json!(7), &url(&server, DEFINITIONS, Some(next)))
    );
    let page = server
        .get(&format!(
            "{DEFINITIONS}?properties=p1,p3,p5&limit=2&offset=1"
        ))
        .ok(200);
    assert_eq!((&page["count"], &page["next"]), (&json!(3), &json!(null)));
    let previous = "?limit=2&properties=p1%2Cp3%2Cp5";
    assert_eq!(page["previous"], url(&server, DEFINITIONS, Some(previous)));
}
