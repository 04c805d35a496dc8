//! Event definitions: creating one before its first event, reading, changing and deleting it; lists and bulk tags
//! (`resources.md` 5).

mod change;
mod filter;

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Context, Error, Form, Listing, Page, Result, WithUsers,
    activity::Fields,
    definitions::{self, Definition},
};
use crate::{
    model::{EventDefinition, EventDefinitionId, Notes, ProjectId, ordered_uuid},
    store::{Read, Store, StoreError, Usage, Write, event_definitions as table},
};
use change::EventDefinitionChange;

impl Definition for EventDefinition {
    const SCOPE: &'static str = "EventDefinition";

    fn find(db: &Read, project: ProjectId, id: Uuid) -> Result<Option<Self>, StoreError> {
        table::find(db, project, EventDefinitionId(id))
    }

    fn store(&self, db: &Write, project: ProjectId) -> Result<(), StoreError> {
        table::update(db, project, self)
    }

    fn remove(&self, db: &Write, project: ProjectId) -> Result<bool, StoreError> {
        table::delete(db, project, self.id)
    }

    fn usage(&self, project: ProjectId) -> Usage {
        Usage::EventDefinition(project, self.id)
    }

    fn id(&self) -> Uuid {
        self.id.0
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn type_name(&self) -> Option<&'static str> {
        None
    }

    fn notes(&mut self) -> &mut Option<Notes> {
        &mut self.notes
    }

    fn tags(&mut self) -> &mut Vec<String> {
        &mut self.tags
    }

    fn fields(&self) -> Fields<6> {
        let notes = self.notes.as_ref();
        [
            ("owner", json!(self.owner)),
            ("description", json!(notes.map(|notes| &notes.description))),
            ("tags", json!(self.tags)),
            ("verified", json!(notes.map(|notes| notes.verified))),
            ("hidden", json!(notes.map(|notes| notes.hidden))),
            ("default_columns", json!(self.default_columns)),
        ]
    }
}

/// Returns the requested page of the project's definitions. Errors: `Invalid`.
pub fn list(
    store: &Store,
    context: Context,
    query: &Form,
    page: Page,
) -> Result<WithUsers<Listing<Arc<EventDefinition>>>> {
    let (project, asked) = (context.project, filter::asked(query, context)?);
    store.read(|db| {
        let (items, count) = table::list(db, project, &asked, page.limit, page.offset)?;
        WithUsers::read(db, Listing { items, count })
    })
}

/// Creates a definition of which no event is known yet.
///
/// Errors: `Invalid` for the fields, both hidden and verified, and a name that the project already has.
pub fn create(store: &Store, context: Context, form: Form) -> Result<WithUsers<EventDefinition>> {
    store.write(move |db| WithUsers::read(db, insert_new(db, context, &form)?))
}

/// Changes definition `id` as `form` says; what it leaves out stays, except that a form that is the `whole` definition
/// (PUT) unsets the checkboxes that it leaves out. Signs the change, even an empty one.
///
/// Errors: `NotFound`, then those of `form`; `Invalid` for the fields, and for both hidden and verified.
pub fn update(
    store: &Store,
    context: Context,
    id: EventDefinitionId,
    form: Result<Form>,
    whole: bool,
) -> Result<WithUsers<EventDefinition>> {
    store.write(move |db| {
        let definition = definitions::find(db, context, id.0)?;
        let change = EventDefinitionChange::read(db, context, &form?, whole)?;
        let change = |definition: &mut _, notes| change.apply(context, definition, notes);
        WithUsers::read(db, definitions::update(db, context, definition, change)?)
    })
}

fn insert_new(db: &Write, context: Context, form: &Form) -> Result<EventDefinition> {
    let name = form.field("name").text(400)?.required("name")?;
    let change = EventDefinitionChange::read(db, context, form, true)?;
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
    definitions::log(db, context, &definition, "created", Value::Null)?;
    Ok(definition)
}
