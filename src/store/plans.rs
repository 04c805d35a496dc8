//! For tests: how SQLite goes about a statement, on the schema as it is.

use rusqlite::Connection;

/// The lines of `EXPLAIN QUERY PLAN` for `sql`, its parameters null.
pub fn plan(sql: &str) -> Vec<String> {
    let database = Connection::open_in_memory().expect("the statement and the schema are right");
    database
        .execute_batch(include_str!("../../schema.sql"))
        .expect("the statement and the schema are right");
    let mut statement = database
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .expect("the statement and the schema are right");
    let lines = statement.raw_query().mapped(|row| row.get("detail"));
    lines
        .collect::<rusqlite::Result<_>>()
        .expect("the statement and the schema are right")
}

/// Checks that `sql` goes along `index`, and sorts nothing afterwards.
#[track_caller]
pub fn assert_walks(sql: &str, index: &str) {
    let plan = plan(sql);
    assert!(
        plan[0].contains(&format!("INDEX {index} (project_id=?")),
        "{plan:#?}"
    );
    assert!(
        !plan
            .iter()
            .any(|line| line.contains("TEMP B-TREE FOR ORDER BY")),
        "{plan:#?}"
    );
}
