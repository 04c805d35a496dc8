//! Project secret API keys: making, listing, changing, rolling and revoking them (`keys-and-auth.md` 2.1 to 2.4).

mod activity;
mod fields;
mod rules;

use hoglet::model::{Secret, Timestamp};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::harness::Server;

/// The keys of project 1, which starts with one called `Backend`.
pub const KEYS: &str = "/api/projects/1/project_secret_api_keys/";

/// Makes a key called `label` in project 1, and hands on what was answered.
#[track_caller]
pub fn create(server: &Server, label: &str) -> Value {
    let sent = json!({"label": label, "scopes": ["endpoint:read"]});
    server.post(KEYS, sent).ok(201)
}

/// The path of a key in project 1.
pub fn path(key: &Value) -> String {
    format!("{KEYS}{}/", key["id"].as_str().unwrap())
}

/// The labels of the keys of `project`, in the order of the list.
pub fn labels(server: &Server, project: i64) -> Vec<String> {
    let path = format!("/api/projects/{project}/project_secret_api_keys/?limit=1000");
    let list = server.get(&path).ok(200);
    let keys = list["results"].as_array().unwrap();
    let label = |key: &Value| key["label"].as_str().unwrap().to_owned();
    keys.iter().map(label).collect()
}

/// `key` with `value` null, as every answer but that of making and rolling shows it.
pub fn hidden(key: &Value) -> Value {
    let mut key = key.clone();
    key["value"] = Value::Null;
    key
}

/// A user as keys name their maker.
fn creator(server: &Server, key: &str) -> Value {
    let me = server.ask("GET", "/api/users/@me/").key(key).send().ok(200);
    json!({
        "id": me["id"], "uuid": me["uuid"], "distinct_id": me["distinct_id"], "first_name": me["first_name"],
        "last_name": me["last_name"], "email": me["email"], "is_email_verified": true, "hedgehog_config": null,
        "role_at_organization": me["role_at_organization"],
    })
}

/// Checks that `text` consists of the digits that tokens are written in.
#[track_caller]
fn assert_token(text: &str, lengths: &[usize]) {
    let fits = |letter: char| letter.is_ascii_alphanumeric() && !"01lIO".contains(letter);
    assert!(
        lengths.contains(&text.len()) && text.chars().all(fits),
        "{text}"
    );
}

/// The hash that the database has of a key's secret.
fn stored_hash(server: &Server, key: &Value) -> Vec<u8> {
    let database = Connection::open(server.database()).unwrap();
    let hash = "SELECT secret_hash FROM project_secret_api_key WHERE id = ?";
    let id = key["id"].as_str().unwrap();
    database.query_row(hash, [id], |row| row.get(0)).unwrap()
}

#[test]
fn a_new_key_is_told_whole_and_what_it_may_not_choose_is_ignored() {
    let server = Server::start();
    let sent = json!({
        "value": "phs_mine", "id": "mine", "mask_value": 5, "created_at": "2001-01-01", "created_by": null,
        "last_used_at": "x", "last_rolled_at": [], "nonsense": {},
        "scopes": ["feature_flag:read", " endpoint:read ", "feature_flag:read"], "label": "\u{2003}CI  two ",
    });
    let before = Timestamp::now().to_string();
    let made = server.post(KEYS, sent);
    let after = Timestamp::now().to_string();
    let text = |field: &str| made.body[field].as_str().unwrap_or_default().to_owned();
    let (id, value, created_at) = (text("id"), text("value"), text("created_at"));
    let expected = json!({
        "id": id, "label": "CI  two", "value": value, "mask_value": format!("phs_...{}", &value[value.len() - 4..]),
        "created_at": created_at, "created_by": creator(&server, "phx_ada"), "last_used_at": null, "last_rolled_at": null,
        "scopes": ["feature_flag:read", "endpoint:read", "feature_flag:read"],
    });
    assert_eq!(
        (made.status, made.text.clone()),
        (201, expected.to_string())
    );
    assert_token(&id, &[44]);
    assert_token(value.strip_prefix("phs_").unwrap(), &[48, 49]);
    assert!(before <= created_at && created_at <= after, "{created_at}");
    let shown = server.get(&format!("{KEYS}{id}"));
    assert_eq!(
        (shown.status, shown.text),
        (200, hidden(&expected).to_string())
    );
    let by_mel = server
        .ask("POST", KEYS)
        .key("phx_mel")
        .form("label=Mel&scopes=loop:write&scopes=account:read")
        .send()
        .ok(201);
    assert_eq!(by_mel["created_by"], creator(&server, "phx_mel"));
    assert_eq!(by_mel["scopes"], json!(["loop:write", "account:read"]));
}

#[test]
fn of_a_secret_only_the_hash_is_kept() {
    let server = Server::start();
    let made = create(&server, "CI");
    let rolled = server
        .post(&format!("{}roll/", path(&made)), json!({}))
        .ok(200);
    let hash = |key: &Value| {
        Secret::new(key["value"].as_str().unwrap())
            .hash()
            .0
            .to_vec()
    };
    assert_eq!(stored_hash(&server, &made), hash(&rolled));
    let mut wal = server.database().into_os_string();
    wal.push("-wal");
    for file in [server.database(), wal.into()] {
        let bytes = std::fs::read(&file).unwrap();
        for key in [&made, &rolled] {
            let value = key["value"].as_str().unwrap().as_bytes();
            let found = bytes.windows(value.len()).any(|window| window == value);
            assert!(!found, "a secret stands in {}", file.display());
        }
    }
}

#[test]
fn keys_are_listed_newest_first_without_their_secrets() {
    let server = Server::start();
    let made: Vec<_> = ["b", "a", "c"].map(|label| create(&server, label)).into();
    let list = server.get(KEYS);
    let backend = list.body["results"][3].clone();
    let expected = json!({
        "count": 4, "next": null, "previous": null,
        "results": [hidden(&made[2]), hidden(&made[1]), hidden(&made[0]), backend],
    });
    assert_eq!((list.status, list.text), (200, expected.to_string()));
    assert_eq!(
        (&backend["label"], &backend["value"]),
        (&json!("Backend"), &Value::Null)
    );
    assert_eq!(backend["created_by"], creator(&server, "phx_ada"));
    let page = server
        .get(&format!("{KEYS}?search=a&limit=2&offset=1"))
        .ok(200);
    let link = |query: &str| format!("{}{KEYS}{query}&search=a", server.url);
    let expected = json!({
        "count": 4, "next": link("?limit=2&offset=3"), "previous": link("?limit=2"),
        "results": [hidden(&made[1]), hidden(&made[0])],
    });
    assert_eq!(page.to_string(), expected.to_string());
    let beyond = server.get(&format!("{KEYS}?offset=4")).ok(200);
    assert_eq!(
        (&beyond["results"], &beyond["count"]),
        (&json!([]), &json!(4))
    );
    assert_eq!(labels(&server, 2), ["Backend"]);
    assert_eq!(labels(&server, 3), [""; 0]);
    let read = server.ask("GET", KEYS).key("phx_read").send().ok(200);
    assert_eq!(read["count"], 4);
}

#[test]
fn a_change_touches_what_it_names_and_nothing_else() {
    let server = Server::start();
    let made = create(&server, "CI");
    let secret = stored_hash(&server, &made);
    let mut expected = hidden(&made);
    // Rolled first, so that there is an instant which must stay.
    let rolled = server.post(&format!("{}roll/", path(&made)), json!({}));
    for field in ["mask_value", "last_rolled_at"] {
        expected[field] = rolled.body[field].clone();
    }
    assert_ne!(stored_hash(&server, &made), secret);
    let secret = stored_hash(&server, &made);
    let both = json!({"label": " third ", "scopes": ["loop:write"]});
    let rows = [
        ("PATCH", json!({}), "CI", "endpoint:read"),
        ("PATCH", json!({"label": "CI"}), "CI", "endpoint:read"),
        (
            "PATCH",
            json!({"label": " second "}),
            "second",
            "endpoint:read",
        ),
        (
            "PATCH",
            json!({"scopes": ["account:read"]}),
            "second",
            "account:read",
        ),
        ("PUT", both.clone(), "third", "loop:write"),
        ("PUT", both, "third", "loop:write"),
        (
            "PATCH",
            json!({"label": 7, "value": "x", "id": "x", "mask_value": "x"}),
            "7",
            "loop:write",
        ),
    ];
    for (method, sent, label, scope) in rows {
        let answer = server
            .ask(method, &path(&made))
            .key("phx_ada")
            .json(sent.clone())
            .send();
        (expected["label"], expected["scopes"]) = (json!(label), json!([scope]));
        assert_eq!(
            (answer.status, answer.text),
            (200, expected.to_string()),
            "{method} {sent}"
        );
        assert_eq!(server.get(&path(&made)).text, expected.to_string());
    }
    // A form, and no body at all.
    let form = server
        .ask("PATCH", &path(&made))
        .key("phx_ada")
        .form("label=%22x%22+y")
        .send();
    assert_eq!(form.ok(200)["label"], "\"x\" y");
    let bare = server.ask("PATCH", &path(&made)).key("phx_ada").send();
    assert_eq!(bare.ok(200)["label"], "\"x\" y");
    assert_eq!(stored_hash(&server, &made), secret);
}

#[test]
fn rolling_makes_a_new_secret_each_time_and_keeps_the_rest() {
    let server = Server::start();
    let made = create(&server, "CI");
    let roll = format!("{}roll", path(&made));
    let mut seen = vec![made["value"].clone()];
    let bodies = [
        ("", ""),
        (
            "application/json",
            "{\"label\": \"x\", \"value\": \"phs_mine\"}",
        ),
        ("application/json", "[1]"),
        ("application/x-www-form-urlencoded", "scopes=nothing"),
    ];
    for (kind, body) in bodies {
        let before = Timestamp::now().to_string();
        let rolled = server
            .ask("POST", &roll)
            .key("phx_ada")
            .body(kind, body)
            .send();
        let after = Timestamp::now().to_string();
        let value = rolled.body["value"].as_str().unwrap_or_default().to_owned();
        let at = rolled.body["last_rolled_at"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let mut expected = made.clone();
        expected["value"] = json!(value);
        expected["mask_value"] = json!(format!("phs_...{}", &value[value.len() - 4..]));
        expected["last_rolled_at"] = json!(at);
        assert_eq!(
            (rolled.status, rolled.text),
            (200, expected.to_string()),
            "{body}"
        );
        assert_token(value.strip_prefix("phs_").unwrap(), &[48, 49]);
        assert!(before <= at && at <= after, "{at}");
        assert!(!seen.contains(&json!(value)), "{value} came twice");
        assert_eq!(server.get(&path(&made)).text, hidden(&expected).to_string());
        seen.push(json!(value));
    }
}
