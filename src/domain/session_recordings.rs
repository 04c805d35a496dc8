//! Session recordings: listing, viewing and deleting them. Ingestion and seed files create them (`resources.md` 4).

use super::{Context, Error, Form, Page, Result, date_filter, text};
use crate::{
    model::{Json, SeenRecording, SessionRecordingId},
    store::{
        Read, Store, Write,
        session_recordings::{self as table, RecordingFilter},
    },
};

const NOT_FOUND: Error = Error::NotFound("Recording not found");

/// Returns the recording `id` as the caller sees it.
///
/// Errors: `NotFound` if the project has no such recording, it is deleted, or no snapshot of it was ever received.
pub fn show(store: &Store, context: Context, id: &SessionRecordingId) -> Result<SeenRecording> {
    store.read(|db| find(db, context, id))
}

fn find(db: &Read, context: Context, id: &SessionRecordingId) -> Result<SeenRecording> {
    let found = table::find(db, context.project, id, context.user)?;
    found
        .filter(|seen| !seen.recording.deleted && seen.recording.times.is_some())
        .ok_or(NOT_FOUND)
}

/// Returns a page of the project's recordings that match `query`, newest first, and whether there are more after it.
///
/// Errors: `Invalid` if `session_ids` is not a JSON list of texts, or `date_from` or `date_to` not a date.
pub fn list(
    store: &Store,
    context: Context,
    query: &Form,
    page: Page,
) -> Result<(Vec<SeenRecording>, bool)> {
    let filter = RecordingFilter {
        ids: ids(query)?,
        after: date_filter::read(query, "date_from", context.now)?,
        before: date_filter::read(query, "date_to", context.now)?,
    };
    let limit = page.limit.saturating_add(1);
    let (project, user) = (context.project, context.user);
    let mut items = store.read(|db| table::page(db, project, &filter, user, limit, page.offset))?;
    let most = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let has_next = items.len() > most;
    items.truncate(most);
    Ok((items, has_next))
}

fn ids(query: &Form) -> Result<Option<Vec<String>>> {
    const NAME: &str = "session_ids";
    if query.field(NAME).nullable().text(None)?.value().is_none() {
        return Ok(None);
    }
    let id =
        |(index, item): (usize, &Json)| text(format!("{NAME}__{index}").into(), item, true, None);
    match query.field(NAME).json()?.value() {
        Some(Json::List(items)) => items
            .iter()
            .enumerate()
            .map(id)
            .collect::<Result<_>>()
            .map(Some),
        Some(other) => {
            let detail = format!(
                "Expected a list of items but got type \"{}\".",
                other.kind()
            );
            Err(Error::field(NAME, "not_a_list", detail))
        }
        None => Ok(None),
    }
}

/// Stores that the caller viewed the recording `id` if `viewed` is true in `form`. `analyzed` is accepted and not stored.
///
/// Errors: `NotFound` as for [`show`], then the error of `form`; `Invalid` if neither `viewed` nor `analyzed` is true.
pub fn update(
    store: &Store,
    context: Context,
    id: SessionRecordingId,
    form: Result<Form>,
) -> Result<()> {
    store.write(move |db| {
        let seen = find(db, context, &id)?;
        note_view(db, context, &seen, &form?)
    })
}

fn note_view(db: &Write, context: Context, seen: &SeenRecording, form: &Form) -> Result<()> {
    let says = |name| {
        Ok::<_, Error>(
            form.field(name)
                .optional()
                .boolean()?
                .value()
                .unwrap_or(false),
        )
    };
    let (viewed, analyzed) = (says("viewed")?, says("analyzed")?);
    if !viewed && !analyzed {
        return Err(Error::request(
            "At least one of 'viewed' or 'analyzed' must be provided.",
        ));
    }
    if viewed {
        table::view(db, context.project, &seen.recording.id, context.user)?;
    }
    Ok(())
}

/// Deletes the recording `id` permanently. Errors: `NotFound` as for [`show`].
pub fn delete(store: &Store, context: Context, id: SessionRecordingId) -> Result<()> {
    store.write(move |db| {
        find(db, context, &id)?;
        Ok(table::delete(db, context.project, &id)?)
    })
}
