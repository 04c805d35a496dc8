//! Servers with some data, and signing in to their admin page.

use serde_json::{Value, json};

use crate::{driver::Browser, harness::Server};

/// The seed of the API tests plus `count` definitions.
pub fn server(count: usize) -> Server {
    let mut seed: Value = serde_json::from_str(include_str!("../api/seed.json")).unwrap();
    let definitions = seed["property_definitions"].as_array_mut().unwrap();
    let new = |index| json!({"project": "main", "name": format!("checkout step {index:02}"), "property_type": "String"});
    definitions.extend((0..count).map(new));
    Server::seeded(&seed, &[])
}

/// A browser that signed in with the link that the server printed.
pub fn enter(server: &Server) -> Browser {
    let browser = Browser::start();
    browser.open(&entrance(server));
    browser.see("heading", "Shares");
    browser
}

/// The link that the server printed.
pub fn entrance(server: &Server) -> String {
    let log = server.log();
    let mut lines = log.lines();
    let link = lines.find(|line| line.contains("/admin/login?token="));
    link.unwrap().trim().to_owned()
}

/// One user, one project, no keys.
pub fn small_seed() -> Value {
    json!({
        "users": [{"ref": "ada", "id": 1, "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [{"ref": "main", "org": "acme", "name": "Main", "id": 1}],
        "personal_api_keys": [{"ref": "phx_ada", "user": "ada", "scopes": ["*"], "value": "phx_ada"}],
    })
}
