//! The activity log: who did what, recorded in the same transaction as the change.

use serde_json::{Value, json};

use super::{Context, Field, Form, Listing, Page, Result, WithUsers};
use crate::{
    model::{Activity, JsonText, Timestamp, UserId, ordered_uuid},
    store::{
        Store, Write,
        activity::{self as table, ActivityFilter},
    },
};

pub struct Entry<'a> {
    /// The type of the object, as the API writes it: `Insight`, `PropertyDefinition`, ….
    pub scope: &'static str,
    pub item: &'a str,
    /// What was done: `created`, `updated`, `deleted`, `sharing enabled`, ….
    pub activity: &'static str,
    /// An object with the details.
    pub detail: Value,
    /// Whether the entry is attributed to the server, with `user` null. The service does so for some changes that a personal
    /// key makes.
    pub is_system: bool,
}

/// Adds `entry` to the log of the context's project.
pub fn record(db: &Write, context: Context, entry: Entry) -> Result<()> {
    let line = Activity {
        id: ordered_uuid(),
        user: (!entry.is_system).then_some(context.user),
        is_system: entry.is_system,
        scope: entry.scope.into(),
        item: Some(entry.item.into()),
        activity: entry.activity.into(),
        detail: JsonText::new(&entry.detail),
        created_at: context.now,
    };
    Ok(table::insert(db, context.project, &line)?)
}

/// An object as its entry in the log names it.
pub struct Subject<'a> {
    /// Its type, as in [`Entry::scope`].
    pub scope: &'static str,
    pub item: String,
    pub name: Option<&'a str>,
    /// The short id of an insight.
    pub short_id: Option<&'a str>,
}

/// The names and values of the fields that the log follows, always in the same order.
pub type Fields<const N: usize> = [(&'static str, Value); N];

/// The fields that differ, as `detail.changes` lists them. `kind` is the object's type.
pub fn changes<const N: usize>(kind: &str, before: Fields<N>, after: Fields<N>) -> Vec<Value> {
    let both = before.into_iter().zip(after);
    both.filter(|((_, one), (_, other))| one != other)
        .map(|((field, before), (_, after))| change(kind, field, before, after))
        .collect()
}

/// Records that `subject` was created (`before` is `None`), deleted (`deleted` became true), or updated. Records nothing if
/// no field changed.
pub fn record_change<const N: usize>(
    db: &Write,
    context: Context,
    subject: Subject,
    before: Option<Fields<N>>,
    after: Fields<N>,
) -> Result<()> {
    let is_new = before.is_none();
    let changes = before.map_or(Vec::new(), |before| changes(subject.scope, before, after));
    let deletes = |change: &Value| change["field"] == "deleted" && change["after"] == true;
    let activity = match is_new {
        true => "created",
        false if changes.is_empty() => return Ok(()),
        false if changes.iter().any(deletes) => "deleted",
        false => "updated",
    };
    let (scope, item) = (subject.scope, &*subject.item);
    let detail = json!({"name": subject.name, "short_id": subject.short_id, "type": null, "changes": changes});
    let entry = Entry {
        scope,
        item,
        activity,
        detail,
        is_system: false,
    };
    record(db, context, entry)
}

/// Returns a page of the project's log, newest first, filtered by `scope`, `item_id` and `user` of `query`.
///
/// Errors: `Invalid` if `user` is not a whole number.
pub fn list(
    store: &Store,
    context: Context,
    query: &Form,
    page: Page,
) -> Result<WithUsers<Listing<Activity>>> {
    let filter = filter(query)?;
    store.read(|db| {
        let items = table::page(db, context.project, &filter, page.limit, page.offset)?;
        let count = table::count(db, context.project, &filter)?;
        WithUsers::read(db, Listing { items, count })
    })
}

/// Reads the filters of a query string; an empty parameter does not filter.
fn filter(query: &Form) -> Result<ActivityFilter> {
    let text = |name| query.field(name).nullable().text(None).map(Field::value);
    Ok(ActivityFilter {
        scope: text("scope")?,
        item: text("item_id")?,
        user: query
            .field("user")
            .nullable()
            .integer()?
            .value()
            .map(UserId),
    })
}

/// One changed field, as `detail.changes` lists it. `kind` is the object's type; the action follows from which of the values
/// is null.
pub fn change(kind: &str, field: &str, before: Value, after: Value) -> Value {
    let action = match (&before, &after) {
        (Value::Null, _) => "created",
        (_, Value::Null) => "deleted",
        _ => "changed",
    };
    json!({"type": kind, "action": action, "field": field, "before": before, "after": after})
}

/// Formats `at` as `detail.changes` does: with `+00:00` where responses have `Z`.
pub fn instant(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| {
        at.to_string().replace('Z', "+00:00").into()
    })
}

/// Parses `text` for `detail.changes`. A value that is nested too deeply to parse is logged as a string.
pub fn json(text: &JsonText) -> Value {
    serde_json::from_str(text.as_str()).unwrap_or_else(|_| text.as_str().into())
}
