//! How a catalogue comes from the file, and follows it.

use std::collections::{HashMap, HashSet};

use rusqlite::{Row, named_params};

use super::{Catalogue, mark};
use crate::{
    model::*,
    store::{Read, Result, columns},
};

/// Changes above this share of a catalogue are read as a whole.
const READ_ANEW: usize = 20_000;

pub(super) const VERSION: &str = "SELECT coalesce(max(version), 0) FROM property_definition_change";
const OLDEST: &str = "SELECT coalesce(min(version), 0) FROM property_definition_change";
const CHANGED: &str = "SELECT number FROM property_definition_change WHERE version > :version";
const ALL: &str = "
    SELECT number, name, class, property_type, is_seen, verified, hidden FROM property_definition
     WHERE project_id = :project AND type = :type AND group_type_index = :index ORDER BY name";
/// The plus keeps SQLite from walking along the whole project's index instead of to the numbers.
const SOME: &str = "
    SELECT number, name, class, property_type, is_seen, verified, hidden FROM property_definition
     WHERE +project_id = :project AND type = :type AND group_type_index = :index
       AND number IN (SELECT value FROM json_each(:numbers))";

/// One definition on its way into the columns.
struct Entry {
    number: u32,
    name: String,
    marks: u8,
}

impl Catalogue {
    /// The catalogue as the database is at the instant of `db`.
    pub(super) fn load(db: &Read, project: ProjectId, of: DefinitionType) -> Result<Catalogue> {
        let version = db.count(VERSION, [])?;
        let mut catalogue = Catalogue {
            version,
            ..Catalogue::default()
        };
        let params = named_params! { ":project": project, ":type": of.code(), ":index": of.group_type_index() };
        db.each(ALL, params, |row| {
            let name = row.get_ref("name")?.as_str()?;
            catalogue.push(row.get("number")?, name, marks(row, name)?);
            Ok(())
        })?;
        catalogue.trim();
        Ok(catalogue)
    }

    /// Brings in what has changed since; reads everything anew when that is too much.
    pub(super) fn refresh(
        &mut self,
        db: &Read,
        project: ProjectId,
        of: DefinitionType,
    ) -> Result<()> {
        let version = db.count(VERSION, [])?;
        if version == self.version {
            return Ok(());
        }
        let is_known = self.version + 1 >= db.count(OLDEST, [])?;
        let since = named_params! { ":version": self.version };
        let changed: Vec<u32> = if is_known {
            db.all(CHANGED, since, |row| row.get(0))?
        } else {
            Vec::new()
        };
        if !is_known || version < self.version || changed.len() > READ_ANEW {
            *self = Catalogue::load(db, project, of)?;
            return Ok(());
        }
        let params = named_params! {
            ":project": project, ":type": of.code(), ":index": of.group_type_index(),
            ":numbers": columns::to_json(&changed),
        };
        let entries = db.all(SOME, params, entry)?;
        self.apply(&changed, entries);
        self.version = version;
        Ok(())
    }

    /// Puts `entries` in the place of the definitions numbered in `changed`.
    fn apply(&mut self, changed: &[u32], entries: Vec<Entry>) {
        let changed: HashSet<u32> = changed.iter().copied().collect();
        let mut current: HashMap<u32, Entry> = entries
            .into_iter()
            .map(|entry| (entry.number, entry))
            .collect();
        let mut gone = Vec::new();
        for index in 0..self.len() {
            if changed.contains(&self.numbers[index]) {
                match current.remove(&self.numbers[index]) {
                    // Names never change.
                    Some(entry) => self.marks[index] = entry.marks | self.marks[index] & mark::ODD,
                    None => gone.push(index as u32),
                }
            }
        }
        let mut added: Vec<Entry> = current.into_values().collect();
        if gone.is_empty() && added.is_empty() {
            return;
        }
        added.sort_unstable_by(|one, other| one.name.as_bytes().cmp(other.name.as_bytes()));
        self.merge(&gone, added);
    }

    /// The columns without the rows `gone` and with the rows `added`, both in order.
    fn merge(&mut self, gone: &[u32], added: Vec<Entry>) {
        let old = std::mem::take(self);
        let (mut gone, mut added) = (gone.iter().peekable(), added.into_iter().peekable());
        let (mut odd, mut spelled) = (old.odd.iter().peekable(), 0..);
        for index in 0..old.len() as u32 {
            let spelling = odd.next_if_eq(&&index).and_then(|_| spelled.next());
            let spelling = spelling.map(|place| old.spelled.get(place));
            let name = spelling.unwrap_or_else(|| old.folded(index));
            while let Some(entry) = added.next_if(|entry| entry.name.as_bytes() < name) {
                self.push(entry.number, &entry.name, entry.marks);
            }
            if gone.next_if_eq(&&index).is_none() {
                self.copy(&old, index, spelling);
            }
        }
        for entry in added {
            self.push(entry.number, &entry.name, entry.marks);
        }
        self.trim();
    }

    fn copy(&mut self, old: &Catalogue, index: u32, spelling: Option<&[u8]>) {
        if let Some(name) = spelling {
            self.odd.push(self.len() as u32);
            self.spelled.push(name);
        }
        self.folded.push(old.folded(index));
        self.push_rest(
            old.number(index),
            old.marks[index as usize],
            old.length(index),
        );
    }
}

fn entry(row: &Row) -> rusqlite::Result<Entry> {
    let name: String = row.get("name")?;
    Ok(Entry {
        number: row.get("number")?,
        marks: marks(row, &name)?,
        name,
    })
}

fn marks(row: &Row, name: &str) -> rusqlite::Result<u8> {
    // Numbers, but no measures: the reference leaves them out where numbers are asked for.
    let is_measure = !["distinct_id", "timestamp"].contains(&name);
    let is_numeric =
        row.get::<_, Option<PropertyType>>("property_type")? == Some(PropertyType::Numeric);
    let bit = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
    Ok(bit(row.get("verified")?, mark::VERIFIED)
        | bit(
            row.get::<_, Option<bool>>("hidden")? == Some(true),
            mark::HIDDEN,
        )
        | bit(is_numeric && is_measure, mark::NUMERIC)
        | bit(row.get("is_seen")?, mark::SEEN)
        | row.get::<_, u8>("class")? << mark::CLASS)
}

/// The catalogue at the instant of `db`, made for this one look: for a change in progress, which others may not see.
pub fn fresh(db: &Read, project: ProjectId, of: DefinitionType) -> Result<Catalogue> {
    Catalogue::load(db, project, of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::plan;

    #[test]
    fn following_reads_no_whole_table_and_sorts_nothing() {
        for sql in [VERSION, OLDEST, CHANGED, ALL, SOME] {
            let plan = plan(sql);
            for step in plan.iter().filter(|step| !step.contains("json_each")) {
                assert!(
                    !step.starts_with("SCAN") && !step.contains("ORDER BY"),
                    "{sql}\n{plan:#?}"
                );
            }
        }
        assert!(
            plan(SOME)[0].contains("INTEGER PRIMARY KEY"),
            "{:#?}",
            plan(SOME)
        );
        assert!(
            plan(ALL)[0].contains("COVERING INDEX property_definition_columns"),
            "{:#?}",
            plan(ALL)
        );
    }
}
