//! Event definitions: creating one before its first event, reading, changing and deleting it; lists and bulk tags
//! (`resources.md` 5).

mod core_events;
mod filter;

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Context, Error, Field, Form, Listing, Page, Result, WithUsers,
    definitions::{self, Definition},
    notes::{self, Flags},
    tags,
};
use crate::{
    model::{EventDefinition, EventDefinitionId, Notes, ProjectId, UserId},
    store::{Kept, Read, Store, StoreError, Usage, Write, event_definitions as table, users},
};

/// The body of a POST, a PATCH or a PUT of a definition.
pub struct EventDefinitionChange {
    owner: Field<UserId>,
    description: Field<String>,
    tags: Option<Vec<String>>,
    flags: Flags,
    primary_property: Field<String>,
    default_columns: Option<Vec<String>>,
}

impl Definition for EventDefinition {
    const SCOPE: &'static str = "EventDefinition";

    type Change = EventDefinitionChange;

    fn read_change(
        db: &Read,
        context: Context,
        form: &Form,
        whole: bool,
    ) -> Result<EventDefinitionChange> {
        let owner = owner(db, context, form)?;
        let description = notes::description(form)?;
        let tags = tags::read(form)?.not_null("tags")?;
        let flags = Flags::read(form, whole)?;
        let primary_property = primary_property(form)?;
        let default_columns = form.field("default_columns").texts(None)?;
        let default_columns = default_columns.not_null("default_columns")?;
        flags.check("An event cannot be both hidden and verified")?;
        Ok(EventDefinitionChange {
            owner,
            description,
            tags,
            flags,
            primary_property,
            default_columns,
        })
    }

    fn apply(&mut self, context: Context, notes: Notes, change: EventDefinitionChange) {
        self.owner = change.owner.or_keep(self.owner);
        if let Some(tags) = change.tags {
            self.tags = tags;
        }
        self.primary_property = change
            .primary_property
            .or_keep(self.primary_property.take());
        if let Some(columns) = change.default_columns {
            self.default_columns = columns;
        }
        self.notes = Some(change.flags.apply(context, notes, change.description));
    }

    fn find(db: &Read, project: ProjectId, id: Uuid) -> Result<Option<Self>, StoreError> {
        table::find(db, project, EventDefinitionId(id))
    }

    fn store(&self, db: &Write, project: ProjectId, _: &Self) -> Result<(), StoreError> {
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

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let notes = self.notes.as_ref();
        vec![
            ("owner", json!(self.owner)),
            ("description", json!(notes.map(|notes| &notes.description))),
            ("tags", json!(self.tags)),
            ("verified", json!(notes.map(|notes| notes.verified))),
            ("hidden", json!(notes.map(|notes| notes.hidden))),
            ("primary_property", json!(self.primary_property)),
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
) -> Result<WithUsers<Listing<Arc<Kept<EventDefinition>>>>> {
    let (project, asked) = (context.project, filter::asked(query, context)?);
    store.read(|db| {
        let (items, count) = table::list(db, project, &asked, page.limit, page.offset)?;
        WithUsers::load(db, Listing { items, count })
    })
}

/// Creates a definition of which no event is known yet.
///
/// Errors: `Invalid` for the fields, both hidden and verified, and a name that the project already has.
pub fn create(store: &Store, context: Context, form: Form) -> Result<WithUsers<EventDefinition>> {
    store.write(move |db| WithUsers::load(db, insert_new(db, context, &form)?))
}

/// Returns the definition of the event `name`, as [`definitions::show`] does. Errors: `NotFound`.
pub fn show_named(
    store: &Store,
    context: Context,
    name: &str,
) -> Result<WithUsers<EventDefinition>> {
    definitions::show_found(store, context, |db| {
        table::find_named(db, context.project, name)?.ok_or(Error::NOT_FOUND)
    })
}

/// Returns the events that have a primary property, each with it, sorted by name: those in `query`, by default all.
///
/// Errors: `Invalid` for names that are no text.
pub fn primary_properties(
    store: &Store,
    context: Context,
    query: &Form,
) -> Result<Vec<(String, String)>> {
    let mut names = query.field("names").blank().texts(None)?.value();
    if let Some(names) = &mut names {
        names.retain(|name| !name.is_empty());
    }
    let names = names.filter(|names| !names.is_empty());
    Ok(store.read(|db| table::primary_properties(db, context.project, names.as_deref()))?)
}

fn insert_new(db: &Write, context: Context, form: &Form) -> Result<EventDefinition> {
    let name = form.field("name").text(400)?.required("name")?;
    let change = EventDefinition::read_change(db, context, form, true)?;
    let mut definition = EventDefinition::new(name);
    definition.apply(context, Notes::blank(context.now), change);
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

/// Reads the property that is shown beside the event's name.
pub fn primary_property(form: &Form) -> Result<Field<String>> {
    form.field("primary_property").nullable().text(400)
}

/// Reads the owner, a member of the organization by number.
fn owner(db: &Read, context: Context, form: &Form) -> Result<Field<UserId>> {
    let owner = form.field("owner").nullable().pk()?.map(UserId);
    if let Field::Value(user) = owner {
        let level = users::level(db, context.organization, user)?;
        level.ok_or_else(|| Error::no_row("owner", user))?;
    }
    Ok(owner)
}
