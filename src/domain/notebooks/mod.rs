//! Notebooks: making, changing, deleting and listing them (`resources.md` 3).

mod contains;
mod filter;

pub use filter::filter;

use serde_json::{Value, json};

use super::{Context, Error, Field, Form, Listing, Page, Result, activity};
use crate::{
    model::*,
    store::{
        Read, StoreError, Write,
        notebooks::{self as table, Filter, Order},
    },
};

/// The most characters in a title.
const TITLE_LENGTH: usize = 256;

/// The most characters in a short id.
const SHORT_ID_LENGTH: usize = 12;

/// The notebook that `short_id` names. `NotFound` when the context's project has none such, or it is deleted.
pub fn find(db: &Read, context: Context, short_id: &NotebookShortId) -> Result<Notebook> {
    let notebook = find_deleted_too(db, context, short_id)?;
    if notebook.head.deleted {
        Err(Error::NOT_FOUND)
    } else {
        Ok(notebook)
    }
}

/// The same for those who change it, who can undelete it.
pub fn find_deleted_too(
    db: &Read,
    context: Context,
    short_id: &NotebookShortId,
) -> Result<Notebook> {
    table::find(db, context.project, short_id)?.ok_or(Error::NOT_FOUND)
}

/// A page of the project's notebooks that are not deleted.
pub fn list(
    db: &Read,
    context: Context,
    filter: &Filter,
    order: Order,
    page: Page,
) -> Result<Listing<NotebookHead>> {
    let items = table::page(db, context.project, filter, order, page.limit, page.offset)?;
    Ok(Listing {
        items,
        count: table::count(db, context.project, filter)?,
    })
}

/// What a client says of a notebook.
struct Sent {
    title: Field<String>,
    content: Field<Json>,
    text_content: Field<String>,
    version: Option<i64>,
    deleted: Option<bool>,
}

impl Sent {
    fn read(form: &Form) -> Result<Sent> {
        Ok(Sent {
            title: form.field("title").nullable().blank().text(TITLE_LENGTH)?,
            content: form.field("content").nullable().json()?,
            text_content: form.field("text_content").nullable().blank().text(None)?,
            version: version(form)?,
            deleted: form.field("deleted").optional().boolean()?.value(),
        })
    }

    /// Whether none of the fields was sent.
    fn is_nothing(&self) -> bool {
        let Sent {
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

/// Makes a notebook as `form` says; what it leaves out is null.
///
/// Errors: `Invalid` for the fields first, then for a `short_id` that cannot be one or that another notebook has.
pub fn create(db: &Write, context: Context, form: &Form) -> Result<Notebook> {
    let sent = Sent::read(form)?;
    let short_id = match form.raw("short_id").filter(|value| value.is_truthy()) {
        Some(value) => given_short_id(value)?,
        None => NotebookShortId(random_short_id()),
    };
    let notebook = Notebook {
        head: NotebookHead {
            id: ordered_uuid(),
            short_id,
            title: sent.title.value(),
            deleted: sent.deleted.unwrap_or(false),
            created_at: context.now,
            created_by: Some(context.user),
            last_modified_at: context.now,
            last_modified_by: Some(context.user),
        },
        content: sent.content.value().map(|content| JsonText::new(&content)),
        text_content: sent.text_content.value(),
        version: sent.version.unwrap_or(0),
    };
    table::insert(db, context.project, &notebook).map_err(|error| match error {
        StoreError::Taken(_) => Error::field("short_id", "unique", "This field must be unique."),
        other => other.into(),
    })?;
    record(db, context, &notebook, "created", json!([]))?;
    Ok(notebook)
}

/// Changes `notebook` as `form` says; what it leaves out stays, and so does everything when it says nothing. With `whole`,
/// `deleted` left out of a form, where a box that is not ticked is not sent, means no.
///
/// Errors: `Invalid` for the fields, `Conflict` when it has content and not the version that the notebook has now.
pub fn update(
    db: &Write,
    context: Context,
    notebook: Notebook,
    form: &Form,
    whole: bool,
) -> Result<Notebook> {
    let mut sent = Sent::read(form)?;
    if whole && form.is_encoded() {
        sent.deleted = sent.deleted.or(Some(false));
    }
    if sent.is_nothing() {
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

fn version(form: &Form) -> Result<Option<i64>> {
    let (least, most) = (i64::from(i32::MIN), i64::from(i32::MAX));
    let rule = |code, detail| Err(Error::field("version", code, detail));
    match form.field("version").optional().integer()?.value() {
        Some(version) if version > most => rule(
            "max_value",
            format!("Ensure this value is less than or equal to {most}."),
        ),
        Some(version) if version < least => rule(
            "min_value",
            format!("Ensure this value is greater than or equal to {least}."),
        ),
        version => Ok(version),
    }
}

fn given_short_id(value: &Json) -> Result<NotebookShortId> {
    let fits = |text: &str| {
        text.len() <= SHORT_ID_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match value {
        Json::Text(text) if fits(&text.value) => Ok(NotebookShortId(text.value.clone())),
        _ => {
            let detail = format!(
                "short_id must be an alphanumeric string up to {SHORT_ID_LENGTH} characters."
            );
            Err(Error::field("short_id", "invalid_input", detail))
        }
    }
}

/// What differs, as the log tells it. Content is named and not quoted: with every save of a long text the log would grow by
/// it twice.
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
    let (name, short_id) = (&notebook.head.title, &notebook.head.short_id);
    let detail = json!({"name": name, "short_id": short_id, "type": null, "changes": changes});
    let entry = activity::Entry {
        scope: "Notebook",
        item: &short_id.0,
        activity,
        detail,
        is_system: false,
    };
    activity::record(db, context, entry)
}
