//! What people can do with a definition, of an event or of a property: open, change, delete it, and the same with many.
//!
//! Both kinds have an id, tags and notes, and both log their changes. [`Definition`] says where they differ.

mod bulk;

pub use super::tags::BulkTags;
pub use bulk::{BulkUpdate, BulkVerify, bulk_update, bulk_update_tags, bulk_verify};

use serde_json::Value;
use uuid::Uuid;

use super::{Change, Context, Error, Form, Mentions, Result, WithUsers, activity};
use crate::{
    model::{Notes, ProjectId},
    store::{Read, Store, StoreError, Usage, Write},
};

pub trait Definition: Clone + Mentions + Send + 'static {
    /// The kind, as the activity log writes it.
    const SCOPE: &'static str;

    /// A valid change.
    type Change;

    /// Reads the body of a change; see [`update`] for `whole`.
    fn read_change(db: &Read, context: Context, form: &Form, whole: bool) -> Result<Self::Change>;

    /// Applies `change`; `notes` are those so far.
    fn apply(&mut self, context: Context, notes: Notes, change: Self::Change);

    /// Reads the definition `id` of `project`.
    fn find(db: &Read, project: ProjectId, id: Uuid) -> Result<Option<Self>, StoreError>;

    /// Stores what people can change of it, and have changed since `before`.
    fn store(&self, db: &Write, project: ProjectId, before: &Self) -> Result<(), StoreError>;

    /// Deletes it from the table.
    fn remove(&self, db: &Write, project: ProjectId) -> Result<bool, StoreError>;

    /// Its first view, which creates its editable half.
    fn usage(&self, project: ProjectId) -> Usage;

    fn id(&self) -> Uuid;

    /// The name of the event or property.
    fn name(&self) -> &str;

    /// The activity log's `detail.type`.
    fn type_name(&self) -> Option<&'static str>;

    /// What people say of it; `None` until it is first viewed or changed.
    fn notes(&mut self) -> &mut Option<Notes>;

    fn tags(&mut self) -> &mut Vec<String>;

    /// The fields that the activity log follows.
    fn fields(&self) -> Vec<(&'static str, Value)>;
}

/// Returns the definition `id` of the project. The first time, this notes that its editable half has to be created.
///
/// Errors: `NotFound` if the project has no such definition.
pub fn show<D: Definition>(store: &Store, context: Context, id: Uuid) -> Result<WithUsers<D>> {
    show_found(store, context, |db| find(db, context, id))
}

/// The same for the definition that `find` returns.
pub fn show_found<D: Definition>(
    store: &Store,
    context: Context,
    find: impl FnOnce(&Read) -> Result<D>,
) -> Result<WithUsers<D>> {
    let mut found = store.read(|db| WithUsers::load(db, find(db)?))?;
    let notes = found.item.notes();
    if notes.is_none() {
        *notes = Some(Notes::blank(context.now));
        store.note(found.item.usage(context.project), context.now);
    }
    Ok(found)
}

/// Deletes definition `id` with its notes and tags. Where a property was seen stays known, and the next event of a deleted
/// name creates its definition again.
///
/// Errors: `NotFound` if the project has no such definition.
pub fn delete<D: Definition>(context: Context, id: Uuid) -> Change<()> {
    Change::new(move |db| remove(db, context, find::<D>(db, context, id)?))
}

/// Changes definition `id` as `form` says; what it leaves out stays, except that a form that is the `whole` definition
/// (PUT) unsets the checkboxes that it leaves out. Signs the change, even an empty one.
///
/// Errors: `NotFound`, then those of `form`; `Invalid` for the fields, and for both hidden and verified.
pub fn update<D: Definition>(
    context: Context,
    id: Uuid,
    form: Result<Form>,
    whole: bool,
) -> Change<WithUsers<D>> {
    Change::new(move |db| {
        let definition: D = find(db, context, id)?;
        let change = D::read_change(db, context, &form?, whole)?;
        WithUsers::load(db, apply(db, context, definition, change)?)
    })
}

/// Returns the definition `id` of the project. Errors: `NotFound`.
fn find<D: Definition>(db: &Read, context: Context, id: Uuid) -> Result<D> {
    D::find(db, context.project, id)?.ok_or(Error::NOT_FOUND)
}

/// Deletes `definition`, and logs it.
fn remove<D: Definition>(db: &Write, context: Context, definition: D) -> Result<()> {
    definition.remove(db, context.project)?;
    log(db, context, &definition, "deleted", Value::Null)
}

/// Stores what `change` makes of `definition`, and logs it, even if that is nothing.
fn apply<D: Definition>(
    db: &Write,
    context: Context,
    mut before: D,
    change: D::Change,
) -> Result<D> {
    let blank = Notes::blank(context.now);
    let notes = before.notes().get_or_insert(blank).clone();
    let mut after = before.clone();
    after.apply(context, notes, change);
    after.store(db, context.project, &before)?;
    log_change(db, context, &before, &after)?;
    Ok(after)
}

/// Adds what happened to `definition` to the activity log.
pub fn log<D: Definition>(
    db: &Write,
    context: Context,
    definition: &D,
    activity: &'static str,
    changes: Value,
) -> Result<()> {
    let entry = activity::Entry {
        scope: D::SCOPE,
        item: &definition.id().to_string(),
        activity,
        detail: activity::Detail {
            name: Some(definition.name()),
            kind: definition.type_name(),
            changes,
            ..activity::Detail::default()
        },
        organization: (activity != "changed").then_some(context.organization),
        is_system: false,
    };
    activity::record(db, context, entry)
}

/// Logs a change field by field.
///
/// The service logs tags as if there had been none before, also where they stay; here the log says what they were.
fn log_change<D: Definition>(db: &Write, context: Context, before: &D, after: &D) -> Result<()> {
    let changes = activity::changes(D::SCOPE, before.fields(), after.fields());
    log(db, context, after, "changed", changes.into())
}
