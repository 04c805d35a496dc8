//! Lists of property definitions with any of their filters.

use super::{from_row, select};
use crate::{
    model::*,
    store::{Query, Read, Result, columns},
};

/// Words that become conditions of their own; SQLite limits how deep an expression nests.
const WORDS_IN_LINE: usize = 16;

/// SQLite refuses patterns of more than 50,000 bytes. A name has at most 400 characters.
const LONGEST_WORD: usize = 49_000;

/// At most `limit` definitions of `project` that pass `filter`, from the `offset`th on, each with whether it was seen on
/// the events asked about; `None` when none were.
///
/// Order: seen ones first (unless all are), shorter names first when searching, verified ones, then names by their bytes.
pub fn page(
    db: &Read,
    project: ProjectId,
    filter: &PropertyFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<(PropertyDefinition, Option<bool>)>> {
    page_query(project, filter, limit, offset).all(db, |row| Ok((from_row(row)?, row.get("seen")?)))
}

/// How many definitions of `project` pass `filter`.
pub fn count(db: &Read, project: ProjectId, filter: &PropertyFilter) -> Result<i64> {
    count_query(project, filter).count(db)
}

fn page_query(project: ProjectId, filter: &PropertyFilter, limit: i64, offset: i64) -> Query {
    let query = Query::new(select!());
    let query = match (filter.events.is_empty(), filter.only_seen) {
        (true, _) => query.sql(", NULL AS seen"),
        (false, true) => query.sql(", 1 AS seen"),
        (false, false) => query
            .sql(", name IN (")
            .then(seen_on(project, &filter.events))
            .sql(") AS seen"),
    };
    query
        .then(from(filter))
        .then(conditions(project, filter))
        .sql("ORDER BY")
        .when(!filter.events.is_empty() && !filter.only_seen, "seen DESC,")
        .when(filter.search.is_some(), "length(name),")
        .sql("verified DESC, name LIMIT ? OFFSET ?")
        .bind(limit)
        .bind(offset)
}

fn count_query(project: ProjectId, filter: &PropertyFilter) -> Query {
    Query::new("SELECT count(*)")
        .then(from(filter))
        .then(conditions(project, filter))
}

/// A short list of names is looked up name by name; SQLite cannot know that it is short and would go through all.
fn from(filter: &PropertyFilter) -> Query {
    let is_short = filter.names.is_some() || filter.only_seen && !filter.events.is_empty();
    Query::new("FROM property_definition").when(is_short, "INDEXED BY property_definition_by_name")
}

fn conditions(project: ProjectId, filter: &PropertyFilter) -> Query {
    let of = filter.of;
    let mut query = Query::new("WHERE project_id = ? AND type = ? AND group_type_index = ?")
        .bind(project)
        .bind(of.code())
        .bind(of.group_type_index());
    if let Some(names) = &filter.names {
        query = query
            .sql("AND name IN (SELECT value FROM json_each(?))")
            .bind(columns::to_json(names));
    }
    if !filter.excluded.is_empty() {
        query = query
            .sql("AND name NOT IN (SELECT value FROM json_each(?))")
            .bind(columns::to_json(&filter.excluded));
    }
    if filter.only_numerical {
        query =
            query.sql("AND property_type = 'Numeric' AND name NOT IN ('distinct_id', 'timestamp')");
    }
    query = match filter.is_feature_flag {
        Some(true) => query
            .sql("AND class = ?")
            .bind(NameClass::FeatureFlag as i64),
        Some(false) => query
            .sql("AND class <> ?")
            .bind(NameClass::FeatureFlag as i64),
        None => query,
    };
    query = match (of, filter.exclude_core) {
        (DefinitionType::Event, true) => query.sql("AND class = ?").bind(NameClass::Custom as i64),
        (DefinitionType::Event, false) => query
            .sql("AND class <> ?")
            .bind(NameClass::NeverListed as i64),
        _ => query,
    };
    query = query.when(filter.exclude_hidden, "AND hidden IS NOT 1");
    if let Some(verified) = filter.verified {
        query = query.sql("AND verified = ?").bind(verified);
    }
    if filter.only_seen {
        query = only_seen(query, project, &filter.events);
    }
    match &filter.search {
        Some(search) => found(query, search),
        None => query,
    }
}

/// The properties that were seen on any of `events`.
fn seen_on(project: ProjectId, events: &[String]) -> Query {
    Query::new("SELECT property FROM event_property WHERE project_id = ? AND event IN (SELECT value FROM json_each(?))")
        .bind(project)
        .bind(columns::to_json(&events))
}

fn only_seen(query: Query, project: ProjectId, events: &[String]) -> Query {
    if events.is_empty() {
        return query
            .sql("AND EXISTS (SELECT 1 FROM event_property WHERE project_id = ? AND property = property_definition.name)")
            .bind(project);
    }
    query
        .sql("AND name IN (")
        .then(seen_on(project, events))
        .sql(")")
}

/// Words are patterns as they come: `_` and `%` are wild, `\` takes that from them (`property-definitions.md` 3.4).
fn found(query: Query, search: &PropertySearch) -> Query {
    let patterns: Vec<_> = search
        .words
        .iter()
        .map(|word| format!("%{word}%"))
        .collect();
    let (in_line, rest) = patterns.split_at(patterns.len().min(WORDS_IN_LINE));
    let fits_none = patterns.iter().any(|pattern| pattern.len() > LONGEST_WORD);
    let mut query = query.sql(if fits_none { "AND ((0" } else { "AND ((1" });
    for pattern in in_line.iter().filter(|_| !fits_none) {
        query = query
            .sql("AND folded LIKE ? ESCAPE '\\'")
            .bind(pattern.clone());
    }
    if !rest.is_empty() && !fits_none {
        query = query
            .sql("AND NOT EXISTS (SELECT 1 FROM json_each(?) WHERE folded NOT LIKE value ESCAPE '\\')")
            .bind(columns::to_json(&rest));
    }
    query
        .sql(") OR name IN (SELECT value FROM json_each(?)))")
        .bind(columns::to_json(&search.labelled))
}

#[cfg(test)]
mod tests;
