//! Exports: a database, or parts of it, as a seed file that makes it again.

use std::{fmt, io, str::FromStr};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    file::{AllowedKeys, END, FORMAT, List, ListPart},
    lists::LISTS,
};
use crate::{
    model::{Json, ProjectId},
    store::{Read, Store, StoreError, export as table, projects},
};

/// The first line of a file of JSON lines says this.
pub const LINES_FORMAT: &str = "hoglet-lines-1";

/// What of a project is exported besides itself, its organization and its users.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    /// Definitions of events and properties, and group types.
    Taxonomy,
    /// Insights, dashboards, notebooks and recordings.
    Things,
    /// These, and how they are shared.
    Shares,
    /// Everything, keys and passwords included.
    All,
}

impl What {
    /// The names of all.
    pub const NAMES: [(&str, What); 4] = [
        ("taxonomy", What::Taxonomy),
        ("shares", What::Shares),
        ("things", What::Things),
        ("all", What::All),
    ];

    fn has(self, part: ListPart) -> bool {
        match self {
            What::Taxonomy => part == ListPart::Taxonomy,
            What::Things => part == ListPart::Things,
            What::Shares => [ListPart::Things, ListPart::Shares].contains(&part),
            What::All => true,
        }
    }
}

impl FromStr for What {
    type Err = String;

    fn from_str(name: &str) -> Result<What, String> {
        let known = What::NAMES.iter().find(|(known, _)| *known == name);
        let names = || What::NAMES.map(|(name, _)| name).join(", ");
        known
            .map(|(_, what)| *what)
            .ok_or_else(|| format!("expected one of {}", names()))
    }
}

/// What to export, and how.
#[derive(Clone, Debug)]
pub struct Export {
    /// The only project; `None` for all.
    pub project: Option<ProjectId>,
    /// The parts of projects.
    pub what: Vec<What>,
    /// As JSON lines, not as one JSON object.
    pub as_lines: bool,
}

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] io::Error),
    /// There is no such project.
    #[error("no project has the id {0}; `hoglet projects list` shows them all")]
    NoProject(ProjectId),
}

impl Export {
    /// Writes what the database holds at one instant; never more than one item is in memory. `progress` is called for each.
    /// Returns the number of items.
    pub fn write(
        &self,
        store: &Store,
        out: &mut dyn io::Write,
        progress: &mut dyn FnMut(),
    ) -> Result<usize, ExportError> {
        store.read(|db| {
            let projects = self.projects(db)?;
            let mut writer = Writer {
                out,
                as_lines: self.as_lines,
                list: None,
                count: 0,
            };
            writer.begin()?;
            for list in LISTS.iter().filter(|list| self.has(list.part)) {
                let Some(rows) = list.table else { continue };
                let scopes = match list.is_of_project() {
                    true => projects.iter().copied().map(Some).collect(),
                    false => vec![self.project],
                };
                for scope in scopes {
                    table::each(db, rows, scope, |mut item| {
                        if !self.what.contains(&What::All) {
                            item.retain(|(name, _)| name != "password_hash");
                        }
                        progress();
                        writer.item(list, &item).map_err(ExportError::from)
                    })?;
                }
            }
            Ok(writer.end()?)
        })
    }

    fn has(&self, part: ListPart) -> bool {
        part == ListPart::Frame || self.what.iter().any(|what| what.has(part))
    }

    fn projects(&self, db: &Read) -> Result<Vec<ProjectId>, ExportError> {
        if let Some(id) = self.project {
            let found = projects::find(db, id)?.ok_or(ExportError::NoProject(id))?;
            return Ok(vec![found.id]);
        }
        Ok(projects::all(db)?
            .into_iter()
            .map(|project| project.id)
            .collect())
    }
}

/// Writes items one by one, each on a line of its own.
struct Writer<'w> {
    out: &'w mut dyn io::Write,
    as_lines: bool,
    /// The list of the item before.
    list: Option<&'static str>,
    count: usize,
}

impl Writer<'_> {
    fn begin(&mut self) -> io::Result<()> {
        match self.as_lines {
            true => self.line(FORMAT, &LINES_FORMAT),
            false => self.out.write_all(b"{"),
        }
    }

    fn item(&mut self, list: &List, item: &table::Fields) -> io::Result<()> {
        self.count += 1;
        let item = Item {
            fields: item,
            is_list: matches!(list.keys, AllowedKeys::Three),
        };
        if self.as_lines {
            return self.line(list.name, &item);
        }
        match self.list.replace(list.name) {
            Some(last) if last == list.name => self.out.write_all(b",\n    ")?,
            last => {
                let between = if last.is_some() { "\n  ],\n" } else { "\n" };
                write!(self.out, "{between}  \"{}\": [\n    ", list.name)?;
            }
        }
        Ok(serde_json::to_writer(&mut self.out, &item)?)
    }

    fn end(&mut self) -> io::Result<usize> {
        match (self.as_lines, self.list) {
            (true, _) => self.line(END, &self.count.clone())?,
            (false, Some(_)) => self.out.write_all(b"\n  ]\n}\n")?,
            (false, None) => self.out.write_all(b"}\n")?,
        }
        self.out.flush()?;
        Ok(self.count)
    }

    fn line(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        write!(self.out, "{{\"{name}\":")?;
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b"}\n")
    }
}

/// An item as JSON: an object, or the list of its values.
struct Item<'f> {
    fields: &'f [(String, Json)],
    is_list: bool,
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_list {
            return serializer.collect_seq(self.fields.iter().map(|(_, value)| value));
        }
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = What::NAMES.iter().find(|(_, what)| what == self);
        f.write_str(known.map_or("", |(name, _)| name))
    }
}
