//! Lists of property definitions with any of their filters.

use rusqlite::named_params;

use super::{catalogue, from_row, select, selection};
use crate::{
    model::*,
    store::{Read, Result, columns},
};

const SEEN: &str = "
    SELECT property FROM event_property
     WHERE project_id = :project AND event IN (SELECT value FROM json_each(:events))";
const NUMBERED: &str = select!("WHERE number = ? AND project_id = ?");

/// A definition, and whether it was seen on the events asked about; `None` when none were.
pub type Listed = (PropertyDefinition, Option<bool>);

/// At most `limit` definitions of `project` that pass `filter`, from the `offset`th on, and how many pass on all pages.
///
/// Unless the filter has an order: seen ones first (if not all are), shorter names first when searching, verified ones,
/// then names by their bytes.
pub fn list(
    db: &Read,
    project: ProjectId,
    filter: &PropertyFilter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Listed>, i64)> {
    let places = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    let look = |catalogue: &catalogue::Catalogue| {
        let seen = if filter.events.is_empty() {
            None
        } else {
            Some(seen_on(db, project, &filter.events)?)
        };
        let (limit, offset) = (places(limit), places(offset));
        let selection = selection::select(catalogue, filter, seen.as_deref(), limit, offset);
        let page: Vec<_> = selection
            .page
            .iter()
            .map(|(slot, seen)| (catalogue.number(*slot), *seen))
            .collect();
        Ok((page, selection.count as i64))
    };
    let (page, count) = match db.catalogues {
        Some(catalogues) => catalogues.with(db, project, filter.of, look)?,
        None => look(&catalogue::fresh(db, project, filter.of)?)?,
    };
    let numbers = page.iter().map(|(number, _)| (*number, project));
    let rows = db.each_of(NUMBERED, numbers, from_row)?;
    let is_told = !filter.events.is_empty();
    let told = |seen: bool| is_told.then_some(seen || filter.only_seen);
    let listed = rows
        .into_iter()
        .zip(page)
        .filter_map(|(row, (_, seen))| Some((row?, told(seen))));
    Ok((listed.collect(), count))
}

/// The properties that were seen on any of `events`.
fn seen_on(db: &Read, project: ProjectId, events: &[String]) -> Result<Vec<String>> {
    let params = named_params! { ":project": project, ":events": columns::to_json(&events) };
    db.all(SEEN, params, |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_query_scans_a_table_that_grows() {
        for sql in [SEEN, NUMBERED] {
            let plan = crate::store::plans::plan(sql);
            for step in plan.iter().filter(|step| !step.contains("json_each")) {
                let is_good =
                    step.starts_with("SEARCH") || step.starts_with("USE TEMP B-TREE FOR DISTINCT");
                assert!(
                    is_good || step.starts_with("LIST SUBQUERY"),
                    "{sql}\n{plan:#?}"
                );
            }
        }
    }
}
