//! The names under which the server answers, and the URLs in what it answers.

use serde_json::json;

use crate::{conventions::unauthenticated, harness::Server};

const EVENTS: &str = "/api/projects/1/event_definitions/?limit=1&search=sent";

#[test]
fn sdks_reach_the_server_under_every_name() {
    let server = Server::with(&["--site-url", "https://stats.example.com"]);
    let event = |name: &str| json!({"api_key": "phc_main", "event": name, "distinct_id": "d"});
    let batch =
        json!({"api_key": "phc_main", "batch": [{"event": "sent in a batch", "distinct_id": "d"}]});
    for (host, path, body) in [
        ("posthog:8000", "/batch/", batch),
        ("hoglet:8010", "/i/v0/e/", event("sent alone")),
        (
            "evil.example",
            "/flags/?v=2",
            json!({"token": "phc_main", "distinct_id": "d"}),
        ),
    ] {
        let answer = server.ask("POST", path).json(body).header("host", host);
        answer.send().ok(200);
    }
    assert_eq!(server.get(EVENTS).ok(200)["count"], 2);
    let ask = |method: &str, path: &str| {
        let ask = server.ask(method, path).key("phs_main");
        ask.header("host", "posthog:8000").send()
    };
    for path in [
        "/array/phc_main/config",
        "/api/surveys/?token=phc_main",
        "/flags/definitions?token=phc_main",
        "/api/feature_flag/local_evaluation/?token=phc_main",
    ] {
        ask("GET", path).ok(200);
    }
    assert_eq!(ask("OPTIONS", "/e/").status, 200);
    assert_eq!(ask("GET", "/i/v1/nothing").status, 404);
    for path in [
        "/",
        "/admin",
        "/_health",
        "/shared/x",
        "/api/users/@me/",
        "/nothing",
        "/static/vendor/uplot-1.6.32/uPlot.esm.js",
    ] {
        let answer = ask("GET", path);
        let refusal = "This host name is not served here.";
        assert_eq!(
            (answer.status, answer.text.starts_with(refusal)),
            (400, true),
            "{path}"
        );
    }
}

#[test]
fn the_first_of_several_site_urls_is_used_in_links_and_all_are_served() {
    let first = ["--site-url", "https://stats.example.com"];
    let server = Server::with(&[first, ["--site-url", "http://hoglet:8010"]].concat());
    let at = |host: &str, path: &str| server.ask("GET", path).header("host", host);
    let link = "https://stats.example.com/admin/login?token=";
    assert!(server.log().contains(link), "{}", server.log());
    for (host, origin) in [
        ("stats.example.com", "https://stats.example.com"),
        ("STATS.example.com", "https://STATS.example.com"),
        ("hoglet:8010", "http://hoglet:8010"),
        ("hoglet", "http://hoglet"),
    ] {
        let path = "/api/projects/1/property_definitions/?limit=1";
        let page = at(host, path).key("phx_ada").send().ok(200);
        assert_eq!(page["next"], format!("{origin}{path}&offset=1"), "{host}");
        let nobody = at(host, "/api/users/@me/").send();
        unauthenticated(&nobody);
        let document = "https://stats.example.com/.well-known/oauth-protected-resource";
        let challenge = format!("Bearer resource_metadata=\"{document}\"");
        assert_eq!(nobody.header("www-authenticate"), challenge, "{host}");
    }
    assert_eq!(at("other.example", "/").send().status, 400);
    // A page of each may sign in, and the cookie is limited to TLS where the name has that.
    for (host, origin, is_secure) in [
        ("stats.example.com", "https://stats.example.com", true),
        ("localhost:1", "https://stats.example.com", true),
        ("hoglet:8010", "http://hoglet:8010", false),
    ] {
        let ask = server
            .ask("POST", "/admin/login")
            .json(json!({"secret": "phx_ada"}));
        let answer = ask.header("host", host).header("origin", origin).send();
        let cookie = answer.header("set-cookie");
        assert_eq!(
            (answer.status, cookie.contains("; Secure")),
            (204, is_secure),
            "{host}"
        );
    }
    let ask = server
        .ask("POST", "/admin/login")
        .json(json!({"secret": "phx_ada"}));
    let foreign = ask
        .header("host", "hoglet:8010")
        .header("origin", "https://evil.example");
    assert_eq!(foreign.send().status, 403);
}
