//! What can be wrong with a database, in sentences.

use rusqlite::Connection;

use super::Result;

/// The most findings of one kind.
const MOST: usize = 20;

/// Shares whose parent is missing.
const ORPHANS: &str = "
    SELECT 'share ' || number || ' belongs to ' || parent || ' ' || parent_id || ', which does not exist'
      FROM sharing_configuration AS share
     WHERE CASE parent
           WHEN 'insight' THEN NOT EXISTS
                (SELECT 1 FROM insight WHERE id = share.parent_id AND project_id = share.project_id)
           WHEN 'dashboard' THEN NOT EXISTS
                (SELECT 1 FROM dashboard WHERE id = share.parent_id AND project_id = share.project_id)
           WHEN 'notebook' THEN NOT EXISTS
                (SELECT 1 FROM notebook WHERE short_id = share.parent_id AND project_id = share.project_id)
           ELSE NOT EXISTS
                (SELECT 1 FROM session_recording WHERE id = share.parent_id AND project_id = share.project_id)
           END";

/// Properties of events whose `is_seen` does not say whether a pair has them.
const SEEN: &str = "
    SELECT 'property ' || name || ' of project ' || project_id || ' is ' || iif(is_seen, '', 'not ')
           || 'marked as seen on events, but is ' || iif(is_seen, 'on none', 'on some')
      FROM property_definition AS definition
     WHERE type = 1 AND is_seen <> EXISTS (SELECT 1 FROM event_property
           WHERE project_id = definition.project_id AND property = definition.name)";

/// Keys of other tables that are missing there.
const REFERENCES: &str = r#"
    SELECT "table" || coalesce(' ' || rowid, '') || ' refers to a missing ' || parent FROM pragma_foreign_key_check"#;

/// What is wrong with pages, indexes and the values of columns.
pub fn pages(connection: &Connection) -> Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let lines = statement.query_map([], |row| row.get(0))?;
    let lines = lines.collect::<rusqlite::Result<Vec<String>>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// Tables, columns, indexes and triggers, in one line each.
pub fn schema(connection: &Connection) -> Result<Vec<String>> {
    let sql = "
        SELECT type || ' ' || name || ': ' || CASE type
               WHEN 'table' THEN (SELECT group_concat(concat_ws(' ', name, type, \"notnull\", dflt_value, pk), ', ')
                                    FROM pragma_table_info(sqlite_schema.name))
               ELSE coalesce(sql, '') END
          FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1";
    let mut statement = connection.prepare(sql)?;
    let lines = statement.query_map([], |row| row.get(0))?;
    Ok(lines.collect::<rusqlite::Result<_>>()?)
}

/// Everything that is wrong with a database whose schema should be `expected`. Reads all of it.
pub fn all(connection: &Connection, expected: &[String]) -> Result<Vec<String>> {
    let mut findings = pages(connection)?;
    findings.extend(rows(connection, expected)?);
    Ok(findings)
}

/// What is wrong with a database whose [`pages`] are well.
pub fn rows(connection: &Connection, expected: &[String]) -> Result<Vec<String>> {
    let found = schema(connection)?;
    let name = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    let missing = expected.iter().filter(|line| !found.contains(line));
    let missing = missing.map(|line| {
        format!(
            "the {} is missing, or is not that of this version",
            name(line)
        )
    });
    let mut findings: Vec<_> = missing.collect();
    for sql in [REFERENCES, ORPHANS, SEEN] {
        let mut statement = connection.prepare(sql)?;
        let lines = statement.query_map([], |row| row.get(0))?;
        findings.extend(
            lines
                .take(MOST)
                .collect::<rusqlite::Result<Vec<String>>>()?,
        );
    }
    Ok(findings)
}
