//! Whatever is sent to be captured, it is answered by 200 or by a refusal of the reference's table, and the database stays
//! whole.

#[allow(dead_code)] // the other tests use the rest of it
#[path = "api/harness.rs"]
mod harness;

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use proptest::{prelude::*, test_runner::TestRunner};
use rusqlite::Connection;
use serde_json::{Map, Value, json};

use harness::{Answer, Server};

/// Every answer that is not a success begins with one of these.
const REFUSALS: [(u16, &str); 14] = [
    (400, "request missing data payload"),
    (400, "failed to decode request: "),
    (400, "failed to parse request: "),
    (
        400,
        "failed to hydrate events from request: non-engage request missing event name attribute",
    ),
    (400, "request holds no event"),
    (400, "event submitted with an empty event name"),
    (400, "event submitted with invalid cookieless mode"),
    (400, "event submitted without a distinct_id"),
    (400, "replay event submitted without session id"),
    (400, "replay event has invalid session id"),
    (400, "replay event submitted without snapshot data"),
    (401, "event submitted without an api_key"),
    (401, "batch submitted with inconsistent api_key values"),
    (401, "API key is not valid: "),
];

fn server() -> Server {
    let seed = json!({
        "users": [{"ref": "ada", "email": "ada@example.com"}],
        "organizations": [{"ref": "acme", "name": "Acme", "members": [["ada", "owner"]]}],
        "projects": [
            {"ref": "main", "org": "acme", "name": "Main", "id": 1, "api_token": "phc_main"},
            {"ref": "side", "org": "acme", "name": "Side", "id": 2, "api_token": "phc_side"},
        ],
    });
    Server::seeded(&seed, &["--durability", "relaxed"])
}

fn runner() -> TestRunner {
    TestRunner::new(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })
}

/// Words that mean something in an event, among others.
fn key() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "event",
        "distinct_id",
        "properties",
        "$set",
        "$set_once",
        "$unset",
        "$groups",
        "$group_type",
        "$group_set",
        "$group_0",
        "$process_person_profile",
        "$browser",
        "$os",
        "$os_name",
        "$initial_os",
        "utm_source",
        "$feature/x",
        "$is_server",
        "$ip",
        "token",
        "api_key",
        "batch",
        "timestamp",
        "offset",
        "uuid",
        "sent_at",
        "created_at",
        "$session_id",
        "$snapshot_data",
        "$cookieless_mode",
        "$elements",
        "$sent_at",
        "$survey_response",
        "a\0b",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => any::<String>(), 1 => "[a-z]{190,210}"]
}

/// A JSON value of any shape.
fn value() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "2026-01-02",
        "true",
        "",
        "phc_main",
        "$identify",
        "$groupidentify",
        "x",
        "company",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let members = prop::collection::vec((key(), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            members.prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Something like an event: its usual fields, some replaced by anything.
fn event() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "$pageview",
        "$groupidentify",
        "$identify",
        "$snapshot",
        "x",
        "",
        "$$plugin_metrics",
    ]);
    let properties = prop::collection::vec((key(), value()), 0..10);
    let changes = prop::collection::vec((key(), value()), 0..2);
    (names, properties, changes).prop_map(|(name, properties, changes)| {
        let properties: Map<_, _> = properties.into_iter().collect();
        let mut event = json!({"event": name, "distinct_id": "d", "properties": properties});
        event.as_object_mut().unwrap().extend(changes);
        event
    })
}

/// A request of some shape.
fn payload() -> impl Strategy<Value = Value> {
    let token = prop::sample::select(vec![
        "phc_main",
        "phc_main",
        "phc_main",
        "phc_side",
        "phc_stranger",
        "phx_x",
        "",
    ]);
    let events = || prop::collection::vec(event(), 0..4);
    let more = prop::collection::vec((key(), value()), 0..2);
    let batch = (token.clone(), events(), more).prop_map(|(token, events, more)| {
        let mut batch = json!({"api_key": token, "batch": events});
        batch.as_object_mut().unwrap().extend(more);
        batch
    });
    let alone = (token, event()).prop_map(|(token, mut event)| {
        event["token"] = token.into();
        event
    });
    prop_oneof![6 => batch, 3 => alone, 1 => events().prop_map(Value::from), 1 => value()]
}

/// Sends `body` by one of the paths, in one of the encodings.
fn send(server: &Server, way: usize, body: &[u8]) -> Answer {
    let path = ["/batch/", "/e/", "/engage/", "/i/v0/e/", "/s/", "/capture"][way % 6];
    let ask = server.ask("POST", path);
    match way / 6 % 3 {
        0 => ask.body("application/json", body).send(),
        1 => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(body).unwrap();
            ask.body("text/plain", encoder.finish().unwrap()).send()
        }
        _ => {
            let data: String = form_urlencoded::byte_serialize(body).collect();
            ask.form(&format!("data={data}")).send()
        }
    }
}

fn check(answer: &Answer) -> Result<(), TestCaseError> {
    let is_success = (answer.status, &*answer.text) == (200, r#"{"status":"Ok"}"#);
    let mut refusals = REFUSALS.iter();
    let is_refusal =
        refusals.any(|(status, text)| answer.status == *status && answer.text.starts_with(text));
    prop_assert!(
        is_success || is_refusal,
        "{} {}",
        answer.status,
        answer.text
    );
    Ok(())
}

/// The rows that no sequence of events may leave behind, each as the query that finds them.
const NEVER: [&str; 6] = [
    "SELECT name FROM property_definition WHERE instr(name, char(0)) > 0 OR length(CAST(name AS BLOB)) > 600",
    "SELECT name FROM property_definition WHERE type = 4 OR property_type = 'Duration' OR project_id <> 1 AND project_id <> 2",
    "SELECT name FROM event_definition WHERE last_seen_at IS NULL OR created_at IS NULL",
    "SELECT event FROM event_property WHERE NOT EXISTS
       (SELECT 1 FROM event_definition WHERE project_id = event_property.project_id AND name = event)",
    "SELECT property FROM event_property WHERE property LIKE '$feature/%' OR NOT EXISTS
       (SELECT 1 FROM property_definition WHERE project_id = event_property.project_id AND type = 1 AND name = property)",
    "SELECT name FROM property_definition WHERE type = 3 AND NOT EXISTS
       (SELECT 1 FROM group_type WHERE project_id = property_definition.project_id
                                   AND group_type_index = property_definition.group_type_index)",
];

fn check_database(server: &Server) {
    let database = Connection::open(server.database()).unwrap();
    let verdict: String = database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
    let broken: i64 = database
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(broken, 0);
    for query in NEVER {
        let mut statement = database.prepare(query).unwrap();
        let found: Vec<String> = statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(found, [""; 0], "{query}");
    }
    let count: i64 = database
        .query_row("SELECT count(*) FROM property_definition", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert!(count > 30, "the events sent defined {count} properties");
}

#[test]
fn any_json_is_answered_by_the_table_and_leaves_the_database_whole() {
    let server = server();
    let cases = (payload(), 0..18usize);
    let outcome = runner().run(&cases, |(payload, way)| {
        check(&send(&server, way, payload.to_string().as_bytes()))
    });
    outcome.unwrap();
    check_database(&server);
}

#[test]
fn any_bytes_are_answered_by_the_table() {
    let server = server();
    let start = prop::sample::select(vec![
        "",
        "{",
        "[",
        "\x1f",
        "data=",
        "{\"api_key\":",
        "[{\"event\":\"x\",",
    ]);
    let bytes = (start, prop::collection::vec(any::<u8>(), 0..40));
    let bytes = bytes.prop_map(|(start, rest)| [start.as_bytes(), &rest].concat());
    let outcome = runner().run(&(bytes, 0..18usize), |(bytes, way)| {
        check(&send(&server, way, &bytes))
    });
    outcome.unwrap();
}
