//! Sessions of the admin page: how one is opened, what it may do, and how requests from other sites are rejected.

mod guessing;
mod keys;

use serde_json::{Value, json};

use crate::harness::{Answer, Ask, Server};

const KEYS: &str = "/api/personal_api_keys/";

/// A client of the admin page with its own cookies.
pub struct Visitor<'s> {
    server: &'s Server,
    cookies: String,
    csrf: String,
}

impl Visitor<'_> {
    pub fn new(server: &Server) -> Visitor<'_> {
        Visitor::with(server, "phx_ada")
    }

    /// A visitor who has logged in with `key`.
    pub fn with<'s>(server: &'s Server, key: &str) -> Visitor<'s> {
        Visitor::of(server, &login(server, json!({"secret": key})))
    }

    /// The visitor that received the cookies of `answer`.
    fn of<'s>(server: &'s Server, answer: &Answer) -> Visitor<'s> {
        let values = answer.headers.get_all("set-cookie").iter();
        let pairs: Vec<_> = values
            .map(|value| {
                value
                    .to_str()
                    .unwrap()
                    .split(';')
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        let csrf = pairs
            .iter()
            .find_map(|pair| pair.strip_prefix("posthog_csrftoken="));
        Visitor {
            server,
            csrf: csrf.unwrap_or_default().to_owned(),
            cookies: pairs.join("; "),
        }
    }

    /// The lines of a request that the page would send.
    pub fn lines(&self) -> String {
        let Visitor { cookies, csrf, .. } = self;
        format!("Cookie: {cookies}\r\nX-CSRFToken: {csrf}\r\n")
    }

    /// A request with the cookies but without the CSRF token.
    pub fn bare(&self, method: &str, path: &str) -> Ask {
        self.server
            .ask(method, path)
            .header("cookie", &self.cookies)
    }

    /// A request as the page sends it.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        self.bare(method, path).header("x-csrftoken", &self.csrf)
    }
}

pub fn login(server: &Server, body: Value) -> Answer {
    server.ask("POST", "/admin/login").json(body).send()
}

/// The sign-in link that the server printed when it started.
pub fn link(server: &Server) -> String {
    let log = server.log();
    let line = log
        .lines()
        .find(|line| line.contains("/admin/login?token="));
    line.expect("the link is told").trim().to_owned()
}

#[test]
fn the_link_opens_the_page_once() {
    let server = Server::start();
    let link = link(&server);
    let path = link.strip_prefix(&server.url).unwrap();
    let head = server.ask("HEAD", path).send();
    assert_eq!((head.status, head.header("location")), (303, "/admin/"));
    assert_eq!(head.header("set-cookie"), ""); // a preview of the link does not use it up
    let first = server.ask("GET", path).send();
    assert_eq!((first.status, first.header("location")), (303, "/admin/"));
    let cookies: Vec<_> = first.headers.get_all("set-cookie").iter().collect();
    let session = cookies[0].to_str().unwrap();
    assert!(
        session.ends_with("; Path=/; Max-Age=1209600; SameSite=Strict; HttpOnly"),
        "{session}"
    );
    let visitor = Visitor::of(&server, &first);
    let me = visitor.ask("GET", "/api/users/@me/").send().ok(200);
    assert_eq!(me["email"], "ada@example.com");
    let again = server.ask("GET", path).send();
    assert_eq!((again.status, again.header("set-cookie")), (303, ""));
    assert_eq!(again.header("location"), "/admin/#/link-used");
    let wrong = server.ask("GET", "/admin/login?token=wrong").send();
    assert_eq!(wrong.header("set-cookie"), "");
}

#[test]
fn a_key_that_may_do_everything_opens_the_page_and_no_other() {
    let server = Server::start();
    assert_eq!(login(&server, json!({"secret": "phx_ada"})).status, 204);
    for limited in ["phx_read", "phx_none", "phx_onlymain", "phx_onlyacme"] {
        login(&server, json!({"secret": limited})).denied(
            "This key may not do everything: the admin page needs one with the scope '*' and no limits.",
        );
    }
    for wrong in ["phx_unknown", "phs_main", "phx_gil", "phc_main"] {
        login(&server, json!({"secret": wrong})).error(
            401,
            "authentication_error",
            "authentication_failed",
            "This is no personal API key or password of this server.",
            None,
        );
    }
    login(&server, json!({})).invalid("required", "This field is required.", "secret");
    let form = server
        .ask("POST", "/admin/login")
        .form("secret=phx_ada")
        .send();
    assert_eq!(form.status, 415); // the only kind of body that a form on another site could send
    let foreign = server
        .ask("POST", "/admin/login")
        .header("origin", "http://evil.example")
        .json(json!({"secret": "phx_ada"}));
    assert_eq!(foreign.send().status, 403);
}

#[test]
fn the_password_of_a_file_opens_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "correct horse battery\n").unwrap();
    let server = Server::with(&["--admin-password-file", file.to_str().unwrap()]);
    let answer = login(&server, json!({"secret": "correct horse battery"}));
    assert_eq!(answer.status, 204);
    let me = Visitor::of(&server, &answer)
        .ask("GET", "/api/users/@me/")
        .send();
    assert_eq!(me.ok(200)["id"], 1);
    assert_eq!(
        login(&server, json!({"secret": "correct horse"})).status,
        401
    );
}

#[test]
fn unsafe_requests_show_that_they_come_from_the_page() {
    let server = Server::start();
    let visitor = Visitor::new(&server);
    let keys = "/api/projects/1/project_secret_api_keys/";
    let new = || json!({"label": "Mine", "scopes": ["endpoint:read"]});
    visitor.bare("GET", keys).send().ok(200);
    visitor
        .bare("POST", keys)
        .json(new())
        .send()
        .denied("CSRF Failed: CSRF token missing.");
    let session = visitor.cookies.split("; ").next().unwrap();
    server
        .ask("POST", keys)
        .header("cookie", session)
        .json(new())
        .send()
        .denied("CSRF Failed: CSRF cookie not set.");
    for (name, value, reason) in [
        (
            "x-csrftoken",
            "wrong",
            "CSRF token from the 'X-Csrftoken' HTTP header incorrect.",
        ),
        (
            "origin",
            "http://evil.example",
            "Origin checking failed - http://evil.example does not match any trusted origins.",
        ),
        (
            "sec-fetch-site",
            "cross-site",
            "Origin checking failed - null does not match any trusted origins.",
        ),
    ] {
        let ask = if name == "x-csrftoken" {
            visitor.bare("POST", keys)
        } else {
            visitor.ask("POST", keys)
        };
        let answer = ask.header(name, value).json(new()).send();
        assert_eq!(
            (answer.status, &answer.body["detail"]),
            (403, &json!(format!("CSRF Failed: {reason}")))
        );
    }
    let made = visitor
        .ask("POST", keys)
        .header("origin", &server.url)
        .json(new());
    assert_eq!(
        made.send().ok(201)["created_by"]["email"],
        "ada@example.com"
    );
}

#[test]
fn a_session_needs_no_scopes_and_sees_what_a_path_lacks() {
    let server = Server::start();
    let visitor = Visitor::new(&server);
    for (method, path) in [
        ("PUT", "/api/projects/1/property_definitions/"),
        ("DELETE", "/api/projects/1/project_secret_api_keys/"),
        ("POST", "/api/projects/1/insights/1/sharing/"),
        ("DELETE", KEYS),
        ("POST", "/api/users/@me/"),
    ] {
        visitor.ask(method, path).send().error(
            405,
            "invalid_request",
            "method_not_allowed",
            match method {
                "PUT" => "Method \"PUT\" not allowed.",
                "DELETE" => "Method \"DELETE\" not allowed.",
                _ => "Method \"POST\" not allowed.",
            },
            None,
        );
        assert_eq!(visitor.ask("OPTIONS", path).send().status, 200, "{path}");
    }
    let get = |path: &str| visitor.ask("GET", path).send();
    get("/api/projects/99/insights/").not_found("Project not found.");
    get("/api/projects/4/insights/").denied("You don't have access to the project.");
    assert_eq!(get("/api/projects/").ok(200)["count"], 4);
    get("/api/organizations/@current/").ok(200);
    get("/api/projects/1/activity_log/").ok(200);
    // A key takes precedence over the session, and its limits apply.
    let with_key = visitor
        .bare("GET", "/api/projects/1/insights/")
        .key("phx_none");
    with_key
        .send()
        .denied("API key missing required scope 'insight:read'");
}

#[test]
fn a_session_ends_with_the_key_that_opened_it_and_with_logout() {
    let server = Server::start();
    let (visitor, other) = (Visitor::new(&server), Visitor::new(&server));
    let gone = visitor.ask("POST", "/admin/logout").send();
    assert_eq!(gone.status, 204);
    assert!(
        gone.header("set-cookie")
            .starts_with("sessionid=; Path=/; Max-Age=0")
    );
    let code = |visitor: &Visitor| visitor.ask("GET", KEYS).send().body["code"].clone();
    assert_eq!(code(&visitor), "not_authenticated");
    let keys = other.ask("GET", KEYS).send().ok(200);
    let shown = server.get("/api/personal_api_keys/@current/").ok(200)["id"].clone();
    assert!(
        keys.as_array()
            .unwrap()
            .iter()
            .any(|key| key["id"] == shown)
    );
    let path = format!("{KEYS}{}/", shown.as_str().unwrap());
    assert_eq!(other.ask("DELETE", &path).send().status, 204);
    assert_eq!(code(&other), "not_authenticated");
}

#[test]
fn a_project_key_made_in_a_session_is_logged_with_its_user() {
    let server = Server::start();
    let visitor = Visitor::new(&server);
    let path = "/api/projects/1/project_secret_api_keys/";
    let body = json!({"label": "k", "scopes": ["endpoint:read"]});
    visitor.ask("POST", path).json(body).send().ok(201);
    let log = server.get("/api/projects/1/activity_log/").ok(200);
    let entry = &log["results"][0];
    assert_eq!(
        (&entry["user"]["id"], &entry["is_system"]),
        (&json!(1), &json!(false))
    );
}
