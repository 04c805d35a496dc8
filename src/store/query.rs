//! A statement whose parts depend on what is asked, such as a list with optional filters.

use rusqlite::{Row, ToSql, params_from_iter};

use super::{Read, Result};

/// SQL put together from fragments that stand in our source, and the values for their `?`, in order.
///
/// Text from outside cannot become SQL: a fragment is a `&'static str`, and everything else is bound.
#[derive(Default)]
pub struct Query {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
}

impl Query {
    /// A statement that begins with `fragment`.
    pub fn new(fragment: &'static str) -> Query {
        Query::default().sql(fragment)
    }

    /// Adds `fragment`; what stood before it is apart from it by a blank.
    pub fn sql(mut self, fragment: &'static str) -> Query {
        self.sql.push_str(fragment);
        self.sql.push(' ');
        self
    }

    /// The value of the first `?` that has none yet.
    pub fn bind(mut self, value: impl ToSql + 'static) -> Query {
        self.values.push(Box::new(value));
        self
    }

    /// Every row that it finds, in its order.
    pub fn all<T>(&self, db: &Read, read: fn(&Row) -> rusqlite::Result<T>) -> Result<Vec<T>> {
        let mut statement = db.connection.prepare_cached(&self.sql)?;
        Ok(statement
            .query_map(params_from_iter(&self.values), read)?
            .collect::<rusqlite::Result<_>>()?)
    }

    /// The single number that it counts.
    pub fn count(&self, db: &Read) -> Result<i64> {
        Ok(db
            .connection
            .prepare_cached(&self.sql)?
            .query_row(params_from_iter(&self.values), |row| row.get(0))?)
    }

    /// How SQLite goes about it: the lines of EXPLAIN QUERY PLAN.
    #[cfg(test)]
    pub fn plan(&self, db: &Read) -> Vec<String> {
        let mut statement = db
            .connection
            .prepare(&format!("EXPLAIN QUERY PLAN {}", self.sql))
            .unwrap();
        let lines = statement
            .query_map(params_from_iter(&self.values), |row| row.get(3))
            .unwrap();
        lines.collect::<rusqlite::Result<_>>().unwrap()
    }
}
