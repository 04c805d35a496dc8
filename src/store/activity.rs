//! The activity log: table `activity`.

use rusqlite::{Row, named_params};

use uuid::Uuid;

use super::{
    Read, Result, Write,
    columns::{self, Columns},
};
use crate::model::{Activity, ClientName, ProjectId, RequestSource};

macro_rules! columns {
    () => {
        "number, id, user_id, is_system, scope, item_id, activity, detail, created_at, organization_id, client, ip_address"
    };
}

/// The entries of a project that match a filter and are older than a position, newest first.
macro_rules! page {
    ($filter:expr) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM activity WHERE project_id = :project AND number < :before AND ",
            $filter,
            " ORDER BY number DESC LIMIT :limit OFFSET :offset"
        )
    };
}
/// Those newer than a position, oldest first.
macro_rules! newer {
    ($filter:expr) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM activity WHERE project_id = :project AND number > :after AND ",
            $filter,
            " ORDER BY number LIMIT :limit"
        )
    };
}
macro_rules! count {
    ($filter:expr) => {
        concat!(
            "SELECT count(*) FROM activity WHERE project_id = :project AND ",
            $filter
        )
    };
}

macro_rules! others {
    () => {
        "(:scopes IS NULL OR scope IN (SELECT value FROM json_each(:scopes)))
         AND (:user IS NULL OR user_id = (SELECT user.id FROM user WHERE uuid = :user))"
    };
}

// Both parameters given: the query uses the index on (scope, item). Otherwise it walks the project's index.
macro_rules! of_item {
    () => {
        concat!("scope = :scope AND item_id = :item AND ", others!())
    };
}
macro_rules! of_any {
    () => {
        concat!(
            "(:scope IS NULL OR scope = :scope) AND (:item IS NULL OR item_id = :item) AND ",
            others!()
        )
    };
}

const PAGE: &str = page!(of_any!());
const NEWER: &str = newer!(of_any!());
const COUNT: &str = count!(of_any!());
const PAGE_OF_ITEM: &str = page!(of_item!());
const NEWER_OF_ITEM: &str = newer!(of_item!());
const COUNT_OF_ITEM: &str = count!(of_item!());
const INSERT: &str = "
    INSERT INTO activity (id, project_id, user_id, is_system, scope, item_id, activity, detail, created_at, organization_id,
                          client, ip_address)
    VALUES (:id, :project, :user, :is_system, :scope, :item, :activity, :detail, :now, :organization, :client, :address)";

/// Which entries to list; `None` does not filter.
#[derive(Clone, Debug, Default)]
pub struct ActivityFilter {
    /// The type of the object.
    pub scope: Option<String>,
    /// The types of which it is one.
    pub scopes: Option<Vec<String>>,
    pub item: Option<String>,
    pub user: Option<Uuid>,
}

/// An entry and its position in the log: later entries have larger ones.
pub type Positioned = (i64, Activity);

/// Returns at most `limit` entries of `project` before position `before`, after the first `offset` of them, newest first.
pub fn page(
    db: &Read,
    project: ProjectId,
    filter: &ActivityFilter,
    before: i64,
    limit: i64,
    offset: i64,
) -> Result<Vec<Positioned>> {
    let sql = if filter.is_of_item() {
        PAGE_OF_ITEM
    } else {
        PAGE
    };
    let params = named_params! {
        ":project": project, ":scope": filter.scope, ":scopes": filter.scopes(), ":item": filter.item,
        ":user": filter.user(), ":before": before, ":limit": limit, ":offset": offset,
    };
    db.all(sql, params, from_row)
}

/// Returns at most `limit` entries of `project` after position `after`, oldest first.
pub fn newer(
    db: &Read,
    project: ProjectId,
    filter: &ActivityFilter,
    after: i64,
    limit: i64,
) -> Result<Vec<Positioned>> {
    let sql = if filter.is_of_item() {
        NEWER_OF_ITEM
    } else {
        NEWER
    };
    let params = named_params! {
        ":project": project, ":scope": filter.scope, ":scopes": filter.scopes(), ":item": filter.item,
        ":user": filter.user(), ":after": after, ":limit": limit,
    };
    db.all(sql, params, from_row)
}

/// Counts the entries of `project` that match `filter`.
pub fn count(db: &Read, project: ProjectId, filter: &ActivityFilter) -> Result<i64> {
    let sql = if filter.is_of_item() {
        COUNT_OF_ITEM
    } else {
        COUNT
    };
    let params = named_params! {
        ":project": project, ":scope": filter.scope, ":scopes": filter.scopes(), ":item": filter.item,
        ":user": filter.user(),
    };
    db.count(sql, params)
}

/// Adds an entry to the log of `project`.
pub fn insert(db: &Write, project: ProjectId, line: &Activity) -> Result<()> {
    let params = named_params! {
        ":id": line.id.to_string(), ":project": project, ":user": line.user, ":is_system": line.is_system,
        ":scope": line.scope, ":item": line.item, ":activity": line.activity, ":detail": line.detail,
        ":now": line.created_at, ":organization": line.organization,
        ":client": line.source.client.as_ref().map(ClientName::as_str),
        ":address": line.source.address.map(|address| address.to_string()),
    };
    db.run(INSERT, params)?;
    Ok(())
}

impl ActivityFilter {
    fn is_of_item(&self) -> bool {
        self.scope.is_some() && self.item.is_some()
    }

    fn scopes(&self) -> Option<String> {
        self.scopes.as_ref().map(columns::to_json)
    }

    fn user(&self) -> Option<String> {
        self.user.map(|uuid| uuid.to_string())
    }
}

fn from_row(row: &Row) -> rusqlite::Result<Positioned> {
    let mut columns = Columns::of(row);
    let number = columns.next()?;
    let entry = Activity {
        id: columns.uuid()?,
        user: columns.next()?,
        is_system: columns.next()?,
        scope: columns.next()?,
        item: columns.next()?,
        activity: columns.next()?,
        detail: columns.next()?,
        created_at: columns.next()?,
        organization: columns.next()?,
        source: RequestSource {
            client: columns
                .next::<Option<String>>()?
                .as_deref()
                .and_then(ClientName::new),
            address: columns
                .next::<Option<String>>()?
                .and_then(|address| address.parse().ok()),
        },
    };
    Ok((number, entry))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::assert_walks;

    #[test]
    fn the_log_is_read_along_an_index() {
        for sql in [PAGE, NEWER, COUNT] {
            assert_walks(sql, "activity_by_age");
        }
        for sql in [PAGE_OF_ITEM, NEWER_OF_ITEM, COUNT_OF_ITEM] {
            assert_walks(sql, "activity_by_item");
        }
    }
}
