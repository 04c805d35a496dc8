//! Personal API keys: what a key can read about keys, what its scopes allow, and when its use is recorded
//! (`keys-and-auth.md` 4.1, 4.3, 4.4).

use hoglet::model::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::Server;

const CLOSED: &str = "This action does not support personal API key access";
const BARE: &str = "0195f3a0-0000-7000-8000-00000000000b";

/// What the API returns to `key` about itself.
fn current(server: &Server, key: &str) -> Value {
    let ask = server.ask("GET", "/api/personal_api_keys/@current");
    ask.key(key).send().ok(200)
}

fn missing(scope: &str) -> String {
    format!("API key missing required scope '{scope}'")
}

#[test]
fn a_key_sees_itself_whatever_its_scopes() {
    let server = Server::start();
    let all = json!(["*"]);
    #[rustfmt::skip] // a table: read it by columns
    let rows = [
        ("phx_ada", 1, &all, json!([]), json!([])),
        ("phx_mel", 2, &all, json!([]), json!([])),
        ("phx_none", 1, &json!([]), json!([]), json!([])),
        ("phx_write", 1, &json!(["project:write", "sharing_configuration:write", "property_definition:write"]), json!([]), json!([])),
        ("phx_onlymain", 1, &all, json!([1]), json!([])),
        ("phx_onlybare", 1, &all, json!([]), json!([BARE])),
    ];
    for (key, user, scopes, teams, organizations) in rows {
        let answer = server
            .ask("GET", "/api/personal_api_keys/@current/")
            .key(key)
            .send();
        let (id, at) = (&answer.body["id"], &answer.body["created_at"]);
        let used = &answer.body["last_used_at"];
        let expected = json!({
            "id": id, "label": key, "value": null, "is_legacy_hashing": false, "mask_value": "********", "created_at": at,
            "last_used_at": used, "user_id": user, "scopes": scopes, "scoped_teams": teams,
            "scoped_organizations": organizations, "last_rolled_at": null,
        });
        assert_eq!((answer.status, &answer.text), (200, &expected.to_string()));
        assert!(id.is_string() && at.is_string() && used.is_string());
        let by_id = format!("/api/personal_api_keys/{}", id.as_str().unwrap());
        assert_eq!(server.ask("GET", &by_id).key(key).send().text, answer.text);
    }
}

#[test]
fn of_other_keys_it_learns_whether_they_are_its_users() {
    let server = Server::start();
    let ask = |id: &str| server.get(&format!("/api/personal_api_keys/{id}/"));
    let id = |key: &str| current(&server, key)["id"].as_str().unwrap().to_owned();
    ask(&id("phx_read")).denied(CLOSED);
    ask(&id("phx_mel")).not_found("Not found.");
    ask(&id("phx_bob")).not_found("Not found.");
    ask("nokey").not_found("Not found.");
    ask(&id("phx_ada")).ok(200);
}

#[test]
fn keys_neither_list_nor_make_nor_change_keys() {
    let server = Server::start();
    let id = current(&server, "phx_ada")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let sent =
        json!({"label": "x", "scopes": ["*"], "scoped_teams": [], "scoped_organizations": []});
    let things = [id.as_str(), "@current", "nokey"];
    let changes =
        ["PATCH", "PUT", "DELETE"].map(|method| things.map(|thing| (method, thing.to_owned())));
    let rolls = things.map(|thing| ("POST", format!("{thing}/roll")));
    let lists = ["GET", "POST", "PATCH", "PUT", "DELETE"].map(|method| (method, String::new()));
    for (method, rest) in changes.into_iter().flatten().chain(rolls).chain(lists) {
        let path = format!("/api/personal_api_keys/{rest}");
        server
            .ask(method, &path)
            .key("phx_ada")
            .json(sent.clone())
            .send()
            .denied(CLOSED);
        assert_eq!(
            server.ask(method, &path).send().status,
            401,
            "{method} {path}"
        );
    }
    assert_eq!(current(&server, "phx_ada")["label"], "phx_ada");
}

#[test]
fn writing_takes_the_right_to_write_and_gives_that_to_read() {
    let server = Server::start();
    let keys = "/api/projects/1/project_secret_api_keys/";
    let read = |key: &str| server.ask("GET", keys).key(key).send();
    let write = |key: &str| {
        let new = json!({"label": key, "scopes": ["endpoint:read"]});
        server.ask("POST", keys).key(key).json(new).send()
    };
    for key in ["phx_ada", "phx_read", "phx_write"] {
        read(key).ok(200);
    }
    for key in ["phx_ada", "phx_write"] {
        write(key).ok(201);
    }
    write("phx_read").denied(&missing("project:write"));
    write("phx_none").denied(&missing("project:write"));
    read("phx_none").denied(&missing("project:read"));
    // A scope covers one object only, and a prefix of its name does not match.
    let user = |key: &str| server.ask("GET", "/api/users/@me/").key(key).send();
    user("phx_write").denied(&missing("user:read"));
    user("phx_read").ok(200);
}

#[test]
fn the_use_of_a_key_is_written_down_once_an_hour() {
    let server = Server::start();
    let database = Connection::open(server.database()).unwrap();
    let last_use = |label: &str| -> Option<i64> {
        let sql = "SELECT last_used_at FROM personal_api_key WHERE label = ?";
        database.query_row(sql, [label], |row| row.get(0)).unwrap()
    };
    let shown = || current(&server, "phx_ada")["last_used_at"].clone();
    let users = |key: &str| server.ask("GET", "/api/users/@me/").key(key).send();
    assert_eq!(last_use("phx_ada"), None);
    let before = Timestamp::now();
    users("phx_ada").ok(200);
    let first = last_use("phx_ada").expect("the first use is written down");
    assert!(before.0 <= first && first <= Timestamp::now().0);
    let first = json!(Timestamp(first).to_string());
    assert_eq!([shown(), shown()], [first.clone(), first]);
    // A use that is 59 minutes old is not updated, one that is 61 minutes old is.
    let age = |minutes: i64| {
        let at = Timestamp::now().plus_seconds(-60 * minutes);
        let sql = "UPDATE personal_api_key SET last_used_at = ? WHERE label = 'phx_ada'";
        database.execute(sql, [at.0]).unwrap();
        at
    };
    let fresh = age(59);
    assert_eq!(shown(), json!(fresh.to_string()));
    let stale = age(61);
    assert_ne!(shown(), json!(stale.to_string()));
    assert!(last_use("phx_ada") >= Some(before.0));
    // A request that returns 403 counts as a use; one that returns 401 does not.
    users("phx_none").denied(&missing("user:read"));
    assert!(last_use("phx_none") >= Some(before.0));
    assert_eq!(users("phx_gil").status, 401);
    assert_eq!(last_use("phx_gil"), None);
}
