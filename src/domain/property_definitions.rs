//! Property definitions: reading, changing and deleting one; lists, bulk tags and sightings (`property-definitions.md`).

mod filter;
mod list;

pub use filter::Asked;
pub use list::list;

use std::collections::HashSet;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Context, Field, Form, Result,
    definitions::Definition,
    notes::{self, Flags},
    tags, taxonomy,
};
use crate::{
    model::{
        Notes, PROPERTY_TYPES, ProjectId, PropertyDefinition, PropertyDefinitionId, PropertyType,
    },
    store::{Read, Store, StoreError, Usage, Write, property_definitions as table},
};

/// The body of a PATCH or a PUT of a definition.
pub struct PropertyDefinitionChange {
    description: Field<String>,
    tags: Option<Vec<String>>,
    property_type: Field<PropertyType>,
    flags: Flags,
}

impl Definition for PropertyDefinition {
    const SCOPE: &'static str = "PropertyDefinition";

    type Change = PropertyDefinitionChange;

    fn read_change(
        _: &Read,
        _: Context,
        form: &Form,
        whole: bool,
    ) -> Result<PropertyDefinitionChange> {
        let description = notes::description(form)?;
        let tags = tags::read(form)?.not_null("tags")?;
        let names = PROPERTY_TYPES.map(|(_, name)| name);
        let property_type = form
            .field("property_type")
            .nullable()
            .blank()
            .choice(&names)?;
        let flags = Flags::read(form, whole)?;
        flags.check("A property cannot be both hidden and verified")?;
        Ok(PropertyDefinitionChange {
            description,
            tags,
            property_type: property_type.map(|name| name.parse().expect("it is one of the names")),
            flags,
        })
    }

    fn apply(&mut self, context: Context, notes: Notes, change: PropertyDefinitionChange) {
        self.property_type = change.property_type.or_keep(self.property_type);
        if let Some(tags) = change.tags {
            self.tags = tags;
        }
        self.notes = Some(change.flags.apply(context, notes, change.description));
    }

    fn find(db: &Read, project: ProjectId, id: Uuid) -> Result<Option<Self>, StoreError> {
        table::find(db, project, PropertyDefinitionId(id))
    }

    fn store(&self, db: &Write, project: ProjectId, before: &Self) -> Result<(), StoreError> {
        if self.property_type != before.property_type {
            table::update_type(db, project, self.id, self.property_type)?;
        }
        table::update(db, project, self)
    }

    fn remove(&self, db: &Write, project: ProjectId) -> Result<bool, StoreError> {
        table::delete(db, project, self.id)
    }

    fn usage(&self, project: ProjectId) -> Usage {
        Usage::PropertyDefinition(project, self.id)
    }

    fn id(&self) -> Uuid {
        self.id.0
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn type_name(&self) -> Option<&'static str> {
        Some(self.of.name())
    }

    fn notes(&mut self) -> &mut Option<Notes> {
        &mut self.notes
    }

    fn tags(&mut self) -> &mut Vec<String> {
        &mut self.tags
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let notes = self.notes.as_ref();
        vec![
            ("description", json!(notes.map(|notes| &notes.description))),
            ("tags", json!(self.tags)),
            ("property_type", json!(self.property_type)),
            ("is_numerical", json!(self.is_numerical())),
            ("verified", json!(notes.map(|notes| notes.verified))),
            ("hidden", json!(notes.map(|notes| notes.hidden))),
        ]
    }
}

/// Returns for each event in `form`, once and in its order, whether the property in `form` was ever seen on it.
///
/// Errors: `Invalid` if either is missing.
pub fn seen_together(store: &Store, context: Context, form: &Form) -> Result<Vec<(String, bool)>> {
    let events = form
        .field("event_names")
        .texts(None)?
        .required("event_names")?;
    let property = form
        .field("property_name")
        .text(None)?
        .required("property_name")?;
    let project = context.project;
    let seen = store.read(|db| table::seen_on(db, project, &property, &events))?;
    let seen: HashSet<_> = seen.into_iter().collect();
    let mut asked = HashSet::new();
    let once = events.iter().filter(|event| asked.insert(*event));
    Ok(once
        .map(|event| (event.clone(), seen.contains(event)))
        .collect())
}

/// Adds `definition` to `project`, as a seed file does, without the checks of a form.
///
/// Errors: `StoreError::Taken` if its id is in use, or `project` has one of its type and name.
pub fn insert(
    db: &Write,
    project: ProjectId,
    definition: &PropertyDefinition,
) -> Result<(), StoreError> {
    table::insert(db, project, definition, taxonomy::class(&definition.name))
}
