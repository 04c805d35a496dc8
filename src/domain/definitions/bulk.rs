//! Changing and deleting many definitions in one request, each in its own way: also what takes back such a request.

use std::collections::HashSet;

use uuid::Uuid;

use super::{Definition, apply, log_change, remove};
use crate::{
    domain::{
        Context, Error, Form, Mentions, Result, WithUsers,
        tags::{self, BulkTags},
    },
    model::{Json, UserId},
    store::Store,
};

/// A valid list of changes; what each of them says is checked as it is made.
#[derive(Debug)]
pub struct BulkUpdate(Vec<(Uuid, Form)>);

/// What became of a request about many definitions, in its order.
pub struct BulkOutcome<T> {
    /// The definitions that were changed.
    pub updated: Vec<T>,
    /// Those that were deleted.
    pub deleted: Vec<Uuid>,
    /// Ids that do not exist.
    pub skipped: Vec<Uuid>,
}

impl<T> Default for BulkOutcome<T> {
    fn default() -> BulkOutcome<T> {
        BulkOutcome {
            updated: Vec::new(),
            deleted: Vec::new(),
            skipped: Vec::new(),
        }
    }
}

impl<D: Mentions> Mentions for BulkOutcome<D> {
    fn mention(&self, users: &mut Vec<UserId>) {
        self.updated.mention(users);
    }
}

impl BulkUpdate {
    /// Reads a body: `updates`, a list of objects with an `id` each. Errors: `Invalid`; item errors win over the one about
    /// too many.
    pub fn read(form: &Form) -> Result<BulkUpdate> {
        let items = tags::some("updates", form.field("updates").list()?)?;
        let mut known = HashSet::new();
        let update = |(index, item)| {
            let path = format!("updates__{index}");
            let form = match item {
                Json::Object(fields) => Form::object(fields),
                other => {
                    let kind = other.kind();
                    let detail = format!("Invalid data. Expected a dictionary, but got {kind}.");
                    return Err(Error::field(path, "invalid_input", detail));
                }
            };
            let id = form.raw("id").ok_or_else(|| {
                Error::field("id", "required", "This field is required.").within(&path)
            })?;
            let id = tags::id(id, || format!("{path}__id"))?;
            if known.insert(id) {
                Ok((id, form))
            } else {
                let detail = "This definition is listed twice.";
                Err(Error::field(format!("{path}__id"), "invalid_input", detail))
            }
        };
        let updates: Vec<_> = items
            .into_iter()
            .enumerate()
            .map(update)
            .collect::<Result<_>>()?;
        tags::not_too_many("updates", updates.len())?;
        Ok(BulkUpdate(updates))
    }
}

/// Makes the changes one by one, each as a PATCH or, with `deleted`, as a DELETE would; skips definitions that do not exist.
///
/// Errors: `Invalid` for the first change that breaks a rule; then nothing has changed.
pub fn bulk_update<D: Definition>(
    store: &Store,
    context: Context,
    bulk: BulkUpdate,
) -> Result<WithUsers<BulkOutcome<D>>> {
    store.write(move |db| {
        let mut outcome = BulkOutcome::default();
        for (index, (id, form)) in bulk.0.iter().enumerate() {
            let at = |error: Error| error.within(&format!("updates__{index}"));
            let is_deleted = form.field("deleted").boolean_or(false).map_err(at)?;
            let change = D::read_change(db, context, form, false).map_err(at)?;
            match D::find(db, context.project, *id)? {
                None => outcome.skipped.push(*id),
                Some(definition) if is_deleted => {
                    remove(db, context, definition)?;
                    outcome.deleted.push(*id);
                }
                Some(definition) => {
                    outcome
                        .updated
                        .push(apply(db, context, definition, change)?);
                }
            }
        }
        WithUsers::load(db, outcome)
    })
}

/// The definitions to verify, or to take that back from.
#[derive(Debug)]
pub struct BulkVerify {
    ids: Vec<Uuid>,
    is_verified: bool,
}

impl BulkVerify {
    /// Reads a body. Errors: `Invalid` for the first fault in the order `ids`, `verified`.
    pub fn read(form: &Form) -> Result<BulkVerify> {
        let ids = tags::ids(form)?;
        let is_verified = form.field("verified").boolean()?.required("verified")?;
        Ok(BulkVerify { ids, is_verified })
    }

    /// The wanted state.
    pub fn is_verified(&self) -> bool {
        self.is_verified
    }
}

/// Brings each definition once to the wanted state, as a PATCH would, unless it is in that state.
pub fn bulk_verify<D: Definition>(
    store: &Store,
    context: Context,
    bulk: BulkVerify,
) -> Result<BulkOutcome<Uuid>> {
    let sent = Json::Bool(bulk.is_verified);
    let form = Form::object(vec![("verified".into(), sent)]);
    store.write(move |db| {
        let mut outcome = BulkOutcome::default();
        let mut known = HashSet::new();
        for id in bulk.ids.into_iter().filter(|id| known.insert(*id)) {
            let Some(mut definition) = D::find(db, context.project, id)? else {
                outcome.skipped.push(id);
                continue;
            };
            let notes = definition.notes().as_ref();
            if notes.is_some_and(|notes| notes.verified) != bulk.is_verified {
                let change = D::read_change(db, context, &form, false)?;
                apply(db, context, definition, change)?;
                outcome.updated.push(id);
            }
        }
        Ok(outcome)
    })
}

/// Changes the tags of many definitions, each once and nothing else of it. Returns all tags of each.
pub fn bulk_update_tags<D: Definition>(
    store: &Store,
    context: Context,
    bulk: BulkTags,
) -> Result<BulkOutcome<(Uuid, Vec<String>)>> {
    store.write(move |db| {
        let mut outcome = BulkOutcome::default();
        let mut changed = HashSet::new();
        for id in &bulk.ids {
            if changed.contains(id) {
                continue;
            }
            let Some(mut before) = D::find(db, context.project, *id)? else {
                outcome.skipped.push(*id);
                continue;
            };
            let mut after = before.clone();
            *after.tags() = bulk.applied_to(before.tags());
            if after.tags() != before.tags() {
                after.store(db, context.project, &before)?;
                log_change(db, context, &before, &after)?;
            }
            changed.insert(*id);
            outcome.updated.push((*id, after.tags().clone()));
        }
        Ok(outcome)
    })
}
