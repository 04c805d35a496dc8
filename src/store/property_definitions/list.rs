//! Lists of property definitions with any of their filters.

use std::sync::Arc;

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
pub type Listed = (Arc<PropertyDefinition>, Option<bool>);

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
    let look = |catalogue: &catalogue::Catalogue, is_current| {
        let seen = if filter.events.is_empty() {
            None
        } else {
            Some(seen_on(db, project, &filter.events)?)
        };
        let (limit, offset) = (places(limit), places(offset));
        let selection = selection::select(catalogue, filter, seen.as_deref(), limit, offset);
        let slots = selection.page.iter();
        let numbers: Vec<_> = slots.map(|(slot, _)| catalogue.number(*slot)).collect();
        let read = |numbers: &[u32]| numbered(db, project, numbers);
        let rows = catalogue.rows().get(&numbers, is_current, read)?;
        let told = |seen: bool| (!filter.events.is_empty()).then_some(seen || filter.only_seen);
        let rows = rows.into_iter().zip(selection.page);
        let listed = rows.filter_map(|(row, (_, seen))| Some((row?, told(seen))));
        Ok((listed.collect(), selection.count as i64))
    };
    match db.catalogues {
        Some(catalogues) => catalogues.with(db, project, filter.of, look),
        None => look(&catalogue::fresh(db, project, filter.of)?, true),
    }
}

/// The definitions with these `numbers`, in their order.
fn numbered(
    db: &Read,
    project: ProjectId,
    numbers: &[u32],
) -> Result<Vec<Option<PropertyDefinition>>> {
    let params = numbers.iter().map(|number| (*number, project));
    db.each_of(NUMBERED, params, from_row)
}

/// The properties that were seen on any of `events`.
fn seen_on(db: &Read, project: ProjectId, events: &[String]) -> Result<Vec<String>> {
    let params = named_params! { ":project": project, ":events": columns::to_json(&events) };
    db.all(SEEN, params, |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, StoreError, Write, property_definitions as table};

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

    #[test]
    fn a_list_shows_every_change_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("t.db"), 1, Durability::Relaxed).unwrap();
        let project = crate::store::tests::project(&store);
        let definition = |name: &str, description: Option<&str>| PropertyDefinition {
            id: PropertyDefinitionId(ordered_uuid()),
            of: DefinitionType::Session,
            name: name.into(),
            property_type: None,
            tags: Vec::new(),
            notes: description.map(|text| Notes {
                description: Some(text.into()),
                ..Notes::blank(Timestamp(0))
            }),
        };
        let listed = || {
            let filter = PropertyFilter {
                of: DefinitionType::Session,
                names: None,
                excluded: Vec::new(),
                only_numerical: false,
                is_feature_flag: None,
                exclude_core: false,
                exclude_hidden: false,
                only_hidden: false,
                verified: None,
                events: Vec::new(),
                only_seen: false,
                search: None,
                tag: None,
                order: None,
            };
            let read = |db: &Read| list(db, project, &filter, 100, 0);
            let (rows, count) = store.read::<_, StoreError>(read).unwrap();
            assert_eq!(rows.len() as i64, count);
            rows.into_iter()
                .map(|(row, _)| (*row).clone())
                .collect::<Vec<_>>()
        };
        type Change = fn(&Write, ProjectId, &PropertyDefinition) -> Result<()>;
        let write = |change: Change, row: &PropertyDefinition| {
            let row = row.clone();
            store
                .write::<_, StoreError>(move |db| change(db, project, &row))
                .unwrap();
        };
        let insert = |db: &Write, project, row: &PropertyDefinition| {
            table::insert(db, project, row, NameClass::Custom)
        };
        let delete = |db: &Write, project, row: &PropertyDefinition| {
            table::delete(db, project, row.id).map(drop)
        };
        let (one, mut two) = (definition("one", None), definition("two", Some("first")));
        write(insert, &one);
        write(insert, &two);
        for description in ["first", "second", "third"] {
            two.notes.as_mut().unwrap().description = Some(description.into());
            write(table::update, &two);
            assert_eq!(listed(), [one.clone(), two.clone()]);
            assert_eq!(listed(), [one.clone(), two.clone()], "from memory");
        }
        // The same number, another definition.
        write(delete, &two);
        let three = definition("three", None);
        write(insert, &three);
        assert_eq!(listed(), [one, three]);
    }
}
