//! Property definitions: looking at one, changing, deleting; lists, bulk tags and sightings (`property-definitions.md`).

mod activity;
mod change;
mod filter;
mod list;

pub use filter::Asked;
pub use list::{PropertyListing, list};

use std::collections::HashSet;

use serde_json::Value;

use super::{
    Context, Error, Form, Result,
    tags::{BulkOutcome, BulkTags},
    taxonomy,
};
use crate::{
    model::*,
    store::{
        Read, Store, StoreError, Usage, Write, event_properties, property_definitions as table,
    },
};

/// The definition `id` of the context's project. `NotFound` when that project has none such.
pub fn find(db: &Read, context: Context, id: PropertyDefinitionId) -> Result<PropertyDefinition> {
    table::find(db, context.project, id)?.ok_or(Error::NOT_FOUND)
}

/// Notes that `definition` is retrieved: the first time creates its editable half.
pub fn open(store: &Store, context: Context, definition: &mut PropertyDefinition) {
    if definition.notes.is_none() {
        definition.notes = Some(Notes::blank(context.now));
        store.note(
            Usage::PropertyDefinition(context.project, definition.id),
            context.now,
        );
    }
}

/// Changes `definition` as `form` says; what it leaves out stays, except that a form that is the `whole` definition
/// (PUT) means no by boxes that are not ticked. Signs the change, even an empty one.
///
/// Errors: `Invalid` for the fields, and for both hidden and verified.
pub fn update(
    db: &Write,
    context: Context,
    definition: PropertyDefinition,
    form: &Form,
    whole: bool,
) -> Result<PropertyDefinition> {
    let change = change::Change::read(form, whole)?;
    let mut before = definition;
    let notes = before
        .notes
        .get_or_insert(Notes::blank(context.now))
        .clone();
    let mut after = before.clone();
    change.apply(context, &mut after, notes);
    table::update(db, context.project, &after)?;
    activity::changed(db, context, &before, &after)?;
    Ok(after)
}

/// Deletes definition `id` with all that people said of it. Where it was seen is remembered.
///
/// Errors: `NotFound` when the project has no such definition.
pub fn delete(db: &Write, context: Context, id: PropertyDefinitionId) -> Result<()> {
    let definition = find(db, context, id)?;
    table::delete(db, context.project, id)?;
    activity::record(db, context, &definition, "deleted", Value::Null)
}

/// Changes the tags of many definitions, and nothing else of them. Those that are not there are skipped.
pub fn bulk_update_tags(db: &Write, context: Context, bulk: &BulkTags) -> Result<BulkOutcome> {
    bulk.apply(|id| {
        let Some(before) = table::find(db, context.project, PropertyDefinitionId(id))? else {
            return Ok(None);
        };
        let after = PropertyDefinition {
            tags: bulk.applied_to(&before.tags),
            ..before.clone()
        };
        if after.tags != before.tags {
            table::update_tags(db, context.project, after.id, &after.tags)?;
            activity::changed(db, context, &before, &after)?;
        }
        Ok(Some(after.tags))
    })
}

/// For each of the events that `form` names, once and in the order asked: whether the property that it names was ever
/// seen there. `Invalid` when either is missing.
pub fn seen_together(db: &Read, context: Context, form: &Form) -> Result<Vec<(String, bool)>> {
    let events = form
        .field("event_names")
        .texts(None)?
        .required("event_names")?;
    let property = form
        .field("property_name")
        .text(None)?
        .required("property_name")?;
    let seen: HashSet<_> = event_properties::seen_on(db, context.project, &property, &events)?
        .into_iter()
        .collect();
    let mut asked = HashSet::new();
    let once = events.iter().filter(|event| asked.insert(*event));
    Ok(once
        .map(|event| (event.clone(), seen.contains(event)))
        .collect())
}

/// Adds `definition` to `project`, as an event or a seed file does: no rule but that of names binds it.
///
/// Errors: `StoreError::Taken` when its id is in use, or `project` has one of its type and name.
pub fn insert(
    db: &Write,
    project: ProjectId,
    definition: &PropertyDefinition,
) -> Result<(), StoreError> {
    table::insert(db, project, definition, taxonomy::class(&definition.name))
}
