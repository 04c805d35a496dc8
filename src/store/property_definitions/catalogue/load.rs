//! How a catalogue comes from the file.

use std::mem::take;

use rusqlite::{Row, named_params};

use super::{
    Catalogue,
    entry::{Entry, Facts, select},
    follow::VERSION,
    marks::Bits,
    texts::Texts,
};
use crate::{
    model::*,
    store::{Read, Result, columns},
};

/// More definitions than this, read or read again, are read with the whole table.
pub const MANY: usize = 20_000;

/// How many definitions of a large catalogue are looked at first, and of how many names then begin a part of all.
const SAMPLES: i64 = 128;
const PER_PART: usize = 8;

pub(super) const FIRST: &str = "
    SELECT number FROM property_definition
     WHERE project_id = :project AND type = :type AND group_type_index = :index LIMIT :most";
pub(super) const LARGEST: &str = "SELECT coalesce(max(number), 0) FROM property_definition";
/// Along no index, on purpose: an index leads criss-cross through the file, and a disk that must follow takes fifty times
/// as long as for the table from its beginning to its end.
pub(super) const ALL: &str = select!(
    "NOT INDEXED WHERE project_id = :project AND type = :type AND group_type_index = :index"
);
/// The plus keeps SQLite from walking along the whole project's index instead of to the numbers.
pub(super) const SOME: &str = select!(
    "WHERE +project_id = :project AND type = :type AND group_type_index = :index
       AND number IN (SELECT value FROM json_each(:numbers))"
);

impl Catalogue {
    /// The catalogue as the database is at the instant of `db`.
    pub fn load(db: &Read, project: ProjectId, of: DefinitionType) -> Result<Catalogue> {
        let version = db.count(VERSION, [])?;
        let first = numbers(db, project, of, MANY + 1)?;
        let mut catalogue = Catalogue::default();
        if first.len() > MANY {
            catalogue.read_table(db, project, of)?;
        } else {
            let mut entries = some(db, project, of, &first)?;
            entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
            for entry in entries {
                catalogue.push(entry.number, &entry.name, entry.facts);
            }
        }
        catalogue.settle(0);
        catalogue.version = version;
        catalogue.trim();
        Ok(catalogue)
    }

    /// Reads all, part by part in the order of names. A part goes as it comes in: there is not the memory for all twice.
    pub(super) fn read_table(
        &mut self,
        db: &Read,
        project: ProjectId,
        of: DefinitionType,
    ) -> Result<()> {
        let starts = starts(db, project, of)?;
        let mut parts: Vec<Part> = Vec::new();
        parts.resize_with(starts.len() + 1, Part::default);
        let params = named_params! { ":project": project, ":type": of.code(), ":index": of.group_type_index() };
        db.each(ALL, params, |row| {
            let name = row.get_ref(1)?.as_str()?;
            let part = starts.partition_point(|start| start.as_str() <= name);
            parts[part].push(row, name)
        })?;
        for part in parts {
            part.pour_into(self);
        }
        Ok(())
    }
}

/// Some of the definitions of a large catalogue: those with names from one on, up to another.
#[derive(Default)]
struct Part {
    names: Texts,
    numbers: Vec<u32>,
    marks: Vec<Bits>,
    /// What few have, with their places in the other columns, in order.
    touched: Vec<(u32, Timestamp)>,
    tags: Vec<(u32, Vec<String>)>,
}

impl Part {
    fn push(&mut self, row: &Row, name: &str) -> rusqlite::Result<()> {
        let facts = Facts::read(row, name)?;
        let place = self.numbers.len() as u32;
        self.touched.extend(facts.updated_at.map(|at| (place, at)));
        if !facts.tags.is_empty() {
            self.tags.push((place, facts.tags));
        }
        self.numbers.push(row.get(0)?);
        self.marks.push(facts.marks);
        self.names.push(name.as_bytes());
        Ok(())
    }

    fn pour_into(mut self, catalogue: &mut Catalogue) {
        let mut order: Vec<u32> = (0..self.numbers.len() as u32).collect();
        order.sort_unstable_by(|one, other| self.names.get(*one).cmp(self.names.get(*other)));
        for place in order {
            let touched = self.touched.binary_search_by_key(&place, |touch| touch.0);
            let tags = self.tags.binary_search_by_key(&place, |tags| tags.0);
            let facts = Facts {
                marks: self.marks[place as usize],
                updated_at: touched.ok().map(|found| self.touched[found].1),
                tags: tags.map_or(Vec::new(), |found| take(&mut self.tags[found].1)),
            };
            let name = std::str::from_utf8(self.names.get(place)).expect("it was put in as text");
            catalogue.push(self.numbers[place as usize], name, facts);
        }
    }
}

/// Names at about equal distances, in order.
fn starts(db: &Read, project: ProjectId, of: DefinitionType) -> Result<Vec<String>> {
    let largest = db.count(LARGEST, [])?;
    let samples = (1..=SAMPLES).map(|sample| (largest * sample / SAMPLES) as u32);
    let samples: Vec<_> = samples.collect();
    let names = some(db, project, of, &samples)?.into_iter();
    let mut names: Vec<_> = names.map(|entry| entry.name).collect();
    names.sort_unstable();
    Ok(names.into_iter().step_by(PER_PART).collect())
}

/// The numbers of at most `most` definitions of `project` and type `of`: of any.
pub fn numbers(db: &Read, project: ProjectId, of: DefinitionType, most: usize) -> Result<Vec<u32>> {
    let params = named_params! {
        ":project": project, ":type": of.code(), ":index": of.group_type_index(), ":most": most as i64,
    };
    db.all(FIRST, params, |row| row.get(0))
}

/// Those definitions of `project` and type `of` whose number is one of `numbers`.
pub fn some(
    db: &Read,
    project: ProjectId,
    of: DefinitionType,
    numbers: &[u32],
) -> Result<Vec<Entry>> {
    let params = named_params! {
        ":project": project, ":type": of.code(), ":index": of.group_type_index(),
        ":numbers": columns::to_json(&numbers),
    };
    db.all(SOME, params, Entry::read)
}

/// The catalogue at the instant of `db`, made for this one look: for a change in progress, which others may not see.
pub fn fresh(db: &Read, project: ProjectId, of: DefinitionType) -> Result<Catalogue> {
    Catalogue::load(db, project, of)
}
