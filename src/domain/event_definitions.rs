//! Event definitions: making one before its first event, looking, changing, deleting; lists and bulk tags (`resources.md` 5).

mod activity;
mod change;
mod filter;

pub use filter::{Asked, asked};

use serde_json::Value;

use super::{
    Context, Error, Form, Listing, Page, Result,
    tags::{BulkOutcome, BulkTags},
};
use crate::{
    model::*,
    store::{Read, Store, StoreError, Usage, Write, event_definitions as table},
};
use change::Change;

/// The definition `id` of the context's project. `NotFound` when that project has none such.
pub fn find(db: &Read, context: Context, id: EventDefinitionId) -> Result<EventDefinition> {
    table::find(db, context.project, id)?.ok_or(Error::NOT_FOUND)
}

/// The page of the project's definitions that is asked for.
pub fn list(
    db: &Read,
    context: Context,
    asked: &Asked,
    page: Page,
) -> Result<Listing<EventDefinition>> {
    let (items, count) = table::list(db, context.project, asked, page.limit, page.offset)?;
    Ok(Listing { items, count })
}

/// Makes a definition of which no event is known yet.
///
/// Errors: `Invalid` for the fields, both hidden and verified, and a name that the project has already.
pub fn create(db: &Write, context: Context, form: &Form) -> Result<EventDefinition> {
    let name = form.field("name").text(400)?.required("name")?;
    let change = Change::read(db, context, form, true)?;
    let mut definition = EventDefinition {
        id: EventDefinitionId(ordered_uuid()),
        name,
        owner: None,
        tags: Vec::new(),
        default_columns: Vec::new(),
        created_at: None,
        last_seen_at: None,
        notes: None,
    };
    change.apply(context, &mut definition, Notes::blank(context.now));
    match table::insert(db, context.project, &definition) {
        Err(StoreError::Taken(_)) => {
            let name = definition.name;
            let detail = format!("Event definition with name '{name}' already exists");
            return Err(Error::field("name", "invalid_input", detail));
        }
        inserted => inserted?,
    }
    activity::record(db, context, &definition, "created", Value::Null)?;
    Ok(definition)
}

/// Notes that `definition` is retrieved: the first time creates its editable half.
pub fn open(store: &Store, context: Context, definition: &mut EventDefinition) {
    if definition.notes.is_none() {
        definition.notes = Some(Notes::blank(context.now));
        store.note(
            Usage::EventDefinition(context.project, definition.id),
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
    mut before: EventDefinition,
    form: &Form,
    whole: bool,
) -> Result<EventDefinition> {
    let change = Change::read(db, context, form, whole)?;
    let blank = Notes::blank(context.now);
    let notes = before.notes.get_or_insert(blank).clone();
    let mut after = before.clone();
    change.apply(context, &mut after, notes);
    table::update(db, context.project, &after)?;
    activity::changed(db, context, &before, &after)?;
    Ok(after)
}

/// Deletes definition `id` with all that people said of it; the next event of its name makes it anew.
///
/// Errors: `NotFound` when the project has no such definition.
pub fn delete(db: &Write, context: Context, id: EventDefinitionId) -> Result<()> {
    let definition = find(db, context, id)?;
    table::delete(db, context.project, id)?;
    activity::record(db, context, &definition, "deleted", Value::Null)
}

/// Changes the tags of many definitions, and nothing else of them. Those that are not there are skipped.
pub fn bulk_update_tags(db: &Write, context: Context, bulk: &BulkTags) -> Result<BulkOutcome> {
    bulk.apply(|id| {
        let Some(before) = table::find(db, context.project, EventDefinitionId(id))? else {
            return Ok(None);
        };
        let after = EventDefinition {
            tags: bulk.applied_to(&before.tags),
            ..before.clone()
        };
        if after.tags != before.tags {
            table::update(db, context.project, &after)?;
            activity::changed(db, context, &before, &after)?;
        }
        Ok(Some(after.tags))
    })
}
