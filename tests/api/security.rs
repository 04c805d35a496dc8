//! What a page of another site, or a name that is not ours, gets out of every route: nothing.

use hoglet::http::routes::{Endpoint, Family};
use serde_json::json;

use crate::{
    harness::{Ask, Server},
    table::{Row, rows},
    viewer::{INSIGHT, NOTEBOOK, look, share, share_with},
};

/// Every page, and files that pages load, besides what the plan lists.
const PAGES: [&str; 11] = [
    "/admin/",
    "/docs/docs.css",
    "/docs/",
    "/docs/api/",
    "/docs/testing/",
    "/docs/cli/",
    "/docs/seed/",
    "/docs/lab/",
    "/static/vendor/uplot-1.6.32/uPlot.esm.js",
    "/nothing",
    "/api/nothing",
];

/// The path of `row` with something in every place.
pub fn path(row: &Row) -> String {
    let segment = |segment: &str| match segment.trim_matches(['{', '}', '.']) {
        "project_id" => "1".to_owned(),
        "file" => "viewer.js".into(),
        "organization_id" => "@current".into(),
        name if segment.starts_with('{') => match name {
            "insight_id" | "dashboard_id" | "id" | "password_id" => "1".into(),
            name => name.into(),
        },
        name => name.into(),
    };
    row.segments()
        .map(segment)
        .fold(String::new(), |path, segment| path + "/" + &segment)
}

/// Whether a path is a share's page.
fn is_share(path: &str) -> bool {
    ["/shared/", "/embedded/", "/shared_dashboard/"]
        .iter()
        .any(|start| path.starts_with(start))
}

/// Whether `policy` allows only scripts of this server, and those in the page that have a hash.
fn runs_only_its_own(policy: &str) -> bool {
    let rules = policy
        .split("; ")
        .find_map(|rule| rule.strip_prefix("script-src "));
    rules.is_some_and(|rules| {
        let mut sources = rules.split(' ');
        sources.next() == Some("'self'") && sources.all(|source| source.starts_with("'sha256-"))
    })
}

fn asks<'s>(server: &'s Server) -> impl Iterator<Item = (String, Ask)> + 's {
    let routed = rows().map(|row| (row.method.clone(), path(&row)));
    let pages = PAGES
        .iter()
        .map(|path| ("GET".to_owned(), (*path).to_owned()));
    routed
        .chain(pages)
        .map(|(method, path)| (format!("{method} {path}"), server.ask(&method, &path)))
}

#[test]
fn no_route_but_those_of_sdks_answers_to_a_name_that_is_not_ours() {
    let server = Server::start();
    let is_sdk = |asked: &str| {
        let mut sdk = rows().filter(|row| {
            let takes_project_keys = matches!(row.endpoint, Endpoint::ProjectKey(..));
            row.route.family == Family::Sdk || takes_project_keys
        });
        sdk.any(|row| path(&row) == asked)
    };
    for (place, ask) in asks(&server) {
        let answer = ask
            .key("phx_ada")
            .header("host", "rebound.example:8010")
            .send();
        if is_sdk(place.split_once(' ').unwrap().1) {
            assert!(!answer.text.contains("This host name"), "{place}");
            continue;
        }
        assert_eq!(answer.status, 400, "{place}");
        assert!(
            answer
                .text
                .starts_with("This host name is not served here."),
            "{place}"
        );
    }
}

#[test]
fn only_shares_may_be_framed_by_others() {
    let server = Server::start();
    let is_sdk = |asked: &str| {
        let mut sdk = rows().filter(|row| row.route.family == Family::Sdk);
        sdk.any(|row| path(&row) == asked)
    };
    for (place, ask) in asks(&server) {
        let answer = ask.send();
        let asked = place.split_once(' ').unwrap().1;
        let (frame, policy) = (
            answer.header("x-frame-options"),
            answer.header("content-security-policy"),
        );
        if is_share(asked) {
            assert_eq!(frame, "", "{place}");
            assert!(policy.ends_with("frame-ancestors *"), "{place}: {policy}");
        } else if !is_sdk(asked) && !["/_livez", "/_readyz"].contains(&asked) {
            assert!(
                ["SAMEORIGIN", "DENY"].contains(&frame),
                "{place}: {frame:?}"
            );
            assert!(
                policy == "default-src 'none'" || policy.contains("frame-ancestors 'none'"),
                "{place}: {policy}"
            );
        }
    }
}

#[test]
fn every_answer_is_taken_for_what_it_says_and_tells_nobody_where_it_was_read() {
    let server = Server::start();
    let (shared, locked) = (share(&server, NOTEBOOK), locked(&server));
    let more = [
        format!("/shared/{shared}"),
        format!("/embedded/{shared}.json"),
        format!("/shared/{locked}"),
    ];
    let more = more
        .iter()
        .map(|path| (path.clone(), server.ask("GET", path)));
    for (place, ask) in asks(&server).chain(more) {
        let answer = ask.send();
        if answer.status == 204 {
            continue;
        }
        assert_eq!(
            answer.header("x-content-type-options"),
            "nosniff",
            "{place}"
        );
        let policy = answer.header("content-security-policy");
        assert!(!policy.contains("unsafe-eval"), "{place}");
        let may_style = place.contains("/docs/api");
        assert_eq!(
            policy.contains("'unsafe-inline'"),
            may_style,
            "{place}: {policy}"
        );
        if answer.header("content-type").starts_with("text/html") {
            assert_eq!(answer.header("referrer-policy"), "same-origin", "{place}");
            assert!(
                runs_only_its_own(policy) || policy == "default-src 'none'",
                "{place}: {policy}"
            );
            assert!(
                policy.contains("base-uri 'none'") || policy == "default-src 'none'",
                "{place}: {policy}"
            );
        }
    }
}

/// A protected share, which `correct horse` opens; returns its token.
fn locked(server: &Server) -> String {
    let token = share_with(
        server,
        INSIGHT,
        json!({"enabled": true, "password_required": true}),
    );
    let password = json!({"raw_password": "correct horse"});
    server
        .post(&format!("{INSIGHT}/passwords"), password)
        .ok(200);
    token
}

#[test]
fn nothing_keeps_what_a_share_tells() {
    let server = Server::start();
    let path = format!("/shared/{}", locked(&server));
    let guess = |password: &str| {
        server
            .ask("POST", &path)
            .json(json!({"password": password}))
            .send()
    };
    let unlocked = guess("correct horse");
    let session = unlocked.body["shareToken"].as_str().unwrap();
    let opened = server
        .ask("GET", &format!("{path}.json"))
        .key(session)
        .send();
    for answer in [
        &unlocked,
        &opened,
        &guess("wrong"),
        &look(&server, &path),
        &look(&server, "/shared/nothing"),
    ] {
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    assert_eq!(unlocked.header("access-control-allow-origin"), "");
}

#[test]
fn nobody_is_sent_to_another_site() {
    let server = Server::start();
    let evil = [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2fevil.example",
        "javascript:alert(1)",
    ];
    let token = share(&server, INSIGHT);
    for target in evil {
        for path in [
            format!("/admin/login?token=wrong&next={target}"),
            format!("/admin/login?next={target}"),
            format!("/admin?next={target}"),
            format!("/?next={target}"),
            format!("/shared/{token}?next={target}"),
            format!("/{}", target.replace('\\', "%5C")),
            format!("/shared/{}/", target.replace('\\', "%5C")),
            format!("/docs/{}/..", target.replace('\\', "%5C")),
        ] {
            let answer = look(&server, &path);
            let location = answer.header("location");
            assert!(
                ["", "/admin/", "/admin/#/link-used"].contains(&location),
                "{path}: {location}"
            );
        }
    }
}

#[test]
fn no_credential_of_a_url_reaches_the_log() {
    let server = Server::with(&["--log", "trace"]);
    let token = share(&server, INSIGHT);
    let address = server.log();
    let (_, admin) = address.split_once("/admin/login?token=").unwrap();
    let admin = admin.lines().next().unwrap();
    let start = server.log().len();
    for path in [
        format!("/shared/{token}"),
        format!("/shared/{token}.json"),
        format!("/shared/{token}/"),
        format!("/shared//{token}"),
        format!("/shared/x/{token}"),
        format!("/embedded/{token}?whitelabel"),
        format!("/shared_dashboard/{token}"),
        format!("/api/projects/1/insights/?sharing_access_token={token}"),
        "/api/projects/1/insights/?personal_api_key=phx_ada".into(),
        "/api/environments/1/insights/?personal_api_key=phx_ada".into(),
        format!("/admin/login?token={admin}"),
    ] {
        look(&server, &path);
    }
    server
        .ask("POST", &format!("/shared/{token}"))
        .json(json!({"password": "guessed-password"}))
        .send();
    let log = server.log()[start..].to_owned();
    assert!(
        log.contains("path=\"/shared/"),
        "requests are logged: {log}"
    );
    for secret in [&*token, "phx_ada", admin, "guessed-password"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    assert!(!log.contains(&token[4..12]), "{log}");
}

#[test]
fn the_link_to_the_newer_address_has_no_credential() {
    let server = Server::start();
    for (query, kept) in [
        ("?personal_api_key=phx_ada", ""),
        (
            "?limit=1&personal_api_key=phx_ada&search=a+b",
            "?limit=1&search=a+b",
        ),
        ("?personal%5Fapi_key=phx_ada&limit=1", "?limit=1"),
        ("?sharing_access_token=x&limit=1", "?limit=1"),
    ] {
        let answer = look(&server, &format!("/api/environments/1/insights/{query}"));
        let link = format!("</api/projects/1/insights/{kept}>; rel=\"successor-version\"");
        assert_eq!(answer.header("link"), link, "{query}");
    }
}
