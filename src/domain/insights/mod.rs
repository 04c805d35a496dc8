//! Insights: listing, creating, updating, deleting and restoring them (`resources.md` 1).

mod fields;
mod filter;
mod log;

use sha2::{Digest, Sha256};

use super::{
    Context, Error, Form, Listing, Origin, Page, Result, WithUsers,
    activity::{self, LogSheet},
};
use crate::{
    model::{
        Activity, DashboardId, Insight, InsightId, InsightShortId, Json, JsonText, ProjectId,
        Timestamp, random_short_id,
    },
    store::{
        Read, Store, Usage, Write, dashboard_tiles as tiles,
        insights::{self as table, Among},
    },
};

pub(super) use fields::read;

/// Returns a page of the project's insights that match `query`. Errors: `Invalid`.
pub fn list(
    store: &Store,
    context: Context,
    query: &Form,
    page: Page,
) -> Result<WithUsers<Listing<Insight>>> {
    let (project, (filter, order)) = (context.project, filter::read(context, query)?);
    store.read(|db| {
        let items = table::page(db, project, &filter, order, page.limit, page.offset)?;
        let count = table::count(db, project, &filter)?;
        WithUsers::load(db, Listing { items, count })
    })
}

/// Creates an insight. No field is required. Errors: `Invalid`.
pub fn create(store: &Store, context: Context, form: Form) -> Result<WithUsers<Insight>> {
    store.write(move |db| WithUsers::load(db, insert(db, context, &form)?))
}

/// Returns the insight that `name`, its number or `short_id`, identifies, and records the view. `last_viewed_at` is that of
/// the view before.
///
/// Errors: `NotFound` if the project has no such insight, or it is deleted.
pub fn show(store: &Store, context: Context, name: &str) -> Result<WithUsers<Insight>> {
    let found = store.read(|db| WithUsers::load(db, find(db, context, name)?))?;
    note_view(store, context.project, found.item.id, context.now);
    Ok(found)
}

/// Returns a page of what was done to the project's insights, deleted ones included, or only to the one that `name`
/// identifies.
///
/// Errors: `NotFound` if the project never had such an insight, then `Invalid` for a malformed `page` or `limit`.
pub fn activity(
    store: &Store,
    context: Context,
    name: Option<&str>,
    query: &Form,
) -> Result<WithUsers<Listing<Activity>>> {
    store.read(|db| {
        let item = name.map(|name| known(db, context, name)).transpose()?;
        activity::of_kind(db, context, log::SCOPE, item, LogSheet::read(query)?)
    })
}

/// The number of an insight, deleted or not, as the log has it. Errors: `NotFound`.
fn known(db: &Read, context: Context, name: &str) -> Result<String> {
    let present = look_up(db, context, name, Among::Present)?;
    let insight = match present {
        Some(insight) => Some(insight),
        None => look_up(db, context, name, Among::Deleted)?,
    };
    Ok(insight.ok_or(Error::NOT_FOUND)?.id.to_string())
}

/// Updates the insight that `name` identifies with the fields of `form`; `saved` becomes true if it is not sent. With
/// `restores`, `"deleted": false` in `form` also finds a deleted insight.
///
/// Deleting an insight removes it from its dashboards; restoring does not put it back. Errors: `NotFound`, then the error of
/// `form`, then `Invalid`.
pub fn update(
    store: &Store,
    context: Context,
    name: String,
    form: Result<Form>,
    restores: bool,
) -> Result<WithUsers<Insight>> {
    store.write(move |db| {
        let insight = match restores {
            true => find_to_change(db, context, &name, &form)?,
            false => find(db, context, &name)?,
        };
        WithUsers::load(db, change(db, context, insight, &form?)?)
    })
}

/// Finds an insight by its number or its `short_id`. A `short_id` may consist of digits: the number takes precedence.
///
/// Errors: `NotFound` if the project has no such insight, or it is deleted.
pub(super) fn find(db: &Read, context: Context, name: &str) -> Result<Insight> {
    look_up(db, context, name, Among::Present)?.ok_or(Error::NOT_FOUND)
}

/// Like [`find`], but also finds a deleted insight if `deleted` is false, and nothing that only reads as false, in `form`.
fn find_to_change(db: &Read, context: Context, name: &str, form: &Result<Form>) -> Result<Insight> {
    if let Some(insight) = look_up(db, context, name, Among::Present)? {
        return Ok(insight);
    }
    let restores = |form: &Form| form.raw("deleted") == Some(&Json::Bool(false));
    match form {
        Ok(form) if restores(form) => {
            look_up(db, context, name, Among::Deleted)?.ok_or(Error::NOT_FOUND)
        }
        _ => Err(Error::NOT_FOUND),
    }
}

fn look_up(db: &Read, context: Context, name: &str, among: Among) -> Result<Option<Insight>> {
    let is_number = name.bytes().all(|digit| digit.is_ascii_digit());
    if let (true, Ok(id)) = (is_number, name.parse())
        && let Some(insight) = table::find_among(db, context.project, id, among)?
    {
        return Ok(Some(insight));
    }
    let short_id = InsightShortId(name.to_owned());
    Ok(table::find_by_short_id(
        db,
        context.project,
        &short_id,
        among,
    )?)
}

/// Records a view of the insight `id`.
pub fn note_view(store: &Store, project: ProjectId, id: InsightId, now: Timestamp) {
    store.note(Usage::Insight(project, id), now);
}

fn insert(db: &Write, context: Context, form: &Form) -> Result<Insight> {
    let mut insight = blank(context.into());
    let dashboards = fields::read(&mut insight, form, |form| {
        fields::dashboards(db, context.project, form)
    })?;
    insight.id = table::insert(db, context.project, &insight)?;
    for dashboard in dashboards.unwrap_or_default() {
        tiles::place(db, insight.id, dashboard)?;
    }
    let insight = reread(db, context, insight)?;
    log::record(db, context, None, &insight)?;
    Ok(insight)
}

fn change(db: &Write, context: Context, before: Insight, form: &Form) -> Result<Insight> {
    let mut insight = Insight {
        saved: true,
        is_sample: false,
        updated_at: context.now,
        ..before.clone()
    };
    let dashboards = fields::read(&mut insight, form, |form| {
        fields::dashboards(db, context.project, form)
    })?;
    if ["name", "description", "filters"]
        .iter()
        .any(|field| form.raw(field).is_some())
    {
        insight.last_modified_at = context.now;
        insight.last_modified_by = Some(context.user);
    }
    let dashboards = if insight.deleted {
        Some(Vec::new())
    } else {
        dashboards
    };
    store(db, context, &before, insight, dashboards)
}

/// Marks an insight as deleted and removes it from its dashboards.
pub(super) fn delete(db: &Write, context: Context, before: Insight) -> Result<Insight> {
    let insight = Insight {
        deleted: true,
        updated_at: context.now,
        ..before.clone()
    };
    store(db, context, &before, insight, Some(Vec::new()))
}

/// Stores `insight`, which was `before`. With `dashboards`, puts it on these and removes it from all others.
fn store(
    db: &Write,
    context: Context,
    before: &Insight,
    insight: Insight,
    dashboards: Option<Vec<DashboardId>>,
) -> Result<Insight> {
    table::update(db, context.project, &insight)?;
    if let Some(dashboards) = dashboards {
        tiles::keep_on(db, insight.id, &dashboards)?;
        for dashboard in dashboards {
            tiles::place(db, insight.id, dashboard)?;
        }
    }
    let insight = reread(db, context, insight)?;
    log::record(db, context, Some(before), &insight)?;
    Ok(insight)
}

/// Reads `insight` again, with its present tiles.
fn reread(db: &Read, context: Context, insight: Insight) -> Result<Insight> {
    let among = if insight.deleted {
        Among::Deleted
    } else {
        Among::Present
    };
    let found = table::find_among(db, context.project, insight.id, among)?;
    Ok(found.unwrap_or(insight))
}

/// A new insight with default values.
pub(super) fn blank(origin: Origin) -> Insight {
    Insight {
        id: InsightId(0),
        short_id: InsightShortId(random_short_id()),
        name: None,
        derived_name: None,
        description: None,
        query: None,
        filters: JsonText::stored("{}"),
        result: None,
        order: None,
        deleted: false,
        favorited: false,
        saved: true,
        is_sample: false,
        tags: Vec::new(),
        created_at: origin.now,
        created_by: origin.by,
        updated_at: origin.now,
        last_modified_at: origin.now,
        last_modified_by: origin.by,
        last_viewed_at: None,
        tiles: Vec::new(),
    }
}

/// Returns `cache_<project>_<32 hexadecimal digits>`, a hash of the query, or else of the filters, of `insight`.
pub fn filters_hash(project: ProjectId, insight: &Insight) -> String {
    let asked = insight.query.as_ref().unwrap_or(&insight.filters);
    let digest = Sha256::digest(asked.as_str().as_bytes());
    let hex: String = digest[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("cache_{project}_{hex}")
}
