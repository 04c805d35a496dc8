//! Rows as items of seed files: what an export writes, and what an import compares with and replaces.
//!
//! The names of a statement's columns say what an item looks like. `created_at:time` becomes the key `created_at` with an
//! instant as text; `:bool` makes a boolean, `:json` the value that a text stands for. A key is left out if its column is null
//! and ends in `?`, or if it ends in `~` and the column `updated_at` is null: such a definition was never edited. What refers to
//! another item is its ref, such as `user:1`, `project:1` or `insight:1:7`, an insight of project 1.
//!
//! Parameters are named after keys of items too. They are bound to what an item has there, for a ref to the id that it stands for.

mod tables;

pub use tables::{
    ACTIVITY_LOG, DASHBOARD_TILES, DASHBOARDS, EVENT_DEFINITIONS, EVENT_PROPERTIES, FEATURE_FLAGS,
    GROUP_TYPES, INSIGHTS, NOTEBOOKS, ORGANIZATIONS, PERSONAL_API_KEYS, PROJECT_SECRET_API_KEYS,
    PROJECTS, PROPERTY_DEFINITIONS, SESSION_RECORDINGS, SHARING_CONFIGURATIONS, USERS,
};

use rusqlite::{
    CachedStatement, Row, Statement, ToSql, named_params,
    types::{ToSqlOutput, Type, ValueRef},
};

use super::{Read, Result, StoreError, Write};
use crate::model::{Json, ProjectId, Timestamp, parse_json};

/// The keys and values of an item.
pub type Fields = Vec<(String, Json)>;

/// How the rows of a list are read and replaced.
pub struct Table {
    /// Reads all that belong to `:project`, in an order in which they can be inserted again.
    all: &'static str,
    /// Each finds the row that an item stands for, by other keys.
    one: &'static [&'static str],
    /// Deletes the row, and what belongs to it alone. Nothing for rows that are replaced in place.
    remove: &'static [&'static str],
}

/// Lets rows be replaced that others refer to: references are checked when the transaction ends.
const DEFER: &str = "PRAGMA defer_foreign_keys = ON";

/// Calls `look` with every item of `table` that belongs to `project`; `None` for a table of the installation, whole.
pub fn each<E: From<StoreError>>(
    db: &Read,
    table: &Table,
    project: Option<ProjectId>,
    mut look: impl FnMut(Fields) -> Result<(), E>,
) -> Result<(), E> {
    let mut statement = prepare(db, table.all)?;
    let columns = Column::of(&statement);
    let rows = statement.query_map(named_params! { ":project": project }, |row| {
        fields(row, &columns)
    });
    for item in rows.map_err(StoreError::from)? {
        look(item.map_err(StoreError::from)?)?;
    }
    Ok(())
}

/// What is known of the row that an item stands for.
pub enum Found {
    Item(Fields),
    Missing,
    /// The item has none of the keys by which rows are found.
    Unnamed,
}

/// Finds the item in the database that one with these values stands for, by the first of the statements whose keys it has.
/// `value` returns the value of a key.
pub fn find<E: From<StoreError>>(
    db: &Read,
    table: &Table,
    value: impl Fn(&str) -> Result<Option<Json>, E>,
) -> Result<Found, E> {
    for sql in table.one {
        let mut statement = prepare(db, sql)?;
        if bind(&mut statement, &value)? {
            return Ok(first(&mut statement)?.map_or(Found::Missing, Found::Item));
        }
    }
    Ok(Found::Unnamed)
}

fn prepare<'d>(db: &'d Read, sql: &'static str) -> Result<CachedStatement<'d>> {
    Ok(db.connection.prepare_cached(sql)?)
}

/// The first item that a statement, whose values are bound, finds.
fn first(statement: &mut Statement) -> Result<Option<Fields>> {
    let columns = Column::of(statement);
    let row = statement
        .raw_query()
        .next()?
        .map(|row| fields(row, &columns));
    Ok(row.transpose()?)
}

/// Deletes the row with these values, and what belongs to it alone, for another to take its place.
pub fn remove<E: From<StoreError>>(
    db: &Write,
    table: &Table,
    value: impl Fn(&str) -> Result<Option<Json>, E>,
) -> Result<(), E> {
    for sql in table.remove {
        let mut statement = prepare(db, sql)?;
        if bind(&mut statement, &value)? {
            statement.raw_execute().map_err(StoreError::from)?;
        }
    }
    Ok(())
}

/// Lets rows of this transaction be deleted and inserted again while others refer to them.
pub fn defer_references(db: &Write) -> Result<()> {
    db.run(DEFER, []).map(drop)
}

/// Binds each parameter to the value of its name; returns false if one has none, or null.
fn bind<E: From<StoreError>>(
    statement: &mut Statement,
    value: impl Fn(&str) -> Result<Option<Json>, E>,
) -> Result<bool, E> {
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).unwrap_or_default();
        let value = value(name.trim_start_matches(':'))?;
        let Some(value) = value.filter(|value| *value != Json::Null) else {
            return Ok(false);
        };
        let bound = statement.raw_bind_parameter(index, Bound(value));
        bound.map_err(StoreError::from)?;
    }
    Ok(true)
}

struct Bound(Json);

impl ToSql for Bound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match &self.0 {
            Json::Text(text) => text.value.as_str().into(),
            Json::Int(digits) => match digits.parse::<i64>() {
                Ok(number) => number.into(),
                Err(_) => digits.as_str().into(), // equal to nothing
            },
            _ => rusqlite::types::Null.into(),
        })
    }
}

/// What a column becomes.
struct Column {
    key: String,
    kind: Kind,
    omitted: Omitted,
}

#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Bool,
    Json,
    Time,
}

#[derive(Clone, Copy, PartialEq)]
enum Omitted {
    Never,
    IfNull,
    IfUnedited,
}

impl Column {
    fn of(statement: &Statement) -> Vec<Column> {
        let column = |name: &str| {
            let omitted = match name.as_bytes().last() {
                Some(b'?') => Omitted::IfNull,
                Some(b'~') => Omitted::IfUnedited,
                _ => Omitted::Never,
            };
            let name = name.trim_end_matches(['?', '~']);
            let (key, kind) = name.split_once(':').unwrap_or((name, ""));
            let kind = match kind {
                "bool" => Kind::Bool,
                "json" => Kind::Json,
                "time" => Kind::Time,
                _ => Kind::Plain,
            };
            let key = key.to_owned();
            Column { key, kind, omitted }
        };
        statement.column_names().into_iter().map(column).collect()
    }

    fn value(&self, row: &Row, index: usize) -> rusqlite::Result<Json> {
        let refused = |error: Box<dyn std::error::Error + Send + Sync>| {
            rusqlite::Error::FromSqlConversionFailure(index, Type::Text, error)
        };
        Ok(match (row.get_ref(index)?, self.kind) {
            (ValueRef::Null, _) => Json::Null,
            (ValueRef::Integer(number), Kind::Bool) => Json::Bool(number != 0),
            (ValueRef::Integer(number), Kind::Time) => {
                let text = serde_json::to_value(Timestamp(number));
                text.map_err(|error| refused(error.into()))?.into()
            }
            (ValueRef::Integer(number), _) => Json::Int(number.to_string()),
            (ValueRef::Text(text), Kind::Json) => {
                parse_json(text).map_err(|error| refused(error.to_string().into()))?
            }
            _ => Json::from(row.get::<_, String>(index)?),
        })
    }
}

fn fields(row: &Row, columns: &[Column]) -> rusqlite::Result<Fields> {
    let mut fields = Vec::with_capacity(columns.len());
    let mut is_edited = true;
    for (index, column) in columns.iter().enumerate() {
        if column.omitted == Omitted::IfUnedited && !is_edited {
            continue;
        }
        let value = column.value(row, index)?;
        if column.key == "updated_at" {
            is_edited = value != Json::Null;
        }
        if column.omitted != Omitted::IfNull || value != Json::Null {
            fields.push((column.key.clone(), value));
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::store::plans::plan;

    /// Every table whose rows are exported, with the names of tables that are read with it.
    const TABLES: &[(&Table, &[&str])] = &[
        (&USERS, &["user"]),
        (&ORGANIZATIONS, &["organization", "membership"]),
        (&PROJECTS, &["project"]),
        (&PERSONAL_API_KEYS, &["personal_api_key"]),
        (&PROJECT_SECRET_API_KEYS, &["project_secret_api_key"]),
        (&GROUP_TYPES, &["group_type"]),
        (&EVENT_DEFINITIONS, &["event_definition"]),
        (&PROPERTY_DEFINITIONS, &["property_definition"]),
        (&EVENT_PROPERTIES, &["event_property"]),
        (&DASHBOARDS, &["dashboard"]),
        (&INSIGHTS, &["insight"]),
        (&DASHBOARD_TILES, &["dashboard_tile"]),
        (&NOTEBOOKS, &["notebook"]),
        (
            &SESSION_RECORDINGS,
            &["session_recording", "session_recording_view"],
        ),
        (
            &SHARING_CONFIGURATIONS,
            &["sharing_configuration", "share_password", "share_view"],
        ),
        (&FEATURE_FLAGS, &["feature_flag", "feature_flag_override"]),
        (&ACTIVITY_LOG, &["activity"]),
    ];

    /// Tables, and columns of others, that an import makes anew or that follow from the rest.
    const LEFT_OUT: &[&str] = &[
        "session",
        "setting",
        "definition_change",
        "project.forgotten",
        "property_definition.class",
        "property_definition.is_seen",
    ];

    #[test]
    fn every_column_is_exported() {
        let database = Connection::open_in_memory().unwrap();
        database
            .execute_batch(include_str!("../../../schema.sql"))
            .unwrap();
        let sql = "SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
                    WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'";
        let mut statement = database.prepare(sql).unwrap();
        let columns = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        });
        for (table, column) in columns.unwrap().map(Result::unwrap) {
            let full = format!("{table}.{column}");
            if column == "number" || LEFT_OUT.contains(&&*table) || LEFT_OUT.contains(&&*full) {
                continue;
            }
            let found = TABLES.iter().find(|(_, names)| names.contains(&&*table));
            let (found, _) = found.unwrap_or_else(|| panic!("{table} is not exported"));
            let mut words = found
                .all
                .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
            assert!(words.any(|word| word == column), "{full} is not exported");
        }
    }

    #[test]
    fn items_are_found_in_an_index() {
        for (table, names) in TABLES {
            for sql in table.one {
                let plan = plan(sql);
                let is_found = |line: &String| line.starts_with("SEARCH");
                assert!(is_found(&plan[0]), "{names:?}: {plan:#?}");
            }
            for sql in table.remove {
                let plan = plan(sql);
                assert!(plan[0].starts_with("SEARCH"), "{names:?}: {plan:#?}");
            }
        }
    }

    #[test]
    fn what_grows_is_read_along_an_index() {
        for (table, index) in [
            (&EVENT_DEFINITIONS, "sqlite_autoindex_event_definition_2"),
            (&PROPERTY_DEFINITIONS, "property_definition_by_name"),
            (&EVENT_PROPERTIES, "PRIMARY KEY"),
            (&INSIGHTS, "insight_by_id"),
            (&SESSION_RECORDINGS, "sqlite_autoindex_session_recording_1"),
            (&SHARING_CONFIGURATIONS, "sharing_configuration_by_age"),
            (&FEATURE_FLAGS, "feature_flag_by_id"),
            (&ACTIVITY_LOG, "activity_by_age"),
        ] {
            let plan = plan(table.all).join("\n");
            assert!(plan.contains(index), "{plan}");
            assert!(!plan.contains("USE TEMP B-TREE FOR ORDER BY"), "{plan}");
        }
    }
}
