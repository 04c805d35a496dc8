//! Whether the database is whole: as a file, and in what its rows say of each other.

use rusqlite::Connection;

use crate::harness::Server;

/// The rows that no sequence of events may leave behind, each as the query that finds them.
const NEVER: [&str; 7] = [
    "SELECT name FROM property_definition WHERE instr(name, char(0)) > 0 OR length(CAST(name AS BLOB)) > 600",
    "SELECT name FROM property_definition WHERE type = 4 OR property_type = 'Duration' OR project_id <> 1 AND project_id <> 2",
    "SELECT name FROM event_definition WHERE last_seen_at IS NULL OR created_at IS NULL",
    "SELECT event FROM event_property WHERE NOT EXISTS
       (SELECT 1 FROM event_definition WHERE project_id = event_property.project_id AND name = event)",
    "SELECT property FROM event_property WHERE property GLOB '$feature/*' OR NOT EXISTS
       (SELECT 1 FROM property_definition WHERE project_id = event_property.project_id AND type = 1 AND name = property)",
    "SELECT name FROM property_definition WHERE type = 3 AND NOT EXISTS
       (SELECT 1 FROM group_type WHERE project_id = property_definition.project_id
                                   AND group_type_index = property_definition.group_type_index)",
    "SELECT name FROM property_definition WHERE is_seen <> (type = 1 AND EXISTS
       (SELECT 1 FROM event_property WHERE project_id = property_definition.project_id AND property = name))",
];

/// Checks the database of `server`. Returns how many properties are defined.
pub fn check(server: &Server) -> i64 {
    let database = Connection::open(server.database()).unwrap();
    let texts = |query: &str| -> Vec<String> {
        let mut statement = database.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(texts("PRAGMA integrity_check"), ["ok"]);
    assert_eq!(texts("PRAGMA foreign_key_check"), [""; 0]);
    for query in NEVER {
        assert_eq!(texts(query), [""; 0], "{query}");
    }
    let count = "SELECT count(*) FROM property_definition";
    database.query_row(count, [], |row| row.get(0)).unwrap()
}
