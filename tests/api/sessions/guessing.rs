//! Wrong passwords and keys at the admin page: whom they keep out, and whom not.

use super::*;

#[test]
fn guessing_is_throttled() {
    let server = Server::start();
    for _ in 0..10 {
        assert_eq!(login(&server, json!({"secret": "guess"})).status, 401);
    }
    let answer = login(&server, json!({"secret": "phx_ada"}));
    assert_eq!(
        (answer.status, &answer.body["code"]),
        (429, &json!("throttled"))
    );
    // An address of one's own invention does not help.
    let ask = server.ask("POST", "/admin/login");
    let ask = ask.header("x-forwarded-for", "192.0.2.1");
    let answer = ask.json(json!({"secret": "phx_ada"})).send();
    assert_eq!(answer.status, 429);
}

#[test]
fn wrong_logins_of_others_do_not_lock_the_owner_out() {
    let server = Server::with(&["--trusted-proxy", "127.0.0.1"]);
    let login = |client: &str, secret: &str| {
        let ask = server.ask("POST", "/admin/login");
        let ask = ask.header("x-forwarded-for", client);
        ask.json(json!({"secret": secret})).send().status
    };
    for client in 0..30 {
        let client = format!("192.0.2.{client}");
        let statuses: Vec<_> = (0..11).map(|_| login(&client, "guess")).collect();
        assert_eq!(statuses.last(), Some(&429));
    }
    assert_eq!(login("198.51.100.1", "phx_ada"), 204);
    // More than a hundred were wrong within a minute: one wrong attempt is all that each client has now.
    assert_eq!(login("198.51.100.2", "guess"), 401);
    assert_eq!(login("198.51.100.2", "phx_ada"), 429);
}
