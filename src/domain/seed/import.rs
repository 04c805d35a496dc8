//! Imports: a seed file or an export applied to a database that may have a part of it already.
//!
//! Each item is about one row, which is found by what names it: an address, a token, a key, a short id, a name in its project.
//! A row that is missing is added, by the functions that seed files use. Else the item is compared with what an export would say
//! of the row. Where they differ, what the item does not mention is filled in from there, the row is replaced, and compared again:
//! the same thing can be said in several ways. So an import can be repeated, and a second one changes nothing.
//!
//! Ids of rows that exist stay: refs in the file stand for them, whatever ids they have there. What is new keeps the ids in the
//! file, and a conflict over one is an error, as is everything else that a seed file may not do.

use std::io::BufRead;

use super::{
    SeedFile,
    export::LINES_FORMAT,
    file::{COMMENT, Item, Line, List, parse_line},
    lists::LISTS,
    problem::{Position, Problem},
    read::{invalid, secret_hash, token},
    work::{Thing, Work},
};
use crate::{
    domain::{Error, Form, Result},
    model::{DashboardId, InsightId, Json, Placement, Secret, Timestamp},
    store::{
        Store, StoreError, Write, dashboard_tiles,
        export::{self as rows, Fields, Found, Table},
    },
};

/// Keys whose value is the ref of one item. `0` is the project of a pair.
const REFS: [&str; 12] = [
    "project",
    "dashboard",
    "insight",
    "notebook",
    "session_recording",
    "user",
    "org",
    "organization",
    "owner",
    "created_by",
    "verified_by",
    "updated_by",
];

/// Keys whose value in the database stays.
const KEPT: [&str; 2] = ["id", "uuid"];

/// What an import did to the items of a list, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Added.
    pub new: usize,
    /// Replaced.
    pub changed: usize,
    /// Left as they were.
    pub same: usize,
}

/// The counts of each list that the file has, by its name.
pub type Plan = Vec<(&'static str, Counts)>;

/// Where items come from.
pub enum ImportSource {
    /// A file that is one JSON object.
    Whole(SeedFile),
    /// JSON lines, read one after the other. An item may refer only to lines before its own.
    Lines(Box<dyn BufRead + Send>),
}

/// Whether the first line of a file says that it consists of JSON lines.
pub fn is_of_lines(first: &str) -> bool {
    matches!(parse_line(first, LISTS, |_| 0), Ok(Line::Format(_)))
}

/// Why the transaction is not kept.
enum Stop {
    Problem(Problem),
    /// It was only to be planned.
    Planned(Plan),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        Stop::Problem(error.into())
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Stop {
        Stop::Problem(problem)
    }
}

/// Applies all of `source` in one transaction, or nothing. With `is_dry` nothing is kept. `progress` is called for each item.
pub fn import(
    store: &Store,
    source: ImportSource,
    now: Timestamp,
    is_dry: bool,
    mut progress: impl FnMut() + Send + 'static,
) -> Result<Plan, Problem> {
    let applied = store.write(move |db| {
        rows::defer_references(db)?;
        let mut import = Import {
            work: Work::importing(db, now),
            plan: Plan::new(),
        };
        match source {
            ImportSource::Whole(SeedFile(lists)) => {
                for (list, items) in lists {
                    for item in items {
                        import.take(list, item)?;
                        progress();
                    }
                }
            }
            ImportSource::Lines(lines) => import.take_lines(lines, &mut progress)?,
        }
        import.work.check_flags()?;
        match is_dry {
            true => Err(Stop::Planned(import.plan)),
            false => Ok(import.plan),
        }
    });
    match applied {
        Ok(plan) | Err(Stop::Planned(plan)) => Ok(plan),
        Err(Stop::Problem(problem)) => Err(problem),
    }
}

enum Outcome {
    New,
    Changed,
    Same,
}

struct Import<'a> {
    work: Work<'a>,
    plan: Plan,
}

impl Import<'_> {
    fn take_lines(
        &mut self,
        lines: Box<dyn BufRead + Send>,
        progress: &mut dyn FnMut(),
    ) -> Result<(), Problem> {
        let (mut last_list, mut taken, mut is_whole) = (0, 0, false);
        for (index, line) in lines.lines().enumerate() {
            let at = |problem: Problem| problem.at_line(index + 1);
            let fault = |what: &str| Err(Problem::Whole(what.into()).at_line(index + 1));
            let line =
                line.map_err(|error| at(Problem::Whole(format!("cannot be read: {error}"))))?;
            if is_whole {
                return fault("comes after the last line of an export");
            }
            match parse_line(&line, LISTS, |name| {
                self.counts(name).map_or(0, Counts::all)
            })
            .map_err(at)?
            {
                Line::Format(format) if index == 0 && format == LINES_FORMAT => {}
                Line::Format(format) => {
                    return fault(&format!(
                        "has the format {format:?}, which this hoglet cannot read"
                    ));
                }
                Line::End(count) if count == taken => is_whole = true,
                Line::End(count) => {
                    return fault(&format!(
                        "says that there are {count} items, but {taken} came before it"
                    ));
                }
                Line::Item(list, item) => {
                    let place = LISTS.iter().position(|known| known.name == list.name);
                    if place < Some(last_list) {
                        let before = LISTS[last_list].name;
                        return fault(&format!(
                            "has an item of {}, which must come before {before}",
                            list.name
                        ));
                    }
                    last_list = place.unwrap_or_default();
                    self.take(list, item).map_err(at)?;
                    taken += 1;
                    progress();
                }
            }
        }
        match is_whole {
            true => Ok(()),
            false => Err(Problem::Whole(
                "ends before its last line: it is not whole".into(),
            )),
        }
    }

    fn counts(&self, list: &str) -> Option<Counts> {
        let found = self.plan.iter().find(|(name, _)| *name == list);
        found.map(|(_, counts)| *counts)
    }

    fn take(&mut self, list: &'static List, item: Item) -> Result<(), Problem> {
        if self.plan.last().is_none_or(|(name, _)| *name != list.name) {
            self.plan.push((list.name, Counts::default()));
        }
        let counts = self.counts(list.name).unwrap_or_default();
        self.work.position = Position::new(list.name, counts.all());
        let outcome = self.apply(list, item);
        let outcome = outcome.map_err(|error| self.work.position.problem(conflict(error)))?;
        if let Some((_, counts)) = self.plan.last_mut() {
            match outcome {
                Outcome::New => counts.new += 1,
                Outcome::Changed => counts.changed += 1,
                Outcome::Same => counts.same += 1,
            }
        }
        Ok(())
    }

    fn apply(&mut self, list: &List, item: Item) -> Result<Outcome> {
        let Some(table) = list.table else {
            let what = "an import takes no events; `hoglet seed` does";
            return Err(Error::request(what));
        };
        let mut item = normal(list, item)?;
        if list.name == "feature_flags"
            && let [only] = self.work.projects[..]
        {
            item.form
                .set_default("project", format!("project:{only}").into());
        }
        let existing = match self.find(table, &item.form)? {
            Found::Item(existing) => existing,
            Found::Missing => {
                if list.keys.have("hash") && item.form.raw("hash").is_none() {
                    return Err(Error::request("a new key needs a value or a hash"));
                }
                (list.add)(&mut self.work, &item)?;
                return Ok(Outcome::New);
            }
            Found::Unnamed => {
                let what = "needs what names it, such as an id or a token, so that an import can be repeated";
                return Err(Error::request(what));
            }
        };
        if list.name == "organizations" {
            let form = self.with_memberships(&existing, &item.form);
            item = item.with(form);
        }
        if self.is_same(&existing, &item.form) {
            self.adopt(&existing, &item.form)?;
            return Ok(Outcome::Same);
        }
        let form = merged(&existing, &item.form);
        let merged = item.with(form);
        self.replace(list, table, existing, &merged)
    }

    /// Replaces the row that `existing` was read from by one that `merged` describes, unless it is as that says.
    fn replace(
        &mut self,
        list: &List,
        table: &Table,
        existing: Fields,
        merged: &Item,
    ) -> Result<Outcome> {
        let db: &Write = self.work.db;
        let before = self.snapshot(existing)?;
        let is_changed = db.attempt(|| {
            rows::remove(db, table, |name| self.value(&merged.form, name))?;
            self.work.is_replacing = true;
            let added = (list.add)(&mut self.work, merged);
            self.work.is_replacing = false;
            added?;
            match self.find(table, &merged.form)? {
                Found::Item(after) => Ok(self.snapshot(after)? != before),
                _ => Ok::<_, Error>(true),
            }
        })?;
        Ok(match is_changed {
            true => Outcome::Changed,
            false => Outcome::Same,
        })
    }

    /// What is stored of an item: also the tiles of an insight, which it may name by its dashboards.
    fn snapshot(&self, item: Fields) -> Result<(Fields, Vec<(DashboardId, Placement)>)> {
        let id = match field(&item, "short_id").and(field(&item, "id")) {
            Some(Json::Int(id)) => id.parse().ok().map(InsightId),
            _ => None,
        };
        let tiles = match id {
            Some(id) => dashboard_tiles::placements(self.work.db, &[id])?,
            None => Vec::new(),
        };
        let tiles = tiles.into_iter().map(|(_, tile)| (tile.dashboard, tile));
        Ok((item, tiles.collect()))
    }

    /// `form` with the ids and beginnings of the memberships that `existing` has, where it does not mention them.
    fn with_memberships(&self, existing: &Fields, form: &Form) -> Form {
        let known = match field(existing, "members") {
            Some(Json::List(known)) => known.as_slice(),
            _ => &[],
        };
        let whole = |member: &Json| match member {
            Json::List(pair) if pair.len() == 2 => {
                let Json::Text(user) = &pair[0] else {
                    return member.clone();
                };
                let user = self
                    .work
                    .canonical(&user.value)
                    .map_or(pair[0].clone(), Json::from);
                let is_it = |known: &&Json| match known {
                    Json::List(known) => known.first() == Some(&user),
                    _ => false,
                };
                match known.iter().find(is_it) {
                    Some(Json::List(known)) => {
                        Json::List(pair.iter().chain(known.iter().skip(2)).cloned().collect())
                    }
                    _ => member.clone(),
                }
            }
            other => other.clone(),
        };
        let fields = form.names().filter_map(|name| {
            let value = match form.raw(name)? {
                Json::List(members) if name == "members" => {
                    Json::List(members.iter().map(whole).collect())
                }
                other => other.clone(),
            };
            Some((name.to_owned(), value))
        });
        Form::object(fields.collect())
    }

    fn find(&self, table: &Table, form: &Form) -> Result<Found> {
        rows::find(self.work.db, table, |name| self.value(form, name))
    }

    /// The value of a key as the database has it: for a ref the id of what it stands for.
    fn value(&self, form: &Form, name: &str) -> Result<Option<Json>> {
        Ok(match form.raw(name) {
            Some(Json::Text(text)) if is_ref(name) => Some(self.work.id_of(&text.value, name)?),
            None | Some(Json::Null) if name == "group_type_index" => Some(Json::Int("-1".into())),
            other => other.cloned(),
        })
    }

    /// Whether `form` says nothing else than `existing`.
    fn is_same(&self, existing: &Fields, form: &Form) -> bool {
        form.names().all(|name| {
            if ["ref", COMMENT].contains(&name) || KEPT.contains(&name) {
                return true;
            }
            let (sent, stored) = (form.raw(name), field(existing, name));
            match (sent, stored) {
                (Some(Json::Text(sent)), Some(Json::Text(stored))) if is_ref(name) => {
                    let meant = self.work.canonical(&sent.value);
                    meant.as_ref().unwrap_or(&sent.value) == &stored.value
                }
                (Some(Json::Null), None) => true,
                _ => sent == stored,
            }
        })
    }

    /// Lets the ref of an item that is not changed stand for what it is about.
    fn adopt(&mut self, existing: &Fields, form: &Form) -> Result<()> {
        let thing = match field(existing, "ref") {
            Some(Json::Text(name)) => self.work.stored(&name.value)?,
            _ => None,
        };
        if let Some(Thing::Project(id)) = thing {
            self.work.projects.push(id);
        }
        self.work
            .created(form, thing.unwrap_or(Thing::Leaf), serde_json::Value::Null)
    }
}

impl Counts {
    fn all(self) -> usize {
        self.new + self.changed + self.same
    }
}

fn is_ref(name: &str) -> bool {
    REFS.contains(&name) || ["last_modified_by", "0"].contains(&name)
}

fn field<'f>(fields: &'f Fields, name: &str) -> Option<&'f Json> {
    let found = fields.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value)
}

/// `item` with what names it, and with hashes instead of secrets.
fn normal(list: &List, mut item: Item) -> Result<Item> {
    let form = &mut item.form;
    if list.name == "property_definitions" {
        form.set_default("type", "event".into());
    }
    let has_password = |value: &Json| match value {
        Json::List(items) => items.iter().any(|item| match item {
            Json::Object(fields) => fields.iter().any(|(name, _)| name == "password"),
            _ => false,
        }),
        value => *value != Json::Null,
    };
    for name in ["password", "passwords"] {
        if form.raw(name).is_some_and(has_password) {
            let what = "an import takes hashes of passwords; `hoglet seed` takes passwords";
            return Err(invalid(name, what));
        }
    }
    let prefix = match list.name {
        "personal_api_keys" => "phx_",
        "project_secret_api_keys" => "phs_",
        _ => return Ok(item),
    };
    secret_hash(form, "hash")?;
    if let Some(value) = token(form, "value", prefix, "")? {
        if form.raw("hash").is_some() {
            return Err(invalid("hash", "is instead of a value"));
        }
        let secret = Secret::new(value);
        let fields = form.names().filter(|name| *name != "value");
        let fields = fields.filter_map(|name| Some((name.to_owned(), form.raw(name)?.clone())));
        let hashed = super::keys::hashed(&secret);
        *form = Form::object(fields.chain(hashed).collect());
    }
    Ok(item)
}

/// What `form` says, and of what it does not mention what `existing` says.
fn merged(existing: &Fields, form: &Form) -> Form {
    let is_sent = |name: &str| form.raw(name).is_some();
    let is_replaced = |name: &str| match name {
        "ref" => true,
        "active" | "filters" => is_sent("value"), // of a feature flag
        name => is_sent(name) && !KEPT.contains(&name),
    };
    let kept = existing.iter().filter(|(name, _)| !is_replaced(name));
    let mut fields: Fields = kept.cloned().collect();
    for name in form
        .names()
        .filter(|name| !(KEPT.contains(name) && field(existing, name).is_some()))
    {
        fields.extend(form.raw(name).map(|value| (name.to_owned(), value.clone())));
    }
    Form::object(fields)
}

/// The error of a value that another row of the database has, in words for people.
fn conflict(error: Error) -> Error {
    let Error::Store(StoreError::Taken(columns)) = error else {
        return error;
    };
    let last = columns.rsplit(", ").next().unwrap_or_default();
    let (table, column) = last.split_once('.').unwrap_or_default();
    let (column, rest) = match column {
        "parent_id" => {
            return Error::request("the database shares this under another access_token");
        }
        "secret_hash" => ("hash", ""),
        "group_type_index" if table == "group_type" => ("index", ""),
        "id" => ("id", ", and is not what this item is about"),
        column => (column, ""),
    };
    let table = table.replace('_', " ");
    let what = format!("another {table} of the database has it{rest}");
    invalid(column.to_owned(), what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_but_events_can_be_found_again() {
        for list in LISTS {
            assert_eq!(list.table.is_none(), list.name == "events");
        }
    }
}
