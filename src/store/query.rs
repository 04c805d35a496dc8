//! Statements whose SQL depends on the request, such as a list with optional filters.

use rusqlite::{Row, ToSql, params_from_iter};

use super::{Read, Result};

/// SQL assembled from fragments, and the values for their `?` in order.
///
/// Text from a request cannot become SQL: fragments are `&'static str`, and values are bound.
#[derive(Default)]
pub struct Query {
    sql: String,
    values: Vec<Box<dyn ToSql>>,
}

impl Query {
    /// Starts a statement with `fragment`.
    pub fn new(fragment: &'static str) -> Query {
        Query::default().sql(fragment)
    }

    /// Appends `fragment`, separated by a space.
    pub fn sql(mut self, fragment: &'static str) -> Query {
        self.sql.push_str(fragment);
        self.sql.push(' ');
        self
    }

    /// Binds `value` to the first `?` that has none yet.
    pub fn bind(mut self, value: impl ToSql + 'static) -> Query {
        self.values.push(Box::new(value));
        self
    }

    pub fn all<T>(&self, db: &Read, read: fn(&Row) -> rusqlite::Result<T>) -> Result<Vec<T>> {
        let mut statement = db.connection.prepare_cached(&self.sql)?;
        Ok(statement
            .query_map(params_from_iter(&self.values), read)?
            .collect::<rusqlite::Result<_>>()?)
    }

    /// Returns the number in the only row.
    pub fn count(&self, db: &Read) -> Result<i64> {
        Ok(db
            .connection
            .prepare_cached(&self.sql)?
            .query_row(params_from_iter(&self.values), |row| row.get(0))?)
    }

    /// Returns the lines of `EXPLAIN QUERY PLAN`.
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
