//! The list of a project's insights: what narrows it, and its orders.

use super::{add_tiles, from_row, select};
use crate::{
    model::*,
    store::{Query, Read, Result, columns, search},
};

/// What an insight asks, as lists are narrowed by it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InsightType {
    /// One of the six kinds that have a query node of their own: its older name, and its node's.
    Node(&'static str, &'static str),
    /// A query in SQL.
    Sql,
    /// Any other query.
    Json,
}

/// A moment in an insight's life.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Instant {
    /// `created_at`
    Created,
    /// `last_modified_at`
    Modified,
    /// `last_viewed_at`
    Viewed,
}

/// Which insights to list; the default is all that are not deleted. Empty lists leave all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The one with this.
    pub short_id: Option<String>,
    /// Those with this in a name, the description or a tag, in any case.
    pub search: Option<String>,
    /// Those made by one of these.
    pub created_by: Vec<UserId>,
    /// Those made by this one.
    pub user: Option<UserId>,
    /// Favourites only.
    pub favorited: bool,
    /// Those saved or on a dashboard, or those not saved.
    pub saved: Option<bool>,
    /// Those on every one of these.
    pub dashboards: Vec<DashboardId>,
    /// Those that have one of these.
    pub tags: Vec<String>,
    /// Those that ask this.
    pub asks: Option<InsightType>,
    /// Those for which this happened later.
    pub after: Vec<(Instant, Timestamp)>,
    /// Those for which this happened earlier.
    pub before: Vec<(Instant, Timestamp)>,
}

/// An order of lists. Nulls are smaller than anything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order(&'static str);

/// The orders by one column each, with the fields that ask for them.
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

impl Order {
    /// The order that `text` names: a field, with `-` before it for the reverse; `None` when there is none such.
    pub fn named(text: &str) -> Option<Order> {
        match text {
            "id" => Some(Order("ORDER BY id")),
            "-id" => Some(Order("ORDER BY id DESC")),
            _ => {
                let found = ORDERS.iter().find(|(name, _)| *name == text);
                found.map(|(_, sql)| Order(sql))
            }
        }
    }
}

/// By `order`, those without one last.
impl Default for Order {
    fn default() -> Order {
        Order("ORDER BY sort_order IS NULL, sort_order, id")
    }
}

/// At most `limit` of the insights that `filter` leaves of `project`, from the `offset`th on.
pub fn page(
    db: &Read,
    project: ProjectId,
    filter: &Filter,
    order: Order,
    limit: i64,
    offset: i64,
) -> Result<Vec<Insight>> {
    let mut found = list(project, filter, order, limit, offset).all(db, from_row)?;
    add_tiles(db, &mut found)?;
    Ok(found)
}

/// How many insights `filter` leaves of `project`.
pub fn count(db: &Read, project: ProjectId, filter: &Filter) -> Result<i64> {
    let counting = Query::new("SELECT count(*) FROM insight WHERE project_id = ? AND deleted = 0");
    narrowed(counting.bind(project), filter).count(db)
}

fn list(project: ProjectId, filter: &Filter, order: Order, limit: i64, offset: i64) -> Query {
    let all = Query::new(select!("WHERE project_id = ? AND deleted = 0")).bind(project);
    let ordered = narrowed(all, filter).sql(order.0);
    ordered.sql("LIMIT ? OFFSET ?").bind(limit).bind(offset)
}

fn narrowed(mut query: Query, filter: &Filter) -> Query {
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
    if let Some(asked) = filter.asks {
        query = asking(query, asked);
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

/// What a query asks stands in its source's kind, or in its own when it is not wrapped.
fn asking(query: Query, asked: InsightType) -> Query {
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

fn dated(mut query: Query, filter: &Filter) -> Query {
    for (instant, at) in &filter.after {
        query = query.sql(match instant {
            Instant::Created => "AND created_at > ?",
            Instant::Modified => "AND last_modified_at > ?",
            Instant::Viewed => "AND last_viewed_at > ?",
        });
        query = query.bind(*at);
    }
    for (instant, at) in &filter.before {
        query = query.sql(match instant {
            Instant::Created => "AND created_at < ?",
            Instant::Modified => "AND last_modified_at < ?",
            Instant::Viewed => "AND last_viewed_at < ?",
        });
        query = query.bind(*at);
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, StoreError};

    #[test]
    fn the_orders_that_people_ask_for_are_read_from_an_index() {
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
        let orders = named.map(|name| Order::named(name).unwrap());
        for order in orders.into_iter().chain([Order::default()]) {
            let query = list(ProjectId(1), &Filter::default(), order, 100, 0);
            let plan = store
                .read::<_, StoreError>(|db| Ok(query.plan(db).join("; ")))
                .unwrap();
            assert!(
                plan.starts_with("SEARCH insight USING INDEX"),
                "{order:?}: {plan}"
            );
            assert!(!plan.contains("TEMP B-TREE"), "{order:?}: {plan}");
        }
        assert_eq!(Order::named("project_id"), None);
    }
}
