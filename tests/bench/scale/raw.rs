//! The same questions to raw rusqlite: the best statements for a page and its exact count.

use std::{hint::black_box, path::Path};

use rusqlite::{Connection, params};

use super::make;

/// One list, as a query string and as SQL.
pub struct Question {
    pub name: &'static str,
    /// Below the project's URL.
    pub base: &'static str,
    pub query: &'static str,
    /// What is asked about, and what rows must always fulfil.
    from: &'static str,
    /// What rows must fulfil, besides being the project's.
    condition: &'static str,
    order: &'static str,
    offset: u32,
}

const SHORT_FIRST: &str = "length(name), verified DESC, name";
const VERIFIED_FIRST: &str = "verified DESC, name";
const SEEN: &str =
    "name IN (SELECT property FROM event_property WHERE project_id = 1 AND event = 'event 0042')";

#[rustfmt::skip] // a table: read it by columns
pub const QUESTIONS: &[Question] = &[
    list("list, page 1",                "",                                                       "1",                                                                     VERIFIED_FIRST, 0),
    list("list, page 5,000",            "?offset=499900",                                         "1",                                                                     VERIFIED_FIRST, 499_900),
    list("search: common",              "?search=user",                                           "name LIKE '%user%'",                                                    SHORT_FIRST,    0),
    list("search: rare",                "?search=status_004217",                                  "name LIKE '%status_004217%'",                                           SHORT_FIRST,    0),
    list("search: two words",           "?search=cart+size",                                      "name LIKE '%cart%' AND name LIKE '%size%'",                             SHORT_FIRST,    0),
    list("search: one letter",          "?search=e",                                              "name LIKE '%e%'",                                                       SHORT_FIRST,    0),
    list("event_names, marked",         "?event_names=%5B%22event+0042%22%5D",                    "1",                                                                     "name IN (SELECT property FROM event_property WHERE project_id = 1 AND event = 'event 0042') DESC, verified DESC, name", 0),
    list("event_names, filtered",       "?event_names=%5B%22event+0042%22%5D&filter_by_event_names=true", SEEN,                                                            VERIFIED_FIRST, 0),
    list("numbers only",                "?is_numerical=true",                                     "property_type = 'Numeric' AND name NOT IN ('distinct_id', 'timestamp')", VERIFIED_FIRST, 0),
    list("a tag",                       "?tag=billing",                                           "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = 'billing')",         VERIFIED_FIRST, 0),
    list("ordering: -name",             "?ordering=-name",                                        "1",                                                                     "name DESC",    0),
    list("ordering: property_type",     "?ordering=property_type",                                "1",                                                                     "property_type, name", 0),
    list("ordering: -updated_at",       "?ordering=-updated_at",                                  "1",                                                                     "updated_at DESC, name", 0),
    list("ordering, page 5,000",        "?ordering=-updated_at&offset=499900",                    "1",                                                                     "updated_at DESC, name", 499_900),
    seen("seen_together",               "?event_names=event+0042&event_names=event+0043&property_name=user_id_000001"),
];

const PROPERTIES: &str = "FROM property_definition WHERE project_id = ? AND type = 1 AND group_type_index = -1 AND class <> 3";

const fn list(
    name: &'static str,
    query: &'static str,
    condition: &'static str,
    order: &'static str,
    offset: u32,
) -> Question {
    Question {
        name,
        base: "property_definitions/",
        query,
        from: PROPERTIES,
        condition,
        order,
        offset,
    }
}

/// A list of event definitions.
const fn events(
    name: &'static str,
    query: &'static str,
    condition: &'static str,
    order: &'static str,
) -> Question {
    Question {
        base: "event_definitions/",
        from: "FROM event_definition WHERE project_id = ?",
        ..list(name, query, condition, order, 0)
    }
}

/// The question that is no list.
const fn seen(name: &'static str, query: &'static str) -> Question {
    Question {
        base: "property_definitions/seen_together/",
        ..list(name, query, "", "", 0)
    }
}

#[rustfmt::skip] // a table: read it by columns
pub const EVENTS: &[Question] = &[
    events("events: list",              "",                                                       "1",                                                                     BY_DAY),
    events("events: search, common",    "?search=42",                                             "name LIKE '%42%'",                                                      SHORT_AND_BY_DAY),
    events("events: search, rare",      "?search=event+424242",                                   "name LIKE '%event%' AND name LIKE '%424242%'",                          SHORT_AND_BY_DAY),
    events("events: search, one letter", "?search=e",                                             "name LIKE '%e%'",                                                       SHORT_AND_BY_DAY),
    events("events: without hidden",    "?exclude_hidden=true",                                   "hidden IS NOT 1",                                                       BY_DAY),
    events("events: ordering: -name",   "?ordering=-name",                                        "1",                                                                     "name DESC"),
    events("events: -last_seen_at",     "?ordering=-last_seen_at",                                "1",                                                                     "last_seen_at DESC, name"),
    events("events: created_at",        "?ordering=created_at",                                   "1",                                                                     "created_at, name"),
    Question { offset: 499_900, ..
    events("events: page 5,000",        "?offset=499900",                                         "1",                                                                     BY_DAY) },
];

const BY_DAY: &str = "last_seen_at / 86400000000 DESC, name";
const SHORT_AND_BY_DAY: &str = "length(name), last_seen_at / 86400000000 DESC, name";

/// The database, without a server.
pub struct Raw(Connection);

impl Raw {
    pub fn open(path: &Path) -> Raw {
        let db = Connection::open(path).expect("the file opens");
        let pragmas =
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;";
        db.execute_batch(pragmas).expect("pragmas");
        db.set_prepared_statement_cache_capacity(64);
        Raw(db)
    }

    /// The page and the count that answer `question`.
    pub fn ask(&self, question: &Question) {
        if question.order.is_empty() {
            let sql = "SELECT event FROM event_property
                        WHERE project_id = 1 AND property = ? AND event IN ('event 0042', 'event 0043')";
            return self.read(sql, "user_id_000001");
        }
        let from = question.from;
        self.read(
            &format!("SELECT count(*) {from} AND {}", question.condition),
            1,
        );
        let (condition, order, offset) = (question.condition, question.order, question.offset);
        self.read(
            &format!("SELECT * {from} AND {condition} ORDER BY {order} LIMIT 100 OFFSET {offset}"),
            1,
        );
    }

    pub fn retrieve(&self) {
        self.read(
            "SELECT * FROM property_definition WHERE project_id = 1 AND id = ?",
            make::DEFINITION,
        );
    }

    pub fn describe(&self) {
        // Never the same twice: SQLite writes nothing where nothing changes.
        let sql = "UPDATE property_definition SET description = 'changed', updated_at = coalesce(updated_at, 0) + 1
                    WHERE project_id = 1 AND id = ?";
        self.0
            .prepare_cached(sql)
            .and_then(|mut update| update.execute([make::DEFINITION]))
            .expect("a change");
    }

    pub fn tag_500(&self) {
        let sql = "UPDATE property_definition SET tags = '[\"bench\"]', updated_at = coalesce(updated_at, 0) + 1 WHERE project_id = 1 AND id = ?";
        let change = self.0.unchecked_transaction().expect("a transaction");
        for number in 0..500 {
            let id = make::id(number * 7);
            change
                .prepare_cached(sql)
                .and_then(|mut update| update.execute(params![id]))
                .expect("a change");
        }
        change.commit().expect("a commit");
    }

    fn read(&self, sql: &str, value: impl rusqlite::ToSql) {
        let mut statement = self.0.prepare_cached(sql).expect("a statement");
        let columns = statement.column_count();
        let mut rows = statement.query([value]).expect("an answer");
        while let Some(row) = rows.next().expect("a row") {
            for column in 0..columns {
                black_box(row.get_ref(column).expect("a value"));
            }
        }
    }
}
