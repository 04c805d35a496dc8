//! From where each key was used last, as the admin page shows it.

use serde_json::{Value, json};

use crate::{harness::Server, sessions::Visitor};

const LIST: &str = "/api/key_uses/";

/// The address and the client of each use that `key`'s user may know.
fn uses(server: &Server, key: &str) -> Vec<Value> {
    let page = Visitor::with(server, key).ask("GET", LIST).send().ok(200);
    let results = page["results"].as_array().unwrap().iter();
    let shown = results.map(|one| json!([one["address"], one["client"]]));
    shown.collect()
}

#[test]
fn the_last_use_of_a_key_is_known_to_those_who_manage_it() {
    let server = Server::with(&["--trusted-proxy", "127.0.0.1"]);
    let send = |path: &str, key: &str, client: &str, address: &str| {
        let ask = server.ask("GET", path).key(key);
        ask.header("user-agent", client)
            .header("x-forwarded-for", address)
            .send()
            .status
    };
    let (insights, flags) = (
        "/api/projects/1/insights/",
        "/flags/definitions?token=phc_main",
    );
    assert_eq!(send(insights, "phx_ada", "early/1", "203.0.113.1"), 200);
    assert_eq!(send(insights, "phx_ada", "nightly/2", "203.0.113.2"), 200);
    assert_eq!(send(flags, "phs_main", "backend/3", "2001:db8::3"), 200);
    assert_eq!(
        uses(&server, "phx_ada"),
        [
            json!(["2001:db8::3", "backend/3"]),
            json!(["203.0.113.2", "nightly/2"])
        ]
    );
    // A refused request is no use.
    assert_eq!(
        send(
            "/api/projects/9999/insights/",
            "phx_ada",
            "x",
            "203.0.113.9"
        ),
        404
    );
    assert_eq!(uses(&server, "phx_ada").len(), 2);
    let keys = Visitor::new(&server).ask("GET", "/api/personal_api_keys/");
    let keys = keys.send().ok(200);
    let page = Visitor::new(&server).ask("GET", LIST).send().ok(200);
    let mut ids = keys.as_array().unwrap().iter().map(|key| &key["id"]);
    assert!(ids.any(|id| *id == page["results"][1]["id"]), "{page}");
    // Only a session may ask.
    assert_eq!(server.get(LIST).status, 403);
    assert_eq!(server.ask("GET", LIST).send().status, 401);
}

#[test]
fn members_of_other_organizations_learn_nothing() {
    let server = Server::start();
    let flags = server.ask("GET", "/flags/definitions?token=phc_main");
    flags.key("phs_main").send().ok(200);
    server.get("/api/projects/1/insights/").ok(200);
    assert_eq!(uses(&server, "phx_bob"), [] as [Value; 0]);
}
