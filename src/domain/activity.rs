//! The activity log: who did what, recorded in the same write as the deed.

use serde_json::{Value, json};

use super::{Context, Form, Listing, Page, Result, WithUsers};
use crate::{
    model::*,
    store::{Store, Write, activity as table},
};

pub use table::Filter;

/// One line to be recorded.
pub struct Entry<'a> {
    /// The kind of thing, as the API writes it: `Insight`, `PropertyDefinition`, ….
    pub scope: &'static str,
    /// The thing's id.
    pub item: &'a str,
    /// What was done: `created`, `updated`, `deleted`, `sharing enabled`, ….
    pub activity: &'static str,
    /// What more there is to say: an object.
    pub detail: Value,
    /// Counts as the server's own doing: `user` is null. So the service logs some deeds of personal keys.
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

/// A thing as its line of the log names it.
pub struct Thing<'a> {
    /// Its kind, as in [`Entry::scope`].
    pub scope: &'static str,
    /// Its id.
    pub item: String,
    /// What people call it.
    pub name: Option<&'a str>,
    /// The id of insights in URLs.
    pub short_id: Option<&'a str>,
}

/// The fields of a thing that the log follows, always in the same order.
pub type Fields<const N: usize> = [(&'static str, Value); N];

/// The fields that differ, as `detail.changes` lists them. `kind` is the thing's type.
pub fn changes<const N: usize>(kind: &str, before: Fields<N>, after: Fields<N>) -> Vec<Value> {
    let both = before.into_iter().zip(after);
    both.filter(|((_, one), (_, other))| one != other)
        .map(|((field, before), (_, after))| change(kind, field, before, after))
        .collect()
}

/// Adds what became of `thing`: that it came to be (`before` is `None`), or which of its fields changed, `deleted` being
/// one that counts as a deed of its own. Nothing when none did.
pub fn record_thing<const N: usize>(
    db: &Write,
    context: Context,
    thing: Thing,
    before: Option<Fields<N>>,
    after: Fields<N>,
) -> Result<()> {
    let is_new = before.is_none();
    let changes = before.map_or(Vec::new(), |before| changes(thing.scope, before, after));
    let deletes = |change: &Value| change["field"] == "deleted" && change["after"] == true;
    let activity = match is_new {
        true => "created",
        false if changes.is_empty() => return Ok(()),
        false if changes.iter().any(deletes) => "deleted",
        false => "updated",
    };
    let (scope, item) = (thing.scope, &*thing.item);
    let detail =
        json!({"name": thing.name, "short_id": thing.short_id, "type": null, "changes": changes});
    let entry = Entry {
        scope,
        item,
        activity,
        detail,
        is_system: false,
    };
    record(db, context, entry)
}

/// A page of the log of the context's project, newest first.
pub fn list(
    store: &Store,
    context: Context,
    filter: &Filter,
    page: Page,
) -> Result<WithUsers<Listing<Activity>>> {
    store.read(|db| {
        let items = table::page(db, context.project, filter, page.limit, page.offset)?;
        let count = table::count(db, context.project, filter)?;
        WithUsers::read(db, Listing { items, count })
    })
}

/// Reads the filters `scope`, `item_id` and `user` of a query string; an empty one leaves all.
///
/// Errors: `Invalid` when `user` is no whole number.
pub fn filter(query: &Form) -> Result<Filter> {
    let text = |name| {
        query
            .field(name)
            .nullable()
            .text(None)
            .map(super::Field::value)
    };
    Ok(Filter {
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

/// One changed field, as `detail.changes` lists it. `kind` is the thing's type; a null `before` makes it a creation.
pub fn change(kind: &str, field: &str, before: Value, after: Value) -> Value {
    let action = match (&before, &after) {
        (Value::Null, _) => "created",
        (_, Value::Null) => "deleted",
        _ => "changed",
    };
    json!({"type": kind, "action": action, "field": field, "before": before, "after": after})
}

/// `at` as `detail.changes` writes instants: with `+00:00` where responses have `Z`.
pub fn instant(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| {
        at.to_string().replace('Z', "+00:00").into()
    })
}

/// `text` as `detail.changes` writes values; one that is nested too deep for that is told as a text.
pub fn json(text: &JsonText) -> Value {
    serde_json::from_str(text.as_str()).unwrap_or_else(|_| text.as_str().into())
}
