//! The list of all shares of a project: table `sharing_configuration`, with the names of the parents.

use rusqlite::{Row, named_params};

use super::{Read, Result, columns};
use crate::model::{Parent, ProjectId, Share, Timestamp, VIEW_DAYS};

/// One column list for both queries; `from_row` reads it by name.
macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT share.parent, parent_id, enabled, password_required, access_token, share.created_at,
                    share.last_viewed_at, views, ends_at, insight.short_id,
                    (SELECT json_group_array(json_array(day - :first, views)) FROM share_view
                      WHERE configuration = share.number AND day BETWEEN :first AND :today) AS days,
                    coalesce(insight.name, insight.derived_name, dashboard.name, notebook.title) AS name,
                    coalesce(insight.deleted, dashboard.deleted, notebook.deleted, recording.deleted, 1) AS parent_deleted
               FROM sharing_configuration AS share
               LEFT JOIN insight ON share.parent = 'insight' AND insight.id = CAST(parent_id AS INTEGER)
                                AND insight.project_id = share.project_id
               LEFT JOIN dashboard ON share.parent = 'dashboard' AND dashboard.id = CAST(parent_id AS INTEGER)
                                  AND dashboard.project_id = share.project_id
               LEFT JOIN notebook ON share.parent = 'notebook' AND notebook.project_id = share.project_id
                                 AND notebook.short_id = parent_id
               LEFT JOIN session_recording AS recording ON share.parent = 'session_recording'
                                 AND recording.project_id = share.project_id AND recording.id = parent_id
              WHERE share.project_id = :project AND expires_at IS NULL ",
            $tail
        )
    };
}

const PAGE: &str = select!("ORDER BY share.number DESC LIMIT :limit OFFSET :offset");
const ONE: &str = select!("AND share.parent = :parent AND parent_id = :id");
const COUNT: &str =
    "SELECT count(*) FROM sharing_configuration WHERE project_id = :project AND expires_at IS NULL";

/// A page of the current shares of `project`, newest first.
pub fn page(
    db: &Read,
    project: ProjectId,
    limit: i64,
    offset: i64,
    now: Timestamp,
) -> Result<Vec<Share>> {
    let (first, today) = days(now);
    let params = named_params! {
        ":project": project, ":limit": limit, ":offset": offset, ":first": first, ":today": today,
    };
    db.all(PAGE, params, from_row)
}

/// The current share of `parent`, if it has one.
pub fn find(
    db: &Read,
    project: ProjectId,
    parent: &Parent,
    now: Timestamp,
) -> Result<Option<Share>> {
    let (first, today) = days(now);
    let params = named_params! {
        ":project": project, ":parent": parent.kind, ":id": parent.id, ":first": first, ":today": today,
    };
    db.one(ONE, params, from_row)
}

/// The first and the last of the days whose views are listed.
fn days(now: Timestamp) -> (i64, i64) {
    let today = now.day();
    (today - (VIEW_DAYS - 1), today)
}

/// The number of current shares of `project`.
pub fn count(db: &Read, project: ProjectId) -> Result<i64> {
    db.count(COUNT, named_params! { ":project": project })
}

fn from_row(row: &Row) -> rusqlite::Result<Share> {
    let mut daily_views = vec![0; VIEW_DAYS as usize];
    for (day, views) in columns::json::<Vec<(usize, i64)>>(row, "days")? {
        daily_views[day] = views;
    }
    Ok(Share {
        parent: Parent {
            kind: row.get("parent")?,
            id: row.get("parent_id")?,
            name: row.get("name")?,
            short_id: row.get("short_id")?,
        },
        parent_deleted: row.get("parent_deleted")?,
        enabled: row.get("enabled")?,
        password_required: row.get("password_required")?,
        access_token: row.get("access_token")?,
        created_at: row.get("created_at")?,
        last_viewed_at: row.get("last_viewed_at")?,
        views: row.get("views")?,
        daily_views,
        ends_at: row.get("ends_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans;

    #[test]
    fn the_list_uses_its_index_and_searches_its_parents() {
        plans::assert_walks(PAGE, "sharing_configuration_by_age");
        for line in [plans::plan(PAGE), plans::plan(ONE)].concat() {
            let is_indexed = line.starts_with("SEARCH ") || line.contains("SCALAR SUBQUERY");
            assert!(is_indexed, "{line}");
        }
    }
}
