//! The activity log: who did what, recorded in the same transaction as the change.

use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Context, Error, Field, Form, Listing, Mentions, Result, WithUsers};
use crate::{
    model::{Activity, JsonText, OrganizationId, Timestamp, UserId, ordered_uuid},
    store::{
        Read, Store, Write,
        activity::{self as table, ActivityFilter},
    },
};

/// The most entries on a page of the log of one kind of objects.
const MOST_ENTRIES: i64 = 1000;

pub struct Entry<'a> {
    /// The type of the object, as the API writes it: `Insight`, `PropertyDefinition`, ….
    pub scope: &'static str,
    pub item: &'a str,
    /// What was done: `created`, `updated`, `deleted`, `sharing enabled`, ….
    pub activity: &'static str,
    /// More about it.
    pub detail: Detail<'a>,
    /// The organization; `None` for activities that the service logs without one (`resources.md` 5a).
    pub organization: Option<OrganizationId>,
    /// Whether the entry is attributed to the server, with `user` null. The service does so for some changes that a personal
    /// key makes.
    pub is_system: bool,
}

/// What an entry says about its object; what is not known is null. The fields are in [stored order](in_stored_order).
#[derive(Default, Serialize)]
pub struct Detail<'a> {
    pub name: Option<&'a str>,
    /// What kind of a property a definition is for.
    #[serde(rename = "type")]
    pub kind: Option<&'a str>,
    /// A list of [`change`]s, or null.
    pub changes: Value,
    /// An object with the circumstances, or null.
    pub context: Value,
    /// What started it, where that was no request. Always null here.
    pub trigger: Option<&'a str>,
    /// The short id of an insight or a notebook.
    pub short_id: Option<&'a str>,
}

impl Detail<'_> {
    /// The detail of an entry as it is stored.
    fn stored(self) -> JsonText {
        JsonText::new(&Detail {
            changes: in_stored_order(self.changes),
            context: in_stored_order(self.context),
            ..self
        })
    }
}

/// A detail from a seed file, an object, as it is stored: with all keys of [`Detail`].
pub(super) fn stored_detail(sent: Map<String, Value>) -> JsonText {
    let mut detail = json!(Detail::default());
    for (key, value) in sent {
        detail[key] = value;
    }
    JsonText::new(&in_stored_order(detail))
}

/// Sorts the keys of all objects in `value` as the service's database does: shorter ones first.
fn in_stored_order(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(in_stored_order).collect(),
        Value::Object(mut members) if members.keys().is_sorted_by_key(|key| (key.len(), key)) => {
            let values = members.values_mut();
            values.for_each(|value| *value = in_stored_order(value.take()));
            members.into()
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().collect();
            members.sort_by(|(one, _), (other, _)| (one.len(), one).cmp(&(other.len(), other)));
            let members = members.into_iter();
            members
                .map(|(key, value)| (key, in_stored_order(value)))
                .collect()
        }
        other => other,
    }
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
        detail: entry.detail.stored(),
        created_at: context.now,
        organization: entry.organization,
        source: context.source,
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
pub type LoggedFields<const N: usize> = [(&'static str, Value); N];

/// The fields that differ, as `detail.changes` lists them. `kind` is the object's type.
pub fn changes(
    kind: &str,
    before: impl IntoIterator<Item = (&'static str, Value)>,
    after: impl IntoIterator<Item = (&'static str, Value)>,
) -> Vec<Value> {
    let both = before.into_iter().zip(after);
    both.filter(|((_, one), (_, other))| one != other)
        .map(|((field, before), (_, after))| change(kind, field, before, after))
        .collect()
}

/// Records that `subject` was created (`before` is `None`), deleted (`deleted` became true), or updated. Only the last lists
/// what changed, and nothing is recorded if that is nothing.
pub fn record_change<const N: usize>(
    db: &Write,
    context: Context,
    subject: Subject,
    before: Option<LoggedFields<N>>,
    after: LoggedFields<N>,
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
    let changes = (activity == "updated").then_some(changes);
    let entry = Entry {
        scope: subject.scope,
        item: &subject.item,
        activity,
        detail: Detail {
            name: subject.name,
            short_id: subject.short_id,
            changes: changes.into(),
            ..Detail::default()
        },
        organization: Some(context.organization),
        is_system: false,
    };
    record(db, context, entry)
}

/// Which part of the log to return.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part {
    /// The page with this number, counted from 1.
    Numbered(i64),
    Newest,
    /// Entries older than the one at this position, the newest of them.
    Before(i64),
    /// Entries newer than the one at this position, the oldest of them.
    After(i64),
}

/// One part of the log, newest first, and where it goes on.
pub struct LogPage {
    pub entries: Vec<Activity>,
    /// The number of all entries, if the parts are numbered.
    pub count: Option<i64>,
    /// The part with older entries.
    pub next: Option<Part>,
    /// The part with newer entries.
    pub previous: Option<Part>,
}

impl Mentions for LogPage {
    fn mention(&self, users: &mut Vec<UserId>) {
        self.entries.mention(users);
    }
}

/// Returns `part` of the project's log, at most `size` entries, filtered by `scope`, `scopes`, `item_id` and `user` of `query`.
///
/// Errors: `NotFound` for a page after the last.
pub fn list(
    store: &Store,
    context: Context,
    query: &Form,
    part: Part,
    size: i64,
) -> Result<WithUsers<LogPage>> {
    let filter = filter(query)?;
    store.read(|db| {
        let page = match part {
            Part::Numbered(number) => numbered(db, context, &filter, number, size)?,
            _ => from_position(db, context, &filter, part, size)?,
        };
        WithUsers::load(db, page)
    })
}

fn numbered(
    db: &Read,
    context: Context,
    filter: &ActivityFilter,
    number: i64,
    size: i64,
) -> Result<LogPage> {
    let count = table::count(db, context.project, filter)?;
    let offset = (number - 1).saturating_mul(size);
    if number > 1 && offset >= count {
        return Err(Error::NotFound("Invalid page."));
    }
    let found = table::page(db, context.project, filter, i64::MAX, size, offset)?;
    Ok(LogPage {
        entries: found.into_iter().map(|(_, entry)| entry).collect(),
        count: Some(count),
        next: (offset.saturating_add(size) < count).then_some(Part::Numbered(number + 1)),
        previous: (number > 1).then_some(Part::Numbered(number - 1)),
    })
}

/// Reads one entry more than asked for, to know whether others follow.
fn from_position(
    db: &Read,
    context: Context,
    filter: &ActivityFilter,
    part: Part,
    size: i64,
) -> Result<LogPage> {
    let (project, limit) = (context.project, size + 1);
    let mut found = match part {
        Part::After(position) => table::newer(db, project, filter, position, limit)?,
        Part::Before(position) => table::page(db, project, filter, position, limit, 0)?,
        _ => table::page(db, project, filter, i64::MAX, limit, 0)?,
    };
    let has_more = found.len() as i64 > size;
    found.truncate(size as usize);
    let is_backwards = matches!(part, Part::After(_));
    if is_backwards {
        found.reverse();
    }
    let ends = found.first().zip(found.last());
    let ends = ends.map(|((newest, _), (oldest, _))| (Part::After(*newest), Part::Before(*oldest)));
    let (newer, older) = ends.unzip();
    Ok(LogPage {
        entries: found.into_iter().map(|(_, entry)| entry).collect(),
        count: None,
        next: older.filter(|_| has_more || is_backwards),
        previous: newer.filter(|_| match part {
            Part::After(_) => has_more,
            part => part != Part::Newest,
        }),
    })
}

/// A page of the log of one kind of objects, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogSheet {
    /// Its number.
    pub number: i64,
    /// The most entries on it.
    pub size: i64,
}

impl LogSheet {
    /// Reads `page` and `limit` of a query string. Errors: `Invalid`.
    pub fn read(query: &Form) -> Result<LogSheet> {
        let positive = |name| {
            let number = query.field(name).optional().integer_in(1..=i64::MAX);
            number.map(Field::value)
        };
        let size = positive("limit")?.unwrap_or(10);
        Ok(LogSheet {
            number: positive("page")?.unwrap_or(1),
            size: size.min(MOST_ENTRIES),
        })
    }

    fn offset(self) -> i64 {
        (self.number - 1).saturating_mul(self.size)
    }
}

/// Returns a page of what was done to the objects of type `scope`, or only to `item`; newest first.
pub fn of_kind(
    db: &Read,
    context: Context,
    scope: &str,
    item: Option<String>,
    sheet: LogSheet,
) -> Result<WithUsers<Listing<Activity>>> {
    let filter = ActivityFilter {
        scope: Some(scope.to_owned()),
        item,
        ..ActivityFilter::default()
    };
    let found = table::page(
        db,
        context.project,
        &filter,
        i64::MAX,
        sheet.size,
        sheet.offset(),
    )?;
    let items = found.into_iter().map(|(_, entry)| entry).collect();
    let count = table::count(db, context.project, &filter)?;
    WithUsers::load(db, Listing { items, count })
}

/// Reads the filters of a query string; an empty parameter does not filter. A `user` that is not a UUID matches nothing.
fn filter(query: &Form) -> Result<ActivityFilter> {
    let text = |name| query.field(name).nullable().text(None).map(Field::value);
    let scopes = text("scopes")?;
    Ok(ActivityFilter {
        scope: text("scope")?,
        scopes: scopes.map(|names| names.split(',').map(str::to_owned).collect()),
        item: text("item_id")?,
        user: text("user")?.map(|user| user.parse().unwrap_or(Uuid::nil())),
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
    json!({"type": kind, "after": after, "field": field, "action": action, "before": before})
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
