//! What differs between a file and a project.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use serde_json::{Map, Value};

use super::{
    definitions::{DefinitionFields, Kind, Taxonomy},
    scalar::scalar,
};

/// A definition on a server.
pub struct Stored {
    pub id: String,
    pub entry: DefinitionFields,
}

/// The definitions on a server, by kind and name.
pub type StoredTaxonomy = BTreeMap<Kind, BTreeMap<String, Stored>>;

/// What makes a project what a file says.
pub struct TaxonomyPlan {
    /// By kind and name.
    pub changes: Vec<PlannedChange>,
    /// How many definitions the file lacks that are not to be deleted.
    pub spared: usize,
}

/// What one definition needs.
pub struct PlannedChange {
    pub kind: Kind,
    pub name: String,
    pub action: PlannedAction,
    pub differences: Vec<FieldDifference>,
}

/// What becomes of a definition.
#[derive(PartialEq)]
pub enum PlannedAction {
    Create,
    Update {
        id: String,
    },
    Delete {
        id: String,
    },
    /// Wait for it: only an event that has the name creates it.
    Await,
}

/// A field that has another value; `None` is its default.
pub struct FieldDifference {
    pub field: &'static str,
    pub old: Option<Value>,
    pub new: Option<Value>,
}

impl TaxonomyPlan {
    /// Compares the kinds that `file` has. `can_create` says which definitions a client can create.
    pub fn new(
        file: &Taxonomy,
        known: &StoredTaxonomy,
        delete: bool,
        can_create: fn(Kind, &str) -> bool,
    ) -> TaxonomyPlan {
        let mut plan = TaxonomyPlan {
            changes: Vec::new(),
            spared: 0,
        };
        for (&kind, entries) in file {
            let none = BTreeMap::new();
            let stored = known.get(&kind).unwrap_or(&none);
            let mut changes = Vec::new();
            for (name, entry) in entries {
                let (action, old) = match stored.get(name) {
                    Some(Stored { id, entry }) => {
                        (PlannedAction::Update { id: id.clone() }, Some(entry))
                    }
                    None if can_create(kind, name) => (PlannedAction::Create, None),
                    None => (PlannedAction::Await, None),
                };
                let differences = differences(kind, old, entry);
                if old.is_none() || !differences.is_empty() {
                    let name = name.clone();
                    changes.push(PlannedChange {
                        kind,
                        name,
                        action,
                        differences,
                    });
                }
            }
            let extra = stored
                .iter()
                .filter(|(name, _)| !entries.contains_key(*name));
            match delete {
                false => plan.spared += extra.count(),
                true => changes.extend(extra.map(|(name, stored)| PlannedChange {
                    kind,
                    name: name.clone(),
                    action: PlannedAction::Delete {
                        id: stored.id.clone(),
                    },
                    differences: Vec::new(),
                })),
            }
            changes.sort_by(|one, other| one.name.cmp(&other.name));
            plan.changes.extend(changes);
        }
        plan
    }

    /// The changes that a client can make.
    pub fn to_make(&self) -> impl Iterator<Item = &PlannedChange> {
        self.changes
            .iter()
            .filter(|change| change.action != PlannedAction::Await)
    }

    /// Those that it cannot.
    pub fn awaited(&self) -> impl Iterator<Item = &PlannedChange> {
        self.changes
            .iter()
            .filter(|change| change.action == PlannedAction::Await)
    }

    /// Lays the plan out for people.
    pub fn show(&self, is_coloured: bool) -> String {
        let mut out = String::new();
        let mut last = None;
        for change in &self.changes {
            if last.replace(change.kind) != Some(change.kind) {
                let gap = if out.is_empty() { "" } else { "\n" };
                out += &format!("{gap}{}\n", change.kind.title());
            }
            change.show(&mut out, is_coloured).expect("memory suffices");
        }
        out
    }
}

/// The fields of `new` that `old` has otherwise. What a property's values are, events say unless the file does.
fn differences(
    kind: Kind,
    old: Option<&DefinitionFields>,
    new: &DefinitionFields,
) -> Vec<FieldDifference> {
    let difference = |&field: &&'static str| {
        let old = old.and_then(|old| old.get(field)).cloned();
        let new = new.get(field).cloned();
        let is_inferred = field == "property_type" && new.is_none();
        (old != new && !is_inferred).then_some(FieldDifference { field, old, new })
    };
    kind.fields().iter().filter_map(difference).collect()
}

impl PlannedChange {
    /// The fields to send.
    pub fn fields(&self) -> Map<String, Value> {
        let field = |difference: &FieldDifference| {
            let field = difference.field;
            let value = difference.new.clone();
            (
                field.to_owned(),
                value.unwrap_or_else(|| Kind::default_of(field)),
            )
        };
        self.differences.iter().map(field).collect()
    }

    fn show(&self, out: &mut String, is_coloured: bool) -> fmt::Result {
        let (mark, colour, remark) = match self.action {
            PlannedAction::Create => ('+', "32", ""),
            PlannedAction::Update { .. } => ('~', "33", ""),
            PlannedAction::Delete { .. } => ('-', "31", ""),
            PlannedAction::Await => ('+', "32", "   (not by apply: its first event creates it)"),
        };
        let name = scalar(&self.name);
        match is_coloured {
            true => writeln!(out, "  \x1b[{colour}m{mark} {name}\x1b[0m{remark}")?,
            false => writeln!(out, "  {mark} {name}{remark}")?,
        }
        for FieldDifference { field, old, new } in &self.differences {
            match self.action {
                PlannedAction::Update { .. } => writeln!(
                    out,
                    "      {field}: {} -> {}",
                    show(old.as_ref()),
                    show(new.as_ref())
                )?,
                _ => writeln!(out, "      {field}: {}", show(new.as_ref()))?,
            }
        }
        Ok(())
    }
}

/// Shows a value on one line.
pub fn show(value: Option<&Value>) -> String {
    match value {
        None => "(default)".into(),
        Some(Value::String(text)) => scalar(text),
        Some(Value::Array(items)) => {
            let items = items.iter().map(|item| show(Some(item)));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Some(value) => value.to_string(),
    }
}
