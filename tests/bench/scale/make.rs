//! Makes the large database: one project, its definitions and its pairs, in hoglet's own schema.

use std::{
    fs,
    io::{Write, stderr},
    path::Path,
};

use rusqlite::{Connection, params};
use serde_json::json;
use uuid::Uuid;

use super::server::Process;

/// Definitions of the project. People have opened or edited a hundredth of them, and tagged another.
pub const DEFINITIONS: u64 = 1_000_000;
/// Events, and how many properties each was seen with.
const EVENTS: u64 = 2_000;
const PROPERTIES: u64 = 5_000;

/// The id of one definition: that of the name 42.
pub const DEFINITION: &str = "00000001-0000-0000-0000-00000000002a";

const SUBJECTS: [&str; 24] = [
    "account", "user", "order", "cart", "checkout", "session", "page", "product", "item", "price",
    "amount", "plan", "team", "invite", "email", "address", "country", "device", "browser",
    "video", "search", "filter", "form", "button",
];
const ASPECTS: [&str; 16] = [
    "id", "name", "type", "status", "created", "updated", "source", "target", "label", "index",
    "size", "length", "score", "rank", "level", "version",
];

/// The `number`th name.
pub fn name(number: u64) -> String {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let subject = SUBJECTS[(mixed % 24) as usize];
    let aspect = ASPECTS[(mixed / 24 % 16) as usize];
    if number.is_multiple_of(3) {
        format!("{subject}{}{number}", aspect.to_uppercase())
    } else {
        format!("{subject}_{aspect}_{number:06}")
    }
}

/// The `number`th event.
pub fn event(number: u64) -> String {
    format!("event {number:04}")
}

/// A body that tags 500 definitions.
pub fn bulk_tags() -> String {
    let ids: Vec<_> = (0..500).map(|number| id(number * 7)).collect();
    json!({"ids": ids, "action": "add", "tags": ["bench"]}).to_string()
}

/// The id of the `number`th definition.
pub fn id(number: u64) -> String {
    Uuid::from_u128(1 << 96 | u128::from(number)).to_string()
}

/// Makes the database at `path`, unless it was made before.
pub fn once(path: &Path) {
    if path.exists() {
        return;
    }
    let making = path.with_extension("making");
    drop(fs::remove_file(&making));
    drop(Process::hoglet_seeded(&making)); // its schema, a project and a key
    let mut db = Connection::open(&making).expect("the file opens");
    db.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000;",
    )
    .expect("pragmas");
    let change = db.transaction().expect("a transaction");
    {
        let mut pair = change
            .prepare("INSERT OR IGNORE INTO event_property VALUES (1, ?, ?)")
            .expect("a statement");
        for number in 0..EVENTS {
            if number.is_multiple_of(EVENTS / 100) {
                progress("pairs", number, EVENTS);
            }
            let mut names: Vec<_> = (0..PROPERTIES)
                .map(|k| name((number * 7919 + k * 199) % DEFINITIONS))
                .collect();
            names.sort_unstable();
            for name in names {
                pair.execute(params![event(number), name]).expect("a pair");
            }
        }
        let sql = "INSERT INTO property_definition
                   (id, project_id, type, name, class, property_type, verified, updated_at, tags)
                   VALUES (?, 1, 1, ?, 0, ?, ?, ?, ?)";
        let mut definition = change.prepare(sql).expect("a statement");
        for number in 0..DEFINITIONS {
            if number.is_multiple_of(DEFINITIONS / 100) {
                progress("definitions", number, DEFINITIONS);
            }
            let kind = ["String", "Numeric", "Boolean", "DateTime"][(number % 4) as usize];
            let is_verified = number % 1000 == 42;
            let touched = (number % 100 == 42).then_some((number * 7919 % DEFINITIONS) as i64);
            let tags = if number % 100 == 7 {
                r#"["billing"]"#
            } else {
                "[]"
            };
            definition
                .execute(params![
                    id(number),
                    name(number),
                    kind,
                    is_verified,
                    touched,
                    tags
                ])
                .expect("a definition");
        }
    }
    events(&change);
    change.commit().expect("a commit");
    drop(db);
    // What the system still holds back would be written, and waited for, in the first of the figures.
    fs::File::open(&making)
        .and_then(|file| file.sync_all())
        .expect("a flush");
    fs::rename(&making, path).expect("a name");
    eprintln!("\r{:60}\r", "");
}

/// A definition for each of a million events, last seen in the course of three months.
fn events(change: &Connection) {
    let sql = "INSERT INTO event_definition (id, project_id, name, created_at, last_seen_at) VALUES (?, 1, ?, 1, ?)";
    let mut definition = change.prepare(sql).expect("a statement");
    for number in 0..DEFINITIONS {
        if number.is_multiple_of(DEFINITIONS / 100) {
            progress("events", number, DEFINITIONS);
        }
        let minutes = number * 7919 % (90 * 24 * 60);
        let seen = 1_780_000_000_000_000 + minutes as i64 * 60_000_000;
        definition
            .execute(params![id(number), event(number), seen])
            .expect("a definition");
    }
}

fn progress(what: &str, done: u64, all: u64) {
    let tenths = (done * 40 / all) as usize;
    eprint!(
        "\r{what:<12} [{:<40}] {:>3} %",
        "#".repeat(tenths),
        done * 100 / all
    );
    drop(stderr().flush());
}
