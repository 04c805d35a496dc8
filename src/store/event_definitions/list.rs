//! The list of a project's event definitions: what narrows it, and its orders.

use rusqlite::{Row, named_params};

use super::{from_row, select};
use crate::{
    model::*,
    store::{Query, Read, Result, columns, pattern::Pattern},
};

const ALL: &str = "SELECT number, name FROM event_definition WHERE project_id = :project";
const NAMED: &str = "
    SELECT number, name FROM event_definition
     WHERE project_id = :project AND name IN (SELECT value FROM json_each(:names))";

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
    let found = found(db, project, filter)?;
    let page = page(project, filter, found.as_deref(), limit, offset).all(db, from_row)?;
    let all = Query::new("SELECT count(*) FROM event_definition");
    let count = narrowed(all, project, filter, found.as_deref()).count(db)?;
    Ok((page, count))
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

/// The numbers of the definitions that fit by their names; `None` when any does. A search looks at every name.
fn found(db: &Read, project: ProjectId, filter: &Filter) -> Result<Option<Vec<i64>>> {
    let patterns: Vec<_> = filter
        .words
        .iter()
        .map(|word| Pattern::containing(word))
        .collect();
    let mut found = Vec::new();
    let look = |row: &Row| {
        let name = fold(row.get_ref("name")?.as_str()?);
        if patterns.iter().all(|pattern| pattern.fits(name.as_bytes())) {
            found.push(row.get("number")?);
        }
        Ok(())
    };
    if !filter.names.is_empty() {
        let names = columns::to_json(&filter.names);
        db.each(
            NAMED,
            named_params! { ":project": project, ":names": names },
            look,
        )?;
    } else if !filter.words.is_empty() {
        db.each(ALL, named_params! { ":project": project }, look)?;
    } else {
        return Ok(None);
    }
    Ok(Some(found))
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
            "AND EXISTS (SELECT 1 FROM json_each(event_definition.tags) AS tag
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
    if filter.order.is_empty() && !filter.words.is_empty() {
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
    use crate::store::{Store, StoreError, plans};

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
