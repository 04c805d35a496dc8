//! The list of notebooks: what it can be filtered and ordered by.

use rusqlite::{named_params, types::ToSql};
use uuid::Uuid;

use super::{Read, Result, head_from_row};
use crate::{model::*, store::search};

/// The nodes of the content that one thing wanted (`want`) is about, by their paths in it: those of the document itself, or
/// those one level deeper. SQLite reads whatever a body can hold: both end at a thousand levels.
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

/// Nothing of what is wanted (`domain::notebooks::Wanted`) is wrong about the content.
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

/// What each order is called, upwards and downwards. Null comes last upwards, as in the reference's database.
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

/// How a list is ordered; its default is the last changed first.
#[derive(Clone, Copy, Debug)]
pub struct Order(&'static str);

impl Default for Order {
    fn default() -> Order {
        Order(ORDERS[0].2)
    }
}

impl Order {
    /// The order called `name`, as in `title` or, downwards, `-title`; `None` when there is none such.
    pub fn named(name: &str) -> Option<Order> {
        let (down, field) = name
            .strip_prefix('-')
            .map_or((false, name), |field| (true, field));
        let (_, upwards, downwards) = ORDERS.iter().find(|(name, ..)| *name == field)?;
        Some(Order(if down { downwards } else { upwards }))
    }
}

/// Which notebooks are asked for; `None` leaves all. Deleted ones are never among them.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The one with this `short_id`.
    pub short_id: Option<String>,
    /// Made by this user.
    pub user: Option<UserId>,
    /// Made by the user with this uuid.
    pub created_by: Option<Uuid>,
    /// Last changed by the user with this uuid.
    pub last_modified_by: Option<Uuid>,
    /// Last changed after this.
    pub after: Option<Timestamp>,
    /// Last changed before this.
    pub before: Option<Timestamp>,
    /// Has this in its title or text.
    pub search: Option<String>,
    /// Its content has and lacks what this list says: `domain::notebooks::Wanted`.
    pub contains: Option<JsonText>,
}

impl Filter {
    /// The values of `filtered!`, and what more is given, handed to `run`.
    fn bound<T>(
        &self,
        project: ProjectId,
        more: &[(&str, &dyn ToSql)],
        run: impl FnOnce(&[(&str, &dyn ToSql)]) -> T,
    ) -> T {
        let nothing = || String::from("[]"); // a set without letters, which no text fits
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

/// At most `limit` notebooks of `project` from the `offset`th on.
pub fn page(
    db: &Read,
    project: ProjectId,
    filter: &Filter,
    order: Order,
    limit: i64,
    offset: i64,
) -> Result<Vec<NotebookHead>> {
    let part = named_params! { ":limit": limit, ":offset": offset };
    filter.bound(project, part, |params| {
        db.all(order.0, params, head_from_row)
    })
}

/// How many notebooks of `project` there are.
pub fn count(db: &Read, project: ProjectId, filter: &Filter) -> Result<i64> {
    filter.bound(project, &[], |params| db.count(COUNT, params))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plans::assert_walks;

    #[test]
    fn the_list_goes_along_its_default_order() {
        assert_walks(Order::default().0, "notebook_by_change");
        assert_walks(COUNT, "notebook_by_change");
    }

    #[test]
    fn orders_are_named_as_their_fields() {
        for (name, upwards, downwards) in ORDERS {
            assert_eq!(Order::named(name).map(|order| order.0), Some(upwards));
            let down = Order::named(&format!("-{name}")).map(|order| order.0);
            assert_eq!(down, Some(downwards));
        }
        for wrong in ["", "-", "--title", "Title", "title ", "content"] {
            assert!(Order::named(wrong).is_none(), "{wrong}");
        }
    }
}
