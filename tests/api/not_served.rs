//! What clients asked for and hoglet lacks, as the admin page shows it.

use serde_json::{Value, json};

use crate::{
    harness::{Answer, Server},
    objects::keys,
    sessions::Visitor,
};

const LIST: &str = "/api/not_served/";

fn list(server: &Server) -> Answer {
    Visitor::new(server).ask("GET", LIST).send()
}

#[test]
fn requests_for_missing_paths_are_counted_without_their_tokens() {
    let server = Server::start();
    for (method, path) in [
        ("GET", "/api/projects/1/experiments/?token=phc_main"),
        ("GET", "/api/projects/2/experiments/"),
        ("GET", "/api/projects/@current/experiments"),
        ("POST", "/array/phc_main/nothing.js"),
        ("GET", "/shared/x/Zm9vYmFyYmF6"),
        ("GET", "/api/projects/1/phx_ada/"),
        // These exist, or are no paths that hoglet lacks.
        ("GET", "/api/projects/1/insights/"),
        ("GET", "/api/projects/1/insights/999/"),
        ("GET", "/api/projects/1/insights.csv"),
        ("GET", "/docs/docs.css"),
        ("OPTIONS", "/api/nothing"),
        ("TRACE", "/nothing"),
        ("FOO", "/nothing"),
    ] {
        server.ask(method, path).key("phx_ada").send();
    }
    let page = list(&server).ok(200);
    let seen = page["results"].as_array().unwrap().iter();
    let seen = seen.map(|missed| {
        assert_eq!(keys(missed), ["method", "path", "count", "last_asked_at"]);
        json!([missed["method"], missed["path"], missed["count"]]).to_string()
    });
    insta::assert_snapshot!(seen.collect::<Vec<_>>().join("\n"), @r#"
    ["GET","/api/projects/*/experiments/",2]
    ["GET","/api/projects/*/*/",1]
    ["GET","/shared/*",1]
    ["POST","/array/*/nothing.js",1]
    ["GET","/api/projects/@current/experiments",1]
    "#);
    assert_eq!(page["count"], 5);
}

#[test]
fn it_is_bounded_however_much_is_asked_for() {
    let server = Server::start();
    for n in 0..150_u8 {
        let letters = [b'a' + n / 26, b'a' + n % 26].map(char::from);
        let path = format!("/{}{}{}", letters[0], letters[1], "/word".repeat(300));
        server.ask("GET", &path).send();
    }
    let answer = list(&server);
    assert!(answer.text.len() < 30_000, "{}", answer.text.len());
    let page = answer.ok(200);
    assert_eq!(page["count"], 100);
    let longest = page["results"].as_array().unwrap().iter();
    let longest = longest
        .map(|missed| missed["path"].as_str().unwrap().len())
        .max();
    assert!(longest <= Some(120), "{longest:?}");
}

#[test]
fn it_is_for_sessions_and_ends_with_the_process() {
    let mut server = Server::start();
    server
        .get(LIST)
        .denied("This action does not support personal API key access");
    assert_eq!(server.ask("GET", LIST).send().status, 401);
    server.ask("GET", "/nothing").send();
    assert_eq!(list(&server).ok(200)["count"], 1);
    server.restart();
    assert_eq!(list(&server).ok(200)["results"], Value::Array(Vec::new()));
}
