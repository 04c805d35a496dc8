//! The list of a project's insights: its filters and its orders.

use super::{add_tiles, from_row, select};
use crate::{
    model::{DashboardId, Insight, ProjectId, Timestamp, UserId},
    store::{Query, Read, Result, columns, search},
};

/// What an insight asks, as lists can be filtered by it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InsightType {
    /// One of the six types with a query node of their own: its name in `filters`, and the node's `kind`.
    Node(&'static str, &'static str),
    Sql,
    Json,
}

/// A moment in an insight's life that lists can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Moment {
    Created,
    Modified,
    Viewed,
}

/// Which insights to list. Deleted ones are never listed; `None`, false and empty lists do not filter.
#[derive(Clone, Debug, Default)]
pub struct InsightFilter {
    pub short_id: Option<String>,
    /// A part of a name, the description or a tag, ignoring case.
    pub search: Option<String>,
    /// The creator is one of these users.
    pub created_by: Vec<UserId>,
    pub user: Option<UserId>,
    pub favorited: bool,
    /// True: saved or on a dashboard. False: not saved.
    pub saved: Option<bool>,
    /// On every one of these dashboards.
    pub dashboards: Vec<DashboardId>,
    /// With at least one of these tags.
    pub tags: Vec<String>,
    pub kind: Option<InsightType>,
    /// Moments that are later than these.
    pub after: Vec<(Moment, Timestamp)>,
    /// Moments that are earlier than these.
    pub before: Vec<(Moment, Timestamp)>,
}

/// An order of the list. Nulls sort before all values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InsightOrder(&'static str);

/// Builds the orders by one column each, with the names that select them.
macro_rules! orders {
    ($($field:literal: $column:literal)*) => {
        &[$(
            ($field, concat!("ORDER BY ", $column, ", id")),
            (concat!("-", $field), concat!("ORDER BY ", $column, " DESC, id DESC")),
        )*]
    };
}

#[rustfmt::skip] // a table
const ORDERS: &[(&str, &str)] = orders! {
    "short_id": "short_id"  "name": "name"  "derived_name": "derived_name"  "description": "description"
    "order": "sort_order"  "favorited": "favorited"  "saved": "saved"  "is_sample": "is_sample"
    "created_at": "created_at"  "created_by": "created_by"  "updated_at": "updated_at"
    "last_modified_at": "last_modified_at"  "last_modified_by": "last_modified_by"  "last_viewed_at": "last_viewed_at"
};

impl InsightOrder {
    /// Returns the order that `text` names: a field, with a leading `-` for descending; `None` if there is no such order.
    pub fn named(text: &str) -> Option<InsightOrder> {
        match text {
            "id" => Some(InsightOrder("ORDER BY id")),
            "-id" => Some(InsightOrder("ORDER BY id DESC")),
            _ => {
                let found = ORDERS.iter().find(|(name, _)| *name == text);
                found.map(|(_, sql)| InsightOrder(sql))
            }
        }
    }
}

/// By `order`; insights without one come last.
impl Default for InsightOrder {
    fn default() -> InsightOrder {
        InsightOrder("ORDER BY sort_order IS NULL, sort_order, id")
    }
}

/// Returns at most `limit` of the insights of `project` that match `filter`, after the first `offset`.
pub fn page(
    db: &Read,
    project: ProjectId,
    filter: &InsightFilter,
    order: InsightOrder,
    limit: i64,
    offset: i64,
) -> Result<Vec<Insight>> {
    let mut found = list(project, filter, order, limit, offset).all(db, from_row)?;
    add_tiles(db, &mut found)?;
    Ok(found)
}

/// Counts the insights of `project` that match `filter`.
pub fn count(db: &Read, project: ProjectId, filter: &InsightFilter) -> Result<i64> {
    let counting = Query::new("SELECT count(*) FROM insight WHERE project_id = ? AND deleted = 0");
    narrowed(counting.bind(project), filter).count(db)
}

fn list(
    project: ProjectId,
    filter: &InsightFilter,
    order: InsightOrder,
    limit: i64,
    offset: i64,
) -> Query {
    let all = Query::new(select!("WHERE project_id = ? AND deleted = 0")).bind(project);
    let ordered = narrowed(all, filter).sql(order.0);
    ordered.sql("LIMIT ? OFFSET ?").bind(limit).bind(offset)
}

fn narrowed(mut query: Query, filter: &InsightFilter) -> Query {
    if let Some(short_id) = &filter.short_id {
        query = query.sql("AND short_id = ?").bind(short_id.clone());
    }
    if let Some(text) = &filter.search {
        query = searched(query, text);
    }
    if !filter.created_by.is_empty() {
        let users = columns::to_json(&filter.created_by);
        query = query
            .sql("AND created_by IN (SELECT value FROM json_each(?))")
            .bind(users);
    }
    if let Some(user) = filter.user {
        query = query.sql("AND created_by = ?").bind(user);
    }
    if filter.favorited {
        query = query.sql("AND favorited = 1");
    }
    query = match filter.saved {
        None => query,
        Some(false) => query.sql("AND saved = 0"),
        Some(true) => query.sql(
            "AND (saved = 1 OR EXISTS (SELECT 1 FROM dashboard_tile WHERE insight_id = insight.id AND deleted = 0))",
        ),
    };
    if !filter.dashboards.is_empty() {
        query = on_all(query, &filter.dashboards);
    }
    if !filter.tags.is_empty() {
        query = query
            .sql("AND EXISTS (SELECT 1 FROM json_each(insight.tags) AS tag")
            .sql("WHERE tag.value IN (SELECT value FROM json_each(?)))")
            .bind(columns::to_json(&filter.tags));
    }
    if let Some(kind) = filter.kind {
        query = of_kind(query, kind);
    }
    dated(query, filter)
}

fn searched(query: Query, text: &str) -> Query {
    let Some(pattern) = search::containing(text) else {
        return query.sql("AND 0");
    };
    query
        .sql("AND (name GLOB ? OR derived_name GLOB ? OR description GLOB ?")
        .sql("OR EXISTS (SELECT 1 FROM json_each(insight.tags) AS tag WHERE tag.value GLOB ?))")
        .bind(pattern.clone())
        .bind(pattern.clone())
        .bind(pattern.clone())
        .bind(pattern)
}

fn on_all(query: Query, dashboards: &[DashboardId]) -> Query {
    query
        .sql("AND NOT EXISTS (SELECT 1 FROM json_each(?) AS wanted WHERE NOT EXISTS (")
        .sql("SELECT 1 FROM dashboard_tile WHERE insight_id = insight.id AND dashboard_id = wanted.value AND deleted = 0))")
        .bind(columns::to_json(&dashboards))
}

/// The kind of a query is that of its source, or its own if it has no source.
fn of_kind(query: Query, asked: InsightType) -> Query {
    let kind = "coalesce(json_extract(query, '$.source.kind'), json_extract(query, '$.kind'), '')";
    match asked {
        InsightType::Node(older, node) => query
            .sql("AND (query IS NOT NULL AND")
            .sql(kind)
            .sql("= ? OR query IS NULL AND json_extract(filters, '$.insight') = ?)")
            .bind(node)
            .bind(older),
        InsightType::Sql => query
            .sql("AND query IS NOT NULL AND")
            .sql(kind)
            .sql("= 'HogQLQuery'"),
        InsightType::Json => query
            .sql("AND query IS NOT NULL AND")
            .sql(kind)
            .sql("NOT IN ('HogQLQuery', 'TrendsQuery', 'FunnelsQuery', 'RetentionQuery', 'PathsQuery',")
            .sql("'StickinessQuery', 'LifecycleQuery')"),
    }
}

fn dated(mut query: Query, filter: &InsightFilter) -> Query {
    for (moment, at) in &filter.after {
        query = query.sql(match moment {
            Moment::Created => "AND created_at > ?",
            Moment::Modified => "AND last_modified_at > ?",
            Moment::Viewed => "AND last_viewed_at > ?",
        });
        query = query.bind(*at);
    }
    for (moment, at) in &filter.before {
        query = query.sql(match moment {
            Moment::Created => "AND created_at < ?",
            Moment::Modified => "AND last_modified_at < ?",
            Moment::Viewed => "AND last_viewed_at < ?",
        });
        query = query.bind(*at);
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Durability;
    use crate::store::{Store, StoreError};

    #[test]
    fn common_orders_are_read_from_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db"), 1, Durability::Relaxed).unwrap();
        let named = [
            "id",
            "-id",
            "name",
            "-name",
            "created_at",
            "-created_at",
            "last_modified_at",
            "-last_modified_at",
            "last_viewed_at",
            "-last_viewed_at",
        ];
        let orders = named.map(|name| InsightOrder::named(name).unwrap());
        for order in orders.into_iter().chain([InsightOrder::default()]) {
            let query = list(ProjectId(1), &InsightFilter::default(), order, 100, 0);
            let plan = store
                .read::<_, StoreError>(|db| Ok(query.plan(db).join("; ")))
                .unwrap();
            assert!(
                plan.starts_with("SEARCH insight USING INDEX"),
                "{order:?}: {plan}"
            );
            assert!(!plan.contains("TEMP B-TREE"), "{order:?}: {plan}");
        }
        assert_eq!(InsightOrder::named("project_id"), None);
    }
}
