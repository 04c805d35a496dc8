//! What a page of another site can do with a browser's cookies: nothing.

use hoglet::http::routes::Endpoint;
use serde_json::{Value, json};

use crate::{
    harness::{Answer, Server},
    security::path,
    table::rows,
};

/// The cookies of a new session of Ada's, and its token against forgery.
fn enter(server: &Server) -> (String, String) {
    let answer: Answer = server
        .ask("POST", "/admin/login")
        .json(json!({"secret": "phx_ada"}))
        .send();
    let set = answer.headers.get_all("set-cookie").iter();
    let set: Vec<_> = set.map(|value| value.to_str().unwrap()).collect();
    assert!(
        set[0].starts_with("sessionid=") && set[0].contains("HttpOnly"),
        "{set:?}"
    );
    assert!(
        set.iter()
            .all(|cookie| cookie.contains("SameSite=Strict") && cookie.contains("Path=/;")),
        "{set:?}"
    );
    let pairs: Vec<_> = set
        .iter()
        .map(|cookie| cookie.split(';').next().unwrap())
        .collect();
    let token = pairs[1].strip_prefix("posthog_csrftoken=").unwrap();
    (pairs.join("; "), token.to_owned())
}

#[test]
fn no_change_is_made_for_a_page_that_has_only_the_cookies() {
    let server = Server::start();
    let (cookies, token) = enter(&server);
    let changing = rows().filter(|row| {
        row.method != "GET"
            && matches!(
                row.endpoint,
                Endpoint::Account(..) | Endpoint::Session(_) | Endpoint::Project(..)
            )
    });
    for row in changing {
        let place = format!("{} {}", row.method, path(&row));
        let ask = || {
            server
                .ask(&row.method, &path(&row))
                .header("cookie", &cookies)
                .json(json!({}))
        };
        let missing = "CSRF Failed: CSRF token missing.";
        let foreign = "CSRF Failed: Origin checking failed - https://evil.example does not match any trusted origins.";
        for (ask, detail) in [
            (ask(), missing),
            (
                ask()
                    .header("x-csrftoken", &token)
                    .header("origin", "https://evil.example"),
                foreign,
            ),
            (
                ask()
                    .header("x-csrftoken", &token)
                    .header("sec-fetch-site", "cross-site"),
                "CSRF Failed: Origin checking failed - null does not match any trusted origins.",
            ),
        ] {
            let answer = ask.send();
            assert_eq!(
                (answer.status, &answer.body["detail"]),
                (403, &json!(detail)),
                "{place}"
            );
        }
    }
    let logout = server
        .ask("POST", "/admin/logout")
        .header("cookie", &cookies);
    assert_eq!(logout.send().status, 403);
    let still = server
        .ask("GET", "/api/users/@me/")
        .header("cookie", &cookies)
        .send();
    assert_ne!(still.ok(200)["email"], Value::Null);
    let foreign = server
        .ask("POST", "/admin/login")
        .header("origin", "https://evil.example");
    assert_eq!(
        foreign.json(json!({"secret": "phx_ada"})).send().status,
        403
    );
}
