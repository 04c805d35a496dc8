//! For tests: query plans on the present schema.

use rusqlite::Connection;

/// Returns the lines of `EXPLAIN QUERY PLAN` for `sql` with null parameters.
pub fn plan(sql: &str) -> Vec<String> {
    explain("EXPLAIN QUERY PLAN", sql, "detail")
}

/// Returns the names of the instructions that SQLite runs for `sql`, those of its triggers included.
pub fn instructions(sql: &str) -> Vec<String> {
    explain("EXPLAIN", sql, "opcode")
}

fn explain(how: &str, sql: &str, column: &str) -> Vec<String> {
    let database = Connection::open_in_memory().expect("valid statement and schema");
    database
        .execute_batch(include_str!("../../schema.sql"))
        .expect("valid statement and schema");
    let mut statement = database
        .prepare(&format!("{how} {sql}"))
        .expect("valid statement and schema");
    let lines = statement.raw_query().mapped(|row| row.get(column));
    lines
        .collect::<rusqlite::Result<_>>()
        .expect("valid statement and schema")
}

/// Checks that `sql` reads rows in the order of `index` and does not sort them.
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
