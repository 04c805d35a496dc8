//! The activity log: table `activity`.

use rusqlite::{Row, named_params};

use super::{Read, Result, Write, columns};
use crate::model::{Activity, ProjectId, UserId};

/// The entries of a project that match a filter, newest first.
macro_rules! page {
    ($filter:expr) => {
        concat!(
            "SELECT id, user_id, is_system, scope, item_id, activity, detail, created_at FROM activity
             WHERE project_id = :project AND ",
            $filter,
            " ORDER BY number DESC LIMIT :limit OFFSET :offset"
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

// Both parameters given: the query uses the index on (scope, item). Otherwise it walks the project's index.
macro_rules! of_item {
    () => {
        "scope = :scope AND item_id = :item AND (:user IS NULL OR user_id = :user)"
    };
}
macro_rules! of_any {
    () => {
        "(:scope IS NULL OR scope = :scope) AND (:item IS NULL OR item_id = :item)
         AND (:user IS NULL OR user_id = :user)"
    };
}

const PAGE: &str = page!(of_any!());
const COUNT: &str = count!(of_any!());
const PAGE_OF_ITEM: &str = page!(of_item!());
const COUNT_OF_ITEM: &str = count!(of_item!());
const INSERT: &str = "
    INSERT INTO activity (id, project_id, user_id, is_system, scope, item_id, activity, detail, created_at)
    VALUES (:id, :project, :user, :is_system, :scope, :item, :activity, :detail, :now)";

/// Which entries to list; `None` does not filter.
#[derive(Clone, Debug, Default)]
pub struct ActivityFilter {
    /// The type of the object.
    pub scope: Option<String>,
    pub item: Option<String>,
    pub user: Option<UserId>,
}

/// Returns at most `limit` entries of `project` after the first `offset`, newest first.
pub fn page(
    db: &Read,
    project: ProjectId,
    filter: &ActivityFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<Activity>> {
    let sql = if filter.is_of_item() {
        PAGE_OF_ITEM
    } else {
        PAGE
    };
    let params = named_params! {
        ":project": project, ":scope": filter.scope, ":item": filter.item, ":user": filter.user,
        ":limit": limit, ":offset": offset,
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
        ":project": project, ":scope": filter.scope, ":item": filter.item, ":user": filter.user,
    };
    db.count(sql, params)
}

/// Adds an entry to the log of `project`.
pub fn insert(db: &Write, project: ProjectId, line: &Activity) -> Result<()> {
    let params = named_params! {
        ":id": line.id.to_string(), ":project": project, ":user": line.user, ":is_system": line.is_system,
        ":scope": line.scope, ":item": line.item, ":activity": line.activity, ":detail": line.detail,
        ":now": line.created_at,
    };
    db.run(INSERT, params)?;
    Ok(())
}

impl ActivityFilter {
    fn is_of_item(&self) -> bool {
        self.scope.is_some() && self.item.is_some()
    }
}

fn from_row(row: &Row) -> rusqlite::Result<Activity> {
    Ok(Activity {
        id: columns::uuid(row, "id")?,
        user: row.get("user_id")?,
        is_system: row.get("is_system")?,
        scope: row.get("scope")?,
        item: row.get("item_id")?,
        activity: row.get("activity")?,
        detail: row.get("detail")?,
        created_at: row.get("created_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::assert_walks;

    #[test]
    fn the_log_is_read_backwards_along_an_index() {
        assert_walks(PAGE, "activity_by_age");
        assert_walks(COUNT, "activity_by_age");
        assert_walks(PAGE_OF_ITEM, "activity_by_item");
        assert_walks(COUNT_OF_ITEM, "activity_by_item");
    }
}
