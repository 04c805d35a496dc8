//! Which event definitions a search finds by their names.

use rusqlite::{Row, named_params};

use super::list::Filter;
use crate::{
    model::*,
    store::{Read, Result, columns, pattern::Pattern},
};

pub(super) const ALL: &str =
    "SELECT number, name FROM event_definition WHERE project_id = :project";
pub(super) const NAMED: &str = "
    SELECT number, name FROM event_definition
     WHERE project_id = :project AND name IN (SELECT value FROM json_each(:names))";

/// The definitions that fit by their names: of each its number, and the length of its name in characters.
pub struct Found(Vec<(u32, u16)>);

impl Found {
    /// What `filter` finds; `None` when any name will do. A search looks at every name.
    pub fn find(db: &Read, project: ProjectId, filter: &Filter) -> Result<Option<Found>> {
        let words = filter.words.iter();
        let patterns: Vec<_> = words.map(|word| Pattern::containing(word)).collect();
        let (mut found, mut folded) = (Vec::new(), String::new());
        let look = |row: &Row| {
            let name = row.get_ref(1)?.as_str()?;
            folded.clear();
            if name.is_ascii() {
                folded.push_str(name); // nearly always, and much faster
                folded.make_ascii_lowercase();
            } else {
                folded.push_str(&fold(name));
            }
            if patterns
                .iter()
                .all(|pattern| pattern.fits(folded.as_bytes()))
            {
                found.push((row.get(0)?, name.chars().count() as u16));
            }
            Ok(())
        };
        if !filter.names.is_empty() {
            let names = columns::to_json(&filter.names);
            let params = named_params! { ":project": project, ":names": names };
            db.each(NAMED, params, look)?;
        } else if !filter.words.is_empty() {
            db.each(ALL, named_params! { ":project": project }, look)?;
        } else {
            return Ok(None);
        }
        Ok(Some(Found(found)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Their numbers.
    pub fn numbers(&self) -> Vec<i64> {
        self.0
            .iter()
            .map(|(number, _)| i64::from(*number))
            .collect()
    }

    /// The numbers of those among which the first `wanted` are when short names come first.
    pub fn shortest(&self, wanted: usize) -> Vec<i64> {
        let mut lengths: Vec<_> = self.0.iter().map(|(_, length)| *length).collect();
        if wanted == 0 || wanted >= lengths.len() {
            return self.numbers();
        }
        let (_, longest, _) = lengths.select_nth_unstable(wanted - 1);
        let shortest = self.0.iter().filter(|(_, length)| *length <= *longest);
        shortest.map(|(number, _)| i64::from(*number)).collect()
    }
}
