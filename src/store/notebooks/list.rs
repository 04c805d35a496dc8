//! The list of notebooks: its filters and its orders.

use rusqlite::{named_params, types::ToSql};
use uuid::Uuid;

use super::{Read, Result, head_from_row};
use crate::{
    model::{JsonText, NotebookHead, ProjectId, Timestamp, UserId},
    store::search,
};

/// The paths of the nodes in the content to which the condition `want` applies: the top-level nodes, or their children.
/// SQLite can parse any JSON that a request body can contain: both limit nesting to a thousand levels.
macro_rules! nodes {
    () => {
        "(SELECT node.fullkey AS path
          FROM json_each(content, '$.content') AS node
          WHERE json_type(content, '$.content') = 'array' AND NOT want.value ->> 'deeper'
          UNION ALL
          SELECT inner_node.fullkey
          FROM json_each(content, '$.content') AS node,
               json_each(content, node.fullkey || '.content') AS inner_node
          WHERE json_type(content, '$.content') = 'array'
            AND json_type(content, node.fullkey || '.content') = 'array' AND want.value ->> 'deeper')"
    };
}

/// The content meets all conditions of `:contains` (`domain::notebooks::Wanted`): there is none that fails.
macro_rules! contains {
    () => {
        concat!(
            "NOT EXISTS (
               SELECT 1 FROM json_each(:contains) AS want
               WHERE want.value ->> 'present' <> EXISTS (
                       SELECT 1 FROM ", nodes!(), "
                       WHERE json_extract(content, path || '.type') = want.value ->> 'node')
                  OR want.value ->> 'attribute' IS NOT NULL AND NOT EXISTS (
                       SELECT 1 FROM ", nodes!(), "
                       WHERE want.value ->> 'value' = CASE want.value ->> 'attribute'
                           WHEN 'id' THEN json_extract(content, path || '.attrs.id')
                           WHEN 'session_recording_id' THEN json_extract(content, path || '.attrs.sessionRecordingId')
                           WHEN 'query' THEN iif(json_extract(content, path || '.attrs.query.kind') = 'SavedInsightNode',
                                                 json_extract(content, path || '.attrs.query.shortId'), NULL) END))"
        )
    };
}

macro_rules! filtered {
    () => {
        concat!(
            "FROM notebook WHERE project_id = :project AND deleted = 0
             AND (:short_id IS NULL OR short_id = :short_id)
             AND (:user IS NULL OR created_by = :user)
             AND (:created_by IS NULL OR created_by = (SELECT id FROM user WHERE uuid = :created_by))
             AND (:last_modified_by IS NULL OR last_modified_by = (SELECT id FROM user WHERE uuid = :last_modified_by))
             AND (:after IS NULL OR last_modified_at > :after)
             AND (:before IS NULL OR last_modified_at < :before)
             AND (:pattern IS NULL OR title GLOB :pattern OR text_content GLOB :pattern)
             AND (:contains IS NULL OR ", contains!(), ")"
        )
    };
}

macro_rules! page {
    ($order:literal) => {
        concat!(
            "SELECT id, short_id, title, deleted, created_at, created_by, last_modified_at, last_modified_by ",
            filtered!(), " ORDER BY ", $order, ", id LIMIT :limit OFFSET :offset"
        )
    };
}

const COUNT: &str = concat!("SELECT count(*) ", filtered!());

/// The names of the orders, with their ascending and descending queries. Nulls sort after all values, as in PostgreSQL.
#[rustfmt::skip] // a table: read it by columns
const ORDERS: [(&str, &str, &str); 8] = [
    ("last_modified_at", page!("last_modified_at"),            page!("last_modified_at DESC")),
    ("created_at",       page!("created_at"),                  page!("created_at DESC")),
    ("title",            page!("title NULLS LAST"),            page!("title DESC NULLS FIRST")),
    ("short_id",         page!("short_id"),                    page!("short_id DESC")),
    ("version",          page!("version"),                     page!("version DESC")),
    ("created_by",       page!("created_by NULLS LAST"),       page!("created_by DESC NULLS FIRST")),
    ("last_modified_by", page!("last_modified_by NULLS LAST"), page!("last_modified_by DESC NULLS FIRST")),
    ("id",               page!("id"),                          page!("id DESC")),
];

/// An order of the list; the default is the last modified first.
#[derive(Clone, Copy, Debug)]
pub struct NotebookOrder(&'static str);

impl Default for NotebookOrder {
    fn default() -> NotebookOrder {
        NotebookOrder(ORDERS[0].2)
    }
}

impl NotebookOrder {
    /// Returns the order `name`, such as `title` or, descending, `-title`; `None` if there is no such order.
    pub fn named(name: &str) -> Option<NotebookOrder> {
        let (down, field) = name
            .strip_prefix('-')
            .map_or((false, name), |field| (true, field));
        let (_, upwards, downwards) = ORDERS.iter().find(|(name, ..)| *name == field)?;
        Some(NotebookOrder(if down { downwards } else { upwards }))
    }
}

/// Which notebooks to list; `None` does not filter. Deleted ones are never listed.
#[derive(Clone, Debug, Default)]
pub struct NotebookFilter {
    pub short_id: Option<String>,
    pub user: Option<UserId>,
    pub created_by: Option<Uuid>,
    /// The UUID of the user who modified it last.
    pub last_modified_by: Option<Uuid>,
    /// The last change is later than this.
    pub after: Option<Timestamp>,
    /// The last change is earlier than this.
    pub before: Option<Timestamp>,
    /// A part of the title or the text.
    pub search: Option<String>,
    /// A list of `domain::notebooks::Wanted`, all of which the content meets.
    pub contains: Option<JsonText>,
}

impl NotebookFilter {
    /// Calls `run` with the values of the parameters of `filtered!` and with `more`.
    fn bound<T>(
        &self,
        project: ProjectId,
        more: &[(&str, &dyn ToSql)],
        run: impl FnOnce(&[(&str, &dyn ToSql)]) -> T,
    ) -> T {
        let nothing = || String::from("[]"); // an empty set of characters, which matches no text
        let search = self.search.as_deref();
        let pattern = search.map(|text| search::containing(text).unwrap_or_else(nothing));
        let (created_by, last_modified_by) = (
            self.created_by.map(|id| id.to_string()),
            self.last_modified_by.map(|id| id.to_string()),
        );
        let params = named_params! {
            ":project": project, ":short_id": self.short_id, ":user": self.user, ":created_by": created_by,
            ":last_modified_by": last_modified_by, ":after": self.after, ":before": self.before,
            ":pattern": pattern, ":contains": self.contains,
        };
        run(&[params, more].concat())
    }
}

/// Returns at most `limit` of the notebooks of `project` that match `filter`, after the first `offset`.
pub fn page(
    db: &Read,
    project: ProjectId,
    filter: &NotebookFilter,
    order: NotebookOrder,
    limit: i64,
    offset: i64,
) -> Result<Vec<NotebookHead>> {
    let part = named_params! { ":limit": limit, ":offset": offset };
    filter.bound(project, part, |params| {
        db.all(order.0, params, head_from_row)
    })
}

/// Counts the notebooks of `project` that match `filter`.
pub fn count(db: &Read, project: ProjectId, filter: &NotebookFilter) -> Result<i64> {
    filter.bound(project, &[], |params| db.count(COUNT, params))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::assert_walks;

    #[test]
    fn the_list_goes_along_its_default_order() {
        assert_walks(NotebookOrder::default().0, "notebook_by_change");
        assert_walks(COUNT, "notebook_by_change");
    }

    #[test]
    fn orders_are_named_as_their_fields() {
        for (name, upwards, downwards) in ORDERS {
            assert_eq!(
                NotebookOrder::named(name).map(|order| order.0),
                Some(upwards)
            );
            let down = NotebookOrder::named(&format!("-{name}")).map(|order| order.0);
            assert_eq!(down, Some(downwards));
        }
        for wrong in ["", "-", "--title", "Title", "title ", "content"] {
            assert!(NotebookOrder::named(wrong).is_none(), "{wrong}");
        }
    }
}
