//! Notebooks: listing, creating, updating and deleting them (`resources.md` 3).

mod contains;
mod filter;

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::{Context, Error, Field, Form, Listing, Origin, Page, Result, WithUsers, activity};
use crate::{
    model::{
        Json, JsonText, Notebook, NotebookHead, NotebookShortId, ordered_uuid, random_short_id,
    },
    store::{Store, StoreError, Write, notebooks as table},
};

/// The maximum number of characters in a title.
const TITLE_LENGTH: usize = 256;

/// The values that `version` can have.
const VERSIONS: RangeInclusive<i64> = i32::MIN as i64..=i32::MAX as i64;

/// The maximum number of characters in a short id.
const SHORT_ID_LENGTH: usize = 12;

/// Returns a page of the project's notebooks that match `query` and are not deleted. Errors: `Invalid`.
pub fn list(
    store: &Store,
    context: Context,
    query: &Form,
    page: Page,
) -> Result<WithUsers<Listing<NotebookHead>>> {
    let (project, (filter, order)) = (context.project, filter::filter(query, context)?);
    store.read(|db| {
        let items = table::page(db, project, &filter, order, page.limit, page.offset)?;
        let count = table::count(db, project, &filter)?;
        WithUsers::load(db, Listing { items, count })
    })
}

/// Creates a notebook. Fields that `form` does not have are null.
///
/// Errors: `Invalid` for the fields first, then if `short_id` is malformed or another notebook of the project has it.
pub fn create(store: &Store, context: Context, form: Form) -> Result<WithUsers<Notebook>> {
    store.write(move |db| WithUsers::load(db, insert(db, context, &form)?))
}

/// Returns the notebook `short_id`. Errors: `NotFound` if the project has no such notebook, or it is deleted.
pub fn show(
    store: &Store,
    context: Context,
    short_id: &NotebookShortId,
) -> Result<WithUsers<Notebook>> {
    store.read(|db| {
        let found = table::find(db, context.project, short_id)?;
        let found = found.filter(|notebook| !notebook.head.deleted);
        WithUsers::load(db, found.ok_or(Error::NOT_FOUND)?)
    })
}

/// Updates the notebook `short_id`, also a deleted one, with the fields of `form`. Without any known field nothing changes.
/// With `whole`, a form that does not have `deleted` sets it to false, because forms do not send unticked boxes.
///
/// Errors: `NotFound`, then the error of `form`; `Invalid` for the fields; `Conflict` if `content` is sent without the
/// notebook's present version.
pub fn update(
    store: &Store,
    context: Context,
    short_id: NotebookShortId,
    form: Result<Form>,
    whole: bool,
) -> Result<WithUsers<Notebook>> {
    store.write(move |db| {
        let found = table::find(db, context.project, &short_id)?;
        let notebook = found.ok_or(Error::NOT_FOUND)?;
        WithUsers::load(db, change(db, context, notebook, &form?, whole)?)
    })
}

/// The fields of a notebook in a request body.
struct SentFields {
    title: Field<String>,
    content: Field<Json>,
    text_content: Field<String>,
    version: Option<i64>,
    deleted: Option<bool>,
}

impl SentFields {
    fn read(form: &Form) -> Result<SentFields> {
        Ok(SentFields {
            title: form.field("title").nullable().blank().text(TITLE_LENGTH)?,
            content: form.field("content").nullable().json()?,
            text_content: form.field("text_content").nullable().blank().text(None)?,
            version: form
                .field("version")
                .optional()
                .integer_in(VERSIONS)?
                .value(),
            deleted: form.field("deleted").optional().boolean()?.value(),
        })
    }

    fn is_empty(&self) -> bool {
        let SentFields {
            title,
            content,
            text_content,
            version,
            deleted,
        } = self;
        let texts = [title, text_content]
            .into_iter()
            .all(|field| *field == Field::Absent);
        texts && *content == Field::Absent && version.is_none() && deleted.is_none()
    }
}

fn insert(db: &Write, context: Context, form: &Form) -> Result<Notebook> {
    let mut notebook = blank(context.into());
    read(&mut notebook, form)?;
    table::insert(db, context.project, &notebook).map_err(|error| match error {
        StoreError::Taken(_) => Error::field("short_id", "unique", "This field must be unique."),
        other => other.into(),
    })?;
    record(db, context, &notebook, "created", Value::Null)?;
    Ok(notebook)
}

/// A new notebook with default values.
pub(super) fn blank(origin: Origin) -> Notebook {
    Notebook {
        head: NotebookHead {
            id: ordered_uuid(),
            short_id: NotebookShortId(random_short_id()),
            title: None,
            deleted: false,
            created_at: origin.now,
            created_by: origin.by,
            last_modified_at: origin.now,
            last_modified_by: origin.by,
        },
        content: None,
        text_content: None,
        version: 0,
    }
}

/// Sets the fields of a new `notebook` from `form`. Errors: `Invalid` for the fields first, then for a malformed `short_id`.
pub(super) fn read(notebook: &mut Notebook, form: &Form) -> Result<()> {
    let sent = SentFields::read(form)?;
    if let Some(short_id) = short_id(form)? {
        notebook.head.short_id = NotebookShortId(short_id);
    }
    notebook.head.title = sent.title.value();
    notebook.head.deleted = sent.deleted.unwrap_or(false);
    notebook.content = sent.content.value().map(|content| JsonText::new(&content));
    notebook.text_content = sent.text_content.value();
    notebook.version = sent.version.unwrap_or(0);
    Ok(())
}

fn change(
    db: &Write,
    context: Context,
    notebook: Notebook,
    form: &Form,
    whole: bool,
) -> Result<Notebook> {
    let mut sent = SentFields::read(form)?;
    if whole && form.is_encoded() {
        sent.deleted = sent.deleted.or(Some(false));
    }
    if sent.is_empty() {
        return Ok(notebook);
    }
    let has_content = sent.content != Field::Absent;
    if has_content && sent.version != Some(notebook.version) {
        return Err(Error::Conflict("Someone else edited the Notebook"));
    }
    let before = notebook.clone();
    let changed = Notebook {
        head: NotebookHead {
            title: sent.title.or_keep(notebook.head.title),
            deleted: sent.deleted.unwrap_or(notebook.head.deleted),
            last_modified_at: context.now,
            last_modified_by: Some(context.user),
            ..notebook.head
        },
        content: sent
            .content
            .map(|content| JsonText::new(&content))
            .or_keep(notebook.content),
        text_content: sent.text_content.or_keep(notebook.text_content),
        version: sent.version.unwrap_or(notebook.version) + i64::from(has_content),
    };
    table::update(db, context.project, &changed)?;
    let (activity, changes) = match (before.head.deleted, changed.head.deleted) {
        (false, true) => ("deleted", Value::Null),
        _ => ("updated", changes(&before, &changed)),
    };
    record(db, context, &changed, activity, changes)?;
    Ok(changed)
}

/// Reads the `short_id` that a client chose for a new object. Errors: `Invalid`.
pub(super) fn short_id(form: &Form) -> Result<Option<String>> {
    let fits = |text: &str| {
        text.len() <= SHORT_ID_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match form.raw("short_id").filter(|value| value.is_truthy()) {
        None => Ok(None),
        Some(Json::Text(text)) if fits(&text.value) => Ok(Some(text.value.clone())),
        Some(_) => {
            let detail = format!(
                "short_id must be an alphanumeric string up to {SHORT_ID_LENGTH} characters."
            );
            Err(Error::field("short_id", "invalid_input", detail))
        }
    }
}

/// The fields that differ, for the activity log. Changed content is named without its values: otherwise every save of a long
/// notebook would store it twice more.
fn changes(before: &Notebook, after: &Notebook) -> Value {
    let mut changes = Vec::new();
    let change = |field, before, after| activity::change("Notebook", field, before, after);
    if before.head.title != after.head.title {
        changes.push(change(
            "title",
            json!(before.head.title),
            json!(after.head.title),
        ));
    }
    if before.content != after.content {
        changes.push(json!({"type": "Notebook", "action": "changed", "field": "content", "before": null, "after": null}));
    }
    if before.version != after.version {
        changes.push(change(
            "version",
            before.version.into(),
            after.version.into(),
        ));
    }
    if before.head.deleted != after.head.deleted {
        changes.push(change(
            "deleted",
            before.head.deleted.into(),
            after.head.deleted.into(),
        ));
    }
    changes.into()
}

fn record(
    db: &Write,
    context: Context,
    notebook: &Notebook,
    activity: &'static str,
    changes: Value,
) -> Result<()> {
    let short_id = &notebook.head.short_id.0;
    let entry = activity::Entry {
        scope: "Notebook",
        item: short_id,
        activity,
        detail: activity::Detail {
            name: notebook.head.title.as_deref(),
            short_id: Some(short_id),
            changes,
            ..activity::Detail::default()
        },
        organization: Some(context.organization),
        is_system: false,
    };
    activity::record(db, context, entry)
}
