//! One definition on its way from the file into a catalogue.

use rusqlite::{Row, types::Type};

use super::marks::{Bits, Mark, type_rank};
use crate::model::*;

/// The columns that make an entry, by their places: a million rows are read at a time, and names are slow to look up.
macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT number, name, class, property_type, is_seen, verified, hidden, updated_at, tags
               FROM property_definition ",
            $tail
        )
    };
}
pub(super) use select;

/// A definition as catalogues know it.
pub struct Entry {
    /// The database's number of it.
    pub number: u32,
    /// Its name, which never changes.
    pub name: String,
    /// What can change of it.
    pub facts: Facts,
}

/// What lists ask of a definition besides its name.
pub struct Facts {
    /// What filters ask of it.
    pub marks: Bits,
    /// When somebody last opened it for the first time, or changed it; `None` while nobody has.
    pub updated_at: Option<Timestamp>,
    /// Its tags.
    pub tags: Vec<String>,
}

impl Entry {
    /// The definition in `row`.
    pub fn read(row: &Row) -> rusqlite::Result<Entry> {
        let name: String = row.get(1)?;
        Ok(Entry {
            number: row.get(0)?,
            facts: Facts::read(row, &name)?,
            name,
        })
    }
}

impl Facts {
    /// The facts in `row`, of the definition called `name`.
    pub fn read(row: &Row, name: &str) -> rusqlite::Result<Facts> {
        let updated_at: Option<Timestamp> = row.get(7)?;
        let property_type: Option<PropertyType> = row.get(3)?;
        // Numbers, but no measures: the reference leaves them out where numbers are asked for.
        let is_measure = !["distinct_id", "timestamp"].contains(&name);
        let is_numeric = property_type == Some(PropertyType::Numeric) && is_measure;
        let is_hidden = row.get::<_, Option<bool>>(6)? == Some(true);
        // Classes are stored as their numbers, and the marks of them stand in the same order.
        let class = Mark::Custom as u16 + row.get::<_, u16>(2)?;
        let mut marks = 1 << class | type_rank(property_type) << Mark::Type1 as u16;
        for (is_set, mark) in [
            (row.get(5)?, Mark::Verified),
            (is_hidden, Mark::Hidden),
            (is_numeric, Mark::Numeric),
            (row.get(4)?, Mark::Seen),
            (updated_at.is_some(), Mark::Touched),
        ] {
            marks |= Bits::from(is_set) << mark as u16;
        }
        let tags = match row.get_ref(8)?.as_str()? {
            "[]" => Vec::new(), // nearly always
            tags => serde_json::from_str(tags).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(8, Type::Text, error.into())
            })?,
        };
        Ok(Facts {
            marks,
            updated_at,
            tags,
        })
    }
}
