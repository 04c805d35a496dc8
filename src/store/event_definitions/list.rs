//! The list of a project's event definitions: what narrows it, and its orders.

use rusqlite::named_params;

use super::{found::Found, from_row, select};
use crate::{
    model::*,
    store::{Query, Read, Result, columns},
};

const COUNT: &str = "SELECT event_definitions FROM project WHERE id = :project";

/// Fewer definitions than this are looked up one by one.
const FEW: usize = 2_000;

/// Which definitions to list, in which order; the default is all. Empty lists leave all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// What the folded name must contain, every one; with the wildcards of LIKE.
    pub words: Vec<String>,
    /// Those that PostHog's libraries send, which begin with `$`, or the others.
    pub sent_by_posthog: Option<bool>,
    /// Only verified ones, or none.
    pub verified: Option<bool>,
    /// No hidden ones.
    pub exclude_hidden: bool,
    /// Those that came in later than this, or never yet.
    pub seen_after: Option<Timestamp>,
    /// Those with one of these names.
    pub names: Vec<String>,
    /// Those that have one of these tags.
    pub tags: Vec<String>,
    /// Those with none of these names.
    pub excluded: Vec<String>,
    /// The first decides, the next where the first finds no difference, and so on; then names.
    pub order: Vec<Order>,
}

impl Filter {
    /// Whether short names come first: what a search finds, in the order that nobody asked for.
    fn is_shortest_first(&self) -> bool {
        self.order.is_empty() && !self.words.is_empty()
    }

    /// Whether it asks for more than names.
    fn narrows(&self) -> bool {
        self.sent_by_posthog.is_some()
            || self.verified.is_some()
            || self.exclude_hidden
            || self.seen_after.is_some()
            || !self.tags.is_empty()
            || !self.excluded.is_empty()
    }
}

/// An order of lists. Null is smaller than anything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Order(&'static str);

#[rustfmt::skip] // a table: read it by columns
const ORDERS: [(&str, &str); 10] = [
    ("name",                "name"),
    ("-name",               "name DESC"),
    ("last_seen_at",        "last_seen_at"),
    ("-last_seen_at",       "last_seen_at DESC"),
    ("last_seen_at::date",  "last_seen_at / 86400000000"),
    ("-last_seen_at::date", "last_seen_at / 86400000000 DESC"),
    ("created_at",          "created_at"),
    ("-created_at",         "created_at DESC"),
    ("created_at::date",    "created_at / 86400000000"),
    ("-created_at::date",   "created_at / 86400000000 DESC"),
];

impl Order {
    /// The order that `text` names; `None` when there is none such.
    pub fn named(text: &str) -> Option<Order> {
        let found = ORDERS.iter().find(|(name, _)| *name == text);
        found.map(|(_, sql)| Order(sql))
    }
}

/// At most `limit` definitions of `project` that pass `filter`, from the `offset`th on, and how many pass on all pages.
pub fn list(
    db: &Read,
    project: ProjectId,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<EventDefinition>, i64)> {
    let narrows = filter.narrows();
    let found = Found::find(db, project, filter)?;
    let wanted = usize::try_from(limit.saturating_add(offset)).unwrap_or(usize::MAX);
    let numbers = match &found {
        Some(found) if filter.is_shortest_first() && !narrows => Some(found.shortest(wanted)),
        Some(found) => Some(found.numbers()),
        None if narrows => {
            let first = first(project, filter).all(db, |row| row.get(0))?;
            Some(first).filter(|first| first.len() <= FEW)
        }
        None => None,
    };
    let page = page(project, filter, numbers.as_deref(), limit, offset).all(db, from_row)?;
    let count = match &found {
        _ if narrows => count(project, filter, numbers.as_deref()).count(db)?,
        Some(found) => found.len() as i64,
        None => db.count(COUNT, named_params! { ":project": project })?,
    };
    Ok((page, count))
}

/// The numbers of those that pass: of all if there are few, who are sooner sorted than found along an order.
fn first(project: ProjectId, filter: &Filter) -> Query {
    let numbers = Query::new("SELECT number FROM event_definition");
    let numbers = narrowed(numbers, project, filter, None);
    numbers.sql("LIMIT ?").bind(FEW as i64 + 1)
}

fn count(project: ProjectId, filter: &Filter, found: Option<&[i64]>) -> Query {
    let all = Query::new("SELECT count(*) FROM event_definition");
    narrowed(all, project, filter, found)
}

fn page(
    project: ProjectId,
    filter: &Filter,
    found: Option<&[i64]>,
    limit: i64,
    offset: i64,
) -> Query {
    let narrowed = narrowed(Query::new(select!("")), project, filter, found);
    let ordered = ordered(narrowed, filter);
    ordered.sql("LIMIT ? OFFSET ?").bind(limit).bind(offset)
}

fn narrowed(query: Query, project: ProjectId, filter: &Filter, found: Option<&[i64]>) -> Query {
    let mut query = match found {
        None => query.sql("WHERE project_id = ?").bind(project),
        // The plus keeps SQLite from walking along the whole project's index instead of to the numbers.
        Some(numbers) => query
            .sql("WHERE +project_id = ? AND number IN (SELECT value FROM json_each(?))")
            .bind(project)
            .bind(columns::to_json(&numbers)),
    };
    query = match filter.sent_by_posthog {
        None => query,
        Some(true) => query.sql("AND substr(name, 1, 1) = '$'"),
        Some(false) => query.sql("AND substr(name, 1, 1) <> '$'"),
    };
    if let Some(verified) = filter.verified {
        query = query.sql("AND verified = ?").bind(verified);
    }
    if filter.exclude_hidden {
        query = query.sql("AND hidden IS NOT 1");
    }
    if let Some(at) = filter.seen_after {
        // In one expression, or SQLite would look along two indexes and sort what it finds.
        query = query.sql("AND coalesce(last_seen_at > ?, 1)").bind(at);
    }
    for (names, sql) in [
        (
            &filter.excluded,
            "AND name NOT IN (SELECT value FROM json_each(?))",
        ),
        (
            &filter.tags,
            "AND tags <> '[]' AND EXISTS (SELECT 1 FROM json_each(event_definition.tags) AS tag
                         WHERE tag.value IN (SELECT value FROM json_each(?)))",
        ),
    ] {
        if !names.is_empty() {
            query = query.sql(sql).bind(columns::to_json(names));
        }
    }
    query
}

/// What nobody asked to be ordered comes by the day it was last seen, and when searched by its length before that.
fn ordered(mut query: Query, filter: &Filter) -> Query {
    query = query.sql("ORDER BY");
    if filter.is_shortest_first() {
        query = query.sql("length(name),");
    }
    for order in &filter.order {
        query = query.sql(order.0).sql(",");
    }
    if filter.order.is_empty() {
        query = query.sql("last_seen_at / 86400000000 DESC,");
    }
    query.sql("name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        Store, StoreError,
        event_definitions::found::{ALL, NAMED},
        plans,
    };

    #[test]
    fn no_list_query_scans_or_sorts_all_of_a_project() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db"), 1, Durability::Relaxed).unwrap();
        let plan = |filter: &Filter, found: Option<&[i64]>| {
            let query = page(ProjectId(1), filter, found, 100, 0);
            let read = |db: &Read| Ok(query.plan(db).join("; "));
            store.read::<_, StoreError>(read).unwrap()
        };
        let narrow = Filter {
            sent_by_posthog: Some(false),
            verified: Some(false),
            exclude_hidden: true,
            seen_after: Some(Timestamp(0)),
            excluded: vec!["a".into()],
            tags: vec!["a".into()],
            ..Filter::default()
        };
        let orders = ORDERS.map(|(name, _)| vec![Order::named(name).unwrap()]);
        for order in orders.into_iter().chain([Vec::new()]) {
            for filter in [&Filter::default(), &narrow] {
                let filter = Filter {
                    order: order.clone(),
                    ..filter.clone()
                };
                let plan = plan(&filter, None);
                let walks = plan.starts_with("SEARCH event_definition USING INDEX");
                assert!(walks, "{order:?}: {plan}");
                // Upwards, names are put in order among those of one instant or one day.
                let sorts = plan.replace("USE TEMP B-TREE FOR LAST TERM OF ORDER BY", "");
                assert!(!sorts.contains("ORDER BY"), "{order:?}: {plan}");
            }
        }
        for query in [
            first(ProjectId(1), &narrow),
            count(ProjectId(1), &narrow, None),
        ] {
            let read = |db: &Read| Ok(query.plan(db).join("; "));
            let plan = store.read::<_, StoreError>(read).unwrap();
            assert!(
                plan.contains("COVERING INDEX event_definition_columns (project_id=?)"),
                "{plan}"
            );
        }
        let found = plan(&narrow, Some(&[1]));
        assert!(
            found.contains("USING INTEGER PRIMARY KEY (rowid=?)"),
            "{found}"
        );
        assert!(plans::plan(ALL)[0].contains("USING COVERING INDEX"));
        let named = plans::plan(NAMED);
        assert!(named[0].contains("(project_id=? AND name=?)"), "{named:#?}");
    }
}
